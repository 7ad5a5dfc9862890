package xlsx

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

// A page of blocks lies on a grid: even narrow columns where it holds no table, so that tiles, charts and heat maps line up; else the columns of its tables.
const (
	evenColumns = 26
	evenWidth   = 5.1
	pageWidth   = 132.0 // characters: a landscape page at a readable size
)

// page is the sheet being filled from the top.
type page struct {
	b      *book
	name   string
	widths []float64 // of the columns B, C, …
	row    int64     // the next free one
	even   bool
	data   int // next free column right of the page, for the numbers behind charts
}

func (b *book) pageSheet(p *plan) {
	g := &page{b: b, name: p.name, row: 5}
	g.grid(p.blocks)
	b.try(b.f.SetColWidth(p.name, "A", "A", 2))
	for i, w := range g.widths {
		b.width(p.name, i+2, w)
	}
	g.data = len(g.widths) + 5
	title := p.title
	b.title(p.name, title, b.pageSubtitle(), g.last())
	if order(p) > 0 {
		b.back(p.name, 2, g.take(20)+1)
		g.row++
	}
	var blocks []document.Block
	var tail *document.Facts
	for _, block := range p.blocks { // the cover's facts are for reference: on a sheet they stand below the summary
		if front, ok := block.(document.Front); ok {
			blocks = append(blocks, front.Verdict, document.Points{Points: front.Notices})
			tail = &document.Facts{Fields: append(append([]document.Field{}, front.Facts...), front.Digest)}
			continue
		}
		blocks = append(blocks, block)
	}
	var pair *document.Chart // a chart of half width waiting for its neighbour
	for i, block := range blocks {
		if chart, ok := block.(document.Chart); ok && chart.Half && chart.Kind != document.HeatChart {
			if pair == nil {
				if next, ok := at(blocks, i+1).(document.Chart); ok && next.Half && next.Kind != document.HeatChart {
					pair = &chart
					continue
				}
			} else {
				g.charts(*pair, chart)
				pair = nil
				continue
			}
		}
		g.block(block)
		if b.failed != nil {
			return
		}
	}
	if tail != nil {
		g.facts(*tail)
	}
	g.area()
}

func at(blocks []document.Block, i int) document.Block {
	if i < len(blocks) {
		return blocks[i]
	}
	return nil
}

// area keeps the numbers behind charts off the printed page.
func (g *page) area() {
	if g.data > len(g.widths)+5 {
		g.b.try(g.b.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: quote(g.name) + "!$A$1:$" + column(g.last()) + "$" + itoa(max(g.row, 6)), Scope: g.name}))
	}
}

// grid decides the columns.
func (g *page) grid(blocks []document.Block) {
	for _, block := range blocks {
		switch x := block.(type) {
		case document.Table:
			for i, col := range x.Columns {
				g.want(i, widthOf(col))
			}
			if x.Review != nil {
				for i, w := range []float64{15, 16, 13, 34} {
					g.want(len(x.Columns)+i, w)
				}
			}
		case document.Checks:
			for i, w := range []float64{7, 44, 20, 20, 15, 44} {
				g.want(i, w)
			}
		case document.Matrix:
			g.want(0, 26)
			g.want(1, 16)
			for i := range x.Columns {
				g.want(i+2, 3.4)
			}
			g.want(len(x.Columns)+2, 12)
		case document.Signatures:
			for i, w := range []float64{20, 28, 28, 28, 20} {
				g.want(i, w)
			}
		}
	}
	if len(g.widths) == 0 {
		g.even = true
		for range evenColumns {
			g.widths = append(g.widths, evenWidth)
		}
	}
	for total := g.width(2, g.last()); total < pageWidth*0.8; total += 20 {
		g.widths = append(g.widths, 20)
	}
	for _, block := range blocks { // every column of a heat map has its place, also where the page then prints smaller
		if c, ok := block.(document.Chart); ok && c.Kind == document.HeatChart {
			for g.last()-g.take(heatLabel) < len(c.Categories) {
				g.widths = append(g.widths, evenWidth)
			}
		}
	}
}

func (g *page) want(i int, w float64) {
	for len(g.widths) <= i {
		g.widths = append(g.widths, 8)
	}
	g.widths[i] = max(g.widths[i], w)
}

// last is the last column of the page.
func (g *page) last() int { return 1 + len(g.widths) }

