package sql

import (
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
)

// aggregate writes an aggregate. An ORDER BY inside a call whose value does not depend on it is left out.
func (e *emitter) aggregate(c *ast.Call, r *resolved) string {
	switch r.fn.name {
	case "count":
		if c.Star || len(c.Args) == 0 {
			return "count(*)" + e.after(c)
		}
		return e.fill("count($D$1)$F", c, r)
	case "avg":
		if r.result.Kind == DecimalType {
			s, n := e.fill("sum($D$1)$F", c, r), e.fill("count($D$1)$F", c, r)
			return "CAST(tr_decimal_divide(" + unscaled(s, r.result) + ", CAST(nullif(" + n + ", 0) AS HUGEINT), " + strconv.Itoa(r.result.S) +
				") AS " + r.result.duck() + ")"
		}
		return e.fill("avg($D$1)$F", c, r)
	case "min", "max":
		if len(c.Args) == 2 {
			return e.fill(r.fn.name+"($1, $2)$F", c, r)
		}
		return e.fill(r.fn.name+"($D$1)$F", c, r)
	case "max_by", "min_by":
		fn := "arg_" + strings.TrimSuffix(r.fn.name, "_by")
		if len(c.Args) == 3 {
			return e.fill(fn+"($1, $2, $3)$F", c, r)
		}
		return e.fill(fn+"_null($1, $2)$F", c, r)
	case "listagg":
		sep := "''"
		if len(c.Args) == 2 {
			sep = e.as(c.Args[1], tVarchar)
		}
		s := e.fill("string_agg($D$1, ", c, r) + sep
		if len(c.WithinGroup) > 0 {
			s += " ORDER BY " + e.sortItems(c.WithinGroup)
		}
		return "tr_fit(" + s + ")" + e.after(c) + ")"
	case "corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept":
		return e.fill(r.fn.name+"($1, $2)$F", c, r)
	case "approx_distinct":
		return e.fill("count(DISTINCT $1)$F", c, r)
	}
	return e.fill(r.fn.duck, c, r)
}

// after is what follows an aggregate's parentheses.
func (e *emitter) after(c *ast.Call) string {
	s := ""
	if c.Filter != nil {
		s = " FILTER (WHERE " + e.x(c.Filter) + ")"
	}
	if c.Over != nil {
		if c.Over.Name != nil {
			return s + " OVER " + duckName(c.Over.Name.Key())
		}
		return s + " OVER (" + e.windowSpec(c.Over) + ")"
	}
	return s
}
