package yaml

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"trailscribe/internal/diag"
)

// kind of a value as it stands in the file.
type kind uint8

const (
	scalar kind = iota
	list
	mapping
)

// Value is a value of a file with its place: a scalar, a list or a mapping. All methods answer for a nil Value, which is one that was not
// written: they give zero values, so that a loader reads optional keys without asking first. Value has no exported fields: reading one of
// a nil Value would panic, and a loader goes on after a shape was wrong, to find all problems at once.
type Value struct {
	node  Node
	kind  kind
	tag   string // of a scalar: str int float bool null time
	style style
	items []*Value // of a list, or the values of a mapping
	keys  []key
	flow  bool // [a, b] or {a: b}
	src   *source
}

// key is a key of a mapping as it is written, with the tag that it has without quotes.
type key struct {
	Node
	tag string
}

// Entry is a key of a mapping and its value.
type Entry struct {
	Key   Node
	Value *Value
}

// Get is the value of a key, nil if the mapping does not have it.
func (v *Value) Get(key string) *Value {
	if v == nil || v.kind != mapping {
		return nil
	}
	for i, k := range v.keys {
		if k.Value == key {
			return v.items[i]
		}
	}
	return nil
}

// Key is the key itself with its place; the place of the mapping where it is not there.
func (v *Value) Key(key string) Node {
	if v == nil {
		return Node{}
	}
	for _, k := range v.keys {
		if k.Value == key {
			return k.Node
		}
	}
	return Node{At: v.node.At}
}

// Entries are the keys and values of a mapping in the order of the file.
func (v *Value) Entries() []Entry {
	if v == nil || v.kind != mapping {
		return nil
	}
	out := make([]Entry, len(v.keys))
	for i, k := range v.keys {
		out[i] = Entry{k.Node, v.items[i]}
	}
	return out
}

// Items are the values of a list in order.
func (v *Value) Items() []*Value {
	if v == nil || v.kind != list {
		return nil
	}
	return v.items
}

// Text is a scalar as written, without quotes.
func (v *Value) Text() string {
	if v == nil || v.kind != scalar {
		return ""
	}
	return v.node.Value
}

// Texts are the items of a list as written; a scalar is a list of one.
func (v *Value) Texts() []string {
	var out []string
	for _, n := range v.Nodes() {
		out = append(out, n.Value)
	}
	return out
}

// Nodes are the items of a list with their places; a scalar is a list of one.
func (v *Value) Nodes() []Node {
	switch {
	case v == nil:
		return nil
	case v.kind == scalar:
		return []Node{v.node}
	}
	var out []Node
	for _, i := range v.Items() {
		out = append(out, i.node)
	}
	return out
}

// Bool is true for true only.
func (v *Value) Bool() bool {
	return v != nil && v.tag == "bool" && strings.EqualFold(v.node.Value, "true")
}

// Int is a whole number; 0 where the value is none.
func (v *Value) Int() int64 {
	if v == nil || v.tag != "int" {
		return 0
	}
	n, _ := strconv.ParseInt(v.node.Value, 0, 64)
	return n
}

// Number is a number; 0 where the value is none.
func (v *Value) Number() float64 {
	if v == nil {
		return 0
	}
	if v.tag == "int" {
		return float64(v.Int())
	}
	f, _ := strconv.ParseFloat(v.node.Value, 64)
	return f
}

// IsList reports whether the value is a list.
func (v *Value) IsList() bool { return v != nil && v.kind == list }

// IsMap reports whether the value is a mapping.
func (v *Value) IsMap() bool { return v != nil && v.kind == mapping }

// IsNull reports whether null, ~ or nothing was written.
func (v *Value) IsNull() bool { return v != nil && v.kind == scalar && v.tag == "null" }

// IsText reports whether the value is a text and no number, truth value or null.
func (v *Value) IsText() bool {
	return v != nil && v.kind == scalar && (v.tag == "str" || v.tag == "time")
}

// Scalar is the value with its place, zero where it was not written.
func (v *Value) Scalar() Node {
	if v == nil {
		return Node{}
	}
	return v.node
}

// Problem is a problem that underlines the value in the file; without a place for a nil Value.
func (v *Value) Problem(format string, args ...any) diag.Problem {
	return v.Scalar().Problem(format, args...)
}

// Where is where the value begins, nowhere for a nil Value.
func (v *Value) Where() diag.Pos {
	if v == nil {
		return diag.Pos{}
	}
	return v.node.At
}

// Any is the value in Go's types: nil, string, int64, float64, bool, []any, map[string]any.
func (v *Value) Any() any {
	switch {
	case v == nil:
		return nil
	case v.kind == list:
		out := make([]any, len(v.items))
		for i, x := range v.items {
			out[i] = x.Any()
		}
		return out
	case v.kind == mapping:
		out := make(map[string]any, len(v.items))
		for i, x := range v.items {
			out[v.keys[i].Value] = x.Any()
		}
		return out
	}
	switch v.tag {
	case "null":
		return nil
	case "bool":
		return v.Bool()
	case "int":
		if n, err := strconv.ParseInt(v.node.Value, 0, 64); err == nil {
			return n
		}
		return v.Number()
	case "float":
		return v.Number()
	}
	return v.node.Value
}

// JSON is the value as JSON with the keys in the order of the file. Numbers keep their digits; dates are texts.
func (v *Value) JSON() []byte { return v.appendJSON(nil) }

func (v *Value) appendJSON(b []byte) []byte {
	switch {
	case v == nil:
		return append(b, "null"...)
	case v.kind == list:
		b = append(b, '[')
		for i, x := range v.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = x.appendJSON(b)
		}
		return append(b, ']')
	case v.kind == mapping:
		b = append(b, '{')
		for i, x := range v.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, v.keys[i].Value), ':')
			b = x.appendJSON(b)
		}
		return append(b, '}')
	}
	switch v.tag {
	case "null":
		return append(b, "null"...)
	case "bool":
		return strconv.AppendBool(b, v.Bool())
	case "int", "float":
		if json.Valid([]byte(v.node.Value)) {
			return append(b, v.node.Value...)
		}
		if n, err := strconv.ParseInt(v.node.Value, 0, 64); err == nil {
			return strconv.AppendInt(b, n, 10)
		}
		if f := v.Number(); !math.IsInf(f, 0) && !math.IsNaN(f) {
			return strconv.AppendFloat(b, f, 'g', -1, 64)
		}
	}
	return appendText(b, v.node.Value)
}

func appendText(b []byte, s string) []byte {
	var w strings.Builder
	e := json.NewEncoder(&w)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return append(b, strings.TrimSuffix(w.String(), "\n")...)
}