// take is the last of the columns, from the first behind the margin on, that together are at least so wide.
func (g *page) take(width float64) (last int) {
	sum := 0.0
	for i := 2; i <= g.last(); i++ {
		if sum += g.widths[i-2]; sum >= width {
			return i
		}
	}
	return g.last()
}

func (g *page) width(first, last int) float64 {
	sum := 0.0
	for i := first; i <= last; i++ {
		sum += g.widths[i-2]
	}
	return sum
}

// block writes one block at the cursor.
func (g *page) block(block document.Block) {
	switch x := block.(type) {
	case document.Verdict:
		g.verdict(x)
	case document.Tiles:
		g.tiles(x.Tiles)
	case document.Heading:
		g.heading(x.Text)
	case document.Paragraph:
		g.paragraph(x)
	case document.Points:
		g.points(x)
	case document.Chart:
		g.chart(x)
	case document.Matrix:
		g.matrix(x)
	case document.Card:
		g.card(x)
	case document.Facts:
		g.facts(x)
	case document.Checks:
		g.checks(x)
	case document.Code:
		g.code(x)
	case document.Table:
		g.table(x)
	case document.Signatures:
		g.signatures(x)
	}
}

// put writes text over the columns first to last of the cursor's row, merged; the row grows to hold it.
func (g *page) put(first, last int, text string, style int) {
	g.b.say(g.name, address(first, g.row), text)
	if last > first {
		g.b.try(g.b.f.MergeCell(g.name, address(first, g.row), address(last, g.row)))
	}
	g.b.try(g.b.f.SetCellStyle(g.name, address(first, g.row), address(last, g.row), style))
}

func (g *page) height(points float64) {
	g.b.try(g.b.f.SetRowHeight(g.name, int(g.row), min(max(points, 4), 400)))
}

func (g *page) next() { g.row++ }

func (g *page) gap(points float64) {
	g.height(points)
	g.next()
}

// lines is how many lines a text takes in a width given in characters; wide letters count double.
func lines(text string, width float64) float64 {
	n := 0.0
	for _, line := range strings.Split(text, "\n") {
		w := 0.0
		for _, r := range line {
			if r >= 0x1100 {
				w += 2
			} else {
				w++
			}
		}
		n += max(1, math.Ceil(w*1.04/max(width-1.5, 4)))
	}
	return n
}

func (g *page) heading(text string) {
	g.gap(8)
	g.height(20)
	g.put(2, g.last(), text, g.b.style("h2", func() *excelize.Style {
		return &excelize.Style{Font: g.b.font(12, true, g.b.color("navy")), Border: under(g.b.color("rule"), 1), Alignment: &excelize.Alignment{Vertical: "center"}}
	}))
	g.next()
	g.gap(4)
}

func (g *page) paragraph(p document.Paragraph) {
	b := g.b
	size, lineHeight := 9.5, 13.5
	if p.Style == document.Lead {
		size, lineHeight = 13, 18.5
	}
	style := b.style("paragraph-"+string(p.Style), func() *excelize.Style {
		s := &excelize.Style{Font: b.font(size, p.Style == document.Lead, b.color("ink")), Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}
		switch p.Style {
		case document.Lead:
			s.Font.Color = b.color("navy")
		case document.Note:
			s.Font.Color, s.Font.Italic = b.color("grey"), true
		}
		return s
	})
	to := g.take(pageWidth)
	g.put(2, to, p.Text, style)
	g.height(lines(p.Text, g.width(2, to)*9.5/size) * lineHeight)
	g.next()
	g.gap(6)
}

func (g *page) verdict(v document.Verdict) {
	b := g.b
	pill := g.take(22)
	g.put(2, pill, v.Title, b.style("verdict-"+string(v.Tone), func() *excelize.Style {
		return &excelize.Style{Font: b.font(11, true, b.onTone(v.Tone)), Fill: fill(b.tone(v.Tone)), Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}
	}))
	g.put(pill+1, g.last(), v.Text, b.style("verdict-text", func() *excelize.Style {
		return &excelize.Style{Font: b.font(11, false, b.color("ink")), Fill: fill(b.color("tint")), Alignment: left(true)}
	}))
	g.height(max(30, 15*max(lines(v.Title, g.width(2, pill)*0.8), lines(v.Text, g.width(pill+1, g.last())*0.85))+6))
	g.next()
	g.gap(6)
}

