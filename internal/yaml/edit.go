package yaml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	yaml3 "gopkg.in/yaml.v3"
)

// Set changes one value of a file and leaves every other byte, comments and order included, as it is. path is keys joined by dots,
// numbers count the items of a list: "defaults.timezone", "accounts.0.name". A key that is missing is added at the end of its mapping; the mappings
// above it are added too. value is a text, a whole number, a number, a truth value, or a list or mapping of those, which is written in one line.
// Set refuses an edit that it cannot prove: the file is read again, and everything but the value must be as it was.
func Set(data []byte, path string, value any) ([]byte, error) {
	fail := func(err error) ([]byte, error) {
		return nil, fmt.Errorf("setting %s: %w; edit the file by hand", path, err)
	}
	keys := strings.Split(path, ".")
	if slices.Contains(keys, "") {
		return fail(errors.New("the path has an empty key"))
	}
	text, err := flowText(value)
	if err != nil {
		return fail(err)
	}
	before, bad := parse("", data)
	empty := before == nil && len(bad) == 1 && bad[0].Rule == "yaml-empty"
	if bad != nil && !empty {
		return fail(bad)
	}
	newline := "\n"
	if bytes.Contains(data, []byte("\r\n")) {
		newline = "\r\n"
	}
	var out []byte
	if empty {
		out = ensureBreak(data, newline)
		out = append(out, block(keys, text, "", newline)...)
	} else if out, err = edit(data, before, keys, text, newline); err != nil {
		return fail(err)
	}
	after, bad := parse("", out)
	if bad != nil {
		return fail(fmt.Errorf("the result would not be valid: %w", bad))
	}
	want := put(before.Any(), keys, value)
	if !reflect.DeepEqual(after.Any(), want) {
		return fail(errors.New("the place cannot be changed on its own"))
	}
	return out, nil
}

// edit replaces or adds a value in the text.
func edit(data []byte, root *Value, keys []string, text, newline string) ([]byte, error) {
	src := root.src
	v := root
	for i, k := range keys {
		next := v.Get(k)
		if n, err := strconv.Atoi(k); err == nil && v.IsList() && n >= 0 && n < len(v.items) {
			next = v.items[n]
		}
		if next == nil {
			if !v.IsMap() || v.flow {
				return nil, fmt.Errorf("%s is not written as keys on lines of their own", label(strings.Join(keys[:i], ".")))
			}
			return insert(data, v, keys[i:], text, newline)
		}
		v = next
	}
	if v.IsNull() && v.node.Value == "" { // key: with nothing behind
		at := src.index(v.node.At.Line, v.node.At.Col)
		for at > 0 && (isBlank(src.text[at-1]) || isBreak(src.text[at-1])) {
			at--
		}
		return splice(data, src, at, at, " "+text), nil
	}
	from, to, err := extent(v)
	if err != nil {
		return nil, err
	}
	if v.kind == scalar && v.style != literal && v.style != folded || v.flow {
		return splice(data, src, from, to, text), nil
	}
	return nil, errors.New("the value takes several lines")
}

// extent is where a value begins and ends in the text.
func extent(v *Value) (from, to int, err error) {
	from = v.src.index(v.node.At.Line, v.node.At.Col)
	switch {
	case v.kind == scalar:
		if marks, end := v.src.scan(from, v.style, []rune(v.node.Value)); marks != nil {
			return from, end, nil
		}
		return 0, 0, errors.New("the value's end cannot be found")
	case v.flow:
		to = from + 1
		for i, x := range v.items {
			if v.kind == mapping {
				k := v.keys[i]
				to = max(to, v.src.index(k.At.Line, k.At.Col)+1)
			}
			if _, end, err := extent(x); err == nil {
				to = max(to, end)
			} else {
				return 0, 0, err
			}
		}
		t := v.src.text
		for to < len(t) && t[to] != ']' && t[to] != '}' { // spaces, commas and comments
			if t[to] == '#' {
				for to < len(t) && !isBreak(t[to]) {
					to++
				}
				continue
			}
			to++
		}
		return from, min(to+1, len(t)), nil
	}
	return 0, 0, errors.New("the value takes several lines")
}

// insert adds keys at the end of a mapping that is written line by line.
func insert(data []byte, m *Value, keys []string, text, newline string) ([]byte, error) {
	src := m.src
	col := m.node.At.Col
	if len(m.keys) > 0 {
		col = m.keys[0].At.Col
	}
	last := lastLine(m)
	at := len(src.text)
	if last < len(src.starts) {
		at = src.starts[last]
	}
	add := block(keys, text, strings.Repeat(" ", col-1), newline)
	if at > 0 && !isBreak(src.text[at-1]) {
		add = newline + strings.TrimSuffix(add, newline)
	}
	return splice(data, src, at, at, add), nil
}

