package sql

import (
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// binary writes an operator between two values. Both engines spell most of them alike and mean something else: what DuckDB would
// round, overflow or answer with NULL in another way is written so that the value, or the error, is Trino's.
func (e *emitter) binary(x *ast.Binary) string {
	a, b := e.c.types[x.Left], e.c.types[x.Right]
	switch x.Op {
	case ast.OpAnd, ast.OpOr:
		return "(" + e.x(x.Left) + " " + x.Op.String() + " " + e.x(x.Right) + ")"
	case ast.OpEq, ast.OpNe, ast.OpLt, ast.OpLe, ast.OpGt, ast.OpGe, ast.OpDistinct, ast.OpNotDistinct:
		t := e.compareType(a, b)
		l, r := e.as(x.Left, t), e.as(x.Right, t)
		return "(" + l + " " + x.Op.String() + " " + r + ")"
	case ast.OpConcat:
		return e.concat(x, a, b)
	}
	t := e.c.types[x]
	if t.numeric() {
		switch x.Op {
		case ast.OpDiv, ast.OpMod:
			return e.divide(x.Op, x.Left, x.Right, t)
		}
		if t.Kind == DecimalType {
			// the operands stay as they are: DuckDB finds the result's scale as Trino does, the cast sets the precision
			l, r := decimalOperand(e.x(x.Left), a), decimalOperand(e.x(x.Right), b)
			return "CAST(" + l + " " + x.Op.String() + " " + r + " AS " + t.duck() + ")"
		}
		return "(" + e.as(x.Left, t) + " " + x.Op.String() + " " + e.as(x.Right, t) + ")"
	}
	return e.timeArithmetic(x, a, b, t)
}

// decimalOperand is an operand of decimal arithmetic; a whole number counts as the decimal Trino makes of it.
func decimalOperand(s string, t *Type) string {
	if t.integral() {
		return "CAST(" + s + " AS " + decimalOf(integerDigits(t.Kind), 0).duck() + ")"
	}
	if t.Kind == UnknownType {
		return "CAST(NULL AS DECIMAL(1,0))"
	}
	return s
}

// concat writes || of texts, or of arrays and their elements.
func (e *emitter) concat(x *ast.Binary, a, b *Type) string {
	t := e.c.types[x]
	if t.Kind != ArrayType {
		return e.join(operands(x), t)
	}
	switch {
	case a.Kind == ArrayType && b.Kind == ArrayType:
		return concatArrays(e.as(x.Left, t), e.as(x.Right, t), t)
	case a.Kind == ArrayType:
		l, r := e.as(x.Left, t), e.as(x.Right, t.Elem)
		return entries("coalesce(len("+l+"), 0) + 1", "list_append("+l+", "+r+")", t, l)
	}
	l, r := e.as(x.Left, t.Elem), e.as(x.Right, t)
	return entries("coalesce(len("+r+"), 0) + 1", "list_prepend("+l+", "+r+")", t, r)
}

// divide writes / and %, which are errors for whole numbers and decimals divided by zero, and Infinity or NaN for doubles.
// DuckDB gives NULL for all of them but a double modulo zero.
func (e *emitter) divide(op ast.Op, left, right ast.Expr, t *Type) string {
	sym := " // "
	if op == ast.OpMod {
		sym = " % "
	}
	switch {
	case t.float():
		l, r := e.as(left, t), e.as(right, t)
		if op == ast.OpDiv && nonZero(right) {
			return "(" + l + " / " + r + ")"
		}
		if op == ast.OpMod {
			return "(" + l + " % " + r + ")" // by zero it is NaN in DuckDB too
		}
		return "tr_double_divide(" + l + ", " + r + ")"
	case t.integral():
		l, r := e.as(left, t), e.as(right, t)
		if !nonZero(right) {
			r = "CASE WHEN " + r + " = 0 THEN CAST('division by zero: ' || " + l + " AS " + t.duck() + ") ELSE " + r + " END"
		}
		return "CAST(" + l + sym + r + " AS " + t.duck() + ")"
	}
	a, b := e.c.types[left], e.c.types[right]
	if a.Kind == UnknownType || b.Kind == UnknownType {
		return "CAST(NULL AS " + t.duck() + ")"
	}
	sa, sb := a.S, b.S
	l, r := unscaled(e.x(left), a), unscaled(e.x(right), b)
	if op == ast.OpMod {
		return "CAST(tr_decimal_mod(" + l + shift(max(sb-sa, 0)) + ", " + r + shift(max(sa-sb, 0)) + ", " + strconv.Itoa(t.S) + ") AS " +
			t.duck() + ")"
	}
	return "CAST(tr_decimal_divide(" + l + shift(t.S+sb-sa) + ", " + r + ", " + strconv.Itoa(t.S) + ") AS " + t.duck() + ")"
}

// unscaled is a decimal or whole number without its point.
func unscaled(s string, t *Type) string {
	if t.integral() || t.S == 0 {
		return "CAST(" + s + " AS HUGEINT)"
	}
	return "CAST(replace(CAST(" + s + " AS VARCHAR), '.', '') AS HUGEINT)"
}

func shift(n int) string {
	if n <= 0 {
		return ""
	}
	return " * CAST('1" + strings.Repeat("0", n) + "' AS HUGEINT)"
}

// nonZero reports whether an expression is a number that is not zero, so that dividing by it needs no guard.
func nonZero(x ast.Expr) bool {
	text := ""
	switch x := x.(type) {
	case *ast.IntLit:
		return x.Value != 0
	case *ast.DoubleLit:
		text = x.Text
	case *ast.DecimalLit:
		text = x.Text
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return err == nil && f != 0
}

// timeArithmetic writes + - * / with dates, timestamps and intervals. Months are added to the wall clock of a value's zone, as
// Trino does; days and smaller units to the instant.
func (e *emitter) timeArithmetic(x *ast.Binary, a, b, t *Type) string {
	isInterval := func(t *Type) bool { return t.Kind == IntervalDayType || t.Kind == IntervalMonthType }
	left, right := x.Left, x.Right
	switch {
	case t.Kind == DateType:
		if isInterval(a) {
			left, right = right, left
		}
		if lit, ok := right.(*ast.IntervalLit); ok {
			if v, _ := parser.ParseInterval(lit); v.Millis != 0 {
				e.refuse(right, "hours, minutes and seconds cannot be added to a date", "CAST the date AS timestamp first")
			}
		}
		return "CAST(" + e.x(left) + " " + x.Op.String() + " " + e.x(right) + " AS DATE)"
	case t.Kind == IntervalDayType && !isInterval(a) && !isInterval(b) && (x.Op == ast.OpSub):
		if a.Kind == DateType && b.Kind == DateType {
			return "to_days(CAST(" + e.x(left) + " - " + e.x(right) + " AS INTEGER))"
		}
		c := e.compareType(a, b)
		return "(" + e.as(left, c) + " - " + e.as(right, c) + ")"
	case t.Kind == TimestampZoneType:
		if isInterval(a) {
			left, right, b = right, left, a
		}
		if b.Kind == IntervalMonthType {
			return e.back("("+e.local(left)+" "+x.Op.String()+" "+e.x(right)+")", left)
		}
		return "(" + e.x(left) + " " + x.Op.String() + " " + e.x(right) + ")"
	case x.Op == ast.OpDiv || (x.Op == ast.OpMul && (a.float() || b.float())):
		e.refuse(x, "an interval is only multiplied by whole numbers", "")
	}
	return "(" + e.x(left) + " " + x.Op.String() + " " + e.x(right) + ")"
}
