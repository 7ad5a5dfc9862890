package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// compareType is what two values are compared as; Check has seen that there is one.
func (e *emitter) compareType(a, b *Type) *Type {
	if c := common(a, b); c != nil {
		return c
	}
	return a
}

// as writes x turned into type t by Trino's implicit rules.
func (e *emitter) as(x ast.Expr, t *Type) string {
	if t == nil {
		return e.x(x)
	}
	return coerceSQL(e.x(x), e.c.types[x], t)
}

// coerceSQL turns a value into a type it coerces to, where DuckDB would not do so by itself or would end with another type.
func coerceSQL(s string, from, to *Type) string {
	switch {
	case from == nil || to == nil || to.Kind == UnknownType || to.Kind == 0:
		return s
	case from.Kind == UnknownType:
		return "CAST(NULL AS " + to.duck() + ")"
	case from.duck() == to.duck():
		return s
	case from.Kind == IntegerType && to.Kind == BigintType && wholeText(s):
		return s // DuckDB takes a plain number for any whole type
	case from.Kind == RowType && to.Kind == RowType:
		return castSQL(s, from, to, false)
	}
	return "CAST(" + s + " AS " + to.duck() + ")"
}

// wholeText says whether s is a plain whole number.
func wholeText(s string) bool {
	s = strings.Trim(s, "(-)")
	return s != "" && strings.Trim(s, "0123456789") == ""
}
