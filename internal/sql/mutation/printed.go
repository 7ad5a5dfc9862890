package mutation

import (
	"fmt"

	"trailscribe/internal/sql"
)

// Request is what the printer is asked first; then come Calls.
type Request struct {
	Expressions []string // statements to write for DuckDB
	Statements  []string // statements to parse only: their relations are nowhere
}

// Printing is the printer's answer to a Request.
type Printing struct {
	Macros      []string
	Expressions []Printed
	Taken       []bool // of Request.Statements
}

// Printed is what became of an expression.
type Printed struct {
	SQL     string   // for DuckDB
	Types   []string // of the columns
	Refused string   // not "": why Parse or Check did not take it
	Broken  string   // not "": the program broke
}

// Call asks for a Go function of the printer's internal/sql.
type Call struct {
	Name string
	Args []any
}

// Answer is the value of a Call; a nil Value is NULL.
type Answer struct {
	Value any
	Error string
}

// Print writes a statement for DuckDB with the internal/sql that this program is linked with.
func Print(text string) (p Printed) {
	defer func() {
		if r := recover(); r != nil {
			p = Printed{Broken: fmt.Sprint(r)}
		}
	}()
	parsed, probs := sql.Parse(text, nil)
	if probs.Err() != nil {
		return Printed{Refused: probs.Error()}
	}
	c, probs := parsed.Check(sql.Catalog{}, nil)
	if c == nil {
		return Printed{Refused: probs.Error()}
	}
	b, err := c.Bind(nil)
	if err != nil {
		return Printed{Refused: err.Error()}
	}
	return Printed{SQL: b.Text(sql.DuckDB, nil), Types: c.Types()}
}

// Taken says whether the parser takes a statement.
func Taken(text string) (taken bool) {
	defer func() {
		if recover() != nil {
			taken = false
		}
	}()
	_, probs := sql.Parse(text, nil)
	return probs.Err() == nil
}
