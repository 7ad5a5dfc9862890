package internal_test

import (
	"fmt"
	"strings"

	yaml3 "gopkg.in/yaml.v3"

	"trailscribe/internal/yaml"
)

// mutation changes one node of a YAML file into something else that YAML can write: what people write by mistake, and what nobody would.
type mutation struct {
	name string
	make func(n *yaml3.Node) // changes the node in place
	key  bool                // it is for keys too
	bad  bool                // no file may hold the result, whatever stands there
}

func become(to *yaml3.Node) func(*yaml3.Node) {
	return func(n *yaml3.Node) { *n = *copied(to) }
}

// copied is a node with copies of all nodes below it, but for what aliases lead to.
func copied(n *yaml3.Node) *yaml3.Node {
	c := *n
	c.Content = nil
	for _, x := range n.Content {
		c.Content = append(c.Content, copied(x))
	}
	return &c
}

func plain(text string) *yaml3.Node { return &yaml3.Node{Kind: yaml3.ScalarNode, Value: text} }

func quoted(text string) *yaml3.Node {
	return &yaml3.Node{Kind: yaml3.ScalarNode, Tag: "!!str", Style: yaml3.DoubleQuotedStyle, Value: text}
}

func sequence(items ...*yaml3.Node) *yaml3.Node {
	return &yaml3.Node{Kind: yaml3.SequenceNode, Style: yaml3.FlowStyle, Content: items}
}

func mapping(keysAndValues ...*yaml3.Node) *yaml3.Node {
	return &yaml3.Node{Kind: yaml3.MappingNode, Style: yaml3.FlowStyle, Content: keysAndValues}
}

// without takes out a node's inner parts: the first item of a list, the first key of a mapping, the last half of a text.
func without(n *yaml3.Node) {
	switch {
	case n.Kind == yaml3.SequenceNode && len(n.Content) > 0:
		n.Content = n.Content[1:]
	case n.Kind == yaml3.MappingNode && len(n.Content) > 1:
		n.Content = n.Content[2:]
	default:
		r := []rune(n.Value)
		n.Value = string(r[:len(r)/2])
	}
}

// twice doubles a node's last part.
func twice(n *yaml3.Node) {
	switch {
	case n.Kind == yaml3.SequenceNode && len(n.Content) > 0:
		n.Content = append(n.Content, copied(n.Content[len(n.Content)-1]))
	case n.Kind == yaml3.MappingNode && len(n.Content) > 1:
		n.Content = append(n.Content, copied(n.Content[len(n.Content)-2]), copied(n.Content[len(n.Content)-1]))
	default:
		n.Value += n.Value
	}
}

func wrapped(in func(*yaml3.Node) *yaml3.Node) func(*yaml3.Node) {
	return func(n *yaml3.Node) { *n = *in(copied(n)) }
}

func tagged(tag string) func(*yaml3.Node) {
	return func(n *yaml3.Node) { n.Tag, n.Style = tag, n.Style|yaml3.TaggedStyle }
}

// aliased makes a node an alias of an anchor that stands before it in the same place.
func aliased(n *yaml3.Node) {
	first := copied(n)
	first.Anchor = "a"
	*n = *sequence(first, &yaml3.Node{Kind: yaml3.AliasNode, Value: "a", Alias: first})
}

