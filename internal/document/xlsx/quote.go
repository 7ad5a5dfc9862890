package xlsx

import (
	"fmt"
	"slices"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/result"
)

// quotedStyle gives the style of a cell whose text a spreadsheet might take for a formula: the same look with quotePrefix (ECMA-376 part 1,
// 18.8.45 xf). A text in a cell is a text, but who edits it and confirms would make it a formula; with quotePrefix it stays what it is.
// The library knows the attribute and has no call to set it.
func (b *book) quotedStyle(style int) int {
	if id, ok := b.quoted[style]; ok {
		return id
	}
	all := b.f.Styles.CellXfs
	if style < 0 || style >= len(all.Xf) {
		b.try(fmt.Errorf("there is no cell style %d", style))
		return style
	}
	xf := all.Xf[style]
	xf.QuotePrefix = ptr(true)
	id := len(all.Xf)
	all.Xf = append(all.Xf, xf)
	all.Count = len(all.Xf)
	b.quoted[style] = id
	return id
}

// texts are the types of cells that can hold a text.
var texts = []excelize.CellType{excelize.CellTypeSharedString, excelize.CellTypeInlineString, excelize.CellTypeFormula}

// quotePages does it for all cells but those of the rows that are poured in later, however they were written.
func (b *book) quotePages() {
	for _, sheet := range b.f.GetSheetList() {
		rows, err := b.f.GetRows(sheet, excelize.Options{RawCellValue: true})
		b.try(err)
		for r, cells := range rows {
			for c, value := range cells {
				if !result.Formula(value) {
					continue
				}
				at, err := excelize.CoordinatesToCellName(c+1, r+1)
				b.try(err)
				kind, err := b.f.GetCellType(sheet, at)
				b.try(err)
				formula, err := b.f.GetCellFormula(sheet, at)
				b.try(err)
				if formula != "" || !slices.Contains(texts, kind) {
					continue
				}
				style, err := b.f.GetCellStyle(sheet, at)
				b.try(err)
				b.try(b.f.SetCellStyle(sheet, at, at, b.quotedStyle(style)))
			}
		}
	}
}
