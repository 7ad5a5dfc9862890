package cloudtrail

// parser splits one record into its cells while the scanner checks it.
//
// Keys. The exact spelling of CloudTrail counts. Where it is missing, a key that differs only by upper and lower case
// stands in, as Athena's readers do it. Of several keys for one field the first exact one wins, else the first; the
// record is marked as repeated. This holds for the fields of the table; JSON inside requestParameters and the like is
// kept as text, with all its keys.
//
// Values. null is NULL. A string is its text; other scalars are their text ('true', '243.0'). An object or array where
// the table has text becomes JSON text without white space. A string where the table has a row, holding a JSON object,
// is read as that object (some exporters do that). Anything else that does not fit goes to misfit.
type parser struct {
	scanner
	rec    Record
	arena  []byte            // decoded text of this record
	seen   bitset            // fields met in any spelling
	exact  bitset            // fields met in their exact spelling
	marks  [markCount][2]int // where the marks' values stand, in b; end 0: not met
	nested int               // strings read as JSON, one inside the other
	first  [3][]byte         // the first keys, to describe foreign JSON
}

type bitset [2]uint64

func (b *bitset) has(i int) bool { return b[i>>6]&(1<<(i&63)) != 0 }
func (b *bitset) set(i int)      { b[i>>6] |= 1 << (i & 63) }
func (b *bitset) clear(i int)    { b[i>>6] &^= 1 << (i & 63) }

// bit is the place of a field in the bitsets: leaves first, then rows.
func (f *field) bit() int {
	if f.shape == row {
		return leafCount + f.id
	}
	return f.lo
}

// parse reads the object at i as a record. It returns the position behind it, or a negative one with the fault set.
// If it meets "Records":[ or "Events":[ at the top, it stops: list is where the bracket stands.
func (p *parser) parse(i int, top bool) (end, list int) {
	r := &p.rec
	clear(r.cells[:])
	r.Raw, r.has, r.misfit, r.repaired, r.repeated = nil, 0, nil, false, false
	r.resources, r.pairs = nil, nil
	p.arena = p.arena[:0:cap(p.arena)]
	p.seen, p.exact = bitset{}, bitset{}
	p.marks = [markCount][2]int{}
	p.first = [3][]byte{}
	p.fault = sound
	list = -1
	end = p.fields(i, fields, 0, top, &list)
	if end >= 0 {
		r.Raw = p.b[i:end]
	}
	return end, list
}