// onTone is the colour of words on a tone's full colour.
func (b *book) onTone(t document.Tone) string {
	if t == document.Medium {
		return "2B1D00"
	}
	return "FFFFFF"
}

func (g *page) tiles(tiles []document.Tile) {
	if len(tiles) == 0 {
		return
	}
	b := g.b
	rows := (len(tiles) + 3) / 4
	across := (len(tiles) + rows - 1) / rows // rows of about the same length
	bounds := g.columns(max(across, 2))
	if rest := tiles[min(len(tiles), len(bounds)):]; len(rest) > 0 {
		tiles = tiles[:len(bounds)]
		defer func() { g.tiles(rest) }()
	}
	white := []excelize.Border{{Type: "right", Color: "FFFFFF", Style: 5}}
	for i, t := range tiles {
		from, to := bounds[i][0], bounds[i][1]
		tone := b.tone(t.Tone)
		styles := []int{
			b.style("tile-label-"+string(t.Tone), func() *excelize.Style {
				return &excelize.Style{Font: b.font(7.5, true, b.color("grey")), Fill: fill(b.color("tint")), Border: append([]excelize.Border{{Type: "top", Color: tone, Style: 5}}, white...), Alignment: left(false)}
			}),
			b.style("tile-value-"+string(t.Tone), func() *excelize.Style {
				return &excelize.Style{Font: b.font(22, true, tone), Fill: fill(b.color("tint")), Border: white, Alignment: left(false)}
			}),
			b.style("tile-note", func() *excelize.Style {
				return &excelize.Style{Font: b.font(8, false, b.color("grey")), Fill: fill(b.color("tint")), Border: white, Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "top", Indent: 1}}
			}),
		}
		for k, text := range []string{strings.ToUpper(t.Label), t.Value, t.Note} {
			g.row += int64(k)
			g.put(from, to, text, styles[k])
			g.row -= int64(k)
		}
	}
	for _, h := range []float64{18, 30, 17} {
		g.height(h)
		g.next()
	}
	g.gap(8)
}

// columns cuts the page into n parts of about the same width.
func (g *page) columns(n int) [][2]int {
	total := g.width(2, g.last())
	var out [][2]int
	first := 2
	for i := 1; i <= n && first <= g.last(); i++ {
		last := first
		for last < g.last() && g.width(2, last)+g.widths[last-1]/2 < total*float64(i)/float64(n) {
			last++
		}
		if i == n {
			last = g.last()
		}
		out = append(out, [2]int{first, last})
		first = last + 1
	}
	return out
}

func (g *page) points(p document.Points) {
	if len(p.Points) == 0 {
		return
	}
	if p.Title != "" {
		g.heading(p.Title)
	}
	b := g.b
	for _, x := range p.Points {
		pill := g.take(14)
		g.put(2, pill, x.Pill.Text, b.pill(x.Pill.Tone))
		style := b.style("point", func() *excelize.Style {
			return &excelize.Style{Font: b.font(9.5, false, b.color("ink")), Border: under(pale(b.color("rule"), 0.7), 1), Alignment: left(true)}
		})
		end := g.last()
		if to := b.targets[x.Ref]; to != "" { // beside the text: a cell that is a link does not wrap in every program
			for end = g.last() - 1; end > pill+1 && g.width(end+1, g.last()) < 9; end-- {
			}
			g.put(end+1, g.last(), x.Ref, b.style("point-link", func() *excelize.Style {
				return &excelize.Style{Font: &excelize.Font{Family: b.face(), Size: 9, Color: b.color("accent"), Underline: "single"}, Border: under(pale(b.color("rule"), 0.7), 1), Alignment: right()}
			}))
			b.try(b.f.SetCellHyperLink(g.name, address(end+1, g.row), to, "Location"))
		}
		g.put(pill+1, end, x.Text, style)
		g.height(max(18, 13.5*lines(x.Text, g.width(pill+1, end)*0.95)+5))
		g.next()
	}
	g.gap(6)
}

func (b *book) pill(t document.Tone) int {
	return b.style("pill-"+string(t), func() *excelize.Style {
		return &excelize.Style{Font: b.font(8.5, true, b.onTone(t)), Fill: fill(b.tone(t)), Border: under("FFFFFF", 2), Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}
	})
}

