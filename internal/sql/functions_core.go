package sql

import (
	"strconv"

	"trailscribe/internal/sql/ast"
)

// Sources of the tables in this folder: the signatures are those of Trino's documentation, "Functions and operators"
// (Athena engine version 3 is Trino); where DuckDB says it differently, a case of the expression contract
// (internal/engine/enginetest/testdata/expressions.txt) holds the value Trino gives.

// coreFunctions are conditionals and what asks about the session.
func coreFunctions() []*function {
	return []*function{
		{name: "coalesce", sigs: "T, T... : T", duck: "coalesce($*)"},
		{name: "if", sigs: "boolean, T : T; boolean, T, T : T", emit: emitIf},
		{name: "nullif", sigs: "T, U : T", check: checkNullif, emit: emitNullif},
		{name: "try", sigs: "T : T", check: keepZone, emit: emitTry},
		{name: "greatest", sigs: "O... : O", emit: emitExtreme(">="), note: "NULL if any argument is NULL; DuckDB skips NULL"},
		{name: "least", sigs: "O... : O", emit: emitExtreme("<="), note: "NULL if any argument is NULL; DuckDB skips NULL"},
		{name: "grouping", sigs: "T... : integer", emit: emitGrouping,
			note: "arguments must be grouped by; NULL of a total is told from NULL of the data"},
		{name: "typeof", sigs: "T : varchar", emit: emitTypeof},
		{name: "now current_timestamp", sigs: ": timestamp(3) with time zone", duck: "current_timestamp", flags: volatileFunction},
		{name: "current_date", sigs: ": date", duck: "current_date", flags: volatileFunction},
		{name: "localtimestamp", sigs: ": timestamp(3)", duck: "CAST(current_timestamp AS TIMESTAMP)", flags: volatileFunction},
		{name: "rand random", sigs: ": double; integer : integer; bigint : bigint; integer, integer : integer; bigint, bigint : bigint",
			emit: emitRandom, flags: volatileFunction},
	}
}

func numberFunctions() []*function {
	return []*function{
		{name: "abs", sigs: "integer : integer; bigint : bigint; D : D; double : double", duck: "abs($1)"},
		{name: "ceil ceiling", sigs: "integer : integer; bigint : bigint; D : D; double : double", check: roundsDecimal, emit: emitWhole("ceil")},
		{name: "floor", sigs: "integer : integer; bigint : bigint; D : D; double : double", check: roundsDecimal, emit: emitWhole("floor")},
		{name: "round", sigs: "integer : integer; bigint : bigint; D : D; double : double; integer, integer : integer; bigint, integer : " +
			"bigint; D, integer : D; double, integer : double",
			check: roundsDecimal, emit: emitRound, note: "halves go away from zero"},
		{name: "truncate", sigs: "D : D; double : double", check: truncatesDecimal, duck: "CAST(trunc($1) AS $R)"},
		{name: "sign", sigs: "integer : integer; bigint : bigint; double : double",
			duck: "CAST(CASE WHEN isnan(CAST($1 AS DOUBLE)) THEN $1 ELSE sign($1) END AS $R)"},
		{name: "mod", sigs: "integer, integer : integer; bigint, bigint : bigint; double, double : double",
			emit: func(e *emitter, c *ast.Call, r *resolved) string {
				return e.divide(ast.OpMod, c.Args[0], c.Args[1], r.result)
			}, note: "division by zero is an error; DuckDB gives NULL"},
		{name: "sqrt", sigs: "double : double", duck: "CASE WHEN $1 < 0 THEN CAST('NaN' AS DOUBLE) ELSE sqrt($1) END"},
		{name: "exp degrees radians sin cos tan asin acos atan", sigs: "double : double", emit: emitSame},
		{name: "ln log2 log10", sigs: "double : double", emit: emitLog},
		{name: "log", sigs: "double, double : double", duck: "(ln($2) / ln($1))", note: "log(base, x)"},
		{name: "power pow", sigs: "double, double : double", duck: "power($1, $2)"},
		{name: "pi", sigs: ": double", duck: "pi()"},
		{name: "e", sigs: ": double", duck: "exp(CAST(1 AS DOUBLE))"},
		{name: "nan", sigs: ": double", duck: "CAST('NaN' AS DOUBLE)"},
		{name: "infinity", sigs: ": double", duck: "CAST('Infinity' AS DOUBLE)"},
		{name: "is_nan", sigs: "double : boolean", duck: "isnan($1)"},
		{name: "is_finite", sigs: "double : boolean", duck: "isfinite($1)"},
		{name: "is_infinite", sigs: "double : boolean", duck: "isinf($1)"},
		{name: "bitwise_and", sigs: "bigint, bigint : bigint", duck: "($1 & $2)"},
		{name: "bitwise_or", sigs: "bigint, bigint : bigint", duck: "($1 | $2)"},
		{name: "bitwise_xor", sigs: "bigint, bigint : bigint", duck: "xor($1, $2)"},
		{name: "bitwise_not", sigs: "bigint : bigint", duck: "(~ $1)"},
		{name: "width_bucket", sigs: "double, double, double, bigint : bigint", duck: "tr_width_bucket($1, $2, $3, $4)"},
		{name: "to_base", sigs: "bigint, bigint : varchar", duck: "tr_to_base($1, $2)"},
		{name: "from_base", sigs: "varchar, bigint : bigint", duck: "tr_from_base($1, $2)"},
	}
}

