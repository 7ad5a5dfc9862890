package yaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	yaml3 "gopkg.in/yaml.v3"

	"trailscribe/internal/diag"
)

// Limits of a file. A definition of this project is a few kilobytes; what is larger is not one.
const (
	MaxBytes = 8 << 20 // of a file; who reads one need not read more
	maxDepth = 100
)

// Decode reads one file and holds it to its shape. It returns every problem at once, each with its place; the value is usable where no
// problem is an error, and nil where the file could not be read as YAML at all. name is what places call the file.
func Decode(name string, data []byte, shape *Shape) (*Value, diag.Problems) {
	v, bad := parse(name, data)
	if v == nil {
		return nil, bad
	}
	c := checker{bad: bad}
	c.check(v, shape, "")
	return v, c.bad.Sort()
}

// parse reads the one document of a file into values.
func parse(name string, data []byte) (v *Value, bad diag.Problems) {
	at := diag.Pos{File: name, Line: 1, Col: 1}
	defer func() {
		if r := recover(); r != nil {
			v, bad = nil, diag.Problems{{At: at, Text: "the file cannot be read as YAML", Hint: "check the indentation and the quotes",
				Rule: "yaml-syntax"}}
		}
	}()
	if len(data) > MaxBytes {
		return nil, diag.Problems{{At: at, Rule: "yaml-size", Text: fmt.Sprintf("the file has %d bytes; at most %d are read", len(data),
			MaxBytes)}}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		line := 1 + bytes.Count(data[:invalid(data)], []byte("\n"))
		return nil, diag.Problems{{At: diag.Pos{File: name, Line: line, Col: 1}, Text: "the file is not UTF-8", Hint: "save it as UTF-8",
			Rule: "yaml-encoding"}}
	}
	src := newSource(name, string(data))
	at = src.at(1, 1)
	dec := yaml3.NewDecoder(bytes.NewReader(data))
	var doc yaml3.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, diag.Problems{{At: at, Text: "the file is empty", Rule: "yaml-empty"}}
		}
		return nil, diag.Problems{syntax(src, data, err)}
	}
	var more yaml3.Node
	switch err := dec.Decode(&more); {
	case err == nil:
		return nil, diag.Problems{{At: src.at(max(more.Line, 1), max(more.Column, 1)), Rule: "yaml-documents",
			Text: "the file holds more than one document", Hint: "put each document into a file of its own and remove the line ---"}}
	case !errors.Is(err, io.EOF):
		return nil, diag.Problems{syntax(src, data, err)}
	}
	if len(doc.Content) == 0 {
		return nil, diag.Problems{{At: at, Text: "the file is empty", Rule: "yaml-empty"}}
	}
	b := builder{src: src}
	v = b.value(doc.Content[0], 0)
	if b.stop {
		return nil, b.bad.Sort()
	}
	return v, b.bad
}

// invalid is the offset of the first byte that is not UTF-8.
func invalid(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(data)
}

var lineOf = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// What the parser says, in words that help. The parser's own words follow where nothing is known.
var syntaxWords = []struct{ has, text, hint string }{
	{"mapping values are not allowed", "a colon stands where no key is expected",
		`put the value into quotes if it contains ": ", and check the indentation`},
	{"found character that cannot start any token", "a character stands here that cannot begin a value",
		"indent with spaces, not tabs, and put values that begin with @, ` or % into quotes"},
	{"found a tab character", "a tab is used for indentation", "indent with spaces"},
	{"did not find expected key", "the line does not fit the mapping it stands in",
		"check the indentation and that the quotes of the line are closed"},
	{"did not find expected '-' indicator", "the line does not fit the list it stands in", `begin each item with "- " at the same column`},
	{"could not find expected ':'", "a key without its colon", `write "key: value"`},
	{"did not find expected ',' or", "a list or mapping in brackets is not closed", "close the bracket, or put a comma between the items"},
	{"found unexpected end of stream", "a quoted text is not closed", "close the quote"},
	{"did not find expected hexdecimal number", "an escape in double quotes is not complete",
		`use single quotes, or write \\ for a backslash`},
	{"found unknown escape character", "an escape in double quotes that YAML does not know", `use single quotes, or write \\ for a backslash`},
	{"control characters are not allowed", "the file contains a control character", "remove it"},
	{"found undefined tag handle", "a tag (!) that is not known", "remove it, or put the value into quotes"},
}

// syntax turns the parser's error into a problem. The parser names the line where the structure around the error began, or none, so the
// line is searched: it is the last of the shortest beginning of the file that fails in the same way.
func syntax(src *source, data []byte, err error) diag.Problem {
	m := lineOf.FindStringSubmatch(err.Error())
	p := diag.Problem{Text: err.Error(), Rule: "yaml-syntax"}
	line := 1
	if m != nil {
		p.Text = "not valid YAML: " + m[2]
		if n, e := strconv.Atoi(m[1]); e == nil {
			line = n
		}
		for _, w := range syntaxWords {
			if strings.Contains(m[2], w.has) {
				p.Text, p.Hint = w.text, w.hint
				break
			}
		}
		if len(data) < 1<<20 {
			lo, hi := 0, len(src.starts) // the first lo lines do not fail so, the first hi do
			for hi-lo > 1 {
				mid := (lo + hi) / 2
				if e := tryParse(string(src.text[:src.starts[mid]])); e != nil && strings.HasSuffix(e.Error(), m[2]) {
					hi = mid
				} else {
					lo = mid
				}
			}
			line = hi
		}
	}
	for line > 1 && strings.TrimSpace(src.line(line)) == "" {
		line--
	}
	text := src.line(line)
	trimmed := strings.TrimLeft(text, " ")
	p.At = src.at(line, utf8.RuneCountInString(text)-utf8.RuneCountInString(trimmed)+1)
	p.Width = max(1, utf8.RuneCountInString(strings.TrimRight(trimmed, " \t")))
	return p
}

func tryParse(text string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	dec := yaml3.NewDecoder(strings.NewReader(text))
	for {
		var n yaml3.Node
		if err := dec.Decode(&n); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
