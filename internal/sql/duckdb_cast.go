package sql

import (
	"fmt"
	"strings"

	"trailscribe/internal/sql/ast"
)

// castTo writes CAST(x AS to), or TRY_CAST.
func (e *emitter) castTo(x ast.Expr, to *Type, try bool) string {
	from := e.c.types[x]
	if from.Kind == TimestampZoneType && to.Kind != TimestampZoneType && to.Kind != JSONType {
		// the wall clock decides; as text the zone's name follows
		s := e.local(x)
		if to.Kind == VarcharType {
			zone, _ := e.zoneOf(x)
			return cut("("+castSQL(s, timestampOf(from.P), tVarchar, try)+" || ' ' || "+zone+")", to)
		}
		return castSQL(s, timestampOf(from.P), to, try)
	}
	return castSQL(e.x(x), from, to, try)
}

// Texts a CAST from varchar takes in Trino. DuckDB takes more, such as '1.5' for an integer and 'yes' for a boolean.
const (
	intText   = `[+-]?[0-9]+`
	floatText = `\s*([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|NaN|[+-]?Infinity)\s*`
	decText   = `[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?`
	boolText  = `(?i:true|false|t|f|1|0)`
	dateText  = `\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\s*`
	timeText  = `[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,12})?)?`
	clockText = `\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( ` + timeText + `)?`
	zonedText = clockText + `( ?[A-Za-z][A-Za-z0-9_+/-]*| ?[+-][0-9]{1,2}(:[0-9]{2})?)?\s*`
	zoneText  = `\s*(Z|UTC|GMT|[+-][0-9]{1,2}(:[0-9]{2})?)?\s*` // behind a clock, where the zone is left out
)

// castSQL writes a cast of a value whose text is s, with Trino's meaning.
func castSQL(s string, from, to *Type, try bool) string {
	word := "CAST"
	if try {
		word = "TRY_CAST"
	}
	plain := func(s string) string { return word + "(" + s + " AS " + to.duck() + ")" }
	// strict lets only text through that matches; other text becomes one no type takes, and names itself in the error
	strict := func(form string) string {
		return plain("CASE WHEN regexp_full_match(" + s + ", " + ast.StringText(form) + ") THEN trim(" + s + ") WHEN " + s +
			" IS NOT NULL THEN 'not a " + to.String() + ": ' || " + s + " END")
	}
	switch {
	case from.Kind == UnknownType:
		return "CAST(NULL AS " + to.duck() + ")"
	case from.Kind == JSONType && to.Kind != JSONType:
		return castJSON(s, to, try)
	case to.Kind == JSONType:
		return toJSON(s, from)
	case from.text():
		switch to.Kind {
		case VarcharType:
			if from.P != unbounded && to.P != unbounded && from.P <= to.P {
				return s
			}
			return cut(s, to)
		case TinyintType, SmallintType, IntegerType, BigintType:
			return strict(intText)
		case RealType, DoubleType:
			return strict(floatText)
		case DecimalType:
			return strict(decText)
		case BooleanType:
			return strict(boolText)
		case DateType:
			return strict(dateText)
		case TimeType:
			return strict(timeText)
		case TimestampType:
			// A zone behind it is read and left out. Named ones (Europe/Berlin) are not known here: an error where Trino has a value.
			clock := "CASE WHEN regexp_full_match(" + s + ", " + ast.StringText(clockText+zoneText) + ") THEN trim(regexp_extract(" + s + ", " +
				ast.StringText(clockText) + ")) WHEN " + s +
				" IS NOT NULL THEN 'not a " + to.String() + ": ' || " + s + " END"
			return rounded(plain(clock), 9, to)
		case TimestampZoneType:
			return strict(zonedText)
		case IPAddressType:
			if try {
				return "tr_ip_try(" + s + ")"
			}
			return "tr_ip(" + s + ")"
		}
	case to.Kind == VarcharType:
		return cut(toText(s, from), to)
	case from.float() && to.integral():
		return plain("round(" + s + ")")
	case from.float() && to.Kind == DecimalType, from.Kind == DecimalType && to.numeric():
		return plain(s)
	case from.Kind == BooleanType && to.numeric():
		return plain("CAST(" + s + " AS INTEGER)")
	case from.Kind == ArrayType && to.Kind == ArrayType:
		if from.Elem.duck() == to.Elem.duck() && from.Elem.Kind != RowType {
			return s
		}
		v := depthName("x_c", to)
		return "list_transform(" + s + ", lambda " + v + ": " + castSQL(v, from.Elem, to.Elem, try) + ")"
	case from.Kind == MapType && to.Kind == MapType:
		v := depthName("x_m", to)
		return "map_from_entries(list_transform(map_entries(" + s + "), lambda " + v + ": struct_pack(k := " +
			castSQL(v+".key", from.Key, to.Key, try) + ", v := " + castSQL(v+".value", from.Elem, to.Elem, try) + ")))"
	case from.Kind == RowType && to.Kind == RowType:
		parts := make([]string, len(to.Fields))
		for i := range to.Fields {
			parts[i] = duckName(duckField(to, i)) + " := " + castSQL("("+s+")."+duckName(duckField(from, i)), from.Fields[i].Type, to.Fields[i].Type,
				try)
		}
		return "CASE WHEN " + s + " IS NOT NULL THEN struct_pack(" + strings.Join(parts, ", ") + ") END"
	case from.Kind == TimestampType && to.Kind == TimestampType:
		return rounded(s, from.P, to)
	case from.duck() == to.duck():
		return s
	}
	return plain(s)
}

