package terminal

import (
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"

	"trailscribe/internal/result"
)

// One value of a log must not blow up a table: what it takes is bounded, it is cut visibly, and a warning says how to see all of it.
func TestLongValuesAreCut(t *testing.T) {
	for name, value := range map[string]string{
		"letters": strings.Repeat("x", 40_000), "wide": strings.Repeat("王", 40_000), "escapes": strings.Repeat("\x1b", 40_000),
		"marks": "e" + strings.Repeat("\u0301", 40_000), "just too long": strings.Repeat("x", 257), "lines": strings.Repeat("\n", 300),
	} {
		for _, width := range []int{0, 80} {
			term, out, errOut := capture(Options{Width: width})
			rows := []result.Row{{value, int64(1)}, {"short", int64(2)}}
			if err := term.Rows(result.Of([]result.Column{{Name: "agent", Kind: result.Text}, {Name: "n", Kind: result.Int}}, rows),
				"table"); err != nil {
				t.Fatal(err)
			}
			if out.Len() > 8000 || !strings.Contains(out.String(), "…") {
				t.Errorf("%s: %d bytes\n%.300s", name, out.Len(), out)
			}
			for line := range strings.Lines(out.String()) {
				if most := max(width, widest+len("  n")); runewidth.StringWidth(strings.TrimSuffix(line, "\n")) > most {
					t.Errorf("%s: a line is %d wide", name, runewidth.StringWidth(line))
				}
			}
			if want := "warning: 1 long value is cut to 256 characters, which … shows; --output json or csv prints them whole\n"; want !=
				errOut.String() {
				t.Errorf("%s: %q", name, errOut)
			}
		}
	}
	term, out, errOut := capture(Options{})
	exact := strings.Repeat("x", 256)
	if err := term.Rows(result.Of([]result.Column{{Name: "a", Kind: result.Text}}, []result.Row{{exact}}), "table"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), exact+"\n") || errOut.Len() > 0 {
		t.Errorf("what fits is changed: %s %s", out, errOut)
	}
	for _, format := range []string{"json", "csv"} {
		term, out, errOut := capture(Options{})
		if err := term.Rows(result.Of([]result.Column{{Name: "a", Kind: result.Text}}, []result.Row{{strings.Repeat("x", 40_000)}}),
			format); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), strings.Repeat("x", 40_000)) || errOut.Len() > 0 {
			t.Errorf("%s is cut", format)
		}
	}
}

// counted gives rows and tells each before it is taken.
type counted struct {
	n    int64
	tell func(n int64)
}

func (c counted) Columns() []result.Column {
	return []result.Column{{Name: "n", Kind: result.Int}, {Name: "text", Kind: result.Text}}
}
func (c counted) Count() int64 { return c.n }
func (c counted) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		for n := range c.n {
			c.tell(n)
			if !yield(result.Row{n, fmt.Sprint("row ", n)}, nil) {
				return
			}
		}
	}
}

// A table is written while it is read: a million rows need no memory for a million rows.
func TestTableIsWrittenAsItIsRead(t *testing.T) {
	term, out, _ := capture(Options{})
	last := 0
	set := counted{n: 100_000, tell: func(n int64) {
		if n%10_000 == 9_999 {
			if out.Len() <= last {
				t.Errorf("nothing was written between row %d and row %d", n-10_000, n)
			}
			last = out.Len()
		}
	}}
	if err := term.Rows(set, "table"); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "\n"); got != 100_002 {
		t.Errorf("%d lines", got)
	}
}

// Rows after those that the widths are taken from: on a screen a longer cell is wrapped in its column, elsewhere it stays in its line.
func TestLaterRowsThatAreWider(t *testing.T) {
	rows := make([]result.Row, ahead+1)
	for i := range rows {
		rows[i] = result.Row{"short", "x"}
	}
	rows[ahead] = result.Row{"much longer than the others", "y"}
	set := result.Of([]result.Column{{Name: "a", Kind: result.Text}, {Name: "b", Kind: result.Text}}, rows)
	for width, want := range map[int]string{0: "short  x\nmuch longer than the others  y\n",
		20: "short  x\nmuch   y\nlonge\nr\nthan\nthe\nother\ns\n"} {
		term, out, _ := capture(Options{Width: width})
		if err := term.Rows(set, "table"); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(out.String(), want) {
			t.Errorf("width %d: ends\n%s", width, out.String()[out.Len()-80:])
		}
	}
}
