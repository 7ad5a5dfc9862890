package result

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var every = []Column{{"text", Text}, {"int", Int}, {"decimal", Decimal}, {"float", Float}, {"bool", Bool}, {"instant", Instant},
	{"local", Local}, {"date", Date}}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func encode(t *testing.T, cols []Column, rows ...Row) []byte {
	t.Helper()
	var b bytes.Buffer
	n, sum, err := Encode(&b, cols, Of(cols, rows).All())
	if err != nil {
		t.Fatal(err)
	}
	if n != int64(len(rows)) || sum != sha256.Sum256(b.Bytes()) {
		t.Fatalf("counted %d rows of %d, sum %x", n, len(rows), sum)
	}
	return b.Bytes()
}

func opener(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

func collect(t *testing.T, s Set) (rows []Row) {
	t.Helper()
	for r, err := range s.All() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, append(Row{}, r...))
	}
	return rows
}

func TestFile(t *testing.T) {
	got := encode(t, every,
		Row{"a \"b\" \\ \n\t\r\x01\x7f <é> \u2028 \xff", int64(-7), "12.50", 0.1, true, at("2026-10-02T07:14:36.5Z"), at("2026-10-02T09:14:36Z"),
			at("2026-10-02T00:00:00Z")},
		Row{nil, nil, nil, nil, nil, nil, nil, nil})
	want := `{"columns":[{"name":"text","kind":"text"},{"name":"int","kind":"int"},{"name":"decimal","kind":"decimal"},{"name":"float","kind":"float"},{"name":"bool","kind":"bool"},{"name":"instant","kind":"instant"},{"name":"local","kind":"local"},{"name":"date","kind":"date"}]}
["a \"b\" \\ \n\t\r\u0001` + "\x7f <é> \u2028" +
		` \udcff",-7,"12.50",0.1,true,"2026-10-02T07:14:36.500Z","2026-10-02T09:14:36.000","2026-10-02"]
[null,null,null,null,null,null,null,null]
`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRoundTrip(t *testing.T) {
	rows := []Row{
		{"", int64(0), "0", 0.0, false, at("0001-01-01T00:00:00Z"), at("2026-02-28T23:59:59.999Z"), at("2024-02-29T00:00:00Z")},
		{"\xed\xa0\x80\xff\x80 lone", int64(math.MaxInt64), "-99999999999999999999.000", math.MaxFloat64, true, at("9999-12-31T23:59:59.999Z"),
			nil, nil},
		{"\ufffd \U0001f600 " + strings.Repeat("x", 200_000), int64(math.MinInt64), "1", math.SmallestNonzeroFloat64, nil, nil, nil, nil},
		{nil, int64(7), nil, -1e21, nil, at("2026-10-02T07:14:36Z"), nil, nil},
		{"same", int64(7), "1", 1e-7, true, at("2026-10-02T07:14:36Z"), nil, nil},
		{"same", int64(7), "1", 1e-7, true, at("2026-10-02T07:14:36Z"), nil, nil},
	}
	set, err := Decode(opener(encode(t, every, rows...)))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(set.Columns(), every) || set.Count() != int64(len(rows)) {
		t.Fatal(set.Columns(), set.Count())
	}
	for range 2 { // a Set is read again
		if got := collect(t, set); !reflect.DeepEqual(got, rows) {
			t.Fatalf("got %v\nwant %v", got, rows)
		}
	}
	for r, err := range set.All() { // and can be left early
		if err != nil || r[0] != "" {
			t.Fatal(r, err)
		}
		break
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		v    any
	}{
		{Text, 1}, {Text, []byte("x")}, {Int, 1}, {Int, "1"}, {Float, math.NaN()}, {Float, math.Inf(1)}, {Float, float32(1)}, {Bool, "true"},
		{Decimal, ""}, {Decimal, "-"}, {Decimal, "1."}, {Decimal, ".1"}, {Decimal, "1e3"}, {Decimal, "+1"}, {Decimal, "1.2.3"}, {Decimal, 1.5},
		{Instant, "2026-10-02"}, {Instant, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, {Date, at("2026-10-02T01:00:00Z")}, {0, "x"},
	} {
		cols := []Column{{"c", c.kind}}
		if _, _, err := Encode(io.Discard, cols, Of(cols, []Row{{c.v}}).All()); err == nil {
			t.Errorf("%v %#v was written", c.kind, c.v)
		}
	}
	if _, _, err := Encode(io.Discard, every, Of(every, []Row{{"short"}}).All()); err == nil {
		t.Error("a short row was written")
	}
	broken := errors.New("engine stopped")
	rows := func(yield func(Row, error) bool) { yield(nil, broken) }
	if _, _, err := Encode(io.Discard, every, rows); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, _, err := Encode(full{}, every, Of(every, nil).All()); !errors.Is(err, io.ErrShortWrite) {
		t.Error(err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestDecodeRefuses(t *testing.T) {
	good := string(encode(t, every, Row{"a", int64(1), "1", 1.5, true, at("2026-10-02T07:14:36Z"), nil, nil}))
	head, _, _ := strings.Cut(good, "\n")
	cell := func(col int, with string) string {
		cells := []string{`"a"`, "1", `"1"`, "1.5", "true", "null", "null", "null"}
		cells[col] = with
		return head + "\n[" + strings.Join(cells, ",") + "]\n"
	}
	for name, file := range map[string]string{
		"empty": "", "no columns": "[]\n", "kind": `{"columns":[{"name":"a"}]}` + "\n",
		"unknown kind": `{"columns":[{"name":"a","kind":"blob"}]}` + "\n",
		"cut":          good[:len(good)-1], "cut in a row": good[:len(good)-9], "no array": head + "\n{}\n", "few cells": head + "\n[null]\n",
		"no cells": head + "\n[]\n", "empty line": head + "\n\n",
		"many cells": strings.Replace(good, "]\n", ",1]\n", 2), "open string": cell(0, `"a`), "bad escape": cell(0, `"\x41"`),
		"short escape": cell(0, `"\u12"`), "control": cell(0, "\"\x01\""), "bytes": cell(0, "\"\xff\""),
		"text as number": cell(0, "1"), "int with point": cell(1, "1.0"), "int too long": cell(1, "9223372036854775808"),
		"leading zero": cell(1, "01"), "minus zero": cell(1, "-0"), "hex": cell(3, "0x1p3"), "inf": cell(3, "Inf"),
		"too large": cell(3, "1e999"), "decimal": cell(2, `"1e3"`), "bool": cell(4, "True"), "no zone": cell(5, `"2026-10-02T07:14:36.000"`),
		"no day":          cell(5, `"2026-02-30T07:14:36.000Z"`),
		"local with zone": cell(6, `"2026-10-02T07:14:36.000Z"`), "date": cell(7, `"2026-13-02"`), "blank": cell(1, " 1"),
	} {
		set, err := Decode(opener([]byte(file)))
		if err != nil {
			continue
		}
		for _, e := range set.All() {
			err = e
		}
		if err == nil {
			t.Errorf("%s: read without an error", name)
		}
	}
	set, err := Stored(opener([]byte(good)), 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range set.All() {
		err = e
	}
	if err == nil {
		t.Error("a missing row was not noticed")
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\\n", "\xff\xfe", "\u2028é\U0001f600", "\x00\x1f\x7f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := appendText(nil, s)
		if !json.Valid(b) {
			t.Fatalf("%q is not JSON", b)
		}
		if utf8.ValidString(s) {
			var back string
			if err := json.Unmarshal(b, &back); err != nil || back != s {
				t.Fatalf("encoding/json reads %q as %q (%v)", s, back, err)
			}
		}
		cols := []Column{{"c", Text}}
		if got := collect(t, must(Decode(opener(encode(t, cols, Row{s}))))); got[0][0] != s {
			t.Fatalf("%q came back as %q", s, got[0][0])
		}
	})
}

func must(s Set, err error) Set {
	if err != nil {
		panic(err)
	}
	return s
}

// The decoder takes nothing that encoding/json refuses, and reads the same values.
func FuzzDecodeRow(f *testing.F) {
	f.Add(`["a",1,"1",1.5,true,"2026-10-02T07:14:36.000Z","2026-10-02T07:14:36.000","2026-10-02"]`)
	f.Add(`["\u0041\ud83d\ude00\udcff\/",-1,"-1.5",1e5,false,null,null,null]`)
	f.Add(`[null,null,null,null,null,null,null,null]`)
	f.Add(`["\`)
	f.Fuzz(func(t *testing.T, line string) {
		row, seen := make(Row, len(every)), make(Row, len(every))
		if decodeRow([]byte(line), every, row, seen) != nil {
			return
		}
		var ref []any
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		if err := d.Decode(&ref); err != nil || len(ref) != len(every) || !json.Valid([]byte(line)) {
			t.Fatalf("%q was read, encoding/json says %v", line, err)
		}
		for i, v := range row {
			switch v := v.(type) {
			case nil:
				if ref[i] != nil {
					t.Fatalf("%q: cell %d is not null", line, i)
				}
			case string:
				if want := ref[i].(string); v != want && !strings.Contains(want, "\ufffd") {
					t.Fatalf("%q: %q is not %q", line, v, want)
				}
			case int64:
				if ref[i].(json.Number).String() != fmt.Sprint(v) {
					t.Fatalf("%q: %d is not %s", line, v, ref[i])
				}
			case float64:
				if want, _ := ref[i].(json.Number).Float64(); v != want {
					t.Fatalf("%q: %g is not %g", line, v, want)
				}
			case bool:
				if ref[i].(bool) != v {
					t.Fatalf("%q: %v", line, v)
				}
			case time.Time:
				form := map[Kind]string{Instant: instantForm, Local: localForm, Date: dateForm}[every[i].Kind]
				if want, err := time.Parse(form, ref[i].(string)); err != nil || !want.Equal(v) {
					t.Fatalf("%q: %v is not %v (%v)", line, v, want, err)
				}
			}
		}
	})
}

func FuzzFloat(f *testing.F) {
	f.Add(0.1)
	f.Add(-1e300)
	f.Fuzz(func(t *testing.T, v float64) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		b := appendFloat(nil, v)
		var back float64
		if err := json.Unmarshal(b, &back); err != nil || back != v {
			t.Fatalf("%g was written as %s (%v)", v, b, err)
		}
	})
}

// wide is like CloudTrail: some columns that hardly change, some that always do.
func wide(n int) ([]Column, iter.Seq2[Row, error]) {
	cols := make([]Column, 20)
	for i := range cols {
		cols[i] = Column{fmt.Sprintf("column_%02d", i), Text}
	}
	cols[0].Kind, cols[19].Kind = Instant, Int
	start := at("2026-10-01T00:00:00Z")
	return cols, func(yield func(Row, error) bool) {
		row := make(Row, len(cols))
		for i := range n {
			row[0], row[19] = start.Add(time.Duration(i)*time.Second), int64(i)
			for c := 1; c < 19; c++ {
				switch c % 3 {
				case 0:
					row[c] = "arn:aws:sts::111122223333:assumed-role/deploy/session"
				case 1:
					row[c] = "us-east-1"
				default:
					row[c] = fmt.Sprintf("%08x-0000-4000-8000-%012x", i, c)
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	cols, rows := wide(b.N)
	b.ReportAllocs()
	Encode(io.Discard, cols, rows)
}

func BenchmarkDecode(b *testing.B) {
	cols, rows := wide(min(b.N, 50_000))
	var buf bytes.Buffer
	Encode(&buf, cols, rows)
	set := must(Decode(opener(buf.Bytes())))
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; {
		for range set.All() {
			if n++; n >= b.N {
				break
			}
		}
	}
}
