package workpaper

import (
	"fmt"
	"math"
	"slices"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
)

// Bounds of what a chart can show; past them the table is the place to look.
const (
	mostCategories = 400
	mostMarkedRows = 100_000
)

// chart draws the rows of a metric query the way its file says. ok is false where the query has no chart or no rows to draw.
func (c *composer) chart(id string, marks map[string]bool) (document.Chart, bool, error) {
	q, def := c.s.Query(id), c.queries[id]
	if q == nil || def == nil || def.Chart == nil {
		return document.Chart{}, false, nil
	}
	ch := document.Chart{Kind: document.ChartKind(def.Chart.Type), Title: c.title(q), Unit: c.queryText(id, "chart.unit", def.Chart.Unit)}
	if q.Verdict.Outcome != finding.Shown {
		ch.Empty = c.outcomePill(q.Verdict.Outcome).Text + ": " + c.reason(q)
		return ch, true, nil
	}
	rows, err := c.s.Rows(id)
	if err != nil {
		return ch, false, err
	}
	at := func(name string) int {
		return slices.IndexFunc(rows.Columns(), func(k result.Column) bool { return k.Name == name })
	}
	x, y, by := at(def.Chart.X), at(def.Chart.Y), at(def.Chart.By)
	if x < 0 {
		return ch, false, fmt.Errorf("chart of %s: its rows have no column %q", id, def.Chart.X)
	}
	type key struct{ series, category string }
	sums := map[key]float64{}
	var categories, series []string
	days := map[string]string{}
	for row, err := range rows.All() {
		if err != nil {
			return ch, false, err
		}
		k := key{category: c.label(def, rows.Columns()[x], row[x], ch.Kind != document.HeatChart)}
		if t, ok := row[x].(time.Time); ok {
			days[k.category] = t.Format(time.DateOnly)
		}
		if by >= 0 {
			k.series = c.label(def, rows.Columns()[by], row[by], true)
		}
		v := 1.0
		if y >= 0 {
			switch n := row[y].(type) {
			case int64:
				v = float64(n)
			case float64:
				v = n
			default:
				v = math.NaN()
			}
		}
		if !slices.Contains(categories, k.category) {
			if len(categories) == mostCategories {
				return ch, false, nil
			}
			categories = append(categories, k.category)
		}
		if !slices.Contains(series, k.series) {
			series = append(series, k.series)
		}
		sums[k] += v
	}
	switch {
	case ch.Kind == document.HeatChart:
		categories, series = c.heatAxes(def, categories, series)
	case rows.Columns()[x].Kind == result.Date && len(categories) > 0:
		categories = c.everyDay(days)
	}
	ch.Categories = categories
	tones := []document.Tone{document.Neutral, document.Accent, document.Info, document.Low, document.Medium, document.High}
	for i, name := range series {
		if name == "" { // one series is named by what it counts
			name = ch.Unit
		}
		s := document.Series{Name: name, Tone: tones[i%len(tones)], Points: make([]float64, len(categories))}
		for j, cat := range categories {
			v, ok := sums[key{series[i], cat}]
			if !ok && ch.Kind == document.LineChart {
				v = math.NaN()
			}
			s.Points[j] = v
			if i == 0 && len(series) == 1 && marks[days[cat]] {
				s.Marks = append(s.Marks, j)
			}
		}
		if len(s.Marks) > 0 {
			ch.Unit, ch.Marked = joinNonEmpty(ch.Unit, c.say("chart.marks")), c.say("chart.marked")
		}
		ch.Series = append(ch.Series, s)
	}
	if len(ch.Series) == 0 {
		ch.Empty = c.say("chart.empty")
	}
	return ch, true, nil
}

// label is what a chart calls a value: the file's own word, else as a cell shows it. The words of a heat map are those of its rows.
func (c *composer) label(q *query.Query, col result.Column, v any, words bool) string {
	plain := ""
	if v != nil {
		plain = fmt.Sprint(v)
	}
	if name := q.Chart.Labels[plain]; words && name != "" {
		return c.queryText(q.ID, "chart.labels."+plain, name)
	}
	if t, ok := v.(time.Time); ok && col.Kind == result.Date {
		return c.dayLabel(t)
	}
	if n, ok := v.(int64); ok {
		return fmt.Sprint(n)
	}
	return c.cell(document.Column{Kind: col.Kind, Form: document.FormText}, v)
}

// dayLabel is a day short enough for an axis: month and day as ISO 8601 writes them. The year stands in the report's period, unless that is longer than one.
func (c *composer) dayLabel(t time.Time) string {
	if c.s.Period.To.Sub(c.s.Period.From) > 365*24*time.Hour {
		return c.l.Day(t)
	}
	return t.Format("01-02")
}

// everyDay is each day of the period, so that a day without any event is seen as one; days is filled in.
func (c *composer) everyDay(days map[string]string) []string {
	var all []string
	for t := c.local(c.s.Period.From); t.Before(c.s.Period.To) && len(all) < mostCategories; t = t.AddDate(0, 0, 1) {
		day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
		label := c.dayLabel(day)
		days[label] = day.Format(time.DateOnly)
		all = append(all, label)
	}
	return all
}

// heatAxes completes an hour axis, so that an hour without any event is seen as one.
func (c *composer) heatAxes(q *query.Query, categories, series []string) ([]string, []string) {
	hours := true
	for _, x := range categories {
		n, ok := wholeNumber(x)
		hours = hours && ok && n < 24
	}
	if hours && len(categories) > 0 {
		categories = nil
		for h := range 24 {
			categories = append(categories, fmt.Sprint(h))
		}
	}
	if len(q.Chart.Labels) > 0 {
		var all []string
		keys := make([]string, 0, len(q.Chart.Labels))
		for k := range q.Chart.Labels {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, func(a, b string) int {
			if len(a) != len(b) {
				return len(a) - len(b)
			}
			if a < b {
				return -1
			}
			return 1
		})
		for _, k := range keys {
			all = append(all, c.queryText(q.ID, "chart.labels."+k, q.Chart.Labels[k]))
		}
		if len(all) >= len(series) {
			series = all
		}
	}
	return categories, series
}

// exceptionDays are the days, as 2026-10-14 in the report's zone, on which critical or high exceptions happened.
func (c *composer) exceptionDays() (map[string]bool, error) {
	days := map[string]bool{}
	for _, q := range c.found {
		if severity(q) < query.High || q.Verdict.Outcome != finding.Exceptions || q.Rows > mostMarkedRows {
			continue
		}
		rows, err := c.s.Rows(q.ID)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(rows.Columns(), func(k result.Column) bool { return k.Kind == result.Instant || k.Kind == result.Local })
		if i < 0 {
			continue
		}
		for row, err := range rows.All() {
			if err != nil {
				return nil, err
			}
			if t, ok := row[i].(time.Time); ok {
				if rows.Columns()[i].Kind == result.Instant {
					t = c.local(t)
				}
				days[t.Format(time.DateOnly)] = true
			}
		}
	}
	return days, nil
}

func joinNonEmpty(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return join(kept, "; ")
}
