package sql

import (
	"fmt"
	"strconv"
	"strings"
)

// duck is the type in DuckDB's spelling. Text lengths are kept apart: DuckDB takes varchar(3) and does not cut.
func (t *Type) duck() string {
	switch t.Kind {
	case UnknownType:
		return "INTEGER"
	case DecimalType:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.P, t.S)
	case RealType:
		return "FLOAT"
	case VarcharType, CharType, IPAddressType:
		return "VARCHAR"
	case VarbinaryType:
		return "BLOB"
	case TimestampType:
		return "TIMESTAMP"
	case TimestampZoneType:
		return "TIMESTAMPTZ"
	case IntervalDayType, IntervalMonthType:
		return "INTERVAL"
	case ArrayType:
		return t.Elem.duck() + "[]"
	case MapType:
		return "MAP(" + t.Key.duck() + ", " + t.Elem.duck() + ")"
	case RowType:
		fs := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			fs[i] = duckName(duckField(t, i)) + " " + f.Type.duck()
		}
		return "STRUCT(" + strings.Join(fs, ", ") + ")"
	}
	return strings.ToUpper(typeNames[t.Kind])
}

// duckField is the name field i of a row has in DuckDB, where a struct's fields always have one.
func duckField(t *Type, i int) string {
	if n := t.Fields[i].Name; n != "" {
		return n
	}
	return "f" + strconv.Itoa(i+1)
}

// duckName quotes an identifier for DuckDB; it always quotes, so that no keyword list is needed.
func duckName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// DuckType is a type in DuckDB's spelling, for the tables that stand for relations.
func DuckType(t *Type) string { return t.duck() }
