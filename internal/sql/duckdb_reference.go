package sql

import (
	"slices"

	"trailscribe/internal/sql/ast"
)

// held writes a reference to a value that DuckDB copies wherever a function takes it. One large value is thousands where rows are
// joined or arrays are gone through, so the sizes of a batch of them are looked at before. A column of the logs is not looked at
// outside of lambdas, nor is what no function has made longer; own is whether it is the parameter of the lambda that it stands in.
func (e *emitter) held(s string, t *Type, c *column, own bool) string {
	switch {
	case own, e.bare, t == nil:
		return s
	case e.element == "" && (e.calls == 0 || c == nil || !e.grown(c)):
		return s
	}
	w := weight(s, t, 0)
	if w == "" {
		return s
	}
	if e.element != "" {
		w = "coalesce(" + w + ", 0) + CAST(" + e.element + " IS NULL AS BIGINT)"
	}
	return unless("tr_load", w, s)
}

// reference writes a part of something whose size is looked at as a whole: a name stands there as it is.
func (e *emitter) reference(x ast.Expr, t *Type) string {
	switch x.(type) {
	case *ast.Ident, *ast.Deref:
		e.bare = true
		defer func() { e.bare = false }()
	}
	return e.as(x, t)
}

// grown reports whether a column may hold larger values than the logs do.
func (e *emitter) grown(c *column) bool {
	if is, known := e.growth[c]; known {
		return is
	}
	e.growth[c] = false // while it is looked at: a query of WITH RECURSIVE reads itself
	is := false
	switch {
	case c.rel != nil && c.rel.table != "":
	case c.expr != nil:
		is = e.grows(c.expr)
	case len(c.from) > 0:
		is = slices.ContainsFunc(c.from, e.grown)
	case len(c.merged) > 0:
		is = slices.ContainsFunc(c.merged, e.grown)
	default:
		is = true
	}
	e.growth[c] = is
	return is
}

// growing are the functions whose value may be larger than what they are given.
var growing = ast.WordSet(`array_agg array_join array_union concat concat_ws flatten format histogram json_format json_parse listagg lpad map_agg map_concat
	reduce regexp_extract_all regexp_replace regexp_split repeat replace rpad sequence split to_base64 to_hex transform url_encode zip zip_with`)

// grows reports whether an expression may be larger than the values of the logs in it.
func (e *emitter) grows(x ast.Expr) (is bool) {
	if n, known := e.most(x); known && n <= 1<<10 {
		return false
	}
	ast.Walk(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			is = is || e.c.cols[n] != nil && e.grown(e.c.cols[n])
		case *ast.Deref:
			is = is || e.c.cols[n] != nil && e.grown(e.c.cols[n])
		case *ast.Binary:
			is = is || n.Op == ast.OpConcat
		case *ast.Call:
			is = is || growing.Has(n.Name.Key())
		case *ast.Query:
			is = true
		}
		return !is
	})
	return is
}
