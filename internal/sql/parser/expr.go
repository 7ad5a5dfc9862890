package parser

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// Binding powers, weakest first, as in Trino's grammar. AND and OR go from left to right; a predicate (comparison, BETWEEN,
// IN, LIKE, IS) stands alone: a = b = c is an error; || binds weaker than + and -.
const (
	PowOr = iota + 1
	PowAnd
	PowNot
	PowPredicate
	PowConcat
	PowAdd
	PowMul
	PowUnary
	PowAt
)

// expr reads any expression.
func (p *parser) expr() ast.Expr { return p.above(PowOr) }

// value reads an operand of a predicate: no AND, OR, NOT or predicate outside parentheses.
func (p *parser) value() ast.Expr { return p.above(PowConcat) }

// above reads an expression of operators that bind at least as tight as min.
func (p *parser) above(min int) ast.Expr {
	p.enter()
	defer p.leave()
	p.exprs++
	x := p.prefix(min)
	predicate := false
	for {
		y := p.infix(x, min)
		if y == nil {
			return x
		}
		if predicate && !IsLogic(y) {
			p.failAt(y, "found an operator behind a comparison", "combine comparisons with AND, or put the first in parentheses")
		}
		predicate = isPredicate(y)
		x = y
		p.chained++
	}
}

// prefix reads NOT, a sign, or a primary expression.
func (p *parser) prefix(min int) ast.Expr {
	t := p.tok()
	switch {
	case p.atWords("not"):
		if min > PowNot {
			p.fail(t, "found NOT, expected a value", "put NOT … in parentheses")
		}
		p.i++
		x := p.above(PowNot)
		return &ast.Unary{Span: p.span(t.from), Op: ast.OpNot, X: x}
	case p.at1("-"), p.at1("+"):
		p.i++
		if next := p.tok(); t.text == "-" && (next.kind == tokInt || next.kind == tokDecimal || next.kind == tokDouble) {
			return p.postfix(p.number(t.from, "-"))
		}
		x := p.above(PowUnary)
		op := ast.OpNeg
		if t.text == "+" {
			op = ast.OpPlus
		}
		return &ast.Unary{Span: p.span(t.from), Op: op, X: x}
	}
	return p.postfix(p.primary())
}

// infixOp is the operator of a token between two operands and how tight it binds; 0 where it is none.
func infixOp(text string) (op ast.Op, power int) {
	switch text {
	case "or":
		return ast.OpOr, PowOr
	case "and":
		return ast.OpAnd, PowAnd
	case "=":
		return ast.OpEq, PowPredicate
	case "<>", "!=":
		return ast.OpNe, PowPredicate
	case "<":
		return ast.OpLt, PowPredicate
	case "<=":
		return ast.OpLe, PowPredicate
	case ">":
		return ast.OpGt, PowPredicate
	case ">=":
		return ast.OpGe, PowPredicate
	case "||":
		return ast.OpConcat, PowConcat
	case "+":
		return ast.OpAdd, PowAdd
	case "-":
		return ast.OpSub, PowAdd
	case "*":
		return ast.OpMul, PowMul
	case "/":
		return ast.OpDiv, PowMul
	case "%":
		return ast.OpMod, PowMul
	}
	return 0, 0
}

// infix reads the next operator and what is right of it; nil if there is none that binds at least as tight as min.
func (p *parser) infix(x ast.Expr, min int) ast.Expr {
	t := p.tok()
	if t.kind == tokWord {
		switch t.text {
		case "is", "between", "in", "like", "not":
			if min > PowPredicate {
				return nil
			}
			return p.predicate(x)
		case "at":
			if min > PowAt || !p.atWords("at", "time", "zone") {
				return nil
			}
			p.i += 3
			z := &ast.AtTimeZone{X: x, Zone: p.zone()}
			z.Span = p.span(x.Pos())
			return z
		}
	} else if t.kind != tokSymbol {
		return nil
	}
	op, power := infixOp(t.text)
	if power < min {
		return nil
	}
	p.i++
	if power == PowPredicate {
		if isWord(p.tok(), "all", "any", "some") && isSymbol(p.ahead(1), "(") && (isWord(p.ahead(2), "select", "with", "values") ||
			isSymbol(p.ahead(2), "(")) {
			q := &ast.Quantified{Op: op, X: x, All: p.atWords("all")}
			p.i++
			q.Query = p.parenthesised()
			q.Span = p.span(x.Pos())
			return q
		}
	}
	b := &ast.Binary{Op: op, OpAt: t.from, Left: x, Right: p.above(power + 1)}
	b.Span = p.span(x.Pos())
	return b
}

