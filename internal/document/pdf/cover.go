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
	coverBottom = 276.0 // of the cover's blocks; the closing line stands below
	coverBand   = 56.0  // height of the band above the verdict card
	coverLabel  = 7.0   // of a fact, in points
	coverFact   = 8.2
)

// cover is page one: a band with the title, the verdict on its edge, what limits the report, what happened, the worst findings; facts and
// the evidence digest at the foot. What does not fit gives way: first the facts, then lines of findings from the end. The next page names
// them all. Limits and the digest stay.
func (l *flow) cover(b document.Front) {
	l.landscape = false
	l.newPage()
	l.page.bare = true
	page, p := l.page, l.palette

	title, _ := l.clean(l.d.Title)
	size := 25.0
	lines := l.wrap(display, size, title, 166)
	for len(lines) > 2 && size > 15 {
		size -= 2
		lines = l.wrap(display, size, title, 166)
	}
	lines = l.clip(display, size, lines, 4, 166)
	lead := size * 0.426
	under := l.d.Period
	if l.d.Entity != "" {
		under = l.d.Entity + "  ·  " + under
	}
	card := l.verdictHeight(b.Verdict, l.w)
	verdictY := max(coverBand, 31+float64(len(lines))*lead+12)
	l.rect(0, 0, 210, verdictY+card*0.36, p["navy"])
	outer := l.begin(tagP)
	for i, s := range l.clip(bold, 7.6, l.capsLines(7.6, b.Kicker, l.w), 1, l.w) {
		l.caps(7.6, p["band"], l.l, 21+float64(i)*4.2, s)
	}
	l.end(outer)
	l.begin(tagH1)
	for i, s := range lines {
		l.put(display, size, p["white"], l.l, 33+float64(i)*lead, s)
	}
	l.end(outer)
	l.begin(tagP)
	l.put(text, 11, p["bandtext"], l.l, 33+float64(len(lines)-1)*lead+8.4, l.cut(text, 11, l.line(under), l.w))
	l.end(outer)
	l.verdictCard(b.Verdict, l.l, verdictY, l.w, card)
	l.y = verdictY + card + 6

	digest := l.digestHeight(b)
	facts := l.factsHeight(b.Facts)
	notices := l.noticesHeight(b.Notices)
	story := l.storyHeight(b.Story)
	room := coverBottom - digest - l.y
	bottom := l.bottom
	l.bottom = coverBottom - digest

	shown := len(b.Worst.Lines)
	need := func() float64 {
		h := notices + story
		if shown > 0 {
			h += l.linesHeight(b.Worst, shown)
			if shown < len(b.Worst.Lines) {
				h += 6
			}
		}
		return h
	}
	withFacts := true
	for need()+facts > room {
		switch {
		case withFacts && facts > 0:
			withFacts, facts = false, 0
		case shown > 1:
			shown--
		case story > 0:
			b.Story, story = document.Story{}, 0
		case shown > 0:
			shown = 0
		default:
			room = 1e9 // limits alone are longer than a page: they go on to the next
		}
	}
	if len(b.Notices) > 0 {
		l.pointList(b.Notices, l.l, l.w)
		l.y += 1
	}
	l.story(b.Story)
	if shown > 0 {
		l.coverHead(b.Worst.Title)
		l.lineRows(b.Worst, shown)
	}
	if l.page == page {
		if withFacts {
			l.y = max(l.y, coverBottom-digest-facts)
			l.coverFacts(b.Facts)
		}
		l.y = coverBottom - digest
	} else {
		here, y := l.page, l.y
		l.page, l.y = page, coverBottom-digest
		defer func() { l.page, l.y = here, y }()
	}
	l.bottom = coverBottom
	l.digest(b)
	closing, _ := l.clean(b.Closing)
	l.as(tagP, func() {
		for i, s := range l.clip(text, 7.6, l.wrap(text, 7.6, closing, l.w), 2, l.w) {
			l.put(text, 7.6, p["grey"], l.l, 283+float64(i)*3.6, s)
		}
	})
	l.bottom = bottom
	l.frameOf(page)
	l.page = nil // nothing follows on the cover itself
}

// coverHead is a heading of page one, which the contents do not list.
func (l *flow) coverHead(s string) {
	if s, _ = l.clean(s); s == "" {
		return
	}
	l.y += 2.6
	l.as(tagH2, func() { l.put(bold, 10.4, l.palette["navy"], l.l, l.y+4, l.cut(bold, 10.4, s, l.w)) })
	l.y += 7
}

