package sql

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseType reads a type as Trino writes it: varchar, decimal(10,2), timestamp(3) with time zone, array(row(arn varchar)),
// map(varchar, bigint). ParseHiveType reads those of Athena's catalog.
func ParseType(text string) (*Type, error) {
	p := &typeText{s: text}
	t, err := p.parse()
	if err == nil {
		if p.space(); p.i < len(p.s) {
			err = fmt.Errorf("%q follows the type", p.s[p.i:])
		}
	}
	if err != nil {
		return nil, fmt.Errorf("type %q: %w", text, err)
	}
	return t, nil
}

type typeText struct {
	s     string
	i     int
	depth int
}

func (p *typeText) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *typeText) take(c string) bool {
	p.space()
	if strings.HasPrefix(p.s[p.i:], c) {
		p.i += len(c)
		return true
	}
	return false
}

func (p *typeText) name() string {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == '"' {
		if end := strings.IndexByte(p.s[p.i+1:], '"'); end >= 0 {
			n := p.s[p.i+1 : p.i+1+end]
			p.i += end + 2
			return n
		}
	}
	start := p.i
	for p.i < len(p.s) && (p.s[p.i] == '_' || p.s[p.i] >= '0' && p.s[p.i] <= '9' || p.s[p.i]|0x20 >= 'a' && p.s[p.i]|0x20 <= 'z') {
		p.i++
	}
	return p.s[start:p.i]
}

// words takes the given words if all of them follow.
func (p *typeText) words(ws ...string) bool {
	at := p.i
	for _, w := range ws {
		if !strings.EqualFold(p.name(), w) {
			p.i = at
			return false
		}
	}
	return true
}

func (p *typeText) numbers() (n []int, err error) {
	if !p.take("(") {
		return nil, nil
	}
	for {
		w := p.name()
		v, err := strconv.Atoi(w)
		if err != nil || v < 0 {
			return nil, fmt.Errorf("%q is not a length", w)
		}
		n = append(n, v)
		if p.take(")") {
			return n, nil
		}
		if !p.take(",") {
			return nil, fmt.Errorf("a closing parenthesis is missing")
		}
	}
}

func (p *typeText) parse() (*Type, error) {
	if p.depth++; p.depth > 40 {
		return nil, fmt.Errorf("nested too deeply")
	}
	defer func() { p.depth-- }()
	name := strings.ToLower(p.name())
	switch name {
	case "":
		return nil, fmt.Errorf("a type name is missing")
	case "array", "map", "row":
		if !p.take("(") {
			return nil, fmt.Errorf("%s needs its types in parentheses", name)
		}
		var fs []Field
		for {
			var f Field
			if name == "row" {
				f = p.field()
			}
			t, err := p.parse()
			if err != nil {
				return nil, err
			}
			f.Type = t
			fs = append(fs, f)
			if p.take(")") {
				break
			}
			if !p.take(",") {
				return nil, fmt.Errorf("a closing parenthesis is missing")
			}
		}
		switch {
		case name == "array" && len(fs) == 1:
			return arrayOf(fs[0].Type), nil
		case name == "map" && len(fs) == 2:
			return mapOf(fs[0].Type, fs[1].Type), nil
		case name == "row":
			return &Type{Kind: RowType, Fields: fs}, nil
		}
		return nil, fmt.Errorf("%s takes another number of types", name)
	case "timestamp", "time":
		n, err := p.numbers()
		if err != nil {
			return nil, err
		}
		t := &Type{Kind: TimestampType, P: 3}
		if name == "time" {
			t.Kind = TimeType
		}
		if len(n) == 1 {
			t.P = n[0]
		}
		if len(n) > 1 || t.P > 12 {
			return nil, fmt.Errorf("%s takes one precision from 0 to 12", name)
		}
		if p.words("with", "time", "zone") {
			if name == "time" {
				return nil, fmt.Errorf("time with time zone is not supported")
			}
			t.Kind = TimestampZoneType
		} else {
			p.words("without", "time", "zone")
		}
		return t, nil
	case "interval":
		switch {
		case p.words("day", "to", "second"):
			return tDay, nil
		case p.words("year", "to", "month"):
			return tMonth, nil
		}
		return nil, fmt.Errorf("interval is either day to second or year to month")
	case "double":
		p.words("precision")
		return tDouble, nil
	case "int":
		return tInteger, nil
	case "decimal", "numeric", "dec":
		n, err := p.numbers()
		if err != nil {
			return nil, err
		}
		t := &Type{Kind: DecimalType, P: 38}
		if len(n) > 0 {
			t.P = n[0]
		}
		if len(n) > 1 {
			t.S = n[1]
		}
		if len(n) > 2 || t.P < 1 || t.P > 38 || t.S > t.P {
			return nil, fmt.Errorf("decimal takes a precision from 1 to 38 and a scale up to it")
		}
		return t, nil
	case "varchar", "char":
		n, err := p.numbers()
		if err != nil {
			return nil, err
		}
		t := &Type{Kind: VarcharType, P: unbounded}
		if name == "char" {
			t = &Type{Kind: CharType, P: 1}
		}
		if len(n) > 0 {
			t.P = n[0]
		}
		if len(n) > 1 {
			return nil, fmt.Errorf("%s takes one length", name)
		}
		return t, nil
	}
	if t := plainTypes[name]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("unknown type %q", name)
}

// plainTypes are the types that are no more than a name.
var plainTypes = func() map[string]*Type {
	m := map[string]*Type{}
	for k, n := range typeNames {
		m[n] = &Type{Kind: k}
	}
	return m
}()

// field takes a field's name if one stands before the type: "arn varchar", `"x y" varchar`.
func (p *typeText) field() Field {
	at := p.i
	n := p.name()
	p.space()
	if n != "" && p.i < len(p.s) {
		if c := p.s[p.i]; c != '(' && c != ')' && c != ',' && c != '<' && c != '>' {
			// "timestamp with", "double precision" and "interval day" are one type, not a field named so
			rest := &typeText{s: p.s, i: p.i}
			w := strings.ToLower(rest.name())
			l := strings.ToLower(n)
			if !(l == "timestamp" && (w == "with" || w == "without") || l == "double" && w == "precision" || l == "interval" &&
				(w == "day" || w == "year")) {
				return Field{Name: strings.ToLower(n)}
			}
		}
	}
	p.i = at
	return Field{}
}
