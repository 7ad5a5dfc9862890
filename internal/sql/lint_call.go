package sql

import (
	"slices"

	"trailscribe/internal/sql/ast"
)

// orderFree are functions whose result does not depend on the order of an array's elements; orderKept hand the question on.
var (
	orderFree = []string{"array_sort", "cardinality", "contains", "array_max", "array_min", "any_match", "all_match", "none_match",
		"arrays_overlap"}
	orderKept = []string{"array_distinct", "filter", "transform", "array_union", "array_intersect", "array_except", "array_remove", "concat",
		"coalesce"}
)

func (l *linter) call(c *ast.Call, in parents) {
	r := l.calls[c]
	if r == nil {
		return
	}
	f := r.fn
	switch {
	case f.flags&volatileFunction != 0:
		hint := "Use :period_from and :period_to"
		if f.name == "random" || f.name == "rand" {
			hint = ""
		}
		l.problem(c, f.name+" has another value on every run", hint, "volatile")
	case f.flags&approximateFunction != 0:
		hint := "Write count(DISTINCT …)"
		if f.name == "approx_percentile" {
			hint = "Rank the rows with percent_rank() and filter"
		}
		l.problem(c, f.name+" is an estimate that differs between engines", hint, "approximate")
	case f.flags&orderFunction != 0 && c.Over == nil:
		l.orderOf(c, r, in)
	}
	switch f.name {
	case "sum", "avg":
		if len(r.params) == 1 && r.params[0].float() && !l.types[c.Args[0]].integral() {
			l.problem(c, f.name+" of doubles depends on the order of the rows in its last digits", "CAST the values AS decimal(18, 6)",
				"float-aggregate")
		}
	case "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop", "corr", "covar_pop", "covar_samp", "regr_slope",
		"regr_intercept", "geometric_mean":
		if !in.rounded {
			l.problem(c, f.name+" depends on the order of the rows in its last digits", "Write round("+f.name+"(…), 6)", "float-aggregate")
		}
	case "row_number", "ntile", "lag", "lead", "first_value", "last_value", "nth_value":
		if c.Over != nil && c.Over.Name == nil && c.Over.Base == nil && len(c.Over.OrderBy) == 0 {
			l.problem(c, f.name+" without ORDER BY counts rows in another order each time",
				"Write OVER (ORDER BY …), ending in the columns that tell rows apart", "window-order")
		}
	}
}

// orderOf looks at an aggregate whose value depends on the order of the rows.
func (l *linter) orderOf(c *ast.Call, r *resolved, in parents) {
	name := r.fn.name
	total := func(items []ast.Expr) bool {
		for _, x := range items {
			if l.same(x) == l.same(c.Args[0]) {
				return true // rows that are equal give the same value
			}
			if row, ok := x.(*ast.Row); ok {
				for _, f := range row.Fields {
					if l.same(f) == l.same(c.Args[0]) || l.unique(f) {
						return true
					}
				}
			}
			if l.unique(x) {
				return true
			}
		}
		return false
	}
	switch {
	case r.fn.flags&orderBySelf != 0:
		var items []ast.Expr
		for _, o := range slices.Concat(c.OrderBy, c.WithinGroup) {
			items = append(items, o.X)
		}
		if total(items) || in.unordered && name == "array_agg" {
			return
		}
		hint := "Write " + name + "(x ORDER BY x)"
		if name == "listagg" {
			hint = "Write listagg(x, ', ') WITHIN GROUP (ORDER BY x)"
		}
		l.problem(c, name+" puts values into another order each time", hint, "aggregate-order")
	case name == "max_by" || name == "min_by":
		if len(c.Args) > 1 && total(c.Args[1:2]) {
			return
		}
		l.problem(c, name+" takes any of the rows where the second argument is the same", "Write "+name+"(x, (y, eventid))", "aggregate-order")
	default: // arbitrary, any_value, map_agg
		if name != "map_agg" && in.grouped != nil && in.grouped.keys[l.same(c.Args[0])] {
			return
		}
		hint := "Write min(x) or max(x)"
		if name == "map_agg" {
			hint = "Write array_agg(DISTINCT … ORDER BY …)"
		}
		l.problem(c, name+" takes any of several values", hint, "aggregate-order")
	}
}
