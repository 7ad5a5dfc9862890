package sql

import (
	"fmt"
	"slices"
	"strings"
)

// function is one row of the function table: everything this program knows about a function of Trino.
// What is not in the table cannot be written in a query, so nothing can differ silently between two engines.
type function struct {
	name string
	kind functionKind
	// sigs are the signatures Trino has, ";" between them: "varchar, bigint : varchar". Capital letters are type
	// variables (O orderable, D any decimal), "x..." any number of x, "(T) -> boolean" a lambda. "timestamp" and
	// "instant" (timestamp with time zone) stand for any precision, the result's is the largest given.
	sigs string
	// duck is how DuckDB says it: $1 an argument, $* all of them, $L1 an argument's wall clock, $R the result's type,
	// $D $O $F the modifiers of an aggregate (DISTINCT, ORDER BY, FILTER with OVER).
	duck  string
	emit  func(e *emitter, c *Call, r *resolved) string // instead of duck
	check func(k *checker, c *Call, r *resolved)        // what signatures cannot say; may change r.result
	flags functionFlag
	note  string // what is different at DuckDB, or what is refused and why

	overloads []signature
	copies    float64 // see copies
}

type functionKind uint8

const (
	scalarFunction functionKind = iota
	aggregateFunction
	windowFunction
)

type functionFlag uint8

const (
	volatileFunction    functionFlag = 1 << iota // another value on every run
	approximateFunction                          // another value on every engine
	orderFunction                                // its value depends on the order of the rows
	orderBySelf                                  // …unless ORDER BY inside the call decides
	wallClockFunction                            // its template asks for the wall clock of an argument
	alwaysSayable                                // its emit refuses nothing
)

// signature is one overload, read from function.sigs.
type signature struct {
	args     []pattern
	variadic bool // the last argument may come any number of times, at least once
	ret      pattern
}

// pattern is a type with variables.
type pattern struct {
	typ   *Type     // fixed type
	name  byte      // type variable: 'T'
	any   TypeKind  // timestamp, instant: any precision
	array *pattern  // array(array)
	key   *pattern  // map(key, elem)
	elem  *pattern  //
	args  []pattern // lambda: (args) -> ret
	ret   *pattern
}

// resolved is a call whose overload has been chosen.
type resolved struct {
	fn     *function
	params []*Type // what each argument is turned into; nil for a lambda
	result *Type
	path   string // of a function of JSON: the path in DuckDB's form
}

var functions = buildFunctions(coreFunctions, textFunctions, numberFunctions, timeFunctions, jsonFunctions, arrayFunctions, networkFunctions, aggregateFunctions, windowFunctions)

func buildFunctions(tables ...func() []*function) map[string]*function {
	m := map[string]*function{}
	for _, table := range tables {
		for _, f := range table() {
			for _, s := range strings.Split(f.sigs, ";") {
				if s = strings.TrimSpace(s); s != "" {
					sig, err := parseSignature(s)
					if err != nil {
						panic("function " + f.name + ": " + err.Error()) // a mistake in the table, found by the first test
					}
					f.overloads = append(f.overloads, sig)
				}
			}
			for _, n := range strings.Fields(f.name) {
				if m[n] != nil {
					panic("function " + n + " is in the table twice")
				}
				g := *f
				g.name = n
				if strings.Contains(g.duck, "$L") {
					g.flags |= wallClockFunction
				}
				if plainCalls.has(n) {
					g.flags |= alwaysSayable
				}
				g.copies = g.mostCopies()
				m[n] = &g
			}
		}
	}
	return m
}

// FunctionNames are the functions a query may call, sorted.
func FunctionNames() []string {
	names := make([]string, 0, len(functions))
	for n := range functions {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func parseSignature(s string) (signature, error) {
	var sig signature
	in, out, ok := cutTop(s, ':')
	if !ok {
		return sig, fmt.Errorf("%q has no result", s)
	}
	for _, a := range splitTop(in) {
		if r, ok := strings.CutSuffix(a, "..."); ok {
			sig.variadic, a = true, r
		}
		p, err := parsePattern(a)
		if err != nil {
			return sig, err
		}
		sig.args = append(sig.args, p)
	}
	var err error
	sig.ret, err = parsePattern(out)
	return sig, err
}

func cutTop(s string, sep byte) (string, string, bool) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '(':
			depth++
		case s[i] == ')':
			depth--
		case s[i] == sep && depth == 0:
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:]), true
		}
	}
	return s, "", false
}

func splitTop(s string) (parts []string) {
	for s = strings.TrimSpace(s); s != ""; {
		a, b, ok := cutTop(s, ',')
		parts = append(parts, strings.TrimSpace(a))
		if !ok {
			break
		}
		s = b
	}
	return parts
}

func parsePattern(s string) (p pattern, err error) {
	s = strings.TrimSpace(s)
	if len(s) == 1 && s[0] >= 'A' && s[0] <= 'Z' {
		return pattern{name: s[0]}, nil
	}
	if in, out, ok := strings.Cut(s, "->"); ok && strings.HasPrefix(s, "(") {
		in = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(in), "("), ")")
		for _, a := range splitTop(in) {
			q, err := parsePattern(a)
			if err != nil {
				return p, err
			}
			p.args = append(p.args, q)
		}
		r, err := parsePattern(out)
		p.ret = &r
		return p, err
	}
	if in, ok := strings.CutPrefix(s, "array("); ok {
		q, err := parsePattern(strings.TrimSuffix(in, ")"))
		return pattern{array: &q}, err
	}
	if in, ok := strings.CutPrefix(s, "map("); ok {
		parts := splitTop(strings.TrimSuffix(in, ")"))
		if len(parts) != 2 {
			return p, fmt.Errorf("%q is no map", s)
		}
		k, err := parsePattern(parts[0])
		if err != nil {
			return p, err
		}
		v, err := parsePattern(parts[1])
		return pattern{key: &k, elem: &v}, err
	}
	switch s {
	case "timestamp":
		return pattern{any: TimestampType}, nil
	case "instant":
		return pattern{any: TimestampZoneType}, nil
	case "day":
		return pattern{typ: tDay}, nil
	case "month":
		return pattern{typ: tMonth}, nil
	case "unknown":
		return pattern{typ: tUnknown}, nil
	}
	p.typ, err = ParseType(s)
	return p, err
}

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

// describe is a signature as Trino's documentation writes it.
func (s signature) describe(name string) string {
	args := make([]string, len(s.args))
	for i, a := range s.args {
		args[i] = a.String()
	}
	if s.variadic {
		args[len(args)-1] += ", …"
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// String is the pattern as the table writes it.
func (p pattern) String() string {
	switch {
	case p.name != 0:
		return string(p.name)
	case p.any == TimestampType:
		return "timestamp"
	case p.any == TimestampZoneType:
		return "timestamp with time zone"
	case p.array != nil:
		return "array(" + p.array.String() + ")"
	case p.key != nil:
		return "map(" + p.key.String() + ", " + p.elem.String() + ")"
	case p.ret != nil:
		in := make([]string, len(p.args))
		for i, a := range p.args {
			in[i] = a.String()
		}
		return "(" + strings.Join(in, ", ") + ") -> " + p.ret.String()
	}
	return p.typ.String()
}
