package connection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"trailscribe/internal/sql/scalar"
)

// statement is one that the database works on. The functions in Go that it calls look here whether to go on, and note here what its
// TRY must not turn into NULL.
type statement struct {
	conn    mapping.Connection
	asked   bool  // a query: its values are held to the limits, and its memory to what was promised
	share   int64 // bytes that a batch of values may take together
	stopped atomic.Bool
	fault   atomic.Pointer[error] // the first that was noted
}

// errStopped is the error of a function whose statement was told to end. Nobody reads it: whoever told so has the reason.
var errStopped = errors.New("the statement was told to end")

// note keeps an error that fails the statement whatever it makes of it, and ends what the statement does.
func (s *statement) note(err error) {
	if s.fault.CompareAndSwap(nil, &err) {
		s.stopped.Store(true)
		mapping.Interrupt(s.conn)
	}
}

// failed is the error that was noted, or nil.
func (s *statement) failed() error {
	if err := s.fault.Load(); err != nil {
		return *err
	}
	return nil
}

// judge keeps an error that is a limit's and gives it back.
func (s *statement) judge(err error) error {
	var limit *scalar.LimitError
	var memory *MemoryError
	if s != nil && (errors.As(err, &limit) || errors.As(err, &memory)) {
		s.note(err)
	}
	return err
}

// goesOn is nil while the statement may run.
func (s *statement) goesOn() error {
	if s != nil && s.stopped.Load() {
		return errStopped
	}
	return nil
}

// take looks whether there is memory for so many bytes of values, which the database does not count.
func (s *statement) take(bytes int64) error {
	if s == nil || !s.asked || bytes < some {
		return nil
	}
	if bytes > s.share {
		return &MemoryError{fmt.Sprintf("out of memory: %d values at a time take %d MiB, and %d MiB are allowed",
			batchRows, bytes>>20, s.share>>20)}
	}
	return crowded(bytes)
}

// batchRows is how many rows the database works on at once.
const batchRows = 2048

// some is how many bytes of values are not looked at.
const some = 1 << 20

// statements are those that a database works on, by the number of their connection.
type statements struct {
	mu  sync.RWMutex
	all map[uint64]*statement
}

func (s *statements) of(connection uint64) *statement {
	if s == nil {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.all[connection]
}

// run does something on a connection of its own, with a statement that ends when ctx does. What was noted of it is the error.
func (d *Database) run(ctx context.Context, asked bool, do func(*sql.Conn) error) error {
	c, err := d.DB.Conn(ctx)
	if err != nil {
		return err
	}
	st := &statement{asked: asked, share: d.share}
	var number uint64
	err = c.Raw(func(driver any) (err error) {
		st.conn, number, err = identify(driver)
		return err
	})
	if err != nil {
		c.Close()
		return err
	}
	d.statements.mu.Lock()
	d.statements.all[number] = st
	d.statements.mu.Unlock()
	stop := context.AfterFunc(ctx, func() { st.stopped.Store(true) })
	if asked {
		end := watch(st)
		err = do(c)
		end()
	} else {
		err = do(c)
	}
	stop()
	d.statements.mu.Lock()
	delete(d.statements.all, number)
	d.statements.mu.Unlock()
	if noted := st.failed(); noted != nil {
		err = noted
	}
	if err != nil {
		c.Close()
		return err
	}
	d.releases.Go(func() { c.Close() }) // when the rows are closed
	return nil
}

// identify finds the connection that the driver does not give away, and its number, by which functions know it.
func identify(driver any) (mapping.Connection, uint64, error) {
	field := reflect.Indirect(reflect.ValueOf(driver)).FieldByName("conn")
	if field.Type() != reflect.TypeFor[mapping.Connection]() {
		return mapping.Connection{}, 0, errors.New("the driver of the embedded database is not the one that this program was made for")
	}
	conn := mapping.Connection{Ptr: field.FieldByName("Ptr").UnsafePointer()}
	var client mapping.ClientContext
	mapping.ConnectionGetClientContext(conn, &client)
	defer mapping.DestroyClientContext(&client)
	return conn, uint64(mapping.ClientContextGetConnectionId(client)), nil
}
