package workpaper

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
)

// Bounds of what a chart can show; past them the table is the place to look, and the chart says so.
const (
	mostCategories = 400
	mostSeries     = 60
	mostMarkedRows = 100_000
)

// axis is the names along one side of a chart, each once, in the order in which rows bring them.
type axis struct {
	names []string
	known map[string]bool
}

func (a *axis) add(name string) {
	if a.known[name] {
		return
	}
	if a.known == nil {
		a.known = map[string]bool{}
	}
	a.known[name], a.names = true, append(a.names, name)
}

// point is a place in a chart: the names of a series and a category.
type point struct{ series, category string }

// chart draws the rows of a metric query the way its file says. ok is false where the query has no chart.
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
	cols := rows.Columns()
	at := func(name string) int {
		return slices.IndexFunc(cols, func(k result.Column) bool { return k.Name == name })
	}
	x, y, by := at(def.Chart.X), at(def.Chart.Y), at(def.Chart.By)
	if x < 0 {
		return ch, false, fmt.Errorf("chart of %s: its rows have no column %q", id, def.Chart.X)
	}
	sums := map[point]float64{}
	account := slices.IndexFunc(cols, func(k result.Column) bool { return k.Name == "account_id" })
	twice := map[string]bool{}
	if ch.Kind == document.BarChart && by < 0 && account >= 0 {
		seen := map[string]bool{}
		for row, err := range rows.All() {
			if err != nil {
				return ch, false, err
			}
			name := c.label(def, cols[x], row[x], true)
			if len(seen) > mostCategories {
				break
			}
			twice[name] = twice[name] || seen[name]
			seen[name] = true
		}
	}
	var categories, series axis
	days := map[string]string{} // the day, as 2026-10-14, that a category is on
	for row, err := range rows.All() {
		if err != nil {
			return ch, false, err
		}
		k := point{category: c.label(def, cols[x], row[x], ch.Kind != document.HeatChart)}
		if ch.Kind == document.BarChart && by < 0 && twice[k.category] { // the same name in two accounts is two bars
			if id, ok := row[account].(string); ok {
				k.category += ", " + c.accountWord(id)
			}
		}
		if t, ok := row[x].(time.Time); ok {
			if cols[x].Kind == result.Instant {
				t = c.local(t)
			}
			days[k.category] = t.Format(time.DateOnly)
		}
		if by >= 0 {
			k.series = c.label(def, cols[by], row[by], true)
			if id, ok := row[by].(string); ok && by == account {
				k.series = c.accountWord(id)
			}
		}
		categories.add(k.category)
		series.add(k.series)
		if len(categories.names) > mostCategories || len(series.names) > mostSeries {
			ch.Empty = c.say("chart.too_much")
			return ch, true, nil
		}
		v, known := 1.0, true
		if y >= 0 {
			v, known = height(row[y])
		}
		if before, ok := sums[k]; known && ok && !math.IsNaN(before) {
			sums[k] = before + v
		} else if known {
			sums[k] = v
		} else if !ok {
			sums[k] = math.NaN()
		}
	}
	names := categories.names
	switch {
	case ch.Kind == document.HeatChart:
		names, series.names = heatAxis(names), c.heatRows(def, series.names)
	case cols[x].Kind == result.Date && len(names) > 0:
		if names = c.everyDay(names, days); len(names) == 0 {
			ch.Empty = c.say("chart.too_much")
			return ch, true, nil
		}
	}
	if ch.Kind == document.BarChart && len(series.names) == 1 {
		only := series.names[0]
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(sums[point{only, b}], sums[point{only, a}]) })
	}
	if i := slices.IndexFunc(def.Columns, func(k query.Column) bool { return k.Name == def.Chart.Y && k.Type == "bytes" }); i >= 0 {
		ch.Unit = joinNonEmpty(ch.Unit, c.inOneUnit(sums))
	}
	c.draw(&ch, names, series.names, sums)
	if ch.Kind == document.HeatChart {
		ch.Unit = joinNonEmpty(ch.Unit, c.say("chart.hours", "zone", zoneName(c.zone.String())))
	}
	if len(ch.Series) == 1 { // where series are stacked a mark would not tell which it means
		for j, name := range names {
			if marks[days[name]] {
				ch.Series[0].Marks = append(ch.Series[0].Marks, j)
			}
		}
		if len(ch.Series[0].Marks) > 0 {
			ch.Unit, ch.Marked = joinNonEmpty(ch.Unit, c.say("chart.marks")), c.say("chart.marked")
		}
	}
	if cols[x].Kind == result.Date {
		ch.Categories = c.dayLabels(names)
	}
	if len(ch.Series) == 0 {
		ch.Empty = c.say("chart.empty")
	}
	return ch, true, nil
}

