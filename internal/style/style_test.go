package style_test

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/library"
	"trailscribe/internal/style"
	"trailscribe/templates"
)

// open lays files over the embedded templates.
func open(t *testing.T, files map[string]string) *library.Library {
	t.Helper()
	over := fstest.MapFS{}
	for name, text := range files {
		over[name] = &fstest.MapFile{Data: []byte(text)}
	}
	layers := []library.Layer{library.Embedded(os.DirFS("../../queries"), os.DirFS("../../reports"), templates.FS, false)}
	if len(files) > 0 {
		layers = append(layers, library.Layer{Origin: "mine", FS: over})
	}
	l, bad := library.Open(layers...)
	if bad != nil {
		t.Fatal(bad)
	}
	return l
}

func load(t *testing.T, tag string, files map[string]string) *style.Language {
	t.Helper()
	l, bad := style.LoadLanguage(open(t, files), tag)
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	return l
}

const testMessages = `
a:
  plain: Hello
  rows: {one: "{rows} row", other: "{rows} rows"}
  by_n: {one: "one of {tests}", other: "{n} of {tests}"}
  twice: "{x} and {x}"
  nested: {other: x, deeper: y}
`

func TestSay(t *testing.T) {
	l := load(t, "en", map[string]string{"templates/lang/en/messages.yaml": testMessages})
	for _, tt := range []struct {
		key, want string
		args      []any
	}{
		{"a.plain", "Hello", nil},
		{"a.rows", "1 row", []any{"rows", 1}},
		{"a.rows", "0 rows", []any{"rows", 0}},
		{"a.rows", "1,234,567 rows", []any{"rows", int64(1234567)}},
		{"a.by_n", "one of 7", []any{"tests", 7, "n", 1}},
		{"a.by_n", "3 of 1", []any{"tests", 1, "n", 3}},
		{"a.twice", "{x} and {x}", []any{"x", "{x}"}}, // a value is never looked at again
		{"a.nested.other", "x", nil},
		{"a.nope", "⟨a.nope⟩", nil},
		{"a.rows", "{rows} rows", nil},
	} {
		if got := l.Say(tt.key, tt.args...); got != tt.want {
			t.Errorf("%s %v: got %q, want %q", tt.key, tt.args, got, tt.want)
		}
	}
	if diff := cmp.Diff([]string{"a.nope", "a.rows {rows}"}, l.Missing()); diff != "" {
		t.Error(diff)
	}
	if !l.Has("a.plain") || l.Has("a") {
		t.Error("Has")
	}
	if got := l.Fill(map[string]string{"one": "{open} sign-in", "other": "{open} sign-ins"}, "open", 1); got != "1 sign-in" {
		t.Error(got)
	}
	if got := l.Fill(map[string]string{"one": "only {open}"}, "open", 5); got != "only 5" {
		t.Error(got)
	}
}

