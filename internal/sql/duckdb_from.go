package sql

import "strings"

// fromList writes what stands behind FROM; commas are cross joins from left to right.
func (e *emitter) fromList(rs []Relation) string {
	s := ""
	var left []Relation
	for _, r := range rs {
		switch u, ok := r.(*Unnest); {
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

func (e *emitter) from(r Relation) string {
	switch r := r.(type) {
	case *Table:
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
	case *Subquery:
		s := "(" + e.query(r.Query) + ") AS " + duckName(e.c.sources[r].label)
		if r.Lateral {
			return "LATERAL " + s
		}
		return s
	case *Unnest:
		return e.unnest("", nil, r, false)
	case *Join:
		left := e.from(r.Left)
		if u, ok := r.Right.(*Unnest); ok {
			return e.unnest(left, []Relation{r.Left}, u, r.Kind == LeftJoin)
		}
		right := e.from(r.Right)
		if _, ok := r.Right.(*Join); ok {
			right = "(" + right + ")"
		}
		word := [...]string{InnerJoin: " JOIN ", LeftJoin: " LEFT JOIN ", RightJoin: " RIGHT JOIN ", FullJoin: " FULL JOIN ", CrossJoin: " CROSS JOIN "}[r.Kind]
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
func (e *emitter) sourcesOf(r Relation) []*source {
	if j, ok := r.(*Join); ok {
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
		case RightJoin:
			return coerceSQL(e.col(r), r.typ, c.typ)
		case FullJoin:
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
