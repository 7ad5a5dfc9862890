package sql

import (
	"fmt"
	"strings"

	"trailscribe/internal/sql/ast"
)

// emitter writes a checked statement for DuckDB. Every column is written with its relation, every relation and lambda
// parameter under a name unique in the statement, so that DuckDB's own rules for names never matter.
type emitter struct {
	c      *Checked
	lits   map[string]ast.Expr // of the parameters
	stands map[string]string   // what stands for a relation of the catalog

	refused []refusal
	at      map[*column]string // where a column is found, if not at its own relation
	vars    map[string]string  // what stands for a lambda's parameter
	reading map[*named]string  // what a query of WITH RECURSIVE that is being written reads for itself
	try     int
	calls   int      // how many calls of scalar functions it is inside of, in the same query
	own     []string // the names of its parameters
	bare    bool     // names are written as they are, see reference
	element string   // of the lambda that is being written
	growth  map[*column]bool
}

// duckdb writes the statement for DuckDB.
func (b *Bound) duckdb(stands map[string]string) string {
	return newEmitter(b.c, b.lits, stands).statement()
}

func newEmitter(c *Checked, lits map[string]ast.Expr, stands map[string]string) *emitter {
	return &emitter{c: c, lits: lits, stands: stands, at: map[*column]string{}, vars: map[string]string{}, reading: map[*named]string{},
		growth: map[*column]bool{}}
}

func (e *emitter) statement() string {
	var b strings.Builder
	b.Grow(4 * len(e.c.text))
	e.writeQuery(&b, e.c.query, true)
	return b.String()
}

// query is a query inside another.
func (e *emitter) query(q *ast.Query) string {
	calls, param := e.calls, e.element
	e.calls, e.element = 0, ""
	defer func() { e.calls, e.element = calls, param }()
	var b strings.Builder
	e.writeQuery(&b, q, false)
	return b.String()
}

// writeQuery writes a query. top: its columns are the statement's result and are turned into what can be fetched.
func (e *emitter) writeQuery(b *strings.Builder, q *ast.Query, top bool) {
	if q.With != nil {
		b.WriteString("WITH ")
		if q.With.Recursive {
			b.WriteString("RECURSIVE ")
		}
		for i, n := range q.With.Queries {
			if i > 0 {
				b.WriteString(", ")
			}
			c := e.c.ctes[n]
			if c.recursive {
				e.recursion(b, n)
				continue
			}
			b.WriteString(duckName(c.label))
			switch {
			case c.refs > 1:
				b.WriteString(" AS MATERIALIZED (")
			default:
				b.WriteString(" AS NOT MATERIALIZED (")
			}
			e.writeQuery(b, n.Query, false)
			b.WriteString(")")
		}
		b.WriteString(" ")
	}
	e.body(b, q.Body, top)
	f := e.c.queries[q]
	if len(q.OrderBy) > 0 {
		keys := make([]string, len(q.OrderBy))
		named := func(c *column) string {
			if top && fetched(c.typ) != "" && (c.expr != nil || len(c.from) == 1 && c.from[0].rel != nil) {
				return e.col(c)
			}
			return duckName(c.label)
		}
		for i, item := range q.OrderBy {
			if c := f.order[i]; c != nil {
				keys[i] = named(c) + order(item)
			} else {
				keys[i] = e.x(item.X) + order(item)
			}
		}
		if top {
			for _, c := range e.c.orderRest {
				keys = append(keys, named(c)+order(&ast.SortItem{}))
			}
		}
		b.WriteString(" ORDER BY " + strings.Join(keys, ", "))
	}
	if q.Limit != nil {
		b.WriteString(" LIMIT " + e.x(q.Limit))
	}
	if q.Offset != nil {
		b.WriteString(" OFFSET " + e.x(q.Offset))
	}
}

// order is the direction of a sort key, with the place of NULL said: it must not hang on a setting.
func order(s *ast.SortItem) string {
	d := " ASC"
	if s.Desc {
		d = " DESC"
	}
	if s.Nulls == ast.NullsFirst {
		return d + " NULLS FIRST"
	}
	return d + " NULLS LAST"
}

// fetch turns a result column into what the driver can fetch without loss: JSON and intervals as Trino's text.
func fetch(s string, t *Type) string {
	if f := fetched(t); f != "" {
		return fmt.Sprintf(f, s)
	}
	return s
}

// fetched is the conversion fetch applies, "" where there is none.
func fetched(t *Type) string {
	switch t.Kind {
	case JSONType:
		return "CAST(%s AS VARCHAR)"
	case UnknownType:
		return "CAST(%s AS VARCHAR)"
	case IntervalDayType:
		return "tr_interval_text(%s)"
	case IntervalMonthType:
		return "tr_months_text(%s)"
	}
	return ""
}
