package workpaper

import (
	"slices"

	"trailscribe/internal/document"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// summary is the period at a glance: the conclusion, what happened by day and in order, who is behind it. Without findings it holds the
// charts instead.
func (c *composer) summary() ([]document.Block, error) {
	n := c.counts()
	t, err := c.tell()
	if err != nil {
		return nil, err
	}
	lead := c.lead(n)
	if t.single > t.distinct && !t.cut {
		lead += " " + c.say("summary.lead_distinct", "n", t.distinct, "rows", t.single)
	}
	blocks := []document.Block{document.Paragraph{Style: document.Lead, Text: lead}}
	if len(c.found) > 0 {
		blocks = append(append(blocks, c.progress()), c.glance(t)...)
	} else {
		if n.tests > 0 {
			if chart, ok := c.familyChart(); ok {
				blocks = append(blocks, chart)
			}
		}
		charts, err := c.summaryCharts(true)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, charts...)
	}
	if points := c.unanswered(); len(points.Points) > 0 {
		blocks = append(blocks, points)
	}
	return blocks, nil
}

// summaryCharts are the charts that the report's file names for its summary.
func (c *composer) summaryCharts(half bool) (blocks []document.Block, err error) {
	marks, err := c.exceptionDays()
	if err != nil {
		return nil, err
	}
	for _, id := range c.onSummary() {
		chart, ok, err := c.chart(id, marks)
		if err != nil {
			return nil, err
		}
		if ok {
			chart.Half = half && chart.Kind != document.HeatChart
			blocks = append(blocks, chart)
		}
	}
	return blocks, nil
}

// onSummary are the metrics charted on the summary page: one next to the families and one heat map, since the summary is one page.
// The others are charted among the figures.
func (c *composer) onSummary() []string {
	var beside, heat string
	for _, id := range c.s.Summary {
		def := c.queries[id]
		switch {
		case def == nil || def.Chart == nil:
		case def.Chart.Type == string(document.HeatChart):
			if heat == "" {
				heat = id
			}
		case beside == "":
			beside = id
		}
	}
	return slices.DeleteFunc([]string{beside, heat}, func(id string) bool { return id == "" })
}

// lead is the conclusion: what was tested, what was found, what could not be answered.
func (c *composer) lead(n counts) string {
	if n.tests == 0 && n.elsewhere > 0 {
		text := c.say("summary.lead_not_applicable_all", "n", n.elsewhere)
		if c.s.Incomplete() {
			text += " " + c.say("summary.lead_incomplete")
		}
		return text
	}
	if n.tests == 0 {
		text := c.say("summary.lead_figures_none")
		if shown := int64(len(c.s.Queries)) - n.figures; shown > 0 || n.figures == 0 {
			text = c.say("summary.lead_figures", "n", shown, "events", c.observed(c.s.Inputs.Events))
		}
		if n.figures > 0 {
			text += " " + c.say("summary.lead_figures_unanswered", "n", n.figures)
		}
		return text
	}
	text := c.say("summary.lead_clear", "n", n.tests, "clear", n.clear, "tests", n.tests)
	unanswered := n.unanswered
	switch {
	case n.exceptions > 0:
		args := []any{"n", n.exceptions, "exceptions", n.exceptions, "tests", n.tests, "open", n.open, "review",
			c.say("summary.lead_review", "n", n.open)}
		if n.exceptions == n.tests {
			text = c.say("summary.lead_exceptions_all", args...)
		} else {
			text = c.say("summary.lead_exceptions", args...)
		}
		if urgent := c.urgent(n); urgent != "" {
			text += " " + urgent
		}
	case n.waived == n.tests:
		text = c.say("summary.lead_waived_all", "n", n.waived, "tests", n.tests)
	case n.waived > 0:
		text = c.say("summary.lead_waived_some", "n", n.waived, "waived", n.waived, "clear", n.clear, "tests", n.tests)
		if n.clear > 0 {
			text += " " + c.say("summary.lead_rest_clear", "n", n.clear)
		}
	case n.clear == 0:
		text, unanswered = c.say("summary.lead_none", "n", n.tests), 0 // said already
	case n.clear < n.tests:
		text = c.say("summary.lead_clear_answered", "n", n.clear, "clear", n.clear, "tests", n.tests)
	}
	if unanswered > 0 {
		text += " " + c.say("summary.lead_unanswered", "n", unanswered)
	}
	if n.elsewhere > 0 {
		text += " " + c.say("summary.lead_not_applicable", "n", n.elsewhere)
	}
	if n.figures > 0 {
		text += " " + c.say("summary.lead_figures_unanswered", "n", n.figures)
	}
	if c.s.Incomplete() {
		text += " " + c.say("summary.lead_incomplete")
	}
	return text
}

