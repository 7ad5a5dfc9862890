package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// emitTypeof writes typeof as the text it is: types are known before the statement runs. This file holds what is written for
// conditionals and for TRY, see coreFunctions.
func emitTypeof(e *emitter, c *ast.Call, r *resolved) string {
	return duckString(e.c.types[c.Args[0]].String())
}

func emitIf(e *emitter, c *ast.Call, r *resolved) string {
	s := "CASE WHEN " + e.x(c.Args[0]) + " THEN " + e.as(c.Args[1], r.params[1])
	if len(c.Args) == 3 {
		s += " ELSE " + e.as(c.Args[2], r.params[2])
	}
	return s + " END"
}

func checkNullif(k *checker, c *ast.Call, r *resolved) {
	k.compared(c, k.types[c.Args[0]], k.types[c.Args[1]], ast.OpEq)
}

func emitNullif(e *emitter, c *ast.Call, r *resolved) string {
	a, b := e.c.types[c.Args[0]], e.c.types[c.Args[1]]
	if a.duck() == b.duck() || b.Kind == UnknownType {
		return "nullif(" + e.x(c.Args[0]) + ", " + e.x(c.Args[1]) + ")"
	}
	t := e.compareType(a, b)
	return "CASE WHEN " + e.as(c.Args[0], t) + " = " + e.as(c.Args[1], t) + " THEN NULL ELSE " + e.x(c.Args[0]) + " END"
}

func emitExtreme(op string) func(*emitter, *ast.Call, *resolved) string {
	return func(e *emitter, c *ast.Call, r *resolved) string {
		args := make([]string, len(c.Args))
		nulls := make([]string, len(c.Args))
		for i, a := range c.Args {
			args[i] = e.as(a, r.params[i])
			nulls[i] = args[i] + " IS NULL"
		}
		return "CASE WHEN " + strings.Join(nulls, " OR ") + " THEN NULL ELSE " + r.fn.name + "(" + strings.Join(args, ", ") + ") END"
	}
}

func emitGrouping(e *emitter, c *ast.Call, r *resolved) string {
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		args[i] = e.x(a)
	}
	return "CAST(grouping(" + strings.Join(args, ", ") + ") AS INTEGER)"
}

func emitRandom(e *emitter, c *ast.Call, r *resolved) string {
	switch len(c.Args) {
	case 1:
		return "CAST(floor(random() * " + e.x(c.Args[0]) + ") AS BIGINT)"
	case 2:
		return "CAST(" + e.x(c.Args[0]) + " + floor(random() * (" + e.x(c.Args[1]) + " - " + e.x(c.Args[0]) + ")) AS BIGINT)"
	}
	return "random()"
}

// emitTry: DuckDB's TRY takes no subquery, and where the error can only be a failed conversion, TRY_CAST is faster.
func emitTry(e *emitter, c *ast.Call, r *resolved) string {
	switch x := c.Args[0].(type) {
	case *ast.Cast:
		if e.harmless(x.X) {
			return e.castTo(x.X, e.c.casts[x.Type], true)
		}
	case *ast.Call:
		switch x.Name.Key() {
		case "from_iso8601_timestamp", "from_iso8601_date", "date_parse", "json_parse":
			if e.harmless(x.Args[0]) {
				e.try++
				defer func() { e.try-- }()
				return e.x(x)
			}
		}
	}
	ast.Walk(c.Args[0], func(n ast.Node) bool {
		if q, ok := n.(*ast.Query); ok {
			e.refuse(q, "TRY cannot hold a subquery", "Put the subquery into a WITH")
		}
		return true
	})
	return "TRY(" + e.x(c.Args[0]) + ")"
}

// harmless: evaluating x cannot be an error.
func (e *emitter) harmless(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident, *ast.StringLit, *ast.Param:
		return true
	case *ast.Deref:
		return e.harmless(x.X) || e.c.cols[x] != nil
	case *ast.Call:
		switch x.Name.Key() {
		case "json_extract_scalar", "nullif", "coalesce", "lower", "upper", "trim":
			for _, a := range x.Args {
				if !e.harmless(a) {
					return false
				}
			}
			return true
		}
	}
	return false
}

// convert casts, or tries to inside TRY.
func (e *emitter) convert(s, typ string) string {
	if e.try > 0 {
		return "TRY_CAST(" + s + " AS " + typ + ")"
	}
	return "CAST(" + s + " AS " + typ + ")"
}
