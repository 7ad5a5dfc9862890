package terminal

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"trailscribe/internal/diag"
	"trailscribe/internal/result"
)

// obeyed are characters that a screen would obey or hide: none may come from a value.
func obeyed(r rune) bool {
	return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
		r == utf8.RuneError
}

// FuzzPrint: whatever a text, a problem or a value holds, the screen is given letters only, and a table as wide as it is allowed.
func FuzzPrint(f *testing.F) {
	for _, s := range []string{"", "plain", "\x1b[2J\x1b]0;title\x07", "\u202egnp.exe", "a\r\nb", "\xff\xfe", "中文 wide", "e\u0301\u0301",
		"\t\t", "a\x00b", strings.Repeat("x", 300), "\u200d\u200b\ufeff"} {
		f.Add(s, s, 1, 1, 80)
		f.Add("x", s, 1000, 300, 20)
	}
	f.Fuzz(func(t *testing.T, a, b string, col, width, screen int) {
		if len(a)+len(b) > 5000 {
			return
		}
		screen = 20 + abs(screen)%200
		term, out, errOut := capture(Options{Width: screen})
		term.Print(a)
		term.Message(a)
		term.Warn(b)
		term.Error(errors.New(a), b)
		term.Problems(diag.Problems{
			{At: diag.Pos{File: b, Line: 1 + abs(col)%99, Col: abs(col) % 9999, Text: a}, Width: abs(width) % 9999, Text: b, Hint: a,
				Allowed: []string{a, b}, Rule: "rule"},
			{Text: a, Warning: true},
		})
		cols := []result.Column{{Name: a, Kind: result.Text}, {Name: "n", Kind: result.Int}, {Name: b, Kind: result.Text}}
		rows := []result.Row{{a, int64(col), b}, {nil, nil, nil}, {b, int64(width), a}}
		if err := term.Rows(result.Of(cols, rows), "table"); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"standard output": out.String(), "standard error": errOut.String()} {
			if at := strings.IndexFunc(text, obeyed); at >= 0 {
				t.Fatalf("%s has %q", name, text[at:min(at+20, len(text))])
			}
		}
	})
}

func abs(n int) int { return max(n, -(n + 1)) }

// FuzzRows: rows for other programs are JSON and CSV that say what the values were, as far as these are UTF-8.
func FuzzRows(f *testing.F) {
	for _, s := range []string{"", "plain", `a"b`, "a,b", "a\nb", "a\r\nb", "\x00\x1b", "\xff", "\u2028", "=1+1"} {
		f.Add(s, s)
		f.Add("x", s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		cols := []result.Column{{Name: "a", Kind: result.Text}, {Name: "b", Kind: result.Text}}
		set := result.Of(cols, []result.Row{{a, b}, {nil, a}})
		term, out, _ := capture(Options{})
		if err := term.Rows(set, "json"); err != nil {
			t.Fatal(err)
		}
		var got []map[string]*string
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		if utf8.ValidString(a+b) && utf8.ValidString(a) && (len(got) != 2 || *got[0]["a"] != a || *got[0]["b"] != b || got[1]["a"] != nil) {
			t.Fatalf("%q and %q are %s", a, b, out)
		}
		term, out, _ = capture(Options{})
		if err := term.Rows(set, "csv"); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
		if err != nil || len(records) != 3 || len(records[1]) != 2 {
			t.Fatalf("%v (%v) in %q", records, err, out)
		}
	})
}
