package trino

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"trailscribe/internal/sql"
)

// typeVariables are put in the place of the capital letters of a signature.
var typeVariables = map[string]string{"T": "varchar", "U": "bigint", "V": "bigint", "W": "bigint", "R": "bigint", "S": "bigint",
	"K": "varchar", "O": "bigint", "D": "decimal(10, 2)", "E": "varchar", "L": "varchar"}

var variable = regexp.MustCompile(`\b[A-Z]\b`)

func concrete(t string) string {
	t = variable.ReplaceAllStringFunc(t, func(v string) string { return typeVariables[v] })
	switch t {
	case "timestamp", "timestamp with time zone":
		return strings.Replace(t, "timestamp", "timestamp(3)", 1)
	}
	return t
}

// given are arguments that must be literals, by function and place.
var given = map[string]map[int]string{
	"date_trunc": {0: "'day'"}, "date_diff": {0: "'day'"}, "date_add": {0: "'day'"}, "date_format": {1: "'%Y'"}, "date_parse": {1: "'%Y'"},
	"format_datetime": {1: "'yyyy'"}, "parse_datetime": {1: "'yyyy'"}, "at_timezone": {1: "'UTC'"}, "round": {1: "1"},
	"json_extract": {1: "'$.a'"}, "json_extract_scalar": {1: "'$.a'"}, "json_size": {1: "'$.a'"},
	"regexp_extract": {1: "'(a)'", 2: "1"}, "regexp_extract_all": {1: "'(a)'", 2: "1"}, "regexp_like": {1: "'a'"},
	"regexp_replace": {1: "'a'", 2: "'b'"},
	"regexp_split":   {1: "'a'"}, "regexp_count": {1: "'a'"}, "approx_percentile": {1: "0.5"}, "approx_distinct": {1: "0.02"},
	"listagg": {1: "','"},
	"lag":     {1: "1"}, "lead": {1: "1"}, "nth_value": {1: "1"}, "ntile": {0: "2"}, "max": {1: "2"}, "min": {1: "2"}, "max_by": {2: "2"},
	"min_by": {2: "2"},
	"random": {0: "1", 1: "2"}, "rand": {0: "1", 1: "2"}, "from_unixtime": {1: "'UTC'"}, "grouping": {0: "x"}, "typeof": {0: "'a'"},
}

// Every signature of the function table is one that Trino has, with the same type of result.
func TestSignatures(t *testing.T) {
	c := server(t)
	proved := 0
	for _, f := range sql.Reference() {
		for _, form := range f.Forms {
			text := call(f, form)
			p, bad := sql.Parse(text, nil)
			if bad.Err() != nil {
				t.Errorf("%s: %v", text, bad)
				continue
			}
			checked, bad := p.Check(sql.Catalog{}, nil)
			if checked == nil {
				t.Errorf("%s%s cannot be called as %s: %v", f.Name, form, text, bad)
				continue
			}
			_, types, err := c.exec(t.Context(), text)
			if err != nil {
				if types, err = typesOnly(t, c, text); err != nil {
					t.Errorf("%s%s is not Trino's: %s: %v", f.Name, form, text, err)
					continue
				}
			}
			proved++
			if got, want := loose(checked.Types()[0]), loose(types[0]); got != want {
				t.Errorf("%s gives %s at Trino, %s by the table", text, types[0], checked.Types()[0])
			}
		}
	}
	t.Logf("%d signatures of %d functions are Trino's", proved, len(sql.Reference()))
}

// typesOnly plans a call whose values are of no use, such as a key that is NULL, and reads the types from a result without rows.
func typesOnly(t *testing.T, c *client, text string) ([]string, error) {
	t.Helper()
	_, types, err := c.exec(t.Context(), "SELECT * FROM ("+text+") WHERE false")
	return types, err
}

// loose is a type without lengths of text, which this program does not follow.
func loose(t string) string {
	return length.ReplaceAllString(strings.ReplaceAll(t, ", ", ","), "varchar")
}

var length = regexp.MustCompile(`varchar\(\d+\)`)

func call(f sql.Function, form sql.Form) string {
	var args []string
	for i, p := range form.Params {
		if f.Name == "format" && i == 0 {
			args = append(args, "'"+strings.Repeat("%s", len(form.Params)-1)+"'")
			continue
		}
		if p == "U" && f.Name == "nullif" {
			p = "T"
		}
		if f.Name == "codepoint" {
			p = "varchar(1)"
		}
		a := "CAST(NULL AS " + concrete(p) + ")"
		in, out, isLambda := strings.Cut(p, " -> ")
		switch lit, ok := given[f.Name][i]; {
		case ok:
			a = lit
		case p == "unknown":
			a = "NULL"
		case isLambda:
			names := []string{"a", "b", "c"}[:strings.Count(in, ",")+1]
			a = "(" + strings.Join(names, ", ") + ") -> CAST(NULL AS " + concrete(out) + ")"
		case p == "interval day to second":
			a = "INTERVAL '1' DAY"
		case p == "interval year to month":
			a = "INTERVAL '1' MONTH"
		}
		args = append(args, a)
	}
	text := f.Name + "(" + strings.Join(args, ", ") + ")"
	switch {
	case f.Name == "current_date" || f.Name == "current_timestamp" || f.Name == "localtimestamp":
		text = f.Name
	case f.Name == "listagg":
		text += " WITHIN GROUP (ORDER BY x)"
	case f.Name == "grouping":
		return "SELECT grouping(x) FROM (VALUES 1) t(x) GROUP BY x"
	case f.Kind == "window":
		text += " OVER (ORDER BY x)"
	case f.Kind == "scalar":
		return "SELECT " + text
	}
	return fmt.Sprintf("SELECT %s FROM (VALUES 1) t(x)", text)
}
