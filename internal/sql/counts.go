package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// Counts reports whether the statement does nothing but count rows of a relation: SELECT count(*) FROM relation, with a WHERE
// or without. condition is that WHERE in Athena's syntax with its parameters bound, "true" where there is none: count_if of
// it is the same number. Many such statements can then be asked as one, which reads the relation once. A condition that
// holds a query of its own is not given.
func (b *Bound) Counts(relation string) (condition string, ok bool) {
	q := b.c.query
	s, plain := q.Body.(*ast.Select)
	if !plain || q.With != nil || q.OrderBy != nil || q.Limit != nil || q.Offset != nil || s.Distinct || s.GroupBy != nil || s.Having != nil ||
		s.Windows != nil || len(s.Items) != 1 || len(s.From) != 1 {
		return "", false
	}
	if t, is := s.From[0].(*ast.Table); !is || t.Name() != strings.ToLower(relation) || t.Alias != nil {
		return "", false
	}
	if c, is := s.Items[0].X.(*ast.Call); !is || c.Name.Key() != "count" || !c.Star || c.Filter != nil || c.Over != nil {
		return "", false
	}
	if s.Where == nil {
		return "true", true
	}
	ok = true
	ast.Walk(s.Where, func(n ast.Node) bool {
		if _, is := n.(*ast.Query); is {
			ok = false
		}
		return ok
	})
	if !ok {
		return "", false
	}
	p := &trinoPrinter{lits: b.lits}
	p.expr(s.Where, parser.PowOr)
	return p.String(), true
}
