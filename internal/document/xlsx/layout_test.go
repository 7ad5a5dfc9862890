package xlsx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
	"trailscribe/internal/result"
)

// one is a document with a single section.
func one(sheet string, blocks ...document.Block) *document.Document {
	return &document.Document{Ref: "r 2026-10 r1", Title: "T", Words: documenttest.Words(), Cell: documenttest.Cell,
		Sections: []document.Section{{Part: document.Scope, Title: sheet, Sheet: sheet, Blocks: blocks}}}
}

// Whatever a document gives a page, all of it stands on the sheet: tiles past four, pills past two, heat maps wider than a page.
func TestNothingIsDropped(t *testing.T) {
	var tiles document.Tiles
	for i := range 7 {
		tiles.Tiles = append(tiles.Tiles, document.Tile{Label: "tile", Value: fmt.Sprintf("value %d", i)})
	}
	heat := document.Chart{Kind: document.HeatChart, Title: "heat", Series: []document.Series{{Name: "row"}}}
	for i := range 60 {
		heat.Categories = append(heat.Categories, fmt.Sprintf("category %d", i))
		heat.Series[0].Points = append(heat.Series[0].Points, float64(1000+i))
	}
	card := document.Card{Ref: "F-01", Title: "card", Pills: []document.Pill{{Text: "severe", Tone: document.High},
		{Text: "2 open", Tone: document.High}, {Text: "1 new", Tone: document.High}}}
	small := document.Table{Columns: []document.Column{{Name: "a", Label: "a", Kind: result.Text, Width: 3}},
		Rows: result.Of([]result.Column{{Name: "a", Kind: result.Text}}, []result.Row{{"x"}}), Shown: 1}
	for name, blocks := range map[string][]document.Block{"even": {tiles, heat, card}, "next to a table": {small, tiles, heat, card}} {
		data, _ := write(t, one("Scope", blocks...))
		got := dump(t, data)
		for i := range 7 {
			if want := fmt.Sprintf(`"value %d"`, i); !strings.Contains(got, want) {
				t.Errorf("%s: no %s", name, want)
			}
		}
		for i := range 60 {
			if want := fmt.Sprintf(`"category %d"`, i); !strings.Contains(got, want) {
				t.Errorf("%s: no %s", name, want)
			}
			if want := documenttest.Number(int64(1000 + i)); !strings.Contains(got, `"`+want+`"`) &&
				!strings.Contains(got, fmt.Sprintf(`"%d"`, 1000+i)) {
				t.Errorf("%s: no value %s", name, want)
			}
		}
		for _, want := range []string{`"severe"`, `"2 open"`, `"1 new"`} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no pill %s", name, want)
			}
		}
	}
}

// Tables need names that are unique in the workbook, also where sheets are named in letters that a table's name cannot have.
func TestPageTables(t *testing.T) {
	small := document.Table{Columns: []document.Column{{Name: "a", Label: "a", Kind: result.Text, Width: 3}},
		Rows: result.Of([]result.Column{{Name: "a", Kind: result.Text}}, []result.Row{{"x"}}), Shown: 1}
	d := one("范围", small, small)
	d.Sections = append(d.Sections, document.Section{Part: document.Controls, Title: "控制", Sheet: "控制", Blocks: []document.Block{small}})
	data, _ := write(t, d)
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := map[string]bool{}
	for _, sheet := range f.GetSheetList() {
		tables, err := f.GetTables(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range tables {
			if seen[x.Name] {
				t.Errorf("two tables are called %s", x.Name)
			}
			seen[x.Name] = true
		}
	}
	if len(seen) != 3 {
		t.Errorf("%d tables", len(seen))
	}
}

// A footer's code has 255 units; the format refuses a sheet with more.
func TestFooter(t *testing.T) {
	for _, c := range []struct{ ref, foot, want string }{
		{"r1", "As of now", `&L&"Arial,Regular"&7r1  ·  As of now&C&"Arial,Regular"&7&A&R&"Arial,Regular"&7&P / &N`},
		{"a&b", "R&D", `&L&"Arial,Regular"&7a&&b  ·  R&&D&C&"Arial,Regular"&7&A&R&"Arial,Regular"&7&P / &N`},
		{strings.Repeat("x&", 100), strings.Repeat("&", 200), ""},
		{strings.Repeat("😀", 100), strings.Repeat("界", 200), ""},
	} {
		d := one("Scope", document.Paragraph{Text: "p"})
		d.Ref, d.Footer, d.Words.Page = c.ref, c.foot, "{page} / {pages}"
		b := &book{d: d}
		got := b.footer()
		if c.want != "" && got != c.want {
			t.Errorf("%q is the footer %q, want %q", c.ref, got, c.want)
		}
		left, _, _ := strings.Cut(got, "&C")
		_, left, _ = strings.Cut(left, "&7")
		if n := len(utf16.Encode([]rune(got))); n > mostFooter || strings.Contains(strings.ReplaceAll(left, "&&", ""), "&") {
			t.Errorf("%d units: %q", n, got)
		}
		write(t, d)
	}
}

func TestSheetNames(t *testing.T) {
	b := &book{names: map[string]bool{}}
	for _, c := range []struct{ want, name string }{
		{"Scope", "Scope"}, {"scope", "scope (2)"}, {"a:b/c", "a-b-c"}, {"History", "_History"}, {"''", "_"},
		{strings.Repeat("x", 30) + "'y", strings.Repeat("x", 30)},
		{strings.Repeat("y", 40), strings.Repeat("y", 31)}, {strings.Repeat("y", 40), strings.Repeat("y", 27) + " (2)"},
	} {
		if got := b.sheetName(c.want); got != c.name {
			t.Errorf("%q became %q, want %q", c.want, got, c.name)
		}
	}
}

// broken gives rows when they are counted and fails when the file is written.
type broken struct{ result.Set }

func (broken) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) { yield(nil, errors.New("disk gone")) }
}

type watched struct {
	bytes.Buffer
	closed bool
}

func (w *watched) Close() error { w.closed = true; return nil }

type single struct{ w *watched }

func (o single) Create(string) (io.WriteCloser, error) { return o.w, nil }

// A file that is not whole is never closed, since closing gives it its name.
func TestHalfAFile(t *testing.T) {
	cols := []result.Column{{Name: "a", Kind: result.Text}}
	table := document.Table{Ref: "F-01", Columns: []document.Column{{Name: "a", Label: "a", Kind: result.Text}},
		Rows: broken{result.Of(cols, []result.Row{{"x"}})}, Shown: 1}
	w := &watched{}
	if _, err := New(Options{}).Write(context.Background(), single{w}, one("Scope", table)); err == nil ||
		!strings.Contains(err.Error(), "disk gone") {
		t.Error(err)
	}
	if w.closed {
		t.Error("half a workbook was closed")
	}
}
