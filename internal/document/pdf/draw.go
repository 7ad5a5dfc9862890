package pdf

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-pdf/fpdf"

	"trailscribe/internal/style"
)

// canvas draws marks with fpdf, used as a drawing surface only: its own line breaking loses Chinese characters, its page numbers
// are misplaced, going back to a page keeps the height of the last one.
type canvas struct {
	f     *fpdf.Fpdf
	fs    *faces
	added [faceCount]bool
	runes *[faceCount]map[rune]bool // runes drawn in each face, where somebody wants to know
	face  faceID
	size  float64
	fill  style.RGB
	line  style.RGB
	width float64
	tree  *structure // nil: the file is not tagged
	drawn int        // pages
	tag   tag        // element that is open, where open is set
	open  bool
	piece int32 // pieces of elements on the page
	known bool  // whether the page has a face, fill, line and width yet
}

func newCanvas(fs *faces, tree *structure, as time.Time) *canvas {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(as)
	f.SetModificationDate(as)
	f.SetAutoPageBreak(false, 0)
	f.SetCellMargin(0)
	return &canvas{f: f, fs: fs, tree: tree}
}

// partPages is how many pages are drawn in one piece. The library keeps all its pages, uncompressed, until the end:
// a long report is drawn in parts of which only the compressed streams are kept.
const partPages = 120

