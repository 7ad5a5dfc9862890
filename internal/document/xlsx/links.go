package xlsx

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

// mostLinks is up to how many rows of a sheet have links: the format allows 65,530 on a sheet.
const mostLinks = 65_000

// lead is a cell that leads to the first of its targets that the workbook has.
type lead struct {
	sheet, cell string
	links       []document.Link
}

// target notes where a link target stands; the first time counts.
func (b *book) target(ref, sheet, cell string) {
	if ref != "" && b.targets[ref] == "" {
		b.targets[ref] = quote(sheet) + "!" + cell
	}
}

// lead makes a cell lead to a target once all have their place.
func (b *book) lead(sheet, cell string, links []document.Link) {
	if len(links) > 0 {
		b.leads = append(b.leads, lead{sheet, cell, links})
	}
}

// links sets all links between cells, and the line of links under the title of each sheet of rows.
func (b *book) links(plans []*plan) {
	for _, x := range b.leads {
		for _, k := range x.links {
			if to := b.targets[k.Ref]; to != "" && to != quote(x.sheet)+"!"+x.cell {
				b.try(b.f.SetCellHyperLink(x.sheet, x.cell, to, "Location"))
				break
			}
		}
	}
	for _, p := range plans {
		if p.table != nil {
			b.sheetBack(p, plans)
		}
	}
}

// place is where a link leads: a cell of a sheet, and what it is called.
type place struct{ sheet, cell, text string }

// sheetBack are the links under the title of a sheet of rows: to the summary and the register, and to whatever the finding's card names,
// each sheet once. Where the register has a row of it they lead to that row.
func (b *book) sheetBack(p *plan, plans []*plan) {
	var all []place
	titles := map[string]string{}
	for _, x := range plans {
		if x.table == nil {
			titles[quote(x.name)] = x.title
		}
	}
	for _, to := range b.home {
		all = append(all, place{quote(to.sheet), "A1", to.text})
	}
	if p.card != nil {
		for _, f := range append(slices.Clone(p.card.Fields), document.Field{Links: p.table.Links}) {
			for _, k := range f.Links {
				sheet, cell, ok := cutLast(b.targets[k.Ref], "!")
				if !ok || titles[sheet] == "" {
					continue
				}
				known := false
				for i, x := range all {
					if x.sheet == sheet {
						known = true
						if i > 0 && x.cell == "A1" {
							all[i].cell = cell
						}
					}
				}
				if !known {
					all = append(all, place{sheet, cell, titles[sheet]})
				}
			}
		}
	}
	for _, x := range plans { // the sheet on which its rows are reviewed
		if x.table != nil && x.index == 0 && x.table.Review != nil && x.card == nil && p.card != nil && p.part == document.Findings {
			all = append(all, place{quote(x.name), "A1", x.table.Title})
		}
	}
	at := 3
	for _, x := range all {
		if x.sheet == quote(p.name) {
			continue
		}
		for at-3 < len(p.table.Columns) && p.table.Columns[at-3].Hidden {
			at++
		}
		b.backTo(p.name, address(at, 4), x)
		for room := 0.0; room < float64(utf8.RuneCountInString(x.text))*0.85+2; at++ {
			if at-3 < len(p.table.Columns) && p.table.Columns[at-3].Hidden {
				continue
			}
			w, err := b.f.GetColWidth(p.name, column(at))
			b.try(err)
			room += max(w, 1)
		}
	}
}

// cutLast is strings.Cut at the last separator: a name of a sheet may hold one.
func cutLast(s, separator string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return s, "", false
}

// back are the links of a page to the summary and to the register.
func (b *book) back(sh string, columns ...int) {
	for i, to := range b.home {
		if to.sheet != sh && i < len(columns) {
			b.backTo(sh, address(columns[i], 4), place{quote(to.sheet), "A1", to.text})
		}
	}
}

func (b *book) backTo(sh, cell string, to place) {
	b.say(sh, cell, to.text)
	b.try(b.f.SetCellHyperLink(sh, cell, to.sheet+"!"+to.cell, "Location"))
	b.try(b.f.SetCellStyle(sh, cell, cell, b.style("back", func() *excelize.Style {
		return &excelize.Style{Font: &excelize.Font{Family: b.face(), Size: 8, Color: b.color("accent"), Underline: "single"},
			Alignment: &excelize.Alignment{Vertical: "center"}}
	})))
}

// rowLinks appends the links of a row that is poured in, the nth of its sheet. A target is a sheet or a cell of this workbook: what is in
// the row chooses among the references of the document and adds none.
func (b *book) rowLinks(links []byte, t *document.Table, leading []int, row result.Row, at, n int64) []byte {
	if n >= mostLinks {
		return links
	}
	for _, i := range leading {
		for _, k := range t.Columns[i].LinksOf(row[i], row) {
			if to := b.targets[k.Ref]; to != "" && k.Ref != t.Ref {
				var text bytes.Buffer
				_ = xml.EscapeText(&text, []byte(to)) // a buffer takes everything
				links = fmt.Appendf(links, `<hyperlink ref="%s" location="%s"/>`, address(i+3, at), text.Bytes())
				break
			}
		}
	}
	return links
}
