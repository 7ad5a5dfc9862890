package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// power is how tight an expression holds together, in the parser's numbers; more than powAt is a primary expression.
func power(x ast.Expr) int {
	switch x := x.(type) {
	case *ast.Unary:
		if x.Op == ast.OpNot {
			return powNot
		}
		return powUnary
	case *ast.Binary:
		switch x.Op {
		case ast.OpOr:
			return powOr
		case ast.OpAnd:
			return powAnd
		case ast.OpConcat:
			return powConcat
		case ast.OpAdd, ast.OpSub:
			return powAdd
		case ast.OpMul, ast.OpDiv, ast.OpMod:
			return powMul
		}
		return powPredicate
	case *ast.Between, *ast.In, *ast.Like, *ast.IsNull, *ast.Quantified:
		return powPredicate
	case *ast.AtTimeZone:
		return powAt
	case *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit:
		if negative(x) {
			return powUnary
		}
	case *ast.Lambda:
		return powOr - 1
	}
	return powAt + 1
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
		p.expr(x, powNot)
	case u.Op == ast.OpNeg && isNumber(x) && !negative(x):
		// -(5) is not the number -5.
		p.text("-")
		p.inParentheses(x)
	default:
		p.text(u.Op.String())
		if in, ok := x.(*ast.Unary); ok && in.Op != ast.OpNot || negative(x) {
			p.text(" ") // -- begins a comment
		}
		p.expr(x, powUnary)
	}
}

func (p *trinoPrinter) binary(b *ast.Binary) {
	if isLogic(b) {
		p.begin()
		p.chain(b, true)
		p.end()
		return
	}
	pow := power(b)
	left := pow
	if pow == powPredicate {
		left = powConcat
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
	if b, ok := x.(*ast.Binary); ok && isLogic(b) {
		p.chain(b, true)
		return
	}
	p.expr(x, powOr)
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
	p.expr(x, powNot)
	if indent {
		p.in()
	}
	for i := len(terms) - 1; i >= 0; i-- {
		p.line()
		p.text(b.Op.String())
		p.text(" ")
		p.expr(terms[i], powNot)
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
		p.expr(x.X, powConcat)
		p.text(" ")
		not(x.Not)
		p.text("BETWEEN ")
		p.expr(x.Low, powConcat)
		p.text(" AND ")
		p.expr(x.High, powConcat)
	case *ast.In:
		p.expr(x.X, powConcat)
		p.text(" ")
		not(x.Not)
		p.text("IN ")
		if x.Query != nil {
			p.nested(x.Query)
		} else {
			p.list("(", x.List, ")")
		}
	case *ast.Like:
		p.expr(x.X, powConcat)
		p.text(" ")
		not(x.Not)
		p.text("LIKE ")
		p.expr(x.Pattern, powConcat)
		if x.Escape != nil {
			p.text(" ESCAPE ")
			p.expr(x.Escape, powConcat)
		}
	case *ast.IsNull:
		p.expr(x.X, powConcat)
		p.text(" IS ")
		not(x.Not)
		p.text("NULL")
	case *ast.Quantified:
		p.expr(x.X, powConcat)
		word := " ANY "
		if x.All {
			word = " ALL "
		}
		p.text(" " + x.Op.String() + word)
		p.nested(x.Query)
	}
}
