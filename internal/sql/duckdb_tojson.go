package sql

import (
	"encoding/json"
	"strings"
)

// toJSON is CAST(x AS json), a text that is not too long. The sizes of what stands in an array or a map are looked at before it is made.
func toJSON(s string, from *Type) string {
	switch from.Kind {
	case JSONType:
		return s
	case ArrayType, MapType, RowType:
		return once(s, func(s string) string {
			made := "tr_fit_json(" + spellJSON(s, from) + ")"
			if w := weight(s, from, 0); w != "" {
				return unless("tr_load", "coalesce("+w+", 0)", made)
			}
			return made
		})
	case VarcharType:
		return "tr_fit_json(" + spellJSON(s, from) + ")"
	}
	return spellJSON(s, from)
}

// spellJSON writes the cast. Trino sorts the keys of a map, which DuckDB leaves as they are, and has fields without a name,
// which no struct of DuckDB has; both are written out.
func spellJSON(s string, from *Type) string {
	switch from.Kind {
	case JSONType:
		return s
	case DateType, TimestampType:
		return "to_json(" + toText(s, from) + ")"
	}
	if !spelledJSON(from) {
		return "to_json(" + s + ")"
	}
	switch from.Kind {
	case ArrayType:
		v := depthName("x_j", from)
		return "to_json(list_transform(" + s + ", lambda " + v + ": " + spellJSON(v, from.Elem) + "))"
	case MapType:
		v := depthName("x_j", from)
		entry := "struct_pack(k := " + castSQL(v+".key", from.Key, tVarchar, false) + ", v := " + spellJSON(v+".value", from.Elem) + ")"
		return "to_json(map_from_entries(list_sort(list_transform(map_entries(" + s + "), lambda " + v + ": " + entry + "))))"
	}
	var b strings.Builder
	b.WriteString("CASE WHEN " + s + " IS NOT NULL THEN CAST('{")
	for i, f := range from.Fields {
		key, err := json.Marshal(f.Name)
		if err != nil {
			panic(err) // a text can always be written
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strings.ReplaceAll(string(key), "'", "''") + ":' || coalesce(CAST(" + spellJSON("("+s+")."+duckName(duckField(from, i)),
			f.Type) + " AS VARCHAR), 'null') || '")
	}
	return b.String() + "}' AS JSON) END"
}

// spelledJSON reports whether to_json of DuckDB would write a value of the type otherwise than Trino does.
func spelledJSON(t *Type) bool {
	switch t.Kind {
	case MapType:
		return true
	case ArrayType:
		return spelledJSON(t.Elem)
	case RowType:
		for _, f := range t.Fields {
			if f.Name == "" || spelledJSON(f.Type) {
				return true
			}
		}
	}
	return false
}
