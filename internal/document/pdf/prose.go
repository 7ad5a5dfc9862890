package pdf

import (
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// lines sets lines of text from y on, over pages if need be.
func (l *flow) lines(id faceID, size, lead float64, c style.RGB, x float64, lines []string) {
	l.linkedLines(id, size, lead, c, x, lines, "", nil)
}

// linkedLines sets the lines of the text s, whose links lead to their places.
func (l *flow) linkedLines(id faceID, size, lead float64, c style.RGB, x float64, lines []string, s string, links []document.Link) {
	var parts [][]span
	if l.linked(links) {
		parts = l.spans(lines, s, links)
	}
	for i, s := range lines {
		if l.y+lead > l.bottom {
			l.newPage()
		} else if i == 0 && len(lines) > 2 && l.y+2*lead > l.bottom {
			l.newPage() // no single first line at the end of a page
		}
		if parts != nil {
			l.putSpans(id, size, c, x, l.y+lead*0.74, parts[i])
		} else {
			l.put(id, size, c, x, l.y+lead*0.74, s)
		}
		l.y += lead
	}
}

func (l *flow) paragraph(b document.Paragraph) {
	s, _ := l.clean(b.Text)
	if s == "" {
		return
	}
	defer l.end(l.begin(tagP))
	switch b.Style {
	case document.Lead:
		l.gap(1)
		l.linkedLines(display, leadSize, leadLead, l.palette["navy"], l.l, l.wrap(display, leadSize, s, l.w), s, b.Links)
		l.y += 4
	case document.Note:
		l.gap(0.5)
		l.linkedLines(italic, noteSize, noteLead, l.palette["grey"], l.l, l.wrap(italic, noteSize, s, l.w), s, b.Links)
		l.y += 3
	default:
		l.linkedLines(text, bodySize, bodyLead, l.palette["ink"], l.l, l.wrap(text, bodySize, s, min(l.w, 190)), s, b.Links)
		l.y += 3
	}
}

func (l *flow) heading(b document.Heading, keep float64) {
	if b.Level >= 3 {
		l.gap(1.5)
		l.need(8 + keep)
		l.list(2, "", b.Text, true, l.y)
		l.reach(b.Ref, l.y)
		s, _ := l.clean(b.Text)
		l.as(tagH3, func() { l.lines(bold, 9.4, 4.6, l.palette["ink"], l.l, l.wrap(bold, 9.4, s, l.w)) })
		l.y += 1
		return
	}
	l.subhead(b.Ref, b.Text, keep)
}

// subhead is a heading of the second level, with a bookmark and a line in the contents.
func (l *flow) subhead(ref, s string, keep float64) {
	s, _ = l.clean(s)
	if s == "" {
		l.gap(2)
		l.need(keep)
		if ref != "" {
			l.reach(ref, l.y)
		}
		return
	}
	l.gap(3)
	lines := l.wrap(bold, h2Size, s, l.w)
	l.need(float64(len(lines))*5 + 2.6 + keep)
	l.list(1, "", s, false, l.y)
	l.reach(ref, l.y)
	outer := l.begin(tagH2)
	for _, line := range lines {
		l.need(5)
		l.put(bold, h2Size, l.palette["navy"], l.l, l.y+4.2, line)
		l.y += 5
	}
	l.end(outer)
	l.y += 2.6
	l.headWords, l.headAt = s, l.y
}

func (l *flow) points(b document.Points) {
	if len(b.Points) == 0 {
		return
	}
	l.subhead("", b.Title, 14)
	l.pointList(b.Points, l.l, l.w)
	l.y += 1.5
}

// pointList sets sentences behind pills.
func (l *flow) pointList(points []document.Point, x, w float64) {
	column := 15.0
	for _, p := range points {
		if n := l.pillWidth(l.line(p.Pill.Text)); n <= 34 {
			column = max(column, n)
		}
	}
	indent := column + 4
	defer l.end(l.begin(tagList))
	list := l.tag
	for _, p := range points {
		l.end(list)
		s, _ := l.clean(p.Text)
		to := l.places[p.Ref]
		label := ""
		tw := w - indent
		if to != nil && !strings.Contains(s, p.Ref) {
			label = l.line(p.Ref)
			tw -= l.width(mono, 8.2, label) + 5
		}
		lines := l.wrap(text, bodySize, s, tw)
		pill := l.line(p.Pill.Text)
		var word []string
		if pill != "" && l.pillWidth(pill) > column {
			word = l.wrap(bold, pillSize, pill, column)
		}
		l.need(min(max(float64(len(lines))*bodyLead, 5, float64(len(word))*3.1)+0.5, l.room()/2))
		y0, page := l.y, l.page
		l.begin(tagItem)
		item := l.begin(tagLabel)
		switch {
		case word != nil:
			for i, s := range word {
				if l.y+float64(i)*3.1 < l.bottom {
					l.put(bold, pillSize, l.word(p.Pill.Tone), x, y0+3+float64(i)*3.1, s)
				}
			}
		case pill != "":
			l.pill(x, y0+0.4, pillHeight, pill, l.fill(p.Pill.Tone))
		}
		l.end(item)
		l.begin(tagBody)
		if label != "" {
			l.right(mono, 8.2, l.palette["accent"], x+w, y0+bodyLead*0.74, label)
			l.apart()
		}
		l.linkedLines(text, bodySize, bodyLead, l.palette["ink"], x+indent, lines, s, p.Links)
		end := l.y
		if l.page != page {
			end = l.bottom
		}
		if to != nil {
			here := l.page
			l.page = page
			l.linkTo(x, y0, w, max(end-y0, bodyLead), to)
			l.page = here
		}
		if l.page == page {
			l.y = max(l.y, y0+5, y0+float64(len(word))*3.1)
		}
		l.y += 1.6
	}
}

// facts are label and value lines with a hairline under each.
func (l *flow) facts(b document.Facts, keep float64) {
	if len(b.Fields) == 0 {
		return
	}
	if l.line(b.Title) != l.headWords || l.y != l.headAt {
		h := 14.0
		if keep > 0 { // together with what follows, as long as they are short
			h = min(float64(len(b.Fields))*6+8+keep, l.room()*0.4)
		}
		l.subhead("", b.Title, h)
	}
	column := 24.0
	for _, f := range b.Fields {
		column = max(column, min(l.width(bold, 8.4, l.line(f.Label))+4, 46))
	}
	outer := l.begin(tagList)
	for i, f := range b.Fields {
		if i > 0 && len(b.Fields)-i == together {
			l.need(together * (factLead + factGap))
		}
		l.as(tagItem, func() { l.fact(f, column) })
	}
	l.end(outer)
	l.y += 4
}

// The height of a line of a fact, and of the air and the rule below one.
const (
	factLead = 4.1
	factGap  = 1.6
)

func (l *flow) fact(f document.Field, column float64) {
	const lead = factLead
	id, size, color := text, 8.6, l.palette["ink"]
	if f.Mono {
		id = mono
	}
	label, _ := l.clean(f.Label)
	value, _ := l.clean(f.Text)
	labels := l.wrap(bold, 8.4, label, column-3)
	values := l.wrap(id, size, value, l.w-column)
	to := l.places[f.Ref]
	if to != nil {
		color = l.palette["accent"]
	}
	var parts [][]span
	if l.linked(f.Links) {
		parts = l.spans(values, value, f.Links)
	}
	n := max(len(labels), len(values))
	l.need(min(float64(n)*lead+factGap, l.room()/2))
	defer l.end(l.tag)
	item := l.tag
	first, second := l.tree.add(tagLabel, item, ""), l.tree.add(tagBody, item, "")
	for i := range n {
		if l.y+lead > l.bottom {
			l.newPage()
		}
		l.tag = first
		if i < len(labels) {
			l.put(bold, 8.4, l.palette["grey"], l.l, l.y+3.6, labels[i])
		}
		l.tag = second
		switch {
		case i >= len(values):
		case parts != nil:
			l.putSpans(id, size, color, l.l+column, l.y+3.6, parts[i])
		default:
			l.put(id, size, color, l.l+column, l.y+3.6, values[i])
			l.linkTo(l.l+column, l.y, l.width(id, size, values[i]), lead, to)
		}
		l.y += lead
	}
	l.y += 0.7
	l.rule(l.l, l.y, l.r, 0.1, l.palette["rule"])
	l.y += 0.9
}

func (l *flow) signatures(b document.Signatures) {
	const across, gap, step = 3, 5.0, 7.0
	for start := 0; start < len(b.Roles); start += across {
		roles := b.Roles[start:min(start+across, len(b.Roles))]
		w := (l.w - gap*(across-1)) / across
		if across > len(b.Roles) {
			w = min((l.w-gap*float64(len(b.Roles)-1))/float64(len(b.Roles)), 90)
		}
		head, rows := 1, 0
		label := make([]float64, len(roles))
		titles := make([][]string, len(roles))
		fields := make([][][]string, len(roles))
		most := make([]int, len(roles))
		for i, r := range roles {
			s, _ := l.clean(r.Title)
			titles[i] = l.wrap(bold, 8.6, s, w-6)
			head = max(head, len(titles[i]))
			for _, f := range r.Fields {
				label[i] = max(label[i], min(l.width(bold, 7, strings.ToUpper(l.line(f)))+float64(len([]rune(f)))*tracking/perMM+3, w*0.45))
			}
			for _, f := range r.Fields {
				ls := l.capsLines(7, f, label[i])
				fields[i] = append(fields[i], ls)
				most[i] = max(most[i], len(ls))
			}
			rows = max(rows, len(r.Fields))
		}
		headH := float64(head)*4.2 + 2.8
		deep := 1
		for _, n := range most {
			deep = max(deep, n)
		}
		pitch := max(step, float64(deep)*2.8+3)
		h := headH + float64(rows)*pitch + 3.4
		l.need(min(h, l.room()))
		for i := range roles {
			x := l.l + float64(i)*(w+gap)
			outer := l.begin(tagP)
			l.rect(x, l.y, w, headH, l.palette["tint"])
			l.frame(x, l.y, w, h, 0.2, l.palette["rule"])
			for j, s := range titles[i] {
				l.put(bold, 8.6, l.palette["navy"], x+3, l.y+4.8+float64(j)*4.2, s)
			}
			l.apart()
			for j, ls := range fields[i] {
				y := l.y + headH + float64(j+1)*pitch - 0.4
				for k, s := range ls {
					l.caps(7, l.palette["grey"], x+3, y-float64(len(ls)-1-k)*2.8, s)
				}
				l.apart()
				if given := b.Roles[start+i].Given; j < len(given) && given[j] != "" {
					size, room := 8.6, w-6-label[i]
					ls := l.wrap(text, size, l.line(given[j]), room)
					if len(ls) > 1 { // two lines of smaller type have room above the rule
						size = 7.2
						ls = l.clip(text, size, l.wrap(text, size, l.line(given[j]), room), 2, room)
					}
					for k, s := range ls {
						l.put(text, size, l.palette["ink"], x+3+label[i], y-0.4-float64(len(ls)-1-k)*3, s)
					}
					l.apart()
				}
				l.rule(x+3+label[i], y+0.4, x+w-3, 0.15, l.palette["mid"])
			}
			l.end(outer)
		}
		l.y += h + 5
	}
}
