package pdf

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// Sizes in points and line heights in millimetres of the house style.
const (
	bodySize, bodyLead   = 9.4, 4.6
	leadSize, leadLead   = 12.5, 5.9
	noteSize, noteLead   = 8.2, 4.0
	labelSize, labelLead = 7.0, 3.1
	h1Size, h2Size       = 20.0, 11.0
	headerY, footerDrop  = 17.0, 14.0 // the line under the running header; the footer line above the page's end
	topEdge, bottomDrop  = 24.0, 21.0 // body from here; to the page's end less this
	margin               = 20.0
)

// entry is a line of the contents and a bookmark: level 0 is a section.
type entry struct {
	level        int
	number, text string
	place        *place
	silent       bool // bookmark only
}

func (e entry) label() string {
	if e.number == "" {
		return e.text
	}
	return e.number + "  " + e.text
}

// flow lays a document out, block by block, from top to bottom.
type flow struct {
	pen
	ctx                        context.Context
	d                          *document.Document
	pages                      []*page
	entries                    []entry
	places                     map[string]*place // by Ref; only those that the document defines
	carded                     map[string]string // Refs that have a card, with its title: their tables are its evidence
	contentsHead, contentsList tag               // elements of the contents, which are set last and read early
	ramp                       []style.RGB       // of heat charts
	rows                       map[string]int64
	altered                    map[string]int64
	landscape                  bool
	appendix, inHeading        bool // in the provenance; setting a heading block
	y                          float64
	l, r, w                    float64 // left and right edge, width between them
	bottom                     float64
	headWords                  string // the last heading and where it ended: a table of the same name below it does not say it again
	headAt                     float64
	headEnd                    float64 // where the last section heading ended: what follows it directly needs no gap
}

func newFlow(ctx context.Context, fs *faces, p palette, d *document.Document) *flow {
	l := &flow{pen: pen{faces: fs, palette: p, tree: newStructure(), tag: 1}, ctx: ctx, d: d, places: map[string]*place{},
		carded: map[string]string{}, ramp: heatRamp, rows: map[string]int64{}, altered: map[string]int64{}}
	define := func(ref string) {
		if ref != "" && l.places[ref] == nil {
			l.places[ref] = &place{}
		}
	}
	for _, s := range d.Sections {
		define(s.Ref)
		for _, b := range s.Blocks {
			switch b := b.(type) {
			case document.Heading:
				define(b.Ref)
			case document.Card:
				define(b.Ref)
				l.carded[b.Ref] = l.line(b.Title)
			case document.Code:
				define(b.Ref)
			case document.Table:
				define(b.Ref)
				if b.Target != "" && b.Only != "sheet" {
					for row, err := range l.printedRows(b).All() {
						if err != nil { // said when the table is set
							break
						}
						define(b.TargetOf(row))
					}
				}
			case document.Checks:
				for _, r := range b.Rows {
					define(r.Ref)
				}
			}
		}
	}
	return l
}

// layout places the whole document and its contents pages.
func (l *flow) layout() error {
	contentsAt := 0
	reserve := func() {
		l.contentsHead, l.contentsList = l.tree.add(tagH1, l.tag, ""), l.tree.add(tagContents, l.tag, "")
	}
	reserve()
	for _, s := range l.d.Sections {
		if err := l.section(s); err != nil {
			return err
		}
		if s.Part == document.Cover && len(l.entries) == 0 {
			contentsAt = len(l.pages)
			reserve()
			l.page = nil
		}
	}
	if err := l.contents(contentsAt); err != nil {
		return err
	}
	if len(l.pages) == 0 {
		l.newPage()
	}
	l.chrome()
	return nil
}

// newPage starts a page in the orientation asked for.
func (l *flow) newPage() {
	if l.page != nil {
		l.page.marks = slices.Clip(append([]mark(nil), l.page.marks...)) // no spare room in a thousand pages
	}
	l.page = &page{landscape: l.landscape}
	l.pages = append(l.pages, l.page)
	l.frameOf(l.page)
	l.y = topEdge
}

func (l *flow) frameOf(p *page) {
	w, h := p.size()
	l.l, l.r, l.w, l.bottom = margin, w-margin, w-2*margin, h-bottomDrop
}

// turn makes sure that the current page has the orientation; it starts a page if not.
func (l *flow) turn(landscape bool) {
	if l.page != nil && l.landscape == landscape {
		return
	}
	l.landscape = landscape
	if l.page != nil || landscape {
		l.newPage()
	}
}

// need starts a new page when less than h is left. A page that is still empty is never left.
func (l *flow) need(h float64) {
	if l.page == nil || l.y+h > l.bottom && l.y > topEdge {
		l.newPage()
	}
}

