package sql

import (
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
)

// recursion writes a query of WITH RECURSIVE that reads itself. Trino writes the query that goes on ten times, one upon the other,
// and puts all rows together; a row of the eleventh is an error. So here each row carries how many steps it took, and UNION without
// ALL, which to DuckDB means that rows which came before end the recursion, leaves out equal rows when all steps are done.
func (e *emitter) recursion(b *strings.Builder, n *ast.NamedQuery) {
	c, op := e.c.ctes[n], n.Query.Body.(*ast.SetOp)
	names := make([]string, len(c.cols))
	for i, col := range c.cols {
		names[i] = duckName(col.label)
	}
	cols, steps, depth := strings.Join(names, ", "), c.label, duckName("steps")
	if !op.All {
		steps += ".steps"
	}
	steps = duckName(steps)
	e.reading[c] = steps
	b.WriteString(steps + "(" + cols + ", " + depth + ") AS (SELECT " + cols + ", 0 FROM (")
	e.body(b, op.Left, false)
	b.WriteString(") AS " + duckName("first") + "(" + cols + ") UNION ALL SELECT ")
	for i, col := range e.c.queries[n.Query].cols {
		b.WriteString(coerceSQL(names[i], col.from[1].typ, c.cols[i].typ) + ", ")
	}
	b.WriteString("CAST(tr_depth(" + depth + ", " + strconv.Itoa(maxRecursion) + ") AS INTEGER) FROM (SELECT *, (SELECT max(" + depth +
		") + 1 FROM " + steps + ") AS " + depth + " FROM (")
	e.body(b, op.Right, false)
	b.WriteString(") AS " + duckName("next") + "(" + cols + ")))")
	if !op.All {
		b.WriteString(", " + duckName(c.label) + "(" + cols + ") AS (SELECT DISTINCT " + cols + " FROM " + steps + ")")
	}
	delete(e.reading, c)
}
