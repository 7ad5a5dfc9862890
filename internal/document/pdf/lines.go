package pdf

import (
	"strconv"
	"strings"

	"trailscribe/internal/document"
)

const (
	lineSize = 8.6 // of the lines of a story, in points
	lineLead = 4.1 // in millimetres
	linePad  = 1.5 // above and below a line
)

// story sets the sentences behind a stripe, the first in bold.
func (l *flow) story(b document.Story) {
	if len(b.Lines) == 0 {
		return
	}
	if l.page != nil && l.page.bare {
		l.coverHead(b.Title)
	} else {
		l.subhead("", b.Title, 14)
	}
	top, page := l.y, l.page
	outer := l.begin(tagP)
	for i, s := range b.Lines {
		id := text
		if i == 0 {
			id = bold
		}
		s, _ = l.clean(s)
		l.lines(id, 9.8, 4.9, l.palette["ink"], l.l+5, l.wrap(id, 9.8, s, l.w-10))
		l.apart()
	}
	l.end(outer)
	if l.page == page {
		l.rect(l.l, top, 0.9, l.y-top, l.palette["critical"])
	}
	l.y += 3
}

// storyHeight is what story takes.
func (l *flow) storyHeight(b document.Story) float64 {
	if len(b.Lines) == 0 {
		return 0
	}
	n := 0
	for i, s := range b.Lines {
		id := text
		if i == 0 {
			id = bold
		}
		s, _ = l.clean(s)
		n += len(l.wrap(id, 9.8, s, l.w-10))
	}
	return 12 + float64(n)*4.9 + 3
}

// lineColumns are the places and widths of a line's parts.
type lineColumns struct {
	pill, ref, when, what, later float64 // where each begins
	whatW, laterW                float64
}

func (l *flow) lineColumns(b document.Lines) (c lineColumns) {
	pill, ref, when := l.width(bold, 7.2, l.line(b.Head[0])), l.width(bold, 7.2, l.line(b.Head[1])), l.width(bold, 7.2, l.line(b.Head[2]))
	for _, x := range b.Lines {
		pill = max(pill, l.pillWidth(l.line(x.Pill.Text)))
		ref = max(ref, l.width(mono, lineSize, strings.Join(x.Refs, " ")))
		when = max(when, l.width(text, lineSize, l.line(x.When)))
	}
	c.pill = l.l
	c.ref = c.pill + min(pill, 26) + 4
	c.when = c.ref + min(ref, 30) + 4
	c.what = c.when + min(when, 34) + 4
	right := l.r
	if b.Head[4] != "" {
		c.laterW = 36
		c.later = l.r - c.laterW
		right = c.later - 4
	}
	c.whatW = right - c.what
	return c
}

func (l *flow) lineHeight(c lineColumns, x document.Line) float64 {
	s, _ := l.clean(x.Text)
	n := len(l.wrap(text, lineSize, s, c.whatW))
	if c.laterW > 0 {
		s, _ = l.clean(x.Later)
		n = max(n, len(l.wrap(text, lineSize, s, c.laterW)))
	}
	return float64(max(n, 1))*lineLead + 2*linePad
}

// linesHeight is what the first n lines take, with title and head.
func (l *flow) linesHeight(b document.Lines, n int) float64 {
	c := l.lineColumns(b)
	h := 11.0 + 6
	for _, x := range b.Lines[:n] {
		h += l.lineHeight(c, x)
	}
	return h + 2
}

// lineList sets events one below the other, or in two columns as a timeline.
func (l *flow) lineList(b document.Lines) {
	if len(b.Lines) == 0 {
		return
	}
	l.subhead("", b.Title, 20)
	if b.Two {
		l.timeline(b)
		return
	}
	l.lineRows(b, len(b.Lines))
}