// depthName names a lambda's parameter differently at each depth of nesting.
func depthName(s string, t *Type) string {
	n := 0
	for ; t != nil && (t.Kind == ArrayType || t.Kind == MapType || t.Kind == RowType); n++ {
		if t.Kind == RowType {
			n += 10
			break
		}
		t = t.Elem
	}
	return fmt.Sprintf("%s%d", s, n)
}

// rounded cuts a timestamp to the precision of its type, halves up, where it may be finer.
func rounded(s string, from int, to *Type) string {
	if to.P >= from || to.P > 3 {
		return s
	}
	if to.P == 3 {
		return "tr_milliseconds(" + s + ")"
	}
	if to.P == 0 {
		return "tr_seconds(" + s + ")"
	}
	return s
}

// cut keeps the first characters of a text, as a cast to varchar(n) does.
func cut(s string, to *Type) string {
	if to.P == unbounded {
		return s
	}
	return fmt.Sprintf("substr(%s, 1, %d)", s, to.P)
}

// toText is a value as Trino casts it to varchar.
func toText(s string, from *Type) string {
	switch from.Kind {
	case IPAddressType:
		return s
	case DoubleType:
		return "tr_double_text(" + s + ")"
	case RealType:
		return "tr_double_text(CAST(" + s + " AS DOUBLE))"
	case TimestampType:
		switch {
		case from.P == 0:
			return "strftime(" + s + ", '%Y-%m-%d %H:%M:%S')"
		case from.P <= 3:
			return "strftime(" + s + ", '%Y-%m-%d %H:%M:%S.%g')"
		}
		return "strftime(" + s + ", '%Y-%m-%d %H:%M:%S.%f')"
	case IntervalDayType:
		return "tr_interval_text(" + s + ")"
	case IntervalMonthType:
		return "tr_months_text(" + s + ")"
	}
	return "CAST(" + s + " AS VARCHAR)"
}

// castJSON turns JSON into another type. DuckDB's own cast would make text with quotes of a string, and text of an object.
func castJSON(s string, to *Type, try bool) string {
	switch to.Kind {
	case VarcharType:
		if try {
			return cut("tr_json_text_try("+s+")", to)
		}
		return cut("tr_json_text("+s+")", to)
	case ArrayType:
		if to.Elem.Kind == JSONType {
			return jsonShape(s, "ARRAY", "JSON[]", try)
		}
		v := depthName("x_j", to)
		return "list_transform(" + jsonShape(s, "ARRAY", "JSON[]", try) + ", lambda " + v + ": " + castJSON(v, to.Elem, try) + ")"
	case MapType:
		v := depthName("x_o", to)
		return "map_from_entries(list_transform(map_entries(" + jsonShape(s, "OBJECT", "MAP(VARCHAR, JSON)", try) + "), lambda " + v +
			": struct_pack(k := " + castSQL(v+".key", tVarchar, to.Key, try) + ", v := " + castJSON(v+".value", to.Elem, try) + ")))"
	case RowType:
		parts := make([]string, len(to.Fields))
		for i, f := range to.Fields {
			path := fmt.Sprintf("$[%d]", i)
			if f.Name != "" {
				path = `$."` + strings.ReplaceAll(f.Name, `"`, `\"`) + `"`
			}
			parts[i] = duckName(duckField(to, i)) + " := " + castJSON("json_extract("+s+", "+ast.StringText(path)+")", f.Type, try)
		}
		return "CASE WHEN json_type(" + s + ") IN ('OBJECT', 'ARRAY') THEN struct_pack(" + strings.Join(parts, ", ") + ") END"
	case JSONType:
		return s
	case TinyintType, SmallintType, IntegerType, BigintType:
		word := "CAST("
		if try {
			word = "TRY_CAST("
		}
		return "CASE WHEN json_type(" + s + ") = 'DOUBLE' THEN " + word + "round(CAST(" + s + " AS DOUBLE)) AS " + to.duck() + ") ELSE " +
			castSQL("tr_json_text"+map[bool]string{true: "_try"}[try]+"("+s+")", tVarchar, to, try) + " END"
	}
	return castSQL("tr_json_text"+map[bool]string{true: "_try"}[try]+"("+s+")", tVarchar, to, try)
}

// jsonShape casts JSON to a container after looking that it is one.
func jsonShape(s, want, to string, try bool) string {
	miss := "CAST(CAST('not a JSON " + strings.ToLower(want) + ": ' || CAST(" + s + " AS VARCHAR) AS BIGINT) AS VARCHAR)"
	if try {
		miss = "NULL"
	}
	return "CAST(CAST(CASE json_type(" + s + ") WHEN 'NULL' THEN NULL WHEN '" + want + "' THEN CAST(" + s + " AS VARCHAR) ELSE " + miss +
		" END AS JSON) AS " + to + ")"
}
