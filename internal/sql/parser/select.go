package parser

import "trailscribe/internal/sql/ast"

// selectBody reads one SELECT up to its WINDOW clause. A problem in one clause does not hide those of the next.
func (p *parser) selectBody() *ast.Select {
	s := &ast.Select{}
	from := p.tok().from
	p.need("select")
	if s.Distinct = p.eat("distinct"); !s.Distinct {
		p.eat("all")
	}
	if s.Distinct && p.atWords("on") {
		p.fail(p.tok(), "found DISTINCT ON, which Athena does not have", "filter on row_number() in a subquery, or use max_by")
	}
	s.Items = make([]*ast.SelectItem, 0, 8)
	p.try(clauseWords, func() {
		p.list(func() {
			p.try(itemWords, func() {
				s.Items = append(s.Items, p.selectItem())
				if !p.at1(",") {
					p.clauseEnd("a comma, an operator or FROM")
				}
			})
		})
	})
	if p.eat("from") {
		p.clause(1, func() { p.list(func() { s.From = append(s.From, p.relation()) }) })
	}
	if p.eat("where") {
		p.clause(2, func() { s.Where = p.expr() })
	}
	if p.atWords("group", "by") {
		p.clause(3, func() { s.GroupBy = p.groupBy() })
	}
	if p.eat("having") {
		p.clause(4, func() { s.Having = p.expr() })
	}
	if p.eat("window") {
		p.clause(5, func() {
			p.list(func() {
				w := &ast.WindowDef{Name: p.name()}
				p.need("as")
				w.Window = p.window()
				w.Span = p.span(w.Name.From)
				s.Windows = append(s.Windows, w)
			})
		})
	}
	s.Span = p.span(from)
	return s
}

// atClause says whether the select list can be at its end here.
func (p *parser) atClause() bool {
	t := p.tok()
	return t.kind == tokEnd || isSymbol(t, ")") || isWord(t, clauseWords...)
}

// clause reads one clause to its end. After a problem it goes on at a later one: n counts in clauseWords.
func (p *parser) clause(n int, f func()) {
	p.try(clauseWords[n:], func() {
		f()
		p.clauseEnd("an operator, a later clause or the end of the query")
	})
}

// clauseEnd stops if the text goes on where a clause has been read.
func (p *parser) clauseEnd(expected string) {
	if !p.atClause() {
		p.expected(expected)
	}
}

func (p *parser) selectItem() *ast.SelectItem {
	t := p.tok()
	if p.eatSymbol("*") {
		p.noStarOptions()
		return &ast.SelectItem{Span: ast.Span{From: t.from, To: t.to}, Star: true}
	}
	if isName(t) && isSymbol(p.ahead(1), ".") && isSymbol(p.ahead(2), "*") {
		table := p.name()
		p.i += 2
		p.noStarOptions()
		return &ast.SelectItem{Span: p.span(t.from), Star: true, Table: table}
	}
	if p.atWords("from") {
		p.expected("a column")
	}
	s := p.items.New()
	s.X = p.expr()
	s.Alias = p.alias()
	s.Span = p.span(t.from)
	return s
}

// noStarOptions refuses what other engines allow behind a star.
func (p *parser) noStarOptions() {
	if p.atWords("exclude") || p.atWords("replace") || p.atWords("ilike") || p.atWords("like") || p.atWords("as") {
		if p.atWords("exclude") || p.atWords("replace") {
			p.expected("FROM")
		}
		p.fail(p.tok(), "found "+p.show(p.tok())+" behind a star, which is not supported", "name the columns")
	}
	if p.atWords("except") && isSymbol(p.ahead(1), "(") && !isWord(p.ahead(2), "select", "values", "with", "table") &&
		!isSymbol(p.ahead(2), "(") {
		t := p.tok()
		p.i++ // or it would be taken for the clause to go on with
		p.fail(t, "found EXCEPT (columns) behind a star, which Athena does not have", "name the columns")
	}
}

func (p *parser) groupBy() *ast.GroupBy {
	g := &ast.GroupBy{}
	from := p.tok().from
	p.need("group", "by")
	if p.atWords("all") {
		p.fail(p.tok(), "found GROUP BY ALL, which Athena does not have", "name the columns, or their numbers in the select list")
	}
	g.Distinct = p.eat("distinct")
	p.list(func() { g.Elems = append(g.Elems, p.groupElem()) })
	g.Span = p.span(from)
	return g
}

func (p *parser) groupElem() *ast.GroupElem {
	e := &ast.GroupElem{}
	from := p.tok().from
	switch {
	case p.eat("rollup"):
		e.Kind = ast.GroupRollup
	case p.eat("cube"):
		e.Kind = ast.GroupCube
	case p.atWords("grouping", "sets"):
		p.i += 2
		e.Kind = ast.GroupSets
	default:
		e.Sets = []*ast.GroupingSet{p.groupingSet()}
		e.Span = p.span(from)
		return e
	}
	p.needSymbol("(")
	p.list(func() { e.Sets = append(e.Sets, p.groupingSet()) })
	p.needSymbol(")")
	e.Span = p.span(from)
	return e
}

// groupingSet is a, (a, b) or (): what reads as a row without ROW is a set of several expressions.
func (p *parser) groupingSet() *ast.GroupingSet {
	from := p.tok().from
	if p.at1("(") && isSymbol(p.ahead(1), ")") {
		p.i += 2
		return &ast.GroupingSet{Span: p.span(from)}
	}
	x := p.expr()
	s := &ast.GroupingSet{Exprs: []ast.Expr{x}}
	if r, ok := x.(*ast.Row); ok && !r.Keyword {
		s.Exprs = r.Fields
	}
	s.Span = p.span(from)
	return s
}
