package sql

import "strings"

// expr writes x, in parentheses if it holds less tight than min.
func (p *trinoPrinter) expr(x Expr, min int) {
	x = p.bound(x)
	if power(x) < min {
		p.inParentheses(x)
		return
	}
	switch x := x.(type) {
	case *Ident:
		p.name(x)
	case *Deref:
		if p.bare[x] {
			p.name(x.Field)
			return
		}
		p.base(x.X)
		p.text(".")
		p.name(x.Field)
	case *Param:
		p.text(":")
		p.text(x.Name)
	case *Unary:
		p.unary(x)
	case *Binary:
		p.binary(x)
	case *Call:
		p.call(x)
	case *Cast:
		p.cast(x)
	case *Case:
		p.caseExpr(x)
	case *Lambda:
		p.lambda(x)
	case *Array:
		p.list("ARRAY[", x.Elems, "]")
	case *Row:
		word := "("
		if x.Keyword {
			word = "ROW("
		}
		p.brackets(word, len(x.Fields), ")", func(i int) { p.expr(x.Fields[i], powOr) })
	case *Subscript:
		p.base(x.X)
		p.text("[")
		p.expr(x.Index, powOr)
		p.text("]")
	case *SubqueryExpr:
		p.nested(x.Query)
	case *Exists:
		p.text("EXISTS ")
		p.nested(x.Query)
	case *AtTimeZone:
		p.expr(x.X, powAt)
		p.text(" AT TIME ZONE ")
		p.expr(x.Zone, powAt+1)
	case *Extract:
		p.text("EXTRACT(" + strings.ToUpper(x.Field) + " FROM ")
		p.expr(x.X, powConcat)
		p.text(")")
	case *Trim:
		p.trim(x)
	case *Between, *In, *Like, *IsNull, *Quantified:
		p.predicate(x)
	default:
		p.text(literalText(Trino, x))
	}
}

func (p *trinoPrinter) inParentheses(x Expr) {
	p.begin()
	p.text("(")
	p.in()
	p.soft()
	if b, ok := x.(*Binary); ok && isLogic(b) {
		p.chain(b, false)
	} else {
		p.expr(x, powOr-1)
	}
	p.out()
	p.soft()
	p.text(")")
	p.end()
}

// base is what .field and [index] stand behind. A number there would read as another number.
func (p *trinoPrinter) base(x Expr) {
	x = p.bound(x)
	if _, interval := x.(*IntervalLit); interval || isNumber(x) {
		p.inParentheses(x)
		return
	}
	p.expr(x, powAt+1)
}

// bound is x, or the literal that stands for it if it is a parameter.
func (p *trinoPrinter) bound(x Expr) Expr {
	if v, ok := x.(*Param); ok && p.lits[v.Name] != nil {
		return p.lits[v.Name]
	}
	return x
}

func (p *trinoPrinter) caseExpr(c *Case) {
	p.begin()
	p.text("CASE")
	if c.Operand != nil {
		p.text(" ")
		p.expr(c.Operand, powOr)
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
		p.expr(w.Then, powOr)
		p.out()
		p.end()
	}
	if c.Else != nil {
		p.line()
		p.text("ELSE ")
		p.expr(c.Else, powOr)
	}
	p.out()
	p.line()
	p.text("END")
	p.end()
}

func (p *trinoPrinter) cast(c *Cast) {
	word := "CAST("
	if c.Try {
		word = "TRY_CAST("
	}
	p.text(word)
	p.expr(c.X, powOr)
	p.text(" AS " + c.Type.String() + ")")
}

func (p *trinoPrinter) lambda(l *Lambda) {
	if len(l.Params) == 1 {
		p.name(l.Params[0])
	} else {
		p.names(l.Params)
	}
	p.text(" -> ")
	p.expr(l.Body, powOr)
}

func (p *trinoPrinter) trim(t *Trim) {
	p.text("TRIM(" + [...]string{TrimBoth: "BOTH", TrimLeading: "LEADING", TrimTrailing: "TRAILING"}[t.Side] + " ")
	if t.Chars != nil {
		p.expr(t.Chars, powConcat)
		p.text(" ")
	}
	p.text("FROM ")
	p.expr(t.X, powConcat)
	p.text(")")
}
