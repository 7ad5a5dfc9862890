package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// arrayFunctions are the functions of arrays, maps and lambdas.
func arrayFunctions() []*function {
	return []*function{
		{name: "cardinality", sigs: "array(T) : bigint; map(K, V) : bigint", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			if r.params[0].Kind == MapType {
				return "CAST(cardinality(" + e.args(c, r) + ") AS BIGINT)"
			}
			return "len(" + e.args(c, r) + ")"
		}},
		{name: "element_at", sigs: "array(T), bigint : T; map(K, V), K : V", emit: emitElementAt, note: "NULL where there is no such element"},
		{name: "array_position", sigs: "array(T), T : bigint", duck: "tr_array_position($1, $2)",
			note: "0 where it is not there; DuckDB gives NULL"},
		{name: "array_join", sigs: "array(T), varchar : varchar; array(T), varchar, varchar : varchar", check: checkArrayJoin,
			emit: emitArrayJoin},
		{name: "array_distinct", sigs: "array(T) : array(T)", duck: "tr_array_distinct($1)", note: "keeps the order of first occurrence"},
		{name: "array_sort", sigs: "array(O) : array(O)", duck: "list_sort($1, 'ASC', 'NULLS LAST')", note: "without a comparing lambda"},
		{name: "array_max", sigs: "array(O) : O", duck: "tr_array_max($1)", note: "NULL if the array holds NULL"},
		{name: "array_min", sigs: "array(O) : O", duck: "tr_array_min($1)", note: "NULL if the array holds NULL"},
		{name: "array_union", sigs: "array(T), array(T) : array(T)", duck: "tr_array_union($1, $2)"},
		{name: "array_intersect", sigs: "array(T), array(T) : array(T)", duck: "tr_array_intersect($1, $2)"},
		{name: "array_except", sigs: "array(T), array(T) : array(T)", duck: "tr_array_except($1, $2)"},
		{name: "array_remove", sigs: "array(T), T : array(T)", duck: "tr_array_remove($1, $2)"},
		{name: "arrays_overlap", sigs: "array(T), array(T) : boolean", duck: "tr_arrays_overlap($1, $2)"},
		{name: "flatten", sigs: "array(array(T)) : array(T)", duck: "tr_flatten($1)"},
		{name: "slice", sigs: "array(T), bigint, bigint : array(T)", duck: "tr_slice($1, $2, $3)"},
		{name: "repeat", sigs: "T, integer : array(T)", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			return once(e.as(c.Args[0], r.params[0]), func(x string) string {
				bytes := "8"
				if w := weight(x, r.params[0], 0); w != "" {
					bytes = "coalesce(" + w + ", 0)"
				}
				return "list_transform(range(tr_times(" + e.as(c.Args[1], tBigint) + ", " + bytes + ")), lambda x_i: " + x + ")"
			})
		}, note: "an array; DuckDB's repeat is text"},
		{name: "sequence", sigs: "bigint, bigint : array(bigint); bigint, bigint, bigint : array(bigint); date, date : array(date); date, " +
			"date, day : array(date)", emit: emitSequence},
		{name: "zip", sigs: "array(T), array(U) : array(T)", check: func(k *checker, c *ast.Call, r *resolved) {
			r.result = arrayOf(&Type{Kind: RowType, Fields: []Field{{Type: r.params[0].Elem}, {Type: r.params[1].Elem}}})
		}, duck: "CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN list_transform(list_zip($1, $2), lambda x_z: struct_pack(f1 := x_z[1], " +
			"f2 := x_z[2])) END"},
		{name: "map", sigs: "array(K), array(V) : map(K, V)", duck: "map($1, $2)"},
		{name: "map_keys", sigs: "map(K, V) : array(K)", duck: "map_keys($1)"},
		{name: "map_values", sigs: "map(K, V) : array(V)", duck: "map_values($1)"},
		{name: "map_entries", sigs: "map(K, V) : array(K)", check: func(k *checker, c *ast.Call, r *resolved) {
			r.result = arrayOf(&Type{Kind: RowType, Fields: []Field{{Type: r.params[0].Key}, {Type: r.params[0].Elem}}})
		}, duck: "list_transform(map_entries($1), lambda x_e: struct_pack(f1 := x_e.key, f2 := x_e.value))"},
		{name: "map_concat", sigs: "map(K, V), map(K, V) : map(K, V)",
			duck: "CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN CASE WHEN tr_entries(CAST(cardinality($1) + cardinality($2) AS BIGINT), 0) " +
				"IS NOT NULL THEN map_concat($1, $2) END END"},
		{name: "filter", sigs: "array(T), (T) -> boolean : array(T)", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			return "list_filter(" + e.as(c.Args[0], r.params[0]) + ", " + e.lambda(c.Args[1]) + ")"
		}},
		{name: "transform", sigs: "array(T), (T) -> U : array(U)", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			return "list_transform(" + e.as(c.Args[0], r.params[0]) + ", " + e.lambda(c.Args[1]) + ")"
		}},
		{name: "any_match", sigs: "array(T), (T) -> boolean : boolean", emit: emitMatch("tr_any"),
			note: "three-valued: NULL where no element matches and some are NULL"},
		{name: "all_match", sigs: "array(T), (T) -> boolean : boolean", emit: emitMatch("tr_all")},
		{name: "none_match", sigs: "array(T), (T) -> boolean : boolean", emit: emitMatch("NOT tr_any")},
		{name: "reduce", sigs: "array(T), S, (S, T) -> S, (S) -> R : R", emit: emitReduce},
		{name: "zip_with", sigs: "array(T), array(U), (T, U) -> R : array(R)", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			names := e.c.lambdas[c.Args[2].(*ast.Lambda)]
			l := c.Args[2].(*ast.Lambda)
			body := guardedLambda(e.substituted(l, map[string]string{names[0]: "x_z[1]", names[1]: "x_z[2]"}, "x_z[1]"), e.c.types[l], "x_z[1]")
			return "list_transform(list_zip(" + e.as(c.Args[0], r.params[0]) + ", " + e.as(c.Args[1], r.params[1]) + "), lambda x_z: " + body + ")"
		}},
		{name: "map_filter", sigs: "map(K, V), (K, V) -> boolean : map(K, V)", emit: emitMapLambda("list_filter", "", "")},
		{name: "transform_values", sigs: "map(K, V), (K, V) -> U : map(K, U)",
			emit: emitMapLambda("list_transform", "struct_pack(k := x_e.key, v := ", ")")},
		{name: "transform_keys", sigs: "map(K, V), (K, V) -> U : map(U, V)", emit: emitMapLambda("list_transform", "struct_pack(k := ",
			", v := x_e.value)")},
	}
}