var mutations = []mutation{
	{name: "null", make: become(plain("null")), key: true},
	{name: "nothing", make: become(plain(""))},
	{name: "empty text", make: become(quoted("")), key: true},
	{name: "another text", make: become(quoted("x")), key: true},
	{name: "a long text", make: become(quoted(strings.Repeat("wide 中 ", 200)))},
	{name: "control characters", make: become(quoted("a\x00\x1b[2J\u202eb")), key: true},
	{name: "placeholders", make: become(quoted("{} {rows} {x {n}} %s :x"))},
	{name: "zero", make: become(plain("0"))},
	{name: "a negative number", make: become(plain("-7"))},
	{name: "a fraction", make: become(plain("1.5"))},
	{name: "a huge number", make: become(plain("123456789012345678901234567890"))},
	{name: "a leading zero", make: become(plain("012")), key: true},
	{name: "infinity", make: become(plain("-.inf"))},
	{name: "true", make: become(plain("true")), key: true},
	{name: "yes", make: become(plain("yes"))},
	{name: "a day", make: become(plain("2026-02-30"))},
	{name: "a list", make: become(sequence(quoted("x"), quoted("y")))},
	{name: "a list of lists", make: become(sequence(sequence(), sequence(sequence(plain("~")))))},
	{name: "a list of nothing", make: become(sequence(plain("null"), plain("~")))},
	{name: "an empty list", make: become(sequence())},
	{name: "a mapping", make: become(mapping(quoted("x"), quoted("y")))},
	{name: "a mapping of mappings", make: become(mapping(quoted("other"), mapping(quoted("id"), mapping(), quoted("name"), plain("~"))))},
	{name: "an empty mapping", make: become(mapping())},
	{name: "a key that is a list", make: become(mapping(sequence(quoted("x")), quoted("y"))), bad: true},
	{name: "a merge", make: become(mapping(plain("<<"), mapping(quoted("x"), quoted("y")))), bad: true},
	{name: "within a list", make: wrapped(func(n *yaml3.Node) *yaml3.Node { return sequence(n) })},
	{name: "within a mapping", make: wrapped(func(n *yaml3.Node) *yaml3.Node { return mapping(quoted("other"), n) })},
	{name: "less", make: without, key: true},
	{name: "twice", make: twice, key: true},
	{name: "an alias", make: aliased, bad: true},
	{name: "an anchor", make: func(n *yaml3.Node) { n.Anchor = "a" }, key: true, bad: true},
	{name: "the tag !!binary", make: tagged("!!binary"), key: true, bad: true},
	{name: "the tag !x", make: tagged("!x"), bad: true},
}

// site is a node of a file.
type site struct {
	node  *yaml3.Node
	path  string // in the file: .columns[0].name
	class string // in the format: .columns[].name; .* where any key may stand
	key   bool   // it is a key of a mapping
}

// sites are all nodes of a document in the order of the file.
func sites(doc *yaml3.Node, shape *yaml.Shape) (out []site) {
	var walk func(n *yaml3.Node, s *yaml.Shape, path, class string)
	walk = func(n *yaml3.Node, s *yaml.Shape, path, class string) {
		if s != nil && s.Kind == yaml.Either {
			s = alternative(s, n.Kind)
		}
		out = append(out, site{n, path, fmt.Sprint(class, " ", n.Kind), false})
		for i, x := range n.Content {
			switch {
			case n.Kind == yaml3.SequenceNode:
				var item *yaml.Shape
				if s != nil {
					item = s.Item
				}
				walk(x, item, fmt.Sprintf("%s[%d]", path, i), class+"[]")
			case n.Kind == yaml3.MappingNode && i%2 == 0:
				at, like, below := path+"."+x.Value, class+".*", (*yaml.Shape)(nil)
				if s != nil {
					below = s.Item
					for _, f := range s.Fields {
						if f.Name == x.Value {
							like, below = class+"."+x.Value, f.Shape
						}
					}
				}
				out = append(out, site{x, "the key " + at, "the key " + like, true})
				walk(n.Content[i+1], below, at, like)
			}
		}
	}
	walk(doc.Content[0], shape, "", "")
	return out
}

// alternative is the shape of several that a node of the kind is held to.
func alternative(s *yaml.Shape, kind yaml3.Kind) *yaml.Shape {
	for _, a := range s.Shapes {
		switch {
		case kind == yaml3.SequenceNode && a.Kind == yaml.List, kind == yaml3.MappingNode && (a.Kind == yaml.Object || a.Kind == yaml.Map):
			return a
		}
	}
	return nil
}

// mutated is the text of a document with the mutation at the site; "" where it cannot be written as YAML.
func mutated(doc *yaml3.Node, s site, m mutation) string {
	before := *s.node
	content := append([]*yaml3.Node{}, before.Content...)
	m.make(s.node)
	text, err := yaml3.Marshal(doc.Content[0])
	*s.node = before
	s.node.Content = content
	if err != nil {
		return ""
	}
	return string(text)
}
