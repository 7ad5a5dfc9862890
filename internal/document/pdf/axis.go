package pdf

import "math"

// axis is a value axis with round steps.
type axis struct {
	low, high float64
	ticks     []float64
	labels    []string
	width     float64 // of the widest label
}

func (a axis) span() float64 { return a.high - a.low }

// niceStep is 1, 2 or 5 times a power of ten, so that span takes at most n steps. Steps below one are not used for counts that are whole.
func niceStep(span float64, n int) float64 {
	raw := span / float64(n)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, f := range []float64{1, 2, 5} {
		if f*power >= raw*(1-1e-9) {
			return f * power
		}
	}
	return 10 * power
}

// axis covers low to high with two to four steps.
func (l *flow) axis(low, high float64) axis {
	if !(high > low) {
		high = low + 1
	}
	span := high - low
	step := niceStep(span, 3)
	if span >= 1 && step < 1 {
		step = 1
	}
	from, to := math.Floor(low/step+1e-9), math.Ceil(high/step-1e-9)
	a := axis{low: from * step, high: to * step}
	for i := from; i <= to && len(a.ticks) < 12; i++ {
		v := i * step
		if r := math.Round(v*1e6) / 1e6; math.Abs(v) < 1e9 && math.Abs(step) > 1e-4 {
			v = r // no 0.30000000000000004
		}
		a.ticks = append(a.ticks, v)
		s := l.number(v)
		a.labels = append(a.labels, s)
		a.width = max(a.width, l.width(text, 7.2, s))
	}
	return a
}

// grid draws the lines of an axis and their labels left of x.
func (l *flow) grid(a axis, x, y, w, h float64) {
	for i, v := range a.ticks {
		at := y + h - (v-a.low)/a.span()*h
		l.rule(x, at, x+w, 0.12, l.palette["rule"])
		l.right(text, 7.2, l.palette["grey"], x-1.5, at+0.9, a.labels[i])
	}
}

// categories are the labels under n places, each step wide, in w altogether. Where they would run into each other only every second,
// third … is set; on a line the labels stand at the points, else in the middle of the columns.
func (l *flow) categories(names []string, n int, step, w float64, points bool) plot {
	const size, lead = 7.2, 3.1
	all := make([]string, n)
	widest := 0.0
	for i := range all {
		if i < len(names) {
			all[i] = l.line(names[i])
		}
		widest = max(widest, l.width(text, size, all[i]))
	}
	lines := make([][]string, n)
	every, deep := 1, 1
	switch {
	case widest+1.5 <= step || n == 1:
		for i, s := range all {
			lines[i] = []string{l.cut(text, size, s, w)}
		}
	case step >= 11 && !points: // few and long: on up to three lines
		for i, s := range all {
			lines[i] = l.clip(text, size, l.wrap(text, size, s, step-1), 3, step-1)
			deep = max(deep, len(lines[i]))
		}
	default:
		limit := min(widest, max(w/3, 8))
		for float64(every)*step < limit+1.5 && every < n {
			every++
		}
		for i := 0; i < n; i += every {
			lines[i] = []string{l.cut(text, size, all[i], limit)}
		}
	}
	return plot{float64(deep)*lead + 2, func(x, y float64) {
		end := x - 2
		for i, ls := range lines {
			cx := x + (float64(i)+0.5)*step
			switch {
			case n == 1:
				cx = x + w/2
			case points:
				cx = x + 1.5 + float64(i)*step
			}
			widest := 0.0
			for _, s := range ls {
				widest = max(widest, l.width(text, size, s))
			}
			cx = min(max(cx, x+widest/2), x+w-widest/2)
			if widest == 0 || cx-widest/2 < end+1 {
				continue // it would stand in the one before it
			}
			end = cx + widest/2
			for j, s := range ls {
				l.center(text, size, l.palette["grey"], cx, y+3.6+float64(j)*lead, s)
			}
		}
	}}
}
