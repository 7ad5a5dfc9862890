package sql

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// typedLits are the types that can stand in front of a string.
var typedLits = wordSet(`date time timestamp json decimal ipaddress uuid boolean tinyint smallint integer int bigint real double char varchar`)

// bareCalls are functions without parentheses. All but localtime take a precision in parentheses, which is refused.
var bareCalls = wordSet(`current_date current_time current_timestamp localtime localtimestamp current_user current_catalog current_schema current_path`)

var intervalUnits = wordSet(`year month day hour minute second`)

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

// param reads a parameter.
func (p *parser) param(t *token) *Param {
	p.i++
	if !slices.Contains(p.params, t.text) {
		p.params = append(p.params, t.text)
	}
	return &Param{Span{t.from, t.to}, t.text}
}

// number reads a number behind the sign that was already read.
func (p *parser) number(from int, sign string) Expr {
	t := p.tok()
	p.i++
	at := Span{from, t.to}
	switch t.kind {
	case tokDouble:
		return &DoubleLit{at, sign + leadingZero(t.text)}
	case tokDecimal:
		if strings.HasSuffix(t.text, ".") {
			p.fail(t, "found the number "+t.text+" with nothing behind the point", "write "+t.text+"0 or "+strings.TrimSuffix(t.text, "."))
		}
		if digits, _ := decimalSize(t.text); digits > 38 {
			p.fail(t, "the number has more than 38 digits", "")
		}
		return &DecimalLit{at, sign + leadingZero(t.text)}
	}
	n, err := strconv.ParseInt(sign+t.text, 10, 64)
	if err != nil {
		p.fail(t, "the number "+quote(t.text)+" does not fit a bigint", "write DECIMAL '"+t.text+"'")
	}
	return &IntLit{at, n}
}

func leadingZero(s string) string {
	if strings.HasPrefix(s, ".") {
		return "0" + s
	}
	return s
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

// typedLit is DATE '…' and the like.
func (p *parser) typedLit(t, text *token) Expr {
	if !typedLits.has(t.text) {
		hint := "put an operator between them; an alias is a name, in double quotes if need be"
		switch t.text {
		case "e", "b", "n", "r":
			hint = "texts have no prefix; a backslash is a character like any other, a line break is chr(10)"
		}
		p.fail(t, "found "+quote(t.text)+" in front of the text "+quote(text.text)+": it is no type that has literals", hint)
	}
	p.i += 2
	name := t.text
	if name == "int" {
		name = "integer"
	}
	return &TypedLit{p.span(t.from), name, text.text}
}

func (p *parser) atInterval() bool {
	if !p.atWords("interval") {
		return false
	}
	n := p.ahead(1)
	return n.kind == tokString || (isSymbol(n, "-") || isSymbol(n, "+")) && p.ahead(2).kind == tokString
}

// interval reads INTERVAL [-] 'n' unit [TO unit].
func (p *parser) interval() Expr {
	i := &IntervalLit{}
	from := p.tok().from
	p.need("interval")
	if i.Negative = p.eatSymbol("-"); !i.Negative {
		p.eatSymbol("+")
	}
	i.Value = p.tok().text
	p.i++
	i.Unit = p.intervalUnit(i.Value)
	if p.eat("to") {
		i.To = p.intervalUnit(i.Value)
	}
	i.Span = p.span(from)
	return i
}

func (p *parser) intervalUnit(value string) string {
	t := p.tok()
	if t.kind == tokWord && intervalUnits.has(t.text) {
		p.i++
		return t.text
	}
	if t.kind == tokWord && intervalUnits.has(strings.TrimSuffix(t.text, "s")) {
		p.fail(t, "found ‘"+t.text+"’, expected a unit", "units are singular: INTERVAL '"+value+"' "+strings.ToUpper(strings.TrimSuffix(t.text, "s")))
	}
	hint := "an interval is written INTERVAL '3' DAY"
	if isWord(t, "week") || isWord(t, "weeks") {
		hint = "write INTERVAL '7' DAY"
	}
	p.fail(t, "found "+p.show(t)+", expected YEAR, MONTH, DAY, HOUR, MINUTE or SECOND", hint)
	return ""
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
