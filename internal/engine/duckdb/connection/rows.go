package connection

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"trailscribe/internal/result"
)

// Rows returns what reads the row rows stands at, each cell as the Go type of its column's kind. The Row is used again by the
// next call. A value its kind cannot hold (a whole number beyond 64 bits, NaN, Infinity) is an error that names the column.
func Rows(rows *sql.Rows, cols []result.Column) (func() (result.Row, error), error) {
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	if len(names) != len(cols) {
		return nil, fmt.Errorf("the engine gave %d columns where the statement has %d", len(names), len(cols))
	}
	cells, into := make([]any, len(cols)), make([]any, len(cols))
	for i := range cells {
		into[i] = &cells[i]
	}
	row := make(result.Row, len(cols))
	return func() (result.Row, error) {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		for i, c := range cols {
			v, err := Value(c.Kind, cells[i])
			if err != nil {
				return nil, fmt.Errorf("column %s: %w", c.Name, err)
			}
			row[i] = v
		}
		return row, nil
	}, nil
}

// Value is a value as the driver gave it, turned into the Go type of a kind: nil stays nil.
func Value(k result.Kind, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch k {
	case result.Text:
		switch v := v.(type) {
		case string:
			return v, nil
		case []byte:
			return string(v), nil
		}
	case result.Int:
		return integer(v)
	case result.Decimal:
		switch v := v.(type) {
		case duckdb.Decimal:
			return decimalText(v), nil
		case string:
			return v, nil
		}
		n, err := integer(v)
		if err == nil {
			return strconv.FormatInt(n.(int64), 10), nil
		}
	case result.Float:
		var f float64
		switch v := v.(type) {
		case float64:
			f = v
		case float32:
			f = float64(v)
		case duckdb.Decimal:
			f = v.Float64()
		default:
			n, err := integer(v)
			if err != nil {
				return nil, err
			}
			f = float64(n.(int64))
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%v is not a number a report can hold; guard the division with nullif(…, 0)", f)
		}
		return f, nil
	case result.Bool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
	case result.Instant, result.Local:
		if t, ok := v.(time.Time); ok {
			return t.UTC().Truncate(time.Millisecond), nil
		}
	case result.Date:
		if t, ok := v.(time.Time); ok {
			y, m, d := t.UTC().Date()
			return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), nil
		}
	}
	return nil, fmt.Errorf("the engine gave a Go %T where a value of kind %d was expected", v, k)
}

func integer(v any) (any, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case int32:
		return int64(v), nil
	case int16:
		return int64(v), nil
	case int8:
		return int64(v), nil
	case uint8:
		return int64(v), nil
	case uint16:
		return int64(v), nil
	case uint32:
		return int64(v), nil
	case uint64:
		if v > math.MaxInt64 {
			return nil, fmt.Errorf("%d does not fit 64 bits with a sign", v)
		}
		return int64(v), nil
	case *big.Int:
		if !v.IsInt64() {
			return nil, fmt.Errorf("%s does not fit 64 bits with a sign", v)
		}
		return v.Int64(), nil
	}
	return nil, errors.New("the engine gave a Go " + fmt.Sprintf("%T", v) + " where a whole number was expected")
}

// decimalText writes a decimal with all digits of its scale, as both engines do: 1.50.
func decimalText(d duckdb.Decimal) string {
	s := new(big.Int).Abs(d.Value).String()
	if scale := int(d.Scale); scale > 0 {
		for len(s) <= scale {
			s = "0" + s
		}
		s = s[:len(s)-scale] + "." + s[len(s)-scale:]
	}
	if d.Value.Sign() < 0 {
		s = "-" + s
	}
	return s
}
