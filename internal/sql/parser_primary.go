package sql

import (
	"encoding/hex"
	"strings"
)

// bareCalls are functions without parentheses. All but localtime take a precision in parentheses, which is refused.
var bareCalls = wordSet(`current_date current_time current_timestamp localtime localtimestamp current_user current_catalog current_schema current_path`)

// primary reads an expression that needs no operator.
func (p *parser) primary() Expr {
	t := p.tok()
	switch t.kind {
	case tokString:
		p.i++
		return p.texts.put(StringLit{Span{t.from, t.to}, t.text})
	case tokBinary:
		p.i++
		b, err := hex.DecodeString(strings.Join(strings.Fields(t.text), ""))
		if err != nil {
			p.fail(t, "found X"+quote(t.text)+", expected pairs of hexadecimal digits", "")
		}
		return &BinaryLit{Span{t.from, t.to}, b}
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

func (p *parser) primaryWord(t *token) Expr {
	next := p.ahead(1)
	open := isSymbol(next, "(")
	switch t.text {
	case "null":
		p.i++
		return &NullLit{Span{t.from, t.to}}
	case "true", "false":
		p.i++
		return &BoolLit{Span{t.from, t.to}, t.text == "true"}
	case "case":
		return p.caseExpr()
	case "cast", "try_cast":
		if open {
			return p.cast()
		}
	case "exists":
		p.i++
		e := &Exists{Query: p.parenthesised()}
		e.Span = p.span(t.from)
		return e
	case "extract":
		return p.extract()
	case "interval":
		if p.atInterval() {
			return p.interval()
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
			r := &Row{Keyword: true}
			p.list(func() { r.Fields = append(r.Fields, p.expr()) })
			p.needSymbol(")")
			r.Span = p.span(t.from)
			return r
		}
	case "select", "values", "with":
		p.fail(t, "found "+strings.ToUpper(t.text)+", expected an expression", "put the query in parentheses")
	case "lambda":
		if next.kind == tokWord && !reserved.has(next.text) {
			p.fail(t, "found a lambda in another engine's form", "Athena writes x -> x + 1")
		}
	case "map", "struct":
		if isSymbol(next, "{") {
			p.i++
			p.expected("(")
		}
	}
	switch {
	case next.kind == tokString && !reserved.has(t.text):
		return p.typedLit(t, next)
	case next.kind == tokParam && typedLits.has(t.text):
		p.fail(t, "found the type "+strings.ToUpper(t.text)+" in front of a parameter", "a parameter has the type it was declared with: write :"+next.text+" alone")
	case t.text == "timestamp" && isWord(next, "with", "without") && isWord(p.ahead(2), "time"), t.text == "time" && isWord(next, "with") && isWord(p.ahead(2), "time"):
		p.fail(t, "found the type "+strings.ToUpper(t.text)+" WITH TIME ZONE in front of a value", "put the zone into the text: TIMESTAMP '2026-10-01 00:00:00 UTC'")
	case bareCalls.has(t.text):
		p.i++
		if p.at1("(") {
			p.fail(p.tok(), "found ‘(’ behind "+t.text, "it takes no argument here")
		}
		return &Call{Span: Span{t.from, t.to}, Name: &Ident{Span{t.from, t.to}, t.text, false}, Bare: true}
	case open:
		return p.call()
	case reserved.has(t.text):
		p.expected("an expression")
	}
	return p.name()
}

func (p *parser) array() Expr {
	from := p.tok().from
	p.i += 2
	a := &Array{}
	if !p.at1("]") {
		p.list(func() { a.Elems = append(a.Elems, p.expr()) })
	}
	p.needSymbol("]")
	a.Span = p.span(from)
	return a
}

// inParentheses reads (query), (expression) or (a, b), which is a row.
func (p *parser) inParentheses() Expr {
	p.enter()
	defer p.leave()
	from := p.tok().from
	if p.startsQuery() {
		s := &SubqueryExpr{Query: p.parenthesised()}
		s.Span = p.span(from)
		return s
	}
	p.needSymbol("(")
	x := p.expr()
	if s, ok := x.(*SubqueryExpr); ok && p.atTail() {
		s = &SubqueryExpr{Query: p.goOn(s.Query)}
		p.needSymbol(")")
		s.Span = p.span(from)
		return s
	}
	if p.at1(",") {
		r := &Row{Fields: []Expr{x}}
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

func (p *parser) caseExpr() Expr {
	c := &Case{}
	from := p.tok().from
	p.need("case")
	if !p.atWords("when") {
		c.Operand = p.expr()
	}
	for p.atWords("when") {
		w := &When{}
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

func (p *parser) cast() Expr {
	c := &Cast{}
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

func (p *parser) extract() Expr {
	from := p.tok().from
	p.need("extract")
	p.needSymbol("(")
	f := p.tok()
	if f.kind != tokWord {
		p.expected("a field such as YEAR or HOUR")
	}
	p.i++
	p.need("from")
	e := &Extract{Field: f.text, X: p.value()}
	p.needSymbol(")")
	e.Span = p.span(from)
	return e
}
