package sql

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"

	"trailscribe/internal/diag"
	"trailscribe/internal/sql/ast"
)

var update = flag.Bool("update", false, "write the golden files")

// statement is one of a corpus.
type statement struct{ name, text string }

func corpus(t testing.TB, file string) (out []statement) {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		out = append(out, statement{f.Name, strings.TrimSuffix(string(f.Data), "\n")})
	}
	if len(out) == 0 {
		t.Fatalf("%s holds no statements", file)
	}
	return out
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (run with -update after reading): -want +got\n%s", file, diff)
	}
}

// sameTree compares trees without places and without how a name or a row was spelled.
var sameTree = cmp.Options{
	cmpopts.IgnoreTypes(ast.Span{}),
	cmpopts.IgnoreFields(ast.Ident{}, "Quoted"),
	cmpopts.IgnoreFields(ast.Binary{}, "OpAt"),
	cmpopts.EquateEmpty(),
}

// fixpoint parses, prints, parses and prints again.
func fixpoint(t *testing.T, text string) string {
	t.Helper()
	first, ps := Parse(text, nil)
	if ps != nil {
		t.Fatalf("%q is refused: %v", text, ps)
	}
	printed := printTrino(first.query, nil, nil)
	second, ps := Parse(printed, nil)
	if ps != nil {
		t.Fatalf("%q was printed as\n%s\nwhich is refused: %v", text, printed, ps)
	}
	if diff := cmp.Diff(first.query, second.query, sameTree); diff != "" {
		t.Fatalf("%q was printed as\n%s\nwhich means something else: -first +second\n%s", text, printed, diff)
	}
	if again := printTrino(second.query, nil, nil); again != printed {
		t.Fatalf("printing is not stable: -first +second\n%s", cmp.Diff(printed, again))
	}
	return printed
}

func TestAccepted(t *testing.T) {
	var out bytes.Buffer
	for _, s := range corpus(t, "testdata/accept.txtar") {
		t.Run(s.name, func(t *testing.T) {
			fmt.Fprintf(&out, "-- %s --\n%s\n", s.name, fixpoint(t, s.text))
		})
	}
	golden(t, "testdata/print.golden", out.Bytes())
}

func TestRefused(t *testing.T) {
	var out bytes.Buffer
	for _, s := range corpus(t, "testdata/refuse.txtar") {
		p, ps := Parse(s.text, nil)
		if p != nil || ps.Err() == nil {
			t.Errorf("%s: %q is accepted", s.name, s.text)
		}
		fmt.Fprintf(&out, "-- %s --\n", s.name)
		for _, p := range ps {
			before := []rune(p.At.Text)[:p.At.Col-1]
			fmt.Fprintf(&out, "%d: %s\n   %s%s\n%s\n", p.At.Line, p.At.Text, strings.Repeat(" ", len(before)), strings.Repeat("^", p.Width), p.Text)
			if p.Hint != "" {
				fmt.Fprintf(&out, "  %s\n", p.Hint)
			}
		}
	}
	golden(t, "testdata/refuse.golden", out.Bytes())
}

// TestPlaces holds that problems are placed by the function Parse was given, in characters.
func TestPlaces(t *testing.T) {
	text := "SELECT 'äöü🙂', a::int"
	var asked []int
	_, ps := Parse(text, func(char int) diag.Pos {
		asked = append(asked, char)
		return diag.Pos{File: "q.yaml", Line: 7, Col: 3 + char}
	})
	want := utf8.RuneCountInString("SELECT 'äöü🙂', a")
	if len(ps) != 1 || len(asked) != 1 || asked[0] != want || ps[0].At.Col != 3+want || ps[0].Width != 2 {
		t.Errorf("asked for %v, want %d; problems %+v", asked, want, ps)
	}
}

// TestPlaceOfBadText: the replacement character itself is text like any other; the bytes behind it are not.
func TestPlaceOfBadText(t *testing.T) {
	_, ps := Parse("SELECT '\ufffd\xff'", nil)
	if len(ps) != 1 || ps[0].At.Line != 1 || ps[0].At.Col != 10 {
		t.Errorf("%+v", ps)
	}
}