// lineRows sets the first n lines; the others are counted below.
func (l *flow) lineRows(b document.Lines, n int) {
	c := l.lineColumns(b)
	head := func() {
		grey := l.palette["grey"]
		for _, h := range []struct {
			x float64
			s string
		}{{c.pill, b.Head[0]}, {c.ref, b.Head[1]}, {c.when, b.Head[2]}, {c.what, b.Head[3]}, {c.later, b.Head[4]}} {
			if h.s != "" {
				l.put(bold, 7.2, grey, h.x, l.y+3, l.line(h.s))
				l.apart()
			}
		}
		l.rule(l.l, l.y+4.6, l.r, 0.35, l.palette["navy"])
		l.y += 5.4
	}
	l.as(tagP, head)
	for _, x := range b.Lines[:n] {
		h := l.lineHeight(c, x)
		if l.y+h > l.bottom {
			l.newPage()
			l.as(tagP, head)
		}
		outer := l.begin(tagP)
		y := l.y + linePad
		if s := l.line(x.Pill.Text); s != "" {
			l.pill(c.pill, y-0.2, pillHeight, s, l.fill(x.Pill.Tone))
			l.apart()
		}
		l.refs(c.ref, y+3, x.Refs)
		l.put(text, lineSize, l.palette["grey"], c.when, y+3, l.line(x.When))
		l.apart()
		s, _ := l.clean(x.Text)
		for i, s := range l.wrap(text, lineSize, s, c.whatW) {
			l.put(text, lineSize, l.palette["ink"], c.what, y+3+float64(i)*lineLead, s)
			l.apart()
		}
		if c.laterW > 0 {
			s, _ = l.clean(x.Later)
			for i, s := range l.wrap(text, lineSize, s, c.laterW) {
				l.put(text, lineSize, l.palette["grey"], c.later, y+3+float64(i)*lineLead, s)
				l.apart()
			}
		}
		l.end(outer)
		l.y += h
		l.rule(l.l, l.y, l.r, 0.12, l.palette["rule"])
	}
	if rest := len(b.Lines) - n; rest > 0 && b.More != "" {
		l.y += 1
		s := strings.ReplaceAll(l.line(b.More), "{n}", strconv.Itoa(rest))
		l.as(tagP, func() { l.put(text, 8.2, l.palette["grey"], c.ref, l.y+3.4, s) })
		l.y += 5
	}
	l.y += 2
}

// refs sets references side by side, each a link.
func (l *flow) refs(x, y float64, refs []string) {
	for _, ref := range refs {
		outer := l.begin(tagSpan)
		w := l.put(mono, lineSize-0.4, l.palette["accent"], x, y, l.line(ref))
		l.apart()
		l.linkTo(x, y-3, w, 4, l.places[ref])
		l.end(outer)
		l.apart()
		x += w + 1.6
	}
}

// timeline sets events in two columns: when, a disc with the initial of the severity, what, references. The columns are filled one
// after the other.
func (l *flow) timeline(b document.Lines) {
	const gap = 9.0
	w := (l.w - gap) / 2
	when := 0.0
	for _, x := range b.Lines {
		when = max(when, l.width(text, 8, l.line(x.When)))
	}
	type row struct {
		x     document.Line
		lines []string
		refW  float64
		h     float64
	}
	textX := when + 7.5
	var rows []row
	total := 0.0
	for _, x := range b.Lines {
		r := row{x: x}
		if len(x.Refs) > 3 {
			r.x.Refs = append(append([]string(nil), x.Refs[:2]...), "…")
		}
		for _, ref := range r.x.Refs {
			r.refW += l.width(mono, lineSize-0.4, ref) + 1.6
		}
		s, _ := l.clean(x.Text)
		r.lines = l.wrap(text, 8.2, s, w-textX-r.refW-1)
		r.h = float64(max(len(r.lines), 1))*3.7 + 2.2
		rows, total = append(rows, r), total+r.h
	}
	for len(rows) > 0 { // page by page: both columns of about the same height
		room := l.bottom - l.y
		if room < 24 {
			l.newPage()
			room = l.bottom - l.y
		}
		half := total / 2
		if half > room {
			half = room
		}
		top, deep := l.y, 0.0
		for column := range 2 {
			x0, y := l.l+float64(column)*(w+gap), top
			used := 0.0
			for len(rows) > 0 && (used == 0 || used+rows[0].h/2 <= half || column == 1) && used+rows[0].h <= room {
				r := rows[0]
				rows, total = rows[1:], total-r.h
				outer := l.begin(tagP)
				l.put(text, 8, l.palette["grey"], x0, y+3.2, l.line(r.x.When))
				l.apart()
				if word := []rune(l.line(r.x.Pill.Text)); len(word) > 0 {
					ground := l.fill(r.x.Pill.Tone)
					l.disc(x0+when+3.6, y+2.2, 1.6, ground)
					l.center(bold, leastSize, l.on(ground), x0+when+3.6, y+3.05, string(word[:1])) // colour alone says nothing in grey
					l.apart()
				}
				for i, s := range r.lines {
					l.put(text, 8.2, l.palette["ink"], x0+textX, y+3.2+float64(i)*3.7, s)
					l.apart()
				}
				l.refs(x0+w-r.refW+1.6, y+3.2, r.x.Refs)
				l.end(outer)
				y += r.h
				used += r.h
				l.rule(x0, y-0.6, x0+w, 0.1, l.palette["rule"])
			}
			deep = max(deep, used)
		}
		l.y = top + deep
		if deep == 0 { // a line that is higher than a page
			l.newPage()
			rows[0].lines = l.clip(text, 8.2, rows[0].lines, 20, w-textX)
			rows[0].h = float64(len(rows[0].lines))*3.7 + 2.2
		}
	}
	l.y += 3
}
