// Package yaml reads and edits the project's files: every value with its place, all problems at once, a JSON Schema from the same definition.
// The only package that imports gopkg.in/yaml.v3.
package yaml

import "trailscribe/internal/diag"

// Node is a scalar with its place.
type Node struct {
	At    diag.Pos
	Value string
	place func(char int) diag.Pos
}

// Place is the position in the file of character n (from 0, counted in runes) of the value, block scalars included: problems inside sql: | point at their own character.
func (n Node) Place(char int) diag.Pos {
	if n.place == nil {
		return n.At
	}
	return n.place(char)
}
