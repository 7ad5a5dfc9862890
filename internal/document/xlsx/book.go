package xlsx

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// book is a workbook in the making: excelize's file, the styles made so far, the rows to pour in.
type book struct {
	ctx         context.Context
	f           *excelize.File
	d           *document.Document
	theme       *style.Theme
	styles      map[string]int
	quoted      map[int]int         // style -> the same with quotePrefix
	names       map[string]bool     // folded: Excel calls "data" and "Data" the same
	pageTables  map[string]int      // tables on pages, by the identifier of their sheet: two sheets in Chinese may have the same
	targets     map[string]string   // Ref -> 'F-02'!A1
	tables      map[string][]span   // Ref -> where its running numbers stand, for the tie-outs
	reviews     map[string]reviewed // Ref -> where the choice of its rows is
	inject      map[string]producer
	files       map[string]string            // sheet -> part of the archive
	sizes       map[string]string            // part -> the cells of a sheet whose rows are poured in
	cached      map[string]map[string]string // part -> cell -> the value that its formula has now
	lookups     map[string]lookup            // choices -> where they stand
	choices     []lookup                     // the same in order
	conditional map[document.Tone]int
	home        []link             // where every sheet links back to
	leads       []lead             // links within the workbook, set when all cells have their place
	poured      map[string]*[]byte // part -> the links of the rows that were poured into it
	written     document.Written
	failed      error
}

// formula writes a formula with the value that it has now.
func (b *book) formula(sheet, cell, formula, value string) {
	b.try(b.f.SetCellFormula(sheet, cell, formula))
	part := b.files[sheet]
	if b.cached[part] == nil {
		b.cached[part] = map[string]string{}
	}
	b.cached[part][cell] = value
}

// reviewed is the column of a table in which a reviewer chooses, and what stands there at first.
type reviewed struct {
	column  int
	initial string
}

// link is a word that leads to a sheet.
type link struct{ sheet, text string }

// span is the running-number cells of one sheet of a table.
type span struct {
	sheet       string
	first, last int64
}

// try keeps the first error, so that a page of calls reads as a page of layout.
func (b *book) try(err error) {
	if err != nil && b.failed == nil {
		b.failed = err
	}
}

// Colours of cells to fill in, in every theme: cream is what an auditor's workpapers use.
const (
	cream     = "FFFBEF"
	creamHead = "F3E3B5"
	creamRule = "E6D7A8"
)

func (b *book) face() string {
	if b.theme != nil && b.theme.Sheet != "" {
		return b.theme.Sheet
	}
	return "Arial"
}

func (b *book) font(size float64, bold bool, color string) *excelize.Font {
	return &excelize.Font{Family: b.face(), Size: size, Bold: bold, Color: color}
}

func fill(color string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
}

func under(color string, weight int) []excelize.Border {
	return []excelize.Border{{Type: "bottom", Color: color, Style: weight}}
}

func ptr[T any](v T) *T { return &v }

// style gives the id of a style, made once per name.
func (b *book) style(name string, make func() *excelize.Style) int {
	if id, ok := b.styles[name]; ok {
		return id
	}
	id, err := b.f.NewStyle(make())
	b.try(err)
	b.styles[name] = id
	return id
}

// named styles of the house; size is the text size of tables.
const size = 9.0

func left(wrap bool) *excelize.Alignment {
	return &excelize.Alignment{Horizontal: "left", Vertical: "center", WrapText: wrap, Indent: 1}
}

func right() *excelize.Alignment {
	return &excelize.Alignment{Horizontal: "right", Vertical: "center", Indent: 1}
}

func (b *book) head(align string) int {
	return b.style("head-"+align, func() *excelize.Style {
		a := left(true)
		if align == "right" {
			a.Horizontal = "right"
		}
		return &excelize.Style{Font: b.font(8.5, true, "FFFFFF"), Fill: fill(b.color("navy")), Alignment: a}
	})
}

func (b *book) reviewHead() int {
	return b.style("head-review", func() *excelize.Style {
		return &excelize.Style{Font: b.font(8.5, true, b.color("navy")), Fill: fill(creamHead), Alignment: left(true)}
	})
}

// input is a cell to fill in: unlocked, cream.
func (b *book) input(date bool) int {
	name := "input"
	if date {
		name = "input-date"
	}
	return b.style(name, func() *excelize.Style {
		s := &excelize.Style{Font: b.font(size, false, b.color("ink")), Fill: fill(cream), Border: under(creamRule, 1),
			Protection: &excelize.Protection{Locked: false}, Alignment: left(!date), NumFmt: 49}
		if date {
			s.NumFmt, s.CustomNumFmt = 0, ptr("yyyy-mm-dd")
		}
		return s
	})
}

// cellStyle is how a column's values look.
func (b *book) cellStyle(col document.Column, wrap bool) int {
	_, format := layoutOf(col)
	return b.styleOf(col, wrap, false, format)
}

// styleOf is cellStyle; that of a total is set off from the rows above it.
func (b *book) styleOf(col document.Column, wrap, total bool, format string) int {
	name := fmt.Sprintf("cell-%s-%d-%t-%t-%t-%s", col.Form, col.Kind, wrap, total, col.To != "", format)
	return b.style(name, func() *excelize.Style {
		s := &excelize.Style{Font: b.font(size, false, b.color("ink")), Border: under(pale(b.color("rule"), 0.7), 1), Alignment: left(wrap)}
		switch align, _ := layoutOf(col); {
		case format == "@":
			s.NumFmt = 49
			if align == "right" {
				s.Alignment.Horizontal = "right"
			}
		default:
			s.CustomNumFmt = ptr(format)
			if align == "right" {
				s.Alignment.Horizontal, s.Alignment.WrapText = "right", false
			}
		}
		if mono(col.Form) {
			s.Font.Color = b.color("ink")
		}
		if col.Form == document.FormRef || col.To != "" {
			s.Font.Color, s.Font.Underline = b.color("accent"), "single"
		}
		if total {
			s.Font.Bold, s.Fill = true, fill(b.color("tint"))
			s.Border = []excelize.Border{{Type: "top", Color: b.color("navy"), Style: 2},
				{Type: "bottom", Color: pale(b.color("rule"), 0.7), Style: 1}}
		}
		return s
	})
}

func mono(f document.Form) bool {
	return f == document.FormID || f == document.FormARN || f == document.FormCode || f == document.FormJSON
}

// sheetName makes a name unique and legal: 31 units, none of : \ / ? * [ ], no quote at either end, not "History".
func (b *book) sheetName(want string) string {
	want = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < ' ' {
			return '-'
		}
		return r
	}, want)
	want = strings.Trim(want, "' ")
	if want == "" || strings.EqualFold(want, "history") {
		want = "_" + want
	}
	name := strings.TrimRight(cut(want, 31), "' ") // a cut may leave a quote at the end
	for i := 2; b.names[strings.ToLower(name)]; i++ {
		tail := fmt.Sprintf(" (%d)", i)
		name = cut(want, 31-len(tail)) + tail
	}
	b.names[strings.ToLower(name)] = true
	return name
}

func address(col int, row int64) string {
	name, _ := excelize.ColumnNumberToName(col)
	return name + strconv.FormatInt(row, 10)
}

func quote(sheet string) string { return "'" + strings.ReplaceAll(sheet, "'", "''") + "'" }
