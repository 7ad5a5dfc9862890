package yaml

import (
	"slices"
	"sync"

	"trailscribe/internal/diag"
)

// source is the text of a file with its lines as YAML counts them: CR LF, LF, CR, NEL, LS and PS each end one.
type source struct {
	name   string
	text   []rune
	starts []int    // index of the first character of each line
	ends   []int    // index behind the last character of each line, before the break
	lines  []string // so that the places of one long line share its text
}

func newSource(name, text string) *source {
	s := &source{name: name, text: []rune(text), starts: []int{0}}
	end := func(i int) {
		s.ends = append(s.ends, i)
		s.lines = append(s.lines, string(s.text[s.starts[len(s.starts)-1]:i]))
	}
	for i := 0; i < len(s.text); {
		if isBreak(s.text[i]) {
			end(i)
			i = s.skipBreak(i)
			s.starts = append(s.starts, i)
			continue
		}
		i++
	}
	end(len(s.text))
	return s
}

func isBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' }

// skipBreak is the index behind the line break at i.
func (s *source) skipBreak(i int) int {
	if i < len(s.text) && s.text[i] == '\r' && i+1 < len(s.text) && s.text[i+1] == '\n' {
		return i + 2
	}
	return min(i+1, len(s.text))
}

// line is the text of line n, from 1, without its break.
func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
}

// at is the place of a line and column, both from 1.
func (s *source) at(line, col int) diag.Pos {
	return diag.Pos{File: s.name, Line: line, Col: col, Text: s.line(line)}
}

// pos is the place of the character with that index.
func (s *source) pos(i int) diag.Pos {
	i = max(0, min(i, len(s.text)))
	n, found := slices.BinarySearch(s.starts, i)
	if !found {
		n--
	}
	return s.at(n+1, i-s.starts[n]+1)
}

// index is the inverse of pos.
func (s *source) index(line, col int) int {
	if line < 1 || line > len(s.starts) {
		return len(s.text)
	}
	return max(0, min(s.starts[line-1]+col-1, len(s.text)))
}

// style is how a scalar is written.
type style uint8

const (
	plain style = iota
	single
	double
	literal
	folded
)

// places returns the function that maps characters of a scalar's value to places. It reads the scalar again from the text, and trusts
// what it read only if that gives the same value; else every character is said to be where the scalar begins.
func (s *source) places(line, col int, st style, value string) func(int) diag.Pos {
	marks := sync.OnceValue(func() []int {
		m, _ := s.scan(s.index(line, col), st, []rune(value))
		return m
	})
	return func(char int) diag.Pos {
		m := marks()
		if len(m) == 0 {
			return s.at(line, col)
		}
		return s.pos(m[max(0, min(char, len(m)-1))])
	}
}

// scan reads the scalar that starts at index start and has that value. marks holds the index of each character of the value and one more
// for the place behind the last; end is the index behind the scalar. Both are zero where the text does not give the value.
func (s *source) scan(start int, st style, value []rune) (marks []int, end int) {
	switch st {
	case literal, folded:
		return s.scanBlock(start, st == folded, value)
	default:
		return s.scanFlow(start, st, value)
	}
}

// scanFlow reads a plain or quoted scalar, led by its value.
func (s *source) scanFlow(start int, st style, value []rune) ([]int, int) {
	t, i := s.text, start
	var quote rune
	switch st {
	case single:
		quote = '\''
	case double:
		quote = '"'
	}
	if quote != 0 {
		if i >= len(t) || t[i] != quote {
			return nil, 0
		}
		i++
	}
	marks := make([]int, 0, len(value)+1)
	for v := 0; v < len(value); {
		if i >= len(t) {
			return nil, 0
		}
		if isBlank(t[i]) || isBreak(t[i]) { // white space: literal within a line, folded around breaks
			j, breaks := i, 0
			for j < len(t) && (isBlank(t[j]) || isBreak(t[j])) {
				if isBreak(t[j]) {
					breaks++
					j = s.skipBreak(j)
				} else {
					j++
				}
			}
			if breaks > 0 {
				fold := []rune{' '}
				if breaks > 1 {
					fold = slices.Repeat([]rune{'\n'}, breaks-1)
				}
				for _, r := range fold {
					if v >= len(value) || value[v] != r {
						return nil, 0
					}
					marks = append(marks, i)
					v++
				}
				i = j
				continue
			}
		}
		switch {
		case st == double && t[i] == '\\':
			n := 2
			if i+1 < len(t) {
				switch c := t[i+1]; {
				case isBreak(c): // an escaped break joins the lines
					i = s.skipBreak(i + 1)
					for i < len(t) && isBlank(t[i]) {
						i++
					}
					continue
				case c == 'x':
					n = 4
				case c == 'u':
					n = 6
				case c == 'U':
					n = 10
				}
			}
			marks = append(marks, i)
			i += n
			v++
		case st == single && t[i] == '\'':
			if value[v] != '\'' || i+1 >= len(t) || t[i+1] != '\'' {
				return nil, 0
			}
			marks = append(marks, i)
			i += 2
			v++
		case t[i] == value[v]:
			marks = append(marks, i)
			i++
			v++
		default:
			return nil, 0
		}
	}
	marks = append(marks, i)
	if quote != 0 {
		for i < len(t) && t[i] != quote { // trailing white space or an escaped break
			i++
		}
		if i >= len(t) {
			return nil, 0
		}
		i++
	}
	return marks, i
}

