package pdf

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/go-pdf/fpdf"

	"trailscribe/internal/style"
)

// canvas draws marks with fpdf, used as a drawing surface only: its own line breaking loses Chinese characters, its page numbers
// are misplaced, going back to a page keeps the height of the last one.
type canvas struct {
	f     *fpdf.Fpdf
	fs    *faces
	names map[*face]string
	face  *face
	size  float64
	fill  style.RGB
	line  style.RGB
	width float64
	set   bool // whether fill, line and width are known to the page
}

// draw turns pages into a PDF file, not yet finished. It gives the marks of each page back to the collector as it goes.
func draw(ctx context.Context, fs *faces, pages []*page, outline []entry, as time.Time) ([]byte, error) {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(as)
	f.SetModificationDate(as)
	f.SetAutoPageBreak(false, 0)
	f.SetCellMargin(0)
	c := &canvas{f: f, fs: fs, names: map[*face]string{}}

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
		orientation := "P"
		if p.landscape {
			orientation = "L"
		}
		f.AddPageFormat(orientation, fpdf.SizeType{Wd: 210, Ht: 297})
		c.face, c.set = nil, false
		for j := range p.marks {
			c.mark(&p.marks[j])
		}
		p.marks = nil
		for _, l := range p.links {
			if l.to.page == nil {
				continue
			}
			id, known := ids[l.to]
			if !known {
				id = f.AddLink()
				f.SetLink(id, l.to.y, number[l.to.page])
				ids[l.to] = id
			}
			f.Link(l.x, l.y, l.w, l.h, id)
		}
		if len(at[p]) > 0 {
			c.use(text, 9)
			_, height := p.size()
			for _, e := range at[p] {
				f.Bookmark(e.label(), e.level, e.place.y+last-height) // fpdf measures every bookmark from the height of the last page
			}
		}
		if f.Err() {
			return nil, fmt.Errorf("draw page %d: %w", i+1, f.Error())
		}
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	return b.Bytes(), nil
}

func (c *canvas) use(id faceID, size float64) {
	fc := c.fs[id]
	if c.face == fc && c.size == size {
		return
	}
	name, known := c.names[fc]
	if !known {
		name = fmt.Sprintf("face%d", len(c.names))
		c.f.AddUTF8FontFromBytes(name, "", fc.data)
		c.names[fc] = name
	}
	c.f.SetFont(name, "", size)
	c.face, c.size = fc, size
}

func (c *canvas) paint(v style.RGB) {
	if !c.set || c.fill != v {
		c.f.SetFillColor(int(v.R), int(v.G), int(v.B))
		c.f.SetTextColor(int(v.R), int(v.G), int(v.B)) // equal to the fill: fpdf then writes no colour around each text
		c.fill = v
		if !c.set {
			c.pen(v, 0.2)
			c.set = true
		}
	}
}

func (c *canvas) pen(v style.RGB, width float64) {
	if !c.set || c.line != v {
		c.f.SetDrawColor(int(v.R), int(v.G), int(v.B))
		c.line = v
	}
	if !c.set || c.width != width {
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
			c.f.RawWriteStr(fmt.Sprintf("q 2 Tr %.3f w %.3f %.3f %.3f RG", size*0.028, float64(m.color.R)/255, float64(m.color.G)/255, float64(m.color.B)/255))
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
	}
	if cur != faceCount {
		flush(len(s))
	}
}
