package pdf

import (
	"unicode/utf8"

	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// matrix is a grid of small cells, one line per row and one column per day. A mark stands in each cell, so that colour is never alone.
// Long ones go on over pages with their column labels and the group repeated.
func (l *flow) matrix(b document.Matrix) {
	if b.Title == "" && len(b.Rows) == 0 {
		return
	}
	p := l.palette
	l.subhead("", b.Title, 34)
	if s, _ := l.clean(b.Note); s != "" {
		l.as(tagP, func() { l.lines(text, 8.2, 3.9, p["grey"], l.l, l.wrap(text, 8.2, s, min(l.w, 190))) })
		l.y += 1.5
	}
	l.matrixLegend(b.Legend)
	n := len(b.Columns)
	for _, r := range b.Rows {
		n = max(n, len(r.Cells))
	}
	if n == 0 || len(b.Rows) == 0 {
		l.rect(l.l, l.y, l.w, 10, p["tint"])
		l.as(tagP, func() { l.put(italic, 8.2, p["grey"], l.l+4, l.y+6.2, "–") })
		l.y += 15
		return
	}
	alt := l.line(b.Title) // said in place of the picture: each row with its note
	for _, r := range b.Rows {
		alt += "; " + l.line(r.Group+" "+r.Label+": "+r.Note)
	}
	defer l.end(l.beginAlt(tagFigure, alt))
	const size = 7.0
	group, label, note := 0.0, 0.0, 0.0
	for _, r := range b.Rows {
		group = max(group, l.width(groupFace(r.Group), size, l.line(r.Group)))
		label = max(label, l.width(text, size, l.line(r.Label)))
		note = max(note, l.width(text, size, l.line(r.Note)))
	}
	group, label, note = min(group, l.w*0.17), min(label, l.w*0.19), min(note, l.w*0.16)
	if group > 0 {
		group += 3
	}
	label += 2.5
	if note > 0 {
		note += 2.5
	}
	cw := (l.w - group - label - note) / float64(n)
	cw = min(cw, 9)
	ch := min(max(cw*1.15, 3.4), 3.6)
	x0 := l.l + group + label
	head := func() {
		labels := l.matrixLabels(b.Columns, cw, l.w-group-label)
		for _, s := range labels {
			l.put(text, 7, p["grey"], x0+s.x, l.y+2.6, s.text)
		}
		l.y += 4
	}
	l.need(4 + 3*ch)
	head()
	before := "\x00"
	for i, r := range b.Rows {
		g, id := l.line(r.Group), groupFace(r.Group)
		fresh := g != before
		var groups []string
		if fresh {
			groups = l.clip(id, size, l.wrap(id, size, g, group-2), 4, group-2)
		}
		labels := l.clip(text, size, l.wrap(text, size, l.line(r.Label), label-1.5), 4, label-1.5)
		notes := l.clip(text, size, l.wrap(text, size, l.line(r.Note), max(note-1.5, 2)), 4, note-1.5)
		h := max(ch, float64(max(len(labels), len(notes), len(groups)))*3.1)
		if fresh && i > 0 && l.y > topEdge+4 {
			l.y += 0.8
		}
		if l.y+h > l.bottom {
			l.newPage()
			head()
			if !fresh { // say again whose rows these are
				groups = l.clip(id, size, l.wrap(id, size, g, group-2), max(int(h/3), 1), group-2)
			}
		}
		for j, s := range groups {
			l.put(id, size, p["ink"], l.l, l.y+2.7+float64(j)*3.1, s)
		}
		for j, s := range labels {
			l.put(text, size, p["ink"], l.l+group, l.y+2.7+float64(j)*3.1, s)
		}
		for j, c := range r.Cells {
			l.cell(c.Tone, c.Mark, x0+float64(j)*cw, l.y, cw, ch)
		}
		for j, s := range notes {
			l.put(text, size, p["grey"], x0+float64(n)*cw+1.8, l.y+2.7+float64(j)*3.1, s)
		}
		l.y += h
		before = g
	}
	l.y += 6
}

// groupFace is monospace for a bare account id, text for a name.
func groupFace(s string) faceID {
	for _, r := range s {
		if !digit(r) {
			return text
		}
	}
	return mono
}

// cellColors are ground and mark of a state. A good one is pale, so that the others are seen among hundreds.
func (l *flow) cellColors(t document.Tone) (ground, mark style.RGB) {
	p := l.palette
	switch t {
	case document.Good:
		return style.Mix(p["good"], p["white"], 0.72), style.Mix(p["good"], p["ink"], 0.35)
	case document.Accent:
		return style.Mix(p["accent"], p["white"], 0.62), style.Mix(p["accent"], p["ink"], 0.5)
	case document.Muted:
		return style.Mix(p["muted"], p["white"], 0.35), p["ink"]
	case document.Neutral, "":
		return style.Mix(p["rule"], p["white"], 0.5), p["grey"]
	}
	c := l.fill(t)
	return c, l.on(c)
}

func (l *flow) cell(t document.Tone, sign string, x, y, w, h float64) {
	ground, ink := l.cellColors(t)
	gap := min(0.3, w*0.12)
	l.rect(x+gap/2, y+0.15, w-gap, h-0.3, ground)
	if sign == "" {
		return
	}
	r, _ := utf8.DecodeRuneInString(l.line(sign)) // a sign is one character, as large as the cell holds
	s := string(r)
	size := min(7, w*perMM*0.92)
	for size > 1.5 && l.width(bold, size, s) > w-gap {
		size *= 0.9
	}
	l.center(bold, size, ink, x+w/2, y+h/2+size*0.115, s)
}

func (l *flow) matrixLegend(items []document.Legend) {
	if len(items) == 0 {
		return
	}
	x := l.l
	defer l.end(l.begin(tagP))
	for _, it := range items {
		s := l.cut(text, 7.6, l.line(it.Text), l.w-12)
		w := 5.4 + l.width(text, 7.6, s) + 5
		if x > l.l && x+w-5 > l.r {
			x = l.l
			l.y += 4.6
		}
		l.need(8)
		l.cell(it.Tone, it.Mark, x, l.y, 4, 3.6)
		l.put(text, 7.6, l.palette["grey"], x+5.4, l.y+2.8, s)
		x += w
	}
	l.y += 6.4
}

type placed struct {
	x    float64
	text string
}

// matrixLabels are the column labels that have room: each begins over its column, none stands in the one before.
func (l *flow) matrixLabels(columns []string, cw, w float64) []placed {
	var out []placed
	end := -1.0
	for i, s := range columns {
		s = l.line(s)
		if s == "" {
			continue
		}
		x := float64(i) * cw
		if x < end+1 {
			continue
		}
		room := w - x
		if tw := l.width(text, 7, s); tw > room {
			s = l.cut(text, 7, s, max(room, 4))
		} else if tw < cw { // a short one stands in the middle of its column
			x += (cw - tw) / 2
		}
		out = append(out, placed{x, s})
		end = x + l.width(text, 7, s)
	}
	return out
}
