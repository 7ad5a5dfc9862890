package pdf

import (
	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// shrink is the largest of the sizes from most down to least at which s is at most w wide.
func (p *pen) shrink(id faceID, s string, most, least, w float64) float64 {
	size := most
	for size > least && p.width(id, size, s) > w {
		size -= 0.5
	}
	return size
}

// clip is at most n lines; what is left out is shown by an ellipsis.
func (p *pen) clip(id faceID, size float64, lines []string, n int, w float64) []string {
	if len(lines) <= n {
		return lines
	}
	lines = append([]string(nil), lines[:n]...)
	lines[n-1] = p.cut(id, size, lines[n-1]+"…", w)
	return lines
}

const (
	coverBottom = 273.0 // of the cover's blocks; the closing line stands below
	figureWidth = 22.0
)

// cover is page one: a band with the title, the verdict on its edge, facts, notices, the evidence digest.
func (l *flow) cover(b document.Front) {
	l.landscape = false
	l.newPage()
	l.page.bare = true
	page, p := l.page, l.palette

	title, _ := l.clean(l.d.Title)
	size := 31.0
	lines := l.wrap(display, size, title, 158)
	for len(lines) > 3 && size > 15 {
		size -= 2
		lines = l.wrap(display, size, title, 166)
	}
	lines = l.clip(display, size, lines, 5, 166)
	lead := size * 0.426

	card := l.verdictHeight(b.Verdict, l.w)
	facts := l.gridHeight(b.Facts, l.w)
	notices := 0.0
	for _, n := range b.Notices {
		s, _ := l.clean(n.Text)
		notices += max(5, float64(len(l.wrap(text, bodySize, s, l.w-30)))*bodyLead) + 1.6
	}
	if notices > 0 {
		notices += 4
	}
	note, _ := l.clean(b.Note)
	notes := l.wrap(text, 7.8, note, l.w-10)
	hash, _ := l.clean(b.Digest.Text)
	hashes := l.wrap(mono, 9.2, hash, l.w-10)
	if note == "" {
		notes = nil
	}
	if hash == "" {
		hashes = nil
	}
	hashes, notes = l.clip(mono, 9.2, hashes, 2, l.w-10), l.clip(text, 7.8, notes, 3, l.w-10)
	digest := 0.0
	if hashes != nil || notes != nil || b.Digest.Label != "" {
		digest = 6.4 + float64(len(hashes))*4.8 + float64(len(notes))*4 + 3.4
		if len(notes) > 0 {
			digest++
		}
	}
	closing, _ := l.clean(b.Closing)
	closings := l.clip(text, 8, l.wrap(text, 8, closing, l.w), 2, l.w)

	// The band gives way when what stands below it needs the room.
	titleY, ruleY := 66.0, 98.0
	entities := l.clip(text, 13, l.wrap(text, 13, l.line(l.d.Entity), l.w), 2, l.w)
	if l.d.Entity == "" {
		entities = nil
	}
	place := func() float64 {
		ruleY = max(ruleY, titleY+float64(len(lines)-1)*lead+16)
		return ruleY + 12 + float64(len(entities))*7 + 15
	}
	verdictY := place()
	below := 16 + facts + notices + digest + 4
	if verdictY+card+below > coverBottom {
		titleY, ruleY = 50, 70
		verdictY = place()
	}
	band := verdictY + card/2
	l.rect(0, 0, 210, band, p["navy"])
	outer := l.begin(tagP)
	for i, s := range l.clip(bold, 8.2, l.capsLines(8.2, b.Kicker, l.w), 2, l.w) {
		l.caps(8.2, p["band"], l.l, 30+float64(i)*4.2, s)
	}
	l.end(outer)
	l.begin(tagH1)
	for i, s := range lines {
		l.put(display, size, p["white"], l.l, titleY+float64(i)*lead, s)
	}
	l.rect(l.l, ruleY, 26, 1.1, p["bandrule"])
	y := ruleY + 12
	l.end(outer)
	l.begin(tagP)
	for _, s := range entities {
		l.put(text, 13, p["bandtext"], l.l, y, s)
		l.apart()
		y += 7
	}
	l.put(text, 13, p["band"], l.l, y, l.cut(text, 13, l.line(l.d.Period), l.w))

	l.end(outer)
	l.verdictCard(b.Verdict, l.l, verdictY, l.w, card)
	closer := func() { // last in reading order, always on page one
		here := l.page
		l.page = page
		l.as(tagP, func() {
			for i, s := range closings {
				l.put(text, 8, p["grey"], l.l, 281+float64(i)*3.6, s)
			}
		})
		l.page = here
	}
	box := func() {
		if digest == 0 {
			return
		}
		defer l.end(l.begin(tagP))
		l.round(l.l, l.y, l.w, digest, 1.4, p["tint"])
		y := l.y + 6.4
		l.caps(6.6, p["grey"], l.l+5, y, l.cut(bold, 6.6, l.line(b.Digest.Label), l.w-30))
		l.apart()
		for _, s := range hashes {
			y += 4.8
			l.put(mono, 9.2, p["ink"], l.l+5, y, s)
		}
		if len(notes) > 0 {
			y++
			l.apart()
		}
		for _, s := range notes {
			y += 4
			l.put(text, 7.8, p["grey"], l.l+5, y, s)
		}
		l.y += digest
	}
	l.y = verdictY + card + 16
	air := 0.0 // room that is left between the facts
	rows := 0.0
	for range fieldRows(b.Facts, l.w) {
		rows++
	}
	if left := 261 - digest - l.y - facts - notices - 4; left > 0 && rows > 0 {
		air = min(left/(rows+1), 4.5)
	}
	bottom := l.bottom
	l.bottom = coverBottom
	if l.y+facts+notices+digest+4 <= coverBottom {
		l.fieldGrid(b.Facts, 6.6, 9.8, 4.6, p["grey"], true, air)
		if notices > 0 {
			l.y += 2 + min(air, 2)
			l.pointList(b.Notices, l.l, l.w)
		}
		l.y = min(max(l.y+2, 261-digest), coverBottom-digest)
		box()
	} else { // too much for one page: the digest stays on page one, the rest follows
		l.y = coverBottom - digest
		box()
		l.bottom = bottom
		l.newPage()
		l.fieldGrid(b.Facts, 6.6, 9.8, 4.6, p["grey"], true, 0)
		if notices > 0 {
			l.gap(3)
			l.pointList(b.Notices, l.l, l.w)
		}
	}
	closer()
	l.frameOf(l.page)
	if l.page == page {
		l.page = nil // nothing follows on the cover itself
	}
}

// verdictParts are the lines of a verdict's card in width w.
func (l *flow) verdictParts(b document.Verdict, w float64) (kicker, title, body []string, figure float64) {
	figure = figureWidth
	if n := len(b.Figures); n > 4 {
		figure = 88 / float64(n)
	}
	tw := w - 7 - 6 - figure*float64(len(b.Figures))
	kicker = l.clip(bold, 7, l.capsLines(7, b.Kicker, tw), 2, tw)
	s, _ := l.clean(b.Title)
	title = l.clip(display, 17, l.wrap(display, 17, s, tw), 3, tw)
	if s, _ = l.clean(b.Text); s != "" {
		body = l.clip(text, 9, l.wrap(text, 9, s, tw), 5, tw)
	}
	return kicker, title, body, figure
}

func (l *flow) verdictHeight(b document.Verdict, w float64) float64 {
	kicker, title, body, figure := l.verdictParts(b, w)
	h := 8 + float64(max(len(kicker)-1, 0))*3 + float64(len(title))*7.4 + float64(len(body))*4.4 + 5.2
	for _, f := range b.Figures {
		h = max(h, 19+float64(len(l.wrap(text, 8, l.line(f.Label), figure-2)))*3.4+6)
	}
	return min(max(h, 32), 110)
}

// verdictCard draws the verdict at a place: a stripe of its tone, a sentence, figures on the right.
func (l *flow) verdictCard(b document.Verdict, x, y, w, h float64) {
	p := l.palette
	kicker, title, body, figure := l.verdictParts(b, w)
	l.round(x, y, w, h, 1.6, p["white"])
	l.add(mark{kind: roundFrame, color: p["rule"], size: 0.2, x: float32(x), y: float32(y), w: float32(w), h: float32(h)})
	l.rect(x, y, 1.6, h, p.strong(b.Tone))
	outer := l.begin(tagP)
	at := y + 8
	if len(kicker) == 0 || len(body) == 0 { // in the middle
		at = y + 8 + max(0, (h-13.2-float64(max(len(kicker)-1, 0))*3-float64(len(title))*7.4-float64(len(body))*4.4)/2)
		if len(kicker) == 0 {
			at -= 3.5
		}
	}
	for _, s := range kicker {
		l.caps(7, p["grey"], x+7, at, s)
		l.apart()
		at += 3
	}
	at -= 3
	for i, s := range title {
		at += 7.4
		if i == 0 {
			at += 1.2
		}
		if at < y+h-1 {
			l.put(display, 17, p["ink"], x+7, at, s)
		}
	}
	at += 2.4
	if len(title) > 0 {
		l.apart()
	}
	for _, s := range body {
		at += 4.4
		if at < y+h-1 {
			l.put(text, 9, p["grey"], x+7, at, s)
		}
	}
	l.end(outer)
	for i, f := range b.Figures {
		l.begin(tagP)
		cx := x + w - 4 - figure*float64(len(b.Figures)-i) + figure/2
		s := l.line(f.Value)
		color := p.strong(f.Tone)
		l.center(display, l.shrink(display, s, 19, 6, figure-2), color, cx, y+16.6, s)
		l.apart()
		for j, s := range l.wrap(text, 8, l.line(f.Label), figure-2) {
			if ly := y + 22.6 + float64(j)*3.4; ly < y+h-1 {
				l.center(text, 8, p["grey"], cx, ly, s)
			}
		}
		l.end(outer)
	}
}

// verdict is the card in the running text.
func (l *flow) verdict(b document.Verdict) {
	h := l.verdictHeight(b, l.w)
	l.need(h)
	l.verdictCard(b, l.l, l.y, l.w, h)
	l.y += h + 5
}

// gridHeight is what fieldGrid takes on the cover.
func (l *flow) gridHeight(fields []document.Field, w float64) float64 {
	h := 0.0
	for row := range fieldRows(fields, w) {
		h += l.fieldRowHeight(row, w, 6.6, 9.8, 4.6)
	}
	return h
}

// mostAcross is how many fields stand side by side on the widest page.
const mostAcross = 3

// across is how many fields stand side by side in a width: two on an upright page, three on a landscape one.
func across(w float64) int {
	if w > 220 {
		return mostAcross
	}
	return 2
}

// fieldRows are fields that stand side by side in a width, wide ones alone.
func fieldRows(fields []document.Field, w float64) func(yield func([]document.Field) bool) {
	return func(yield func([]document.Field) bool) {
		for i := 0; i < len(fields); {
			n := 1
			for !fields[i].Wide && n < across(w) && i+n < len(fields) && !fields[i+n].Wide {
				n++
			}
			if !yield(fields[i : i+n]) {
				return
			}
			i += n
		}
	}
}

const fieldGap = 8.0

func (l *flow) fieldWidth(row []document.Field, w float64) float64 {
	if row[0].Wide {
		return w
	}
	n := float64(across(w))
	return (w - fieldGap*(n-1)) / n
}

func (l *flow) fieldLines(f document.Field, w, label, size float64) (labels, values []string) {
	id := text
	if f.Mono {
		id = mono
	}
	s, _ := l.clean(f.Text)
	labels = l.capsLines(label, f.Label, w)
	if s != "" {
		values = l.wrap(id, size, s, w)
	}
	return labels, values
}

func (l *flow) fieldRowHeight(row []document.Field, w, label, size, lead float64) float64 {
	h := 0.0
	for _, f := range row {
		labels, values := l.fieldLines(f, l.fieldWidth(row, w), label, size)
		h = max(h, float64(len(labels))*labelLead+float64(len(values))*lead)
	}
	return h + 1.6 + 4
}

// fieldGrid sets labels with their texts side by side; the columns of a row go on to the next page together, line by line.
func (l *flow) fieldGrid(fields []document.Field, label, size, lead float64, labelColor style.RGB, ruled bool, air float64) {
	p := l.palette
	defer l.end(l.begin(tagList))
	list := l.tag
	for row := range fieldRows(fields, l.w) {
		var names, texts [mostAcross]tag
		for i := range row {
			item := l.tree.add(tagItem, list, "")
			names[i], texts[i] = l.tree.add(tagLabel, item, ""), l.tree.add(tagBody, item, "")
		}
		w := l.fieldWidth(row, l.w)
		var labels, values [mostAcross][]string
		ln, vn := 0, 0
		for i, f := range row {
			labels[i], values[i] = l.fieldLines(f, w, label, size)
			ln, vn = max(ln, len(labels[i])), max(vn, len(values[i]))
		}
		h := float64(ln)*labelLead + float64(vn)*lead + 1.6
		l.need(min(h, l.room()*0.5))
		if ruled {
			for i := range row {
				x := l.l + float64(i)*(w+fieldGap)
				l.rule(x, l.y-2.4, x+w, 0.15, p["rule"])
			}
			l.y += 1
		}
		for j := range ln {
			if l.y+labelLead > l.bottom {
				l.newPage()
			}
			for i := range row {
				l.tag = names[i]
				if j < len(labels[i]) {
					l.caps(label, labelColor, l.l+float64(i)*(w+fieldGap), l.y+2.4, labels[i][j])
				}
			}
			l.y += labelLead
		}
		l.y += 0.6
		for j := range vn {
			if l.y+lead > l.bottom {
				l.newPage()
			}
			for i, f := range row {
				if j >= len(values[i]) {
					continue
				}
				l.tag = texts[i]
				id, c := text, p["ink"]
				if f.Mono {
					id = mono
				}
				x := l.l + float64(i)*(w+fieldGap)
				to := l.places[f.Ref]
				if to != nil {
					c = p["accent"]
					l.linkTo(x, l.y, l.width(id, size, values[i][j]), lead, to)
				}
				l.put(id, size, c, x, l.y+lead*0.76, values[i][j])
			}
			l.y += lead
		}
		l.y += 3
		if ruled {
			l.y += 1 + air
		}
	}
}
