package workpaper

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
)

var glanceSeverities = []query.Severity{query.Critical, query.High, query.Medium, query.Low, query.Info}

// glance is what the rows of all findings say together: by day, in order of time, by actor, by address.
func (c *composer) glance(s *story) []document.Block {
	var blocks []document.Block
	if chart, ok := c.dayDots(s); ok {
		blocks = append(blocks, chart)
	}
	if lines := c.timeline(s); len(lines.Lines) > 0 {
		blocks = append(blocks, lines)
	}
	if t, ok := c.who(s); ok {
		blocks = append(blocks, document.Heading{Level: 2, Text: t.Title}, t)
	}
	if t, ok := c.shared(s); ok {
		blocks = append(blocks, document.Heading{Level: 2, Text: t.Title}, t)
	}
	if s.cut {
		blocks = append(blocks, document.Paragraph{Style: document.Note, Text: c.say("glance.cut")})
	}
	return blocks
}

// dayDots are the exceptions of each day of the period, a row for each severity.
func (c *composer) dayDots(s *story) (document.Chart, bool) {
	known := map[string]string{}
	days := c.everyDay(nil, known)
	if len(days) == 0 || len(days) > 100 || len(s.days) == 0 {
		return document.Chart{}, false
	}
	ch := document.Chart{Kind: document.DotChart, Title: c.say("glance.days")}
	ch.Unit = c.say("glance.days_unit", "zone", zoneName(c.zone.String()))
	for _, day := range days {
		t, _ := time.Parse(time.DateOnly, day)
		label := t.Format("2")
		if len(days) > 35 {
			label = t.Format("01-02")
		}
		ch.Categories = append(ch.Categories, label)
	}
	for _, severity := range glanceSeverities {
		row := s.days[severity]
		if row == nil {
			continue
		}
		x := document.Series{Name: c.say("severity." + severity.String()), Tone: severityTone(severity), Points: make([]float64, len(days))}
		for i, day := range days {
			x.Points[i] = float64(row[day])
		}
		ch.Series = append(ch.Series, x)
	}
	return ch, true
}

// timeline is every event of critical and high findings, in order of time, then the findings of these severities that no event of it names:
// those without a time or past the most lines. So all of them are named.
func (c *composer) timeline(s *story) document.Lines {
	out := document.Lines{Title: c.say("glance.timeline", "zone", zoneName(c.zone.String())), Two: true, More: c.say("worst.more", "n", "{n}")}
	dated := slices.DeleteFunc(slices.Clone(s.events), func(x sighting) bool { return x.when.IsZero() })
	one := len(dated) > 0 && dated[0].when.Format(time.DateOnly) == dated[len(dated)-1].when.Format(time.DateOnly)
	if one {
		out.Title = c.say("glance.timeline_day", "day", c.l.DayMonth(dated[0].when), "zone", zoneName(c.zone.String()))
	}
	named := map[string]bool{}
	add := func(severity query.Severity, refs []string, when, text string) {
		for _, ref := range refs {
			named[ref] = true
		}
		pill := document.Pill{Text: c.say("severity." + severity.String()), Tone: severityTone(severity)}
		out.Lines = append(out.Lines, document.Line{Pill: pill, Refs: refs, When: when, Text: text})
	}
	for _, x := range dated[:min(len(dated), mostLines)] {
		when := c.moment(x.when)
		if one {
			when = x.when.Format("15:04")
		}
		add(x.severity, x.refs, when, x.text)
	}
	if more := len(dated) - mostLines; more > 0 {
		out.Lines = append(out.Lines, document.Line{Text: c.say("glance.more_events", "n", int64(more))})
	}
	for _, q := range c.found {
		if ref := c.refs[q.ID]; severity(q) >= query.High && !named[ref] {
			text := s.first[q.ID].text
			if text == "" {
				text = c.headline(q)
			}
			add(severity(q), []string{ref}, "", text)
		}
	}
	return out
}

