package sql

import (
	"fmt"

	"trailscribe/internal/sql/ast"
)

// roundsDecimal is the type of a rounded decimal: a digit may be carried, so there is one more. This file holds what is written for
// functions of numbers, see numberFunctions.
func roundsDecimal(k *checker, c *ast.Call, r *resolved) {
	if t := r.result; t.Kind == DecimalType {
		if len(c.Args) == 2 {
			r.result = decimalOf(t.P+1, t.S)
		} else {
			r.result = decimalOf(t.P-t.S+min(t.S, 1), 0)
		}
	}
}

// emitWhole: a whole number stays as it is; DuckDB would go through a double.
func emitWhole(name string) func(*emitter, *ast.Call, *resolved) string {
	return func(e *emitter, c *ast.Call, r *resolved) string {
		if r.result.integral() {
			return e.as(c.Args[0], r.params[0])
		}
		return "CAST(" + name + "(" + e.as(c.Args[0], r.params[0]) + ") AS " + r.result.duck() + ")"
	}
}

// truncatesDecimal: no digit can be carried, so there is none more.
func truncatesDecimal(_ *checker, _ *ast.Call, r *resolved) {
	if t := r.result; t.Kind == DecimalType {
		r.result = decimalOf(max(1, t.P-t.S), 0)
	}
}

func emitRound(e *emitter, c *ast.Call, r *resolved) string {
	x := e.as(c.Args[0], r.params[0])
	if len(c.Args) == 2 {
		if r.result.Kind == DecimalType {
			if lit, ok := c.Args[1].(*ast.IntLit); ok {
				return fmt.Sprintf("CAST(round(%s, %d) AS %s)", x, lit.Value, r.result.duck())
			}
			e.refuse(c.Args[1], "the digits to round a decimal to are a literal", "")
		}
		return "CAST(round(" + x + ", CAST(" + e.x(c.Args[1]) + " AS INTEGER)) AS " + r.result.duck() + ")"
	}
	return "CAST(round(" + x + ") AS " + r.result.duck() + ")"
}

func emitLog(e *emitter, c *ast.Call, r *resolved) string {
	x := e.args(c, r)
	return "CASE WHEN " + x + " > 0 THEN " + r.fn.name + "(" + x + ") WHEN " + x + " = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN " + x +
		" < 0 THEN CAST('NaN' AS DOUBLE) END"
}
