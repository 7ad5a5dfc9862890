package pdf

import (
	"math"

	"trailscribe/internal/document"
)

// dotPlot is a row of dots for each series over the categories. The area of a dot is its value; the figure stands in it where it fits.
func (l *flow) dotPlot(c document.Chart, w float64) plot {
	const pitch, most, least = 9.6, 3.9, 0.95 // millimetres: between rows, radius of the largest and of the smallest dot
	n := max(len(c.Categories), 1)
	top, lw := 0.0, 0.0
	for _, s := range c.Series {
		lw = max(lw, l.width(text, 8.2, l.line(s.Name)))
		for i := range s.Points {
			if v := point(s, i); finite(v) {
				top = max(top, v)
			}
		}
	}
	lw = min(lw, w*0.3) + 4
	step := (w - lw) / float64(n)
	labels := l.categories(c.Categories, n, step, w-lw, false)
	radius := func(v float64) float64 {
		return max(least, min(most, most*math.Sqrt(v/max(top, 6))))
	}
	return plot{float64(len(c.Series))*pitch + labels.height, func(x, y float64) {
		for i, s := range c.Series {
			cy := y + (float64(i)+0.5)*pitch
			l.put(text, 8.2, l.palette["ink"], x, cy+1, l.cut(text, 8.2, l.line(s.Name), lw-3))
			l.rule(x+lw, cy, x+w, 0.2, l.palette["rule"])
			color := l.palette.fill(s.Tone)
			for j := range n {
				v := point(s, j)
				if !(v > 0) {
					continue
				}
				cx, r := x+lw+(float64(j)+0.5)*step, radius(v)
				l.disc(cx, cy, r, color)
				if t := l.number(v); v > 1 && l.width(bold, 7, t)+0.8 <= 2*r {
					l.center(bold, 7, l.on(color), cx, cy+0.9, t)
				}
			}
		}
		labels.draw(x+lw, y+float64(len(c.Series))*pitch)
	}}
}
