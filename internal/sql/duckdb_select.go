package sql

import (
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
)

// body writes a SELECT, a set operation or VALUES. Every result column gets a name of its own, so that nothing outside depends on
// how DuckDB names what has none.
func (e *emitter) body(b *strings.Builder, x ast.Body, top bool) {
	switch x := x.(type) {
	case *ast.Select:
		e.selectBody(b, x, top)
	case *ast.Query:
		b.WriteString("(")
		e.writeQuery(b, x, top)
		b.WriteString(")")
	case *ast.SetOp:
		op := [...]string{ast.Union: "UNION", ast.Intersect: "INTERSECT", ast.Except: "EXCEPT"}[x.Kind]
		if x.All {
			op += " ALL"
		}
		side := func(x ast.Body) {
			if _, ok := x.(*ast.SetOp); !ok {
				e.body(b, x, top)
				return
			}
			b.WriteString("(")
			e.body(b, x, top)
			b.WriteString(")")
		}
		side(x.Left)
		b.WriteString(" " + op + " ")
		side(x.Right)
	case *ast.ValuesBody:
		b.WriteString(e.valuesBody(x, top))
	}
}

// selectBody writes one SELECT. A column of a star that nobody reads is left out.
func (e *emitter) selectBody(b *strings.Builder, sel *ast.Select, top bool) {
	f := e.c.selects[sel]
	from := e.fromList(sel.From) // first: it decides where columns are found
	items := make([]string, 0, len(sel.Items))
	for i, it := range sel.Items {
		for _, c := range f.items[i] {
			if it.Star && !c.used {
				continue
			}
			s := ""
			if it.Star {
				s = e.col(c.from[0])
			} else {
				s = e.x(it.X)
			}
			if top {
				s = fetch(s, c.typ)
			} else if c.typ.Kind == UnknownType {
				s = "NULL"
			}
			items = append(items, s+" AS "+duckName(c.label))
		}
	}
	if len(items) == 0 {
		items = []string{"1 AS " + duckName("nothing")}
	}
	b.WriteString("SELECT ")
	if sel.Distinct {
		b.WriteString("DISTINCT ")
	}
	for i, item := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(item)
	}
	if from != "" {
		b.WriteString(" FROM ")
		b.WriteString(from)
	}
	if sel.Where != nil {
		b.WriteString(" WHERE " + e.x(sel.Where))
	}
	if sel.GroupBy != nil {
		b.WriteString(" GROUP BY " + e.groupBy(sel, f))
	}
	if sel.Having != nil {
		b.WriteString(" HAVING " + e.x(sel.Having))
	}
	if len(sel.Windows) > 0 {
		ws := make([]string, len(sel.Windows))
		for i, w := range sel.Windows {
			ws[i] = duckName(w.Name.Key()) + " AS (" + e.windowSpec(w.Window) + ")"
		}
		b.WriteString(" WINDOW " + strings.Join(ws, ", "))
	}
}

func (e *emitter) groupBy(sel *ast.Select, f *selectFacts) string {
	var flat []*column
	for _, cs := range f.items {
		flat = append(flat, cs...)
	}
	one := func(x ast.Expr) string {
		lit, ok := x.(*ast.IntLit)
		if !ok {
			return e.x(x)
		}
		c := flat[lit.Value-1]
		if c.expr == nil {
			return e.col(c.from[0])
		}
		if constant(c.expr) {
			return strconv.FormatInt(lit.Value, 10)
		}
		return e.x(c.expr)
	}
	var elems []string
	for _, el := range sel.GroupBy.Elems {
		var sets []string
		for _, set := range el.Sets {
			var xs []string
			for _, x := range set.Exprs {
				xs = append(xs, one(x))
			}
			s := strings.Join(xs, ", ")
			if el.Kind == ast.GroupSets || len(xs) != 1 && el.Kind != ast.GroupSimple || len(xs) == 0 {
				s = "(" + s + ")"
			}
			sets = append(sets, s)
		}
		s := strings.Join(sets, ", ")
		switch el.Kind {
		case ast.GroupRollup:
			s = "ROLLUP (" + s + ")"
		case ast.GroupCube:
			s = "CUBE (" + s + ")"
		case ast.GroupSets:
			s = "GROUPING SETS (" + s + ")"
		}
		elems = append(elems, s)
	}
	return strings.Join(elems, ", ")
}

func constant(x ast.Expr) bool {
	switch x.(type) {
	case *ast.IntLit, *ast.StringLit, *ast.BoolLit, *ast.NullLit, *ast.DecimalLit, *ast.DoubleLit, *ast.TypedLit, *ast.Param:
		return true
	}
	return false
}

func (e *emitter) valuesBody(b *ast.ValuesBody, top bool) string {
	rows := make([]string, len(b.Rows))
	var types []*Type
	fieldsOf := func(r ast.Expr) []ast.Expr {
		if row, ok := r.(*ast.Row); ok {
			return row.Fields
		}
		return []ast.Expr{r}
	}
	for i, r := range b.Rows {
		for j, f := range fieldsOf(r) {
			t := e.c.types[f]
			if i == 0 {
				types = append(types, t)
			} else if c := common(types[j], t); c != nil {
				types[j] = c
			}
		}
	}
	for i, r := range b.Rows {
		var cells []string
		for j, f := range fieldsOf(r) {
			cells = append(cells, e.as(f, types[j]))
		}
		rows[i] = "(" + strings.Join(cells, ", ") + ")"
	}
	names, outer := make([]string, len(types)), make([]string, len(types))
	for i, t := range types {
		names[i] = duckName("_col" + strconv.Itoa(i))
		outer[i] = names[i]
		if top {
			outer[i] = fetch(names[i], t) + " AS " + names[i]
		}
	}
	return "SELECT " + strings.Join(outer, ", ") + " FROM (VALUES " + strings.Join(rows, ", ") + ") AS v(" + strings.Join(names, ", ") + ")"
}