// scanBlock reads a scalar after | or >.
func (s *source) scanBlock(start int, fold bool, value []rune) ([]int, int) {
	t, i := s.text, start
	if i >= len(t) || t[i] != '|' && t[i] != '>' {
		return nil, 0
	}
	chomp := rune(0)
	for i++; i < len(t) && (t[i] == '+' || t[i] == '-' || t[i] >= '1' && t[i] <= '9'); i++ {
		if t[i] == '+' || t[i] == '-' {
			chomp = t[i]
		}
	}
	for i < len(t) && !isBreak(t[i]) {
		i++
	}
	i = s.skipBreak(i)
	if len(value) == 0 {
		return []int{i}, i
	}
	// The indent is that of the first line with text, or an indicator's above the parent's, which the scalar alone does not tell: the value
	// does.
	first := 0
	for j := i; j < len(t); {
		n := 0
		for j < len(t) && t[j] == ' ' {
			j, n = j+1, n+1
		}
		if j < len(t) && isBreak(t[j]) {
			j = s.skipBreak(j)
			continue
		}
		first = n
		break
	}
	for indent := first; indent >= 0 && first-indent < maxDepth; indent-- {
		got, marks, end := s.block(i, indent, fold, chomp)
		if slices.Equal(got, value) {
			return marks, end
		}
	}
	for indent := first + 1; indent < first+16; indent++ {
		got, marks, end := s.block(i, indent, fold, chomp)
		if slices.Equal(got, value) {
			return marks, end
		}
	}
	return nil, 0
}

// block gives the value and marks of a block scalar's lines, by the rules of libyaml, which yaml.v3 is a port of.
func (s *source) block(i, indent int, fold bool, chomp rune) (value []rune, marks []int, end int) {
	type char struct {
		r rune
		i int
	}
	t := s.text
	var out, lead, trail []char
	brk := func() char {
		c := char{'\n', i}
		if t[i] == '\u2028' || t[i] == '\u2029' {
			c.r = t[i]
		}
		i = s.skipBreak(i)
		return c
	}
	col := 0
	breaks := func() { // indentation, and lines without text
		for {
			col = 0
			for i < len(t) && col < indent && t[i] == ' ' {
				i, col = i+1, col+1
			}
			if i >= len(t) || !isBreak(t[i]) {
				return
			}
			trail = append(trail, brk())
		}
	}
	breaks()
	leadBlank := false
	end = i
	for i < len(t) && col == indent {
		blank := isBlank(t[i])
		if fold && !leadBlank && !blank && len(lead) > 0 && lead[0].r == '\n' {
			if len(trail) == 0 {
				out = append(out, char{' ', lead[0].i})
			}
		} else {
			out = append(out, lead...)
		}
		out = append(out, trail...)
		lead, trail = nil, nil
		leadBlank = blank
		for i < len(t) && !isBreak(t[i]) {
			out = append(out, char{t[i], i})
			i++
		}
		end = i
		if i < len(t) {
			lead = append(lead, brk())
			end = i
		}
		breaks()
	}
	if chomp != '-' {
		out = append(out, lead...)
	}
	if chomp == '+' {
		out = append(out, trail...)
	}
	last := 0
	for _, c := range out {
		value, marks, last = append(value, c.r), append(marks, c.i), c.i+1
	}
	return value, append(marks, last), end
}
