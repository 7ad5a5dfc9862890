package pdf

import (
	"strings"

	"trailscribe/internal/style"
)

// Layout first places everything on pages as a list of marks and only then draws: page numbers, contents and footers are known
// before the first mark reaches the PDF library, and no page is ever gone back to. All lengths are millimetres from the top left corner.

type markKind uint8

const (
	textMark   markKind = iota // text at a baseline
	capsMark                   // the same with letter spacing
	rectMark                   // filled rectangle
	roundMark                  // filled, rounded corners of radius size
	frameMark                  // outline of width size
	roundFrame                 // rounded outline, radius 1.6
	lineMark                   // from x, y to x+w, y+h, width size
	dotsMark                   // dotted leader
	dashMark                   // dashed line
	discMark                   // filled circle of radius w
)

// mark is one thing drawn. It is kept small: a long report has millions.
type mark struct {
	kind       markKind
	face       faceID
	color      style.RGB
	tag        tag
	size       float32
	x, y, w, h float32
	text       string
}

// link is an area of a page that leads to a place.
type link struct {
	x, y, w, h float64
	to         *place
	tag        tag // element whose text leads there; 0: none
}

// place is where a link or a bookmark leads; page is nil until it is reached.
type place struct {
	page *page
	y    float64
	name string // of what is there, "" where only an entry of the contents names it
}

// page is one page of marks.
type page struct {
	landscape bool
	bare      bool // without running header and footer: the cover
	marks     []mark
	links     []link
}

func (p *page) size() (w, h float64) {
	if p.landscape {
		return 297, 210
	}
	return 210, 297
}

// pen draws marks on the current page. Every text given to it has been through clean.
type pen struct {
	*faces
	palette
	page *page
	tree *structure
	tag  tag // element that is being set
}

func (p *pen) add(m mark) {
	m.tag = p.tag
	p.page.marks = append(p.page.marks, m)
}

// put sets one line with its baseline at y and returns its width.
func (p *pen) put(id faceID, size float64, c style.RGB, x, y float64, s string) float64 {
	if s == "" {
		return 0
	}
	p.add(mark{kind: textMark, face: id, color: c, size: float32(size), x: float32(x), y: float32(y), text: s})
	return p.width(id, size, s)
}

// inked is the width of a line without the space that it may end with.
func (fs *faces) inked(id faceID, size float64, s string) float64 {
	return fs.width(id, size, strings.TrimRight(s, " "))
}

// apart ends the text set last with a space: what is set next in the same element is another word.
func (p *pen) apart() {
	if n := len(p.page.marks); n > 0 {
		if m := &p.page.marks[n-1]; (m.kind == textMark || m.kind == capsMark) && !strings.HasSuffix(m.text, " ") {
			m.text += " "
		}
	}
}

// right sets one line that ends at x.
func (p *pen) right(id faceID, size float64, c style.RGB, x, y float64, s string) {
	p.put(id, size, c, x-p.inked(id, size, s), y, s)
}

// center sets one line around x.
func (p *pen) center(id faceID, size float64, c style.RGB, x, y float64, s string) {
	p.put(id, size, c, x-p.inked(id, size, s)/2, y, s)
}

// tracking is the letter spacing of small capitals, in points.
const tracking = 0.5

// caps sets a label in bold letter-spaced capitals.
func (p *pen) caps(size float64, c style.RGB, x, y float64, s string) {
	if s = p.line(strings.ToUpper(s)); s != "" {
		p.add(mark{kind: capsMark, face: bold, color: c, size: float32(size), x: float32(x), y: float32(y), text: s})
	}
}

// capsLines are the lines of a label in capitals that has w to stand in.
func (p *pen) capsLines(size float64, s string, w float64) []string {
	s = p.line(strings.ToUpper(s))
	if s == "" {
		return nil
	}
	n := float64(len([]rune(s)))
	natural := p.width(bold, size, s)
	if natural+n*tracking/perMM <= w {
		return []string{s}
	}
	return p.wrap(bold, size, s, w*natural/(natural+n*tracking/perMM)*0.97)
}

func (p *pen) rect(x, y, w, h float64, c style.RGB) {
	p.add(mark{kind: rectMark, color: c, x: float32(x), y: float32(y), w: float32(w), h: float32(h)})
}

func (p *pen) round(x, y, w, h, r float64, c style.RGB) {
	p.add(mark{kind: roundMark, color: c, size: float32(min(r, w/2, h/2)), x: float32(x), y: float32(y), w: float32(w), h: float32(h)})
}

func (p *pen) frame(x, y, w, h, line float64, c style.RGB) {
	p.add(mark{kind: frameMark, color: c, size: float32(line), x: float32(x), y: float32(y), w: float32(w), h: float32(h)})
}

func (p *pen) stroke(kind markKind, x1, y1, x2, y2, line float64, c style.RGB) {
	p.add(mark{kind: kind, color: c, size: float32(line), x: float32(x1), y: float32(y1), w: float32(x2 - x1), h: float32(y2 - y1)})
}

func (p *pen) rule(x1, y, x2, line float64, c style.RGB) { p.stroke(lineMark, x1, y, x2, y, line, c) }

func (p *pen) disc(x, y, r float64, c style.RGB) {
	p.add(mark{kind: discMark, color: c, x: float32(x), y: float32(y), w: float32(r)})
}

// pillSize is the text of a pill, pillHeight its height where nothing else is said.
const (
	pillSize   = 7.0
	pillHeight = 4.0
)

// pillWidth is how much room a pill of that text takes.
func (p *pen) pillWidth(s string) float64 { return p.width(bold, pillSize, s) + 3.6 }

// pill is a word on a colour, at most w wide; longer words are set smaller and then wrapped by the caller, never cut.
func (p *pen) pill(x, y, h float64, s string, c style.RGB) {
	p.round(x, y, p.pillWidth(s), h, h/2, c)
	p.put(bold, pillSize, p.on(c), x+1.8, y+h/2+0.86, s)
}

// linkTo makes an area lead to a place.
func (p *pen) linkTo(x, y, w, h float64, to *place) {
	if to != nil {
		p.page.links = append(p.page.links, link{x, y, w, h, to, p.tag})
	}
}
