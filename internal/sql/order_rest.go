package sql

import (
	"slices"
	"strconv"

	"trailscribe/internal/sql/ast"
)

// rest is the result columns by which rows are put in order that the query's own ORDER BY leaves equal, in the order of the
// result. Rows that are not grouped can be equal in whatever tells them apart otherwise: events whose copies differ have one
// event id. Their order would be another one in each run. Behind these columns only rows stay equal that nobody can tell apart.
//
// A query without ORDER BY has no order to complete, and a grouped one is told apart by what it is grouped by.
func (k *checker) rest(q *ast.Query) (rest []*column) {
	if len(q.OrderBy) == 0 {
		return nil
	}
	if sel, ok := q.Body.(*ast.Select); ok && (k.selects[sel] == nil || k.selects[sel].grouped != nil) {
		return nil
	}
	f := k.queries[q]
	named := map[*column]bool{}
	keys := map[string]bool{}
	for i, item := range q.OrderBy {
		if c := f.order[i]; c != nil {
			named[c] = true
			if c.expr != nil {
				keys[k.key(c.expr)] = true
			}
			continue
		}
		keys[k.key(item.X)] = true
	}
	for _, c := range f.cols {
		if named[c] || !c.typ.orderable() || c.expr != nil && (keys[k.key(c.expr)] || isLiteral(c.expr)) {
			continue
		}
		rest = append(rest, c)
	}
	return rest
}

// isLiteral reports whether every row has the same value there.
func isLiteral(x ast.Expr) bool {
	switch x.(type) {
	case *ast.StringLit, *ast.IntLit, *ast.NullLit, *ast.BoolLit:
		return true
	}
	return false
}

// restNames are the columns of rest as ORDER BY may name them: by name where the result has one of that name, else by number.
func (c *Checked) restNames() (names []string) {
	for _, r := range c.orderRest {
		at := slices.Index(c.out, r)
		if len(called(c.out, r.key, nil)) == 1 && r.name != unnamed(at) {
			names = append(names, ast.NameText(r.name))
		} else {
			names = append(names, strconv.Itoa(at+1))
		}
	}
	return names
}
