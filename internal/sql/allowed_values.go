package sql

import (
	"slices"
	"strings"

	"trailscribe/internal/sql/ast"
)

// AllowedValues are the values that a text column of a relation can have in the rows that matter to the statement: each place that reads
// the relation has a condition next to it that drops every other value. An engine can leave other rows unread; no result
// depends on it. ok is false where some place reads all rows.
//
// What counts are conditions of the same SELECT that compare the column with texts: =, IN, joined by AND and OR.
func (b *Bound) AllowedValues(relation, column string) (values []string, ok bool) {
	relation, column = strings.ToLower(relation), strings.ToLower(column)
	all, found := true, false
	ast.Walk(b.c.query, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.NamedQuery:
			if n.Name.Key() == relation {
				all = false // the name means something else there
			}
		case *ast.Select:
			for _, r := range n.From {
				tables(r, func(t *ast.Table) {
					if t.Name() != relation {
						return
					}
					found = true
					name := relation
					if t.Alias != nil {
						name = t.Alias.Name.Key()
					}
					some, ok := b.allowedValues(n.Where, name, column)
					if t.Alias != nil && len(t.Alias.Columns) > 0 {
						ok = false // its columns have other names
					}
					all = all && ok
					values = append(values, some...)
				})
			}
		}
		return true
	})
	if !all || !found {
		return nil, false
	}
	slices.Sort(values)
	return slices.Compact(values), true
}

// tables are the tables of a FROM, subqueries left out: they are a SELECT of their own.
func tables(r ast.Relation, f func(*ast.Table)) {
	switch r := r.(type) {
	case *ast.Table:
		f(r)
	case *ast.Join:
		tables(r.Left, f)
		tables(r.Right, f)
	}
}

// allowedValues is the values that a condition leaves of a column. A bare name is the table's: were it another's too, Check would have
// refused it as ambiguous.
func (b *Bound) allowedValues(x ast.Expr, table, column string) ([]string, bool) {
	switch x := x.(type) {
	case *ast.Binary:
		switch x.Op {
		case ast.OpAnd:
			left, ok := b.allowedValues(x.Left, table, column)
			right, ok2 := b.allowedValues(x.Right, table, column)
			switch {
			case ok && ok2:
				return slices.DeleteFunc(left, func(s string) bool { return !slices.Contains(right, s) }), true
			case ok:
				return left, true
			}
			return right, ok2
		case ast.OpOr:
			left, ok := b.allowedValues(x.Left, table, column)
			right, ok2 := b.allowedValues(x.Right, table, column)
			return append(left, right...), ok && ok2
		case ast.OpEq:
			for _, side := range [][2]ast.Expr{{x.Left, x.Right}, {x.Right, x.Left}} {
				if v, ok := b.textOf(side[1]); ok && isColumn(side[0], table, column) {
					return []string{v}, true
				}
			}
		}
	case *ast.In:
		if x.Not || x.Query != nil || !isColumn(x.X, table, column) {
			return nil, false
		}
		var out []string
		for _, e := range x.List {
			v, ok := b.textOf(e)
			if !ok {
				return nil, false
			}
			out = append(out, v)
		}
		return out, true
	}
	return nil, false
}

func (b *Bound) textOf(x ast.Expr) (string, bool) {
	if p, ok := x.(*ast.Param); ok {
		x = b.lits[p.Name]
	}
	s, ok := x.(*ast.StringLit)
	if !ok {
		return "", false
	}
	return s.Value, true
}

func isColumn(x ast.Expr, table, column string) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Key() == column
	case *ast.Deref:
		t, ok := x.X.(*ast.Ident)
		return ok && t.Key() == table && x.Field.Key() == column
	}
	return false
}
