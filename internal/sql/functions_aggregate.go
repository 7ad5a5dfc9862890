package sql

import "trailscribe/internal/sql/ast"

// aggregateFunctions: $D is DISTINCT, $O the ORDER BY inside the call, $F what follows the call (FILTER, OVER).
func aggregateFunctions() []*function {
	agg := func(name, sigs, duck string, flags functionFlag, note string) *function {
		return &function{name: name, kind: aggregateFunction, sigs: sigs, duck: duck, flags: flags, note: note}
	}
	sum := agg("sum", "bigint : bigint; D : D; double : double", "CAST(sum($D$1)$F AS $R)", 0, "bigint; DuckDB's is 128 bits wide")
	sum.check = func(k *checker, c *ast.Call, r *resolved) {
		if r.result.Kind == DecimalType {
			r.result = decimalOf(38, r.result.S)
		}
	}
	return []*function{
		sum,
		agg("count", ": bigint; T : bigint", "", 0, ""),
		agg("count_if", "boolean : bigint", "count($D CASE WHEN $1 THEN 1 END)$F", 0, ""),
		agg("avg", "bigint : double; D : D; double : double", "", 0, "a decimal stays a decimal"),
		agg("min max", "O : O; O, bigint : array(O)", "", 0, ""),
		agg("bool_and every", "boolean : boolean", "bool_and($D$1)$F", 0, ""),
		agg("bool_or", "boolean : boolean", "bool_or($D$1)$F", 0, ""),
		agg("arbitrary any_value", "T : T", "any_value($1)$F", orderFunction, ""),
		agg("array_agg", "T : array(T)", "list($D$1$O)$F", orderFunction|orderBySelf, ""),
		agg("map_agg", "K, V : map(K, V)", "map_from_entries(list(DISTINCT struct_pack(k := $1, v := $2))$F)", orderFunction,
			"a key with two values is an error; Trino takes any of them"),
		agg("histogram", "T : map(T, bigint)", "CAST(histogram($1)$F AS $R)", 0, ""),
		agg("max_by", "T, O : T; T, O, bigint : array(T)", "", orderFunction, "keeps a NULL of the first argument; DuckDB's arg_max skips it"),
		agg("min_by", "T, O : T; T, O, bigint : array(T)", "", orderFunction, "keeps a NULL of the first argument; DuckDB's arg_min skips it"),
		agg("listagg", "varchar, varchar : varchar; varchar : varchar", "", orderFunction|orderBySelf, ""),
		agg("stddev stddev_samp", "double : double", "stddev_samp($D$1)$F", 0, ""),
		agg("stddev_pop", "double : double", "stddev_pop($D$1)$F", 0, ""),
		agg("variance var_samp", "double : double", "var_samp($D$1)$F", 0, ""),
		agg("var_pop", "double : double", "var_pop($D$1)$F", 0, ""),
		agg("corr covar_pop covar_samp regr_slope regr_intercept", "double, double : double", "", 0, ""),
		agg("geometric_mean", "double : double", "geomean($1)$F", 0, ""),
		agg("approx_distinct", "T : bigint; T, double : bigint", "count(DISTINCT $1)$F", approximateFunction, "exact here"),
		agg("approx_percentile", "double, double : double; bigint, double : bigint", "quantile_disc($1, $2)$F", approximateFunction,
			"exact here"),
	}
}

func windowFunctions() []*function {
	win := func(name, sigs string) *function {
		return &function{name: name, kind: windowFunction, sigs: sigs}
	}
	return []*function{
		win("row_number rank dense_rank", ": bigint"),
		win("percent_rank cume_dist", ": double"),
		win("ntile", "bigint : bigint"),
		win("lag lead", "T : T; T, bigint : T; T, bigint, T : T"),
		win("first_value last_value", "T : T"),
		win("nth_value", "T, bigint : T"),
	}
}