func TestSpans(t *testing.T) {
	text := "SELECT 'ä' AS x, useridentity.arn AS principal, count(*) FILTER (WHERE a IS NOT NULL) OVER w FROM events AS e WINDOW w AS ()"
	p, ps := Parse(text, nil)
	if ps != nil {
		t.Fatal(ps)
	}
	var got []string
	ast.Walk(p.query, func(n ast.Node) bool {
		runes := []rune(text)
		if n.Pos() < 0 || n.End() > len(runes) || n.Pos() >= n.End() {
			t.Errorf("%T stands at [%d, %d) of %d", n, n.Pos(), n.End(), len(runes))
			return false
		}
		got = append(got, fmt.Sprintf("%T %s", n, string(runes[n.Pos():n.End()])))
		return true
	})
	for _, want := range []string{
		"*ast.StringLit 'ä'", "*ast.Deref useridentity.arn", "*ast.SelectItem useridentity.arn AS principal", "*ast.Table events AS e",
		"*ast.Call count(*) FILTER (WHERE a IS NOT NULL) OVER w", "*ast.IsNull a IS NOT NULL", "*ast.Ident principal", "*ast.WindowDef w AS ()",
		"*ast.Window ()",
	} {
		if !strings.Contains("\n"+strings.Join(got, "\n")+"\n", "\n"+want+"\n") {
			t.Errorf("no node is %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
}

func TestParams(t *testing.T) {
	p, ps := Parse("SELECT :b, ':no', /* :no */ :a, (SELECT :b) FROM t WHERE x > :c_1 LIMIT :n", nil)
	if ps != nil {
		t.Fatal(ps)
	}
	if diff := cmp.Diff([]string{"b", "a", "c_1", "n"}, p.Params()); diff != "" {
		t.Error(diff)
	}
}

// TestDeep holds that no nesting, however made, runs out of stack, and that what is refused is said.
func TestDeep(t *testing.T) {
	for name, text := range map[string]string{
		"parentheses": "SELECT " + strings.Repeat("(", 200_000) + "1" + strings.Repeat(")", 200_000),
		"open":        "SELECT " + strings.Repeat("(", 200_000),
		"not":         "SELECT " + strings.Repeat("NOT ", 100_000) + "a",
		"minus":       "SELECT " + strings.Repeat("- ", 100_000) + "a",
		"or":          "SELECT a" + strings.Repeat(" OR a", 100_000),
		"subquery":    strings.Repeat("SELECT * FROM (", 50_000) + "SELECT 1" + strings.Repeat(")", 50_000),
		"union":       "SELECT 1" + strings.Repeat(" UNION SELECT 1", 50_000),
		"join":        "SELECT 1 FROM a" + strings.Repeat(" CROSS JOIN a", 50_000),
		"subscript":   "SELECT a" + strings.Repeat("[1]", 100_000),
		"fields":      "SELECT a" + strings.Repeat(".a", 100_000),
		"brackets":    "SELECT " + strings.Repeat("a[", 100_000),
		"calls":       "SELECT " + strings.Repeat("f(", 100_000),
		"lambdas":     "SELECT " + strings.Repeat("f(x -> ", 100_000),
		"case":        "SELECT " + strings.Repeat("CASE WHEN ", 80_000),
		"types":       "SELECT CAST(a AS " + strings.Repeat("array(", 100_000),
		"relations":   "SELECT 1 FROM " + strings.Repeat("(", 100_000) + "a",
		"joins":       "SELECT 1 FROM a" + strings.Repeat(" JOIN a", 80_000),
		"bodies":      strings.Repeat("(", 100_000) + "SELECT 1",
	} {
		t.Run(name, func(t *testing.T) {
			_, ps := Parse(text, nil)
			if len(ps) != 1 || !strings.Contains(ps[0].Text, "500 levels") {
				t.Errorf("problems: %.300v", ps)
			}
		})
	}
	for name, text := range map[string]string{
		"parentheses": "SELECT " + strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100),
		"or":          "SELECT a" + strings.Repeat(" OR a", 400),
		"list":        "SELECT a IN (1" + strings.Repeat(", 1", 10_000) + ")",
	} {
		if _, ps := Parse(text, nil); ps != nil {
			t.Errorf("%s: refused: %v", name, ps)
		}
	}
}

func TestNoText(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT 'a\xffb'":            "not valid UTF-8",
		"SELECT '\ufffd\xff'":        "not valid UTF-8",
		"SELECT 'a\x00b'":            "NUL",
		strings.Repeat(" ", 1<<20+1): "longer than",
	} {
		_, ps := Parse(text, nil)
		if len(ps) != 1 || !strings.Contains(ps[0].Text, want) {
			t.Errorf("%.20q: %v, want %q", text, ps, want)
		}
	}
}

// FuzzParse: what is accepted prints to a text that means the same and is printed the same again; what is refused says where.
func FuzzParse(f *testing.F) {
	for _, file := range []string{"testdata/accept.txtar", "testdata/refuse.txtar"} {
		for _, s := range corpus(f, file) {
			f.Add(s.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, ps := Parse(text, nil)
		if (p == nil) == (ps.Err() == nil) {
			t.Fatalf("%q: parsed %v, problems %v", text, p != nil, ps)
		}
		for _, problem := range ps {
			if problem.At.Line < 1 || problem.At.Col < 1 || problem.Width < 1 || problem.Text == "" {
				t.Fatalf("%q: problem without a place: %+v", text, problem)
			}
		}
		if p == nil {
			return
		}
		size := utf8.RuneCountInString(text)
		ast.Walk(p.query, func(n ast.Node) bool {
			if n.Pos() < 0 || n.End() < n.Pos() || n.End() > size {
				t.Fatalf("%q: %T stands at [%d, %d)", text, n, n.Pos(), n.End())
			}
			return true
		})
		fixpoint(t, text)
	})
}
