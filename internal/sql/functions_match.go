package sql

// binding holds what the type variables stand for.
type binding struct {
	vars      ['Z' - 'A' + 1]*Type
	precision int
}

// match fits type t to p. cost counts the arguments that need a coercion.
func (b *binding) match(p *pattern, t *Type) (cost int, ok bool) {
	if t.Kind == 0 {
		return 0, true
	}
	switch {
	case p.name == 'D':
		if t.Kind != DecimalType {
			return 0, false
		}
		fallthrough
	case p.name != 0:
		if p.name == 'O' && !t.orderable() {
			return 0, false
		}
		was := b.vars[p.name-'A']
		if was == nil || was.Kind == 0 {
			b.vars[p.name-'A'] = t
			return 0, true
		}
		c := common(was, t)
		if c == nil {
			return 0, false
		}
		if !c.equal(was) || !c.equal(t) {
			cost = 1
		}
		b.vars[p.name-'A'] = c
		return cost, true
	case p.any != 0:
		want := &Type{Kind: p.any, P: t.P}
		if t.Kind != p.any {
			if !coerces(t, &Type{Kind: p.any, P: 3}) && !coerces(t, &Type{Kind: p.any, P: max(t.P, 3)}) {
				return 0, false
			}
			want.P = max(0, t.P)
			cost = 1
			if t.Kind == DateType || t.Kind == UnknownType {
				want.P = 0
				cost = 2
			}
		}
		b.precision = max(b.precision, want.P)
		return cost, true
	case p.array != nil:
		if t.Kind == UnknownType {
			return 1, true
		}
		if t.Kind != ArrayType {
			return 0, false
		}
		return b.match(p.array, t.Elem)
	case p.key != nil:
		if t.Kind == UnknownType {
			return 1, true
		}
		if t.Kind != MapType {
			return 0, false
		}
		c, ok := b.match(p.key, t.Key)
		if !ok {
			return 0, false
		}
		d, ok := b.match(p.elem, t.Elem)
		return c + d, ok
	case p.ret != nil:
		return 0, false
	}
	if p.typ.Kind == t.Kind && (p.typ.Kind == VarcharType || p.typ.equal(t)) {
		return 0, true
	}
	if !coerces(t, p.typ) {
		return 0, false
	}
	if t.Kind == UnknownType {
		return 1, true
	}
	return 1 + max(0, int(p.typ.Kind)-int(t.Kind)), true // the nearest type wins: integer before double
}

// fill is the type p stands for once everything is bound.
func (b *binding) fill(p *pattern) *Type {
	switch {
	case p.name != 0:
		if t := b.vars[p.name-'A']; t != nil {
			return t
		}
		return tUnknown
	case p.any != 0:
		return &Type{Kind: p.any, P: b.precision}
	case p.array != nil:
		return arrayOf(b.fill(p.array))
	case p.key != nil:
		return mapOf(b.fill(p.key), b.fill(p.elem))
	case p.ret != nil:
		return nil
	}
	return p.typ
}