// lastLine is the last line on which some part of a value stands.
func lastLine(v *Value) int {
	line := v.node.At.Line
	for i, x := range v.items {
		if v.kind == mapping {
			line = max(line, v.keys[i].At.Line)
		}
		line = max(line, lastLine(x))
	}
	if v.kind == scalar || v.flow {
		if _, end, err := extent(v); err == nil && end > 0 {
			line = max(line, v.src.pos(end-1).Line)
		}
	}
	return line
}

// block is keys, each below the one before, with the value behind the last.
func block(keys []string, text, indent, newline string) string {
	var b strings.Builder
	for i, k := range keys {
		b.WriteString(indent + strings.Repeat("  ", i) + keyText(k) + ":")
		if i == len(keys)-1 {
			b.WriteString(" " + text)
		}
		b.WriteString(newline)
	}
	return b.String()
}

func keyText(k string) string {
	if s, err := flowText(k); err == nil {
		return s
	}
	return k
}

func ensureBreak(data []byte, newline string) []byte {
	out := slices.Clone(data)
	if len(out) > 0 && out[len(out)-1] != '\n' {
		out = append(out, newline...)
	}
	return out
}

// splice replaces characters of the text. src counts characters without a byte order mark, which stays.
func splice(data []byte, src *source, from, to int, text string) []byte {
	n := len(data) - len(string(src.text)) // 3 with a byte order mark
	off := func(i int) int { return n + len(string(src.text[:i])) }
	return slices.Concat(data[:off(from)], []byte(text), data[off(to):])
}

// flowText writes a value in one line.
func flowText(v any) (string, error) {
	switch x := v.(type) {
	case nil:
		return "null", nil
	case string:
		return scalarText(x)
	case bool:
		return strconv.FormatBool(x), nil
	case int:
		return strconv.Itoa(x), nil
	case int64:
		return strconv.FormatInt(x, 10), nil
	case float64:
		if math.IsInf(x, 0) || math.IsNaN(x) {
			return "", errors.New("the number is not finite")
		}
		s := strconv.FormatFloat(x, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s, nil
	case []string:
		list := make([]any, len(x))
		for i, s := range x {
			list[i] = s
		}
		return flowText(list)
	case []any:
		parts := make([]string, len(x))
		for i, y := range x {
			s, err := flowText(y)
			if err != nil {
				return "", err
			}
			parts[i] = s
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	case map[string]any:
		var parts []string
		for k, y := range x {
			s, err := flowText(y)
			if err != nil {
				return "", err
			}
			parts = append(parts, keyText(k)+": "+s)
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ", ") + "}", nil
	}
	return "", fmt.Errorf("a value of type %T cannot be written", v)
}

// scalarText writes a text plain where YAML reads it back as this text, in double quotes otherwise.
func scalarText(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", errors.New("the text is not UTF-8")
	}
	plainSafe := s != "" && !strings.ContainsAny(s, "\n\r\t,[]{}#&*!|>'\"%@`\\:?\u0085\u2028\u2029") && strings.TrimSpace(s) == s && !strings.HasPrefix(s, "-")
	if plainSafe {
		var n yaml3.Node
		if err := yaml3.Unmarshal([]byte(s), &n); err == nil && len(n.Content) == 1 && n.Content[0].Kind == yaml3.ScalarNode && n.Content[0].ShortTag() == "!!str" && n.Content[0].Value == s && !oldBool(s) {
			return s, nil
		}
	}
	b, err := json.Marshal(s) // a JSON text is a YAML text in double quotes
	return string(b), err
}

// oldBool is true for words that YAML 1.1 reads as truth values, which other readers of the file may still do.
func oldBool(s string) bool {
	return slices.Contains([]string{"y", "n", "yes", "no", "on", "off"}, strings.ToLower(s))
}

// put is the value with the change, as it must be read back.
func put(v any, keys []string, value any) any {
	if len(keys) == 0 {
		return normal(value)
	}
	switch x := v.(type) {
	case map[string]any:
		x[keys[0]] = put(x[keys[0]], keys[1:], value)
		return x
	case []any:
		if n, err := strconv.Atoi(keys[0]); err == nil && n >= 0 && n < len(x) {
			x[n] = put(x[n], keys[1:], value)
			return x
		}
	case nil:
		return map[string]any{keys[0]: put(nil, keys[1:], value)}
	}
	return nil
}

// normal is a value in the types that Any gives.
func normal(v any) any {
	switch x := v.(type) {
	case int:
		return int64(x)
	case []string:
		out := make([]any, len(x))
		for i, s := range x {
			out[i] = s
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, y := range x {
			out[i] = normal(y)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, y := range x {
			out[k] = normal(y)
		}
		return out
	}
	return v
}
