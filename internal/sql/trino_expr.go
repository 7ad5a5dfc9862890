package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// expr writes x, in parentheses if it holds less tight than min.
func (p *trinoPrinter) expr(x ast.Expr, min int) {
	x = p.bound(x)
	if power(x) < min {
		p.inParentheses(x)
		return
	}
	switch x := x.(type) {
	case *ast.Ident:
		p.name(x)
	case *ast.Deref:
		if p.bare[x] {
			p.name(x.Field)
			return
		}
		p.base(x.X)
		p.text(".")
		p.name(x.Field)
	case *ast.Param:
		p.text(":")
		p.text(x.Name)
	case *ast.Unary:
		p.unary(x)
	case *ast.Binary:
		p.binary(x)
	case *ast.Call:
		p.call(x)
	case *ast.Cast:
		p.cast(x)
	case *ast.Case:
		p.caseExpr(x)
	case *ast.Lambda:
		p.lambda(x)
	case *ast.Array:
		p.list("ARRAY[", x.Elems, "]")
	case *ast.Row:
		word := "("
		if x.Keyword {
			word = "ROW("
		}
		p.brackets(word, len(x.Fields), ")", func(i int) { p.expr(x.Fields[i], parser.PowOr) })
	case *ast.Subscript:
		p.base(x.X)
		p.text("[")
		p.expr(x.Index, parser.PowOr)
		p.text("]")
	case *ast.SubqueryExpr:
		p.nested(x.Query)
	case *ast.Exists:
		p.text("EXISTS ")
		p.nested(x.Query)
	case *ast.AtTimeZone:
		p.expr(x.X, parser.PowAt)
		p.text(" AT TIME ZONE ")
		p.expr(x.Zone, parser.PowAt+1)
	case *ast.Extract:
		p.text("EXTRACT(" + strings.ToUpper(x.Field) + " FROM ")
		p.expr(x.X, parser.PowConcat)
		p.text(")")
	case *ast.Trim:
		p.trim(x)
	case *ast.Between, *ast.In, *ast.Like, *ast.IsNull, *ast.Quantified:
		p.predicate(x)
	default:
		p.text(literalText(Trino, x))
	}
}

func (p *trinoPrinter) inParentheses(x ast.Expr) {
	p.begin()
	p.text("(")
	p.in()
	p.soft()
	if b, ok := x.(*ast.Binary); ok && parser.IsLogic(b) {
		p.chain(b, false)
	} else {
		p.expr(x, parser.PowOr-1)
	}
	p.out()
	p.soft()
	p.text(")")
	p.end()
}

// base is what .field and [index] stand behind. A number there would read as another number.
func (p *trinoPrinter) base(x ast.Expr) {
	x = p.bound(x)
	if _, interval := x.(*ast.IntervalLit); interval || isNumber(x) {
		p.inParentheses(x)
		return
	}
	p.expr(x, parser.PowAt+1)
}

// bound is x, or the literal that stands for it if it is a parameter.
func (p *trinoPrinter) bound(x ast.Expr) ast.Expr {
	if v, ok := x.(*ast.Param); ok && p.lits[v.Name] != nil {
		return p.lits[v.Name]
	}
	return x
}

func (p *trinoPrinter) caseExpr(c *ast.Case) {
	p.begin()
	p.text("CASE")
	if c.Operand != nil {
		p.text(" ")
		p.expr(c.Operand, parser.PowOr)
	}
	p.in()
	for _, w := range c.Whens {
		p.line()
		p.begin()
		p.text("WHEN ")
		p.logic(w.Cond)
		p.in()
		p.line()
		p.text("THEN ")
		p.expr(w.Then, parser.PowOr)
		p.out()
		p.end()
	}
	if c.Else != nil {
		p.line()
		p.text("ELSE ")
		p.expr(c.Else, parser.PowOr)
	}
	p.out()
	p.line()
	p.text("END")
	p.end()
}

func (p *trinoPrinter) cast(c *ast.Cast) {
	word := "CAST("
	if c.Try {
		word = "TRY_CAST("
	}
	p.text(word)
	p.expr(c.X, parser.PowOr)
	p.text(" AS " + c.Type.String() + ")")
}

func (p *trinoPrinter) lambda(l *ast.Lambda) {
	if len(l.Params) == 1 {
		p.name(l.Params[0])
	} else {
		p.names(l.Params)
	}
	p.text(" -> ")
	p.expr(l.Body, parser.PowOr)
}

func (p *trinoPrinter) trim(t *ast.Trim) {
	p.text("TRIM(" + [...]string{ast.TrimBoth: "BOTH", ast.TrimLeading: "LEADING", ast.TrimTrailing: "TRAILING"}[t.Side] + " ")
	if t.Chars != nil {
		p.expr(t.Chars, parser.PowConcat)
		p.text(" ")
	}
	p.text("FROM ")
	p.expr(t.X, parser.PowConcat)
	p.text(")")
}
