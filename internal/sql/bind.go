package sql

import (
	"errors"
	"fmt"
	"time"

	"trailscribe/internal/sql/ast"
)

// ParamType is the SQL type of a parameter of a query's file:
//
//	text id zone clock      varchar; a clock is "09:00"
//	texts ids cidrs         array(varchar)
//	int                     bigint
//	number                  double
//	bool                    boolean
//	date, dates             date, array(date)
//	instant                 timestamp(3): the clock of UTC, without zone, as event_time is
//	duration                bigint: seconds, for date_diff('second', a, b) and date_add('second', n, t)
//
// Other names are taken for an SQL type and come back as they are.
func ParamType(name string) string {
	switch name {
	case "text", "id", "zone", "clock":
		return "varchar"
	case "texts", "ids", "cidrs":
		return "array(varchar)"
	case "int", "duration":
		return "bigint"
	case "number":
		return "double"
	case "bool":
		return "boolean"
	case "dates":
		return "array(date)"
	case "instant":
		return "timestamp(3)"
	}
	return name
}

// Bind replaces each parameter by a literal of its type. A parameter without a value, or with a value of another type, is an
// error that names it; values of parameters the statement does not have are left alone. All errors come at once.
//
// Values are string, int64 or int, float64, bool, time.Time (date and instant), Date, time.Duration, and slices of string,
// int64, time.Time and Date. A nil value counts as none.
func (c *Checked) Bind(v Values) (*Bound, error) {
	b := &Bound{c: c, cols: c.Columns(), lits: make(map[string]ast.Expr, len(c.paramNames))}
	var errs []error
	for _, name := range c.paramNames {
		value, err := typed(c.declared[name], v[name])
		if err == nil {
			b.lits[name], err = literalNode(value)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("parameter :%s: %w", name, err))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if err := b.counts(); err != nil {
		return nil, err
	}
	if err := b.values(); err != nil {
		return nil, err
	}
	return b, nil
}

// typed is the value as Literal takes it for a parameter type: a date is a Date, a number a float64.
func typed(typ string, v any) (any, error) {
	if v == nil {
		return nil, errors.New("it has no value; give it one, or a default in the query")
	}
	wrong := func() (any, error) {
		return nil, fmt.Errorf("its type is %s, but the value is a Go %T", typ, v)
	}
	switch sqlType := ParamType(typ); sqlType {
	case "varchar":
		if _, ok := v.(string); !ok {
			return wrong()
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return wrong()
		}
	case "bigint":
		switch v.(type) {
		case int, int64:
			if typ == "duration" {
				return wrong()
			}
		case time.Duration:
			if typ != "duration" {
				return wrong()
			}
		default:
			return wrong()
		}
	case "double":
		switch n := v.(type) {
		case float64:
		case int:
			v = float64(n)
		case int64:
			v = float64(n)
		default:
			return wrong()
		}
	case "date":
		switch t := v.(type) {
		case Date:
		case time.Time:
			v = Date(t)
		default:
			return wrong()
		}
	case "timestamp(3)", "timestamp":
		if _, ok := v.(time.Time); !ok {
			return wrong()
		}
	case "timestamp(3) with time zone", "timestamp with time zone":
		t, ok := v.(time.Time)
		if !ok {
			return wrong()
		}
		v = Zoned(t)
	case "array(varchar)":
		if _, ok := v.([]string); !ok {
			return wrong()
		}
	case "array(bigint)":
		if _, ok := v.([]int64); !ok {
			return wrong()
		}
	case "array(date)":
		switch ts := v.(type) {
		case []Date:
		case []time.Time:
			days := make([]Date, len(ts))
			for i, t := range ts {
				days[i] = Date(t)
			}
			v = days
		default:
			return wrong()
		}
	case "":
		return nil, errors.New("it is not declared")
	default:
		return nil, fmt.Errorf("there are no literals of its type, %s", typ)
	}
	return v, nil
}

// counts refuses a parameter behind LIMIT or OFFSET that is not a count. Only values can show that.
func (b *Bound) counts() error {
	var err error
	check := func(x ast.Expr, word string) {
		v, ok := x.(*ast.Param)
		if !ok || err != nil {
			return
		}
		if n, ok := wholeNumber(b.lits[v.Name]); !ok || n < 0 {
			err = fmt.Errorf("parameter :%s: it stands behind %s and must be a whole number that is not negative", v.Name, word)
		}
	}
	ast.Walk(b.c.query, func(n ast.Node) bool {
		if q, ok := n.(*ast.Query); ok {
			check(q.Limit, "LIMIT")
			check(q.Offset, "OFFSET")
		}
		return true
	})
	return err
}
