// Package sql is Athena's SELECT language. It knows no CloudTrail: relations come in as a Catalog.
package sql

import (
	"trailscribe/internal/diag"
	"trailscribe/internal/result"
)

type Dialect uint8

const (
	Trino Dialect = iota + 1
	DuckDB
)

type (
	Column  struct{ Name, Type string }
	Catalog map[string][]Column // relation name -> columns
	Types   map[string]string   // parameter name -> type
	Values  map[string]any      // parameter name -> typed value
)

// Parsed is exactly one SELECT. Checked has resolved names and types. Bound has its parameters as literals; only Bound can be run.
type (
	Parsed struct {
		text   string
		at     func(char int) diag.Pos
		query  *Query
		params []string // in order of first use
	}
	Checked struct {
		*Parsed
		types Types // as given to Check: what Bind holds values against
	}
	Bound struct {
		c    *Checked
		cols []result.Column
		lits map[string]Expr // parameter name -> the literal that stands for it; literalText writes it
	}
)

func (p *Parsed) Check(c Catalog, t Types) (*Checked, diag.Problems) { return &Checked{Parsed: p, types: t}, nil }
func (c *Checked) Uses(relation string) []string                     { return nil } // columns read: what staging must hold
func (c *Checked) Bind(v Values) (*Bound, error)                     { return &Bound{c: c}, nil }
func (b *Bound) Columns() []result.Column                            { return b.cols }

// Text writes the statement for a dialect; rename gives a relation the table name or the (SELECT …) that stands for it at the engine.
// Text(Trino, nil) is what a report prints and hashes.
func (b *Bound) Text(d Dialect, rename map[string]string) string { return b.c.text }
func Literal(d Dialect, v any) (string, error)                   { return "", nil }
