package sql

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/sql/ast"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestLiteral(t *testing.T) {
	for _, c := range []struct {
		value       any
		trino, duck string
	}{
		{nil, "NULL", "NULL"},
		{"", "''", "''"},
		{"it's", "'it''s'", "'it''s'"},
		{`'; DROP TABLE t; --`, `'''; DROP TABLE t; --'`, `'''; DROP TABLE t; --'`},
		{`\'`, `'\'''`, `'\'''`},
		{"a\nb\tc", "'a\nb\tc'", "'a\nb\tc'"},
		{"Größe 🙂", "'Größe 🙂'", "'Größe 🙂'"},
		{true, "TRUE", "TRUE"},
		{false, "FALSE", "FALSE"},
		{5, "BIGINT '5'", "CAST(5 AS BIGINT)"},
		{int64(math.MinInt64), "BIGINT '-9223372036854775808'", "CAST(-9223372036854775808 AS BIGINT)"},
		{1.5, "1.5E0", "1.5E0"},
		{0.0, "0E0", "0E0"},
		{-1e300, "-1E300", "-1E300"},
		{1e-7, "1E-7", "1E-7"},
		{math.MaxFloat64, "1.7976931348623157E308", "1.7976931348623157E308"},
		{Decimal("1.50"), "1.50", "CAST('1.50' AS DECIMAL(3,2))"},
		{Decimal("-12"), "DECIMAL '-12'", "CAST('-12' AS DECIMAL(2,0))"},
		{Date(at("2026-10-01T23:00:00+02:00")), "DATE '2026-10-01'", "DATE '2026-10-01'"},
		{at("2026-10-01T00:30:00.120+02:00"), "TIMESTAMP '2026-09-30 22:30:00.120'", "TIMESTAMP '2026-09-30 22:30:00.120'"},
		{Zoned(at("2026-10-01T00:30:00+02:00")), "TIMESTAMP '2026-09-30 22:30:00.000 UTC'", "TIMESTAMPTZ '2026-09-30 22:30:00.000+00'"},
		{90 * time.Minute, "BIGINT '5400'", "CAST(5400 AS BIGINT)"},
		{[]string{"a", "b'"}, "ARRAY['a', 'b''']", "['a', 'b''']"},
		{[]string{}, "CAST(ARRAY[] AS array(varchar))", "CAST([] AS VARCHAR[])"},
		{[]string(nil), "CAST(ARRAY[] AS array(varchar))", "CAST([] AS VARCHAR[])"},
		{[]int64{1, -2}, "ARRAY[BIGINT '1', BIGINT '-2']", "[CAST(1 AS BIGINT), CAST(-2 AS BIGINT)]"},
		{[]int64{}, "CAST(ARRAY[] AS array(bigint))", "CAST([] AS BIGINT[])"},
		{[]float64{}, "CAST(ARRAY[] AS array(double))", "CAST([] AS DOUBLE[])"},
		{[]bool{true}, "ARRAY[TRUE]", "[TRUE]"},
		{[]Date{}, "CAST(ARRAY[] AS array(date))", "CAST([] AS DATE[])"},
		{[]Date{Date(at("2026-10-01T00:00:00Z"))}, "ARRAY[DATE '2026-10-01']", "[DATE '2026-10-01']"},
		{[]time.Time{}, "CAST(ARRAY[] AS array(timestamp(3)))", "CAST([] AS TIMESTAMP_MS[])"},
	} {
		for d, want := range map[Dialect]string{Trino: c.trino, DuckDB: c.duck} {
			got, err := Literal(d, c.value)
			if err != nil || got != want {
				t.Errorf("Literal(%d, %#v) = %q, %v; want %q", d, c.value, got, err, want)
			}
		}
		if p, ps := Parse("SELECT "+c.trino, nil); ps != nil {
			t.Errorf("%s is refused: %v", c.trino, ps)
		} else if got := printTrino(p.query, nil, nil); got != "SELECT "+c.trino && !strings.Contains(c.trino, "\n") {
			t.Errorf("%s is printed as %s", c.trino, got)
		}
	}
}

