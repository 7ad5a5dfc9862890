package csv

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/export/exporttest"
	"trailscribe/internal/result"
)

// read is a file as any CSV reader sees it. encoding/csv turns line ends inside of cells into line feeds.
func read(t *testing.T, text string) [][]string {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestRaw(t *testing.T) {
	out := exporttest.Writes(t, New())
	text := out["data/root.console-login.csv"]
	lines := read(t, text)
	if len(lines) != len(exporttest.Hostile)+2 {
		t.Fatalf("%d lines", len(lines))
	}
	if want := []string{"event_time", "local", "day", "n", "exact", "share", "mfa", `note, or "text"`, "exception_id", "exception_status",
		"exception_waiver", "exception_new", "exception_pattern"}; !slices.Equal(lines[0], want) {
		t.Errorf("header %q", lines[0])
	}
	if want := []string{"2026-10-02T07:14:36.500Z", "2026-10-02T09:14:36.500", "2026-10-02", "-2", "-12.50", "0.25", "true", "plain",
		"00000000000000aa", "open", "", "true", "00000000000000cc"}; !slices.Equal(lines[4], want) {
		t.Errorf("row %q", lines[4])
	}
	for i, s := range exporttest.Hostile {
		if got := lines[i+2][7]; got != strings.ReplaceAll(s, "\r\n", "\n") {
			t.Errorf("%q was written as %q", s, got)
		}
	}
	if !strings.Contains(text, "\"a\r\nb\"") || !strings.Contains(text, "\"a\nb\"") {
		t.Error("line ends inside of cells were changed")
	}
	first := strings.Split(text, "\r\n")[1]
	if first != ",,,,,,,,00000000000000aa,open,,true,00000000000000cc" || !strings.Contains(text, `0.25,true,"",`) {
		t.Errorf("null and the empty text look the same: %s", first)
	}
	if got := read(t, out["data/iam.none.csv"]); len(got) != 1 {
		t.Errorf("no rows: %q", got)
	}
}

func TestSafe(t *testing.T) {
	out := exporttest.Writes(t, NewSafe())
	lines := read(t, out["data/root.console-login.safe.csv"])
	for i, s := range exporttest.Hostile {
		got := lines[i+2][7]
		if result.Formula(got) || strings.ContainsAny(got, "\x1b\u202e\r") {
			t.Errorf("%q was written as %q", s, got)
		}
	}
	if lines[2+1+2][7] != "'=1+1" || lines[3][10] != "" || lines[2][10] != "'=W" {
		t.Errorf("%q %q", lines[5], lines[2])
	}
	if lines[4][3] != "-2" || lines[4][4] != "-12.50" {
		t.Error("numbers were changed")
	}
	if !strings.Contains(out["data/root.console-login.safe.csv"], `"a;b"`) {
		t.Error("a text with another separator is not quoted")
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range exporttest.Hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line := string(NewSafe().text(nil, s))
		cells := read(t, line+"\r\n")
		shown, _ := result.Visible(s)
		if len(cells) != 1 || len(cells[0]) != 1 || result.Formula(cells[0][0]) {
			t.Fatalf("%q became %q", s, cells)
		}
		if got := strings.TrimPrefix(cells[0][0], "'"); got != strings.TrimPrefix(shown, "'") {
			t.Fatalf("%q became %q", s, got)
		}
		raw := read(t, string(New().text(nil, s))+"\r\n")
		if len(raw) == 1 && raw[0][0] != strings.ReplaceAll(s, "\r\n", "\n") {
			t.Fatalf("%q became %q", s, raw)
		}
	})
}
