// Package diag is a place in a file and the problems found there.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a character in a file. Line and Col count from 1; Col counts characters, not bytes. The zero Pos is nowhere.
type Pos struct {
	File      string
	Line, Col int
	Text      string // the whole source line, so that a problem can show it without opening the file again
}

// String is path:line:col, as editors and CI systems link it.
func (p Pos) String() string {
	switch {
	case p.File == "" && p.Line == 0:
		return ""
	case p.Line == 0:
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Problem is one thing wrong at one place, in words a user can act on.
type Problem struct {
	At      Pos
	Text    string   // what is wrong
	Allowed []string // what would be right; empty where no list can be given
	Hint    string   // what to do next, a full sentence without the final stop
	Rule    string   // short kebab-case name of the rule, "" for syntax
	Width   int      // how many characters the caret underlines; 0 means one
	Warning bool     // does not make the file unusable
	Decides bool     // the value here is of the wrong kind or form; Sort drops what else was found at the place, which only follows from it
}

// Error is one line: place, text and what would be right.
func (p Problem) Error() string {
	var b strings.Builder
	if at := p.At.String(); at != "" {
		b.WriteString(at + ": ")
	}
	if p.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.Text)
	if len(p.Allowed) > 0 {
		b.WriteString("; allowed: " + strings.Join(p.Allowed, ", "))
	}
	if p.Rule != "" {
		b.WriteString(" [" + p.Rule + "]")
	}
	return b.String()
}

// Problems are all that was found in one load, in the order of their places.
type Problems []Problem

// Err is nil if there are only warnings; else an error that is all problems, one a line. errors.As gives the Problems back.
func (p Problems) Err() error {
	if !slices.ContainsFunc(p, func(q Problem) bool { return !q.Warning }) {
		return nil
	}
	return p
}

// Error is every problem on a line of its own.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, q := range p {
		lines[i] = q.Error()
	}
	return strings.Join(lines, "\n")
}

// Sort orders problems by file, line and column, keeping the order of those at one place. Where one of them decides, the others at its
// place are dropped.
func (p Problems) Sort() Problems {
	order := func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.At.File, b.At.File), a.At.Line-b.At.Line, a.At.Col-b.At.Col)
	}
	slices.SortStableFunc(p, order)
	out := p[:0]
	for len(p) > 0 {
		n := 1
		for n < len(p) && order(p[0], p[n]) == 0 {
			n++
		}
		here := p[:n]
		if i := slices.IndexFunc(here, func(q Problem) bool { return q.Decides }); i >= 0 && p[0].At.Line > 0 {
			here = here[i : i+1]
		}
		out, p = append(out, here...), p[n:]
	}
	return out
}
