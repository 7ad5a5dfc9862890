package xlsx

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
	"trailscribe/internal/result"
)

func TestText(t *testing.T) {
	words := documenttest.Words()
	for _, c := range []struct {
		name, in, want string
		altered        bool
	}{
		{"plain", "alice", "alice", false},
		{"formula stays text", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", false},
		{"emoji is kept", "a😀b", "a😀b", false},
		{"Chinese is kept", "陈晓明", "陈晓明", false},
	} {
		got, altered := text(c.in, words)
		if got != c.want || altered != c.altered {
			t.Errorf("%s: %q, %v", c.name, got, altered)
		}
	}
	if got, altered := text("a\x01b\u202e", words); !altered || strings.ContainsAny(got, "\x01\u202e") {
		t.Errorf("control characters reach the cell: %q", got)
	}
	long := strings.Repeat("😀", 20_000)
	got, altered := text(long, words)
	if !altered || utf16Length(got) > mostCharacters || !utf8.ValidString(got) || !strings.HasPrefix(got, "😀😀") {
		t.Errorf("a long text has %d units, altered %v", utf16Length(got), altered)
	}
}

func TestLiteral(t *testing.T) {
	for in, want := range map[string]string{
		"_x0041_":         "_x005F_x0041_",
		"a_x000D_b":       "a_x005F_x000D_b",
		"_x00G1_":         "_x00G1_",
		"_x0041":          "_x0041",
		"__x0041__x0042_": "__x005F_x0041__x005F_x0042_",
	} {
		if got := literal(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// One sheet with every kind of value, read back by excelize: what is text stays text, what is a date is one.
func TestValues(t *testing.T) {
	at := time.Date(2026, 10, 14, 2, 11, 5, 250e6, time.UTC)
	cols := []document.Column{
		{Name: "a", Label: "Same", Kind: result.Text, Form: document.FormAccount},
		{Name: "b", Label: "same", Kind: result.Instant, Form: document.FormTime},
		{Name: "c", Label: "Int", Kind: result.Int, Form: document.FormNumber},
		{Name: "d", Label: "Big", Kind: result.Int, Form: document.FormNumber},
		{Name: "e", Label: "Decimal", Kind: result.Decimal, Form: document.FormNumber},
		{Name: "f", Label: "Text", Kind: result.Text, Form: document.FormText},
		{Name: "g", Label: "Nothing", Kind: result.Text, Form: document.FormText},
	}
	plain := make([]result.Column, len(cols))
	for i, c := range cols {
		plain[i] = result.Column{Name: c.Name, Kind: c.Kind}
	}
	d := &document.Document{Ref: "x", Title: "Values", As: at, Words: documenttest.Words(), Cell: documenttest.Cell,
		Sections: []document.Section{{Part: document.Findings, Title: "F", Blocks: []document.Block{
			document.Table{Ref: "F-01", Columns: cols,
				Rows: result.Of(plain, []result.Row{{"018833904417", at, int64(1234), int64(9007199254740993), "12.50", "_x0041_ & <b> \"q\"", nil}})},
		}}}}
	data, w := write(t, d)
	if w.Rows["F-01"] != 1 || w.Altered["F-01"] != 0 {
		t.Errorf("written: %+v", w)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	raw := excelize.Options{RawCellValue: true}
	for cell, want := range map[string]string{"C6": "Same", "D6": "same (2)", "C7": "018833904417", "D7": "46309.091032986114", "E7": "1234",
		"F7": "9007199254740993", "G7": "12.5", "H7": "_x0041_ & <b> \"q\"", "I7": ""} {
		got, err := f.GetCellValue("F-01", cell, raw)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", cell, got, want)
		}
	}
	for cell, want := range map[string]excelize.CellType{"C7": excelize.CellTypeInlineString, "F7": excelize.CellTypeInlineString} {
		if got, _ := f.GetCellType("F-01", cell); got != want {
			t.Errorf("%s is of type %v, want text", cell, got)
		}
	}
	tables, err := f.GetTables("F-01")
	if err != nil || len(tables) != 1 || tables[0].Range != "B6:I7" {
		t.Errorf("tables: %+v, %v", tables, err)
	}
}

// A table of more rows than a sheet holds goes on, and the tie-out counts all parts.
func TestParts(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a million rows")
	}
	d := documenttest.Many(mostRows + 10)
	one := mostRows + int64(10)
	d.Sections = append(d.Sections, document.Section{Part: document.Scope, Title: "Scope", Sheet: "Completeness", Blocks: []document.Block{
		document.Checks{Rows: []document.CheckRow{{Ref: "C-01", Name: "rows", Count: "F-01", Number: &one}}},
	}})
	_, w := write(t, d)
	if w.Rows["F-01"] != one {
		t.Errorf("%d rows written of %d", w.Rows["F-01"], one)
	}
}

// FuzzString: whatever a log holds, the row is well-formed XML and reads back as what a reader is shown.
func FuzzString(f *testing.F) {
	for _, s := range append(documenttest.HostileText(), "", " x ", "_x000A_", "]]>", "\r\n", "\ufffe") {
		f.Add(s)
	}
	words := documenttest.Words()
	f.Fuzz(func(t *testing.T, s string) {
		e := &rowEncoder{columns: []string{"B"}, styles: []int{1}, quoted: []int{2}, words: words}
		e.start(7)
		e.string(0, s)
		e.end()
		var row struct {
			C struct {
				T  string `xml:"t,attr"`
				Is struct {
					T string `xml:"t"`
				} `xml:"is"`
			} `xml:"c"`
		}
		if err := xml.Unmarshal(e.B, &row); err != nil {
			t.Fatalf("%q: %v in %s", s, err, e.B)
		}
		shown, _ := text(s, words)
		if got := row.C.Is.T; got != literal(shown) {
			t.Errorf("%q reads back as %q", s, got)
		}
		if strings.Contains(string(e.B), "<f>") {
			t.Errorf("%q became a formula", s)
		}
	})
}
