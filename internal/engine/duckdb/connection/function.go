package connection

/*
void trailscribe_call(void *, void *, void *);
void trailscribe_forget(void *);
void trailscribe_bind(void *);
typedef void (*trailscribe_call_t)(void *, void *, void *);
typedef void (*trailscribe_forget_t)(void *);
typedef void (*trailscribe_bind_t)(void *);
typedef void *(*trailscribe_same_t)(void *);
void *trailscribe_same(void *);
*/
import "C"

import (
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"runtime/cgo"
	"strings"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"trailscribe/internal/sql/scalar"
)

// The driver can register functions too. What it calls for a text that a function gives ends the process when the database has no
// memory left: an exception of C++ passes through Go. Here the texts are put into a vector of their own, whose memory the
// database does not count, and a panic of a function is an error of the statement. Texts are not copied on their way in.

// function is a GoFunction as the database holds it.
type function struct {
	scalar.GoFunction
	pin     runtime.Pinner // of the handle that the database knows the function by
	running *statements
}

// register makes a function known to the database of a connection.
func register(c *sql.Conn, f scalar.GoFunction, running *statements) error {
	made := mapping.CreateScalarFunction()
	defer mapping.DestroyScalarFunction(&made)
	mapping.ScalarFunctionSetName(made, f.Name)
	for _, p := range f.Params {
		add := mapping.ScalarFunctionAddParameter
		p, more := strings.CutSuffix(p, "...")
		if more {
			add = mapping.ScalarFunctionSetVarargs
		}
		if err := withType(p, func(t mapping.LogicalType) { add(made, t) }); err != nil {
			return err
		}
	}
	if err := withType(f.Result, func(t mapping.LogicalType) { mapping.ScalarFunctionSetReturnType(made, t) }); err != nil {
		return err
	}
	fn := &function{GoFunction: f, running: running}
	handle := cgo.NewHandle(fn)
	fn.pin.Pin(&handle)
	mapping.ScalarFunctionSetExtraInfo(made, unsafe.Pointer(&handle), unsafe.Pointer(C.trailscribe_forget_t(C.trailscribe_forget)))
	mapping.ScalarFunctionSetBind(made, unsafe.Pointer(C.trailscribe_bind_t(C.trailscribe_bind)))
	mapping.ScalarFunctionSetFunction(made, unsafe.Pointer(C.trailscribe_call_t(C.trailscribe_call)))
	return c.Raw(func(driver any) error {
		conn, _, err := identify(driver)
		if err != nil {
			return err
		}
		if mapping.RegisterScalarFunction(conn, made) == mapping.StateError {
			return errors.New("the embedded database refused it")
		}
		return nil
	})
}

var types = map[string]mapping.Type{"VARCHAR": mapping.TypeVarchar, "JSON": mapping.TypeVarchar, "BIGINT": mapping.TypeBigInt,
	"DOUBLE": mapping.TypeDouble, "BOOLEAN": mapping.TypeBoolean}

