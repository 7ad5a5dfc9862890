package yaml

import (
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
		if leadingZero.MatchString(v.Value) {
			p := v.Problem("%s: the zero before %s makes it an octal number to some readers", label(path), v.Value)
			p.Hint = "remove the zero"
			c.add(p, "yaml-type")
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
	case s.Pattern != "" && !s.matches(v.Value):
		like := s.Like
		if like == "" {
			like = s.Pattern
		}
		c.add(v.Problem("%s cannot be %q; it must be %s", label(path), short(v.Value), like), "yaml-value")
	}
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
			c.unknown(k, s.Keys, path)
			continue
		}
		if s.Pattern != "" && !s.matches(k.Value) {
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
