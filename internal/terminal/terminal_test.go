package terminal

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-runewidth"

	"trailscribe/internal/diag"
	"trailscribe/internal/result"
)

func capture(o Options) (t *Terminal, out, err *bytes.Buffer) {
	out, err = new(bytes.Buffer), new(bytes.Buffer)
	o.Out, o.Err = out, err
	return New(o), out, err
}

func sample() result.Set {
	return result.Of([]result.Column{{Name: "event_time", Kind: result.Instant}, {Name: "who", Kind: result.Text},
		{Name: "n", Kind: result.Int}, {Name: "share", Kind: result.Float}, {Name: "exact", Kind: result.Decimal},
		{Name: "on", Kind: result.Bool}, {Name: "day", Kind: result.Date}, {Name: "wall", Kind: result.Local}},
		[]result.Row{
			{time.Date(2026, 10, 2, 7, 14, 36, 0, time.UTC), "王小明", int64(12), 0.5, "1.10", true, time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC),
				time.Date(2026, 10, 2, 9, 14, 36, 5e6, time.UTC)},
			{nil, "a\x1b[31m,\"b\"\nc\u202e\u009b", nil, nil, nil, nil, nil, nil},
		})
}

func TestTable(t *testing.T) {
	term, out, _ := capture(Options{})
	if err := term.Rows(sample(), "table"); err != nil {
		t.Fatal(err)
	}
	want := `event_time            who                               n  share  exact  on    day         wall
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────
2026-10-02T07:14:36Z  王小明                           12    0.5   1.10  true  2026-10-02  2026-10-02 09:14:36.005
                      a\x1b[31m,"b"⏎c[U+202E][U+009B]
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// A narrow screen breaks cells and cuts nothing off.
func TestTableNarrow(t *testing.T) {
	term, out, _ := capture(Options{Width: 40})
	arn := "arn:aws:iam::111122223333:role/some-very-long-role-name"
	if err := term.Rows(result.Of([]result.Column{{Name: "arn", Kind: result.Text}, {Name: "n", Kind: result.Int}},
		[]result.Row{{arn, int64(1)}}), "table"); err != nil {
		t.Fatal(err)
	}
	all := ""
	for i, line := range strings.Split(out.String(), "\n") {
		if len([]rune(line)) > 40 {
			t.Errorf("line %d is wider than the screen: %q", i, line)
		}
		if i > 1 {
			all += strings.TrimSuffix(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "1")), " ")
		}
	}
	if !strings.Contains(all, "some-very-long") {
		t.Errorf("got\n%s", out)
	}
}

// Where the screen is too narrow, titles are broken between words before ids are broken at all.
func TestTableKeepsIDs(t *testing.T) {
	term, out, _ := capture(Options{Width: 50})
	if err := term.Rows(result.Of([]result.Column{{Name: "id", Kind: result.Text}, {Name: "title", Kind: result.Text}},
		[]result.Row{{"activity/console-or-programmatic", "Console, command line, code and services"}}), "table"); err != nil {
		t.Fatal(err)
	}
	want := `id                                title
──────────────────────────────────────────────────
activity/console-or-programmatic  Console, command
                                  line, code and
                                  services
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestJSON(t *testing.T) {
	term, out, _ := capture(Options{})
	if err := term.Rows(sample(), "json"); err != nil {
		t.Fatal(err)
	}
	want := `[
{"event_time":"2026-10-02T07:14:36.000Z","who":"王小明","n":12,"share":0.5,"exact":"1.10","on":true,"day":"2026-10-02","wall":"2026-10-02T09:14:36.005"},
{"event_time":null,"who":"a\u001b[31m,\"b\"\nc\u202e\u009b","n":null,"share":null,"exact":null,"on":null,"day":null,"wall":null}
]
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
	out.Reset()
	if err := term.Rows(result.Of(nil, nil), "json"); err != nil || out.String() != "[]\n" {
		t.Errorf("%q %v", out, err)
	}
}

func TestCSV(t *testing.T) {
	term, out, _ := capture(Options{})
	if err := term.Rows(sample(), "csv"); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got[2][1] != "a\x1b[31m,\"b\"\nc\u202e\u009b" || got[1][7] != "2026-10-02 09:14:36.005" || got[2][0] != "" {
		t.Errorf("%q", got)
	}
}

func TestRowsProblems(t *testing.T) {
	term, _, _ := capture(Options{})
	if err := term.Rows(sample(), "yaml"); err == nil || !strings.Contains(err.Error(), "allowed: table, json, csv") {
		t.Error(err)
	}
	broken := result.With(sample(), nil, func(int64, result.Row) (result.Row, error) { return nil, errors.New("disk") })
	for _, f := range Formats() {
		if err := term.Rows(broken, f); err == nil || !strings.Contains(err.Error(), "disk") {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestProblems(t *testing.T) {
	term, _, out := capture(Options{})
	term.Problems(diag.Problems{
		{At: diag.Pos{File: "q.yaml", Line: 2, Col: 11, Text: "severity: hgih"}, Width: 4, Text: "severity cannot be \"hgih\"",
			Allowed: []string{"high", "low"}, Hint: "write one", Rule: "yaml-value"},
		{At: diag.Pos{File: "q.yaml", Line: 12, Col: 5, Text: "汉字: \x1b王王"}, Width: 3, Text: "wide", Warning: true},
		{At: diag.Pos{File: "q.yaml", Line: 13, Col: 3, Text: "\ta\tb"}, Text: "tabs"},
		{Text: "nowhere \x1b[2J"},
	})
	want := `q.yaml:2:11: error: severity cannot be "hgih" [yaml-value]
   2 | severity: hgih
     |           ^^^^
     allowed: high, low
     hint: write one

q.yaml:12:5: warning: wide
  12 | 汉字: \x1b王王
     |       ^^^^^^^^

q.yaml:13:3: error: tabs
  13 |  a b
     |   ^

error: nowhere \x1b[2J
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// The caret stands below the place in a line that is far wider than the screen.
func TestProblemLongLine(t *testing.T) {
	for _, col := range []int{1, 500, 999} {
		line := strings.Repeat("x", col-1) + "HERE" + strings.Repeat("y", 1000-col)
		source, pad, width := underline(line, col, 4, 80)
		if len([]rune(source)) > 81 || width != 4 || string([]rune(source)[pad:pad+4]) != "HERE" {
			t.Errorf("column %d: %q %d %d", col, source, pad, width)
		}
	}
}

// What is shown of a line does not depend on how much of it was looked at.
func TestProblemsOfLongLineLookAtThePlaceOnly(t *testing.T) {
	whole := func(text string, col, chars, limit int) (string, int, int) {
		r := []rune(text)
		from := max(0, min(col-1, len(r)))
		to := max(from, min(from+max(1, chars), len(r)))
		before, at, after := oneLine(string(r[:from])), oneLine(string(r[from:to])), oneLine(string(r[to:]))
		if w := runewidth.StringWidth(before) + runewidth.StringWidth(at) + runewidth.StringWidth(after); w > limit {
			at = runewidth.Truncate(at, limit*2/3, "…")
			if room := limit / 3; runewidth.StringWidth(before) > room {
				before = "…" + runewidth.TruncateLeft(before, runewidth.StringWidth(before)-room+1, "")
			}
			after = runewidth.Truncate(after, max(1, limit-runewidth.StringWidth(before)-runewidth.StringWidth(at)), "…")
		}
		return before + at + after, runewidth.StringWidth(before), max(1, runewidth.StringWidth(at))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var b strings.Builder
		for range r.IntN(400) {
			b.WriteString([]string{"a", "b", " ", "汉", "é", "\t", "\x1b", "\u202e"}[r.IntN(8)])
		}
		col, chars := 1+r.IntN(420), r.IntN(300)
		source, pad, width := underline(b.String(), col, chars, 80)
		if s, p, w := whole(b.String(), col, chars, 80); source != s || pad != p || width != w {
			t.Fatalf("column %d of %q, %d wide: %q %d %d, want %q %d %d", col, b.String(), chars, source, pad, width, s, p, w)
		}
	}
}

// Of very many problems the first are shown, and how many there are next to them.
func TestProblemsWithoutEnd(t *testing.T) {
	many := slices.Repeat(diag.Problems{{Text: "wrong"}}, problemsShown+7)
	for format, want := range map[string]string{"text": "\n7 more problems are not shown\n", "json": `"msg":"7 more problems are not shown"`} {
		term, _, out := capture(Options{LogFormat: format})
		term.Problems(many)
		if n := strings.Count(out.String(), "wrong"); n != problemsShown || !strings.Contains(out.String(), want) {
			t.Errorf("%s: %d problems are shown, and at the end %q", format, n, out.String()[out.Len()-100:])
		}
		term, _, out = capture(Options{LogFormat: format})
		if term.Problems(many[:problemsShown]); strings.Contains(out.String(), "more problems") {
			t.Errorf("%s: more are said to be there than there are", format)
		}
	}
}

func TestMessages(t *testing.T) {
	term, out, err := capture(Options{Quiet: true})
	term.Message("not said")
	term.Progress("not said", 1, 2)
	term.Warn("x\x1b")
	term.Error(errors.New("failed"), "try again")
	term.Print("data\u202e")
	if err.String() != "warning: x\\x1b\nerror: failed\nhint: try again\n" || out.String() != "data[U+202E]\n" {
		t.Errorf("%q %q", err, out)
	}
	term, _, err = capture(Options{Color: "always"})
	term.Warn("x")
	if err.String() != "\x1b[33mwarning: \x1b[0mx\n" {
		t.Errorf("%q", err)
	}
	term, _, err = capture(Options{Color: "auto"}) // no screen
	term.Warn("x")
	if err.String() != "warning: x\n" {
		t.Errorf("%q", err)
	}
}

// Where a line cannot be updated, each step is one line; on a screen one line is, and is gone before anything else is written.
func TestProgress(t *testing.T) {
	term, _, err := capture(Options{})
	for i := range int64(3) {
		term.Progress("queries", i, 3)
	}
	term.Progress("writing", 0, 0)
	term.Done()
	if err.String() != "queries\nwriting\n" {
		t.Errorf("%q", err)
	}
	term, _, err = capture(Options{})
	term.errLive = true
	clock := time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC)
	term.now = func() time.Time { clock = clock.Add(30 * time.Millisecond); return clock }
	term.Progress("queries", 1, 4)
	term.Progress("queries", 2, 4) // too soon to be read
	term.Message("hello")
	term.Progress("queries", 2, 4)
	term.Done()
	want := "\r██████░░░░░░░░░░░░░░░░░░ 1/4 queries\x1b[K\r\x1b[Khello\n\r████████████░░░░░░░░░░░░ 2/4 queries\x1b[K\r\x1b[K"
	if diff := cmp.Diff(want, err.String()); diff != "" {
		t.Error(diff)
	}
}

func TestLogger(t *testing.T) {
	term, _, err := capture(Options{Verbose: true})
	l := term.Logger().With("run", "r 1").WithGroup("g")
	l.Info("opened", "key", "a\x1bb", "n", 3)
	l.Warn("slow")
	if want := "opened run=\"r 1\" g.key=a\\x1bb g.n=3\nwarning: slow run=\"r 1\"\n"; err.String() != want {
		t.Errorf("%q", err)
	}
	term, _, err = capture(Options{LogFormat: "json"})
	term.Logger().Info("not written")
	term.Logger().Error("x\u202e", slog.Int("n", 1))
	var got map[string]any
	if e := json.Unmarshal(err.Bytes(), &got); e != nil || got["n"] != 1.0 || got["level"] != "ERROR" {
		t.Errorf("%q %v", err, e)
	}
}

func TestEveryMessageIsAnObjectWhereAsked(t *testing.T) {
	term, out, err := capture(Options{LogFormat: "json", Color: "always"})
	term.Progress("reading", 0, 2)
	term.Progress("reading", 1, 2)
	term.Message("two lines\nin one")
	term.Warn("care")
	term.Error(errors.New("failed \x1b[0m"), "try again")
	term.Problems(diag.Problems{{At: diag.Pos{File: "a.yaml", Line: 2, Col: 3, Text: "x"}, Text: "wrong", Allowed: []string{"a", "b"},
		Rule: "some-rule"}})
	var said []string
	for _, line := range strings.Split(strings.TrimSpace(err.String()), "\n") {
		var v map[string]any
		if e := json.Unmarshal([]byte(line), &v); e != nil {
			t.Fatalf("%q: %v", line, e)
		}
		said = append(said, fmt.Sprint(v["level"], " ", v["msg"], " ", v["at"], " ", v["hint"]))
	}
	want := []string{"INFO reading <nil> <nil>", "INFO two lines\nin one <nil> <nil>", "WARN care <nil> <nil>",
		"ERROR failed \x1b[0m <nil> try again", "ERROR wrong a.yaml:2:3 <nil>"}
	if diff := cmp.Diff(want, said); diff != "" || out.Len() > 0 || strings.Contains(err.String(), "\x1b") {
		t.Errorf("%s\n%q\n%q", diff, out, err)
	}
}