func withType(name string, do func(mapping.LogicalType)) error {
	element, list := strings.CutSuffix(name, "[]")
	t, ok := types[element]
	if !ok {
		return fmt.Errorf("there is no type %s for functions", name)
	}
	logical := mapping.CreateLogicalType(t)
	defer mapping.DestroyLogicalType(&logical)
	if name == "JSON" {
		mapping.LogicalTypeSetAlias(logical, name)
	}
	if list {
		of := mapping.CreateListType(logical)
		defer mapping.DestroyLogicalType(&of)
		logical, of = of, logical
	}
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

//export trailscribe_bind
func trailscribe_bind(info unsafe.Pointer) {
	bind := mapping.BindInfo{Ptr: info}
	var client mapping.ClientContext
	mapping.ScalarFunctionGetClientContext(bind, &client)
	number := uintptr(mapping.ClientContextGetConnectionId(client)) + 1
	mapping.DestroyClientContext(&client)
	mapping.ScalarFunctionSetBindData(bind, *(*unsafe.Pointer)(unsafe.Pointer(&number)), nil)
	mapping.ScalarFunctionSetBindDataCopy(bind, unsafe.Pointer(C.trailscribe_same_t(C.trailscribe_same)))
}

//export trailscribe_call
func trailscribe_call(info, input, output unsafe.Pointer) {
	called := mapping.FunctionInfo{Ptr: info}
	fn := (*(*cgo.Handle)(mapping.ScalarFunctionGetExtraInfo(called))).Value().(*function)
	// The number of the connection, plus one, is itself the pointer that the call was bound with.
	var st *statement
	if bound := uintptr(mapping.ScalarFunctionGetBindData(called)); bound > 0 {
		st = fn.running.of(uint64(bound) - 1)
	}
	if err := st.judge(fn.batch(st, mapping.DataChunk{Ptr: input}, mapping.Vector{Ptr: output})); err != nil {
		mapping.ScalarFunctionSetError(called, err.Error())
	}
}

// batch works out the function for all rows of a chunk.
func (f *function) batch(st *statement, input mapping.DataChunk, output mapping.Vector) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: %v", f.Name, p)
		}
	}()
	if err := st.goesOn(); err != nil {
		return err
	}
	n := int(mapping.DataChunkGetSize(input))
	in := make([]column, mapping.DataChunkGetColumnCount(input))
	for i := range in {
		kind, _ := strings.CutSuffix(f.Params[min(i, len(f.Params)-1)], "...")
		in[i] = columnOf(kind, mapping.DataChunkGetVector(input, mapping.IdxT(i)), n)
	}
	if f.Call == nil {
		if err := f.guard(st, in, n); err != nil {
			return err
		}
		mapping.VectorReferenceVector(output, in[0].vector)
		return nil
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
	made, looked := int64(0), int64(0)
row:
	for row := range n {
		if err := st.goesOn(); err != nil {
			return err
		}
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
		if s, is := v.(string); is {
			if made += int64(len(s)); made-looked > lookAfter {
				looked = made
				if err := st.take(made); err != nil {
					return err
				}
			}
		}
		if err := out.set(row, v); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

// lookAfter is how many bytes of texts a function makes before it looks again whether there is memory for more.
const lookAfter = 8 << 20

// guard looks at what is to be made of the arguments of all rows of a chunk.
func (f *function) guard(st *statement, in []column, n int) error {
	limits := st == nil || st.asked
	sum := int64(0)
	if f.Length != nil {
		for row := range n {
			if in[0].null(row) {
				continue
			}
			bytes, err := f.Length(in[0].length(row))
			if err != nil && limits {
				return err
			}
			sum += bytes
		}
		return st.take(sum)
	}
	size := func(of func([]any) (int64, error)) error {
		args := make([]any, len(in))
		sum = 0
	row:
		for row := range n {
			if err := st.goesOn(); err != nil {
				return err
			}
			for i := range in {
				if in[i].null(row) {
					continue row
				}
				args[i] = in[i].value(row)
			}
			bytes, err := of(args)
			if err != nil && (limits || !isLimit(err)) {
				return err
			}
			sum += bytes
		}
		return st.take(sum)
	}
	err := size(f.Bound)
	if err != nil && f.Exact != nil && !isLimit(err) {
		return size(f.Exact)
	}
	return err
}

func isLimit(err error) bool {
	var limit *scalar.LimitError
	return errors.As(err, &limit)
}

// column is a vector of the database whose values lie one after the other.
type column struct {
	vector   mapping.Vector
	validity unsafe.Pointer // nil: no value is NULL
	texts    []text
	ints     []int64
	doubles  []float64
	bools    []bool
	lists    []list
	elements *column // of the lists
}

// list is the duckdb_list_entry of the database's C interface: a part of the elements of all lists of a vector.
type list struct{ offset, length uint64 }

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
	case "VARCHAR", "JSON":
		c.texts = unsafe.Slice((*text)(data), n)
	case "BIGINT":
		c.ints = unsafe.Slice((*int64)(data), n)
	case "DOUBLE":
		c.doubles = unsafe.Slice((*float64)(data), n)
	case "BOOLEAN":
		c.bools = unsafe.Slice((*bool)(data), n)
	case "VARCHAR[]":
		c.lists = unsafe.Slice((*list)(data), n)
		elements := columnOf("VARCHAR", mapping.ListVectorGetChild(v), int(mapping.ListVectorGetSize(v)))
		c.elements = &elements
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
	case c.elements != nil:
		l := c.lists[row]
		texts := make([]any, l.length)
		for i := range texts {
			if at := int(l.offset) + i; !c.elements.null(at) {
				texts[i] = c.elements.value(at)
			}
		}
		return texts
	}
	return c.bools[row]
}

// length is that of a text in bytes; a whole number is its own.
func (c *column) length(row int) int64 {
	switch {
	case c.texts != nil:
		return int64(c.texts[row].length)
	case c.ints != nil:
		return c.ints[row]
	}
	return 0
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
