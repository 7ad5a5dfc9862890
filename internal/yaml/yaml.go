// Package yaml reads and edits the project's files: every value with its place, all problems at once, a JSON Schema from the same
// definition. The only package that imports gopkg.in/yaml.v3.
package yaml

import (
	"fmt"
	"unicode/utf8"

	"trailscribe/internal/diag"
)

// Node is a scalar with its place.
type Node struct {
	At    diag.Pos
	Value string
	place func(char int) diag.Pos
	width int // characters the value takes on its first line in the file; 0: those of Value
}

// Place is the position in the file of character n (from 0, counted in runes) of the value, block scalars included: problems inside sql: |
// point at their own character.
func (n Node) Place(char int) diag.Pos {
	if n.place == nil {
		return n.At
	}
	return n.place(char)
}

// Problem is a problem that underlines the value in the file.
func (n Node) Problem(format string, args ...any) diag.Problem {
	w := n.width
	if w == 0 {
		w = utf8.RuneCountInString(n.Value)
	}
	return diag.Problem{At: n.At, Width: w, Text: fmt.Sprintf(format, args...)}
}
