package pdf

import (
	"trailscribe/internal/document"
)

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
	h := 8 + float64(max(len(kicker)-1, 0))*3 + float64(len(title))*7.4 + float64(len(body))*4.4 + 8.4
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