func TestFormats(t *testing.T) {
	l := load(t, "en", nil)
	day := func(s string) time.Time {
		d, err := time.Parse("2006-01-02", s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, tt := range [][2]string{
		{l.Time(time.Date(2026, 10, 2, 7, 14, 36, 0, time.UTC)), "2026-10-02 07:14:36"},
		{l.Time(time.Date(2026, 10, 2, 7, 14, 36, 5e6, time.UTC)), "2026-10-02 07:14:36.005"},
		{l.Span(day("2026-10-02"), day("2026-10-03")), "2 October 2026"},
		{l.Day(day("2026-10-02")), "2026-10-02"},
		{l.Span(day("2026-10-01"), day("2026-11-01")), "1 – 31 October 2026"},
		{l.Span(day("2026-07-01"), day("2026-10-01")), "1 July – 30 September 2026"},
		{l.Span(day("2026-12-28"), day("2027-01-04")), "28 December 2026 – 3 January 2027"},
		{l.Span(day("2026-10-05"), day("2026-10-06")), "5 October 2026"},
		{l.Span(day("2026-10-05"), day("2026-10-05").Add(time.Hour)), "2026-10-05 00:00:00 – 2026-10-05 01:00:00"},
		{l.Number(0), "0"}, {l.Number(999), "999"}, {l.Number(-1000), "-1,000"}, {l.Number(-9223372036854775808), "-9,223,372,036,854,775,808"},
		{l.Float(1234.5, 2), "1,234.50"}, {l.Float(-0.001, 2), "0.00"}, {l.Float(0.5, -1), "0.5"},
		{l.Value(1234.5, 2), "1,234.50"}, {l.Value(0, 2), "0.00"}, {l.Value(-0.001, 2), "-1e-03"}, {l.Value(0.005, 2), "0.01"},
		{l.Value(math.MaxFloat64, 2), "1.7976931348623157e+308"}, {l.Value(1e15, 2), "1e+15"}, {l.Value(math.NaN(), 2), "NaN"},
		{l.Value(math.Inf(-1), 2), "-Infinity"}, {l.Value(1e-9, -1), "0.000000001"},
		{l.Percent(12.5), "12.5%"}, {l.Percent(100), "100%"}, {l.Percent(99.97), ">99.9%"}, {l.Percent(0.01), "<0.1%"}, {l.Percent(0), "0%"},
		{l.Percent(33.333), "33.3%"},
		{l.Bytes(0), "0 B"}, {l.Bytes(999), "999 B"}, {l.Bytes(1000), "1.0 kB"}, {l.Bytes(999_999), "1.0 MB"},
		{l.Bytes(41_700_000_000), "41.7 GB"}, {l.Bytes(9e18), "9,000.0 PB"},
		{l.List(nil), ""}, {l.List([]string{"a"}), "a"}, {l.List([]string{"a", "b"}), "a and b"}, {l.List([]string{"a", "b", "c"}), "a, b and c"},
	} {
		if tt[0] != tt[1] {
			t.Errorf("got %q, want %q", tt[0], tt[1])
		}
	}
}

// The period of a zone whose clocks change: both ends are midnight there, an hour apart in UTC.
func TestSpanOverClockChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	l := load(t, "en", nil)
	from, to := time.Date(2026, 10, 1, 0, 0, 0, 0, berlin).UTC(), time.Date(2026, 11, 1, 0, 0, 0, 0, berlin).UTC()
	if got := l.Span(from.In(berlin), to.In(berlin)); got != "1 – 31 October 2026" {
		t.Error(got)
	}
}

func TestTranslation(t *testing.T) {
	l := load(t, "zh-CN", map[string]string{
		"templates/lang/en/messages.yaml":    "a: {rows: {one: \"{rows} row\", other: \"{rows} rows\"}, only: English}\n",
		"templates/lang/zh-CN/messages.yaml": "a: {rows: {other: \"{rows} 行\"}}\n",
		"templates/lang/zh-CN/format.yaml": "date: \"{year}年{month}{day}日\"\nmonths: [1月, 2月, 3月, 4月, 5月, 6月, 7月, 8月, " +
			"9月, 10月, 11月, 12月]\nlist: {between: 、, last: 和}\n",
		"templates/lang/zh-CN/queries/root/console-login.yaml": "title: 根用户登录\nlabels: {event_time: 时间}\nsections: [{title: 一}]\n",
	})
	for _, tt := range [][2]string{
		{l.Say("a.rows", "rows", 1), "1 行"},
		{l.Say("a.only"), "English"},
		{l.Span(time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC)), "2026年10月2日"},
		{l.List([]string{"a", "b", "c"}), "a、b和c"},
		{l.Text("queries/root/console-login.yaml", "title", "Root"), "根用户登录"},
		{l.Text("queries/root/console-login.yaml", "labels.event_time", "When"), "时间"},
		{l.Text("queries/root/console-login.yaml", "sections.0.title", "One"), "一"},
		{l.Text("queries/root/console-login.yaml", "why", "Because"), "Because"},
		{l.Number(12345), "12,345"}, // from English
	} {
		if tt[0] != tt[1] {
			t.Errorf("got %q, want %q", tt[0], tt[1])
		}
	}
	fallen := slices.DeleteFunc(l.Fallen(), func(text string) bool { // the sentences that the built-in English has
		return strings.HasPrefix(text, "messages.yaml ") && !strings.HasPrefix(text, "messages.yaml a.")
	})
	if diff := cmp.Diff([]string{"messages.yaml a.only", "queries/root/console-login.yaml why"}, fallen); diff != "" {
		t.Error(diff)
	}
	if l.Missing() != nil {
		t.Error(l.Missing())
	}
}

func TestTranslationProblems(t *testing.T) {
	_, bad := style.LoadLanguage(open(t, map[string]string{
		"templates/lang/en/messages.yaml": "a: \"{x}\"\nb: b\n",
		"templates/lang/de/messages.yaml": "a: \"{y}\"\nc: c\n",
	}), "de")
	want := `templates/lang/de/messages.yaml: the message "a" uses {y}, which English does not; allowed: x [message-placeholder]
templates/lang/de/messages.yaml: warning: English has no message "c"; did you mean "a"? [message-unknown]`
	if bad.Error() != want {
		t.Error(bad.Error())
	}
	_, bad = style.LoadLanguage(open(t, nil), "eng")
	if len(bad) != 1 || !strings.Contains(bad.Error(), `did you mean "en"?`) {
		t.Error(bad)
	}
}

// Every text of the pseudo-language is marked, data is not.
func TestPseudo(t *testing.T) {
	l := load(t, style.Pseudo, map[string]string{"templates/lang/en/messages.yaml": testMessages})
	for _, tt := range [][2]string{
		{l.Say("a.rows", "rows", 2), "⟦2 rows⟧"},
		{l.Text("queries/x.yaml", "title", "Root"), "⟦Root⟧"},
		{l.Text("queries/x.yaml", "title", ""), ""},
		{l.Fill(map[string]string{"other": l.Text("q", "headline.other", "{n} x")}, "n", 2), "⟦2 x⟧"},
		{l.Number(2), "2"},
	} {
		if tt[0] != tt[1] {
			t.Errorf("got %q, want %q", tt[0], tt[1])
		}
	}
}

