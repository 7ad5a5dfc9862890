package yaml

import (
	"fmt"
	"unicode/utf8"

	yaml3 "gopkg.in/yaml.v3"

	"trailscribe/internal/diag"
)

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
	v := &Value{node: Node{At: b.src.at(n.Line, n.Column)}, src: b.src, flow: n.Style&yaml3.FlowStyle != 0}
	switch n.Kind {
	case yaml3.ScalarNode:
		v.node.Value = n.Value
		v.style, v.tag = styleOf(n), tagOf(n)
		v.node.place = b.src.places(n.Line, n.Column, v.style, n.Value)
		v.node.width = b.width(n, v)
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
			if k.node.Value == "<<" && k.style == plain {
				b.problem(n.Content[i], "yaml-alias", "<<: merging is not allowed", "write the keys out")
				continue
			}
			if at, twice := first[k.node.Value]; twice {
				p := k.Problem("the key %q appears twice; first in line %d", k.node.Value, at.Line)
				p.Rule, p.Hint = "yaml-duplicate", "remove one of the two"
				b.bad = append(b.bad, p)
				continue
			}
			first[k.node.Value] = k.node.At
			v.keys, v.items = append(v.keys, key{k.node, k.tag}), append(v.items, x)
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
