package sql

import (
	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// parentheses is (a, b, …): on one line if it fits, else one item a line.
func (p *trinoPrinter) parentheses(n int, item func(int)) { p.brackets("(", n, ")", item) }

func (p *trinoPrinter) brackets(left string, n int, right string, item func(int)) {
	p.begin()
	p.text(left)
	p.in()
	for i := range n {
		if i > 0 {
			p.text(",")
			p.line()
		} else {
			p.soft()
		}
		item(i)
	}
	p.out()
	p.soft()
	p.text(right)
	p.end()
}

// list is expressions in brackets. Many literals fill their lines, other expressions get a line each.
func (p *trinoPrinter) list(left string, xs []ast.Expr, right string) {
	if !allLiterals(xs) {
		p.brackets(left, len(xs), right, func(i int) { p.expr(xs[i], parser.PowOr) })
		return
	}
	p.begin()
	p.text(left)
	p.in()
	p.soft()
	for i, x := range xs {
		p.begin()
		if i > 0 {
			p.line()
		}
		p.expr(x, parser.PowOr)
		if i < len(xs)-1 {
			p.text(",")
		}
		p.end()
	}
	p.out()
	p.soft()
	p.text(right)
	p.end()
}

func allLiterals(xs []ast.Expr) bool {
	for _, x := range xs {
		switch x.(type) {
		case *ast.NullLit, *ast.BoolLit, *ast.StringLit, *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit, *ast.TypedLit:
		default:
			return false
		}
	}
	return true
}

func (p *trinoPrinter) names(is []*ast.Ident) {
	p.text("(")
	for i, n := range is {
		if i > 0 {
			p.text(", ")
		}
		p.name(n)
	}
	p.text(")")
}
