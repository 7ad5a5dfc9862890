package sql

import (
	"fmt"
	"slices"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// env is where an expression stands.
type env struct {
	scope       *scope
	noAggregate string            // the clause that takes no aggregates, "" where they are allowed
	noWindow    string            // the clause that takes no window functions
	items       []*ast.SelectItem // whose aliases mean nothing here: for a better message
}

// alias says whether a name is an alias of SELECT, which means nothing here.
func (v env) alias(key string) bool {
	return slices.ContainsFunc(v.items, func(it *ast.SelectItem) bool { return it.Alias != nil && it.Alias.Key() == key })
}

// condition checks an expression that must be boolean.
func (k *checker) condition(x ast.Expr, v env, where string) {
	t := k.expr(x, v)
	if t.Kind != 0 && t.Kind != BooleanType && t.Kind != UnknownType {
		k.problem(x, where+" takes a condition, not a value of type "+t.String(), "", "")
	}
}

// expr finds the type of x and of everything in it. tBad: a problem was said.
func (k *checker) expr(x ast.Expr, v env) *Type {
	around := k.pieces
	k.pieces = 0
	t := k.typeOf(x, v)
	k.types[x] = t
	k.pieces = around + k.grow(x, k.pieces)
	return t
}

func (k *checker) typeOf(x ast.Expr, v env) *Type {
	switch x := x.(type) {
	case *ast.NullLit:
		return tUnknown
	case *ast.BoolLit:
		return tBoolean
	case *ast.StringLit:
		return varcharOf(runes(x.Value))
	case *ast.IntLit:
		if x.Value < -1<<31 || x.Value > 1<<31-1 {
			return tBigint
		}
		return tInteger
	case *ast.DecimalLit:
		return k.decimalLit(x)
	case *ast.DoubleLit:
		return tDouble
	case *ast.BinaryLit:
		return tVarbinary
	case *ast.TypedLit:
		return k.typedLit(x)
	case *ast.IntervalLit:
		if _, err := parser.ParseInterval(x); err != nil {
			k.problem(x, err.Error(), "", "")
		}
		if x.Unit == "year" || x.Unit == "month" {
			return tMonth
		}
		return tDay
	case *ast.Param:
		t, ok := k.paramTypes[x.Name]
		if !ok {
			names := make([]string, 0, len(k.paramTypes))
			for n := range k.paramTypes {
				names = append(names, n)
			}
			k.problem(x, "there is no parameter :"+x.Name, k.meant(x.Name, names), "unknown-parameter")
			return tBad
		}
		return t
	case *ast.Ident:
		return k.ident(x, v)
	case *ast.Deref:
		return k.deref(x, v)
	case *ast.Unary:
		return k.unary(x, v)
	case *ast.Binary:
		return k.binary(x, v)
	case *ast.Between:
		t := k.expr(x.X, v)
		for _, b := range []ast.Expr{x.Low, x.High} {
			if u := k.expr(b, v); k.compared(b, t, u, ast.OpLe) == nil {
				return tBoolean
			}
		}
		return tBoolean
	case *ast.In:
		return k.in(x, v)
	case *ast.Like:
		for _, e := range []ast.Expr{x.X, x.Pattern, x.Escape} {
			if e == nil {
				continue
			}
			if t := k.expr(e, v); t.Kind != 0 && !t.text() && t.Kind != UnknownType {
				k.problem(e, "LIKE takes text, not "+t.String(), castHint(t), "types")
			}
		}
		if lit, ok := x.Escape.(*ast.StringLit); ok && runes(lit.Value) != 1 {
			k.problem(x.Escape, "ESCAPE takes a single character", "", "")
		}
		return tBoolean
	case *ast.IsNull:
		k.expr(x.X, v)
		return tBoolean
	case *ast.Exists:
		k.nested = append(k.nested, x)
		k.query(x.Query, v.scope)
		return tBoolean
	case *ast.Quantified:
		k.nested = append(k.nested, x)
		t := k.expr(x.X, v)
		cols := k.query(x.Query, v.scope)
		for _, c := range cols {
			c.use()
		}
		if len(cols) != 1 {
			k.problem(x.Query, fmt.Sprintf("ALL and ANY take a query of one column, this one has %d", len(cols)), "", "")
			return tBoolean
		}
		k.compared(x, t, cols[0].typ, x.Op)
		return tBoolean
	case *ast.Case:
		return k.caseOf(x, v)
	case *ast.Cast:
		return k.cast(x, v)
	case *ast.Lambda:
		k.problem(x, "a lambda can only be an argument of a function that takes one", "", "")
		return tBad
	case *ast.Array:
		elem := tUnknown
		for _, e := range x.Elems {
			t := k.expr(e, v)
			c := common(elem, t)
			if c == nil {
				k.problem(e, "the elements of an array have one type: "+elem.String()+" before, "+t.String()+" here", "", "types")
				return tBad
			}
			elem = c
		}
		return arrayOf(elem)
	case *ast.Row:
		t := &Type{Kind: RowType}
		for _, f := range x.Fields {
			t.Fields = append(t.Fields, Field{Type: k.expr(f, v)})
		}
		return t
	case *ast.Subscript:
		return k.subscript(x, v)
	case *ast.AtTimeZone:
		return k.atTimeZone(x, v)
	case *ast.Extract:
		return k.extract(x, v)
	case *ast.Trim:
		for _, e := range []ast.Expr{x.Chars, x.X} {
			if e == nil {
				continue
			}
			if t := k.expr(e, v); t.Kind != 0 && !t.text() && t.Kind != UnknownType {
				k.problem(e, "TRIM takes text, not "+t.String(), castHint(t), "types")
			}
		}
		return tVarchar
	case *ast.SubqueryExpr:
		k.nested = append(k.nested, x)
		cols := k.query(x.Query, v.scope)
		for _, c := range cols {
			c.use()
		}
		if len(cols) != 1 {
			k.problem(x, fmt.Sprintf("a query used as a value has one column, this one has %d", len(cols)), "", "")
			return tBad
		}
		return cols[0].typ
	case *ast.Call:
		return k.call(x, v)
	}
	k.problem(x, fmt.Sprintf("%T cannot be checked", x), "", "not-supported")
	return tBad
}

func (k *checker) caseOf(x *ast.Case, v env) *Type {
	var operand *Type
	if x.Operand != nil {
		operand = k.expr(x.Operand, v)
	}
	t := tUnknown
	join := func(e ast.Expr) {
		u := k.expr(e, v)
		c := common(t, u)
		if c == nil {
			k.problem(e, "the branches of CASE have one type: "+t.String()+" before, "+u.String()+" here", castHint(u), "types")
			c = tBad
		}
		t = c
	}
	for _, w := range x.Whens {
		if operand == nil {
			k.condition(w.Cond, v, "WHEN")
		} else {
			k.compared(w.Cond, operand, k.expr(w.Cond, v), ast.OpEq)
		}
		join(w.Then)
	}
	if x.Else != nil {
		join(x.Else)
	}
	return t
}

func (k *checker) subscript(x *ast.Subscript, v env) *Type {
	t, i := k.expr(x.X, v), k.expr(x.Index, v)
	switch {
	case t.Kind == 0 || i.Kind == 0:
		return tBad
	case t.Kind == ArrayType:
		if !i.integral() {
			k.problem(x.Index, "the index of an array is a whole number, not "+i.String(), "", "types")
		}
		return t.Elem
	case t.Kind == MapType:
		k.mayRefuse(x)
		if !coerces(i, t.Key) {
			k.problem(x.Index, "the keys of this map are "+t.Key.String()+", not "+i.String(), "", "types")
		}
		return t.Elem
	case t.Kind == RowType:
		lit, ok := x.Index.(*ast.IntLit)
		if !ok || lit.Value < 1 || lit.Value > int64(len(t.Fields)) {
			k.problem(x.Index, fmt.Sprintf("a field of this row is a number from 1 to %d", len(t.Fields)), "", "types")
			return tBad
		}
		return t.Fields[lit.Value-1].Type
	}
	k.problem(x, "a value of type "+t.String()+" has no elements", "", "types")
	return tBad
}