// room is the height of a whole page's body.
func (l *flow) room() float64 { return l.bottom - topEdge }

// gap is space between blocks; there is none at the top of a page.
func (l *flow) gap(h float64) {
	if l.page != nil && l.y > topEdge && l.y != l.headEnd {
		l.y += h
	}
}

// reach marks where a Ref stands; the first time counts.
func (l *flow) reach(ref string, y float64) {
	if p := l.places[ref]; p != nil && p.page == nil {
		p.page, p.y, p.name = l.page, y, ref
	}
}

// list adds a line to the contents and the bookmarks.
func (l *flow) list(level int, number, s string, silent bool, y float64) {
	number, s = l.line(number), strings.TrimSpace(l.line(s))
	if s == "" && number == "" {
		return
	}
	deepest := 0 // an entry is the child of one before it
	if n := len(l.entries); n > 0 {
		deepest = l.entries[n-1].level + 1
	}
	level = min(level, deepest)
	if l.appendix && level > 0 && !l.inHeading {
		silent = true // statements by the dozen: bookmarks lead to them, the contents would drown
	}
	l.entries = append(l.entries, entry{level, number, s, &place{page: l.page, y: y}, silent})
}

func (l *flow) section(s document.Section) error {
	l.appendix = s.Part == document.Statements
	wide := l.orientations(s.Blocks)
	if s.Part == document.Findings && mostlyWide(s.Blocks, wide) { // turning back and forth would leave half of the pages empty
		for i := range wide {
			wide[i] = true
		}
	}
	first := len(wide) > 0 && wide[0]
	if s.Part != document.Cover {
		head := 18 + l.keep(s.Blocks)
		switch {
		case l.page == nil || s.NewPage && l.y > topEdge || l.landscape != first || l.bottom-l.y < min(max(95, head+9), l.room()):
			l.landscape = first
			if l.page == nil || l.y > topEdge || l.page.landscape != first {
				l.newPage()
			}
		default:
			l.gap(5)
		}
		l.sectionHead(s)
	}
	for i := 0; i < len(s.Blocks); {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		if _, cover := s.Blocks[i].(document.Front); !cover {
			l.turn(wide[i])
		}
		n, err := l.block(s, i)
		if err != nil {
			return err
		}
		i += n
	}
	return nil
}

func (l *flow) sectionHead(s document.Section) {
	number := l.line(s.Number)
	indent := 0.0
	if number != "" {
		indent = l.width(display, h1Size, number) + 4
	}
	title, _ := l.clean(s.Title)
	lines := l.wrap(display, h1Size, title, l.w-indent)
	l.list(0, s.Number, s.Title, false, l.y)
	l.reach(s.Ref, l.y)
	if p := l.places[s.Ref]; p != nil {
		p.name = l.line(s.Title)
	}
	if len(lines) > 12 { // a title is not a page
		lines = lines[:12]
	}
	outer := l.begin(tagH1)
	l.put(display, h1Size, l.palette["accent"], l.l, l.y+7.5, number)
	l.apart()
	for i, s := range lines {
		l.put(display, h1Size, l.palette["navy"], l.l+indent, l.y+7.5+float64(i)*8.4, s)
	}
	l.end(outer)
	l.y += float64(len(lines)-1) * 8.4
	l.rule(l.l, l.y+12, l.r, 0.25, l.palette["rule"])
	l.y += 18
	l.headEnd = l.y
}

// block lays out the block at i, and those that stand next to it; it returns how many.
func (l *flow) block(s document.Section, i int) (int, error) {
	if l.page == nil {
		if _, cover := s.Blocks[i].(document.Front); !cover {
			l.newPage()
		}
	}
	switch b := s.Blocks[i].(type) {
	case document.Front:
		l.cover(b)
	case document.Verdict:
		l.verdict(b)
	case document.Tiles:
		l.tiles(b)
	case document.Heading:
		l.inHeading = true
		l.heading(b, l.keep(s.Blocks[i+1:]))
		l.inHeading = false
	case document.Paragraph:
		l.paragraph(b)
	case document.Points:
		l.points(b)
	case document.Story:
		l.story(b)
	case document.Progress: // of a workbook
	case document.Attached: // filled in where there is an appendix; without one there is nothing to say
	case document.Lines:
		l.lineList(b)
	case document.Chart:
		if k, ok := s.Blocks[max(i-1, 0)].(document.Card); ok && k.Title == b.Title { // it stands in the head of the card
			b.Title = ""
		}
		if b.Half && i+1 < len(s.Blocks) {
			if next, ok := s.Blocks[i+1].(document.Chart); ok && next.Half {
				l.charts(b, &next)
				return 2, nil
			}
		}
		l.need(min(l.keepChart(b, s.Blocks[i+1:]), l.room()))
		l.charts(b, nil)
	case document.Matrix:
		l.matrix(b)
	case document.Card:
		l.card(b, l.keepTable(s.Blocks[i+1:], b.Ref))
	case document.Facts:
		l.facts(b, l.keepTable(s.Blocks[i+1:], "\x00"))
	case document.Checks:
		return 1, l.checks(b)
	case document.Code:
		l.code(b)
	case document.Table:
		if b.Only == "sheet" {
			return 1, nil
		}
		return 1, l.table(b)
	case document.Signatures:
		l.signatures(b)
	default:
		return 0, fmt.Errorf("lay out section %q: the PDF writer does not know the block %T", s.Title, b)
	}
	return 1, nil
}

