package xlsx

import (
	"fmt"
	"math"
	"strconv"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
)

// chartRows is how many rows of the page a native chart covers, and how high they are in points.
const (
	chartRows   = 13
	chartRowPts = 18.0
)

func (g *page) chartTitle(c document.Chart, from, to int) {
	b := g.b
	g.height(17)
	g.put(from, to, c.Title, b.style("chart-title", func() *excelize.Style {
		return &excelize.Style{Font: b.font(10.5, true, b.color("navy")), Alignment: &excelize.Alignment{Vertical: "bottom"}}
	}))
	g.row++
	g.height(13)
	g.put(from, to, c.Unit, b.style("chart-unit", func() *excelize.Style {
		return &excelize.Style{Font: b.font(8, false, b.color("grey")), Alignment: &excelize.Alignment{Vertical: "top"}}
	}))
	g.row++
}

// chart is one chart over the whole width, charts two side by side.
func (g *page) chart(c document.Chart) {
	if c.Kind == document.HeatChart {
		g.heat(c)
		return
	}
	g.side(c, 2, max(g.take(pageWidth), 3))
	g.room()
}

func (g *page) charts(a, b document.Chart) {
	half := g.columns(2)
	g.side(a, half[0][0], half[0][1])
	g.side(b, half[1][0], half[1][1])
	g.room()
}

// side puts a chart at the cursor without moving it.
func (g *page) side(c document.Chart, from, to int) {
	row := g.row
	g.chartTitle(c, from, to)
	if c.Empty != "" || len(c.Series) == 0 || len(c.Categories) == 0 {
		g.put(from, to, c.Empty, g.b.style("chart-empty", func() *excelize.Style {
			return &excelize.Style{Font: g.b.font(9, false, g.b.color("grey")), Alignment: &excelize.Alignment{Horizontal: "center",
				Vertical: "center", WrapText: true}}
		}))
	} else {
		g.native(c, from, to)
	}
	g.row = row
}

func (g *page) room() {
	g.row += 2
	for range chartRows {
		g.height(chartRowPts)
		g.next()
	}
	g.gap(8)
}

// native writes the numbers right of the page and a chart of the format's own over them, so that a reader can restyle and check it.
func (g *page) native(c document.Chart, from, to int) {
	b := g.b
	alt := altText(c)
	grey := b.style("chart-data", func() *excelize.Style { return &excelize.Style{Font: b.font(8, false, b.dim())} })
	series := marked(c)
	first := g.data
	top := int64(2)
	if c.Kind == document.BarChart { // a bar chart draws its first category at the bottom
		c.Categories = reversed(c.Categories)
		for i := range series {
			series[i].Points = reversed(series[i].Points)
		}
	}
	b.say(g.name, address(first, top), c.Title)
	for i, name := range c.Categories {
		b.say(g.name, address(first, top+1+int64(i)), name)
	}
	for i, s := range series {
		b.say(g.name, address(first+1+i, top), s.Name)
		for j, v := range s.Points {
			if !math.IsNaN(v) {
				b.try(b.f.SetCellFloat(g.name, address(first+1+i, top+1+int64(j)), v, -1, 64))
			}
		}
	}
	end := top + int64(len(c.Categories))
	b.try(b.f.SetCellStyle(g.name, address(first, top), address(first+len(series), end), grey))
	g.data = first + len(series) + 2

	ref := func(col int, a, z int64) string {
		return fmt.Sprintf("%s!$%s$%d:$%s$%d", quote(g.name), column(col), a, column(col), z)
	}
	axis := excelize.Font{Family: b.face(), Size: 8, Color: b.color("grey")}
	chart := &excelize.Chart{
		Type: excelize.ColStacked, GapWidth: ptr(uint(45)), Overlap: ptr(100), Border: excelize.LineOptions{Type: excelize.LineNone},
		Legend:    excelize.ChartLegend{Position: "none"},
		XAxis:     excelize.ChartAxis{Font: axis},
		YAxis:     excelize.ChartAxis{Font: axis, MajorGridLines: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: "#,##0"}},
		Dimension: excelize.ChartDimension{Width: uint(g.pixels(from, to)) - 8, Height: uint(chartRows*chartRowPts*96/72) - 6},
		Format:    excelize.GraphicOptions{OffsetX: 2, OffsetY: 2, Positioning: "oneCell", AltText: alt},
	}
	if len(series) > 1 {
		chart.Legend = excelize.ChartLegend{Position: "bottom", Font: &axis}
	}
	switch c.Kind {
	case document.BarChart:
		chart.Type = excelize.BarStacked
		chart.YAxis.MajorGridLines = false
		chart.YAxis.MajorUnit = wholeUnit(series)
	case document.LineChart:
		chart.Type, chart.GapWidth, chart.Overlap = excelize.Line, nil, nil
	default:
		if n := len(c.Categories); n > 12 {
			chart.XAxis.TickLabelSkip = max(n/31, 1)
			chart.XAxis.Alignment = excelize.Alignment{TextRotation: -90}
		}
		chart.YAxis.MajorUnit = wholeUnit(series)
	}
	for i, color := range b.series(series) {
		x := excelize.ChartSeries{Name: fmt.Sprintf("%s!$%s$%d", quote(g.name), column(first+1+i), top), Categories: ref(first, top+1, end),
			Values: ref(first+1+i, top+1, end), Fill: fill(color)}
		if c.Kind == document.LineChart {
			x.Line = excelize.LineOptions{Fill: fill(color), Width: 1.75}
			x.Marker = excelize.ChartMarker{Symbol: "none"}
		}
		chart.Series = append(chart.Series, x)
	}
	b.try(b.f.AddChart(g.name, address(from, g.row), chart))
}

