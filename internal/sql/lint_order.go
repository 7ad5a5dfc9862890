package sql

import (
	"slices"
	"strings"

	"trailscribe/internal/sql/ast"
)

// uniqueColumns tell the rows of a relation apart by themselves, so that an order ending in one of them is total.
var uniqueColumns = []string{"eventid"}

// total says whether ORDER BY puts the rows of q into one order only, and if not, what is missing.
func (l *linter) total(q *ast.Query, key []string) (missing []string, total bool) {
	f := l.queries[q]
	ordered := map[string]bool{}
	exprs := map[string]bool{}
	unique := false
	note := func(x ast.Expr) {
		exprs[l.same(x)] = true
		if c := l.cols[x]; c != nil && slices.Contains(uniqueColumns, c.key) && (c.rel != nil && c.rel.table != "" || len(c.from) > 0) &&
			len(key) == 0 {
			unique = true
		}
	}
	for i, item := range q.OrderBy {
		if c := f.order[i]; c != nil {
			ordered[c.key] = true
			if c.expr != nil {
				note(c.expr)
			}
			continue
		}
		note(item.X)
	}
	for _, c := range f.cols {
		if c.expr != nil && exprs[l.same(c.expr)] {
			ordered[c.key] = true
		}
	}
	cover := func(names []string) (missing []string) {
		for _, n := range names {
			if !ordered[strings.ToLower(n)] {
				missing = append(missing, n)
			}
		}
		return missing
	}
	if len(key) > 0 {
		missing = cover(key)
		return missing, len(missing) == 0
	}
	if unique {
		return nil, true
	}
	all := make([]string, len(f.cols))
	for i, c := range f.cols {
		all[i] = c.name
	}
	if sel, ok := q.Body.(*ast.Select); ok && sel.GroupBy != nil {
		g := l.selects[sel].grouped
		missing = nil
		for _, x := range g.exprs {
			if !exprs[l.same(x)] {
				name := ""
				for _, c := range f.cols {
					if c.expr != nil && l.same(c.expr) == l.same(x) {
						name = c.name
					}
				}
				if ordered[strings.ToLower(name)] {
					continue
				}
				if name == "" {
					name = "what is grouped by"
				}
				missing = append(missing, name)
			}
		}
		if len(missing) == 0 {
			return nil, true
		}
	} else {
		missing = all
	}
	if rest := cover(all); len(rest) == 0 {
		return nil, true
	} else if len(missing) == len(all) {
		missing = rest
	}
	return missing, false
}

// same is equal for expressions that mean the same.
func (l *linter) same(x ast.Expr) string { return l.facts.key(x) }

// unique says whether x is a column that tells rows apart.
func (l *linter) unique(x ast.Expr) bool {
	c := l.cols[x]
	return c != nil && slices.Contains(uniqueColumns, c.key)
}

const limitText = "LIMIT and OFFSET take other rows each time, because the order of the rows is not total"

func orderHint(missing []string) string {
	if len(missing) == 0 {
		return "End it in the columns that tell rows apart"
	}
	return "End ORDER BY in " + strings.Join(missing, ", ")
}

// oneRow: an aggregate without GROUP BY, or a SELECT without FROM.
func (l *linter) oneRow(q *ast.Query) bool {
	sel, ok := q.Body.(*ast.Select)
	if !ok {
		return false
	}
	return len(sel.From) == 0 || sel.GroupBy == nil && l.selects[sel].grouped != nil
}

func topSelects(b ast.Body) []*ast.Select {
	switch b := b.(type) {
	case *ast.Select:
		return []*ast.Select{b}
	case *ast.SetOp:
		return append(topSelects(b.Left), topSelects(b.Right)...)
	case *ast.Query:
		return topSelects(b.Body)
	}
	return nil
}

// bodyStart is the SELECT word of a body, as a place for what is wrong with the whole.
func bodyStart(b ast.Body) ast.Node { return ast.Span{From: b.Pos(), To: b.Pos() + len("SELECT")} }
