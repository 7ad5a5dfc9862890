package yaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	yaml3 "gopkg.in/yaml.v3"

	"trailscribe/internal/diag"
)

// Limits of a file. A definition of this project is a few kilobytes; what is larger is not one.
const (
	maxBytes = 8 << 20
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
			v, bad = nil, diag.Problems{{At: at, Text: "the file cannot be read as YAML", Hint: "check the indentation and the quotes", Rule: "yaml-syntax"}}
		}
	}()
	if len(data) > maxBytes {
		return nil, diag.Problems{{At: at, Rule: "yaml-size", Text: fmt.Sprintf("the file has %d bytes; at most %d are read", len(data), maxBytes)}}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		line := 1 + bytes.Count(data[:invalid(data)], []byte("\n"))
		return nil, diag.Problems{{At: diag.Pos{File: name, Line: line, Col: 1}, Text: "the file is not UTF-8", Hint: "save it as UTF-8", Rule: "yaml-encoding"}}
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
		return nil, diag.Problems{{At: src.at(max(more.Line, 1), max(more.Column, 1)), Rule: "yaml-documents", Text: "the file holds more than one document", Hint: "put each document into a file of its own and remove the line ---"}}
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
	{"mapping values are not allowed", "a colon stands where no key is expected", `put the value into quotes if it contains ": ", and check the indentation`},
	{"found character that cannot start any token", "a character stands here that cannot begin a value", "indent with spaces, not tabs, and put values that begin with @, ` or % into quotes"},
	{"found a tab character", "a tab is used for indentation", "indent with spaces"},
	{"did not find expected key", "the line does not fit the mapping it stands in", "check the indentation and that the quotes of the line are closed"},
	{"did not find expected '-' indicator", "the line does not fit the list it stands in", `begin each item with "- " at the same column`},
	{"could not find expected ':'", "a key without its colon", `write "key: value"`},
	{"did not find expected ',' or", "a list or mapping in brackets is not closed", "close the bracket, or put a comma between the items"},
	{"found unexpected end of stream", "a quoted text is not closed", "close the quote"},
	{"did not find expected hexdecimal number", "an escape in double quotes is not complete", `use single quotes, or write \\ for a backslash`},
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

// builder turns the parser's nodes into values and refuses what has no place in a definition.
type builder struct {
	src  *source
	bad  diag.Problems
	stop bool // the tree is not complete
}

func (b *builder) problem(n *yaml3.Node, rule, text, hint string) {
	b.bad = append(b.bad, diag.Problem{At: b.src.at(n.Line, n.Column), Text: text, Hint: hint, Rule: rule})
}

func (b *builder) value(n *yaml3.Node, depth int) *Value {
	if b.stop {
		return nil
	}
	if depth > maxDepth {
		b.problem(n, "yaml-depth", fmt.Sprintf("values are nested more than %d levels deep", maxDepth), "")
		b.stop = true
		return nil
	}
	if n.Kind == yaml3.AliasNode {
		b.problem(n, "yaml-alias", fmt.Sprintf("the alias *%s: aliases are not allowed", n.Value), "write the value out")
		b.stop = true
		return nil
	}
	if n.Anchor != "" {
		b.problem(n, "yaml-alias", fmt.Sprintf("the anchor &%s: anchors are not allowed", n.Anchor), "write the value out where it is needed")
		b.stop = true
		return nil
	}
	if n.Style&yaml3.TaggedStyle != 0 {
		b.problem(n, "yaml-tag", fmt.Sprintf("the tag %s: tags are not allowed", n.Tag), "remove it, or put the value into quotes")
		b.stop = true
		return nil
	}
	v := &Value{Node: Node{At: b.src.at(n.Line, n.Column)}, src: b.src, flow: n.Style&yaml3.FlowStyle != 0}
	switch n.Kind {
	case yaml3.ScalarNode:
		v.Value = n.Value
		v.style, v.tag = styleOf(n), tagOf(n)
		v.place = b.src.places(n.Line, n.Column, v.style, n.Value)
		v.width = b.width(n, v)
	case yaml3.SequenceNode:
		v.kind = list
		for _, c := range n.Content {
			v.items = append(v.items, b.value(c, depth+1))
		}
	case yaml3.MappingNode:
		v.kind = mapping
		first := map[string]diag.Pos{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := b.value(n.Content[i], depth+1)
			x := b.value(n.Content[i+1], depth+1)
			if b.stop {
				return nil
			}
			if k.kind != scalar || k.tag == "null" {
				b.problem(n.Content[i], "yaml-key", "a key must be a text", `write "key: value"`)
				continue
			}
			if k.Value == "<<" && k.style == plain {
				b.problem(n.Content[i], "yaml-alias", "<<: merging is not allowed", "write the keys out")
				continue
			}
			if at, twice := first[k.Value]; twice {
				p := k.Problem("the key %q stands here twice; first in line %d", k.Value, at.Line)
				p.Rule, p.Hint = "yaml-duplicate", "remove one of the two"
				b.bad = append(b.bad, p)
				continue
			}
			first[k.Value] = k.At
			v.keys, v.items = append(v.keys, k.Node), append(v.items, x)
		}
	}
	return v
}

// width is how many characters of the first line a scalar takes.
func (b *builder) width(n *yaml3.Node, v *Value) int {
	if v.style == literal || v.style == folded {
		return 1
	}
	w := utf8.RuneCountInString(n.Value)
	if v.style != plain {
		w += 2
	}
	if n.Line < 1 || n.Line > len(b.src.ends) {
		return 1
	}
	return max(1, min(w, b.src.ends[n.Line-1]-b.src.index(n.Line, n.Column)))
}

func styleOf(n *yaml3.Node) style {
	switch {
	case n.Style&yaml3.LiteralStyle != 0:
		return literal
	case n.Style&yaml3.FoldedStyle != 0:
		return folded
	case n.Style&yaml3.SingleQuotedStyle != 0:
		return single
	case n.Style&yaml3.DoubleQuotedStyle != 0:
		return double
	}
	return plain
}

func tagOf(n *yaml3.Node) string {
	switch n.ShortTag() {
	case "!!int":
		return "int"
	case "!!float":
		return "float"
	case "!!bool":
		return "bool"
	case "!!null":
		return "null"
	case "!!timestamp":
		return "time"
	}
	return "str"
}

// checker holds values to shapes.
type checker struct{ bad diag.Problems }

func (c *checker) add(p diag.Problem, rule string) {
	p.Rule = rule
	c.bad = append(c.bad, p)
}

func (k Kind) word() string {
	switch k {
	case Text:
		return "a text"
	case Int:
		return "a whole number"
	case Number:
		return "a number"
	case Bool:
		return "true or false"
	case List:
		return "a list"
	case Object, Map:
		return "a mapping of keys to values"
	}
	return "a value"
}

// written says what stands in the file.
func (v *Value) written() string {
	switch {
	case v.kind == list:
		return "a list"
	case v.kind == mapping:
		return "a mapping"
	}
	switch v.tag {
	case "null":
		return "nothing"
	case "bool":
		return "the truth value " + v.Value
	case "int", "float":
		return "the number " + v.Value
	case "time":
		return "the date " + v.Value
	}
	return fmt.Sprintf("the text %q", short(v.Value))
}

func short(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:37]) + "…"
	}
	return s
}

