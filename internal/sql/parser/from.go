package parser

import "trailscribe/internal/sql/ast"

// relation reads one element of FROM with its joins, which go from left to right.
func (p *parser) relation() ast.Relation {
	p.enter()
	defer p.leave()
	return p.joinsOn(p.primaryRelation())
}

func (p *parser) joinsOn(left ast.Relation) ast.Relation {
	for ; p.atJoin(); p.chained++ {
		left = p.join(left)
	}
	return left
}

func (p *parser) atJoin() bool {
	switch {
	case p.atWords("join"), p.atWords("inner"), p.atWords("cross"), p.atWords("natural"):
		return true
	case p.atWords("left"), p.atWords("right"), p.atWords("full"):
		return isWord(p.ahead(1), "join", "outer")
	}
	return false
}

func (p *parser) join(left ast.Relation) ast.Relation {
	j := &ast.Join{Left: left}
	if p.eat("cross") {
		p.need("join")
		j.Kind = ast.CrossJoin
		j.Right = p.primaryRelation()
		j.Span = p.span(left.Pos())
		if p.atWords("on") || p.atWords("using") {
			p.fail(p.tok(), "CROSS JOIN takes no condition", "write JOIN … ON …")
		}
		return j
	}
	j.Natural = p.eat("natural")
	switch {
	case p.eat("left"):
		j.Kind = ast.LeftJoin
		p.eat("outer")
	case p.eat("right"):
		j.Kind = ast.RightJoin
		p.eat("outer")
	case p.eat("full"):
		j.Kind = ast.FullJoin
		p.eat("outer")
	default:
		p.eat("inner")
	}
	p.need("join")
	j.Right = p.primaryRelation()
	if !j.Natural {
		// a JOIN b JOIN c ON … ON …: the inner condition belongs to the inner join.
		j.Right = p.innerJoins(j.Right)
		switch {
		case p.eat("on"):
			j.On = p.expr()
		case p.atWords("using"):
			p.i++
			j.Using = p.names()
		default:
			p.expected("ON or USING")
		}
	}
	j.Span = p.span(left.Pos())
	return j
}

func (p *parser) innerJoins(right ast.Relation) ast.Relation {
	p.enter()
	defer p.leave()
	return p.joinsOn(right)
}

func (p *parser) primaryRelation() ast.Relation {
	t := p.tok()
	switch {
	case p.atWords("unnest"):
		return p.unnest()
	case p.atWords("lateral") && isSymbol(p.ahead(1), "("):
		p.i++
		s := &ast.Subquery{Lateral: true, Query: p.parenthesised()}
		s.Alias = p.tableAlias()
		s.Span = p.span(t.from)
		return s
	case p.atWords("table"):
		p.fail(t, "table functions are not supported", "")
	case p.startsQuery():
		s := &ast.Subquery{Query: p.parenthesised()}
		s.Alias = p.tableAlias()
		s.Span = p.span(t.from)
		return s
	case p.at1("("):
		return p.relationInParentheses()
	case t.kind == tokString:
		p.fail(t, "found the text "+ast.Quote(t.text)+", expected a relation", "files cannot be read; a name is written in double quotes")
	case !isName(t):
		p.expected("a relation")
	}
	r := &ast.Table{Parts: []*ast.Ident{p.name()}}
	for p.eatSymbol(".") {
		r.Parts = append(r.Parts, p.name())
	}
	if p.at1("(") {
		p.fail(t, "table functions are not supported", "rows of an array come from UNNEST(array) AS t(column)")
	}
	if p.atWords("for") {
		p.fail(p.tok(), "FOR VERSION and FOR TIMESTAMP are not supported", "remove it")
	}
	r.Alias = p.tableAlias()
	r.Span = p.span(t.from)
	return r
}

// relationInParentheses reads ( a JOIN b … ), or a query whose first part stands in parentheses of its own.
func (p *parser) relationInParentheses() ast.Relation {
	p.enter()
	defer p.leave()
	from := p.tok().from
	p.needSymbol("(")
	r := p.relation()
	if s, ok := r.(*ast.Subquery); ok && s.Alias == nil && !s.Lateral {
		if p.atTail() {
			s = &ast.Subquery{Query: p.goOn(s.Query)}
		}
		p.needSymbol(")")
		s.Alias = p.tableAlias()
		s.Span = p.span(from)
		return s
	}
	p.needSymbol(")")
	if t := p.tok(); p.tableAlias() != nil {
		p.fail(t, "a name for a join in parentheses is not supported", "name the relations in it")
	}
	return r
}

func (p *parser) unnest() ast.Relation {
	u := &ast.Unnest{}
	from := p.tok().from
	p.need("unnest")
	p.needSymbol("(")
	p.list(func() { u.Args = append(u.Args, p.expr()) })
	p.needSymbol(")")
	if p.atWords("with") {
		p.need("with", "ordinality")
		u.Ordinality = true
	}
	u.Alias = p.tableAlias()
	u.Span = p.span(from)
	return u
}

// tableAlias reads [AS] name [(columns)].
func (p *parser) tableAlias() *ast.Alias {
	from := p.tok().from
	name := p.alias()
	if name == nil {
		return nil
	}
	a := &ast.Alias{Name: name}
	if p.at1("(") {
		a.Columns = p.names()
	}
	a.Span = p.span(from)
	return a
}