func emitElementAt(e *emitter, c *ast.Call, r *resolved) string {
	x, i := e.as(c.Args[0], r.params[0]), e.as(c.Args[1], r.params[1])
	if r.params[0].Kind == MapType {
		return "element_at(" + x + ", " + i + ")[1]"
	}
	if lit, ok := c.Args[1].(*ast.IntLit); ok {
		if lit.Value == 0 {
			e.refuse(c.Args[1], "the elements of an array count from 1", "")
		}
		return "list_extract(" + x + ", " + i + ")"
	}
	return "list_extract(" + x + ", CASE WHEN " + i + " = 0 THEN CAST('array index ' || " + i + " || ' is not from 1' AS BIGINT) ELSE " + i +
		" END)"
}

func checkArrayJoin(k *checker, c *ast.Call, r *resolved) {
	if e := r.params[0].Elem; !e.scalar() || e.Kind == JSONType {
		k.problem(c.Args[0], "array_join takes an array of text, numbers or dates, not "+r.params[0].String(), "", "types")
	}
}

func emitArrayJoin(e *emitter, c *ast.Call, r *resolved) string {
	a := e.as(c.Args[0], r.params[0])
	if t := r.params[0].Elem; t.Kind != VarcharType {
		a = "list_transform(" + a + ", lambda x_j: " + castSQL("x_j", t, tVarchar, false) + ")"
	}
	if len(c.Args) == 3 {
		return "tr_join_all(list_filter(" + a + ", lambda x_k: true), " + e.as(c.Args[1], tVarchar) + ", " + e.as(c.Args[2], tVarchar) + ")"
	}
	return "tr_array_join(" + a + ", " + e.as(c.Args[1], tVarchar) + ")"
}

func emitSequence(e *emitter, c *ast.Call, r *resolved) string {
	if r.result.Elem.Kind == BigintType {
		if len(c.Args) == 2 {
			return "tr_sequence(" + e.args(c, r) + ")"
		}
		return "tr_sequence_by(" + e.args(c, r) + ")"
	}
	from, to := "CAST("+e.as(c.Args[0], tDate)+" AS TIMESTAMP)", "CAST("+e.as(c.Args[1], tDate)+" AS TIMESTAMP)"
	step := "CASE WHEN " + from + " <= " + to + " THEN to_days(1) ELSE to_days(-1) END"
	if len(c.Args) == 3 {
		step = e.x(c.Args[2])
	}
	return "tr_sequence_days(" + from + ", " + to + ", " + step + ")"
}

func emitMatch(macro string) func(*emitter, *ast.Call, *resolved) string {
	return func(e *emitter, c *ast.Call, r *resolved) string {
		s := macro + "(list_transform(" + e.as(c.Args[0], r.params[0]) + ", " + e.lambda(c.Args[1]) + "))"
		if strings.HasPrefix(s, "NOT") {
			return "(" + s + ")"
		}
		return s
	}
}

// emitReduce: DuckDB's list_reduce wants the state to have the type of the elements, so both are put into one struct.
func emitReduce(e *emitter, c *ast.Call, r *resolved) string {
	step, last := c.Args[2].(*ast.Lambda), c.Args[3].(*ast.Lambda)
	names := e.c.lambdas[step]
	state, elem := r.params[1].duck(), r.params[0].Elem.duck()
	array := e.as(c.Args[0], r.params[0])
	elems := "list_transform(" + array + ", lambda x_w: struct_pack(s := CAST(NULL AS " + state + "), x := x_w))"
	body := guardedLambda(e.substitutedAs(step, map[string]string{names[0]: "x_s.s", names[1]: "x_x.x"}, r.params[1], "x_x.x"), r.params[1],
		"x_x.x")
	reduced := "list_reduce(" + elems + ", lambda x_s, x_x: struct_pack(s := " + body + ", x := CAST(NULL AS " + elem +
		")), struct_pack(s := CAST(" + e.as(c.Args[1], r.params[1]) + " AS " + state + "), x := CAST(NULL AS " + elem + "))).s"
	return "list_transform([" + reduced + "], " + e.lambda(last) + ")[1]"
}

func emitMapLambda(list, before, after string) func(*emitter, *ast.Call, *resolved) string {
	return func(e *emitter, c *ast.Call, r *resolved) string {
		l := c.Args[1].(*ast.Lambda)
		names := e.c.lambdas[l]
		body := guardedLambda(e.substituted(l, map[string]string{names[0]: "x_e.key", names[1]: "x_e.value"}, "x_e.key"), e.c.types[l], "x_e.key")
		return "map_from_entries(" + list + "(map_entries(" + e.as(c.Args[0], r.params[0]) + "), lambda x_e: " + before + body + after + "))"
	}
}