func TestLiteralRefused(t *testing.T) {
	for want, v := range map[string]any{
		"UTF-8":               "a\xff",
		"U+0000":              "a\x00b",
		"item 2: the text":    []string{"a", "\x00"},
		"not a finite":        math.NaN(),
		"+Inf is not":         math.Inf(1),
		"not a decimal":       Decimal("1e3"),
		`"" is not a decimal`: Decimal(""),
		"38 digits":           Decimal(strings.Repeat("1", 39)),
		"finer":               at("2026-10-01T00:00:00.0001Z"),
		"year 0":              time.Time{}.AddDate(-1, 0, 0),
		"year 10000":          Date(at("9999-12-31T00:00:00Z").AddDate(0, 0, 1)),
		"whole number":        1500 * time.Millisecond,
		"struct":              struct{}{},
		"uint8":               []byte("a"),
	} {
		if s, err := Literal(Trino, v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Literal(%#v) = %q, %v; want an error with %q", v, s, err, want)
		}
	}
	if _, err := Literal(9, "a"); err == nil {
		t.Error("an unknown dialect is accepted")
	}
}

// FuzzLiteral: a text is written so that it reads back as one token of the same value, in any place of a statement.
func FuzzLiteral(f *testing.F) {
	for _, s := range []string{"", "a", "'", "''", "\\'", "\x00", "\xff", "--", "/*", "*/", "\n", "\r", "\u2028", "ʼ", "’", "$$", ";", ":p",
		"{{", "\U000e0001"} {
		f.Add(s, int64(0), 0.0)
	}
	f.Add("x", int64(math.MinInt64), math.SmallestNonzeroFloat64)
	f.Add("x", int64(math.MaxInt64), -math.MaxFloat64)
	f.Fuzz(func(t *testing.T, s string, n int64, x float64) {
		for _, d := range []Dialect{Trino, DuckDB} {
			text, err := Literal(d, s)
			if err != nil {
				if writable(s) == nil {
					t.Fatalf("%q is refused: %v", s, err)
				}
				continue
			}
			p, ps := Parse("SELECT a("+text+") b", nil)
			if ps != nil {
				t.Fatalf("%q is written %q, which cannot be read: %v", s, text, ps)
			}
			read := p.query.Body.(*ast.Select).Items[0].X.(*ast.Call).Args
			if diff := cmp.Diff([]ast.Expr{&ast.StringLit{Value: s}}, read, sameTree); diff != "" {
				t.Fatalf("%q is written %q, which reads as another: %s", s, text, diff)
			}
		}
		list, err := Literal(Trino, []string{s, s})
		if err == nil {
			p, ps := Parse("SELECT f("+list+", "+list+")", nil)
			if ps != nil {
				t.Fatal(ps)
			}
			a := p.query.Body.(*ast.Select).Items[0].X.(*ast.Call).Args[1].(*ast.Array)
			if diff := cmp.Diff([]ast.Expr{&ast.StringLit{Value: s}, &ast.StringLit{Value: s}}, a.Elems, sameTree); diff != "" {
				t.Fatal(diff)
			}
		}
		text, err := Literal(Trino, n)
		if p, ps := Parse("SELECT "+text, nil); err != nil || ps != nil ||
			p.query.Body.(*ast.Select).Items[0].X.(*ast.TypedLit).Value != strconv.FormatInt(n, 10) {
			t.Fatal(n, text, err, ps)
		}
		if text, err = Literal(Trino, x); err != nil {
			return
		}
		p, ps := Parse("SELECT -"+"("+text+"), a - "+text, nil)
		if ps != nil {
			t.Fatal(ps)
		}
		lit, ok := p.query.Body.(*ast.Select).Items[1].X.(*ast.Binary).Right.(*ast.DoubleLit)
		if !ok {
			t.Fatalf("%v is written %q", x, text)
		}
		if back, err := strconv.ParseFloat(lit.Text, 64); err != nil || math.Float64bits(back) != math.Float64bits(x) {
			t.Fatalf("%v is written %q and read as %v, %v", x, text, back, err)
		}
	})
}