func (p *parser) fields(i int, f *field, depth int, top bool, list *int) int {
	if depth >= p.depth {
		p.fault, p.at = deep, i
		return -1
	}
	i = p.space(i + 1)
	if i < len(p.b) && p.b[i] == '}' {
		return i + 1
	}
	for {
		from := i
		p.esc, p.odd = false, false
		if i = p.key(i); i < 0 {
			return i
		}
		k, exact := p.find(f.kidsBy, from, i)
		switch {
		case k == nil:
			p.odd = false
			i = p.value(i, depth+1)
			p.rec.repaired = p.rec.repaired || p.odd
		case k.shape == mark:
			if top && (k.id == markRecords || k.id == markEvents) && i < len(p.b) && p.b[i] == '[' {
				*list = i
				return i
			}
			from := i
			p.odd = false
			i = p.value(i, depth+1)
			if i >= 0 && p.marks[k.id][1] == 0 {
				p.marks[k.id] = [2]int{from, i}
			}
		case p.seen.has(k.bit()) && (!exact || p.exact.has(k.bit())):
			p.rec.repeated = true
			i = p.value(i, depth+1)
		default:
			if p.seen.has(k.bit()) {
				p.rec.repeated = true
				p.reset(k)
			}
			p.seen.set(k.bit())
			if exact {
				p.exact.set(k.bit())
			}
			i = p.field(i, k, depth+1)
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

// find is the field of the key that stands between from and the colon before to.
func (p *parser) find(t *table, from, to int) (f *field, exact bool) {
	// The key ends at its closing quote: go back over the colon and white space.
	end := to
	for p.b[end-1] != ':' {
		end--
	}
	end--
	for p.b[end-1] != '"' {
		end--
	}
	k := p.b[from+1 : end-1]
	if p.esc || p.odd {
		k = unquote(nil, k)
		p.rec.repaired = p.rec.repaired || p.odd
	}
	if p.first[2] == nil {
		for i := range p.first {
			if p.first[i] == nil {
				p.first[i] = k
				break
			}
		}
	}
	if f := t.exact(k); f != nil {
		return f, true
	}
	return t.folded(k), false
}

// reset forgets what another spelling of the field gave.
func (p *parser) reset(f *field) {
	for i := f.lo; i < f.hi; i++ {
		p.rec.cells[i] = nil
		p.seen.clear(i)
		p.exact.clear(i)
	}
	var rows func(f *field)
	rows = func(f *field) {
		switch f.shape {
		case row:
			p.rec.has &^= 1 << f.id
			p.seen.clear(f.bit())
			p.exact.clear(f.bit())
			for _, k := range f.kids {
				rows(k)
			}
		case list:
			p.rec.resources = nil
		case textMap:
			p.rec.pairs = nil
		}
	}
	rows(f)
}

// field reads the value at i into the cells of f.
func (p *parser) field(i int, f *field, depth int) int {
	if i >= len(p.b) {
		return p.short()
	}
	c := p.b[i]
	switch {
	case f.shape == text:
		p.rec.cells[f.lo], i = p.cell(i, depth)
		return i
	case c == 'n':
		return p.word(i, "null")
	case c == '{' && f.shape == row:
		p.rec.has |= 1 << f.id
		return p.fields(i, f, depth, false, nil)
	case f.shape == list && c == '[':
		return p.list(i, f, depth)
	case f.shape == list && c == '{':
		p.rec.resources = p.room()
		return p.element(i, f, depth)
	case f.shape == textMap && c == '{':
		return p.textMap(i, depth)
	case c == '"' && p.nested == 0:
		return p.textual(i, f, depth)
	}
	return p.misfit(i, f.path, depth)
}

// cell is the text of the value at i; nil for null.
func (p *parser) cell(i, depth int) ([]byte, int) {
	p.esc, p.odd, p.blank = false, false, false
	end := p.value(i, depth)
	if end < 0 {
		return nil, end
	}
	p.rec.repaired = p.rec.repaired || p.odd
	switch p.b[i] {
	case '"':
		v := p.b[i+1 : end-1 : end-1]
		if p.esc || p.odd {
			from := len(p.arena)
			p.arena = unquote(p.arena, v)
			v = p.arena[from:len(p.arena):len(p.arena)]
		}
		return v, end
	case 'n':
		return nil, end
	case '{', '[':
		if p.blank || p.odd {
			from := len(p.arena)
			p.arena = compact(p.arena, p.b[i:end])
			return p.arena[from:len(p.arena):len(p.arena)], end
		}
	}
	return p.b[i:end:end], end
}

// textual reads a string that may hold the object as text; if it does not, the string is a misfit.
func (p *parser) textual(i int, f *field, depth int) int {
	text, end := p.cell(i, depth)
	if end < 0 {
		return end
	}
	open := byte('{')
	if f.shape == list {
		open = '['
	}
	if from := firstByte(text); from < len(text) && text[from] == open {
		// Scan it first: only a text that is JSON from end to end is read as such.
		inner := scanner{b: text, depth: p.depth - depth}
		if to := inner.value(from, 0); to >= 0 && inner.space(to) == len(text) {
			outer := p.b
			p.b = text
			p.nested++
			p.field(from, f, depth)
			p.nested--
			p.b = outer
			return end
		}
	}
	return p.misfit(i, f.path, depth)
}

// misfit keeps the value at i, which has no place in the table, under its path.
func (p *parser) misfit(i int, path string, depth int) int {
	p.odd = false
	end := p.value(i, depth)
	if end < 0 {
		return end
	}
	p.rec.repaired = p.rec.repaired || p.odd
	m := p.rec.misfit
	if m == nil {
		m = append(m, '{')
	} else {
		m = append(m[:len(m)-1], ',')
	}
	m = quote(m, []byte(path))
	m = append(m, ':')
	m = compact(m, p.b[i:end])
	p.rec.misfit = append(m, '}')
	return end
}

func firstByte(b []byte) int {
	for i, c := range b {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return i
		}
	}
	return len(b)
}
