package sql

import (
	"fmt"
	"strings"
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
			return p, fmt.Errorf("%q is not a map", s)
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
