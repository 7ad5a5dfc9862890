package pdf

import (
	"math"
	"slices"

	"trailscribe/internal/document"
)

// barPlot are horizontal bars, the series of a category one after the other; figures stand in the bars, the total behind them.
func (l *flow) barPlot(c document.Chart, w float64) plot {
	n := len(c.Categories)
	for _, s := range c.Series {
		n = max(n, len(s.Points))
	}
	labels := make([][]string, n)
	lw, deep := 0.0, 1
	for i := range labels {
		if i >= len(c.Categories) {
			continue
		}
		s, _ := l.clean(c.Categories[i])
		labels[i] = l.clip(text, 8.2, l.wrap(text, 8.2, s, w*0.36), 3, w*0.36)
		for _, s := range labels[i] {
			lw = max(lw, l.width(text, 8.2, s))
		}
		deep = max(deep, len(labels[i]))
	}
	lw += 2.5
	heights, totals := stack(c, n)
	top, tw := 0.0, 0.0
	for i := range n {
		top = max(top, heights[i])
		tw = max(tw, l.width(bold, 7.6, l.number(totals[i])))
	}
	pitch, thick := 6.2, 4.6
	if n > 12 {
		pitch, thick = 4.0, 3.1
	}
	pitch = max(pitch, float64(deep)*3.3+1.6)
	legend := l.legend(c, w-lw)
	unit := 0.0
	if top > 0 {
		unit = max(w-lw-tw-3, 4) / top
	}
	colors := l.colors(c)
	return plot{float64(n)*pitch + legend.height + 0.6, func(x, y float64) {
		for i := range n {
			for j, s := range labels[i] {
				l.right(text, 8.2, l.palette["ink"], x+lw-2.5, y+thick/2+1.05+float64(j)*3.3-float64(len(labels[i])-1)*1.65, s)
			}
			at, inside, parts := x+lw, false, 0
			for k, s := range c.Series {
				v := point(s, i)
				if !(v > 0) {
					continue
				}
				bw := max(v*unit, 0.4)
				color := colors[k]
				if marked(s, i) && len(c.Series) == 1 {
					color = l.palette["critical"]
				}
				l.rect(at, y, max(bw-0.4, 0.3), thick, color)
				parts++
				if t := l.number(v); l.width(bold, 7.6, t)+1.6 <= bw {
					l.center(bold, 7.6, l.on(color), at+(bw-0.4)/2, y+thick/2+0.95, t)
					inside = true
				}
				at += bw
			}
			if parts != 1 || !inside { // with one figure in the bar the total says nothing new
				l.put(bold, 7.6, l.palette["grey"], at+1.2, y+thick/2+0.95, l.number(totals[i]))
			}
			y += pitch
		}
		l.stroke(lineMark, x+lw, y-pitch*float64(n)-0.8, x+lw, y-pitch+thick+0.8, 0.25, l.palette["mid"])
		legend.draw(x+lw, y-pitch+thick+1.2)
	}}
}

// stack gives for each category how high its parts stand on each other, and what they sum to. They differ only where a part is
// negative: it has no height, but it is in the figure.
func stack(c document.Chart, n int) (heights, sums []float64) {
	heights, sums = make([]float64, n), make([]float64, n)
	for i := range n {
		for _, s := range c.Series {
			if v := point(s, i); finite(v) {
				heights[i] += max(v, 0)
				sums[i] += v
			}
		}
	}
	return heights, sums
}

func marked(s document.Series, i int) bool {
	for _, m := range s.Marks {
		if m == i {
			return true
		}
	}
	return false
}

