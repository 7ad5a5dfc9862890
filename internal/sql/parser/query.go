package parser

import (
	"strconv"

	"trailscribe/internal/sql/ast"
)

// clauseWords are where reading can be taken up again after a problem in a clause.
var clauseWords = []string{"from", "where", "group", "having", "window", "order", "offset", "limit", "fetch", "union", "except",
	"intersect"}

// itemWords are where reading can be taken up again after a problem in a select list.
var itemWords = append([]string{","}, clauseWords...)

// query reads [WITH …] body [ORDER BY …] [OFFSET n] [LIMIT n].
func (p *parser) query() *ast.Query {
	p.enter()
	defer p.leave()
	from := p.tok().from
	var with *ast.With
	if p.atWords("with") {
		with = p.with()
	}
	q := p.tail(from, p.union())
	q.With = with
	return q
}

// tail reads what comes behind a body. A body in parentheses with nothing around it is the query itself.
func (p *parser) tail(from int, body ast.Body) *ast.Query {
	q := &ast.Query{Body: body}
	if p.eat("order", "by") {
		p.clause(6, func() { q.OrderBy = p.sortItems() })
	}
	if p.eat("offset") {
		q.Offset = p.rowCount("OFFSET")
		if !p.eat("rows") {
			p.eat("row")
		}
	}
	p.limit(q)
	if p.atWords("offset") {
		p.fail(p.tok(), "found OFFSET behind LIMIT", "Athena wants OFFSET n LIMIT m")
	}
	q.Span = p.span(from)
	if in, ok := body.(*ast.Query); ok && q.OrderBy == nil && q.Offset == nil && q.Limit == nil {
		in.Span = q.Span
		return in
	}
	return q
}

// limit reads LIMIT n, LIMIT ALL or FETCH FIRST n ROWS ONLY.
func (p *parser) limit(q *ast.Query) {
	switch {
	case p.eat("limit"):
		if !p.eat("all") {
			q.Limit = p.rowCount("LIMIT")
		}
	case p.atWords("fetch"):
		at := p.tok().from
		p.i++
		if !p.eat("first") && !p.eat("next") {
			p.expected("FIRST")
		}
		if p.atWords("row") || p.atWords("rows") {
			q.Limit = &ast.IntLit{Span: p.span(at), Value: 1}
		} else {
			q.Limit = p.rowCount("FETCH FIRST")
		}
		if !p.eat("rows") && !p.eat("row") {
			p.expected("ROWS")
		}
		if p.atWords("with", "ties") {
			p.fail(p.tok(), "WITH TIES is not supported", "filter on rank() in a subquery")
		}
		p.need("only")
	}
}

// rowCount is a whole number or a parameter: Athena takes no expression here.
func (p *parser) rowCount(clause string) ast.Expr {
	t := p.tok()
	switch t.kind {
	case tokParam:
		return p.param(t)
	case tokInt:
		p.i++
		n, err := strconv.ParseInt(t.text, 10, 64)
		if err != nil {
			p.fail(t, "the number "+ast.Quote(t.text)+" is too large", "")
		}
		return &ast.IntLit{Span: ast.Span{From: t.from, To: t.to}, Value: n}
	}
	p.expected("a whole number or a parameter behind " + clause)
	return nil
}

// with reads WITH [RECURSIVE] name [(columns)] AS (query), …
func (p *parser) with() *ast.With {
	w := &ast.With{}
	from := p.tok().from
	p.need("with")
	w.Recursive = p.eat("recursive")
	p.list(func() {
		n := &ast.NamedQuery{Name: p.name()}
		if p.at1("(") {
			n.Columns = p.names()
		}
		p.need("as")
		if p.atWords("materialized") || p.atWords("not", "materialized") {
			p.fail(p.tok(), "found MATERIALIZED, which Athena does not have", "remove it")
		}
		p.needSymbol("(")
		// A problem inside ends at the closing parenthesis, so that the other queries are still read.
		p.try([]string{")"}, func() { n.Query = p.query() })
		p.needSymbol(")")
		n.Span = p.span(n.Name.From)
		w.Queries = append(w.Queries, n)
	})
	w.Span = p.span(from)
	return w
}

// union reads bodies with UNION and EXCEPT between them, from left to right.
func (p *parser) union() ast.Body { return p.unionOn(p.intersection()) }

