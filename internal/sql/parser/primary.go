package parser

import (
	"encoding/hex"
	"strings"

	"trailscribe/internal/sql/ast"
)

// BareCalls are functions without parentheses. All but localtime take a precision in parentheses, which is refused.
var BareCalls = ast.WordSet(`current_date current_time current_timestamp localtime localtimestamp current_user current_catalog current_schema current_path`)

// primary reads an expression that needs no operator.
func (p *parser) primary() ast.Expr {
	t := p.tok()
	switch t.kind {
	case tokString:
		p.i++
		return p.texts.Put(ast.StringLit{Span: ast.Span{From: t.from, To: t.to}, Value: t.text})
	case tokBinary:
		p.i++
		b, err := hex.DecodeString(strings.Join(strings.Fields(t.text), ""))
		if err != nil {
			p.fail(t, "found X"+ast.Quote(t.text)+", expected pairs of hexadecimal digits", "")
		}
		return &ast.BinaryLit{Span: ast.Span{From: t.from, To: t.to}, Value: b}
	case tokInt, tokDecimal, tokDouble:
		return p.number(t.from, "")
	case tokParam:
		return p.param(t)
	case tokQuoted:
		if isSymbol(p.ahead(1), "(") {
			return p.call()
		}
		return p.name()
	case tokWord:
		return p.primaryWord(t)
	case tokSymbol:
		if t.text == "(" {
			return p.inParentheses()
		}
	}
	p.expected("an expression")
	return nil
}

func (p *parser) primaryWord(t *token) ast.Expr {
	next := p.ahead(1)
	open := isSymbol(next, "(")
	switch t.text {
	case "null":
		p.i++
		return &ast.NullLit{Span: ast.Span{From: t.from, To: t.to}}
	case "true", "false":
		p.i++
		return &ast.BoolLit{Span: ast.Span{From: t.from, To: t.to}, Value: t.text == "true"}
	case "case":
		return p.caseExpr()
	case "cast", "try_cast":
		if open {
			return p.cast()
		}
	case "exists":
		p.i++
		e := &ast.Exists{Query: p.parenthesised()}
		e.Span = p.span(t.from)
		return e
	case "extract":
		return p.extract()
	case "interval":
		if p.atInterval() {
			return p.Interval()
		}
		if next.kind == tokParam {
			p.fail(next, "found the parameter :"+next.text+" behind INTERVAL, expected a text", "write :"+next.text+" * INTERVAL '1' DAY")
		}
		if next.kind == tokInt || next.kind == tokDecimal {
			p.fail(next, "found the number "+next.text+" behind INTERVAL, expected a text", "write INTERVAL '"+next.text+"' DAY")
		}
	case "array":
		if isSymbol(next, "[") {
			return p.array()
		}
	case "row":
		if open {
			p.i += 2
			r := &ast.Row{Keyword: true}
			p.list(func() { r.Fields = append(r.Fields, p.expr()) })
			p.needSymbol(")")
			r.Span = p.span(t.from)
			return r
		}
	case "select", "values", "with":
		p.fail(t, "found "+strings.ToUpper(t.text)+", expected an expression", "put the query in parentheses")
	case "lambda":
		if next.kind == tokWord && !ast.Reserved.Has(next.text) {
			p.fail(t, "found a lambda in another engine's form", "Athena writes x -> x + 1")
		}
	case "map", "struct":
		if isSymbol(next, "{") {
			p.i++
			p.expected("(")
		}
	}
	switch {
	case next.kind == tokString && !ast.Reserved.Has(t.text):
		return p.typedLit(t, next)
	case next.kind == tokParam && typedLits.Has(t.text):
		p.fail(t, "found the type "+strings.ToUpper(t.text)+" in front of a parameter",
			"a parameter has the type it was declared with: write :"+next.text+" alone")
	case t.text == "timestamp" && isWord(next, "with", "without") && isWord(p.ahead(2), "time"), t.text == "time" && isWord(next, "with") &&
		isWord(p.ahead(2), "time"):
		p.fail(t, "found the type "+strings.ToUpper(t.text)+" WITH TIME ZONE in front of a value",
			"put the zone into the text: TIMESTAMP '2026-10-01 00:00:00 UTC'")
	case BareCalls.Has(t.text):
		p.i++
		if p.at1("(") {
			p.fail(p.tok(), "found ‘(’ behind "+t.text, "it takes no argument here")
		}
		return &ast.Call{Span: ast.Span{From: t.from, To: t.to}, Name: &ast.Ident{Span: ast.Span{From: t.from, To: t.to}, Name: t.text,
			Quoted: false}, Bare: true}
	case open:
		return p.call()
	case ast.Reserved.Has(t.text):
		p.expected("an expression")
	}
	return p.name()
}

func (p *parser) array() ast.Expr {
	from := p.tok().from
	p.i += 2
	a := &ast.Array{}
	if !p.at1("]") {
		p.list(func() { a.Elems = append(a.Elems, p.expr()) })
	}
	p.needSymbol("]")
	a.Span = p.span(from)
	return a
}

// inParentheses reads (query), (expression) or (a, b), which is a row.
func (p *parser) inParentheses() ast.Expr {
	p.enter()
	defer p.leave()
	from := p.tok().from
	if p.startsQuery() {
		s := &ast.SubqueryExpr{Query: p.parenthesised()}
		s.Span = p.span(from)
		return s
	}
	p.needSymbol("(")
	x := p.expr()
	if s, ok := x.(*ast.SubqueryExpr); ok && p.atTail() {
		s = &ast.SubqueryExpr{Query: p.goOn(s.Query)}
		p.needSymbol(")")
		s.Span = p.span(from)
		return s
	}
	if p.at1(",") {
		r := &ast.Row{Fields: []ast.Expr{x}}
		for p.eatSymbol(",") {
			p.noTrailing()
			r.Fields = append(r.Fields, p.expr())
		}
		p.needSymbol(")")
		r.Span = p.span(from)
		return r
	}
	p.needSymbol(")")
	return x
}

func (p *parser) caseExpr() ast.Expr {
	c := &ast.Case{}
	from := p.tok().from
	p.need("case")
	if !p.atWords("when") {
		c.Operand = p.expr()
	}
	for p.atWords("when") {
		w := &ast.When{}
		at := p.tok().from
		p.i++
		w.Cond = p.expr()
		p.need("then")
		w.Then = p.expr()
		w.Span = p.span(at)
		c.Whens = append(c.Whens, w)
	}
	if len(c.Whens) == 0 {
		p.expected("WHEN")
	}
	if p.eat("else") {
		c.Else = p.expr()
	}
	if !p.eat("end") {
		p.expected("WHEN, ELSE or END")
	}
	c.Span = p.span(from)
	return c
}

func (p *parser) cast() ast.Expr {
	c := &ast.Cast{}
	t := p.tok()
	c.Try = t.text == "try_cast"
	p.i += 2
	c.X = p.expr()
	p.need("as")
	c.Type = p.typeName()
	p.needSymbol(")")
	c.Span = p.span(t.from)
	return c
}

func (p *parser) extract() ast.Expr {
	from := p.tok().from
	p.need("extract")
	p.needSymbol("(")
	f := p.tok()
	if f.kind != tokWord {
		p.expected("a field such as YEAR or HOUR")
	}
	p.i++
	p.need("from")
	e := &ast.Extract{Field: f.text, X: p.value()}
	p.needSymbol(")")
	e.Span = p.span(from)
	return e
}
