package sql

import (
	"fmt"

	"trailscribe/internal/sql/ast"
)

// unary checks NOT and a sign. Operators take what Trino's do: no text counts as a number and no number as a condition.
func (k *checker) unary(x *ast.Unary, v env) *Type {
	t := k.expr(x.X, v)
	if x.Op == ast.OpNot {
		if t.Kind != 0 && t.Kind != BooleanType && t.Kind != UnknownType {
			k.problem(x.X, "NOT takes a condition, not a value of type "+t.String(), "", "types")
		}
		return tBoolean
	}
	if t.Kind != 0 && !t.numeric() && t.Kind != IntervalDayType && t.Kind != IntervalMonthType {
		k.problem(x, "there is no "+x.Op.String()+" for a value of type "+t.String(), "", "types")
		return tBad
	}
	return t
}

// binary checks logic, comparison, arithmetic and ||.
func (k *checker) binary(x *ast.Binary, v env) *Type {
	a, b := k.expr(x.Left, v), k.expr(x.Right, v)
	at := opNode{x}
	switch x.Op {
	case ast.OpAnd, ast.OpOr:
		for i, e := range []ast.Expr{x.Left, x.Right} {
			if t := []*Type{a, b}[i]; t.Kind != 0 && t.Kind != BooleanType && t.Kind != UnknownType {
				k.problem(e, x.Op.String()+" takes conditions, not a value of type "+t.String(), "", "types")
			}
		}
		return tBoolean
	case ast.OpEq, ast.OpNe, ast.OpLt, ast.OpLe, ast.OpGt, ast.OpGe, ast.OpDistinct, ast.OpNotDistinct:
		k.compared(at, a, b, x.Op)
		return tBoolean
	}
	if a.Kind == 0 || b.Kind == 0 {
		return tBad
	}
	if x.Op == ast.OpConcat && (a.Kind == UnknownType || b.Kind == UnknownType) {
		// 'a' || NULL is an array in Trino
		k.problem(at, "the type of NULL is not known here, and || takes several", "Write CAST(NULL AS varchar), or the type that is meant",
			"types")
		return tBad
	}
	t := arithmetic(x.Op, a, b)
	if t == nil {
		hint := ""
		if x.Op == ast.OpConcat {
			if a.text() {
				hint = castHint(b)
			} else if b.text() {
				hint = castHint(a)
			}
		}
		k.problem(at, "there is no "+x.Op.String()+" of "+a.String()+" and "+b.String(), hint, "types")
		return tBad
	}
	if x.Op != ast.OpConcat && !t.numeric() {
		k.mayRefuse(x)
	}
	return t
}

// opNode is the operator of a binary expression, for a problem's place.
type opNode struct{ x *ast.Binary }

func (o opNode) Pos() int { return o.x.OpAt }
func (o opNode) End() int { return o.x.OpAt + len(o.x.Op.String()) }

// compared checks that two values can be compared and returns the type they are compared as, nil if they cannot.
func (k *checker) compared(at ast.Node, a, b *Type, op ast.Op) *Type {
	if a.Kind == 0 || b.Kind == 0 {
		return tBad
	}
	c := common(a, b)
	if c == nil {
		hint := ""
		switch {
		case a.text() && b.integral(), b.text() && a.integral():
			hint = "Put the number in quotes, or CAST the text AS bigint"
		case a.text() && (b.Kind == TimestampZoneType || b.Kind == TimestampType) || b.text() &&
			(a.Kind == TimestampZoneType || a.Kind == TimestampType):
			hint = "Write TIMESTAMP '…', or from_iso8601_timestamp(…) for text like 2026-10-01T12:00:00Z"
		case a.text() && b.Kind == DateType || b.text() && a.Kind == DateType:
			hint = "Write DATE '…'"
		case a.Kind == BooleanType && b.text() || b.Kind == BooleanType && a.text():
			hint = "A boolean is compared with true or false without quotes; or leave the comparison out"
		}
		k.problem(at, "cannot compare "+a.String()+" with "+b.String(), hint, "types")
		return nil
	}
	if c.Kind == JSONType {
		k.problem(at, "values of type json are not compared", "Use json_extract_scalar(…), or json_format(…) on both sides", "types")
		return nil
	}
	if op != ast.OpEq && op != ast.OpNe && op != ast.OpDistinct && op != ast.OpNotDistinct && !c.orderable() {
		k.problem(at, "values of type "+c.String()+" have no order", "", "types")
		return nil
	}
	return c
}

