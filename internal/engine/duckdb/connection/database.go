package connection

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"
)

// Database is an open database. Its statements end when their context does, even those that the engine cannot stop.
//
// The engine looks for an interrupt between two chunks of rows only, and the functions in Go do at each row: while it searches long
// texts for a long text, it does not. Such a statement is left behind. Its caller gets an error, and it goes on in the background until
// it comes to a function in Go, or it or the process ends.
type Database struct {
	*sql.DB

	grace      time.Duration // how long a statement may take to end after its context has
	share      int64         // bytes of values of a statement that the database does not count
	promise    int64
	statements *statements
	releases   sync.WaitGroup // connections that wait for their rows to be closed

	mu   sync.Mutex
	left int // statements that were left behind and still run
}

// grace is that of a database. Where the engine looks for an interrupt, a tenth of it is enough.
const grace = time.Second

// ErrLeftBehind says that a statement did not end when it was told to, and still runs.
var ErrLeftBehind = errors.New("the statement did not stop when it was told to; it goes on in the background")

// QueryContext runs a statement that gives rows. It may make no more than the limits of internal/sql say (LimitError), and hold no more
// than was promised (MemoryError).
func (d *Database) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	call := func() (rows *sql.Rows, err error) {
		err = d.run(ctx, true, func(c *sql.Conn) (err error) {
			rows, err = c.QueryContext(ctx, query, args...) //nolint:rowserrcheck,sqlclosecheck // the caller's
			return err
		})
		if err != nil && rows != nil {
			_ = rows.Close()
			rows = nil
		}
		return rows, err
	}
	return await(ctx, d, call, func(rows *sql.Rows) { _ = rows.Close() })
}

// Row is the answer of a statement that gives one row.
type Row struct {
	rows *sql.Rows
	err  error
}

// QueryRowContext runs a statement that gives one row, as QueryContext does.
func (d *Database) QueryRowContext(ctx context.Context, query string, args ...any) *Row {
	rows, err := d.QueryContext(ctx, query, args...) //nolint:rowserrcheck // Scan looks for their error
	return &Row{rows, err}
}

// Scan puts the values of the first row where the pointers lead; sql.ErrNoRows: there is none.
func (r *Row) Scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(into...); err != nil {
		return err
	}
	return r.rows.Close()
}

// ExecContext runs a statement of this program that gives no rows.
func (d *Database) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	call := func() (r sql.Result, err error) {
		err = d.run(ctx, false, func(c *sql.Conn) (err error) {
			r, err = c.ExecContext(ctx, query, args...)
			return err
		})
		return r, err
	}
	return await(ctx, d, call, func(sql.Result) {})
}

// await gives what call gives. Once ctx has ended, it waits for as long as grace says; discard gets what comes later.
func await[T any](ctx context.Context, d *Database, call func() (T, error), discard func(T)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		v, err := call()
		done <- answer{v, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
	}
	timer := time.NewTimer(d.grace)
	defer timer.Stop()
	select {
	case a := <-done:
		return a.value, a.err
	case <-timer.C:
	}
	d.leave(1)
	go func() {
		if a := <-done; a.err == nil {
			discard(a.value)
		}
		d.leave(-1)
	}()
	var none T
	return none, errors.Join(ErrLeftBehind, ctx.Err())
}

func (d *Database) leave(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left += n
}

// Running reports whether a statement was left behind that still runs: what it uses, the folder for what does not fit in memory,
// must stay.
func (d *Database) Running() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.left > 0
}

// Close closes the database. It waits for no statement that was left behind: the last of them takes the database with it.
func (d *Database) Close() error {
	promised.Add(-d.promise)
	d.promise = 0
	closed := make(chan error, 1)
	go func() { closed <- d.DB.Close() }()
	if !d.Running() {
		err := <-closed
		d.released(d.grace)
		return err
	}
	select {
	case err := <-closed:
		return err
	case <-time.After(d.grace):
		return nil
	}
}

// released waits until the connections of closed rows are given back, which happens in the background. Rows that nobody closed keep theirs.
func (d *Database) released(patience time.Duration) {
	done := make(chan struct{})
	go func() {
		d.releases.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
	}
}