// worse orders traces by how many rows of the worst severities they have, then by name.
func worse(a, b *trace) int {
	for _, s := range glanceSeverities {
		if n := cmp.Compare(b.severities[s], a.severities[s]); n != 0 {
			return n
		}
	}
	return strings.Compare(a.name, b.name)
}

// who is a table of actors with their exceptions by severity.
func (c *composer) who(s *story) (document.Table, bool) {
	all := slices.SortedFunc(maps.Values(s.actors), worse)
	if len(all) == 0 {
		return document.Table{}, false
	}
	cols := []document.Column{column("actor", c.say("column.actor"), result.Text, document.FormActor)}
	var severities []query.Severity
	for _, severity := range glanceSeverities {
		if slices.ContainsFunc(all, func(t *trace) bool { return t.severities[severity] > 0 }) {
			k := column(severity.String(), c.say("severity."+severity.String()), result.Int, document.FormNumber)
			k.Tint = severityTone(severity)
			severities, cols = append(severities, severity), append(cols, k)
		}
	}
	cols = append(cols, column("findings", c.say("column.findings"), result.Int, document.FormNumber),
		column("seen", c.say("column.seen", "zone", zoneName(c.zone.String())), result.Text, document.FormText))
	var rows []result.Row
	for i, t := range all {
		if i == mostActors {
			break
		}
		row := result.Row{t.name}
		for _, severity := range severities {
			if n := t.severities[severity]; n > 0 {
				row = append(row, n)
			} else {
				row = append(row, nil)
			}
		}
		rows = append(rows, append(row, int64(len(t.refs)), c.seen(t)))
	}
	table := c.table(c.say("glance.who"), cols, rows)
	if more := len(all) - mostActors; more > 0 {
		table.Note = c.say("glance.who_more", "n", int64(more))
	}
	return table, true
}

// seen is how many addresses an actor came from, and when.
func (c *composer) seen(t *trace) any {
	var parts []string
	if n := int64(len(t.others)); n > 0 {
		parts = append(parts, c.say("glance.from", "n", n))
	}
	switch {
	case t.first.IsZero():
	case t.first.Format(time.DateOnly) == t.last.Format(time.DateOnly):
		text := c.moment(t.first)
		if end := t.last.Format("15:04"); end != t.first.Format("15:04") {
			text += "–" + end
		}
		parts = append(parts, text)
	default:
		parts = append(parts, c.moment(t.first)+" – "+c.moment(t.last))
	}
	if len(parts) == 0 {
		return nil
	}
	return strings.Join(parts, ", ")
}

// shared are the addresses that stand in more than one finding.
func (c *composer) shared(s *story) (document.Table, bool) {
	var all []*trace
	for _, t := range s.addresses {
		if len(t.refs) > 1 {
			all = append(all, t)
		}
	}
	if len(all) == 0 {
		return document.Table{}, false
	}
	slices.SortFunc(all, func(a, b *trace) int { return cmp.Or(len(b.refs)-len(a.refs), worse(a, b)) })
	cols := []document.Column{
		column("address", c.say("column.address"), result.Text, document.FormIP),
		column("findings", c.say("column.findings"), result.Int, document.FormNumber),
		column("refs", c.say("column.refs"), result.Text, document.FormText),
		column("actors", c.say("column.actors"), result.Text, document.FormText),
	}
	cols[2].To = "{value}"
	var rows []result.Row
	for i, t := range all {
		if i == mostAddresses {
			break
		}
		refs := strings.Join(slices.Sorted(maps.Keys(t.refs)), ", ")
		rows = append(rows, result.Row{t.name, int64(len(t.refs)), refs, few(slices.Sorted(maps.Keys(t.others)), 4)})
	}
	table := c.table(c.say("glance.shared"), cols, rows)
	if more := len(all) - mostAddresses; more > 0 {
		table.Note = c.say("glance.shared_more", "n", int64(more))
	}
	return table, true
}

// few is the first of a list, and an ellipsis where there are more.
func few(list []string, n int) string {
	if len(list) > n {
		list = append(slices.Clone(list[:n]), "…")
	}
	return strings.Join(list, ", ")
}