// inOneUnit turns sums of bytes into the unit of the largest, which it names.
func (c *composer) inOneUnit(sums map[point]float64) string {
	most := 0.0
	for _, v := range sums {
		if !math.IsNaN(v) {
			most = max(most, math.Abs(v))
		}
	}
	unit, of := c.l.BytesUnit(most)
	for k, v := range sums {
		sums[k] = v / of
	}
	return unit
}

// draw fills a chart with its sums. A line breaks off where there is none; a bar has no height there.
func (c *composer) draw(ch *document.Chart, categories, series []string, sums map[point]float64) {
	ch.Categories = categories
	for _, name := range series { // a tone would say that a series is good or bad
		s := document.Series{Name: name, Tone: document.Neutral, Points: make([]float64, len(categories))}
		if name == "" { // one series is named by what it counts
			s.Name = ch.Unit
		}
		for j, category := range categories {
			v, ok := sums[point{name, category}]
			if !ok && ch.Kind == document.LineChart {
				v = math.NaN()
			}
			s.Points[j] = v
		}
		ch.Series = append(ch.Series, s)
	}
}

// height is a value as a chart draws it; false where it is none.
func height(v any) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	case string: // an exact decimal
		f, err := strconv.ParseFloat(n, 64)
		return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
	}
	return 0, false
}

// label is what a chart calls a value: the file's own word, a day as 2026-10-14, else as a cell shows it. The words of a heat map are
// those of its rows.
func (c *composer) label(q *query.Query, col result.Column, v any, words bool) string {
	plain := ""
	if v != nil {
		plain = fmt.Sprint(v)
	}
	if name := q.Chart.Labels[plain]; words && name != "" {
		return c.queryText(q.ID, "chart.labels."+plain, name)
	}
	if t, ok := v.(time.Time); ok && col.Kind == result.Date {
		return t.Format(time.DateOnly)
	}
	if n, ok := v.(int64); ok {
		return fmt.Sprint(n)
	}
	return orNone(word(c.cell(document.Column{Kind: col.Kind, Form: document.FormText}, v)))
}

// dayLabels are days short enough for an axis: month and day as ISO 8601 writes them. The year stands in the report's
// period, unless two of the days would have one label without it. What is not a day stays as it is.
func (c *composer) dayLabels(days []string) []string {
	form := "01-02"
	seen := map[string]bool{}
	for _, day := range days {
		if t, err := time.Parse(time.DateOnly, day); err == nil {
			if seen[t.Format(form)] {
				form = time.DateOnly
				break
			}
			seen[t.Format(form)] = true
		}
	}
	out := make([]string, len(days))
	for i, day := range days {
		out[i] = day
		if t, err := time.Parse(time.DateOnly, day); err == nil {
			out[i] = t.Format(form)
		}
	}
	return out
}

// everyDay is each day of the period, so that a day without any event is seen as one, with the days that rows have
// before and after it, and last what is not a day. It is empty where the period has more days than a chart can show. days
// is filled in.
func (c *composer) everyDay(categories []string, days map[string]string) []string {
	var period, before, after, other []string
	from, last := c.local(c.s.Period.From), c.local(c.s.Period.To.Add(-1)).Format(time.DateOnly)
	for t := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC); t.Format(time.DateOnly) <= last; t = t.AddDate(0, 0, 1) {
		if len(period) == mostCategories {
			return nil
		}
		day := t.Format(time.DateOnly)
		days[day] = day
		period = append(period, day)
	}
	for _, name := range categories {
		switch {
		case days[name] == "":
			other = append(other, name)
		case name > last:
			after = append(after, name)
		case len(period) > 0 && name < period[0]:
			before = append(before, name)
		}
	}
	slices.Sort(before)
	slices.Sort(after)
	return slices.Concat(before, period, after, other)
}

// heatAxis completes an hour axis, so that an hour without any event is seen as one.
func heatAxis(categories []string) []string {
	for _, x := range categories {
		if n, ok := wholeNumber(x); !ok || n > 23 {
			return categories
		}
	}
	if len(categories) == 0 {
		return nil
	}
	var hours []string
	for h := range 24 {
		hours = append(hours, fmt.Sprint(h))
	}
	return hours
}

// heatRows are the rows that the query's file names, in its order, then those that it does not name.
func (c *composer) heatRows(q *query.Query, series []string) []string {
	if len(series) == 0 {
		return nil
	}
	keys := slices.SortedFunc(maps.Keys(q.Chart.Labels), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) // numbers in their order
	})
	var all axis
	for _, k := range keys {
		all.add(c.queryText(q.ID, "chart.labels."+k, q.Chart.Labels[k]))
	}
	for _, name := range series {
		all.add(name)
	}
	return all.names
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
	return strings.Join(kept, "; ")
}
