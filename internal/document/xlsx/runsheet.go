package xlsx

import (
	"strconv"
)

// runSheet is hidden. By it a filled workbook is read back, also sorted, filtered and saved by another program: which run it is of, and for
// each sheet of rows which query its rows are of, where they began, and which column has which code. A program that sorts rows moves them
// whole, so the exception's id in a row tells what was reviewed, wherever the row is then.
const (
	runSheet       = "_run"
	workbookFormat = "trailscribe-workbook/1"
)

func (b *book) runOf(plans []*plan) {
	if len(b.d.Run) == 0 {
		return
	}
	_, err := b.f.NewSheet(runSheet)
	b.try(err)
	row := int64(1)
	line := func(cells ...string) {
		for i, s := range cells {
			b.say(runSheet, address(1+i, row), s)
		}
		row++
	}
	line("format", workbookFormat)
	for _, x := range b.d.Run {
		line(x.Code, x.Text)
	}
	row++
	line("sheet", "ref", "query", "header_row", "rows", "column", "code", "label", "kind")
	for _, p := range plans {
		if p.table == nil {
			continue
		}
		labels := b.labels(p.table)
		each := func(i int, code, kind string) {
			line(p.name, p.table.Ref, p.table.Query, strconv.FormatInt(p.head(), 10), strconv.FormatInt(p.n, 10), column(i+2), code, labels[i], kind)
		}
		each(0, "row", "number")
		for i, k := range p.table.Columns {
			each(i+1, k.Name, "data")
		}
		if r := p.table.Review; r != nil {
			for i, k := range r.Columns {
				each(1+len(p.table.Columns)+i, k.Code, "review-"+string(k.Kind))
			}
		}
	}
	b.try(b.f.SetSheetVisible(runSheet, false))
}
