package parser

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// otherStatements are the first words of statements other than SELECT.
var otherStatements = ast.WordSet(`alter analyze attach begin call checkpoint comment commit copy create deallocate delete deny
	desc describe detach drop execute explain export grant import insert install load merge msck optimize pragma prepare
	refresh rename replace reset revoke rollback set show start summarize truncate unload update use vacuum`)

// oneSelect refuses what does not begin as a SELECT, by its name.
func (p *parser) oneSelect() {
	switch t := p.tok(); {
	case t.kind == tokEnd:
		p.fail(t, "the query is empty", "write one SELECT")
	case t.kind == tokWord && otherStatements.Has(t.text):
		p.fail(t, "found the statement "+strings.ToUpper(t.text)+", expected SELECT",
			"a query file holds exactly one SELECT, which changes nothing")
	}
}

// symbolHints are symbols of other dialects and of templates: what is wrong, what to do.
var symbolHints = map[string][2]string{
	";":   {"found ‘;’", "a query is one SELECT without a semicolon; remove it and what follows"},
	"::":  {"found the cast ‘::’, which Athena does not have", "write CAST(value AS type)"},
	"->>": {"found the JSON arrow ‘->>’, which Athena does not have", "write json_extract_scalar(value, '$.path')"},
	"->": {"found ‘->’ outside the arguments of a function",
		"a lambda x -> … is an argument of a function; for JSON write json_extract(value, '$.path')"},
	"~":   {"found the operator ‘~’, which Athena does not have", "write regexp_like(value, 'pattern')"},
	"~*":  {"found the operator ‘~*’, which Athena does not have", "write regexp_like(value, '(?i)pattern')"},
	"!~":  {"found the operator ‘!~’, which Athena does not have", "write NOT regexp_like(value, 'pattern')"},
	"!~*": {"found the operator ‘!~*’, which Athena does not have", "write NOT regexp_like(value, '(?i)pattern')"},
	"~~":  {"found the operator ‘~~’, which Athena does not have", "write LIKE"},
	"!~~": {"found the operator ‘!~~’, which Athena does not have", "write NOT LIKE"},
	"==":  {"found ‘==’", "equality is written ="},
	"&&":  {"found ‘&&’", "write AND, or arrays_overlap(a, b)"},
	"!":   {"found ‘!’", "write NOT"},
	"//":  {"found the operator ‘//’, which Athena does not have", "/ on whole numbers already gives a whole number"},
	"**":  {"found the operator ‘**’, which Athena does not have", "write power(a, b)"},
	"^":   {"found the operator ‘^’, which Athena does not have", "write power(a, b) or bitwise_xor(a, b)"},
	"&":   {"found the operator ‘&’, which Athena does not have", "write bitwise_and(a, b)"},
	"|":   {"found the operator ‘|’, which Athena does not have", "write bitwise_or(a, b); texts are joined with ||"},
	"<<":  {"found the operator ‘<<’, which Athena does not have", "write bitwise_left_shift(a, b)"},
	">>":  {"found the operator ‘>>’, which Athena does not have", "write bitwise_right_shift(a, b)"},
	":=":  {"found ‘:=’, which Athena does not have", "arguments have no names"},
	"=>":  {"found ‘=>’: arguments with names are not supported", "give the arguments in their order"},
	"`":   {"found a backtick", "names are quoted with double quotes, texts with single quotes"},
	"{{":  {"found ‘{{’: the SQL is not a template", "use a parameter, :name"},
	"}}":  {"found ‘}}’: the SQL is not a template", "use a parameter, :name"},
	"{%":  {"found ‘{%’: the SQL is not a template", "use a parameter, :name"},
	"%}":  {"found ‘%}’: the SQL is not a template", "use a parameter, :name"},
	"${":  {"found ‘${’: the SQL is not a template", "use a parameter, :name"},
	"$":   {"found ‘$’", `use a parameter, :name; a name with $ in it is written in double quotes: "$path"`},
	"?":   {"found ‘?’: parameters have names", "write :name and declare it under params"},
	"@":   {"found ‘@’", "use a parameter, :name"},
	"#":   {"found ‘#’", "a comment begins with --"},
	"{": {"found ‘{’: the SQL is not a template, and Athena has no literal in braces",
		"use a parameter, :name, or ROW(…) or MAP(ARRAY[…], ARRAY[…])"},
	"}": {"found ‘}’: the SQL is not a template, and Athena has no literal in braces",
		"use a parameter, :name, or ROW(…) or MAP(ARRAY[…], ARRAY[…])"},
}