// arithmetic is the type of a op b, nil where Trino has no such operator.
// Decimal results: Trino documentation, "Decimal functions and operators".
func arithmetic(op ast.Op, a, b *Type) *Type {
	if op == ast.OpConcat {
		switch {
		case (a.text() || a.Kind == UnknownType) && (b.text() || b.Kind == UnknownType):
			return tVarchar
		case a.Kind == ArrayType && b.Kind == ArrayType:
			return common(a, b)
		case a.Kind == ArrayType:
			if e := common(a.Elem, b); e != nil {
				return arrayOf(e)
			}
		case b.Kind == ArrayType:
			if e := common(b.Elem, a); e != nil {
				return arrayOf(e)
			}
		case a.Kind == VarbinaryType && b.Kind == VarbinaryType:
			return tVarbinary
		}
		return nil
	}
	if a.Kind == UnknownType {
		a = b
	}
	if b.Kind == UnknownType {
		b = a
	}
	if a.numeric() && b.numeric() {
		if a.float() || b.float() {
			return common(a, b)
		}
		if a.integral() && b.integral() {
			return common(a, b)
		}
		if a.integral() {
			a = decimalOf(integerDigits(a.Kind), 0)
		}
		if b.integral() {
			b = decimalOf(integerDigits(b.Kind), 0)
		}
		s := max(a.S, b.S)
		switch op {
		case ast.OpAdd, ast.OpSub:
			return decimalOf(max(a.P-a.S, b.P-b.S)+s+1, s)
		case ast.OpMul:
			if a.S+b.S > 38 {
				return nil
			}
			return decimalOf(a.P+b.P, a.S+b.S)
		case ast.OpDiv:
			return decimalOf(a.P+b.S+max(b.S-a.S, 0), s)
		case ast.OpMod:
			return decimalOf(min(a.P-a.S, b.P-b.S)+s, s)
		}
		return nil
	}
	clock := func(t *Type) bool { return t.Kind == TimestampType || t.Kind == TimestampZoneType }
	interval := func(t *Type) bool { return t.Kind == IntervalDayType || t.Kind == IntervalMonthType }
	switch op {
	case ast.OpAdd:
		if interval(a) && !interval(b) {
			a, b = b, a
		}
		if interval(b) && (clock(a) || a.Kind == DateType || a.Kind == b.Kind) {
			return a
		}
	case ast.OpSub:
		switch {
		case interval(b) && (clock(a) || a.Kind == DateType || a.Kind == b.Kind):
			return a
		case a.Kind == DateType && b.Kind == DateType, clock(a) && clock(b), clock(a) && b.Kind == DateType, a.Kind == DateType && clock(b):
			return tDay
		}
	case ast.OpMul:
		if interval(b) {
			a, b = b, a
		}
		if interval(a) && (b.integral() || b.Kind == DoubleType) {
			return a
		}
	case ast.OpDiv:
		if interval(a) && (b.integral() || b.Kind == DoubleType) {
			return a
		}
	}
	return nil
}

// in checks IN over a list, whose values must all compare with each other, or over a query of one column.
func (k *checker) in(x *ast.In, v env) *Type {
	t := k.expr(x.X, v)
	if x.Query != nil {
		k.nested = append(k.nested, x)
		cols := k.query(x.Query, v.scope)
		for _, c := range cols {
			c.use()
		}
		if len(cols) != 1 {
			k.problem(x.Query, fmt.Sprintf("IN takes a query of one column, this one has %d", len(cols)), "", "")
			return tBoolean
		}
		k.compared(x.Query, t, cols[0].typ, ast.OpEq)
		return tBoolean
	}
	for _, e := range x.List {
		u := k.expr(e, v)
		if p, ok := e.(*ast.Param); ok && u.Kind == ArrayType {
			k.problem(e, "parameter :"+p.Name+" is a list, which IN does not take", "Write contains(:"+p.Name+", …)", "types")
			continue
		}
		c := k.compared(e, t, u, ast.OpEq)
		if c == nil {
			return tBoolean
		}
		t = c
	}
	return tBoolean
}
