package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// fromList writes what stands behind FROM; commas are cross joins from left to right.
func (e *emitter) fromList(rs []ast.Relation) string {
	s := ""
	var left []ast.Relation
	for _, r := range rs {
		switch u, ok := r.(*ast.Unnest); {
		case ok:
			s = e.unnest(s, left, u, false)
		case s == "":
			s = e.from(r)
		default:
			s += ", " + e.from(r)
		}
		left = append(left, r)
	}
	return s
}

func (e *emitter) from(r ast.Relation) string {
	switch r := r.(type) {
	case *ast.Table:
		src := e.c.sources[r]
		name := r.Name()
		stands := duckTable(name)
		if steps, ok := e.reading[src.cte]; ok {
			stands = steps
		} else if src.cte != nil {
			stands = duckName(src.cte.label)
		} else if s, ok := e.stands[name]; ok {
			stands = s
		}
		return stands + " AS " + duckName(src.label)
	case *ast.Subquery:
		s := "(" + e.query(r.Query) + ") AS " + duckName(e.c.sources[r].label)
		if r.Lateral {
			return "LATERAL " + s
		}
		return s
	case *ast.Unnest:
		return e.unnest("", nil, r, false)
	case *ast.Join:
		left := e.from(r.Left)
		if u, ok := r.Right.(*ast.Unnest); ok {
			return e.unnest(left, []ast.Relation{r.Left}, u, r.Kind == ast.LeftJoin)
		}
		right := e.from(r.Right)
		if _, ok := r.Right.(*ast.Join); ok {
			right = "(" + right + ")"
		}
		word := [...]string{ast.InnerJoin: " JOIN ", ast.LeftJoin: " LEFT JOIN ", ast.RightJoin: " RIGHT JOIN ", ast.FullJoin: " FULL JOIN ",
			ast.CrossJoin: " CROSS JOIN "}[r.Kind]
		s := left + word + right
		switch {
		case r.On != nil:
			s += " ON " + e.x(r.On)
		case len(r.Using) > 0:
			var eqs []string
			for _, c := range e.c.joins[r] {
				eqs = append(eqs, coerceSQL(e.col(c.merged[0]), c.merged[0].typ, c.typ)+" = "+coerceSQL(e.col(c.merged[1]), c.merged[1].typ, c.typ))
			}
			s += " ON " + strings.Join(eqs, " AND ")
		}
		return s
	}
	return ""
}

func duckTable(name string) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		parts[i] = duckName(p)
	}
	return strings.Join(parts, ".")
}

// sourcesOf are the relations in a FROM, in order.
func (e *emitter) sourcesOf(r ast.Relation) []*source {
	if j, ok := r.(*ast.Join); ok {
		return append(e.sourcesOf(j.Left), e.sourcesOf(j.Right)...)
	}
	return []*source{e.c.sources[r]}
}

// col writes a reference to a column.
func (e *emitter) col(c *column) string {
	if s, ok := e.at[c]; ok {
		return s
	}
	switch {
	case len(c.merged) == 2:
		l, r := c.merged[0], c.merged[1]
		switch c.join {
		case ast.RightJoin:
			return coerceSQL(e.col(r), r.typ, c.typ)
		case ast.FullJoin:
			return "coalesce(" + coerceSQL(e.col(l), l.typ, c.typ) + ", " + coerceSQL(e.col(r), r.typ, c.typ) + ")"
		}
		return coerceSQL(e.col(l), l.typ, c.typ)
	case c.rel != nil:
		return duckName(c.rel.label) + "." + duckName(c.label)
	case c.expr != nil: // a result column inside an ORDER BY expression
		return e.x(c.expr)
	case len(c.from) > 0:
		return e.col(c.from[0])
	}
	return duckName(c.label)
}