func textFunctions() []*function {
	return []*function{
		{name: "concat", sigs: "varchar, varchar... : varchar; array(T), array(T)... : array(T)", emit: emitConcat,
			note: "NULL if any argument is NULL; DuckDB's concat skips NULL"},
		{name: "concat_ws", sigs: "varchar, varchar... : varchar; varchar, array(varchar) : varchar", emit: emitConcatWs},
		{name: "length", sigs: "varchar : bigint; varbinary : bigint", emit: emitLength},
		{name: "lower upper", sigs: "varchar : varchar", emit: emitSame},
		{name: "trim ltrim rtrim", sigs: "varchar : varchar; varchar, varchar : varchar", emit: emitTrim,
			note: "all white space; DuckDB takes blanks only"},
		{name: "lpad rpad", sigs: "varchar, bigint, varchar : varchar", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			return "tr_pad(" + e.args(c, r) + ", " + strconv.FormatBool(r.fn.name == "lpad") + ")"
		}},
		{name: "replace", sigs: "varchar, varchar : varchar; varchar, varchar, varchar : varchar", emit: emitReplace},
		{name: "reverse", sigs: "varchar : varchar; array(T) : array(T)", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			if r.result.Kind == ArrayType {
				return "list_reverse(" + e.args(c, r) + ")"
			}
			return "reverse(" + e.args(c, r) + ")"
		}},
		{name: "split", sigs: "varchar, varchar : array(varchar); varchar, varchar, bigint : array(varchar)",
			emit: func(e *emitter, c *ast.Call, r *resolved) string {
				if len(c.Args) == 3 {
					return "tr_split(" + e.args(c, r) + ")"
				}
				return "tr_split_all(" + e.args(c, r) + ")"
			}},
		{name: "split_part", sigs: "varchar, varchar, bigint : varchar", emit: emitSplitPart,
			note: "NULL past the end, an error below 1; DuckDB gives ''"},
		{name: "starts_with", sigs: "varchar, varchar : boolean", duck: "starts_with($*)"},
		{name: "strpos", sigs: "varchar, varchar : bigint; varchar, varchar, bigint : bigint",
			emit: func(e *emitter, c *ast.Call, r *resolved) string {
				if len(c.Args) == 3 {
					return "tr_strpos(" + e.args(c, r) + ")"
				}
				return "strpos(" + e.args(c, r) + ")"
			}},
		{name: "substr substring", sigs: "varchar, bigint : varchar; varchar, bigint, bigint : varchar", emit: emitSubstr,
			note: "'' from position 0 or before the start"},
		{name: "translate", sigs: "varchar, varchar, varchar : varchar", duck: "translate($*)"},
		{name: "chr", sigs: "bigint : varchar", duck: "chr(CAST($1 AS INTEGER))"},
		{name: "codepoint", sigs: "varchar : integer", check: oneCharacter, duck: "ord($1)",
			note: "of a varchar(1): a text of one letter, or a cast"},
		{name: "levenshtein_distance", sigs: "varchar, varchar : bigint", duck: "tr_levenshtein($1, $2)"},
		{name: "hamming_distance", sigs: "varchar, varchar : bigint", duck: "tr_hamming($1, $2)"},
		{name: "format", sigs: "varchar, T : varchar; varchar, T, U : varchar; varchar, T, U, V : varchar; varchar, T, U, V, W : varchar",
			emit: emitFormat, note: "only %s of text and whole numbers, %d and %0nd, with the format as a literal"},
		{name: "regexp_like", sigs: "varchar, varchar : boolean", emit: emitRegexpLike},
		{name: "regexp_extract", sigs: "varchar, varchar : varchar; varchar, varchar, bigint : varchar", emit: emitRegexpExtract,
			note: "NULL without a match; DuckDB gives ''"},
		{name: "regexp_extract_all", sigs: "varchar, varchar : array(varchar); varchar, varchar, bigint : array(varchar)",
			emit: emitRegexp("regexp_extract_all"), note: "a literal pattern whose group always matches"},
		{name: "regexp_replace", sigs: "varchar, varchar : varchar; varchar, varchar, varchar : varchar", emit: emitRegexpReplace,
			note: "every match; groups are $1, DuckDB's \\1"},
		{name: "regexp_split", sigs: "varchar, varchar : array(varchar)", emit: emitRegexp("tr_regexp_split")},
		{name: "regexp_count", sigs: "varchar, varchar : bigint", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			return "len(" + emitRegexp("regexp_extract_all")(e, c, r) + ")"
		}},
		{name: "to_utf8", sigs: "varchar : varbinary", duck: "encode($1)"},
		{name: "from_utf8", sigs: "varbinary : varchar", duck: "tr_from_utf8(hex($1))", note: "bytes that are not UTF-8 become U+FFFD"},
		{name: "to_hex", sigs: "varbinary : varchar", duck: "tr_fit(hex($1))"},
		{name: "from_hex", sigs: "varchar : varbinary",
			duck: "unhex(CASE WHEN length($1) % 2 = 1 THEN 'not pairs of digits: ' || $1 ELSE $1 END)"},
		{name: "to_base64", sigs: "varbinary : varchar", duck: "tr_fit(to_base64($1))"},
		{name: "from_base64", sigs: "varchar : varbinary",
			duck: "from_base64($1 || CASE length($1) % 4 WHEN 2 THEN '==' WHEN 3 THEN '=' ELSE '' END)"},
		{name: "md5", sigs: "varbinary : varbinary", duck: "unhex(md5($1))"},
		{name: "sha1", sigs: "varbinary : varbinary", duck: "unhex(sha1($1))"},
		{name: "sha256", sigs: "varbinary : varbinary", duck: "unhex(sha256($1))"},
		{name: "url_extract_host", sigs: "varchar : varchar", duck: "tr_url_host($1)"},
		{name: "url_extract_path", sigs: "varchar : varchar", duck: "tr_url_path($1)"},
		{name: "url_extract_query", sigs: "varchar : varchar", duck: "tr_url_query($1)"},
		{name: "url_extract_parameter", sigs: "varchar, varchar : varchar", duck: "tr_url_parameter($1, $2)"},
		{name: "url_decode", sigs: "varchar : varchar", duck: "url_decode(replace($1, '+', ' '))"},
		{name: "url_encode", sigs: "varchar : varchar", duck: "tr_url_encode($1)"},
	}
}

func networkFunctions() []*function {
	return []*function{
		{name: "contains", sigs: "varchar, ipaddress : boolean; array(T), T : boolean", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			if r.params[0].Kind == VarcharType {
				return "tr_ip_in(" + e.args(c, r) + ")"
			}
			return "tr_contains(" + e.args(c, r) + ")"
		}, note: "contains('10.0.0.0/8', ip); of an array: NULL where the value is not found and the array holds NULL"},
	}
}
