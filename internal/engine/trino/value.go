package trino

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/result"
	"trailscribe/internal/sql"
)

// value is a cell as Go has it: the types of a driver (int64, float64, string, bool, time.Time, []byte), lists as []any, rows
// and maps as map[string]any. A field of a row without a name is called f1, f2 …
func value(t *sql.Type, raw json.RawMessage) (any, error) {
	if raw == nil || string(raw) == "null" {
		return nil, nil
	}
	switch t.Kind {
	case sql.ArrayType:
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, err
		}
		out := make([]any, len(list))
		for i, e := range list {
			var err error
			if out[i], err = value(t.Elem, e); err != nil {
				return nil, err
			}
		}
		return out, nil
	case sql.RowType:
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, err
		}
		if len(list) != len(t.Fields) {
			return nil, fmt.Errorf("a row of %d fields has %d values", len(t.Fields), len(list))
		}
		out := map[string]any{}
		for i, f := range t.Fields {
			name := f.Name
			if name == "" {
				name = fmt.Sprintf("f%d", i+1)
			}
			var err error
			if out[name], err = value(f.Type, list[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case sql.MapType:
		var entries map[string]json.RawMessage
		if err := json.Unmarshal(raw, &entries); err != nil {
			return nil, err
		}
		out := map[string]any{}
		for k, v := range entries {
			var err error
			if out[k], err = value(t.Elem, v); err != nil {
				return nil, err
			}
		}
		return out, nil
	case sql.BooleanType:
		return strconv.ParseBool(string(raw))
	case sql.TinyintType, sql.SmallintType, sql.IntegerType, sql.BigintType:
		return strconv.ParseInt(string(raw), 10, 64)
	case sql.RealType, sql.DoubleType:
		bits := 64
		if t.Kind == sql.RealType {
			bits = 32
		}
		return strconv.ParseFloat(strings.Trim(string(raw), `"`), bits)
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	switch t.Kind {
	case sql.VarbinaryType:
		return base64.StdEncoding.DecodeString(s)
	case sql.DateType:
		return time.Parse("2006-01-02", s)
	case sql.TimestampType:
		return time.Parse("2006-01-02 15:04:05.999999999999", s)
	case sql.TimestampZoneType:
		return instant(s)
	}
	return s, nil
}

// instant reads a time that ends with its zone: UTC, +02:00 or Europe/Berlin.
func instant(s string) (time.Time, error) {
	at := strings.LastIndexByte(s, ' ')
	if at < 0 {
		return time.Time{}, fmt.Errorf("%q has no zone", s)
	}
	const wall = "2006-01-02 15:04:05.999999999999"
	zone := s[at+1:]
	if strings.HasPrefix(zone, "+") || strings.HasPrefix(zone, "-") {
		return time.Parse(wall+" -07:00", s)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, err
	}
	return time.ParseInLocation(wall, s[:at], loc)
}

// cell is a value as a result's column has it.
func cell(k result.Kind, t *sql.Type, raw json.RawMessage) (any, error) {
	v, err := value(t, raw)
	if err != nil || v == nil {
		return nil, err
	}
	switch k {
	case result.Float:
		f, ok := v.(float64)
		if ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			return nil, fmt.Errorf("%v is not a number that a report can show", f)
		}
	case result.Instant, result.Local, result.Date:
		if at, ok := v.(time.Time); ok {
			return at.UTC(), nil
		}
	case result.Text:
		if _, ok := v.(string); !ok {
			return nil, fmt.Errorf("a value of the type %s is not a text", t)
		}
	}
	return v, nil
}
