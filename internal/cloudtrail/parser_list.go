package cloudtrail

import (
	"fmt"

	"trailscribe/internal/unread"
)

// room is an empty list of resources; it is not nil, which would be NULL.
func (p *parser) room() []Resource {
	if p.rec.space == nil {
		p.rec.space = make([]Resource, 0, 4)
	}
	return p.rec.space[:0]
}

// list reads resources.
func (p *parser) list(i int, f *field, depth int) int {
	p.rec.resources = p.room()
	if depth >= p.depth {
		p.fault, p.at = deep, i
		return -1
	}
	i = p.space(i + 1)
	if i < len(p.b) && p.b[i] == ']' {
		return i + 1
	}
	for {
		if i >= len(p.b) {
			return p.short()
		}
		if i = p.element(i, f, depth+1); i < 0 {
			return i
		}
		var more bool
		if i, more = p.after(i, ']'); !more {
			p.rec.space = p.rec.resources
			return i
		}
	}
}

// element reads one resource. A null element stays a NULL row; one that is not an object as well, and is kept as a misfit.
func (p *parser) element(i int, f *field, depth int) int {
	n := len(p.rec.resources)
	if n >= manyElements {
		p.fault, p.at = many, i
		return -1
	}
	p.rec.resources = append(p.rec.resources, Resource{Null: true})
	res := &p.rec.resources[n]
	switch p.b[i] {
	case 'n':
		return p.word(i, "null")
	case '{':
	default:
		return p.misfit(i, fmt.Sprintf("%s[%d]", f.path, n+1), depth)
	}
	res.Null = false
	if depth >= p.depth {
		p.fault, p.at = deep, i
		return -1
	}
	i = p.space(i + 1)
	if i < len(p.b) && p.b[i] == '}' {
		return i + 1
	}
	var seen, exactly [3]bool
	for {
		from := i
		p.esc, p.odd = false, false
		if i = p.key(i); i < 0 {
			return i
		}
		k, exact := p.find(f.kidsBy, from, i)
		n := -1
		for j, kid := range f.kids {
			if kid == k {
				n = j
			}
		}
		if n >= 0 && seen[n] {
			p.rec.repeated = true
		}
		if n >= 0 && (!seen[n] || exact && !exactly[n]) {
			seen[n], exactly[n] = true, exact
			var v []byte
			v, i = p.cell(i, depth+1)
			res.cells[n] = v
		} else {
			p.odd = false
			i = p.value(i, depth+1)
			p.rec.repaired = p.rec.repaired || p.odd
		}
		if i < 0 {
			return i
		}
		var more bool
		if i, more = p.after(i, '}'); !more {
			return i
		}
	}
}

// textMap reads the attributes of a web identity. A map holds a key once: the first value stays.
func (p *parser) textMap(i, depth int) int {
	p.rec.pairs = []Pair{}
	if depth >= p.depth {
		p.fault, p.at = deep, i
		return -1
	}
	i = p.space(i + 1)
	if i < len(p.b) && p.b[i] == '}' {
		return i + 1
	}
	known := map[string]bool{}
	for {
		if i >= len(p.b) {
			return p.short()
		}
		if p.b[i] != '"' {
			return p.bad(i, unread.Key)
		}
		if len(p.rec.pairs) >= manyElements {
			p.fault, p.at = many, i
			return -1
		}
		var k, v []byte
		if k, i = p.cell(i, depth); i < 0 {
			return i
		}
		if i = p.colon(i); i < 0 {
			return i
		}
		if v, i = p.cell(i, depth+1); i < 0 {
			return i
		}
		if known[string(k)] {
			p.rec.repeated = true
		} else {
			known[string(k)] = true
			p.rec.pairs = append(p.rec.pairs, Pair{k, v})
		}
		var more bool
		if i, more = p.after(i, '}'); !more {
			return i
		}
	}
}
