package athena

import (
	"fmt"
	"regexp"
	"strings"

	"trailscribe/internal/sql"
)

// hiveType reads a column's type as the catalog writes it: struct<a:string,b:array<struct<c:string>>>, in any case and with
// blanks anywhere.
func hiveType(text string) (*sql.Type, error) {
	h := &hive{s: strings.ToLower(strings.Join(strings.Fields(text), ""))}
	t, err := h.typ()
	if err == nil && h.at < len(h.s) {
		err = fmt.Errorf("%q goes on after its end", h.s[h.at:])
	}
	if err != nil {
		return nil, fmt.Errorf("the type %.100q: %w", text, err)
	}
	return sql.ParseType(t)
}

type hive struct {
	s     string
	at    int
	depth int
}

// simple are Hive's names that Trino does not have.
var simple = map[string]string{"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary", "timestamp": "timestamp(3)",
	"boolean": "boolean", "tinyint": "tinyint", "smallint": "smallint", "bigint": "bigint", "integer": "integer", "double": "double", "date": "date"}

var (
	word  = regexp.MustCompile(`^[a-z0-9_$@.\-]+`)
	sized = regexp.MustCompile(`^(decimal|char|varchar)(\([0-9,]+\))?`)
)

// typ is one type in Trino's words.
func (h *hive) typ() (string, error) {
	if h.depth++; h.depth > 50 {
		return "", fmt.Errorf("it is nested too deeply")
	}
	defer func() { h.depth-- }()
	if m := sized.FindString(h.s[h.at:]); m != "" {
		h.at += len(m)
		return m, nil
	}
	w := word.FindString(h.s[h.at:])
	h.at += len(w)
	switch w {
	case "array", "map":
		args, err := h.list(func() (string, error) { return h.typ() })
		if want := map[string]int{"array": 1, "map": 2}[w]; err == nil && len(args) != want {
			err = fmt.Errorf("%s with %d types", w, len(args))
		}
		return w + "(" + strings.Join(args, ", ") + ")", err
	case "struct":
		fields, err := h.list(func() (string, error) {
			n := word.FindString(h.s[h.at:])
			h.at += len(n)
			if n == "" || !h.skip(':') {
				return "", fmt.Errorf("a field without name at %d", h.at)
			}
			t, err := h.typ()
			return quote(n) + " " + t, err
		})
		return "row(" + strings.Join(fields, ", ") + ")", err
	}
	if t := simple[w]; t != "" {
		return t, nil
	}
	return "", fmt.Errorf("there is no type %q", w)
}

func (h *hive) skip(c byte) bool {
	if h.at < len(h.s) && h.s[h.at] == c {
		h.at++
		return true
	}
	return false
}

func (h *hive) list(item func() (string, error)) (out []string, err error) {
	if !h.skip('<') {
		return nil, fmt.Errorf("< is missing at %d", h.at)
	}
	for {
		x, err := item()
		if err != nil {
			return nil, err
		}
		out = append(out, x)
		if h.skip('>') {
			return out, nil
		}
		if !h.skip(',') {
			return nil, fmt.Errorf(", or > is missing at %d", h.at)
		}
	}
}

// adapter writes a column of a table as the relation wants it. Tables made by others, or long ago, lack fields or have them
// in another order; what a table lacks is NULL, and said once.
type adapter struct {
	lacks []string
	names int
}

// expr is x, which has the type from, as a value of the type to. path names it in messages.
func (a *adapter) expr(x, path string, from, to *sql.Type) string {
	if from == nil {
		return a.none(path, to)
	}
	if from.String() == to.String() {
		return x
	}
	switch {
	case to.Kind == sql.VarcharType:
		switch from.Kind {
		case sql.RowType, sql.ArrayType, sql.MapType:
			return "json_format(CAST(" + x + " AS json))"
		case sql.VarbinaryType:
			return a.none(path, to)
		}
		return "CAST(" + x + " AS varchar)"
	case to.Kind == sql.RowType && from.Kind == sql.RowType:
		fields := make([]string, len(to.Fields))
		for i, f := range to.Fields {
			var have *sql.Type
			for _, g := range from.Fields {
				if strings.EqualFold(g.Name, f.Name) {
					have = g.Type
				}
			}
			fields[i] = a.expr(x+"."+quote(f.Name), path+"."+f.Name, have, f.Type)
		}
		return "CASE WHEN " + x + " IS NOT NULL THEN CAST(ROW(" + strings.Join(fields, ", ") + ") AS " + to.String() + ") END"
	case to.Kind == sql.ArrayType && from.Kind == sql.ArrayType:
		a.names++
		v := fmt.Sprintf("x%d", a.names)
		return "transform(" + x + ", " + v + " -> " + a.expr(v, path+"[]", from.Elem, to.Elem) + ")"
	case to.Kind == sql.MapType && from.Kind == sql.MapType:
		return "CAST(" + x + " AS " + to.String() + ")"
	}
	return a.none(path, to)
}

func (a *adapter) none(path string, to *sql.Type) string {
	a.lacks = append(a.lacks, path)
	return "CAST(NULL AS " + to.String() + ")"
}

// quote writes a name of a statement of Trino. Names come from the catalog or are ours, never from a log.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// text writes a literal of Trino, in which only the quote has a meaning.
func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
