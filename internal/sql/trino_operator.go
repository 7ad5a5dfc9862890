package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// power is how tight an expression holds together, in the parser's numbers; more than powAt is a primary expression.
func power(x ast.Expr) int {
	switch x := x.(type) {
	case *ast.Unary:
		if x.Op == ast.OpNot {
			return parser.PowNot
		}
		return parser.PowUnary
	case *ast.Binary:
		switch x.Op {
		case ast.OpOr:
			return parser.PowOr
		case ast.OpAnd:
			return parser.PowAnd
		case ast.OpConcat:
			return parser.PowConcat
		case ast.OpAdd, ast.OpSub:
			return parser.PowAdd
		case ast.OpMul, ast.OpDiv, ast.OpMod:
			return parser.PowMul
		}
		return parser.PowPredicate
	case *ast.Between, *ast.In, *ast.Like, *ast.IsNull, *ast.Quantified:
		return parser.PowPredicate
	case *ast.AtTimeZone:
		return parser.PowAt
	case *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit:
		if negative(x) {
			return parser.PowUnary
		}
	case *ast.Lambda:
		return parser.PowOr - 1
	}
	return parser.PowAt + 1
}

// negative says whether a number begins with a minus sign.
func negative(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.IntLit:
		return x.Value < 0
	case *ast.DecimalLit:
		return strings.HasPrefix(x.Text, "-")
	case *ast.DoubleLit:
		return strings.HasPrefix(x.Text, "-")
	}
	return false
}

func isNumber(x ast.Expr) bool {
	switch x.(type) {
	case *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit:
		return true
	}
	return false
}

func (p *trinoPrinter) unary(u *ast.Unary) {
	x := p.bound(u.X)
	switch {
	case u.Op == ast.OpNot:
		p.text("NOT ")
		p.expr(x, parser.PowNot)
	case u.Op == ast.OpNeg && isNumber(x) && !negative(x):
		// -(5) is not the number -5.
		p.text("-")
		p.inParentheses(x)
	default:
		p.text(u.Op.String())
		if in, ok := x.(*ast.Unary); ok && in.Op != ast.OpNot || negative(x) {
			p.text(" ") // -- begins a comment
		}
		p.expr(x, parser.PowUnary)
	}
}

func (p *trinoPrinter) binary(b *ast.Binary) {
	if parser.IsLogic(b) {
		p.begin()
		p.chain(b, true)
		p.end()
		return
	}
	pow := power(b)
	left := pow
	if pow == parser.PowPredicate {
		left = parser.PowConcat
	}
	p.expr(b.Left, left)
	p.begin()
	p.in()
	p.line()
	p.text(b.Op.String())
	p.text(" ")
	p.expr(b.Right, pow+1)
	p.out()
	p.end()
}

// logic is a condition behind a word: its chain of ANDs or ORs breaks with the group around it.
func (p *trinoPrinter) logic(x ast.Expr) {
	if b, ok := x.(*ast.Binary); ok && parser.IsLogic(b) {
		p.chain(b, true)
		return
	}
	p.expr(x, parser.PowOr)
}

// chain writes a AND b AND c with all its terms on one level, those behind the first indented if that is wanted.
func (p *trinoPrinter) chain(b *ast.Binary, indent bool) {
	terms := []ast.Expr{b.Right}
	x := b.Left
	for {
		l, ok := x.(*ast.Binary)
		if !ok || l.Op != b.Op {
			break
		}
		terms = append(terms, l.Right)
		x = l.Left
	}
	// An AND inside an OR is in parentheses, which it needs not but a reader does.
	p.expr(x, parser.PowNot)
	if indent {
		p.in()
	}
	for i := len(terms) - 1; i >= 0; i-- {
		p.line()
		p.text(b.Op.String())
		p.text(" ")
		p.expr(terms[i], parser.PowNot)
	}
	if indent {
		p.out()
	}
}

func (p *trinoPrinter) predicate(x ast.Expr) {
	not := func(is bool) {
		if is {
			p.text("NOT ")
		}
	}
	switch x := x.(type) {
	case *ast.Between:
		p.expr(x.X, parser.PowConcat)
		p.text(" ")
		not(x.Not)
		p.text("BETWEEN ")
		p.expr(x.Low, parser.PowConcat)
		p.text(" AND ")
		p.expr(x.High, parser.PowConcat)
	case *ast.In:
		p.expr(x.X, parser.PowConcat)
		p.text(" ")
		not(x.Not)
		p.text("IN ")
		if x.Query != nil {
			p.nested(x.Query)
		} else {
			p.list("(", x.List, ")")
		}
	case *ast.Like:
		p.expr(x.X, parser.PowConcat)
		p.text(" ")
		not(x.Not)
		p.text("LIKE ")
		p.expr(x.Pattern, parser.PowConcat)
		if x.Escape != nil {
			p.text(" ESCAPE ")
			p.expr(x.Escape, parser.PowConcat)
		}
	case *ast.IsNull:
		p.expr(x.X, parser.PowConcat)
		p.text(" IS ")
		not(x.Not)
		p.text("NULL")
	case *ast.Quantified:
		p.expr(x.X, parser.PowConcat)
		word := " ANY "
		if x.All {
			word = " ALL "
		}
		p.text(" " + x.Op.String() + word)
		p.nested(x.Query)
	}
}