// predicate reads IS …, [NOT] BETWEEN, [NOT] IN, [NOT] LIKE behind x.
func (p *parser) predicate(x ast.Expr) ast.Expr {
	if t := p.tok(); p.eat("is") {
		return p.is(x, t)
	}
	not := p.eat("not")
	switch {
	case p.eat("between"):
		b := &ast.Between{Not: not, X: x, Low: p.value()}
		p.need("and")
		b.High = p.value()
		b.Span = p.span(x.Pos())
		return b
	case p.eat("in"):
		return p.in(x, not)
	case p.eat("like"):
		l := &ast.Like{Not: not, X: x, Pattern: p.value()}
		if p.eat("escape") {
			l.Escape = p.value()
		}
		l.Span = p.span(x.Pos())
		return l
	}
	p.expected("BETWEEN, IN or LIKE")
	return nil
}

func (p *parser) is(x ast.Expr, at *token) ast.Expr {
	not := p.eat("not")
	switch {
	case p.eat("null"):
		return &ast.IsNull{Span: p.span(x.Pos()), Not: not, X: x}
	case p.eat("distinct", "from"):
		op := ast.OpDistinct
		if not {
			op = ast.OpNotDistinct
		}
		b := &ast.Binary{Op: op, OpAt: at.from, Left: x, Right: p.value()}
		b.Span = p.span(x.Pos())
		return b
	case p.atWords("true"), p.atWords("false"), p.atWords("unknown"):
		word := strings.ToUpper(p.tok().text)
		p.fail(p.tok(), "found IS "+word+", which Athena does not have",
			"write coalesce(value, false), NOT coalesce(value, false) or value IS NULL")
	}
	p.expected("NULL or DISTINCT FROM")
	return nil
}

func (p *parser) in(x ast.Expr, not bool) ast.Expr {
	in := &ast.In{Not: not, X: x}
	switch {
	case p.startsQuery():
		in.Query = p.parenthesised()
	case p.tok().kind == tokParam:
		p.fail(p.tok(), "found a parameter behind IN, expected ‘(’", "for a list write contains(:"+p.tok().text+", value)")
	default:
		p.needSymbol("(")
		if p.at1(")") {
			p.fail(p.tok(), "found an empty list behind IN", "")
		}
		p.list(func() { in.List = append(in.List, p.expr()) })
		// IN ((SELECT …) UNION …) is a query; IN ((SELECT …)) is a list of one value.
		if s, ok := in.List[0].(*ast.SubqueryExpr); ok && len(in.List) == 1 && p.atTail() {
			in.List, in.Query = nil, p.goOn(s.Query)
		}
		p.needSymbol(")")
	}
	in.Span = p.span(x.Pos())
	return in
}

// zone is what stands behind AT TIME ZONE.
func (p *parser) zone() ast.Expr {
	t := p.tok()
	switch {
	case t.kind == tokString, t.kind == tokParam, p.atInterval():
		return p.primary()
	}
	p.expected("a zone as a text, a parameter or an interval; for other values write at_timezone(value, zone)")
	return nil
}

func IsLogic(x ast.Expr) bool {
	b, ok := x.(*ast.Binary)
	return ok && (b.Op == ast.OpAnd || b.Op == ast.OpOr)
}

// isPredicate says whether x, as written without parentheses, compares something.
func isPredicate(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Between, *ast.In, *ast.Like, *ast.IsNull, *ast.Quantified:
		return true
	case *ast.Binary:
		return ast.OpEq <= x.Op && x.Op <= ast.OpNotDistinct
	}
	return false
}

// postfix reads .field and [index] behind x.
func (p *parser) postfix(x ast.Expr) ast.Expr {
	for ; ; p.chained++ {
		switch t := p.tok(); {
		case isSymbol(t, "."):
			p.i++
			if p.at1("*") {
				p.fail(p.tok(), "found ‘*’ behind a value", "name the fields")
			}
			d := &ast.Deref{X: x, Field: p.name()}
			if p.at1("(") {
				p.fail(p.tok(), "found ‘(’ behind a name with a point",
					"functions have no schema in front, and are not called on a value: write function(value)")
			}
			d.Span = p.span(x.Pos())
			x = d
		case isSymbol(t, "["):
			p.i++
			s := &ast.Subscript{X: x, Index: p.expr()}
			if p.at1(":") || p.tok().kind == tokParam {
				p.fail(p.tok(), "found ‘:’ in a subscript, which Athena does not have", "write slice(array, start, length)")
			}
			p.needSymbol("]")
			s.Span = p.span(x.Pos())
			x = s
		default:
			return x
		}
	}
}
