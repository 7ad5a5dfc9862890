package scalar

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// CanonicalJSON is JSON text as Trino's type json keeps it: no blanks, keys sorted and once (the last counts), numbers with a
// point or exponent as a double.
func CanonicalJSON(s string) (string, error) { return rewriteJSON(s, true) }

// rewriteJSON writes JSON text anew; sorted is what json_parse does, not sorted what json_extract does.
func rewriteJSON(s string, sorted bool) (string, error) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	n, err := readJSON(d, 0)
	if err != nil {
		return "", errors.New("this is not JSON: " + shorten(s))
	}
	if _, err := d.Token(); err != io.EOF {
		return "", errors.New("something follows the JSON value: " + shorten(s))
	}
	return string(n.append(make([]byte, 0, len(s)), sorted)), nil
}

// jsonNode is a value of JSON; open is '{' or '[', 0 for a scalar, whose text is written already.
type jsonNode struct {
	open byte
	text []byte
	keys []string
	kids []jsonNode
}

func readJSON(d *json.Decoder, depth int) (n jsonNode, err error) {
	t, err := d.Token()
	if err != nil {
		return n, err
	}
	switch t := t.(type) {
	case json.Delim:
		if n.open = byte(t); depth > JSONDepth {
			return n, errors.New("nested too deeply")
		}
		for d.More() {
			if n.open == '{' {
				key, err := d.Token()
				if err != nil {
					return n, err
				}
				n.keys = append(n.keys, key.(string))
			}
			kid, err := readJSON(d, depth+1)
			if err != nil {
				return n, err
			}
			n.kids = append(n.kids, kid)
		}
		_, err = d.Token()
		return n, err
	case string:
		n.text = appendJSONText(nil, t)
	case json.Number:
		n.text = []byte(jsonNumber(string(t)))
	case bool:
		n.text = strconv.AppendBool(nil, t)
	default:
		n.text = []byte("null")
	}
	return n, nil
}

// jsonNumber: whole numbers stay as they are, others become doubles.
func jsonNumber(s string) string {
	if !strings.ContainsAny(s, ".eE") {
		if s == "-0" {
			return "0"
		}
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil { // beyond all doubles
		return `"` + DoubleText(f) + `"`
	}
	return DoubleText(f)
}

func (n jsonNode) append(b []byte, sorted bool) []byte {
	if n.open == 0 {
		return append(b, n.text...)
	}
	order := make([]int, 0, len(n.kids))
	last := map[string]int{}
	for i := range n.kids {
		if n.open == '{' && sorted {
			if was, twice := last[n.keys[i]]; twice {
				order[was] = i
				continue
			}
			last[n.keys[i]] = len(order)
		}
		order = append(order, i)
	}
	if n.open == '{' && sorted {
		slices.SortFunc(order, func(i, j int) int { return strings.Compare(n.keys[i], n.keys[j]) })
	}
	b = append(b, n.open)
	for k, i := range order {
		if k > 0 {
			b = append(b, ',')
		}
		if n.open == '{' {
			b = append(appendJSONText(b, n.keys[i]), ':')
		}
		b = n.kids[i].append(b, sorted)
	}
	return append(b, n.open+2) // '}' and ']' stand two behind '{' and '['
}

// appendJSONText escapes what JSON demands and nothing else.
func appendJSONText(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b = append(b, '\\', byte(r))
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			if r < 0x20 {
				const hex = "0123456789ABCDEF"
				b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
				continue
			}
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// JSONExtract is json_extract: the value at a path as JSONPath writes it, as JSON; ok is false where there is none.
func JSONExtract(s, path string) (text string, ok bool) {
	p := jsonScan{s: s, want: path[1:]}
	p.blank()
	if !p.value(0) {
		return "", false
	}
	if p.blank(); p.i != len(s) || !p.found {
		return "", false
	}
	text, err := rewriteJSON(s[p.from:p.to], false)
	return text, err == nil
}