// urgent says how many findings are of the worst severity, where that is critical or high.
func (c *composer) urgent(n counts) string {
	critical, high := n.bySeverity[query.Critical], n.bySeverity[query.High]
	switch {
	case critical > 0 && critical == n.exceptions:
		return c.say("summary.lead_critical_all", "n", critical)
	case critical > 0:
		return c.say("summary.lead_critical", "n", critical)
	case high > 0 && high == n.exceptions:
		return c.say("summary.lead_high_all", "n", high)
	case high > 0:
		return c.say("summary.lead_high", "n", high)
	}
	return ""
}

// familyChart counts controls by family where the report has a framework, else tests by section.
func (c *composer) familyChart() (document.Chart, bool) {
	type bar struct{ good, bad, other float64 }
	var names []string
	bars := map[string]*bar{}
	at := func(name string) *bar {
		if bars[name] == nil {
			bars[name] = &bar{}
			names = append(names, name)
		}
		return bars[name]
	}
	ch := document.Chart{Kind: document.BarChart, Half: true}
	if len(c.s.Controls) > 0 {
		ch.Title, ch.Unit = c.say("chart.family"), c.say("chart.family_unit")
		for _, k := range c.s.Controls {
			switch k.State {
			case run.ControlMet, run.ControlWaived, run.ControlShown:
				at(c.family(k)).good++
			case run.ControlExceptions:
				at(c.family(k)).bad++
			// counted in the control matrix; a log says nothing of it
			case run.ControlNotCovered, run.ControlNotApplicable, run.ControlFollowUp, run.ControlNoEvents:
			default:
				at(c.family(k)).other++
			}
		}
	} else {
		ch.Title, ch.Unit = c.say("chart.section"), c.say("chart.section_unit")
		for i, sec := range c.s.Sections {
			for _, id := range sec.Queries {
				q := c.s.Query(id)
				if q == nil || q.Kind != query.KindException || q.Verdict.Outcome == finding.NotApplicable {
					continue
				}
				b := at(c.sectionTitle(i))
				switch q.Verdict.Outcome {
				case finding.Clear, finding.Waived:
					b.good++
				case finding.Exceptions:
					b.bad++
				default:
					b.other++
				}
			}
		}
	}
	if len(names) == 0 {
		return ch, false
	}
	good := document.Series{Name: c.say("chart.good"), Tone: document.Good}
	bad := document.Series{Name: c.say("chart.bad"), Tone: document.Critical}
	other := document.Series{Name: c.say("chart.unanswered"), Tone: document.Muted}
	var any bool
	for _, name := range names {
		b := bars[name]
		good.Points = append(good.Points, b.good)
		bad.Points = append(bad.Points, b.bad)
		other.Points = append(other.Points, b.other)
		any = any || b.other > 0
	}
	ch.Categories = names
	ch.Series = []document.Series{good, bad}
	if any {
		ch.Series = append(ch.Series, other)
	}
	return ch, true
}

// unanswered are the questions that could not be evaluated, with their reasons; those of page one are not said again.
func (c *composer) unanswered() document.Points {
	const most = 8
	p := document.Points{Title: c.say("summary.unanswered")}
	var more int64
	for _, q := range c.s.Queries {
		switch {
		case q.Verdict.Outcome != finding.NotEvaluated:
		case len(p.Points) < most:
			p.Points = append(p.Points, document.Point{Pill: c.outcomePill(q.Verdict.Outcome), Text: c.queryName(q.ID) + ": " + c.reason(&q),
				Links: refLinks(c.refs[q.ID])})
		default:
			more++
		}
	}
	if more > 0 { // each has a notice of its own
		p.Points = append(p.Points, c.moreNotices(more))
	}
	return p
}
