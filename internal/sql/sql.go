// Package sql is Athena's SELECT language. It knows no CloudTrail: relations come in as a Catalog.
//
// A text is parsed (Parse), its names and types are checked against a catalog (Check), its parameters become literals (Bind),
// and it is written for an engine (Text). What one engine would accept or answer differently from the other is refused on the way.
package sql

import (
	"trailscribe/internal/diag"
	"trailscribe/internal/result"
	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// Dialect is the language of an engine.
type Dialect uint8

const (
	Trino  Dialect = iota + 1 // Athena engine version 3
	DuckDB                    // DuckDB 1.5
)

type (
	// Column is a column of a relation; Type is in Trino's spelling.
	Column struct{ Name, Type string }
	// Catalog holds the columns of each relation a statement may read.
	Catalog map[string][]Column
	// Types holds the type of each parameter: one of those of ParamType, or an SQL type.
	Types map[string]string
	// Values holds the value of each parameter; which Go types are meant says Bind.
	Values map[string]any
)

type (
	// Parsed is exactly one SELECT.
	Parsed struct {
		text       string
		at         func(char int) diag.Pos
		query      *ast.Query
		paramNames []string // in order of first use
		exprs      int      // how many expressions it has
	}
	// Checked is a statement whose names and types hold.
	Checked struct {
		*Parsed
		*facts
		declared Types // as given to Check: what Bind holds values against
	}
	// Bound has its parameters as literals. Only a Bound can be run.
	Bound struct {
		c    *Checked
		cols []result.Column
		lits map[string]ast.Expr // parameter name -> the literal that stands for it; literalText writes it
	}
)

// Columns are the columns of the result.
func (b *Bound) Columns() []result.Column { return b.cols }

// Text writes the statement for a dialect. stands gives a relation the table name or the (SELECT …) in parentheses that stands
// for it at the engine; it is put in as it is, so it must never come from outside. Text(Trino, nil) is what a report prints and hashes.
func (b *Bound) Text(d Dialect, stands map[string]string) string {
	if d == DuckDB {
		return b.duckdb(stands)
	}
	return printTrino(b.c.query, b.lits, stands, b.c.restNames()...)
}

// Uses are the columns of a relation that the statement reads, in the catalog's order.
func (b *Bound) Uses(relation string) []string { return b.c.Uses(relation) }

// Parse reads exactly one SELECT of Athena engine version 3. at gives the place in a file of a character of the text, counted
// from 0; nil counts lines of the text itself. All problems are errors: where there is one, Parsed is nil.
func Parse(text string, at func(char int) diag.Pos) (*Parsed, diag.Problems) {
	s, problems := parser.Parse(text, at)
	if s == nil {
		return nil, problems
	}
	return &Parsed{text: text, at: s.At, query: s.Query, paramNames: s.Params, exprs: s.Exprs}, nil
}

// Query is the tree of the statement, for those who look into it. It must not be changed.
func (p *Parsed) Query() *ast.Query { return p.query }

// Params are the names of the parameters, each once, in the order of the text.
func (p *Parsed) Params() []string { return p.paramNames }