// keep is the height that a heading must have room for below it, so that it never stands alone at the end of a page.
func (l *flow) keep(blocks []document.Block) float64 {
	if len(blocks) == 0 {
		return 0
	}
	h := 0.0
	switch b := blocks[0].(type) {
	case document.Heading:
		h = 12 + l.keep(blocks[1:])
	case document.Paragraph:
		h = 3 * bodyLead
		if b.Style == document.Note || len(b.Text) < 200 {
			h = 2*bodyLead + min(30, l.keep(blocks[1:]))
		}
	case document.Tiles:
		h = 30
	case document.Chart:
		h = l.chartHeight(b, l.w)
	case document.Matrix:
		h = 34
	case document.Verdict:
		h = 34
	case document.Card:
		h = 5 + l.cardHeight(b) + l.keepTable(blocks[1:], b.Ref)
	case document.Table, document.Checks:
		h = 30
	case document.Code:
		h = 24
	case document.Facts:
		h = 16
	case document.Points, document.Story, document.Lines:
		h = 20
	case document.Signatures:
		h = 50
	}
	return min(h, l.room()*0.7)
}

// keepTable is the height of the start of what belongs to a card or to facts: its table, its chart, its query.
func (l *flow) keepTable(blocks []document.Block, ref string) float64 {
	if len(blocks) == 0 {
		return 0
	}
	switch b := blocks[0].(type) {
	case document.Table:
		if b.Ref == ref {
			return tableStart(b)
		}
	case document.Chart: // the figure that the card speaks of
		return l.keepChart(b, blocks[1:])
	case document.Code:
		return 7.4 + codeKeep(strings.Count(b.Text, "\n")+1)
	}
	return 0
}

// tableStart is the height of a table's head and first rows, some of which may take two lines. A table of one row needs less room
// than the start of a long one, and a card above it begins further down.
func tableStart(b document.Table) float64 {
	rows := b.Rows
	if b.Paper != nil {
		rows = b.Paper
	}
	n := int64(3)
	if rows != nil {
		n = min(n, rows.Count())
	}
	h := 10 + 6*float64(n)
	if b.Note != "" || b.Title != "" {
		h += 5
	}
	return min(h, 28)
}

// keepChart is the height of a chart and of the line below it that says where its rows are.
func (l *flow) keepChart(b document.Chart, blocks []document.Block) float64 {
	h := l.chartHeight(b, l.w)
	if len(blocks) > 0 {
		if t, ok := blocks[0].(document.Table); ok && t.Shown == 0 && t.Note != "" {
			h += 8
		}
	}
	return h
}

// chrome sets the running header and footer of every page, now that their number is known.
func (l *flow) chrome() {
	head := l.line(l.d.Title)
	if l.d.Entity != "" {
		head = l.line(l.d.Entity) + "  ·  " + head
	}
	ref, foot := l.line(l.d.Ref), l.line(l.d.Footer)
	grey, rule := l.palette["grey"], l.palette["rule"]
	l.tag = 0
	for i, p := range l.pages {
		if p.bare {
			continue
		}
		l.page = p
		l.frameOf(p)
		_, h := p.size()
		ref := l.cut(text, 7.6, ref, l.w*0.4)
		l.put(text, 7.6, grey, l.l, headerY-2.5, l.cut(text, 7.6, head, l.w-l.width(text, 7.6, ref)-8))
		l.right(text, 7.6, grey, l.r, headerY-2.5, ref)
		l.rule(l.l, headerY, l.r, 0.15, rule)
		number := l.line(strings.NewReplacer("{page}", strconv.Itoa(i+1), "{pages}", strconv.Itoa(len(l.pages))).Replace(cmp.Or(l.d.Words.Page,
			"{page} / {pages}")))
		l.rule(l.l, h-footerDrop, l.r, 0.15, rule)
		l.put(text, 7.6, grey, l.l, h-footerDrop+5, l.cut(text, 7.6, foot, l.w-l.width(bold, 7.6, number)-8))
		l.right(bold, 7.6, grey, l.r, h-footerDrop+5, number)
	}
}
