package xlsx

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
	"trailscribe/internal/result"
)

// quotes reads a workbook and gives, for each cell with a text or number of its own, whether its style has quotePrefix.
func quotes(t *testing.T, data []byte, each func(sheet, at, value string, text, quoted bool)) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.GetStyle(0); err != nil { // reads the styles
		t.Fatal(err)
	}
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for r, cells := range rows {
			for c, value := range cells {
				at := address(c+1, int64(r+1))
				kind, _ := f.GetCellType(sheet, at)
				formula, _ := f.GetCellFormula(sheet, at)
				style, err := f.GetCellStyle(sheet, at)
				if err != nil {
					t.Fatal(err)
				}
				q := f.Styles.CellXfs.Xf[style].QuotePrefix
				text := formula == "" && (kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString)
				each(sheet, at, value, text, q != nil && *q)
			}
		}
	}
}

// Each text that a spreadsheet might take for a formula, in rows, headers, titles and paragraphs, has quotePrefix: edited and confirmed it
// stays a text. Nothing else has it, or numbers would show an apostrophe.
func TestTextsThatLookLikeFormulasAreQuoted(t *testing.T) {
	signs, others := 0, 0
	for _, named := range documenttest.All() {
		data, _ := write(t, named.Document)
		quotes(t, data, func(sheet, at, value string, text, quoted bool) {
			if want := text && result.Formula(value); quoted != want {
				t.Errorf("%s: %s!%s %q: quotePrefix %t, want %t", named.Name, sheet, at, value, quoted, want)
			} else if want {
				signs++
			} else {
				others++
			}
		})
	}
	if signs < 20 || others < 1000 {
		t.Errorf("only %d and %d cells were looked at", signs, others)
	}
}

// The same on every place where a text of a log or of a user's file can stand, with a number that is below zero next to it.
func TestQuotedPlaces(t *testing.T) {
	const bad = "=HYPERLINK(\"http://x\")"
	cols := []document.Column{{Name: "a", Label: bad, Kind: result.Text, Form: document.FormText},
		{Name: "n", Label: "-n", Kind: result.Int, Form: document.FormNumber}}
	rows := result.Of([]result.Column{{Name: "a", Kind: result.Text}, {Name: "n", Kind: result.Int}},
		[]result.Row{{bad, int64(-5)}, {"\t" + bad, int64(-9007199254740993)}})
	d := &document.Document{Ref: "x", Title: "+title", Entity: "@entity", Words: documenttest.Words(), Cell: documenttest.Cell,
		Sections: []document.Section{
			{Part: document.Summary, Title: "=summary", Blocks: []document.Block{document.Paragraph{Text: "-paragraph"},
				document.Verdict{Title: "=v", Text: "+v"}, document.Code{Title: "=c", Text: "-- code\nSELECT 1"}}},
			{Part: document.Findings, Title: "@findings", Sheet: "F",
				Blocks: []document.Block{document.Heading{Text: "=heading"}, document.Card{Ref: "F-01", Title: "=card"},
					document.Table{Title: "=small", Columns: cols, Rows: rows},
					document.Table{Ref: "F-01", Title: "=large", Columns: cols, Rows: rows}}},
		}}
	data, _ := write(t, d)
	seen := map[string]bool{}
	quotes(t, data, func(sheet, at, value string, text, quoted bool) {
		if want := text && result.Formula(value); quoted != want {
			t.Errorf("%s!%s %q: quotePrefix %t, want %t", sheet, at, value, quoted, want)
		}
		seen[value] = seen[value] || quoted
	})
	for _, want := range []string{bad, "\t" + bad, "-9007199254740993", "-paragraph", "=v", "+v", "=heading", "-n"} {
		if !seen[want] {
			t.Errorf("%q was not found, or not quoted", want)
		}
	}
	if seen["-5"] {
		t.Error("a number is quoted")
	}
}
