package pdf

import "trailscribe/internal/document"

// cardParts are the reference of a card and the lines of its title, which leave room for reference and pills.
func (l *flow) cardParts(b document.Card) (ref string, lines []string, indent float64) {
	ref = l.line(b.Ref)
	indent = 5
	pills := 0.0
	if ref != "" {
		indent += max(l.width(mono, 9.5/0.86, ref)+3.5, 13)
	}
	for _, p := range b.Pills {
		if w := l.pillWidth(l.line(p.Text)); w <= 50 {
			pills += w + 1.6
		}
	}
	s, _ := l.clean(b.Title)
	lines = l.wrap(bold, h2Size, s, l.w-indent-pills-5)
	return ref, lines, indent
}

// cardHeight is the height of a card, as far as it has to stay together with the start of its table.
func (l *flow) cardHeight(b document.Card) float64 {
	_, lines, _ := l.cardParts(b)
	return float64(len(lines)-1)*5 + 12.2 + l.fieldsHeight(b.Fields) + 5
}

// card is a finding's head: a tinted band with reference, title and pills, and its texts below.
func (l *flow) card(b document.Card, keep float64) {
	l.gap(5)
	h := l.cardHeight(b)
	if keep > 0 {
		h += keep
	}
	l.need(min(h, l.room()*0.75))
	ref, lines, indent := l.cardParts(b)
	tone := document.Neutral
	if len(b.Pills) > 0 {
		tone = b.Pills[0].Tone
	}
	var odd []document.Pill // too long for a pill
	for _, p := range b.Pills {
		if l.pillWidth(l.line(p.Text)) > 50 {
			odd = append(odd, p)
		}
	}
	l.list(1, b.Ref, b.Title, false, l.y)
	l.reach(b.Ref, l.y)
	lines = l.clip(bold, h2Size, lines, 30, l.w-indent-5)
	head := float64(len(lines)-1)*5 + 10
	l.rect(l.l, l.y, l.w, head, l.palette["tint"])
	l.rect(l.l, l.y, 1.4, head, l.strong(tone))
	outer := l.begin(tagH2)
	l.put(mono, 9.5/0.86, l.palette["grey"], l.l+5, l.y+6.5, ref)
	l.apart()
	for i, s := range lines {
		l.put(bold, h2Size, l.palette["navy"], l.l+indent, l.y+6.6+float64(i)*5, s)
	}
	l.end(outer)
	l.begin(tagP)
	x := l.r - 3
	for i := len(b.Pills) - 1; i >= 0; i-- {
		s := l.line(b.Pills[i].Text)
		w := l.pillWidth(s)
		if s == "" || w > 50 {
			continue
		}
		x -= w
		l.pill(x, l.y+2.8, 4.4, s, l.fill(b.Pills[i].Tone))
		l.apart()
		x -= 1.6
	}
	l.y += head + 2.2
	for _, p := range odd {
		l.lines(bold, 9, 4.3, l.word(p.Tone), l.l, l.wrap(bold, 9, l.line(p.Text), l.w))
	}
	l.end(outer)
	l.fields(b.Fields)
	l.y += 1
}
