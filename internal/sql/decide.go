package sql

import (
	"slices"

	"trailscribe/internal/diag"
	"trailscribe/internal/sql/ast"
)

// Decide gives some parameters their value before the statement is checked, and takes out of it what follows from them: branches
// of CASE that are never taken, TRUE and FALSE in AND, OR and NOT, a WHERE that is always true, partition keys that are NULL, and
// columns of SELECT that are NULL only because of such a value. What is left out is not checked and reaches no engine.
//
// The parameters may stand only in conditions: of a searched CASE and of WHERE, or in what these are joined of by AND, OR and NOT;
// such a CASE may be a column, a partition key, an operand or an argument. Anywhere else one is a problem. It is called once,
// before Check.
func (p *Parsed) Decide(values map[string]bool) diag.Problems {
	d := decision{values}
	ast.Walk(p.query, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Select:
			n.Items = slices.DeleteFunc(n.Items, func(i *ast.SelectItem) bool { return i.X != nil && d.reduce(&i.X) && isNull(i.X) })
			if d.reduce(&n.Where) {
				if b, ok := n.Where.(*ast.BoolLit); ok && b.Value {
					n.Where = nil
				}
			}
		case *ast.Window:
			for i := range n.PartitionBy {
				d.reduce(&n.PartitionBy[i])
			}
			n.PartitionBy = slices.DeleteFunc(n.PartitionBy, isNull)
		case *ast.Call:
			for i := range n.Args {
				d.reduce(&n.Args[i])
			}
		case *ast.Binary:
			d.reduce(&n.Left)
			d.reduce(&n.Right)
		}
		return true
	})
	var problems diag.Problems
	p.paramNames = nil
	ast.Walk(p.query, func(n ast.Node) bool {
		x, ok := n.(*ast.Param)
		if !ok {
			return true
		}
		if _, ok := values[x.Name]; ok {
			problems = append(problems, diag.Problem{At: p.place(x.Pos()), Text: "the parameter :" + x.Name +
				" may stand only in the condition of CASE or of WHERE",
				Hint: "write CASE WHEN :" + x.Name + " THEN … ELSE … END", Rule: "parameter-place"})
		} else if !slices.Contains(p.paramNames, x.Name) {
			p.paramNames = append(p.paramNames, x.Name)
		}
		return true
	})
	return problems
}

// decision is the values of parameters that are known.
type decision struct{ values map[string]bool }

// reduce puts what is left of an expression in its place, and reports whether a known parameter was in it.
func (d decision) reduce(x *ast.Expr) bool {
	if *x == nil {
		return false
	}
	known := false
	ast.Walk(*x, func(n ast.Node) bool {
		if p, ok := n.(*ast.Param); ok {
			_, is := d.values[p.Name]
			known = known || is
		}
		return !known
	})
	if known {
		*x = d.left(*x)
	}
	return known
}

// left is what is left of an expression.
func (d decision) left(x ast.Expr) ast.Expr {
	switch x := x.(type) {
	case *ast.Param:
		if v, ok := d.values[x.Name]; ok {
			return &ast.BoolLit{Span: x.Span, Value: v}
		}
	case *ast.Unary:
		if x.Op == ast.OpNot {
			x.X = d.left(x.X)
			if b, ok := x.X.(*ast.BoolLit); ok {
				return &ast.BoolLit{Span: x.Span, Value: !b.Value}
			}
		}
	case *ast.Binary:
		if x.Op == ast.OpAnd || x.Op == ast.OpOr {
			x.Left, x.Right = d.left(x.Left), d.left(x.Right)
			for _, side := range [][2]ast.Expr{{x.Left, x.Right}, {x.Right, x.Left}} {
				b, ok := side[0].(*ast.BoolLit)
				switch {
				case ok && b.Value == (x.Op == ast.OpOr): // TRUE OR y, FALSE AND y
					return b
				case ok:
					return side[1]
				}
			}
		}
	case *ast.Case:
		if x.Operand == nil {
			return d.branch(x)
		}
	}
	return x
}

// branch is what is left of a searched CASE.
func (d decision) branch(x *ast.Case) ast.Expr {
	var whens []*ast.When
	last := x.Else
	for _, w := range x.Whens {
		w.Cond = d.left(w.Cond)
		b, decided := w.Cond.(*ast.BoolLit)
		if decided && !b.Value {
			continue
		}
		if decided {
			last = w.Then
			break
		}
		w.Then = d.left(w.Then)
		whens = append(whens, w)
	}
	if last != nil {
		last = d.left(last)
	}
	if x.Whens, x.Else = whens, last; len(whens) > 0 {
		return x
	}
	if last == nil {
		return &ast.NullLit{Span: x.Span}
	}
	return last
}

func isNull(x ast.Expr) bool {
	_, null := x.(*ast.NullLit)
	return null
}
