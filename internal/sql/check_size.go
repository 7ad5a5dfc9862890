package sql

import (
	"regexp"
	"strings"

	"trailscribe/internal/sql/ast"
)

// maxSize is how many pieces an expression may have once DuckDB has put every macro's text in its place. The largest statement
// of this program has some ten thousand. Without a limit, thirty calls inside each other could be a thousand million.
const maxSize = 2_000_000

// grow refuses an expression that grows beyond all measure when it is written for DuckDB. pieces is how many its parts have.
func (k *checker) grow(x ast.Expr, pieces float64) float64 {
	pieces = (1 + pieces) * k.copies(x)
	if pieces > maxSize {
		k.problem(x, "this expression is nested too deeply", "Compute its parts in a WITH first", "too-large")
		return 1
	}
	return pieces
}

// copies is how often the text of n's parts stands in what is written for n.
func (k *checker) copies(n ast.Expr) float64 {
	switch n := n.(type) {
	case *ast.Subscript:
		return 5
	case *ast.Cast:
		return 4
	case *ast.Binary:
		if n.Op == ast.OpDiv || n.Op == ast.OpMod {
			if t := k.types[n]; t != nil && t.Kind == DecimalType {
				return macroCopies["tr_decimal_divide"]
			}
			return 4
		}
	case *ast.Call:
		switch r := k.calls[n]; {
		case r == nil:
		case r.fn.name == "avg" && r.result.Kind == DecimalType:
			return macroCopies["tr_decimal_divide"]
		default:
			return r.fn.copies
		}
	}
	return 1
}

// mostCopies is how often the text of an argument stands in what is written for a call.
func (f *function) mostCopies() float64 {
	most := 1.0
	for _, m := range ourMacro.FindAllString(f.duck, -1) {
		most = max(most, macroCopies[m])
	}
	switch f.name {
	case "greatest", "least", "regexp_extract", "ln", "log2", "log10", "sqrt", "reduce":
		most = max(most, 3)
	case "nullif":
		most = max(most, 2)
	case "contains", "any_match", "all_match", "none_match", "split", "strpos", "substr", "substring", "concat", "json_extract", "json_size",
		"array_join", "sequence":
		most = max(most, 6)
	}
	return most
}

var (
	ourMacro    = regexp.MustCompile(`\btr_[a-z0-9_]+`)
	macroCopies = countCopies()
)

// countCopies is, for each macro, how often an argument stands in its text at most, macros inside it counted in.
func countCopies() map[string]float64 {
	m := map[string]float64{}
	for _, text := range macros {
		head, body, _ := strings.Cut(text, ") AS ")
		name, params, _ := strings.Cut(head, "(")
		most := 1
		for _, p := range strings.Split(params, ", ") {
			most = max(most, len(regexp.MustCompile(`\b`+p+`\b`).FindAllString(body, -1)))
		}
		inside := 1.0
		for _, c := range ourMacro.FindAllString(body, -1) {
			inside = max(inside, m[c])
		}
		m[name] = float64(most) * inside
	}
	return m
}
