package sql

import (
	"slices"
	"strconv"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// trinoPrinter writes a statement in one fixed layout, so that the same query always gives the same bytes: a report prints
// them and a record hashes them. Parsing what it wrote and printing that again gives the same text.
type trinoPrinter struct {
	layout
	lits    map[string]ast.Expr  // parameters that are bound
	stands  map[string]string    // relation -> table name or (SELECT …)
	ctes    []string             // names of WITH that are visible: they hide relations of the catalog
	bare    map[*ast.Deref]bool  // alias.column, of which only the column is written
	columns map[*ast.Call]string // calls whose value is a column of what stands for the relation
	rest    []string             // what the statement's own ORDER BY is completed with, see checker.rest
}

// printTrino is the statement in Athena's syntax. Parameters without a literal stay :name.
func printTrino(q *ast.Query, lits map[string]ast.Expr, stands map[string]string, rest ...string) string {
	p := &trinoPrinter{lits: lits, stands: stands, rest: rest}
	p.items = slices.Grow(layoutItems.Get(), 64+(q.To-q.From)/3)
	p.query(q)
	text := p.String()
	layoutItems.Put(p.items)
	return text
}

func (p *trinoPrinter) query(q *ast.Query) {
	rest := p.rest
	p.rest = nil // of the outermost query only
	defer func(n int) { p.ctes = p.ctes[:n] }(len(p.ctes))
	if q.With != nil {
		p.with(q.With)
		p.hard()
	}
	if in, ok := q.Body.(*ast.Query); ok {
		p.nested(in)
	} else {
		p.body(q.Body)
	}
	if len(q.OrderBy) > 0 {
		p.hard()
		p.clause("ORDER BY", len(q.OrderBy)+len(rest), func(i int) {
			if own := len(q.OrderBy); i < own {
				p.sortItem(q.OrderBy[i])
			} else {
				p.text(rest[i-own])
			}
		})
	}
	if q.Offset != nil {
		p.hard()
		p.text("OFFSET ")
		p.count(q.Offset)
	}
	if q.Limit != nil {
		p.hard()
		p.text("LIMIT ")
		p.count(q.Limit)
	}
}

// count is the number behind LIMIT and OFFSET, which takes no type.
func (p *trinoPrinter) count(x ast.Expr) {
	if v, ok := x.(*ast.Param); ok && p.lits[v.Name] != nil {
		if n, ok := wholeNumber(p.lits[v.Name]); ok {
			p.text(strconv.FormatInt(n, 10))
			return
		}
	}
	p.expr(x, parser.PowOr)
}

func (p *trinoPrinter) with(w *ast.With) {
	p.text("WITH")
	if w.Recursive {
		p.text(" RECURSIVE")
		for _, n := range w.Queries {
			p.ctes = append(p.ctes, n.Name.Key())
		}
	}
	for i, n := range w.Queries {
		if i == 0 {
			p.text(" ")
		} else {
			p.text(", ")
		}
		p.name(n.Name)
		if n.Columns != nil {
			p.text(" ")
			p.names(n.Columns)
		}
		p.text(" AS ")
		p.nested(n.Query)
		p.ctes = append(p.ctes, n.Name.Key())
	}
}

// nested is a query in parentheses, always on lines of its own.
func (p *trinoPrinter) nested(q *ast.Query) {
	p.begin()
	p.text("(")
	p.in()
	p.soft()
	p.query(q)
	p.out()
	p.soft()
	p.text(")")
	p.end()
}

func (p *trinoPrinter) body(b ast.Body) {
	switch b := b.(type) {
	case *ast.Select:
		p.selectBody(b)
	case *ast.SetOp:
		p.setOp(b)
	case *ast.ValuesBody:
		p.begin()
		p.clause("VALUES", len(b.Rows), func(i int) { p.expr(b.Rows[i], parser.PowOr) })
		p.end()
	case *ast.Query:
		p.nested(b)
	}
}

func (p *trinoPrinter) setOp(s *ast.SetOp) {
	p.operand(s.Left, s.Kind == ast.Intersect && isUnion(s.Left))
	p.hard()
	p.text([...]string{ast.Union: "UNION", ast.Intersect: "INTERSECT", ast.Except: "EXCEPT"}[s.Kind])
	if s.All {
		p.text(" ALL")
	}
	p.hard()
	_, set := s.Right.(*ast.SetOp)
	p.operand(s.Right, set && (s.Kind == ast.Intersect || isUnion(s.Right)))
}

func isUnion(b ast.Body) bool {
	s, ok := b.(*ast.SetOp)
	return ok && s.Kind != ast.Intersect
}

func (p *trinoPrinter) operand(b ast.Body, parentheses bool) {
	if parentheses {
		p.nested(&ast.Query{Body: b})
		return
	}
	p.body(b)
}

func (p *trinoPrinter) selectBody(s *ast.Select) {
	word := "SELECT"
	if s.Distinct {
		word = "SELECT DISTINCT"
	}
	p.clause(word, len(s.Items), func(i int) { p.selectItem(s.Items[i]) })
	if len(s.From) > 0 {
		p.hard()
		p.from(s.From)
	}
	p.condition("WHERE", s.Where)
	if g := s.GroupBy; g != nil {
		p.hard()
		word := "GROUP BY"
		if g.Distinct {
			word = "GROUP BY DISTINCT"
		}
		p.clause(word, len(g.Elems), func(i int) { p.groupElem(g.Elems[i]) })
	}
	p.condition("HAVING", s.Having)
	if len(s.Windows) > 0 {
		p.hard()
		p.clause("WINDOW", len(s.Windows), func(i int) {
			p.name(s.Windows[i].Name)
			p.text(" AS ")
			p.window(s.Windows[i].Window)
		})
	}
}

// clause is a word and a list: on one line if it fits, else one item a line below the word.
func (p *trinoPrinter) clause(word string, n int, item func(int)) {
	p.begin()
	p.text(word)
	p.in()
	for i := range n {
		if i > 0 {
			p.text(",")
		}
		p.line()
		item(i)
	}
	p.out()
	p.end()
}

// condition is WHERE or HAVING: each term of a chain of ANDs (or ORs) on its own line, if they do not fit on one.
func (p *trinoPrinter) condition(word string, x ast.Expr) {
	if x == nil {
		return
	}
	p.hard()
	p.begin()
	p.text(word)
	p.text(" ")
	p.logic(x)
	p.end()
}

func (p *trinoPrinter) selectItem(s *ast.SelectItem) {
	switch {
	case s.Star && s.Table != nil:
		p.name(s.Table)
		p.text(".*")
	case s.Star:
		p.text("*")
	default:
		p.expr(s.X, parser.PowOr)
		if s.Alias != nil {
			p.text(" AS ")
			p.name(s.Alias)
		}
	}
}

func (p *trinoPrinter) groupElem(e *ast.GroupElem) {
	if e.Kind == ast.GroupSimple {
		p.groupingSet(e.Sets[0])
		return
	}
	p.text([...]string{ast.GroupRollup: "ROLLUP", ast.GroupCube: "CUBE", ast.GroupSets: "GROUPING SETS"}[e.Kind])
	p.text(" ")
	p.parentheses(len(e.Sets), func(i int) { p.groupingSet(e.Sets[i]) })
}

func (p *trinoPrinter) groupingSet(s *ast.GroupingSet) {
	if len(s.Exprs) == 1 {
		p.expr(s.Exprs[0], parser.PowOr)
		return
	}
	p.parentheses(len(s.Exprs), func(i int) { p.expr(s.Exprs[i], parser.PowOr) })
}

func (p *trinoPrinter) sortItem(s *ast.SortItem) {
	p.expr(s.X, parser.PowOr)
	if s.Desc {
		p.text(" DESC")
	}
	switch s.Nulls {
	case ast.NullsFirst:
		p.text(" NULLS FIRST")
	case ast.NullsLast:
		p.text(" NULLS LAST")
	}
}

func (p *trinoPrinter) name(i *ast.Ident) { p.text(ast.NameText(i.Name)) }