// draw turns pages into a PDF file, not yet finished. It gives the marks of each page back to the collector as it goes.
func draw(ctx context.Context, fs *faces, tree *structure, pages []*page, outline []entry, as time.Time) ([]byte, error) {
	if tree != nil {
		tree.lead(pages, outline)
	}
	if len(pages) <= partPages {
		return whole(ctx, fs, tree, pages, outline, as, nil)
	}
	var runes [faceCount]map[rune]bool
	for i := range runes {
		runes[i] = map[rune]bool{}
	}
	var streams [][]byte
	for part := range slices.Chunk(pages, partPages) {
		c := newCanvas(fs, tree, as)
		c.runes, c.drawn = &runes, len(streams)
		for _, p := range part {
			c.page(p)
		}
		file, err := c.output()
		if err != nil {
			return nil, err
		}
		o, err := parse(file)
		if err != nil {
			return nil, err
		}
		for _, id := range o.contents() {
			streams = append(streams, bytes.Clone(o.body[id]))
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	// links, bookmarks and faces; the streams of the parts take the place of its own
	file, err := whole(ctx, fs, nil, pages, outline, as, &runes)
	if err != nil {
		return nil, err
	}
	o, err := parse(file)
	if err != nil {
		return nil, err
	}
	ids := o.contents()
	if len(ids) != len(streams) {
		return nil, fmt.Errorf("draw PDF: %d pages of %d", len(ids), len(streams))
	}
	for i, id := range ids {
		o.body[id] = streams[i]
	}
	return o.file(), nil
}

// whole draws a file with all pages. With runes the pages stay empty, but for one text per face that has the library embed these runes.
func whole(ctx context.Context, fs *faces, tree *structure, pages []*page, outline []entry, as time.Time,
	runes *[faceCount]map[rune]bool) ([]byte, error) {
	c := newCanvas(fs, tree, as)
	number := map[*page]int{}
	for i, p := range pages {
		number[p] = i + 1
	}
	ids := map[*place]int{}
	at := map[*page][]entry{}
	for _, e := range outline {
		at[e.place.page] = append(at[e.place.page], e)
	}
	_, last := pages[len(pages)-1].size()
	for i, p := range pages {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c.page(p)
		if i == 0 && runes != nil {
			for id := range faceCount {
				if len(runes[id]) > 0 {
					c.use(id, 1)
					c.f.Text(0, 0, string(slices.Sorted(maps.Keys(runes[id]))))
				}
			}
		}
		for _, l := range p.links {
			if l.to.page == nil {
				continue
			}
			id, known := ids[l.to]
			if !known {
				id = c.f.AddLink()
				c.f.SetLink(id, l.to.y, number[l.to.page])
				ids[l.to] = id
			}
			c.f.Link(l.x, l.y, l.w, l.h, id)
		}
		if len(at[p]) > 0 {
			c.use(text, 9) // titles are written as Unicode only while such a face is set
			_, height := p.size()
			for _, e := range at[p] {
				c.f.Bookmark(e.label(), e.level, e.place.y+last-height) // fpdf measures every bookmark from the height of the last page
			}
		}
	}
	return c.output()
}

func (c *canvas) output() ([]byte, error) {
	var b bytes.Buffer
	if err := c.f.Output(&b); err != nil {
		return nil, fmt.Errorf("draw PDF: %w", err)
	}
	return b.Bytes(), nil
}

// page adds a page with its marks.
func (c *canvas) page(p *page) {
	orientation := "P"
	if p.landscape {
		orientation = "L"
	}
	c.f.AddPageFormat(orientation, fpdf.SizeType{Wd: 210, Ht: 297})
	c.known, c.open, c.piece = false, false, 0
	for j := range p.marks {
		if c.tree != nil {
			c.under(c.tree.of(&p.marks[j]))
		}
		c.mark(&p.marks[j])
	}
	if c.open {
		c.f.RawWriteStr("EMC")
	}
	p.marks = nil
	c.drawn++
}

// under opens a piece of an element, or an artifact, and closes the one before.
func (c *canvas) under(t tag) {
	if c.open && c.tag == t {
		return
	}
	if c.open {
		c.f.RawWriteStr("EMC")
	}
	c.open, c.tag = true, t
	if t == 0 {
		c.f.RawWriteStr("/Artifact BMC")
		return
	}
	c.f.RawWriteStr(fmt.Sprintf("/%s <</MCID %d>> BDC", c.tree.elements[t].kind, c.piece))
	c.tree.contents[t] = append(c.tree.contents[t], content{int32(c.drawn), c.piece})
	c.piece++
}

func (c *canvas) use(id faceID, size float64) {
	if c.known && c.face == id && c.size == size {
		return
	}
	name := strings.TrimSuffix(c.fs[id].file, ".ttf")
	if !c.added[id] {
		c.f.AddUTF8FontFromBytes(name, "", c.fs[id].data)
		c.added[id] = true
	}
	c.f.SetFont(name, "", size)
	c.face, c.size = id, size
}

func (c *canvas) paint(v style.RGB) {
	if c.known && c.fill == v {
		return
	}
	c.f.SetFillColor(int(v.R), int(v.G), int(v.B))
	c.f.SetTextColor(int(v.R), int(v.G), int(v.B)) // equal to the fill: fpdf then writes no colour around each text
	c.fill = v
	if !c.known { // a new page knows nothing of the one before
		c.f.SetDrawColor(int(v.R), int(v.G), int(v.B))
		c.f.SetLineWidth(0.2)
		c.line, c.width, c.size, c.known = v, 0.2, 0, true
	}
}

func (c *canvas) pen(v style.RGB, width float64) {
	if c.line != v {
		c.f.SetDrawColor(int(v.R), int(v.G), int(v.B))
		c.line = v
	}
	if c.width != width {
		c.f.SetLineWidth(width)
		c.width = width
	}
}

func (c *canvas) mark(m *mark) {
	f := c.f
	x, y, w, h, size := float64(m.x), float64(m.y), float64(m.w), float64(m.h), float64(m.size)
	c.paint(m.color)
	switch m.kind {
	case textMark:
		c.text(m, x, y, size)
	case capsMark:
		f.RawWriteStr(fmt.Sprintf("%.2f Tc", tracking))
		c.text(m, x, y, size)
		f.RawWriteStr("0 Tc")
	case rectMark:
		f.Rect(x, y, w, h, "F")
	case roundMark:
		f.RoundedRect(x, y, w, h, size, "1234", "F")
		f.RawWriteStr("Q") // fpdf saves the graphics state for a rounded path and never restores it
	case frameMark:
		c.pen(m.color, size)
		f.Rect(x, y, w, h, "D")
	case roundFrame:
		c.pen(m.color, size)
		f.RoundedRect(x, y, w, h, 1.6, "1234", "D")
		f.RawWriteStr("Q")
	case lineMark:
		c.pen(m.color, size)
		f.Line(x, y, x+w, y+h)
	case dotsMark:
		c.pen(m.color, size)
		f.SetDashPattern([]float64{0.3, 1.2}, 0)
		f.Line(x, y, x+w, y+h)
		f.SetDashPattern(nil, 0)
	case dashMark:
		c.pen(m.color, size)
		f.SetDashPattern([]float64{1.4, 1}, 0)
		f.Line(x, y, x+w, y+h)
		f.SetDashPattern(nil, 0)
	case discMark:
		f.Circle(x, y, w, "F")
	}
}

// text sets the runs of a line, each in a face that has its glyphs. Faces without a bold of their own are thickened by a stroke of the
// same colour: one text, so that it is copied out of the file once.
func (c *canvas) text(m *mark, x, y, size float64) {
	s := m.text
	start, cur, runW := 0, faceCount, int32(0)
	flush := func(end int) {
		if end == start {
			return
		}
		c.use(cur, set(m.face, size))
		if cur != m.face && (m.face == bold || m.face == display) {
			c.f.RawWriteStr(fmt.Sprintf("q 2 Tr %.3f w %.3f %.3f %.3f RG", size*0.028, float64(m.color.R)/255, float64(m.color.G)/255,
				float64(m.color.B)/255))
			c.f.Text(x, y, s[start:end])
			c.f.RawWriteStr("Q")
		} else {
			c.f.Text(x, y, s[start:end])
		}
		x += float64(runW) / 1000 * set(m.face, size) / perMM
		if m.kind == capsMark {
			x += float64(len([]rune(s[start:end]))) * tracking / perMM
		}
		start, runW = end, 0
	}
	for i, r := range s {
		id, w := c.fs.pick(m.face, r)
		if cur != faceCount && id != cur {
			flush(i)
		}
		cur = id
		runW += w
		if c.runes != nil {
			c.runes[id][r] = true
		}
	}
	if cur != faceCount {
		flush(len(s))
	}
}
