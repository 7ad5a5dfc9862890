package yaml

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// JSONSchema is the shape as a JSON Schema of draft 2020-12, for editors: the same definition that Decode holds files to. The same shape
// gives the same bytes. A rule that only Decode knows (no anchors, no key twice, an id equal to the file's name) is not in it.
func (s *Shape) JSONSchema() []byte {
	w := &schemaWriter{refs: map[*Shape]string{}}
	w.count(s, map[*Shape]bool{})
	root := w.schema(s, true)
	root = append(object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}}, root...)
	if len(w.defs) > 0 {
		root = append(root, member{"$defs", w.defs})
	}
	raw, err := json.Marshal(root)
	if err != nil {
		panic(fmt.Sprintf("a schema of strings and numbers always encodes: %v", err))
	}
	var b bytes.Buffer
	e := json.Indent(&b, raw, "", "  ")
	if e != nil {
		panic(fmt.Sprintf("what was just encoded is JSON: %v", e))
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// object is a JSON object that keeps the order of its keys.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the keys in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(appendText(nil, m.key))
		b.WriteByte(':')
		v, err := marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// schemaWriter gives a shape that contains itself a name under $defs.
type schemaWriter struct {
	refs map[*Shape]string
	defs object
}

// count finds shapes that contain themselves.
func (w *schemaWriter) count(s *Shape, open map[*Shape]bool) {
	if s == nil || w.refs[s] != "" {
		return
	}
	if open[s] {
		w.refs[s] = fmt.Sprintf("value%d", len(w.refs)+1)
		return
	}
	open[s] = true
	defer delete(open, s)
	for _, f := range s.Fields {
		w.count(f.Shape, open)
	}
	w.count(s.Item, open)
	for _, a := range s.Shapes {
		w.count(a, open)
	}
}

func (w *schemaWriter) schema(s *Shape, root bool) object {
	if s == nil {
		return object{}
	}
	if name := w.refs[s]; name != "" {
		ref := object{{"$ref", "#/$defs/" + name}}
		for _, d := range w.defs {
			if d.key == name {
				return ref
			}
		}
		i := len(w.defs)
		w.defs = append(w.defs, member{name, nil})
		w.defs[i].value = w.plain(s)
		if root && s.Title != "" {
			ref = append(object{{"title", s.Title}}, ref...)
		}
		return ref
	}
	o := w.plain(s)
	if root && s.Title != "" {
		o = append(object{{"title", s.Title}}, o...)
	}
	return o
}

func (w *schemaWriter) plain(s *Shape) object {
	var o object
	if s.Help != "" {
		o = append(o, member{"description", s.Help})
	}
	typ := func(names ...string) {
		if s.Null {
			names = append(names, "null")
		}
		if len(names) == 1 {
			o = append(o, member{"type", names[0]})
		} else {
			o = append(o, member{"type", names})
		}
	}
	switch s.Kind {
	case Text:
		switch {
		case len(s.Values) > 0:
			o = append(o, member{"enum", s.Values})
		case s.Bare:
			typ("string", "number", "boolean")
		default:
			typ("string")
		}
		if s.Pattern != "" {
			o = append(o, member{"pattern", "^(?:" + s.Pattern + ")$"})
		} else if !s.Empty && len(s.Values) == 0 {
			o = append(o, member{"minLength", 1})
		}
	case Int, Number:
		typ(map[Kind]string{Int: "integer", Number: "number"}[s.Kind])
		if s.Min != 0 || s.Max != 0 {
			o = append(o, member{"minimum", s.Min}, member{"maximum", s.Max})
		}
	case Bool:
		typ("boolean")
	case List:
		typ("array")
		o = append(o, member{"items", w.schema(s.Item, false)})
		if s.AtLeast > 0 {
			o = append(o, member{"minItems", s.AtLeast})
		}
	case Map:
		typ("object")
		item := w.schema(s.Item, false)
		switch {
		case len(s.Keys) > 0:
			var props object
			for _, k := range s.Keys {
				props = append(props, member{k, item})
			}
			o = append(o, member{"properties", props}, member{"additionalProperties", false})
		default:
			if s.Pattern != "" {
				o = append(o, member{"propertyNames", object{{"pattern", "^(?:" + s.Pattern + ")$"}}})
			}
			o = append(o, member{"additionalProperties", item})
		}
		if s.AtLeast > 0 {
			o = append(o, member{"minProperties", s.AtLeast})
		}
	case Object:
		typ("object")
		var props object
		var required []string
		for _, f := range s.Fields {
			p := w.schema(f.Shape, false)
			if f.Default != "" {
				f.Help = join2(f.Help, "without it: "+f.Default)
			}
			if f.Help != "" {
				p = append(object{{"description", f.Help}}, without(p, "description")...)
			}
			props = append(props, member{f.Name, p})
			if f.Required {
				required = append(required, f.Name)
			}
		}
		o = append(o, member{"properties", props})
		if len(required) > 0 {
			o = append(o, member{"required", required})
		}
		o = append(o, member{"additionalProperties", false})
	case Either:
		var any []object
		for _, a := range s.Shapes {
			any = append(any, w.schema(a, false))
		}
		o = append(o, member{"anyOf", any})
	}
	return o
}

func without(o object, key string) object {
	var out object
	for _, m := range o {
		if m.key != key {
			out = append(out, m)
		}
	}
	return out
}

func join2(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
