package pdf

import (
	"trailscribe/internal/document"
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
	fits := func() bool { return verdictY+card+below <= coverBottom }
	if !fits() {
		titleY, ruleY = 50, 70
		verdictY = place()
	}
	if !fits() { // then the title
		size = min(size, 23)
		lines = l.clip(display, size, l.wrap(display, size, title, 166), 5, 166)
		lead = size * 0.426
		titleY, ruleY = 42, 58
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
	} else { // too much for one page: the digest stays on page one, and what a reader must know as long as that fits
		first := notices > 0 && l.y+notices+digest+4 <= coverBottom
		if first {
			l.pointList(b.Notices, l.l, l.w)
		}
		l.y = coverBottom - digest
		box()
		l.bottom = bottom
		l.newPage()
		l.fieldGrid(b.Facts, 6.6, 9.8, 4.6, p["grey"], true, 0)
		if notices > 0 && !first {
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
