package pdf

import (
	"trailscribe/internal/document"
)

// mostFigures is how many figures of a verdict stand side by side.
const mostFigures = 6

// verdictParts are the lines of a verdict, and how wide a figure is.
func (l *flow) verdictParts(b document.Verdict, w float64) (kicker, title, body []string, figures []document.Figure, figure float64) {
	tw := w - 14
	figures = b.Figures[:min(len(b.Figures), mostFigures)]
	if n := len(figures); n > 0 {
		figure = (tw - 3*float64(n-1)) / float64(n)
	}
	kicker = l.clip(bold, 7, l.capsLines(7, b.Kicker, tw), 1, tw)
	s, _ := l.clean(b.Title)
	title = l.clip(display, 16, l.wrap(display, 16, s, tw), 3, tw)
	if s, _ = l.clean(b.Text); s != "" {
		body = l.clip(text, 9, l.wrap(text, 9, s, tw), 5, tw)
	}
	return kicker, title, body, figures, figure
}

// figureLines is the label of a figure.
func (l *flow) figureLines(f document.Figure, w float64) []string {
	return l.clip(text, 8, l.wrap(text, 8, l.line(f.Label), w), 4, w)
}

func (l *flow) verdictHeight(b document.Verdict, w float64) float64 {
	kicker, title, body, figures, figure := l.verdictParts(b, w)
	h := 6 + float64(len(kicker))*3.4 + float64(len(title))*7 + float64(len(body))*4.4 + 5
	deep := 0
	for _, f := range figures {
		deep = max(deep, len(l.figureLines(f, figure)))
	}
	if deep > 0 {
		h += 13.4 + float64(deep)*3.6
	}
	return h
}

// verdictCard draws the verdict at a place: a stripe of its tone, what was found, figures under it.
func (l *flow) verdictCard(b document.Verdict, x, y, w, h float64) {
	p := l.palette
	kicker, title, body, figures, figure := l.verdictParts(b, w)
	l.round(x, y, w, h, 1.4, p["white"])
	l.add(mark{kind: roundFrame, color: p["rule"], size: 0.2, x: float32(x), y: float32(y), w: float32(w), h: float32(h)})
	l.rect(x, y, 1.8, h, p.strong(b.Tone))
	outer := l.begin(tagP)
	at := y + 6
	for _, s := range kicker {
		at += 1.6
		l.caps(7, p["grey"], x+8, at, s)
		l.apart()
		at += 1.8
	}
	for _, s := range title {
		at += 6.4
		l.put(display, 16, p["navy"], x+8, at, s)
		l.apart()
		at += 0.6
	}
	at += 0.6
	for _, s := range body {
		at += 4.4
		l.put(text, 9, p["grey"], x+8, at, s)
		l.apart()
	}
	l.end(outer)
	at += 5
	for i, f := range figures {
		l.begin(tagP)
		fx := x + 8 + float64(i)*(figure+3)
		l.rect(fx, at, figure, 0.7, p.strong(f.Tone))
		s := l.line(f.Value)
		color := p["ink"]
		if f.Tone == document.Muted {
			color = p["grey"]
		}
		l.put(display, l.shrink(display, s, 17, 8, figure), color, fx, at+8, s)
		l.apart()
		for j, s := range l.figureLines(f, figure) {
			l.put(text, 8, p["grey"], fx, at+12.2+float64(j)*3.6, s)
			l.apart()
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
