package workpaper

import (
	"fmt"
	"slices"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// number gives each query its reference. Findings come worst first, since a reader may stop after the first page of them;
// tests without exceptions, evidence and figures keep the report's order.
func (c *composer) number() {
	c.refs = map[string]string{}
	for i := range c.s.Queries {
		q := &c.s.Queries[i]
		if hasExceptions(q) {
			c.found = append(c.found, q)
		}
	}
	slices.SortStableFunc(c.found, func(a, b *run.Query) int { return int(severity(b)) - int(severity(a)) })
	for i, q := range c.found {
		c.refs[q.ID] = fmt.Sprintf("F-%02d", i+1)
	}
	count := map[string]int{}
	for i := range c.s.Queries {
		q := &c.s.Queries[i]
		letter := "T"
		switch {
		case hasExceptions(q):
			continue
		case q.Kind == query.KindEvidence:
			letter = "E"
		case q.Kind == query.KindMetric:
			letter = "M"
		}
		count[letter]++
		c.refs[q.ID] = fmt.Sprintf("%s-%02d", letter, count[letter])
	}
}

func hasExceptions(q *run.Query) bool {
	return q.Kind == query.KindException && (q.Verdict.Outcome == finding.Exceptions || q.Verdict.Outcome == finding.Waived)
}

func severity(q *run.Query) query.Severity {
	s, _ := query.ParseSeverity(q.Severity)
	return s
}

// severityTone is the colour of a severity; the names are the same words.
func severityTone(s query.Severity) document.Tone {
	switch s {
	case query.Critical:
		return document.Critical
	case query.High:
		return document.High
	case query.Medium:
		return document.Medium
	case query.Low:
		return document.Low
	}
	return document.Info
}

func (c *composer) severityPill(q *run.Query) document.Pill {
	return document.Pill{Text: c.say("severity." + severity(q).String()), Tone: severityTone(severity(q))}
}

// outcomes in the order of a legend, with their tones.
var outcomes = []struct {
	outcome finding.Outcome
	tone    document.Tone
}{
	{finding.Exceptions, document.Critical}, {finding.Waived, document.Accent}, {finding.Clear, document.Good},
	{finding.NotLogged, document.Muted}, {finding.NotEvaluated, document.High},
	{finding.NotApplicable, document.Neutral}, {finding.Shown, document.Neutral},
}

func (c *composer) outcomePill(o finding.Outcome) document.Pill {
	for _, x := range outcomes {
		if x.outcome == o {
			label, tone := c.outcomeWord(o, x.tone)
			return document.Pill{Text: label, Tone: tone}
		}
	}
	return document.Pill{Text: c.say("outcome." + finding.NotEvaluated.String()), Tone: document.High}
}

func (c *composer) outcomeChoices() []document.Choice {
	var all []document.Choice
	for _, x := range outcomes {
		label, tone := c.outcomeWord(x.outcome, x.tone)
		all = append(all, document.Choice{Code: x.outcome.String(), Label: label, Tone: tone})
	}
	return all
}

// outcomeWord is what an outcome is called. Where logs are missing, clear is clear only in what was logged, and no good news.
func (c *composer) outcomeWord(o finding.Outcome, tone document.Tone) (string, document.Tone) {
	if o == finding.Clear && c.limited() {
		return c.say("outcome.clear-limited"), document.Muted
	}
	return c.say("outcome." + o.String()), tone
}

func (c *composer) severityChoices() []document.Choice {
	var all []document.Choice
	for _, s := range []query.Severity{query.Critical, query.High, query.Medium, query.Low, query.Info} {
		all = append(all, document.Choice{Code: s.String(), Label: c.say("severity." + s.String()), Tone: severityTone(s)})
	}
	return all
}

// local is t on the wall clock of the report's zone.
func (c *composer) local(t time.Time) time.Time {
	return t.In(c.zone)
}

func zoneName(zone string) string {
	if zone == "" {
		return "UTC"
	}
	return zone
}
