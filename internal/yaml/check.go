package yaml

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"trailscribe/internal/diag"
)

// checker holds values to shapes.
type checker struct{ bad diag.Problems }

func (c *checker) add(p diag.Problem, rule string) {
	p.Rule = rule
	c.bad = append(c.bad, p)
}

// decide adds a problem that leaves nothing else to say about the value: a loader that goes on with it finds only what follows from it.
func (c *checker) decide(p diag.Problem, rule string) {
	p.Decides = true
	c.add(p, rule)
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
		return "the truth value " + v.node.Value
	case "int", "float":
		return "the number " + v.node.Value
	case "time":
		return "the date " + v.node.Value
	}
	return fmt.Sprintf("the text %q", short(v.node.Value))
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
	c.wrongKind(v, s, s.Kind.word(), path)
}

func (c *checker) wrongKind(v *Value, s *Shape, word, path string) {
	if v.IsNull() {
		p := v.Problem("%s has no value; it must be %s", label(path), word)
		p.Width = 1
		p.Hint = cmp.Or(s.Hint, "write a value or remove the key")
		c.decide(p, "yaml-type")
		return
	}
	p := v.Problem("%s must be %s, this is %s", label(path), word, v.written())
	if v.kind != scalar {
		p.Width = 1
	}
	p.Hint = s.Hint
	c.decide(p, "yaml-type")
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
		if _, err := strconv.ParseInt(v.node.Value, 0, 64); ok && v.tag == "int" && err != nil {
			ok = false
		}
		if _, err := strconv.ParseFloat(v.node.Value, 64); ok && v.tag == "float" && err != nil {
			ok = false // .inf, .nan, 1_000.5
		}
		if !ok {
			c.wrong(v, s, path)
			return
		}
		if leadingZero.MatchString(v.node.Value) {
			p := v.Problem("%s: the zero before %s makes it an octal number to some readers", label(path), v.node.Value)
			p.Hint = "remove the zero"
			c.decide(p, "yaml-type")
			return
		}
		if n := v.Number(); (s.Min != 0 || s.Max != 0) && (n < float64(s.Min) || n > float64(s.Max)) {
			c.decide(v.Problem("%s is %s; it must be from %d to %d", label(path), v.node.Value, s.Min, s.Max), "yaml-range")
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
			if alt.fits(v) && (!v.IsNull() || alt.Null || alt.Kind == Any) {
				c.check(v, alt, path)
				return
			}
			words = append(words, alt.Kind.word())
		}
		c.wrongKind(v, s, strings.Join(slices.Compact(words), " or "), path)
	case Any:
		c.any(v, path)
	}
}

// fits reports whether a value is written as the shape wants it, whatever it says.
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
	case Either:
		return slices.ContainsFunc(s.Shapes, func(alt *Shape) bool { return alt.fits(v) })
	}
	return v.kind == scalar
}

func (c *checker) text(v *Value, s *Shape, path string) {
	if v.kind != scalar || v.tag == "null" {
		c.wrong(v, s, path)
		return
	}
	if !s.Bare && v.tag != "str" && v.tag != "time" {
		p := v.Problem("%s must be a text; without quotes %s is read as %s", label(path), v.node.Value, readAs(v.tag))
		p.Hint = fmt.Sprintf("quote it: %q", v.node.Value)
		c.decide(p, "yaml-type")
		return
	}
	switch {
	case strings.TrimSpace(v.node.Value) == "" && !s.Empty:
		c.decide(v.Problem("%s is empty", label(path)), "yaml-empty")
	case len(s.Values) > 0 && !slices.Contains(s.Values, v.node.Value):
		p := v.Problem("%s cannot be %q%s", label(path), short(v.node.Value), didYouMean(v.node.Value, s.Values))
		p.Allowed = s.Values
		c.decide(p, "yaml-value")
	case s.Pattern != "" && !s.matches(v.node.Value):
		like := s.Like
		if like == "" {
			like = s.Pattern
		}
		p := v.Problem("%s cannot be %q; it must be %s", label(path), short(v.node.Value), like)
		p.Hint = s.Hint
		c.decide(p, "yaml-value")
	}
}

// readAs says what YAML makes of a scalar without quotes.
func readAs(tag string) string {
	switch tag {
	case "bool":
		return "a truth value"
	case "null":
		return "nothing"
	}
	return "a number"
}

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
			c.unknown(k.Node, s.Keys, path)
			continue
		}
		switch {
		case s.Pattern == "":
		case !s.matches(k.Value):
			p := k.Problem("the key %q of %s must be %s", short(k.Value), label(path), s.Like)
			p.Hint = s.Hint
			c.add(p, "yaml-value")
		case !s.Bare && k.tag != "str" && k.tag != "time":
			p := k.Problem("the key %s of %s must be a text; without quotes it is read as %s", k.Value, label(path), readAs(k.tag))
			p.Hint = fmt.Sprintf("quote it: %q", k.Value)
			c.add(p, "yaml-type")
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
		if f.Required && !slices.ContainsFunc(v.keys, func(k key) bool { return k.Value == f.Name }) {
			p := diag.Problem{At: v.node.At, Width: 1, Text: fmt.Sprintf("%s lacks the key %q", label(path), f.Name)}
			if f.Help != "" {
				p.Hint = f.Name + ": " + f.Help
			}
			c.add(p, "yaml-missing")
		}
	}
	for i, k := range v.keys {
		j := slices.Index(names, k.Value)
		if j < 0 {
			c.unknown(k.Node, names, path)
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
	if leadingZero.MatchString(v.node.Value) {
		p := v.Problem("%s: without quotes %s is read as a number and loses its leading zero", label(path), v.node.Value)
		p.Hint = fmt.Sprintf("quote it: %q", v.node.Value)
		c.decide(p, "yaml-type")
	} else if _, err := strconv.ParseFloat(strings.ReplaceAll(v.node.Value, "_", ""), 64); err != nil && v.tag == "float" ||
		strings.Contains(strings.ToLower(v.node.Value), ".inf") || strings.Contains(strings.ToLower(v.node.Value), ".nan") {
		c.decide(v.Problem("%s: %s is not a number that JSON can hold", label(path), v.node.Value), "yaml-type")
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
