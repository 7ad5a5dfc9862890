package sql

import "strings"

// power is how tight an expression holds together, in the parser's numbers; more than powAt is a primary expression.
func power(x Expr) int {
	switch x := x.(type) {
	case *Unary:
		if x.Op == OpNot {
			return powNot
		}
		return powUnary
	case *Binary:
		switch x.Op {
		case OpOr:
			return powOr
		case OpAnd:
			return powAnd
		case OpConcat:
			return powConcat
		case OpAdd, OpSub:
			return powAdd
		case OpMul, OpDiv, OpMod:
			return powMul
		}
		return powPredicate
	case *Between, *In, *Like, *IsNull, *Quantified:
		return powPredicate
	case *AtTimeZone:
		return powAt
	case *IntLit, *DecimalLit, *DoubleLit:
		if negative(x) {
			return powUnary
		}
	case *Lambda:
		return powOr - 1
	}
	return powAt + 1
}

// negative says whether a number begins with a minus sign.
func negative(x Expr) bool {
	switch x := x.(type) {
	case *IntLit:
		return x.Value < 0
	case *DecimalLit:
		return strings.HasPrefix(x.Text, "-")
	case *DoubleLit:
		return strings.HasPrefix(x.Text, "-")
	}
	return false
}

func isNumber(x Expr) bool {
	switch x.(type) {
	case *IntLit, *DecimalLit, *DoubleLit:
		return true
	}
	return false
}

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

func (p *trinoPrinter) unary(u *Unary) {
	x := p.bound(u.X)
	switch {
	case u.Op == OpNot:
		p.text("NOT ")
		p.expr(x, powNot)
	case u.Op == OpNeg && isNumber(x) && !negative(x):
		// -(5) is not the number -5.
		p.text("-")
		p.inParentheses(x)
	default:
		p.text(u.Op.String())
		if in, ok := x.(*Unary); ok && in.Op != OpNot || negative(x) {
			p.text(" ") // -- begins a comment
		}
		p.expr(x, powUnary)
	}
}

// bound is x, or the literal that stands for it if it is a parameter.
func (p *trinoPrinter) bound(x Expr) Expr {
	if v, ok := x.(*Param); ok && p.lits[v.Name] != nil {
		return p.lits[v.Name]
	}
	return x
}

func (p *trinoPrinter) binary(b *Binary) {
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
func (p *trinoPrinter) logic(x Expr) {
	if b, ok := x.(*Binary); ok && isLogic(b) {
		p.chain(b, true)
		return
	}
	p.expr(x, powOr)
}

// chain writes a AND b AND c with all its terms on one level, those behind the first indented if that is wanted.
func (p *trinoPrinter) chain(b *Binary, indent bool) {
	terms := []Expr{b.Right}
	x := b.Left
	for {
		l, ok := x.(*Binary)
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

func (p *trinoPrinter) predicate(x Expr) {
	not := func(is bool) {
		if is {
			p.text("NOT ")
		}
	}
	switch x := x.(type) {
	case *Between:
		p.expr(x.X, powConcat)
		p.text(" ")
		not(x.Not)
		p.text("BETWEEN ")
		p.expr(x.Low, powConcat)
		p.text(" AND ")
		p.expr(x.High, powConcat)
	case *In:
		p.expr(x.X, powConcat)
		p.text(" ")
		not(x.Not)
		p.text("IN ")
		if x.Query != nil {
			p.nested(x.Query)
		} else {
			p.list("(", x.List, ")")
		}
	case *Like:
		p.expr(x.X, powConcat)
		p.text(" ")
		not(x.Not)
		p.text("LIKE ")
		p.expr(x.Pattern, powConcat)
		if x.Escape != nil {
			p.text(" ESCAPE ")
			p.expr(x.Escape, powConcat)
		}
	case *IsNull:
		p.expr(x.X, powConcat)
		p.text(" IS ")
		not(x.Not)
		p.text("NULL")
	case *Quantified:
		p.expr(x.X, powConcat)
		word := " ANY "
		if x.All {
			word = " ALL "
		}
		p.text(" " + x.Op.String() + word)
		p.nested(x.Query)
	}
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
