package connection

/*
void trailscribe_call(void *, void *, void *);
void trailscribe_forget(void *);
typedef void (*trailscribe_call_t)(void *, void *, void *);
typedef void (*trailscribe_forget_t)(void *);
*/
import "C"

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"runtime/cgo"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	language "trailscribe/internal/sql"
)

// The driver can register functions too. What it calls for a text that a function gives ends the process when the database has no
// memory left: an exception of C++ passes through Go. Here the texts are put into a vector of their own, whose memory the
// database does not count, and a panic of a function is an error of the statement. Texts are not copied on their way in.

// function is a GoFunction as the database holds it.
type function struct {
	language.GoFunction
	pin runtime.Pinner // of the handle that the database knows the function by
}

// register makes a function known to the database of a connection.
func register(c *sql.Conn, f language.GoFunction) error {
	made := mapping.CreateScalarFunction()
	defer mapping.DestroyScalarFunction(&made)
	mapping.ScalarFunctionSetName(made, f.Name)
	for _, p := range f.Params {
		if err := withType(p, func(t mapping.LogicalType) { mapping.ScalarFunctionAddParameter(made, t) }); err != nil {
			return err
		}
	}
	if err := withType(f.Result, func(t mapping.LogicalType) { mapping.ScalarFunctionSetReturnType(made, t) }); err != nil {
		return err
	}
	fn := &function{GoFunction: f}
	handle := cgo.NewHandle(fn)
	fn.pin.Pin(&handle)
	mapping.ScalarFunctionSetExtraInfo(made, unsafe.Pointer(&handle), unsafe.Pointer(C.trailscribe_forget_t(C.trailscribe_forget)))
	mapping.ScalarFunctionSetFunction(made, unsafe.Pointer(C.trailscribe_call_t(C.trailscribe_call)))
	return c.Raw(func(driver any) error {
		// The driver does not give its connection away.
		field := reflect.Indirect(reflect.ValueOf(driver)).FieldByName("conn")
		if field.Type() != reflect.TypeFor[mapping.Connection]() {
			return errors.New("the driver of the embedded database is not the one that this program was made for")
		}
		conn := mapping.Connection{Ptr: field.FieldByName("Ptr").UnsafePointer()}
		if mapping.RegisterScalarFunction(conn, made) == mapping.StateError {
			return errors.New("the embedded database refused it")
		}
		return nil
	})
}

var types = map[string]mapping.Type{"VARCHAR": mapping.TypeVarchar, "BIGINT": mapping.TypeBigInt, "DOUBLE": mapping.TypeDouble, "BOOLEAN": mapping.TypeBoolean}

func withType(name string, do func(mapping.LogicalType)) error {
	t, ok := types[name]
	if !ok {
		return fmt.Errorf("there is no type %s for functions", name)
	}
	logical := mapping.CreateLogicalType(t)
	defer mapping.DestroyLogicalType(&logical)
	do(logical)
	return nil
}

//export trailscribe_forget
func trailscribe_forget(info unsafe.Pointer) {
	handle := *(*cgo.Handle)(info)
	fn := handle.Value().(*function)
	handle.Delete()
	fn.pin.Unpin()
}

//export trailscribe_call
func trailscribe_call(info, input, output unsafe.Pointer) {
	called := mapping.FunctionInfo{Ptr: info}
	fn := (*(*cgo.Handle)(mapping.ScalarFunctionGetExtraInfo(called))).Value().(*function)
	if err := fn.batch(mapping.DataChunk{Ptr: input}, mapping.Vector{Ptr: output}); err != nil {
		mapping.ScalarFunctionSetError(called, err.Error())
	}
}

// batch works out the function for all rows of a chunk.
func (f *function) batch(input mapping.DataChunk, output mapping.Vector) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: %v", f.Name, p)
		}
	}()
	n := int(mapping.DataChunkGetSize(input))
	in := make([]column, len(f.Params))
	for i := range in {
		in[i] = columnOf(f.Params[i], mapping.DataChunkGetVector(input, mapping.IdxT(i)), n)
	}
	if f.Result == "VARCHAR" {
		logical := mapping.CreateLogicalType(mapping.TypeVarchar)
		own := mapping.CreateVector(logical, max(mapping.IdxT(n), mapping.VectorSize()))
		mapping.DestroyLogicalType(&logical)
		whole := output
		defer func() {
			if err == nil {
				mapping.VectorReferenceVector(whole, own)
			}
			mapping.DestroyVector(&own)
		}()
		output = own
	}
	out := columnOf(f.Result, output, n)
	args := make([]any, len(in))
row:
	for row := range n {
		for i := range in {
			if in[i].null(row) {
				out.setNull(row)
				continue row
			}
			args[i] = in[i].value(row)
		}
		v, err := f.Call(args)
		if err != nil {
			return err
		}
		if err := out.set(row, v); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

// column is a vector of the database whose values lie one after the other.
type column struct {
	vector   mapping.Vector
	validity unsafe.Pointer // nil: no value is NULL
	texts    []text
	ints     []int64
	doubles  []float64
	bools    []bool
}

// text is the duckdb_string_t of the database's C interface: up to twelve bytes are in it, of longer texts a pointer to them.
type text struct {
	length uint32
	_      [4]byte
	rest   unsafe.Pointer
}

const inside = 12

func (t *text) String() string {
	if t.length <= inside {
		return unsafe.String((*byte)(unsafe.Add(unsafe.Pointer(t), 4)), t.length)
	}
	return unsafe.String((*byte)(t.rest), t.length)
}

func columnOf(kind string, v mapping.Vector, n int) column {
	c := column{vector: v, validity: mapping.VectorGetValidity(v)}
	switch data := mapping.VectorGetData(v); kind {
	case "VARCHAR":
		c.texts = unsafe.Slice((*text)(data), n)
	case "BIGINT":
		c.ints = unsafe.Slice((*int64)(data), n)
	case "DOUBLE":
		c.doubles = unsafe.Slice((*float64)(data), n)
	case "BOOLEAN":
		c.bools = unsafe.Slice((*bool)(data), n)
	}
	return c
}

func (c *column) null(row int) bool {
	return c.validity != nil && *(*uint64)(unsafe.Add(c.validity, row/64*8))>>(row%64)&1 == 0
}

// value is that of a row which is not NULL. A text is the database's own and ends with the batch.
func (c *column) value(row int) any {
	switch {
	case c.texts != nil:
		return c.texts[row].String()
	case c.ints != nil:
		return c.ints[row]
	case c.doubles != nil:
		return c.doubles[row]
	}
	return c.bools[row]
}

func (c *column) setNull(row int) {
	if c.validity == nil {
		mapping.VectorEnsureValidityWritable(c.vector)
		c.validity = mapping.VectorGetValidity(c.vector)
	}
	mapping.ValiditySetRowInvalid(c.validity, mapping.IdxT(row))
}

// set gives a row its value; nil is NULL.
func (c *column) set(row int, v any) error {
	switch v := v.(type) {
	case nil:
		c.setNull(row)
		return nil
	case string:
		if c.texts != nil {
			mapping.VectorAssignStringElement(c.vector, mapping.IdxT(row), v)
			return nil
		}
	case int64:
		if c.ints != nil {
			c.ints[row] = v
			return nil
		}
	case float64:
		if c.doubles != nil {
			c.doubles[row] = v
			return nil
		}
	case bool:
		if c.bools != nil {
			c.bools[row] = v
			return nil
		}
	}
	return fmt.Errorf("it gave a value of type %T", v)
}
