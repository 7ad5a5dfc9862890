package lake

import (
	"fmt"
	"slices"
	"strings"
)

// hiveType is a column type as Glue and DDL write it: struct<a:string>, array<…>, map<…>. Parsed, so that two types can be
// compared without regard to case, blanks and further fields.
type hiveType struct {
	name   string      // string, struct, array, map …
	fields []hiveField // of a struct
	args   []hiveType  // of array and map
}

type hiveField struct {
	name string
	typ  hiveType
}

func (t hiveType) String() string {
	switch {
	case t.name == "struct":
		parts := make([]string, len(t.fields))
		for i, f := range t.fields {
			parts[i] = f.name + ":" + f.typ.String()
		}
		return "struct<" + strings.Join(parts, ",") + ">"
	case len(t.args) > 0:
		parts := make([]string, len(t.args))
		for i, a := range t.args {
			parts[i] = a.String()
		}
		return t.name + "<" + strings.Join(parts, ",") + ">"
	}
	return t.name
}

// covers tells whether a column of type t holds everything that one of type want holds: further fields of a struct, and
// fields in another order, do no harm, because the JSON SerDe finds fields by name. Otherwise why says what is wrong.
func (t hiveType) covers(want hiveType) (why string, ok bool) {
	if t.name != want.name || len(t.args) != len(want.args) {
		return fmt.Sprintf("%s instead of %s", brief(t), brief(want)), false
	}
	for i := range want.args {
		if why, ok := t.args[i].covers(want.args[i]); !ok {
			return why, false
		}
	}
	for _, w := range want.fields {
		i := slices.IndexFunc(t.fields, func(f hiveField) bool { return f.name == w.name })
		if i < 0 {
			return "no field " + w.name, false
		}
		if why, ok := t.fields[i].typ.covers(w.typ); !ok {
			return w.name + ": " + why, false
		}
	}
	return "", true
}

func brief(t hiveType) string {
	if len(t.fields) > 3 {
		return "struct<…>"
	}
	return t.String()
}

// typeParser reads both spellings: Hive's struct<a:string> and Trino's row(a varchar).
type typeParser struct {
	text  string
	at    int
	depth int
	trino bool
}

// parseHive reads a type as Glue holds it, in any case and with blanks anywhere.
func parseHive(text string) (hiveType, error) {
	return parseType(&typeParser{text: strings.ToLower(strings.Join(strings.Fields(text), ""))}, text)
}

// parseTrino reads a type of cloudtrail.Columns.
func parseTrino(text string) (hiveType, error) {
	return parseType(&typeParser{text: strings.ReplaceAll(text, ", ", ","), trino: true}, text)
}

func parseType(p *typeParser, text string) (hiveType, error) {
	t, err := p.typ()
	if err == nil && p.at < len(p.text) {
		err = fmt.Errorf("%q goes on after its end", p.text[p.at:])
	}
	if err != nil {
		return t, fmt.Errorf("the type %.80q: %w", text, err)
	}
	return t, nil
}

func (p *typeParser) typ() (hiveType, error) {
	if p.depth++; p.depth > 50 {
		return hiveType{}, fmt.Errorf("it is nested too deeply")
	}
	defer func() { p.depth-- }()
	start := p.at
	for p.at < len(p.text) && !strings.ContainsRune("<>(),: ", rune(p.text[p.at])) {
		p.at++
	}
	t := hiveType{name: p.text[start:p.at]}
	open, shut, between := byte('<'), byte('>'), byte(':')
	if p.trino {
		open, shut, between = '(', ')', ' '
		switch t.name {
		case "row":
			t.name = "struct"
		case "varchar":
			t.name = "string"
		}
	}
	if t.name == "" {
		return t, fmt.Errorf("a name is missing at byte %d", p.at)
	}
	nested := t.name == "struct" || t.name == "array" || t.name == "map" || t.name == "uniontype"
	if !nested {
		if p.skip('(') { // decimal(10,2), varchar(20)
			end := strings.IndexByte(p.text[p.at:], ')')
			if end < 0 {
				return t, fmt.Errorf(") is missing")
			}
			t.name += "(" + p.text[p.at:p.at+end] + ")"
			p.at += end + 1
		}
		return t, nil
	}
	if !p.skip(open) {
		return t, fmt.Errorf("%c is missing at byte %d", open, p.at)
	}
	for {
		if t.name == "struct" {
			start := p.at
			for p.at < len(p.text) && p.text[p.at] != between && !strings.ContainsRune("<>(),", rune(p.text[p.at])) {
				p.at++
			}
			f := hiveField{name: strings.Trim(p.text[start:p.at], "`\"")}
			if f.name == "" || !p.skip(between) {
				return t, fmt.Errorf("a field without a name or type at byte %d", p.at)
			}
			var err error
			if f.typ, err = p.typ(); err != nil {
				return t, err
			}
			t.fields = append(t.fields, f)
		} else {
			a, err := p.typ()
			if err != nil {
				return t, err
			}
			t.args = append(t.args, a)
		}
		if p.skip(shut) {
			return t, nil
		}
		if !p.skip(',') {
			return t, fmt.Errorf("a comma or %c is missing at byte %d", shut, p.at)
		}
	}
}

func (p *typeParser) skip(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}
