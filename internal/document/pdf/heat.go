package pdf

import (
	"math"

	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// heatPlot is a grid of shades: series are rows, categories columns. A scale says which shade is which figure; signalled cells are
// outlined.
func (l *flow) heatPlot(c document.Chart, w float64) plot {
	n := len(c.Categories)
	low, high := math.Inf(1), math.Inf(-1)
	lw := 0.0
	names := make([]string, len(c.Series))
	for i, s := range c.Series {
		n = max(n, len(s.Points))
		names[i] = l.cut(text, 7.2, l.line(s.Name), w*0.3)
		lw = max(lw, l.width(text, 7.2, names[i]))
		for j := range s.Points {
			if v := point(s, j); finite(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	low = min(low, 0)
	if !(high > low) {
		high = low + 1
	}
	lw += 2
	cw := (w - lw) / float64(max(n, 1))
	ch := 3.8
	if len(c.Series) > 16 {
		ch = 3.3
	}
	labels := l.categories(c.Categories, n, cw, w-lw, false)
	rows := float64(len(c.Series))
	color := func(v float64) style.RGB { return style.Shade(l.ramp, 0.02+0.98*(v-low)/(high-low)) }
	return plot{rows*ch + labels.height + 6, func(x, y float64) {
		gx := x + lw
		for i, s := range c.Series {
			ry := y + float64(i)*ch
			l.right(text, 7.2, l.palette["grey"], gx-2, ry+ch/2+0.9, names[i])
			for j := range n {
				cx := gx + float64(j)*cw
				v := point(s, j)
				if !finite(v) {
					l.frame(cx+0.25, ry+0.25, max(cw-0.5, 0.2), ch-0.5, 0.1, l.palette["rule"])
					continue
				}
				ground := color(v)
				l.rect(cx+0.15, ry+0.15, max(cw-0.3, 0.2), ch-0.3, ground)
				if t := l.number(v); cw >= 8 && v != 0 && l.width(text, 7, t)+1 <= cw {
					l.center(text, 7, l.on(ground), cx+cw/2, ry+ch/2+0.8, t)
				}
			}
		}
		for i, s := range c.Series {
			for _, j := range s.Marks {
				if j >= 0 && j < n {
					l.frame(gx+float64(j)*cw+0.15, y+float64(i)*ch+0.15, max(cw-0.3, 0.2), ch-0.3, 0.5, l.palette["critical"])
				}
			}
		}
		at := y + rows*ch
		labels.draw(gx, at)
		// The scale: five shades between the least and the greatest figure.
		at += labels.height
		a, b := l.number(low), l.number(high)
		sx := gx
		sx += l.put(text, 7.2, l.palette["grey"], sx, at+2.7, a) + 1.4
		for k := range 5 {
			v := low + (high-low)*float64(k)/4
			l.rect(sx, at+0.4, 5, 2.6, color(v))
			sx += 5.2
		}
		l.put(text, 7.2, l.palette["grey"], sx+1.2, at+2.7, b)
	}}
}