func (l *flow) noticesHeight(points []document.Point) (h float64) {
	column := 15.0
	for _, p := range points {
		if n := l.pillWidth(l.line(p.Pill.Text)); n <= 34 {
			column = max(column, n)
		}
	}
	for _, p := range points {
		s, _ := l.clean(p.Text)
		h += max(5, float64(len(l.wrap(text, bodySize, s, l.w-column-4)))*bodyLead) + 1.6
	}
	if h > 0 {
		h += 1
	}
	return h
}

// The facts of the cover stand three in a row.
const factsAcross = 3

func (l *flow) factWidth() float64 { return (l.w - 6*(factsAcross-1)) / factsAcross }

func (l *flow) factLines(f document.Field) []string {
	id := text
	if f.Mono {
		id = mono
	}
	s, _ := l.clean(f.Text)
	return l.clip(id, coverFact, l.wrap(id, coverFact, s, l.factWidth()), 2, l.factWidth())
}

func (l *flow) factsHeight(fields []document.Field) (h float64) {
	for i := 0; i < len(fields); i += factsAcross {
		deep := 0
		for _, f := range fields[i:min(i+factsAcross, len(fields))] {
			deep = max(deep, len(l.factLines(f)))
		}
		h += 4.4 + float64(deep)*3.9 + 2.2
	}
	if h > 0 {
		h += 2
	}
	return h
}

// coverFacts sets label and text of facts, three in a row.
func (l *flow) coverFacts(fields []document.Field) {
	w := l.factWidth()
	defer l.end(l.begin(tagList))
	list := l.tag
	for i := 0; i < len(fields); i += factsAcross {
		deep := 0
		for k, f := range fields[i:min(i+factsAcross, len(fields))] {
			item := l.tree.add(tagItem, list, "")
			x := l.l + float64(k)*(w+6)
			id := text
			if f.Mono {
				id = mono
			}
			l.tag = l.tree.add(tagLabel, item, "")
			l.caps(coverLabel, l.palette["grey"], x, l.y+3, l.cut(bold, coverLabel, l.line(f.Label), w-8))
			l.tag = l.tree.add(tagBody, item, "")
			lines := l.factLines(f)
			for j, s := range lines {
				l.put(id, coverFact, l.palette["ink"], x, l.y+7.2+float64(j)*3.9, s)
			}
			deep = max(deep, len(lines))
		}
		l.y += 4.4 + float64(deep)*3.9 + 2.2
	}
}

// digestParts are the lines of the box at the foot of page one.
func (l *flow) digestParts(b document.Front) (hashes, notes []string) {
	if hash, _ := l.clean(b.Digest.Text); hash != "" {
		hashes = l.clip(mono, 8.6, l.wrap(mono, 8.6, hash, l.w-8), 2, l.w-8)
	}
	if note, _ := l.clean(b.Note); note != "" {
		notes = l.clip(text, 7.4, l.wrap(text, 7.4, note, l.w-8), 3, l.w-8)
	}
	return hashes, notes
}

func (l *flow) digestHeight(b document.Front) float64 {
	hashes, notes := l.digestParts(b)
	if hashes == nil && notes == nil && b.Digest.Label == "" {
		return 0
	}
	return 5.4 + float64(len(hashes))*4.4 + float64(len(notes))*3.7 + 3.4
}

func (l *flow) digest(b document.Front) {
	h := l.digestHeight(b)
	if h == 0 {
		return
	}
	hashes, notes := l.digestParts(b)
	defer l.end(l.begin(tagP))
	l.round(l.l, l.y, l.w, h-1, 1.2, l.palette["tint"])
	y := l.y + 5.2
	l.caps(coverLabel, l.palette["grey"], l.l+4, y, l.cut(bold, coverLabel, l.line(b.Digest.Label), l.w-26))
	l.apart()
	for _, s := range hashes {
		y += 4.4
		l.put(mono, 8.6, l.palette["ink"], l.l+4, y, s)
	}
	if len(notes) > 0 {
		y += 0.6
		l.apart()
	}
	for _, s := range notes {
		y += 3.7
		l.put(text, 7.4, l.palette["grey"], l.l+4, y, s)
	}
	l.y += h
}
