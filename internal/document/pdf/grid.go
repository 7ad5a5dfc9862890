package pdf

import (
	"iter"
	"math"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// gridColumn is a column as it is set on the page.
type gridColumn struct {
	label   string
	face    faceID
	right   bool    // numbers
	whole   bool    // ids, times, numbers: kept on one line where there is any room for it
	natural float64 // width of the widest cell or label without padding, in millimetres at the grid's size
	least   float64 // width of the widest part that should not be broken
	w       float64 // width given, with padding
}

// gridCell is a cell as it is set: text, or a word on a pill, or a link.
type gridCell struct {
	text string
	pill bool
	tone document.Tone

	links  []document.Link // of parts of text
	target string          // of the row, in its first cell

	total bool    // of the row of all others
	share float64 // of the largest value of a tinted column; 0 for a cell without a tint
}

// face is the type that a cell of a column with the face id is set in.
func (c gridCell) face(id faceID) faceID {
	if id == text && (c.pill || c.total) {
		return bold
	}
	return id
}

// grid is a table on the page: a head that comes again on every page, rows with a hairline under each.
type grid struct {
	title     string // said again, with the word for "continued", above the head of each further page
	rows      int64  // how many are set; 0 where that is not known
	columns   []gridColumn
	size      float64 // points
	zebra     bool
	lead      float64
	padX      float64
	padY      float64
	short     float64      // texts up to this width are kept on one line
	sample    [][]gridCell // some rows, to try widths with
	headLines [][]string
	headH     float64
}

// shorts are up to what width a short text is kept on one line too: of those that fit, the one that takes the fewest lines is taken.
var shorts = []float64{26, 20, 12}

// brokenId is how wide the lines of an id are at least that does not fit on one, in millimetres.
const brokenId = 16.0

// fit gives every column a width, so that ids stay on one line where there is room for it. natural and least are measured at g.size.
func (g *grid) fit(l *flow) {
	for !g.try(l) { // not all on one line: the longest ids, hashes, times are broken, and no name is
		widest := -1
		for i, c := range g.columns {
			if c.whole && (widest < 0 || c.natural > g.columns[widest].natural) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		g.columns[widest].whole, g.columns[widest].least = false, min(g.columns[widest].least, brokenId)
	}
	g.sample = nil
	g.headLines = make([][]string, len(g.columns))
	n := 1
	for i, c := range g.columns {
		g.headLines[i] = l.wrap(bold, g.headSize(), c.label, c.w-2*g.padX)
		n = max(n, len(g.headLines[i]))
	}
	g.headH = float64(n)*g.lead*0.95 + 2*g.padY
}

// try gives the columns their widths; false if they do not fit.
func (g *grid) try(l *flow) bool {
	g.padX, g.padY = 1.8, 0.95
	if g.zebra { // its rows are set off by their ground
		g.padX, g.padY = 1.4, 0.9
	}
	g.lead = g.size * 0.475
	if len(g.columns) > 8 { // less air, so that no word is broken
		g.padX = 0.9
	}
	best, widths := math.Inf(1), []float64(nil)
	for _, short := range shorts {
		g.short = short
		if !g.allot(l.w) {
			continue
		}
		if h := g.sampleLines(l); h < best {
			best, widths = h, widths[:0]
			for _, c := range g.columns {
				widths = append(widths, c.w)
			}
		}
	}
	for i, w := range widths {
		g.columns[i].w = w
	}
	return widths != nil
}

// sampleLines is how many lines the rows of the sample take in the present widths.
func (g *grid) sampleLines(l *flow) (n float64) {
	for _, row := range g.sample {
		deep := 1
		for i, c := range g.columns {
			if !row[i].pill {
				deep = max(deep, len(l.wrap(c.face, g.size, row[i].text, c.w-2*g.padX)))
			}
		}
		n += float64(deep)
	}
	return n
}

// allot divides width among the columns; false if a whole column or a word would have to be broken.
func (g *grid) allot(width float64) bool {
	pad := 2*g.padX + 0.05
	natural, least := 0.0, 0.0
	for i := range g.columns {
		c := &g.columns[i]
		natural += c.natural + pad
		least += c.minimum(g.short) + pad
	}
	switch {
	case natural <= width: // all on one line: the rest goes to the columns in the measure of their width
		share := 0.0
		for _, c := range g.columns {
			share += c.share()
		}
		for i := range g.columns {
			c := &g.columns[i]
			c.w = c.natural + pad + (width-natural)*c.share()/share
		}
		return true
	case least <= width: // texts are wrapped: they share what the others leave
		more := 0.0
		for _, c := range g.columns {
			more += c.wish(g.short)
		}
		for i := range g.columns {
			c := &g.columns[i]
			c.w = c.minimum(g.short) + pad
			if more > 0 {
				c.w += (width - least) * c.wish(g.short) / more
			} else {
				c.w += (width - least) / float64(len(g.columns))
			}
		}
		return true
	}
	for i := range g.columns {
		c := &g.columns[i]
		c.w = (c.minimum(g.short) + pad) * width / least
	}
	g.lift(width)
	return false
}

// share is how much of the width that is left over a column takes: texts more than ids and numbers.
func (c gridColumn) share() float64 {
	if c.whole {
		return 6 + c.natural*0.2
	}
	return 10 + c.natural
}

// lift makes sure that no column is too narrow to hold a few characters, at the cost of the wide ones.
func (g *grid) lift(width float64) {
	floor := min(2*g.padX+5, width/float64(len(g.columns)))
	lack, spare := 0.0, 0.0
	for _, c := range g.columns {
		lack += max(0, floor-c.w)
		spare += max(0, c.w-floor)
	}
	if lack == 0 || spare == 0 {
		return
	}
	for i := range g.columns {
		c := &g.columns[i]
		if c.w < floor {
			c.w = floor
		} else {
			c.w -= (c.w - floor) * lack / spare
		}
	}
}

// minimum is the width below which a column should not fall; a text's longest word counts up to a limit.
func (c gridColumn) minimum(short float64) float64 {
	if c.whole || c.natural <= short {
		return c.natural
	}
	return min(c.natural, max(c.least, 12))
}

// wish is how strongly a column asks for more than its minimum. A very long text does not starve the others.
func (c gridColumn) wish(short float64) float64 {
	return math.Pow(max(0, min(c.natural, 220)-c.minimum(short)), 0.8)
}

// head sets the column labels under their elements; a repeated one has none.
func (g *grid) head(l *flow, tags []tag) {
	l.rect(l.l, l.y, l.w, g.headH, l.palette["navy"])
	x := l.l
	size := g.headSize()
	for i, c := range g.columns {
		lines := g.headLines[i]
		if tags != nil {
			l.tag = tags[i]
		}
		y := l.y + g.headH - g.padY - float64(len(lines)-1)*g.lead*0.95 - g.lead*0.28
		for _, s := range lines {
			if c.right {
				l.right(bold, size, l.palette["white"], x+c.w-g.padX, y, s)
			} else {
				l.put(bold, size, l.palette["white"], x+g.padX, y, s)
			}
			y += g.lead * 0.95
		}
		x += c.w
	}
	l.y += g.headH
}

// further starts the next page of a grid.
func (g *grid) further(l *flow) {
	l.newPage()
	outer := l.tag
	l.tag = 0
	if again := l.line(l.d.Words.Continued); again != "" {
		s := again
		if g.title != "" {
			s = l.cut(text, 8.2, g.title, l.w-l.width(text, 8.2, "  ·  "+again)) + "  ·  " + again
		}
		l.put(text, 8.2, l.palette["grey"], l.l, l.y+2.6, s)
		l.y += 4.6
	}
	g.head(l, nil)
	l.tag = outer
}

// together is how many of the last rows stand on one page: one row alone on a page looks like a mistake. Rows after the first
// of them are taken for one line each, because they are not read yet.
const together = 3

// draw sets the head and the rows and returns how many rows it set.
func (g *grid) draw(l *flow, rows iter.Seq2[[]gridCell, error]) (n int64, err error) {
	l.need(g.headH + 2*g.lead + 4*g.padY)
	defer l.end(l.begin(tagTable))
	table := l.tag
	tags := make([]tag, len(g.columns))
	next := func(kind string) {
		row := l.tree.add(tagRow, table, "")
		for i := range tags {
			tags[i] = l.tree.add(kind, row, "")
		}
	}
	next(tagHead)
	g.head(l, tags)
	lines := make([][]string, len(g.columns))
	for cells, err := range rows {
		if err != nil {
			return n, err
		}
		if n%256 == 0 && l.ctx.Err() != nil {
			return n, l.ctx.Err()
		}
		deep := 1
		for i, c := range g.columns {
			if cells[i].pill && g.fitsPill(l, c, cells[i].text) {
				lines[i] = nil
				continue
			}
			id := cells[i].face(c.face)
			if cells[i].pill {
				id = bold
			}
			lines[i] = l.wrap(id, g.size, cells[i].text, c.w-2*g.padX)
			deep = max(deep, len(lines[i]))
		}
		if g.rows-n == together && n > 0 && l.bottom-l.y < float64(deep+together-1)*g.lead+2*together*g.padY {
			g.further(l)
		}
		next(tagCell)
		g.row(l, cells, lines, tags, deep, n%2 == 1)
		n++
	}
	return n, nil
}

// pillSize is the type size of pills in this grid.
// headSize is the size of the labels of columns.
func (g *grid) headSize() float64 { return max(g.size-0.4, leastSize) }

func (g *grid) fitsPill(l *flow, c gridColumn, s string) bool {
	return s != "" && l.width(bold, pillSize, s)+3.6 <= c.w-2*g.padX+0.3
}

// row sets one row. One that is taller than a page, or would leave a large hole, goes on line by line over pages.
func (g *grid) row(l *flow, cells []gridCell, lines [][]string, tags []tag, deep int, odd bool) {
	page := l.room() - g.headH - 5
	for from := 0; from < deep; {
		left := l.bottom - l.y - 2*g.padY
		fit := int(left/g.lead + 1e-6)
		rest := deep - from
		if fit < rest {
			tall := float64(rest)*g.lead+2*g.padY > page*0.6
			if !tall || fit < 4 {
				if l.y > topEdge+g.headH+6 {
					g.further(l)
					continue
				}
				fit = max(fit, 1)
			}
		}
		to := min(deep, from+max(fit, 1))
		g.strip(l, cells, lines, tags, from, to, odd)
		from = to
		if from < deep {
			g.further(l)
		}
	}
}

// strip sets the lines from to to of a row.
func (g *grid) strip(l *flow, cells []gridCell, lines [][]string, tags []tag, from, to int, odd bool) {
	h := float64(to-from)*g.lead + 2*g.padY
	if g.zebra && odd {
		l.rect(l.l, l.y+0.05, l.w, h-0.05, l.palette["zebra"])
	}
	if len(cells) > 0 && cells[0].total {
		l.rect(l.l, l.y+0.05, l.w, h-0.05, l.palette["tint"])
		if from == 0 {
			l.rule(l.l, l.y, l.r, 0.3, l.palette["navy"])
		}
	}
	if len(cells) > 0 && from == 0 && cells[0].target != "" {
		l.reach(cells[0].target, l.y)
		if p := l.places[cells[0].target]; p != nil {
			p.name = strings.TrimSpace(g.title + "  " + cells[0].text)
		}
	}
	x := l.l
	for i, c := range g.columns {
		cell := cells[i]
		l.tag = tags[i]
		if lines[i] == nil {
			if from == 0 {
				g.pill(l, x+g.padX, cell)
			}
			x += c.w
			continue
		}
		id, color := cell.face(c.face), l.palette["ink"]
		if cell.share > 0 {
			ground := style.Mix(l.palette["white"], l.fill(cell.tone), 0.12+0.78*cell.share)
			l.rect(x+0.2, l.y+0.1, c.w-0.4, h-0.2, ground)
			color = l.on(ground)
		}
		var back style.RGB
		if cell.pill {
			id, back = bold, l.word(cell.tone)
			color = back
		}
		var parts [][]span
		if cell.links != nil {
			parts = l.spans(lines[i], cell.text, cell.links)
		}
		y := l.y + g.padY + g.lead*0.74
		for j := from; j < to && j < len(lines[i]); j++ {
			s := lines[i][j]
			at := x + g.padX
			if c.right {
				at = x + c.w - g.padX - l.inked(id, g.size, s)
			}
			switch {
			case s == "":
			case parts != nil:
				l.putSpans(id, g.size, color, at, y, parts[j])
			default:
				l.put(id, g.size, color, at, y, s)
			}
			y += g.lead
		}
		x += c.w
	}
	l.y += h
	l.rule(l.l, l.y, l.r, 0.1, l.palette["rule"])
}

func (g *grid) pill(l *flow, x float64, cell gridCell) {
	h := min(3.6, g.lead+g.padY)
	c := l.fill(cell.tone)
	y := l.y + g.padY + (g.lead-h)/2
	l.round(x, y, l.width(bold, pillSize, cell.text)+3.6, h, h/2, c)
	l.put(bold, pillSize, l.on(c), x+1.8, y+h/2+0.86, cell.text)
}