func (p *parser) unionOn(left ast.Body) ast.Body {
	for ; ; p.chained++ {
		switch {
		case p.eat("union"):
			left = p.setOp(ast.Union, left, p.intersection)
		case p.eat("except"):
			left = p.setOp(ast.Except, left, p.intersection)
		default:
			return left
		}
	}
}

// intersection reads bodies with INTERSECT between them, which binds tighter than UNION.
func (p *parser) intersection() ast.Body { return p.intersectOn(p.primaryBody()) }

func (p *parser) intersectOn(left ast.Body) ast.Body {
	for ; p.eat("intersect"); p.chained++ {
		left = p.setOp(ast.Intersect, left, p.primaryBody)
	}
	return left
}

func (p *parser) setOp(kind ast.SetKind, left ast.Body, right func() ast.Body) ast.Body {
	op := &ast.SetOp{Kind: kind, Left: left}
	if op.All = p.eat("all"); !op.All {
		p.eat("distinct")
	}
	if p.atWords("by", "name") {
		p.fail(p.tok(), "found BY NAME, which Athena does not have", "give both queries the same columns in the same order")
	}
	op.Right = right()
	op.Span = p.span(left.Pos())
	return op
}

// primaryBody is a SELECT, VALUES or a query in parentheses.
func (p *parser) primaryBody() ast.Body {
	t := p.tok()
	switch {
	case p.atWords("select"):
		return p.selectBody()
	case p.atWords("values"):
		p.i++
		v := &ast.ValuesBody{}
		p.list(func() { v.Rows = append(v.Rows, p.expr()) })
		v.Span = p.span(t.from)
		return v
	case p.at1("("):
		p.enter()
		defer p.leave()
		p.i++
		if p.atWords("with") {
			p.fail(p.tok(), "found WITH inside parentheses", "put WITH in front of the whole query")
		}
		q := p.query()
		p.needSymbol(")")
		return unwrapped(q)
	case p.atWords("from"):
		p.fail(t, "found FROM before SELECT", "Athena wants SELECT … FROM …")
	case p.atWords("table"):
		p.fail(t, "TABLE name is not supported", "write SELECT with the columns")
	}
	p.expected("SELECT")
	return nil
}

// unwrapped is the body alone where the parentheses around it hold nothing else.
func unwrapped(q *ast.Query) ast.Body {
	if q.With == nil && q.OrderBy == nil && q.Offset == nil && q.Limit == nil {
		return q.Body
	}
	return q
}

// startsQuery says whether the parenthesis at the current token opens a query: ( SELECT, ( WITH, ( VALUES.
func (p *parser) startsQuery() bool {
	return p.at1("(") && isWord(p.ahead(1), "select", "with", "values")
}

// atTail says whether a query in parentheses goes on here instead of being a value or a relation of its own.
func (p *parser) atTail() bool {
	return isWord(p.tok(), "union", "except", "intersect") || p.atWords("order", "by") || p.atWords("limit") || p.atWords("offset") ||
		p.atWords("fetch")
}

// goOn reads the rest of a query whose first part, in parentheses, is already read.
func (p *parser) goOn(first *ast.Query) *ast.Query {
	if first.With != nil {
		p.failAt(first.With, "found WITH inside parentheses", "put WITH in front of the whole query")
	}
	return p.tail(first.From, p.unionOn(p.intersectOn(unwrapped(first))))
}

// parenthesised reads ( query ).
func (p *parser) parenthesised() *ast.Query {
	p.needSymbol("(")
	q := p.query()
	p.needSymbol(")")
	return q
}

func (p *parser) sortItems() []*ast.SortItem {
	var out []*ast.SortItem
	p.list(func() {
		if p.atWords("all") {
			p.fail(p.tok(), "found ORDER BY ALL, which Athena does not have", "name the columns")
		}
		s := &ast.SortItem{X: p.expr()}
		if s.Desc = p.eat("desc"); !s.Desc {
			p.eat("asc")
		}
		switch {
		case p.eat("nulls", "first"):
			s.Nulls = ast.NullsFirst
		case p.eat("nulls", "last"):
			s.Nulls = ast.NullsLast
		}
		s.Span = p.span(s.X.Pos())
		out = append(out, s)
	})
	return out
}