func (g *page) facts(f document.Facts) {
	b := g.b
	if f.Title != "" {
		g.heading(f.Title)
	}
	label := b.style("label", func() *excelize.Style {
		return &excelize.Style{Font: b.font(9, true, b.color("grey")), Border: under(b.color("rule"), 1), Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}
	})
	value := b.style("fact", func() *excelize.Style {
		return &excelize.Style{Font: b.font(9, false, b.color("ink")), Border: under(b.color("rule"), 1), NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true, Horizontal: "left"}}
	})
	for _, x := range f.Fields {
		to := g.take(26)
		end := max(g.take(pageWidth), to+1)
		g.put(2, to, x.Label, label)
		g.put(to+1, end, x.Text, value)
		if t := b.targets[x.Ref]; t != "" {
			b.try(b.f.SetCellHyperLink(g.name, address(to+1, g.row), t, "Location"))
		}
		g.height(max(16, 12.5*max(lines(x.Label, g.width(2, to)), lines(x.Text, g.width(to+1, end)))+4))
		g.next()
	}
	g.gap(8)
}

func (g *page) card(k document.Card) {
	b := g.b
	g.gap(6)
	pills := min(len(k.Pills), 4)
	end := g.take(pageWidth)
	from := end
	for from > 3 && g.width(from, end) < 15*float64(pills) {
		from--
	}
	g.put(2, max(from-1, 2), strings.TrimSpace(k.Ref+"  "+k.Title), b.style("card", func() *excelize.Style {
		return &excelize.Style{Font: b.font(12, true, b.color("navy")), Fill: fill(b.color("tint")), Border: []excelize.Border{{Type: "left", Color: b.color("accent"), Style: 5}}, Alignment: left(true)}
	}))
	if to := b.targets[k.Ref]; to != "" && to != quote(g.name)+"!A1" {
		b.try(b.f.SetCellHyperLink(g.name, address(2, g.row), to, "Location"))
	}
	if pills > 0 {
		per := max((end-from+1)/pills, 1)
		for i := range pills {
			a := from + i*per
			z := a + per - 1
			if i == pills-1 {
				z = end
			}
			if a <= z && a > max(from-1, 2) {
				g.put(a, z, k.Pills[i].Text, b.pill(k.Pills[i].Tone))
			}
		}
	}
	g.height(24)
	g.next()
	g.facts(document.Facts{Fields: k.Fields})
}

func (g *page) code(c document.Code) {
	b := g.b
	g.put(2, g.last(), c.Title, b.style("code-title", func() *excelize.Style {
		return &excelize.Style{Font: b.font(9, true, b.color("grey")), Alignment: &excelize.Alignment{Vertical: "center"}}
	}))
	g.next()
	style := b.style("code", func() *excelize.Style {
		return &excelize.Style{Font: &excelize.Font{Family: "Consolas", Size: 9, Color: b.color("ink")}, Fill: fill(b.color("tint")), NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top"}}
	})
	for _, line := range strings.Split(strings.TrimRight(c.Text, "\n"), "\n") {
		for { // a line longer than a screen goes on below, so that nothing hides behind the edge
			part, rest := line, ""
			if most := int(g.width(2, g.last())); utf8.RuneCountInString(line) > most && most > 40 {
				runes := []rune(line)
				part, rest = string(runes[:most]), "    "+string(runes[most:])
			}
			b.say(g.name, address(2, g.row), part)
			b.try(b.f.SetCellStyle(g.name, address(2, g.row), address(g.last(), g.row), style))
			g.height(12.5)
			g.next()
			if rest == "" {
				break
			}
			line = rest
		}
	}
	g.gap(8)
}

func (g *page) signatures(s document.Signatures) {
	b := g.b
	if len(s.Roles) == 0 {
		return
	}
	g.height(21)
	for i, label := range append([]string{""}, s.Roles[0].Fields...) {
		g.put(2+i, 2+i, label, b.head("left"))
	}
	g.next()
	for _, r := range s.Roles {
		g.put(2, 2, r.Title, b.cellStyle(document.Column{Kind: result.Text, Form: document.FormText}, false))
		for i := range r.Fields {
			g.put(3+i, 3+i, "", b.input(i == len(r.Fields)-1))
		}
		g.height(32)
		g.next()
	}
}
