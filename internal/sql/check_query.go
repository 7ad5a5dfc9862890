package sql

import (
	"fmt"
	"slices"

	"trailscribe/internal/sql/ast"
)

// queryFacts are what a query was found to give: what the printers need of it and cannot see in the tree.
type queryFacts struct {
	cols  []*column // the result
	order []*column // for each ORDER BY item the result column it names, nil where it is another expression
}

// query checks a query and returns the columns of its result. outer is what names mean around it.
func (k *checker) query(q *ast.Query, outer *scope) []*column {
	s := &scope{outer: outer}
	if q.With != nil {
		s.with = map[string]*named{}
		for _, n := range q.With.Queries {
			k.with(q.With, n, s)
		}
	}
	cols, inner := k.body(q.Body, s)
	f := &queryFacts{cols: cols, order: make([]*column, len(q.OrderBy))}
	k.queries[q] = f
	if inner == nil { // a set operation or VALUES: only the result's columns can be named
		inner = &scope{outer: s}
	}
	inner.output = cols
	_, isSelect := q.Body.(*ast.Select)
	for i, item := range q.OrderBy {
		if lit, ok := item.X.(*ast.IntLit); ok {
			if lit.Value < 1 || lit.Value > int64(len(cols)) {
				k.problem(item, fmt.Sprintf("ORDER BY %d: the result has %d columns", lit.Value, len(cols)), "", "")
				continue
			}
			f.order[i] = cols[lit.Value-1]
			f.order[i].use()
			continue
		}
		v := env{scope: inner}
		if !isSelect {
			v.noAggregate, v.noWindow = "ORDER BY of a set operation", "ORDER BY of a set operation"
		}
		t := k.expr(item.X, v)
		if id, ok := item.X.(*ast.Ident); ok {
			if c := k.cols[id]; c != nil && slices.Contains(cols, c) {
				f.order[i] = c
			}
		}
		if t.Kind != 0 && !t.orderable() {
			k.problem(item, "rows cannot be ordered by a value of type "+t.String(), "", "")
		}
		if sel, ok := q.Body.(*ast.Select); ok {
			if g := k.selects[sel].grouped; g != nil && f.order[i] == nil {
				k.covered(item.X, g)
			}
			if sel.Distinct && f.order[i] == nil && !k.selected(item.X, sel) {
				k.problem(item, "with SELECT DISTINCT, ORDER BY can only name what is selected", "", "")
			}
		}
	}
	inner.output = nil
	for _, e := range []ast.Expr{q.Offset, q.Limit} {
		if e == nil {
			continue
		}
		if t := k.expr(e, env{scope: &scope{}}); t.Kind != 0 && !t.integral() {
			k.problem(e, "LIMIT and OFFSET take a whole number, not "+t.String(), "", "")
		}
	}
	return cols
}

// selected reports whether x is one of the selected expressions, which is all that ORDER BY may name behind DISTINCT.
func (k *checker) selected(x ast.Expr, sel *ast.Select) bool {
	key := k.key(x)
	for _, it := range sel.Items {
		if it.X != nil && k.key(it.X) == key {
			return true
		}
	}
	return false
}

// with checks a query of a WITH and adds it to s.
func (k *checker) with(w *ast.With, n *ast.NamedQuery, s *scope) {
	key := n.Name.Key()
	if s.with[key] != nil {
		k.problem(n.Name, "WITH names "+n.Name.Name+" twice", "", "")
	}
	c := &named{key: key, label: k.unique("with_" + key)}
	k.ctes[n] = c
	var first []*column
	if w.Recursive && k.recursive(n) {
		// the first branch decides names and types, the second sees them
		first, _ = k.body(n.Query.Body.(*ast.SetOp).Left, &scope{outer: s})
		c.recursive = true
		c.cols = k.renamed(n, first)
		for i, col := range c.cols {
			col.label = fmt.Sprintf("c%d", i+1)
		}
		s.with[key] = c
	}
	cols := k.query(n.Query, s)
	if c.recursive {
		k.recursionTypes(n, first, cols)
		for i := range c.cols {
			c.cols[i].use()
		}
		for _, col := range cols {
			col.use()
		}
		return
	}
	c.cols = k.renamed(n, cols)
	s.with[key] = c
}

// renamed gives the columns of a WITH query their names from name (a, b) AS ….
func (k *checker) renamed(n *ast.NamedQuery, cols []*column) []*column {
	if len(n.Columns) == 0 && !k.ctes[n].recursive {
		return cols
	}
	if len(n.Columns) > 0 && len(n.Columns) != len(cols) {
		k.problem(n.Name, fmt.Sprintf("%s has %d column names for %d columns", n.Name.Name, len(n.Columns), len(cols)), "", "")
	}
	out := k.handedOn(cols)
	for i := range cols {
		if i < len(n.Columns) {
			out[i].name, out[i].key = n.Columns[i].Name, n.Columns[i].Key()
		}
	}
	return out
}

// body checks what a query consists of. inner is the scope an ORDER BY may look into, nil if it may not.
func (k *checker) body(b ast.Body, s *scope) (cols []*column, inner *scope) {
	switch b := b.(type) {
	case *ast.Select:
		return k.selectBody(b, s)
	case *ast.Query:
		return k.query(b, s), nil
	case *ast.ValuesBody:
		return k.values(b, s), nil
	case *ast.SetOp:
		left, _ := k.body(b.Left, s)
		right, _ := k.body(b.Right, s)
		cols = make([]*column, 0, len(left))
		if len(left) != len(right) {
			k.problem(b.Right, fmt.Sprintf("the queries of a set operation must have the same number of columns: %d and %d", len(left), len(right)),
				"", "")
			return left, nil
		}
		for i := range left {
			left[i].use()
			right[i].use()
			t := common(left[i].typ, right[i].typ)
			if t == nil {
				k.problem(b.Right, fmt.Sprintf("column %d of the set operation has type %s on one side and %s on the other", i+1, left[i].typ,
					right[i].typ), "Use CAST on one side", "")
				t = tBad
			}
			from := k.fromSlab.Make(2)
			from[0], from[1] = left[i], right[i]
			cols = append(cols, k.newColumn(column{name: left[i].name, key: left[i].key, label: left[i].label, typ: t, from: from}))
		}
		return cols, nil
	}
	return nil, nil
}

// values checks VALUES: every row has the columns of the first, in types that have one in common.
func (k *checker) values(b *ast.ValuesBody, s *scope) (cols []*column) {
	var types []*Type
	for i, r := range b.Rows {
		fields := []ast.Expr{r}
		if row, ok := r.(*ast.Row); ok {
			fields = row.Fields
		}
		for j, f := range fields {
			t := k.expr(f, env{scope: s, noAggregate: "VALUES", noWindow: "VALUES"})
			if f == r && t.Kind == RowType {
				k.problem(r, "VALUES makes a column of each field of a row", "Select the row instead: SELECT … AS r", "not-supported")
			}
			if i == 0 {
				types = append(types, t)
				continue
			}
			if j >= len(types) {
				break
			}
			c := common(types[j], t)
			if c == nil {
				k.problem(f, fmt.Sprintf("column %d of VALUES has type %s above and %s here", j+1, types[j], t), "", "")
				c = tBad
			}
			types[j] = c
		}
		if len(fields) != len(types) {
			k.problem(r, fmt.Sprintf("this row of VALUES has %d columns, the first has %d", len(fields), len(types)), "", "")
		}
	}
	for i, t := range types {
		n := unnamed(i)
		cols = append(cols, k.newColumn(column{name: n, key: n, label: n, typ: t, used: true}))
	}
	return cols
}
