package sql

import "trailscribe/internal/sql/ast"

// jsonFunctions read JSON text. Paths are literals, because DuckDB's paths are written differently.
func jsonFunctions() []*function {
	return []*function{
		{name: "json_extract_scalar", sigs: "varchar, varchar : varchar; json, varchar : varchar", check: literalPath,
			emit: emitJSON("tr_json_scalar"), note: "NULL for objects, arrays, null and malformed text; numbers as they are written"},
		{name: "json_extract", sigs: "varchar, varchar : json; json, varchar : json", check: literalPath, emit: emitJSON("tr_json_extract"),
			note: "NULL for malformed text, which is an error in DuckDB"},
		{name: "json_size", sigs: "varchar, varchar : bigint; json, varchar : bigint", check: literalPath, emit: emitJSON("tr_json_size")},
		{name: "json_parse", sigs: "varchar : json", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			if e.try > 0 {
				return "CAST(tr_json_parse_try(" + e.as(c.Args[0], tVarchar) + ") AS JSON)"
			}
			return "CAST(tr_json_parse(" + e.as(c.Args[0], tVarchar) + ") AS JSON)"
		}, note: "sorts the keys of objects, as Trino's json type does"},
		{name: "json_format", sigs: "json : varchar", duck: "CAST($1 AS VARCHAR)"},
		{name: "json_array_length", sigs: "varchar : bigint; json : bigint", duck: "tr_json_array_length($1)"},
		{name: "json_array_contains", sigs: "varchar, varchar : boolean; json, varchar : boolean; varchar, bigint : boolean; json, bigint : " +
			"boolean; varchar, boolean : boolean; json, boolean : boolean",
			duck: "tr_json_array_contains($1, $2)"},
		{name: "is_json_scalar", sigs: "varchar : boolean; json : boolean", duck: "(json_type($1) NOT IN ('OBJECT', 'ARRAY'))"},
	}
}
