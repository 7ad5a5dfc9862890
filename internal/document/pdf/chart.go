package pdf

import (
	"math"
	"strconv"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
	"trailscribe/internal/style"
)

// chartParts says how many categories (bars) or rows (heat) are drawn in one piece; longer charts go on below.
const chartParts = 36

// charts sets one chart, or two of half the width side by side.
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

// hasData reports whether there is any point to draw.
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
	case document.DotChart:
		return l.dotPlot(c, w)
	}
	return l.barPlot(c, w)
}

func (l *flow) chart(c document.Chart, x, y, w float64) {
	title, unit, h := l.chartHead(c, w)
	defer l.end(l.beginAlt(tagFigure, l.line(c.Described(l.number))))
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

// colors are one colour per series: its tone's, or, where it has none among others or has that of another, a shade of the heat scale.
func (l *flow) colors(c document.Chart) []style.RGB {
	quiet := style.Series(l.ramp)
	seen := map[style.RGB]bool{}
	out := make([]style.RGB, len(c.Series))
	for i, s := range c.Series {
		v := l.fill(s.Tone)
		if neutral := s.Tone == document.Neutral || s.Tone == ""; neutral && len(c.Series) > 1 {
			v = quiet[0]
		}
		for j := 0; seen[v] && j < len(quiet); j++ {
			v = quiet[j]
		}
		if seen[v] { // more series than colours: shades of the house colour
			v = style.Mix(l.palette["navy"], l.palette["tint"], float64(i%7)/8)
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