// altText describes a chart within what the format holds.
func altText(c document.Chart) string {
	said := []rune(clean(c.Described(func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) })))
	if most := excelize.MaxGraphicAltTextLength / 2; len(said) > most { // a rune may take two of the format's characters
		said = append(said[:most-1], '…')
	}
	return string(said)
}

// marked splits a series with signalled points into the plain and the signalled ones, since a native chart colours by series.
func marked(c document.Chart) []document.Series {
	var out []document.Series
	for _, s := range c.Series {
		s.Points = append([]float64(nil), s.Points...)
		if len(s.Marks) == 0 || c.Kind == document.LineChart {
			out = append(out, s)
			continue
		}
		name := c.Marked
		if name == "" {
			name = s.Name + " !"
		}
		signal := document.Series{Name: name, Tone: document.Critical, Points: make([]float64, len(s.Points))}
		for _, i := range s.Marks {
			if i >= 0 && i < len(s.Points) {
				signal.Points[i], s.Points[i] = s.Points[i], 0
			}
		}
		out = append(out, s, signal)
	}
	return out
}

// wholeUnit keeps an axis of counts from having fractions between its lines.
func wholeUnit(series []document.Series) float64 {
	var highest float64
	sums := map[int]float64{}
	for _, s := range series {
		for i, v := range s.Points {
			if !math.IsNaN(v) {
				sums[i] += v
				highest = max(highest, sums[i])
			}
		}
	}
	if highest <= 4 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(highest/4)))
	for _, k := range []float64{1, 2, 5, 10} {
		if highest/(unit*k) <= 5 {
			return max(unit*k, 1)
		}
	}
	return 0
}

func reversed[T any](in []T) []T {
	out := make([]T, len(in))
	for i, v := range in {
		out[len(in)-1-i] = v
	}
	return out
}

// pixels is the width of columns on a screen of 96 dots per inch: seven a character, five of padding.
func (g *page) pixels(from, to int) float64 {
	sum := 0.0
	for i := from; i <= to; i++ {
		sum += math.Floor(g.widths[i-2]*7 + 5)
	}
	return sum
}