// wordHints are words of other dialects that are plain names in Trino; they are looked at only where no name can stand.
var wordHints = map[string][2]string{
	"ilike":   {"found ILIKE, which Athena does not have", "write lower(value) LIKE 'pattern in lower case'"},
	"rlike":   {"found RLIKE, which Athena does not have", "write regexp_like(value, 'pattern')"},
	"regexp":  {"found REGEXP, which Athena does not have", "write regexp_like(value, 'pattern')"},
	"similar": {"found SIMILAR TO, which Athena does not have", "write regexp_like(value, 'pattern')"},
	"glob":    {"found GLOB, which Athena does not have", "write LIKE or regexp_like"},
	"qualify": {"found QUALIFY, which Athena does not have",
		"compute the window function in a subquery and filter it with WHERE outside"},
	"exclude":         {"found EXCLUDE, which Athena does not have", "name the columns"},
	"replace":         {"found REPLACE, which Athena does not have behind a star", "name the columns"},
	"isnull":          {"found ISNULL", "write IS NULL"},
	"notnull":         {"found NOTNULL", "write IS NOT NULL"},
	"collate":         {"found COLLATE, which Athena does not have", "texts are compared by their characters; use lower() to ignore case"},
	"minus":           {"found MINUS", "write EXCEPT"},
	"asof":            {"found ASOF, which Athena does not have", "join on the latest row with a window function"},
	"semi":            {"found SEMI JOIN, which Athena does not have", "write WHERE EXISTS (…) or IN (…)"},
	"anti":            {"found ANTI JOIN, which Athena does not have", "write WHERE NOT EXISTS (…)"},
	"positional":      {"found POSITIONAL JOIN, which Athena does not have", "join on row_number()"},
	"pivot":           {"found PIVOT, which Athena does not have", "write one count_if(…) or max(…) FILTER (WHERE …) for each column"},
	"unpivot":         {"found UNPIVOT, which Athena does not have", "write CROSS JOIN UNNEST(ARRAY[…])"},
	"sample":          {"found SAMPLE", "a report needs every row; remove it"},
	"tablesample":     {"found TABLESAMPLE, which is refused: it gives other rows each time", "remove it"},
	"match_recognize": {"found MATCH_RECOGNIZE, which is not supported", "use window functions"},
	"cluster":         {"found CLUSTER BY, which Athena does not have", "write ORDER BY"},
	"distribute":      {"found DISTRIBUTE BY, which Athena does not have", "remove it"},
	"sort":            {"found SORT BY, which Athena does not have", "write ORDER BY"},
	"lateral":         {"found LATERAL behind a relation", "write CROSS JOIN UNNEST(…) AS t(column), or CROSS JOIN LATERAL (SELECT …) AS t"},
}

// foreign names the construct of another dialect that begins at the current token; "" where there is none.
func (p *parser) foreign() (text, hint string) {
	t := p.tok()
	switch {
	case t.kind == tokSymbol && t.text == "[":
		return "found a list in brackets", "an array is written ARRAY[1, 2]"
	case t.kind == tokSymbol && t.text == ":":
		return "found ‘:’", "a parameter is written :name; a part of an array is slice(array, start, length)"
	case t.kind == tokSymbol:
		h := symbolHints[t.text]
		if h[0] == "" && t.text > "\x7f" {
			return "found the character " + ast.Quote(t.text) + ", which is not SQL",
				"names with such characters are written in double quotes, texts in single quotes"
		}
		return h[0], h[1]
	case t.kind == tokWord:
		h := wordHints[t.text]
		return h[0], h[1]
	}
	return "", ""
}

// callHints are calls that look like functions but have a syntax of their own, which is not supported.
var callHints = map[string]string{
	"json_value":  "use json_extract_scalar(value, '$.path')",
	"json_query":  "use json_extract(value, '$.path')",
	"json_exists": "use json_extract(value, '$.path') IS NOT NULL",
	"json_table":  "use CROSS JOIN UNNEST(CAST(json_extract(value, '$.path') AS array(json)))",
	"json_array":  "use CAST(ARRAY[…] AS json)",
	"json_object": "use CAST(MAP(ARRAY[…], ARRAY[…]) AS json)",
	"normalize":   "texts are compared as they are logged",
	"left":        "use substr(value, 1, n)",
	"right":       "use substr(value, -n)",
}
