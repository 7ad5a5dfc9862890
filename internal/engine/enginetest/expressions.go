package enginetest

import (
	_ "embed"
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/sql"
	"trailscribe/internal/sql/scalar"
)

//go:embed testdata/expressions.txt
var expressions string

// Expression is one case of the expression contract: what Trino's language means, value by value.
type Expression struct {
	Line     int
	Text     string // an expression, or a whole SELECT
	Want     string // the value Trino gives; "ERR" and its name: an error, when it is checked or when it runs
	Refused  string // not "": the language refuses it, although Trino has it, for this reason
	Refusal  bool
	Apart    string // not "": what Trino gives where Athena is documented to give Want
	Known    string // not "": what the embedded engine gives instead, a difference known and not removed
	Comments string
}

// ReadExpressions are the cases of testdata/expressions.txt, one a line:
//
//	expression ||| value [||| note]
//
// A note "refused: reason" says that Check refuses the expression although Trino has it; "Trino gives V: reason" that Athena
// is documented to differ from Trino, "DuckDB gives V: reason" a difference that is known and stays, "at run time" that Trino finds an
// error late that it finds early as a rule. Rows are separated by "; ",
// columns by ", " outside brackets; timestamps have three digits, those with a zone are shown in UTC.
func ReadExpressions() ([]Expression, error) {
	var out []Expression
	for i, line := range strings.Split(expressions, "\n") {
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		parts := strings.Split(line, " ||| ")
		if len(parts) < 2 || len(parts) > 3 {
			return nil, fmt.Errorf("expressions.txt:%d: a case is expression ||| value [||| note]", i+1)
		}
		x := Expression{Line: i + 1, Text: parts[0], Want: parts[1]}
		if x.Want == "''" {
			x.Want = ""
		}
		if len(parts) == 3 {
			x.Refused, x.Refusal = strings.CutPrefix(parts[2], "refused: ")
			if !x.Refusal {
				x.Refused, x.Comments = "", parts[2]
			}
			if apart, ok := strings.CutPrefix(x.Comments, "Trino gives "); ok {
				x.Apart, _, _ = strings.Cut(apart, ": ")
			}
			if known, ok := strings.CutPrefix(x.Comments, "DuckDB gives "); ok {
				x.Known, _, _ = strings.Cut(known, ": ")
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// Evaluate runs a statement and returns its cells as the engine's driver gives them.
type Evaluate func(t *testing.T, b *sql.Bound) ([][]any, error)

// Expressions runs the contract on an engine: every expression is parsed, checked, written for the engine and compared with
// Trino's value. It logs how many cases there were of each sort.
func Expressions(t *testing.T, evaluate Evaluate) {
	cases, err := ReadExpressions()
	if err != nil {
		t.Fatal(err)
	}
	var same, failing, refused, known int
	for _, x := range cases {
		got, wasRefused := x.evaluate(t, evaluate)
		switch {
		case x.Refusal:
			refused++
		case x.Known != "":
			known++
		case strings.HasPrefix(x.Want, "ERR"):
			failing++
		default:
			same++
		}
		if why := x.Judge(got, wasRefused); why != "" {
			t.Error(why)
		}
	}
	t.Logf("%d expressions: %d with Trino's value, %d with an error as in Trino, %d refused by design, %d known to differ", len(cases), same,
		failing, refused, known)
}

// analysis are the names of errors that Trino finds before it runs a statement. Check must find them too: an engine that has
// another language than Trino may well run the statement.
var analysis = []string{"SYNTAX_ERROR", "COLUMN_NOT_FOUND", "FUNCTION_NOT_FOUND", "TYPE_MISMATCH", "AMBIGUOUS_NAME",
	"AMBIGUOUS_FUNCTION_CALL",
	"EXPRESSION_NOT_AGGREGATE", "EXPRESSION_NOT_SCALAR", "NESTED_AGGREGATION", "NOT_SUPPORTED", "INVALID_RECURSIVE_REFERENCE",
	"NESTED_RECURSIVE",
	"MISSING_COLUMN_ALIASES", "INVALID_LIMIT_CLAUSE"}

// Judge says what is wrong with an engine's answer to the case, "" where nothing is. got is the rendered result, or ERR and why;
// refused: Parse or Check did not take it.
func (x Expression) Judge(got string, refused bool) string {
	fails := strings.HasPrefix(got, "ERR")
	code, wantsError := strings.CutPrefix(x.Want, "ERR ")
	switch {
	case x.Refusal:
		if !refused {
			return fmt.Sprintf("line %d: %s is no longer refused (%s): it gives %s, Trino %s", x.Line, x.Text, x.Refused, got, x.Want)
		}
	case x.Known != "":
		if got != x.Known && !(x.Known == "ERR" && fails) {
			return fmt.Sprintf("line %d: %s gives %s, its note says %s, Trino %s", x.Line, x.Text, got, x.Known, x.Want)
		}
	case wantsError && !fails:
		return fmt.Sprintf("line %d: %s gives %s, Trino an error", x.Line, x.Text, got)
	case wantsError && !refused && slices.Contains(analysis, code) && !strings.HasPrefix(x.Comments, "at run time"):
		return fmt.Sprintf("line %d: %s is not refused before it runs (%s), Trino says %s", x.Line, x.Text, got, code)
	case !wantsError && got != x.Want:
		return fmt.Sprintf("line %d: %s gives %s, Trino %s", x.Line, x.Text, got, x.Want)
	}
	return ""
}

// evaluate gives the rendered result, or ERR and why; refused: Parse or Check did not take it.
func (x Expression) evaluate(t *testing.T, run Evaluate) (got string, refused bool) {
	p, probs := sql.Parse(x.Statement(), nil)
	if probs.Err() != nil {
		return "ERR " + probs.Error(), true
	}
	c, probs := p.Check(sql.Catalog{}, nil)
	if c == nil {
		return "ERR " + probs.Error(), true
	}
	b, err := c.Bind(nil)
	if err != nil {
		return "ERR " + err.Error(), true
	}
	rows, err := run(t, b)
	if err != nil {
		return "ERR " + err.Error(), false
	}
	if got, err = RenderRows(c.Types(), rows); err != nil {
		t.Fatal(err)
	}
	return got, false
}

// Statement is the case as a SELECT.
func (x Expression) Statement() string {
	if l := strings.ToLower(x.Text); strings.HasPrefix(l, "select ") || strings.HasPrefix(l, "with ") {
		return x.Text
	}
	return "SELECT " + x.Text
}

// RenderRows is a result as the cases write it. types are those of Checked.Types.
func RenderRows(types []string, rows [][]any) (string, error) {
	kinds := make([]*sql.Type, len(types))
	for i, s := range types {
		var err error
		if kinds[i], err = sql.ParseType(s); err != nil {
			return "", err
		}
	}
	lines := make([]string, len(rows))
	for i, r := range rows {
		cells := make([]string, len(r))
		for j, v := range r {
			cells[j] = Render(kinds[j], v)
		}
		lines[i] = strings.Join(cells, ", ")
	}
	return strings.Join(lines, "; "), nil
}

// Render is a value as Athena shows it. v is what a driver may give: Go's own types, lists as []any, rows and maps as maps.
func Render(t *sql.Type, v any) string {
	if v == nil {
		return "NULL"
	}
	switch t.Kind {
	case sql.ArrayType:
		vs, ok := v.([]any)
		if !ok {
			return fmt.Sprint(v)
		}
		parts := make([]string, len(vs))
		for i, e := range vs {
			parts[i] = Render(t.Elem, e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case sql.RowType:
		m, ok := v.(map[string]any)
		if !ok {
			return fmt.Sprint(v)
		}
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			name := f.Name
			if name == "" {
				name = fmt.Sprintf("f%d", i+1)
			}
			parts[i] = Render(f.Type, m[name])
			if f.Name != "" {
				parts[i] = f.Name + "=" + parts[i]
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case sql.MapType:
		return renderMap(t, v)
	case sql.DateType:
		if d, ok := v.(time.Time); ok {
			return d.UTC().Format("2006-01-02")
		}
	case sql.TimeType:
		if d, ok := v.(time.Time); ok {
			return d.UTC().Format("15:04:05.000")
		}
	case sql.TimestampType:
		if d, ok := v.(time.Time); ok {
			return d.UTC().Format("2006-01-02 15:04:05.000")
		}
	case sql.TimestampZoneType:
		if d, ok := v.(time.Time); ok {
			return d.UTC().Format("2006-01-02 15:04:05.000 UTC")
		}
	case sql.DoubleType, sql.RealType:
		switch f := v.(type) {
		case float64:
			return scalar.DoubleText(f)
		case float32:
			return scalar.DoubleText(float64(f))
		}
	case sql.VarbinaryType:
		if b, ok := v.([]byte); ok {
			return fmt.Sprintf("%x", b)
		}
	}
	if n, ok := v.(*big.Int); ok {
		return n.String()
	}
	if m, ok := v.(fmt.Stringer); ok {
		return m.String()
	}
	return fmt.Sprint(v)
}

// renderMap sorts the entries: neither engine has an order of keys.
func renderMap(t *sql.Type, v any) string {
	var parts []string
	add := func(k, e any) { parts = append(parts, Render(t.Key, k)+"="+Render(t.Elem, e)) }
	switch m := v.(type) {
	case map[any]any:
		for k, e := range m {
			add(k, e)
		}
	case map[string]any:
		for k, e := range m {
			add(k, e)
		}
	case interface {
		Keys() []any
		Values() []any
	}:
		for i, k := range m.Keys() {
			add(k, m.Values()[i])
		}
	default:
		return fmt.Sprint(v)
	}
	sort.Strings(parts)
	return "{" + strings.Join(parts, ", ") + "}"
}
