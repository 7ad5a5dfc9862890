package connection

import (
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"

	language "trailscribe/internal/sql"
)

var types = map[string]duckdb.Type{"VARCHAR": duckdb.TYPE_VARCHAR, "BIGINT": duckdb.TYPE_BIGINT, "DOUBLE": duckdb.TYPE_DOUBLE, "BOOLEAN": duckdb.TYPE_BOOLEAN}

// function is a GoFunction as the driver wants it.
type function struct {
	config duckdb.ScalarFuncConfig
	call   func([]any) (any, error)
}

func register(c *sql.Conn, f language.GoFunction) error {
	fn := &function{call: f.Call}
	for _, p := range f.Params {
		t, err := typeInfo(p)
		if err != nil {
			return err
		}
		fn.config.InputTypeInfos = append(fn.config.InputTypeInfos, t)
	}
	t, err := typeInfo(f.Result)
	if err != nil {
		return err
	}
	fn.config.ResultTypeInfo = t
	return duckdb.RegisterScalarUDF(c, f.Name, fn)
}

func typeInfo(name string) (duckdb.TypeInfo, error) {
	t, ok := types[name]
	if !ok {
		return nil, fmt.Errorf("there is no type %s for functions", name)
	}
	return duckdb.NewTypeInfo(t)
}

func (f *function) Config() duckdb.ScalarFuncConfig { return f.config }

func (f *function) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		args := make([]any, len(values))
		for i, v := range values {
			if v == nil {
				return nil, nil
			}
			args[i] = v
		}
		return f.call(args)
	}}
}
