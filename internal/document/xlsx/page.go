package xlsx

import (
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
)

// A page of blocks is on a grid: even narrow columns where it holds no table, so that tiles, charts and heat maps line up; else the
// columns of its tables.
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
	first  bool // the summary: charts and tables side by side on the even grid
	data   int  // next free column right of the page, for the numbers behind charts
}

func (b *book) pageSheet(p *plan) {
	g := &page{b: b, name: p.name, row: 5, first: order(p) == 0}
	g.grid(p.blocks)
	b.try(b.f.SetColWidth(p.name, "A", "A", 2))
	for i, w := range g.widths {
		b.width(p.name, i+2, w)
	}
	g.data = len(g.widths) + 5
	title := p.title
	b.title(p.name, title, b.pageSubtitle(), g.last())
	// Tables of their own heads follow each other here, so the head of the sheet stays in view; a matrix freezes its own.
	b.try(b.f.SetPanes(p.name, &excelize.Panes{Freeze: true, YSplit: 3, TopLeftCell: "A4", ActivePane: "bottomLeft"}))
	if order(p) > 0 {
		b.back(p.name, 2, g.take(20)+1)
		g.row++
	}
	var blocks []document.Block
	var tail *document.Facts
	covered := false
	for _, block := range p.blocks { // the cover's facts are for reference: on a sheet they stand below the summary
		if _, ok := block.(document.Progress); ok && covered {
			continue
		}
		if front, ok := block.(document.Front); ok {
			blocks = append(blocks, front.Verdict)
			if len(front.Verdict.Figures) > 0 {
				tiles := document.Tiles{}
				for _, f := range front.Verdict.Figures {
					tiles.Tiles = append(tiles.Tiles, document.Tile{Label: f.Label, Value: f.Value, Tone: f.Tone})
				}
				blocks = append(blocks, tiles)
			}
			for _, x := range p.blocks { // how far the review is stands next to the verdict
				if progress, ok := x.(document.Progress); ok {
					blocks = append(blocks, progress)
				}
			}
			blocks = append(blocks, document.Points{Points: front.Notices}, front.Story, front.Worst)
			covered = true
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
		g.b.try(g.b.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: quote(g.name) + "!$A$1:$" + column(g.last()) +
			"$" + strconv.FormatInt(max(g.row, 6), 10), Scope: g.name}))
	}
}

// grid decides the columns.
func (g *page) grid(blocks []document.Block) {
	for _, block := range blocks {
		switch x := block.(type) {
		case document.Table:
			if g.first {
				continue // laid over the even columns
			}
			for i, col := range x.Columns {
				g.want(i, widthOf(col))
			}
			if x.Review != nil {
				for i, k := range x.Review.Columns {
					g.want(len(x.Columns)+i, reviewWidth(k))
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
			for i, w := range []float64{20, 28, 28, 28, 28, 20} {
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
	case document.Story:
		g.story(x)
	case document.Lines:
		g.lines(x)
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
	case document.Progress:
		g.progress(x)
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
