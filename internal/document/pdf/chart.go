package pdf

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
	"trailscribe/internal/style"
)

// chartParts says how many categories (bars) or rows (heat) are drawn in one piece; longer charts go on below.
const chartParts = 36

// charts sets one chart, or two of half the width beside each other.
func (l *flow) charts(a document.Chart, b *document.Chart) {
	const gap = 10.0
	l.gap(1)
	if b != nil {
		w := (l.w - gap) / 2
		h := max(l.chartHeight(a, w), l.chartHeight(*b, w))
		l.need(min(h, l.room()))
		l.chart(a, l.l, l.y, w)
		l.chart(*b, l.l+w+gap, l.y, w)
		l.y += h + 5
		return
	}
	w := l.w
	if a.Half {
		w = (l.w - gap) / 2
	}
	for _, part := range split(a) {
		h := l.chartHeight(part, w)
		l.need(min(h, l.room()))
		l.chart(part, l.l, l.y, w)
		l.y += h + 5
	}
}

// split cuts a chart with very many bars or rows into parts.
func split(c document.Chart) []document.Chart {
	var out []document.Chart
	switch {
	case c.Kind == document.BarChart && len(c.Categories) > chartParts:
		for at := 0; at < len(c.Categories); at += chartParts {
			end := min(at+chartParts, len(c.Categories))
			part := c
			part.Categories, part.Series = c.Categories[at:end], nil
			for _, s := range c.Series {
				piece := document.Series{Name: s.Name, Tone: s.Tone, Points: s.Points[min(at, len(s.Points)):min(end, len(s.Points))]}
				for _, m := range s.Marks {
					if m >= at && m < end {
						piece.Marks = append(piece.Marks, m-at)
					}
				}
				part.Series = append(part.Series, piece)
			}
			out = append(out, part)
		}
	case c.Kind == document.HeatChart && len(c.Series) > chartParts:
		for at := 0; at < len(c.Series); at += chartParts {
			part := c
			part.Series = c.Series[at:min(at+chartParts, len(c.Series))]
			out = append(out, part)
		}
	default:
		out = append(out, c)
	}
	return out
}

// hasData tells whether there is any point to draw.
func hasData(c document.Chart) bool {
	for _, s := range c.Series {
		for _, v := range s.Points {
			if finite(v) {
				return true
			}
		}
	}
	return false
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// point is the value of a series at i; NaN where there is none.
func point(s document.Series, i int) float64 {
	if i < 0 || i >= len(s.Points) || !finite(s.Points[i]) {
		return math.NaN()
	}
	return s.Points[i]
}

// number is a figure of a chart in the report's language.
func (l *flow) number(v float64) string {
	if l.d.Cell == nil {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	switch a := math.Abs(v); { // a chart shows three figures; the tables have the rest
	case a >= 100:
		v = math.Round(v)
	case a >= 1:
		v = math.Round(v*100) / 100
	case a >= 0.0001:
		v = math.Round(v*1e4) / 1e4
	}
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return l.line(l.d.Cell(document.Column{Kind: result.Int, Form: document.FormNumber}, int64(v)))
	}
	return l.line(l.d.Cell(document.Column{Kind: result.Float, Form: document.FormNumber}, v))
}

// chartHead are the lines of a chart's title and unit and the height they take.
func (l *flow) chartHead(c document.Chart, w float64) (title, unit []string, h float64) {
	s, _ := l.clean(c.Title)
	if s != "" {
		title = l.clip(bold, 9.2, l.wrap(bold, 9.2, s, w), 4, w)
	}
	if s, _ = l.clean(c.Unit); s != "" {
		unit = l.clip(text, 7.6, l.wrap(text, 7.6, s, w), 4, w)
	}
	return title, unit, float64(len(title))*4.2 + float64(len(unit))*3.5 + 3
}

// chartHeight is what a chart takes in width w.
func (l *flow) chartHeight(c document.Chart, w float64) float64 {
	_, _, h := l.chartHead(c, w)
	if !hasData(c) {
		return h + 20
	}
	return h + l.plot(c, w).height
}

// plot is a chart's body: its height and how it is drawn at a place.
type plot struct {
	height float64
	draw   func(x, y float64)
}

func (l *flow) plot(c document.Chart, w float64) plot {
	switch c.Kind {
	case document.HeatChart:
		return l.heatPlot(c, w)
	case document.LineChart:
		return l.linePlot(c, w)
	case document.ColumnChart:
		return l.columnPlot(c, w)
	}
	return l.barPlot(c, w)
}

func (l *flow) chart(c document.Chart, x, y, w float64) {
	title, unit, h := l.chartHead(c, w)
	defer l.end(l.beginAlt(tagFigure, l.line(strings.TrimSpace(c.Title+". "+c.Unit))))
	at := y
	for _, s := range title {
		l.put(bold, 9.2, l.palette["navy"], x, at+3, s)
		at += 4.2
	}
	for _, s := range unit {
		l.put(text, 7.6, l.palette["grey"], x, at+2.6, s)
		at += 3.5
	}
	if !hasData(c) {
		l.rect(x, y+h-1, w, 16, l.palette["tint"])
		s, _ := l.clean(c.Empty)
		if s == "" {
			s = "–"
		}
		lines := l.clip(italic, 8.2, l.wrap(italic, 8.2, s, w-8), 3, w-8)
		for i, s := range lines {
			l.center(italic, 8.2, l.palette["grey"], x+w/2, y+h+8-float64(len(lines)-1)*1.8+float64(i)*3.8, s)
		}
		return
	}
	l.plot(c, w).draw(x, y+h)
}

// colors are one colour per series: its tone's, or, where a tone comes again, one from a row of quiet colours.
func (l *flow) colors(c document.Chart) []style.RGB {
	quiet := []style.RGB{l.palette["neutral"], l.palette["navy"], l.palette["accent"], l.palette["low"], l.palette["mid"], l.palette["grey"]}
	seen := map[style.RGB]bool{}
	out := make([]style.RGB, len(c.Series))
	for i, s := range c.Series {
		v := l.fill(s.Tone)
		for j := 0; seen[v] && j < len(quiet); j++ {
			v = quiet[j]
		}
		if seen[v] { // more series than colours: shades of the house colour
			v = mix(l.palette["navy"], l.palette["tint"], float64(i%7)/8)
		}
		seen[v] = true
		out[i] = v
	}
	return out
}

// legend are the rows of a chart's legend; a single series needs none.
func (l *flow) legend(c document.Chart, w float64) plot {
	if len(c.Series) < 2 {
		return plot{draw: func(x, y float64) {}}
	}
	colors := l.colors(c)
	type item struct {
		x, y float64
		name string
		c    style.RGB
	}
	var items []item
	x, y := 0.0, 0.0
	for i, s := range c.Series {
		name := l.cut(text, 7.4, l.line(s.Name), w-5)
		iw := 3.8 + l.width(text, 7.4, name)
		if x > 0 && x+iw > w {
			x, y = 0, y+4
		}
		items = append(items, item{x, y, name, colors[i]})
		x += iw + 5
	}
	return plot{y + 5, func(x0, y0 float64) {
		for _, it := range items {
			l.rect(x0+it.x, y0+it.y+1, 2.6, 2.6, it.c)
			l.put(text, 7.4, l.palette["grey"], x0+it.x+3.8, y0+it.y+3.2, it.name)
		}
	}}
}

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
	pitch, thick := 7.0, 5.0
	if n > 12 {
		pitch, thick = 5.4, 3.9
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
