package mutation

// valueMutations are those of the traps of values: 1 to 9 and 12 to 15.
var valueMutations = []Mutation{
	// 1 division
	{ID: "integer-division", Trap: 1, Rule: "whole numbers divide to a whole number", Edits: one(`sym := " // "`, `sym := " * 1e0 / "`)},
	{ID: "decimal-division", Trap: 1, Rule: "decimals divide to a decimal", Edits: first(`return "(" + e.x(left) + " / " + e.x(right) + ")"`, `return "CAST(tr_decimal_divide(" + l + shift(t.S+sb-sa)`)},
	{ID: "decimal-division-scale", Trap: 1, Rule: "the quotient of decimals has the larger scale of the two", Edits: one(`return decimalOf(a.P+b.S+max(b.S-a.S, 0), s)`, `return decimalOf(a.P+b.S+max(b.S-a.S, 0)+2, s+2)`)},
	{ID: "decimal-half-up", Trap: 1, Rule: "a quotient of decimals is rounded half up", Edits: one(`(2 * abs(n) + abs(d)) // (2 * abs(d)) ELSE`, `abs(n) // abs(d) ELSE`)},
	{ID: "decimal-half-down", Trap: 1, Rule: "a negative quotient of decimals is rounded away from zero", Edits: one(`ELSE -((2 * abs(n) + abs(d)) // (2 * abs(d))) END`, `ELSE -(abs(n) // abs(d)) END`)},
	{ID: "average-of-decimals", Trap: 1, Rule: "avg of decimals is a decimal of their scale", Edits: first(`return e.fill("avg($D$1)$F", c, r)`, `s, n := e.fill("sum($D$1)$F", c, r), e.fill("count($D$1)$F", c, r)`)},
	{ID: "sum-of-decimals", Trap: 1, Rule: "sum of decimals has 38 digits", Edits: one(`r.result = decimalOf(38, r.result.S)`, `_ = r`)},

	// 2 division by zero
	{ID: "integer-by-zero", Trap: 2, Rule: "a whole number divided by zero is an error", Edits: one(`if !nonZero(right) {`, `if false {`)},
	{ID: "decimal-by-zero", Trap: 2, Rule: "a decimal divided by zero is an error", Edits: one(`tr_half_up(n, CASE WHEN d = 0 THEN CAST('division by zero: ' || n AS HUGEINT) ELSE d END), s)`, `tr_half_up(n, d), s)`)},
	{ID: "decimal-modulo-zero", Trap: 2, Rule: "a decimal modulo zero is an error", Edits: one(`tr_decimal_text(n % CASE WHEN d = 0 THEN CAST('division by zero: ' || n AS HUGEINT) ELSE d END, s)`, `tr_decimal_text(n % d, s)`)},
	{ID: "double-by-zero", Trap: 2, Rule: "a double divided by zero is infinity or NaN", Edits: one(`return "tr_double_divide(" + l + ", " + r + ")"`, `return "(" + l + " / " + r + ")"`)},
	{ID: "double-by-negative-zero", Trap: 2, Rule: "the sign of a double zero counts", Edits: one(`* CASE WHEN CAST(b AS VARCHAR) = '-0.0' THEN -1 ELSE 1 END ELSE a / b`, `ELSE a / b`)},

	// 3 date_diff
	{ID: "date-diff", Trap: 3, Rule: "date_diff counts whole units that have passed", Edits: one(`return "date_sub('" + u +`, `return "date_diff('" + u +`)},
	{ID: "date-diff-own-zone", Trap: 3, Rule: "days between instants are days of the first one's zone", Edits: one(`zone, _ = e.zoneOf(a)`, `zone = "'UTC'"`)},
	{ID: "date-unit", Trap: 3, Rule: "a date has no hours", Edits: one(`if t.Kind == DateType && i < 4 {`, `if t.Kind == DateType && i < 0 {`)},

	// 4 session time zone
	{ID: "session-zone", Trap: 4, Rule: "the session thinks in UTC", Edits: []Edit{{connectionPackage, `"SET GLOBAL TimeZone = 'UTC'"`, `"SET GLOBAL TimeZone = 'America/New_York'"`}}},
	{ID: "own-wall-clock", Trap: 4, Rule: "hours and days of an instant are those of its own zone", Edits: one(`return "timezone(" + zone + ", " + e.x(x) + ")"`, `return e.x(x)`)},
	{ID: "truncation-in-own-zone", Trap: 4, Rule: "date_trunc of an instant gives back an instant", Edits: one(`return e.back(s, x)`, `return "timezone('UTC', " + s + ")"`)},

	// 5 AT TIME ZONE
	{ID: "at-time-zone-is-an-instant", Trap: 5, Rule: "AT TIME ZONE keeps the instant", Edits: one(`return e.as(x.X, &Type{Kind: TimestampZoneType, P: e.c.types[x].P})`, `return "timezone(" + e.x(x.Zone) + ", " + e.as(x.X, &Type{Kind: TimestampZoneType, P: e.c.types[x].P}) + ")"`)},
	{ID: "at-time-zone-direction", Trap: 5, Rule: "a timestamp without zone AT TIME ZONE is an instant of UTC", Edits: first(`if e.c.types[x.X].Kind == TimestampType {
			return "timezone(" + e.x(x.Zone) + ", " + e.x(x.X) + ")"
		}`, `return e.as(x.X, &Type{Kind: TimestampZoneType, P: e.c.types[x].P})`)},
	{ID: "at-timezone-function", Trap: 5, Rule: "at_timezone keeps the instant", Edits: one(`}, emit: func(e *emitter, c *ast.Call, r *resolved) string { return e.as(c.Args[0], r.params[0]) }},`, `}, duck: "timezone($2, $1)"},`)},
	{ID: "zone-of-at-time-zone", Trap: 5, Rule: "the zone named by AT TIME ZONE is the wall clock's", Edits: one("case *ast.AtTimeZone:\n\t\treturn e.x(x.Zone), true", "case *ast.AtTimeZone:\n\t\treturn \"'UTC'\", true")},
	{ID: "zone-forgotten", Trap: 5, Rule: "a wall clock whose zone is no longer known is refused", Edits: first(`return "'UTC'", false`, `e.refuse(x, "the time zone of this value is no longer known here"`)},
	{ID: "day-of-23-hours", Trap: 5, Rule: "date_add of days keeps the wall clock across a change of the clocks", Edits: one(`case r.result.Kind == TimestampZoneType && calendar:`, `case false && calendar:`)},
	{ID: "month-in-own-zone", Trap: 5, Rule: "adding months keeps the wall clock across a change of the clocks", Edits: one(`if b.Kind == IntervalMonthType {`, `if false {`)},

	// 6 JSON
	{ID: "json-scalar", Trap: 6, Rule: "json_extract_scalar gives NULL for objects and arrays, and numbers as they are written", Edits: one(`emit: emitJSON("tr_json_scalar")`, `emit: emitJSON("json_extract_string")`)},
	{ID: "json-scalar-of-object", Trap: 6, Rule: "json_extract_scalar of an object is NULL", Edits: one(`case '{', '[', 'n':`, `case '[', 'n':`)},
	{ID: "json-scalar-of-null", Trap: 6, Rule: "json_extract_scalar of null is NULL", Edits: one(`case '{', '[', 'n':`, `case '{', '[':`)},
	{ID: "json-extract", Trap: 6, Rule: "json_extract writes JSON anew and gives NULL for what is none", Edits: one(`emit: emitJSON("tr_json_extract")`, `emit: emitJSON("json_extract")`)},
	{ID: "json-to-text", Trap: 6, Rule: "CAST(json AS varchar) of a string has no quotes", Edits: one(`return cut("tr_json_text("+s+")", to)`, `return cut("CAST("+s+" AS VARCHAR)", to)`)},
	{ID: "json-object-to-text", Trap: 6, Rule: "CAST(json AS varchar) of an object is an error", Edits: one(`WHEN 'OBJECT' THEN CAST(CAST('a JSON object is no single value: ' || CAST(j AS VARCHAR) AS BIGINT) AS VARCHAR)`, ``)},
	{ID: "json-number-to-text", Trap: 6, Rule: "CAST(json AS varchar) of a number with a point is a double's text", Edits: one(`WHEN 'DOUBLE' THEN tr_json_double(j) WHEN 'OBJECT' THEN CAST(CAST('a JSON object`, `WHEN 'OBJECT' THEN CAST(CAST('a JSON object`)},
	{ID: "json-number-rounds", Trap: 6, Rule: "a number with a point in JSON is rounded to a whole number", Edits: one(`+ "round(CAST(" + s + " AS DOUBLE)) AS "`, `+ "trunc(CAST(" + s + " AS DOUBLE)) AS "`)},
	{ID: "json-wildcard", Trap: 6, Rule: "a path with a wildcard is refused", Edits: one(`return bad("has a wildcard, which engines read differently")`, "b.WriteString(rest)\n\t\t\trest = \"\"")},
	{ID: "json-key-quoted", Trap: 6, Rule: "a key of a path stands in quotes", Edits: one("b.WriteString(`.\"`)", `b.WriteString(".")`)},
	{ID: "json-key-in-brackets", Trap: 6, Rule: "a key with a hyphen is refused outside brackets", Edits: one(`func(r rune) bool { return r != '_' && r != ':'`, `func(r rune) bool { return r != '_' && r != '-' && r != ':'`)},
	{ID: "json-key-escaped", Trap: 6, Rule: "a key written with an escape is found", Edits: one("+ \") OR contains(\" + text + `, '\\u') THEN ` + call", "+ \") THEN \" + call")},
	{ID: "json-first-key", Trap: 6, Rule: "of two members with one name json_extract_scalar takes the first", Edits: one(`taken = taken || hit`, `p.found = p.found && !hit`)},
	{ID: "json-parse", Trap: 6, Rule: "json_parse sorts the keys of objects", Edits: one(`return "CAST(tr_json_parse(" + e.as(c.Args[0], tVarchar) + ") AS JSON)"`, `return "CAST(" + e.as(c.Args[0], tVarchar) + " AS JSON)"`)},
	{ID: "json-of-map", Trap: 6, Rule: "CAST(map AS json) sorts the keys", Edits: one(`"to_json(map_from_entries(list_sort(list_transform(`, `"to_json(map_from_entries((list_transform(`)},
	{ID: "json-of-row", Trap: 6, Rule: "CAST(row AS json) leaves the name of a field without one empty", Edits: one(`if f.Name == "" || spelledJSON(f.Type) {`, `if spelledJSON(f.Type) {`)},
	{ID: "json-array-length", Trap: 6, Rule: "json_array_length of an object is NULL", Edits: one(`CASE WHEN json_type(j) = 'ARRAY' THEN CAST(json_array_length(j) AS BIGINT) END`, `CAST(json_array_length(j) AS BIGINT)`)},
	{ID: "json-array-length-malformed", Trap: 6, Rule: "json_array_length of what is no JSON is NULL", Edits: one(`tr_json_array_length(j) AS CASE WHEN json_valid(j) THEN CASE WHEN`, `tr_json_array_length(j) AS CASE WHEN true THEN CASE WHEN`)},
	{ID: "json-to-array", Trap: 6, Rule: "CAST(json AS array) of what is no array is an error", Edits: one("if try {\n\t\tmiss = \"NULL\"", "if true {\n\t\tmiss = \"NULL\"")},
	{ID: "json-compared", Trap: 6, Rule: "values of type json are not compared", Edits: one(`if c.Kind == JSONType {`, `if false {`)},

	// 7 regular expressions and split_part
	{ID: "regexp-extract-null", Trap: 7, Rule: "regexp_extract without a match is NULL", Edits: one(`return "nullif(" + extract + ", '')"`, `return extract`)},
	{ID: "regexp-extract-empty", Trap: 7, Rule: "regexp_extract of a group that may be empty is '' with a match and NULL without", Edits: one("case always:\n\t\treturn \"CASE WHEN regexp_matches(\" + s + \", \" + p + \") THEN \" + extract + \" END\"", "case always:\n\t\treturn extract")},
	{ID: "regexp-computed", Trap: 7, Rule: "a pattern that is computed is refused", Edits: one("_, later := x.(*ast.Param); !known && !later {", "_, later := x.(*ast.Param); false && !known && !later {")},
	{ID: "regexp-extract-absent", Trap: 7, Rule: "a group that may be empty and may be absent is refused", Edits: first(`return extract`, `e.refuse(c.Args[1], fmt.Sprintf("group %d may be empty and may be absent`)},
	{ID: "regexp-extract-all-absent", Trap: 7, Rule: "regexp_extract_all of a group that may be absent is refused", Edits: one(`if always, _ := group(re, int(lit.Value)); !always {`, `if always, _ := group(re, int(lit.Value)); false && !always {`)},
	{ID: "regexp-replace-all", Trap: 7, Rule: "regexp_replace replaces every match", Edits: one(`", " + with + ", 'g')"`, `", " + with + ")"`)},
	{ID: "regexp-replace-group", Trap: 7, Rule: "$1 in a replacement is the group", Edits: one("b.WriteByte('\\\\')\n\t\t\tb.WriteByte(s[i])\n\t\tcase s[i] == '\\\\':", "b.WriteByte('$')\n\t\t\tb.WriteByte(s[i])\n\t\tcase s[i] == '\\\\':")},
	{ID: "regexp-look-ahead", Trap: 7, Rule: "what RE2 does not know is refused", Edits: one("if err != nil {\n\t\te.refuse(x, \"the pattern is not", "if err != nil && s == \"\" {\n\t\te.refuse(x, \"the pattern is not")},
	{ID: "regexp-java", Trap: 7, Rule: "what Java reads differently is refused", Edits: one(`if why := foreignPattern(s); why != "" {`, `if why := foreignPattern(s); why != "" && s == "" {`)},
	{ID: "split-part-past-the-end", Trap: 7, Rule: "split_part past the end is NULL", Edits: one("if !found {\n\t\t\treturn nil, nil", "if !found {\n\t\t\treturn \"\", nil")},
	{ID: "split-part-below-one", Trap: 7, Rule: "split_part counts from 1", Edits: one("if n < 1 {\n\t\treturn nil, errors.New(\"split_part", "if n < 0 {\n\t\treturn nil, errors.New(\"split_part")},
	{ID: "split-empty-separator", Trap: 7, Rule: "split at an empty text is an error", Edits: one(`if by == "" {
				return 0, errors.New("split takes`, `if by == "none" {
				return 0, errors.New("split takes`)},
	{ID: "split-empty-text", Trap: 7, Rule: "split of an empty text is one empty text", Edits: one(`CASE WHEN s = '' AND d <> '' THEN [''] ELSE string_split(tr_parts(s, d), d) END`, `string_split(tr_parts(s, d), d)`)},
	{ID: "regexp-split-empty-text", Trap: 7, Rule: "regexp_split of an empty text is one empty text", Edits: one(`CASE WHEN s = '' THEN [''] ELSE string_split_regex(tr_matches(s, p), p) END`, `string_split_regex(tr_matches(s, p), p)`)},
	{ID: "replace-empty", Trap: 7, Rule: "replace of an empty text puts the other between characters", Edits: one(`if known && search != "" && len(with) <= len(search) {`, `if known && (search == "" || len(with) <= len(search)) {`)},

	// 8 NULL in functions of many arguments
	{ID: "concat-null", Trap: 8, Rule: "concat is NULL if an argument is", Edits: one(`together := "(" + strings.Join(parts, " || ") + ")"`, `together := "concat(" + strings.Join(parts, ", ") + ")"`)},
	{ID: "concat-null-array", Trap: 8, Rule: "concat of arrays is NULL if one is", Edits: one(`return entries("len("+a+") + len("+b+")", `, `return entries("coalesce(len("+a+"), 0) + coalesce(len("+b+"), 0)", `)},
	{ID: "concat-null-without-type", Trap: 8, Rule: "|| of a NULL without a type is refused", Edits: one(`if x.Op == ast.OpConcat && (a.Kind == UnknownType || b.Kind == UnknownType) {`, `if x.Op == ast.OpConcat && a.Kind == UnknownType && b.Kind == UnknownType {`)},
	{ID: "null-without-type", Trap: 8, Rule: "a NULL without a type is refused where Trino finds it ambiguous", Edits: one(`if bad || k.ambiguousNull(f, c, types) {`, `if bad {`)},
	{ID: "greatest-null", Trap: 8, Rule: "greatest and least are NULL if an argument is", Edits: one(`return "CASE WHEN " + strings.Join(nulls, " OR ") + " THEN NULL ELSE " + r.fn.name + "(" + strings.Join(args, ", ") + ") END"`, `return r.fn.name + "(" + strings.Join(args, ", ") + ")"`)},
	{ID: "concat-number", Trap: 8, Rule: "|| takes no number", Edits: one(`case (a.text() || a.Kind == UnknownType) && (b.text() || b.Kind == UnknownType):`, `case a.text() || b.text():`)},
	{ID: "substr-from-zero", Trap: 8, Rule: "substr from 0 is ''", Edits: one(`f IS NULL THEN NULL WHEN f = 0 OR f < -length(s) OR f > length(s) THEN '' ELSE substr(s, f) END`, `f IS NULL THEN NULL WHEN f < -length(s) OR f > length(s) THEN '' ELSE substr(s, f) END`)},
	{ID: "substr-before-the-start", Trap: 8, Rule: "substr from before the start is ''", Edits: one(`f IS NULL THEN NULL WHEN f = 0 OR f < -length(s) OR f > length(s) THEN '' ELSE substr(s, f) END`, `f IS NULL THEN NULL WHEN f = 0 OR f > length(s) THEN '' ELSE substr(s, f) END`)},
	{ID: "substr-length-from-zero", Trap: 8, Rule: "substr of a length from 0 is ''", Edits: one(`n IS NULL THEN NULL WHEN f = 0 OR f < -length(s)`, `n IS NULL THEN NULL WHEN f < -length(s)`)},

	// 9 parts of a time
	{ID: "day-of-week", Trap: 9, Rule: "Sunday is 7", Edits: one(`duck: "isodow($L1)"`, `duck: "dayofweek($L1)"`)},
	{ID: "millisecond", Trap: 9, Rule: "milliseconds are those of the second", Edits: one(`duck: "(millisecond($L1) % 1000)"`, `duck: "millisecond($L1)"`)},

	// 12 arrays and maps
	{ID: "array-subscript", Trap: 12, Rule: "a subscript outside an array is an error", Edits: first(`return "list_extract(" + a + ", " + i + ")"`, `return "list_extract(" + a + ", CASE WHEN " + i + " BETWEEN 1 AND len("`)},
	{ID: "map-subscript", Trap: 12, Rule: "a key that is not in a map is an error", Edits: first(`return "element_at(" + m + ", " + k + ")[1]"`, `return "element_at(" + m + ", CASE WHEN map_contains("`)},
	{ID: "map-element", Trap: 12, Rule: "element_at of a map is a value, not a list", Edits: one(`return "element_at(" + x + ", " + i + ")[1]"`, `return "element_at(" + x + ", " + i + ")"`)},
	{ID: "array-element-zero", Trap: 12, Rule: "element_at counts from 1", Edits: one(`if lit.Value == 0 {`, `if lit.Value == 0 && e == nil {`)},
	{ID: "array-element-computed-zero", Trap: 12, Rule: "element_at counts from 1 where the index is computed", Edits: first(`return "list_extract(" + x + ", " + i + ")"`, `return "list_extract(" + x + ", CASE WHEN " + i + " = 0 THEN`)},
	{ID: "array-position", Trap: 12, Rule: "array_position of what is not there is 0", Edits: one(`THEN coalesce(list_position(a, x), 0) END`, `THEN list_position(a, x) END`)},
	{ID: "contains-null", Trap: 12, Rule: "contains is NULL where a NULL may be the value", Edits: one(`THEN true WHEN a IS NULL OR x IS NULL OR list_count(a) < len(a) THEN NULL ELSE false END`, `THEN true ELSE false END`)},
	{ID: "array-distinct", Trap: 12, Rule: "array_distinct keeps the order and one NULL", Edits: one(`duck: "tr_array_distinct($1)"`, `duck: "list_distinct($1)"`)},
	{ID: "repeat-is-an-array", Trap: 12, Rule: "repeat makes an array", Edits: one(`return "list_transform(range(tr_times(" + e.as(c.Args[1], tBigint) + ", " + bytes + ")), lambda x_i: " + x + ")"`, `return "repeat(" + x + ", " + e.as(c.Args[1], tBigint) + bytes[:0] + ")"`)},
	{ID: "array-max-null", Trap: 12, Rule: "array_max is NULL if an element is", Edits: one(`CASE WHEN list_count(a) = len(a) THEN list_max(a) END`, `list_max(a)`)},
	{ID: "array-min-null", Trap: 12, Rule: "array_min is NULL if an element is", Edits: one(`CASE WHEN list_count(a) = len(a) THEN list_min(a) END`, `list_min(a)`)},
	{ID: "array-union-null", Trap: 12, Rule: "array_union is NULL if an array is", Edits: one(`CASE WHEN tr_entries(len(a) + len(b), 0)`, `CASE WHEN tr_entries(coalesce(len(a), 0) + coalesce(len(b), 0), 0)`)},
	{ID: "arrays-overlap-null", Trap: 12, Rule: "arrays_overlap is NULL where a NULL may be common", Edits: one(`WHEN a IS NULL OR b IS NULL OR list_count(a) < len(a) OR list_count(b) < len(b) THEN NULL ELSE false END`, `ELSE false END`)},
	{ID: "any-match-null", Trap: 12, Rule: "any_match is NULL where nothing matches and something is NULL", Edits: one(`THEN true WHEN t IS NULL OR list_count(t) < len(t) THEN NULL ELSE false END`, `THEN true ELSE false END`)},
	{ID: "all-match-null", Trap: 12, Rule: "all_match is NULL where all match and something is NULL", Edits: one(`THEN false WHEN t IS NULL OR list_count(t) < len(t) THEN NULL ELSE true END`, `THEN false ELSE true END`)},

	// 13 aggregates, dates
	{ID: "max-by-null", Trap: 13, Rule: "max_by and min_by keep a NULL", Edits: one(`return e.fill(fn+"_null($1, $2)$F", c, r)`, `return e.fill(fn+"($1, $2)$F", c, r)`)},
	{ID: "sum-is-bigint", Trap: 13, Rule: "a sum of whole numbers is a bigint", Edits: one(`"CAST(sum($D$1)$F AS $R)"`, `"sum($D$1)$F"`)},
	{ID: "date-plus-interval", Trap: 13, Rule: "a date and an interval are a date", Edits: one(`return "CAST(" + e.x(left) + " " + x.Op.String() + " " + e.x(right) + " AS DATE)"`, `return "(" + e.x(left) + " " + x.Op.String() + " " + e.x(right) + ")"`)},
	{ID: "date-trunc-of-a-date", Trap: 13, Rule: "date_trunc of a date is a date", Edits: one(`return "CAST(" + s + " AS DATE)"`, `return s`)},
	{ID: "date-add-to-a-date", Trap: 13, Rule: "date_add to a date is a date", Edits: one(`return "CAST(" + e.as(x, tDate) + " + " + step + " AS DATE)"`, `return "(" + e.as(x, tDate) + " + " + step + ")"`)},

	// 14 UNNEST
	{ID: "unnest-rows", Trap: 14, Rule: "an array of rows unnested into several columns is refused, with what to write", Tests: sqlPackage, Edits: one(`if names != 0 && names != want {`, `if names != 0 && names != want && r == nil {`)},
	{ID: "unnest-rows-warning", Trap: 14, Rule: "an array of rows unnested into one column is warned of", Tests: sqlPackage, Edits: one("k.problem(r, \"an array of rows unnested into one column is documented by Athena and refused by Trino\", hint, \"unnest-rows\")\n\tk.probs[len(k.probs)-1].Warning = true", "_ = hint")},
	{ID: "unnest-rows-taken", Trap: 14, Rule: "an array of rows unnested into one column is taken", Edits: one(`k.probs[len(k.probs)-1].Warning = true`, `_ = k`)},

	// 15 upper and lower case
	{ID: "record-keys", Trap: 15, Rule: "a key of a record is found in another spelling", Tests: recordPackage, Edits: []Edit{{recordPackage, `return t.lower[string(b[:len(k)])]`, `return nil`}}},
	{ID: "column-names", Trap: 15, Rule: "columns of the table have lower-case names", Tests: recordPackage, Edits: []Edit{{recordPackage, `func (f *field) name() string { return strings.ToLower(f.key) }`, `func (f *field) name() string { return f.key }`}}},
}
