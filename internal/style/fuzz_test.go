package style_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/style"
	"trailscribe/templates"
)

const (
	messagesFile = "templates/lang/en/messages.yaml"
	formatFile   = "templates/lang/en/format.yaml"
	themeFile    = "templates/themes/navy.yaml"
)

// shipped is the text of a file that comes with the program.
func shipped(tb testing.TB, name string) string {
	tb.Helper()
	text, err := fs.ReadFile(templates.FS, strings.TrimPrefix(name, "templates/"))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// small is a library of the files alone, with fonts that are names only.
func small(tb testing.TB, files map[string]string) *library.Library {
	tb.Helper()
	m := fstest.MapFS{"templates/fonts/SourceSans3_400Regular.ttf": {Data: []byte("a font")}}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	l, bad := library.Open(library.Layer{Origin: "mine", FS: m})
	if bad != nil {
		tb.Fatal(bad)
	}
	return l
}

func placed(t *testing.T, bad diag.Problems) {
	t.Helper()
	for _, p := range bad {
		if p.Text == "" || p.At.File == "" || p.At.Line < 1 || p.At.Col < 1 {
			t.Fatalf("a problem without a place: %+v", p)
		}
	}
}

// FuzzLanguage: the files of a language are refused with places, or every sentence, date and number can be said with them.
func FuzzLanguage(f *testing.F) {
	format := shipped(f, formatFile)
	f.Add(testMessages, format)
	f.Add("a: {other: x}\n", "months: [a]\n")
	f.Add("a: {rows: {one: \"{n\", few: \"{}}\"}}\n", strings.ReplaceAll(format, "{", "{{"))
	f.Fuzz(func(t *testing.T, messages, format string) {
		l, bad := style.LoadLanguage(small(t, map[string]string{messagesFile: messages, formatFile: format}), "en")
		placed(t, bad)
		if l == nil {
			t.Fatal("no language, though its files are there")
		}
		if bad.Err() != nil {
			return
		}
		at := time.Date(2026, 12, 31, 23, 59, 59, 999e6, time.UTC)
		for _, n := range []int64{0, 1, 2, -1, 1 << 62, -1 << 63} {
			_ = l.Say("a.rows", "rows", n, "x", "{x}") + l.Number(n) + l.Bytes(n) + l.Float(float64(n)/3, 2) + l.Percent(float64(n)/1000)
		}
		_ = l.Day(at) + l.Time(at) + l.Span(at, at.AddDate(1, 0, 1)) + l.List([]string{"a", "b", "c"}) + l.Say("a.plain") +
			l.Text("queries/a/b.yaml", "title", "T")
		l.Missing()
		l.Fallen()
	})
}

// FuzzTranslation: a translated file gives texts; whatever else it holds is told with a place, and changes no other file's texts.
func FuzzTranslation(f *testing.F) {
	f.Add("title: Titel\ncolumns: [{label: Wann}, {}]\n")
	f.Add("- a\n- {b: [c]}\n")
	f.Add("title: &a [*a]\n")
	format := shipped(f, formatFile)
	f.Fuzz(func(t *testing.T, text string) {
		const path = "queries/root/console-login.yaml"
		lib := small(t, map[string]string{messagesFile: testMessages, formatFile: format,
			"templates/lang/de/messages.yaml": "a: {plain: Hallo}\n",
			"templates/lang/de/" + path:       text, path: "title: T\n"})
		placed(t, style.CheckLanguages(lib))
		l, bad := style.LoadLanguage(lib, "de")
		if l == nil {
			t.Fatal(bad)
		}
		for _, field := range []string{"", "title", "columns.0.label", "columns.1.label"} {
			l.Text(path, field, "English")
		}
		if got := l.Text("queries/a/b.yaml", "title", "English"); got != "English" {
			t.Fatalf("a file without translation says %q", got)
		}
	})
}

// FuzzTheme: a theme is refused with places, or has every colour that a writer asks for.
func FuzzTheme(f *testing.F) {
	f.Add(shipped(f, themeFile))
	f.Add("name: navy\ncolors: {navy: 0B2A4A}\nheat: []\nfaces: {text: SourceSans3_400Regular.ttf}\n")
	f.Fuzz(func(t *testing.T, text string) {
		theme, bad := style.LoadTheme(small(t, map[string]string{themeFile: text}), "navy")
		placed(t, bad)
		if (theme == nil) != (bad.Err() != nil) {
			t.Fatalf("%v with %v", theme, bad)
		}
		if theme == nil {
			return
		}
		for _, name := range []string{"navy", "ink", "white", "critical", "muted"} {
			c, ok := theme.Colors[name]
			if !ok {
				t.Fatalf("no colour %s", name)
			}
			theme.On(c)
		}
		if len(theme.Heat) < 2 || theme.Faces.Fallback == "" {
			t.Fatalf("%+v", theme)
		}
	})
}
