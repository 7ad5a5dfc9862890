package parser

import (
	"slices"
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
)

// typedLits are the types that can stand in front of a string.
var typedLits = ast.WordSet(`date time timestamp json decimal ipaddress uuid boolean tinyint smallint integer int bigint real double char varchar`)

var intervalUnits = ast.WordSet(`year month day hour minute second`)

// number reads a number behind the sign that was already read.
func (p *parser) number(from int, sign string) ast.Expr {
	t := p.tok()
	p.i++
	at := ast.Span{From: from, To: t.to}
	switch t.kind {
	case tokDouble:
		return &ast.DoubleLit{Span: at, Text: sign + leadingZero(t.text)}
	case tokDecimal:
		if strings.HasSuffix(t.text, ".") {
			p.fail(t, "found the number "+t.text+" with nothing behind the point", "write "+t.text+"0 or "+strings.TrimSuffix(t.text, "."))
		}
		if digits, _ := DecimalSize(t.text); digits > 38 {
			p.fail(t, "the number has more than 38 digits", "")
		}
		return &ast.DecimalLit{Span: at, Text: sign + leadingZero(t.text)}
	}
	n, err := strconv.ParseInt(sign+t.text, 10, 64)
	if err != nil {
		p.fail(t, "the number "+ast.Quote(t.text)+" does not fit a bigint", "write DECIMAL '"+t.text+"'")
	}
	return &ast.IntLit{Span: at, Value: n}
}

func leadingZero(s string) string {
	if strings.HasPrefix(s, ".") {
		return "0" + s
	}
	return s
}

// param reads a parameter.
func (p *parser) param(t *token) *ast.Param {
	p.i++
	if !slices.Contains(p.params, t.text) {
		p.params = append(p.params, t.text)
	}
	return &ast.Param{Span: ast.Span{From: t.from, To: t.to}, Name: t.text}
}

// typedLit is DATE '…' and the like.
func (p *parser) typedLit(t, text *token) ast.Expr {
	if !typedLits.Has(t.text) {
		hint := "put an operator between them; an alias is a name, in double quotes if need be"
		switch t.text {
		case "e", "b", "n", "r":
			hint = "texts have no prefix; a backslash is a character like any other, a line break is chr(10)"
		}
		p.fail(t, "found "+ast.Quote(t.text)+" in front of the text "+ast.Quote(text.text)+": it is not a type that has literals", hint)
	}
	p.i += 2
	name := t.text
	if name == "int" {
		name = "integer"
	}
	return &ast.TypedLit{Span: p.span(t.from), Type: name, Value: text.text}
}

func (p *parser) atInterval() bool {
	if !p.atWords("interval") {
		return false
	}
	n := p.ahead(1)
	return n.kind == tokString || (isSymbol(n, "-") || isSymbol(n, "+")) && p.ahead(2).kind == tokString
}

// Interval reads INTERVAL [-] 'n' unit [TO unit].
func (p *parser) Interval() ast.Expr {
	i := &ast.IntervalLit{}
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
	if t.kind == tokWord && intervalUnits.Has(t.text) {
		p.i++
		return t.text
	}
	if t.kind == tokWord && intervalUnits.Has(strings.TrimSuffix(t.text, "s")) {
		p.fail(t, "found ‘"+t.text+"’, expected a unit", "units are singular: INTERVAL '"+value+"' "+strings.ToUpper(strings.TrimSuffix(t.text,
			"s")))
	}
	hint := "an interval is written INTERVAL '3' DAY"
	if isWord(t, "week") || isWord(t, "weeks") {
		hint = "write INTERVAL '7' DAY"
	}
	p.fail(t, "found "+p.show(t)+", expected YEAR, MONTH, DAY, HOUR, MINUTE or SECOND", hint)
	return ""
}

// DecimalSize is precision and scale of a decimal number as both engines count them: leading zeros do not.
func DecimalSize(s string) (precision, scale int) {
	whole, part, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return max(1, len(strings.TrimLeft(whole, "0"))+len(part)), len(part)
}