func label(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

func (c *checker) wrong(v *Value, s *Shape, path string) {
	c.wrongKind(v, s.Kind.word(), path)
}

func (c *checker) wrongKind(v *Value, word, path string) {
	if v.IsNull() {
		p := v.Problem("%s has no value; it must be %s", label(path), word)
		p.Width = 1
		p.Hint = "write a value or remove the key"
		c.add(p, "yaml-type")
		return
	}
	p := v.Problem("%s must be %s, this is %s", label(path), word, v.written())
	if v.kind != scalar {
		p.Width = 1
	}
	c.add(p, "yaml-type")
}

func (c *checker) check(v *Value, s *Shape, path string) {
	if v == nil || s == nil {
		return
	}
	if s.Null && v.IsNull() {
		return
	}
	switch s.Kind {
	case Text:
		c.text(v, s, path)
	case Int, Number:
		ok := v.kind == scalar && (v.tag == "int" || s.Kind == Number && v.tag == "float")
		if _, err := strconv.ParseInt(v.Value, 0, 64); ok && v.tag == "int" && err != nil {
			ok = false
		}
		if _, err := strconv.ParseFloat(v.Value, 64); ok && v.tag == "float" && err != nil {
			ok = false // .inf, .nan, 1_000.5
		}
		if !ok {
			c.wrong(v, s, path)
			return
		}
		if n := v.Number(); (s.Min != 0 || s.Max != 0) && (n < float64(s.Min) || n > float64(s.Max)) {
			c.add(v.Problem("%s is %s; it must be from %d to %d", label(path), v.Value, s.Min, s.Max), "yaml-range")
		}
	case Bool:
		if v.kind != scalar || v.tag != "bool" {
			c.wrong(v, s, path)
		}
	case List:
		if v.kind != list {
			c.wrong(v, s, path)
			return
		}
		if len(v.items) < s.AtLeast {
			c.add(v.Problem("%s has %d items; it needs at least %d", label(path), len(v.items), s.AtLeast), "yaml-length")
		}
		for i, x := range v.items {
			c.check(x, s.Item, fmt.Sprintf("%s[%d]", path, i))
		}
	case Map:
		c.mapping(v, s, path)
	case Object:
		c.object(v, s, path)
	case Either:
		var words []string
		for _, alt := range s.Shapes {
			if alt.fits(v) {
				c.check(v, alt, path)
				return
			}
			words = append(words, alt.Kind.word())
		}
		c.wrongKind(v, strings.Join(slices.Compact(words), " or "), path)
	case Any:
		c.any(v, path)
	}
}

// fits tells whether a value is written as the shape wants it, whatever it says.
func (s *Shape) fits(v *Value) bool {
	switch s.Kind {
	case List:
		return v.kind == list
	case Object, Map:
		return v.kind == mapping
	case Bool:
		return v.kind == scalar && v.tag == "bool"
	case Int:
		return v.kind == scalar && v.tag == "int"
	case Number:
		return v.kind == scalar && (v.tag == "int" || v.tag == "float")
	case Any:
		return true
	}
	return v.kind == scalar
}

func (c *checker) text(v *Value, s *Shape, path string) {
	if v.kind != scalar || v.tag == "null" {
		c.wrong(v, s, path)
		return
	}
	if !s.Bare && v.tag != "str" && v.tag != "time" {
		p := v.Problem("%s must be a text; without quotes %s is read as %s", label(path), v.Value, map[string]string{"int": "a number", "float": "a number", "bool": "a truth value"}[v.tag])
		p.Hint = fmt.Sprintf("quote it: %q", v.Value)
		c.add(p, "yaml-type")
		return
	}
	switch {
	case strings.TrimSpace(v.Value) == "" && !s.Empty:
		c.add(v.Problem("%s is empty", label(path)), "yaml-empty")
	case len(s.Values) > 0 && !slices.Contains(s.Values, v.Value):
		p := v.Problem("%s cannot be %q%s", label(path), short(v.Value), didYouMean(v.Value, s.Values))
		p.Allowed = s.Values
		c.add(p, "yaml-value")
	case s.Pattern != "" && !whole(s.Pattern).MatchString(v.Value):
		like := s.Like
		if like == "" {
			like = s.Pattern
		}
		c.add(v.Problem("%s cannot be %q; it must be %s", label(path), short(v.Value), like), "yaml-value")
	}
}

func whole(pattern string) *regexp.Regexp { return regexp.MustCompile(`\A(?:` + pattern + `)\z`) }

func (c *checker) mapping(v *Value, s *Shape, path string) {
	if v.kind != mapping {
		c.wrong(v, s, path)
		return
	}
	if len(v.keys) < s.AtLeast {
		c.add(v.Problem("%s has %d entries; it needs at least %d", label(path), len(v.keys), s.AtLeast), "yaml-length")
	}
	for i, k := range v.keys {
		if len(s.Keys) > 0 && !slices.Contains(s.Keys, k.Value) {
			c.unknown(k, s.Keys, path)
			continue
		}
		if s.Pattern != "" && !whole(s.Pattern).MatchString(k.Value) {
			c.add(k.Problem("the key %q of %s must be %s", short(k.Value), label(path), s.Like), "yaml-value")
		}
		c.check(v.items[i], s.Item, join(path, k.Value))
	}
}

func (c *checker) object(v *Value, s *Shape, path string) {
	if v.kind != mapping {
		c.wrong(v, s, path)
		return
	}
	var names []string
	for _, f := range s.Fields {
		names = append(names, f.Name)
		if f.Required && !slices.ContainsFunc(v.keys, func(k Node) bool { return k.Value == f.Name }) {
			p := diag.Problem{At: v.At, Width: 1, Text: fmt.Sprintf("%s lacks the key %q", label(path), f.Name)}
			if f.Help != "" {
				p.Hint = f.Name + ": " + f.Help
			}
			c.add(p, "yaml-missing")
		}
	}
	for i, k := range v.keys {
		j := slices.Index(names, k.Value)
		if j < 0 {
			c.unknown(k, names, path)
			continue
		}
		c.check(v.items[i], s.Fields[j].Shape, join(path, k.Value))
	}
}

func (c *checker) unknown(k Node, names []string, path string) {
	in := ""
	if path != "" {
		in = " in " + path
	}
	p := k.Problem("unknown key %q%s%s", short(k.Value), in, didYouMean(k.Value, names))
	p.Allowed = slices.Sorted(slices.Values(names))
	c.add(p, "yaml-unknown-key")
}

var leadingZero = regexp.MustCompile(`^[-+]?0[0-9_]`)

func (c *checker) any(v *Value, path string) {
	for i, x := range v.items {
		name := strconv.Itoa(i)
		if v.kind == mapping {
			name = v.keys[i].Value
		}
		c.any(x, join(path, name))
	}
	if v.kind != scalar || v.tag != "int" && v.tag != "float" {
		return
	}
	if leadingZero.MatchString(v.Value) {
		p := v.Problem("%s: without quotes %s is read as a number and loses its leading zero", label(path), v.Value)
		p.Hint = fmt.Sprintf("quote it: %q", v.Value)
		c.add(p, "yaml-type")
	} else if _, err := strconv.ParseFloat(strings.ReplaceAll(v.Value, "_", ""), 64); err != nil && v.tag == "float" || strings.Contains(strings.ToLower(v.Value), ".inf") || strings.Contains(strings.ToLower(v.Value), ".nan") {
		c.add(v.Problem("%s: %s is not a number that JSON can hold", label(path), v.Value), "yaml-type")
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// DidYouMean is `; did you mean "x"?` for the nearest of the names, or nothing where none is near.
func DidYouMean(got string, names []string) string { return didYouMean(got, names) }

func didYouMean(got string, names []string) string {
	best, dist := "", 1+max(1, min(3, len(got)/3))
	for _, n := range names {
		if d := distance(strings.ToLower(got), strings.ToLower(n)); d < dist {
			best, dist = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is how many characters must be changed, added, removed or swapped with their neighbour (optimal string alignment).
func distance(a, b string) int {
	if len(a) > 100 || len(b) > 100 {
		return 100
	}
	x, y := []rune(a), []rune(b)
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(x)][len(y)]
}
