package sql

import (
	"fmt"

	"trailscribe/internal/sql/ast"
)

// correlated refuses subqueries that Trino takes apart only in part: it turns a subquery that names columns from outside into
// a join, and where it knows no such join it refuses the statement ("Given correlated subquery is not supported"). The rules
// are those Trino 435 was found to have; DuckDB runs all of these.
func (k *checker) correlated() {
	for _, n := range k.nested {
		switch n := n.(type) {
		case *ast.Exists:
			k.subquery(n.Query, false)
		case *ast.SubqueryExpr:
			k.subquery(n.Query, false)
		case *ast.In:
			k.subquery(n.Query, true)
		case *ast.Quantified:
			k.subquery(n.Query, true)
		case *ast.Subquery:
			k.subquery(n.Query, false)
		case *ast.Lambda:
			ast.Walk(n.Body, func(m ast.Node) bool {
				if _, ok := m.(*ast.Query); ok {
					k.problem(m, "a lambda cannot hold a query", "Compute it in a WITH and join it", "not-supported")
					return false
				}
				return true
			})
		case *ast.Join:
			ast.Walk(n.On, func(m ast.Node) bool {
				inner, ok := m.(*ast.Query)
				if ok && k.reachesOut(inner, inner) {
					k.problem(inner, "a query in the condition of an outer join cannot name columns from outside", "Compute it in a WITH and join it",
						"not-supported")
				}
				return !ok
			})
		}
	}
}

// subquery checks one subquery; compared: it stands behind IN, ANY or ALL.
func (k *checker) subquery(q *ast.Query, compared bool) {
	const hint = "Compute it in a WITH and join it"
	if !k.reachesOut(q, q) {
		return
	}
	if len(q.OrderBy) > 0 && q.Limit != nil {
		k.problem(q, "a subquery that names columns from outside cannot have ORDER BY with LIMIT",
			"Use max_by(…) or min_by(…), or row_number() in a WITH", "not-supported")
	}
	sel, ok := q.Body.(*ast.Select)
	if !ok {
		k.problem(q, "a subquery that names columns from outside cannot be a set operation", hint, "not-supported")
		return
	}
	ast.Walk(sel, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Query:
			return false
		case *ast.Call:
			if n.Over != nil {
				k.problem(n, "a subquery that names columns from outside cannot have window functions", hint, "not-supported")
			}
		case *ast.Join:
			if n.On != nil && n.Kind != ast.InnerJoin && k.reachesOut(n.On, q) {
				k.problem(n.On, "the condition of an outer join cannot name columns from outside its query", hint, "not-supported")
			}
		case *ast.Unnest:
			if k.reachesOut(n, q) && (compared || sel.Where != nil || len(sel.From) != 1 || sel.From[0] != ast.Relation(n)) {
				k.problem(n, "a subquery over UNNEST of a column from outside cannot be filtered, joined or compared",
					"Write any_match(a, x -> …) or filter(a, x -> …); or CROSS JOIN UNNEST in the query outside", "not-supported")
			}
		}
		return true
	})
}

// reachesOut reports whether something in n names a column of a relation outside q.
func (k *checker) reachesOut(n ast.Node, q *ast.Query) (out bool) {
	own := map[*source]bool{}
	ast.Walk(q, func(n ast.Node) bool {
		if r, ok := n.(ast.Relation); ok && k.sources[r] != nil {
			own[k.sources[r]] = true
		}
		return true
	})
	var outside func(c *column) bool
	outside = func(c *column) bool {
		if c.rel != nil {
			return !own[c.rel]
		}
		for _, m := range c.merged {
			if outside(m) {
				return true
			}
		}
		return false
	}
	ast.Walk(n, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok {
			if c := k.cols[x]; c != nil && outside(c) {
				out = true
			}
		}
		return !out
	})
	return out
}

// ambiguousNull refuses NULL where Trino cannot tell which of a function's forms is meant, or takes another than one thinks:
// concat(NULL, 'a') is an array there.
func (k *checker) ambiguousNull(f *function, c *ast.Call, types []*Type) bool {
	at, ok := ambiguousNulls[f.name]
	if !ok {
		return false
	}
	for i, t := range types {
		if t == nil || t.Kind != UnknownType || at >= 0 && i != at {
			continue
		}
		k.problem(c.Args[i], fmt.Sprintf("the type of NULL is not known here, and %s takes several", f.name),
			"Write CAST(NULL AS varchar), or the type that is meant", "types")
		return true
	}
	return false
}

// ambiguousNulls are the functions Trino finds ambiguous with a NULL, and at which argument; -1: at any. That this is all of
// them is tested at a real Trino.
var ambiguousNulls = map[string]int{
	"reverse": 0, "date_trunc": 1, "date_add": 2, "substr": 0, "substring": 0, "json_extract_scalar": 0, "concat": -1, "sum": 0, "avg": 0,
}