// The English sentences that ship: no plural without "other", every brace a placeholder.
func TestShippedEnglish(t *testing.T) {
	l := load(t, "en", nil)
	if !l.Has("page.contents") {
		t.Error("the shipped messages lack page.contents")
	}
}

func TestTheme(t *testing.T) {
	th, bad := style.LoadTheme(open(t, nil), "navy")
	if bad != nil {
		t.Fatal(bad)
	}
	if got := th.Colors["navy"]; got != (style.RGB{R: 0x0B, G: 0x2A, B: 0x4A}) {
		t.Error(got)
	}
	// A pill's word must be readable on its colour.
	for _, tone := range []string{"good", "critical", "high", "medium", "low", "info", "accent", "muted"} {
		c := th.Colors[tone]
		if r := style.Contrast(c, th.On(c)); r < 4 {
			t.Errorf("%s: contrast %.2f", tone, r)
		}
	}
	if _, bad = style.LoadTheme(open(t, nil), "nav"); len(bad) != 1 || !strings.Contains(bad.Error(), `did you mean "navy"?`) {
		t.Error(bad)
	}
	_, bad = style.LoadTheme(open(t,
		map[string]string{"templates/themes/x.yaml": "name: y\ncolors: {navy: blue}\nheat: [\"000000\", \"ffffff\"]\nfaces: {display: " +
			"a.ttf, text: SourceSans3_400Regular.ttf, bold: a.ttf, italic: a.ttf, mono: a.ttf, fallback: a.ttf}\nsheet: Arial\n"}), "x")
	for _, want := range []string{`the name is "y"`, `colors.navy cannot be "blue"`, `colors lacks the key "accent"`,
		`there is no font "a.ttf"`} {
		if !strings.Contains(bad.Error(), want) {
			t.Errorf("no problem %s in\n%v", want, bad)
		}
	}
}

// A library that gives the English sentences in part, as a run sealed by an earlier version does, has the others from the first layer.
func TestEnglishInPart(t *testing.T) {
	l := load(t, "en", map[string]string{"templates/lang/en/messages.yaml": "page: {contents: Its own}\n"})
	if got := l.Say("page.contents") + ", " + l.Say("page.continued"); got != "Its own, continued" || l.Missing() != nil {
		t.Error(got, l.Missing())
	}
}

// A made-up language with each mistake that a translator makes.
func TestCheckLanguages(t *testing.T) {
	lib := small(t, map[string]string{
		messagesFile: "a: {plain: Hello, rows: {one: \"{rows} row\", other: \"{rows} rows\"}, more: More, b: B, c: C, " +
			"d: D, e: E, f: F}\n",
		formatFile:                                     shipped(t, formatFile),
		"templates/lang/eo/messages.yaml":              "a: {plain: Olleh, rows: {other: \"{rosw} swor\"}, plian: Olleh}\n",
		"templates/lang/eo/queries/root/sign-in.yaml":  "title: Eltit\n",
		"templates/lang/eo/queries/root/sign-out.yaml": "title: Eltit\n",
		"templates/lang/eo/queries/root/broken.yaml":   "title: [\n",
		"queries/root/sign-in.yaml":                    "title: T\n",
		"queries/root/broken.yaml":                     "title: T\n",
	})
	var got []string
	for _, p := range style.CheckLanguages(lib) {
		kind := "error"
		if p.Warning {
			kind = "warning"
		}
		got = append(got, kind+" "+p.At.File+" "+p.Rule+": "+p.Text)
	}
	for _, want := range []string{
		"warning templates/lang/eo/messages.yaml message-unknown: English has no message \"a.plian\"",
		"error templates/lang/eo/messages.yaml message-placeholder: the message \"a.rows\" uses {rosw}",
		"warning templates/lang/eo/messages.yaml message-missing: the language eo lacks ",
		"warning templates/lang/eo/queries/root/sign-out.yaml translation-of-nothing: ",
		"error mine/templates/lang/eo/queries/root/broken.yaml yaml-syntax",
	} {
		if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, want) }) {
			t.Errorf("nobody says %s\n%s", want, strings.Join(got, "\n"))
		}
	}
	for _, g := range got {
		if strings.Contains(g, "sign-in.yaml") || strings.Contains(g, "lang/en/") {
			t.Errorf("said of a file without a mistake: %s", g)
		}
	}
	if i := slices.IndexFunc(got, func(g string) bool { return strings.Contains(g, "message-missing") }); i >= 0 &&
		!strings.Contains(got[i], " and ") {
		t.Error(got[i])
	}
}
