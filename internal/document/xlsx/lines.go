package xlsx

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
)

// story is a few sentences on what happened.
func (g *page) story(s document.Story) {
	if len(s.Lines) == 0 {
		return
	}
	g.heading(s.Title)
	b := g.b
	to := g.take(pageWidth)
	for i, text := range s.Lines {
		style := b.style("story-"+strconv.Itoa(min(i, 1)), func() *excelize.Style {
			return &excelize.Style{Font: b.font(10, i == 0, b.color("ink")), Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}
		})
		g.put(2, to, text, style)
		g.height(lines(text, g.width(2, to)*0.95)*14 + 3)
		g.next()
	}
	g.gap(6)
}

// compact is a small table over the even columns of the summary: each of its columns takes some of them.
func (g *page) compact(t document.Table) {
	b := g.b
	if t.Note != "" {
		g.paragraph(document.Paragraph{Style: document.Note, Text: t.Note})
	}
	total := 0.0
	wish := make([]float64, len(t.Columns))
	for i, col := range t.Columns {
		wish[i] = min(max(widthOf(col), 9), 44)
		total += wish[i]
	}
	page := g.width(2, g.last())
	from, sum := 2, 0.0
	spans := make([][2]int, len(t.Columns))
	for i := range t.Columns {
		sum += wish[i]
		to := from
		for to < g.last()-(len(t.Columns)-1-i) && g.width(2, to)+g.widths[to-1]/2 < page*sum/total {
			to++
		}
		spans[i], from = [2]int{from, to}, to+1
	}
	g.height(19)
	for i, col := range t.Columns {
		style := b.head("left")
		if align, _ := layoutOf(col); align == "right" {
			style = b.head("right")
		}
		g.put(spans[i][0], spans[i][1], col.Label, style)
	}
	g.next()
	for row, err := range t.Rows.All() {
		if err != nil {
			b.try(fmt.Errorf("reading the rows of %q: %w", t.Title, err))
			return
		}
		tallest := 1.0
		for i, col := range t.Columns {
			first, last := address(spans[i][0], g.row), address(spans[i][1], g.row)
			b.value(g.name, first, col, row[i])
			b.lead(g.name, first, col.LinksOf(row[i], row))
			if spans[i][1] > spans[i][0] {
				b.try(b.f.MergeCell(g.name, first, last))
			}
			_, format := layoutOf(col)
			b.try(b.f.SetCellStyle(g.name, first, last, b.styleOf(col, true, false, format)))
			if s, ok := row[i].(string); ok {
				tallest = max(tallest, lines(s, g.width(spans[i][0], spans[i][1])))
			}
		}
		g.height(max(16.5, 12.5*tallest+4))
		g.next()
	}
	g.gap(8)
}

// lines are events in a row each: severity, when, what, what came of it, references with a link to the first.
func (g *page) lines(x document.Lines) {
	if len(x.Lines) == 0 {
		return
	}
	g.heading(x.Title)
	b := g.b
	pill := g.take(14)
	when := max(g.take(38), pill+1)
	end := g.last()
	ref := end
	for ref > when+2 && g.width(ref, end) < 12 {
		ref--
	}
	later := ref
	if x.Head[4] != "" {
		for later > when+2 && g.width(later, ref-1) < 26 {
			later--
		}
	}
	plain := func(name, color string) int {
		return b.style("line-"+name, func() *excelize.Style {
			return &excelize.Style{Font: b.font(9.5, false, b.color(color)), Border: under(pale(b.color("rule"), 0.7), 1), Alignment: left(true)}
		})
	}
	for _, line := range x.Lines {
		if line.Pill.Text != "" {
			g.put(2, pill, line.Pill.Text, b.pill(line.Pill.Tone))
		}
		g.put(pill+1, when, line.When, plain("when", "grey"))
		g.put(when+1, later-1, line.Text, plain("text", "ink"))
		if later < ref {
			g.put(later, ref-1, line.Later, plain("when", "grey"))
		}
		link := b.style("point-link", func() *excelize.Style {
			font := &excelize.Font{Family: b.face(), Size: 9, Color: b.color("accent"), Underline: "single"}
			return &excelize.Style{Font: font, Border: under(pale(b.color("rule"), 0.7), 1), Alignment: right()}
		})
		g.put(ref, end, strings.Join(line.Refs, ", "), link)
		if len(line.Refs) > 0 {
			if to := b.targets[line.Refs[0]]; to != "" {
				b.try(b.f.SetCellHyperLink(g.name, address(ref, g.row), to, "Location"))
			}
		}
		g.height(max(17, 13.5*lines(line.Text, g.width(when+1, later-1)*0.95)+4))
		g.next()
	}
	g.gap(6)
}