// columnPlot are columns over the categories, the series stacked. Signalled ones have the signal colour and their figure above them.
func (l *flow) columnPlot(c document.Chart, w float64) plot {
	n := max(len(c.Categories), 1)
	for _, s := range c.Series {
		n = max(n, len(s.Points))
	}
	heights, totals := stack(c, n)
	top := slices.Max(heights)
	ax := l.axis(0, top)
	left := ax.width + 2
	bw := (w - left) / float64(n)
	labels := l.categories(c.Categories, n, bw, w-left, false)
	legend := l.legend(c, w-left)
	const high = 30.0
	colors := l.colors(c)
	return plot{5 + high + labels.height + legend.height, func(x, y float64) {
		y += 5
		x0, base := x+left, y+high
		l.grid(ax, x0, y, w-left, high)
		type label struct{ x, y, w float64 }
		var last label
		for i := range n {
			at, signal, single := base, false, len(c.Series) == 1
			for k, s := range c.Series {
				m := marked(s, i)
				signal = signal || m
				v := point(s, i)
				if !(v > 0) {
					continue
				}
				h := (v - 0) / ax.span() * high
				color := colors[k]
				if m && single {
					color = l.palette["critical"]
				}
				l.rect(x0+float64(i)*bw+bw*0.16, at-h, bw*0.68, h, color)
				at -= h
			}
			if !signal {
				continue
			}
			if !single {
				l.disc(x0+(float64(i)+0.5)*bw, at-1.4, 0.8, l.palette["critical"])
				at -= 1.8
			}
			t := l.number(totals[i])
			tw := l.width(bold, 7, t)
			cx := min(max(x0+(float64(i)+0.5)*bw, x0+tw/2), x0+w-left-tw/2)
			next := label{cx - tw/2, at, tw}
			if last.w > 0 && next.x < last.x+last.w+1 && math.Abs(next.y-last.y) < 3.2 {
				continue // two figures would stand in each other; the columns still have the signal colour
			}
			last = next
			l.rect(cx-tw/2-0.6, at-3.6, tw+1.2, 3, l.palette["white"])
			l.center(bold, 7, l.palette["critical"], cx, at-1.1, t)
		}
		l.rule(x0, base, x+w, 0.25, l.palette["mid"])
		labels.draw(x0, base)
		legend.draw(x0, base+labels.height)
	}}
}

// linePlot are lines over the categories; a point that is not there leaves a gap. The second line and every other one is dashed.
func (l *flow) linePlot(c document.Chart, w float64) plot {
	n := max(len(c.Categories), 1)
	low, top := 0.0, 0.0
	for _, s := range c.Series {
		n = max(n, len(s.Points))
		for i := range s.Points {
			if v := point(s, i); finite(v) {
				low, top = min(low, v), max(top, v)
			}
		}
	}
	ax := l.axis(low, top)
	left := ax.width + 2
	step := 0.0
	if n > 1 {
		step = (w - left - 3) / float64(n-1)
	}
	labels := l.categories(c.Categories, n, step, w-left, true)
	legend := l.legend(c, w-left)
	const high = 30.0
	colors := l.colors(c)
	return plot{5 + high + labels.height + legend.height, func(x, y float64) {
		y += 5
		x0 := x + left
		l.grid(ax, x0, y, w-left, high)
		at := func(i int, v float64) (float64, float64) {
			px := x0 + 1.5 + float64(i)*step
			if n == 1 {
				px = x0 + (w-left)/2
			}
			return px, y + high - (v-ax.low)/ax.span()*high
		}
		zero := y + high - (0-ax.low)/ax.span()*high
		l.rule(x0, zero, x+w, 0.25, l.palette["mid"])
		for k, s := range c.Series {
			kind := lineMark
			if k%2 == 1 {
				kind = dashMark
			}
			for i := range n {
				v := point(s, i)
				if !finite(v) {
					continue
				}
				px, py := at(i, v)
				before, after := point(s, i-1), point(s, i+1)
				if finite(after) {
					nx, ny := at(i+1, after)
					l.stroke(kind, px, py, nx, ny, 0.45, colors[k])
				}
				if !finite(before) && !finite(after) {
					l.disc(px, py, 0.6, colors[k])
				}
			}
		}
		for _, s := range c.Series { // above all lines
			for _, i := range s.Marks {
				v := point(s, i)
				if !finite(v) {
					continue
				}
				px, py := at(i, v)
				l.disc(px, py, 1.1, l.palette["white"])
				l.disc(px, py, 0.85, l.palette["critical"])
				t := l.number(v)
				tw := l.width(bold, 7, t)
				cx := min(max(px, x0+tw/2), x+w-tw/2)
				by := py - 1.9
				if before, after := point(s, i-1), point(s, i+1); before >= v && after >= v && py+4.2 < y+high { // in a valley: below
					by = py + 3.9
				}
				l.rect(cx-tw/2-0.5, by-2.4, tw+1, 2.9, l.palette["white"])
				l.disc(px, py, 0.85, l.palette["critical"])
				l.center(bold, 7, l.palette["critical"], cx, by, t)
			}
		}
		labels.draw(x0, y+high)
		legend.draw(x0, y+high+labels.height)
	}}
}
