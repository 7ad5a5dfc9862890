package pdf

import (
	"slices"
	"unicode/utf8"

	"trailscribe/internal/document"
)

// landscapeColumns is from how many printed columns a table stands on a landscape page, landscapeDays from how many columns a matrix does.
const (
	landscapeColumns = 11
	landscapeShort   = 15 // the same of a table whose cells are short on paper
	landscapeDays    = 63
)

// printed reports whether a column is for paper: hidden ones and those of the workbook only are not.
func printed(c document.Column) bool { return !c.Hidden && !c.Sheet }

func visible(cols []document.Column) (n int) {
	for _, c := range cols {
		if printed(c) {
			n++
		}
	}
	return n
}

// shortWidth is how many characters a paged format prints at most of a value of a Short column.
var shortWidth = map[document.Form]int{document.FormID: 13, document.FormTime: 15, document.FormLocalTime: 15, document.FormAccount: 13}

// tooWide tells from the widths that the document gives whether a table would be cramped on an upright page: ids, times and figures whole,
// texts with room for two or three words.
func tooWide(cols []document.Column) bool {
	// millimetres for a character of evidence type, between columns, and what can be shrunk to fit
	const fixed, sans, gap, page = 1.36, 1.25, 3.6, 190
	sum, wrapped := 0.0, 0
	for _, c := range cols {
		if !printed(c) {
			continue
		}
		id, whole, _ := formOf(c)
		n := c.Width
		if most := shortWidth[c.Form]; c.Short && most > 0 {
			n = min(n, max(most, utf8.RuneCountInString(c.Label)/2))
		}
		w := float64(n) * sans
		if id != text {
			w = float64(n) * fixed
		}
		if !whole || w > 110 {
			w = min(w, 26)
			wrapped++
		}
		sum += w + gap
	}
	if slices.ContainsFunc(cols, func(c document.Column) bool { return c.Short }) {
		return sum > 1.6*page // on paper its cells are short, and the workbook holds them whole
	}
	return sum > page && wrapped > 0
}

// orientations tells for each block whether it stands on a landscape page: wide tables do, what leads to them, and remarks after them.
func (l *flow) orientations(blocks []document.Block) []bool {
	wide := make([]bool, len(blocks))
	from := 0 // what stands from here on leads to the next table
	for i, b := range blocks {
		big, anchor := false, false
		switch b := b.(type) {
		case document.Table:
			most := landscapeColumns
			if slices.ContainsFunc(b.Columns, func(c document.Column) bool { return c.Short }) {
				most = landscapeShort
			}
			big, anchor = (visible(b.Columns) >= most || tooWide(b.Columns)) && b.Shown > 0 && b.Rows != nil && b.Rows.Count() > 0, true
		case document.Matrix:
			big, anchor = len(b.Columns) >= landscapeDays, true
		case document.Front, document.Checks, document.Code, document.Signatures:
			anchor = true
		case document.Paragraph:
			if i > 0 && wide[i-1] && from == i {
				wide[i] = true
				from = i + 1
			}
		}
		if anchor {
			if big {
				for j := from; j <= i; j++ {
					wide[j] = true
				}
			}
			from = i + 1
		}
	}
	return wide
}

// mostlyWide reports whether a third of a section's tables or more want landscape pages.
func mostlyWide(blocks []document.Block, wide []bool) bool {
	tables, big := 0, 0
	for i, b := range blocks {
		if _, ok := b.(document.Table); ok {
			tables++
			if wide[i] {
				big++
			}
		}
	}
	return big > 0 && tables > 2 && big*3 >= tables
}
