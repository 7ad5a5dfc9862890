package workpaper

import (
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
)

// counts are the numbers that cover and summary speak of.
type counts struct {
	tests, clear, exceptions, waived, unanswered int64 // exception queries by outcome; unanswered: not logged or not evaluated
	figures                                      int64 // evidence and metrics that could not be answered
	elsewhere                                    int64 // tests that do not apply in the partition of the logs: in no other count
	open                                         int64 // open exceptions in all
	bySeverity                                   map[query.Severity]int64
}

func (c *composer) counts() counts {
	n := counts{bySeverity: map[query.Severity]int64{}}
	for i := range c.s.Queries {
		q := &c.s.Queries[i]
		if q.Kind != query.KindException {
			if q.Verdict.Outcome != finding.Shown && q.Verdict.Outcome != finding.NotApplicable {
				n.figures++
			}
			continue
		}
		if q.Verdict.Outcome == finding.NotApplicable {
			n.elsewhere++
			continue
		}
		n.tests++
		switch q.Verdict.Outcome {
		case finding.Clear:
			n.clear++
		case finding.Exceptions:
			n.exceptions++
			n.open += q.Verdict.Open
			n.bySeverity[severity(q)]++
		case finding.Waived:
			n.waived++
		default:
			n.unanswered++
		}
	}
	return n
}

// verdict is the one sentence a reader takes away. Incompleteness is said before anything good is.
func (c *composer) verdict() document.Verdict {
	n := c.counts()
	key, tone := "clear", document.Good
	switch {
	case n.exceptions > 0 && c.s.Incomplete():
		key, tone = "exceptions_incomplete", document.Critical
	case n.exceptions > 0:
		key, tone = "exceptions", document.Critical
		if n.bySeverity[query.Critical]+n.bySeverity[query.High] == 0 {
			tone = document.Medium
		}
	case c.s.Incomplete():
		key, tone = "incomplete", document.High
	case n.tests == 0 && n.elsewhere > 0:
		key, tone = "not_applicable", document.Neutral
	case n.tests == 0:
		key, tone = "figures", document.Neutral
	case n.waived > 0:
		key, tone = "waived", document.Accent
	}
	sentence, count := c.conclusion(key, n)
	v := document.Verdict{
		Tone:   tone,
		Kicker: c.say("verdict.kicker"),
		Title:  c.say("verdict." + key + ".title"),
		Text: c.say("verdict."+sentence, "n", count, "exceptions", n.exceptions, "tests", n.tests, "open", n.open, "unanswered", n.unanswered+n.figures,
			"review", c.say("verdict.review", "n", n.open)),
	}
	if n.tests+n.elsewhere > 0 {
		v.Figures = []document.Figure{
			{Value: c.l.Number(n.clear), Label: c.say("verdict.figure.clear"), Tone: document.Good},
			{Value: c.l.Number(n.exceptions), Label: c.say("verdict.figure.exceptions"), Tone: toneIf(n.exceptions, document.Critical)},
			{Value: c.l.Number(n.unanswered + n.figures), Label: c.say("verdict.figure.unanswered"), Tone: toneIf(n.unanswered+n.figures, document.High)},
		}
		if n.waived > 0 {
			v.Figures = append(v.Figures, document.Figure{Value: c.l.Number(n.waived), Label: c.say("verdict.figure.waived"), Tone: document.Accent})
		}
		if n.elsewhere > 0 {
			f := document.Figure{Value: c.l.Number(n.elsewhere), Label: c.say("verdict.figure.not_applicable"), Tone: document.Neutral}
			v.Figures = append(v.Figures, f)
		}
	}
	return v
}

// conclusion is the key of the sentence under a verdict's title, and the number that it speaks of.
func (c *composer) conclusion(verdict string, n counts) (sentence string, count int64) {
	all := n.exceptions == n.tests
	switch verdict {
	case "clear":
		return "clear.text", n.tests
	case "exceptions_incomplete":
		if all {
			return "exceptions_incomplete.all", n.tests
		}
		return "exceptions_incomplete.some", n.exceptions
	case "exceptions":
		if all {
			return "exceptions.all", n.tests
		}
		return "exceptions.some", n.exceptions
	case "incomplete":
		switch answered := n.tests - n.unanswered; {
		case n.tests == 0 && n.elsewhere > 0:
			return "incomplete.not_applicable", n.elsewhere
		case n.tests == 0:
			return "incomplete.figures", 0
		case answered == 0:
			return "incomplete.none", n.tests
		default:
			return "incomplete.some", answered
		}
	case "waived":
		return "waived.text", n.waived
	case "not_applicable":
		return "not_applicable.text", n.elsewhere
	}
	return "figures.text", 0
}

func toneIf(n int64, t document.Tone) document.Tone {
	if n == 0 {
		return document.Muted
	}
	return t
}

func (c *composer) front() document.Front {
	s := c.s
	facts := []document.Field{
		{Label: c.say("cover.reference"), Text: c.ref(), Mono: true},
		{Label: c.say("cover.framework"), Text: c.frameworkName()},
		{Label: c.say("cover.audience"), Text: orNone(c.reportText("audience", s.Audience))},
		{Label: c.say("cover.accounts"), Text: c.accountsLine()},
		{Label: c.say("cover.source"), Text: s.Source, Mono: true},
		{Label: c.say("cover.engine"), Text: engineName(s.Engine)},
		{Label: c.say("cover.events"), Text: c.eventsLine()},
		{Label: c.say("cover.as_of"), Text: c.say("cover.as_of_text", "time", c.l.Time(s.As.UTC()))},
	}
	return document.Front{
		Kicker:  c.say("cover.kicker"),
		Verdict: c.verdict(),
		Facts:   facts,
		Digest:  document.Field{Label: c.say("cover.digest"), Text: s.Digest, Mono: true},
		Note:    c.say("cover.digest_note"),
		Notices: c.notices(4),
		Closing: c.say("cover.closing"),
	}
}

// eventsLine is what the report rests on: events and files.
func (c *composer) eventsLine() string {
	in := c.s.Inputs
	return c.say("cover.events_line",
		"events", c.say("cover.events_count", "n", deref(in.Events), "events", c.observed(in.Events)),
		"files", c.say("cover.files_count", "n", deref(in.Read), "files", c.observed(in.Read)))
}

// notices are the reasons why the report is incomplete and other remarks; the rest past most is counted, never dropped.
func (c *composer) notices(most int) []document.Point {
	var points []document.Point
	for i, n := range c.s.Notices {
		if most > 0 && i == most && len(c.s.Notices) > most {
			rest := int64(len(c.s.Notices) - i)
			points = append(points, document.Point{Pill: document.Pill{Text: c.say("notice.pill.more"), Tone: document.Muted}, Text: c.say("notice.more", "n", rest)})
			break
		}
		pill := document.Pill{Text: c.say("notice.pill.remark"), Tone: document.Info}
		if n.Incomplete {
			pill = document.Pill{Text: c.say("notice.pill.incomplete"), Tone: document.High}
		}
		points = append(points, document.Point{Pill: pill, Text: c.notice(n.Key, n.Args)})
	}
	return points
}

// notice fills a message whose placeholders the record keeps as text; whole numbers among them choose the plural form.
func (c *composer) notice(key string, args []string) string {
	return c.say("notice."+key, c.arguments(args)...)
}

func (c *composer) arguments(args []string) []any {
	filled := make([]any, len(args))
	for i, a := range args {
		filled[i] = a
		if i%2 == 1 {
			if n, ok := wholeNumber(a); ok && args[i-1] != "account" && args[i-1] != "day" {
				filled[i] = n
			}
			if args[i-1] == "query" {
				filled[i] = c.queryName(a)
			}
			if args[i-1] == "account" {
				filled[i] = c.accountName(a)
			}
		}
	}
	return filled
}

// queryName is the reference and title of a query, for sentences.
func (c *composer) queryName(id string) string {
	if q := c.s.Query(id); q != nil {
		return c.refs[id] + " " + c.title(q)
	}
	return id
}

func (c *composer) accountName(id string) string {
	if name := c.names[id]; name != "" {
		return id + " (" + name + ")"
	}
	return id
}

func (c *composer) frameworkName() string {
	if c.s.Framework == "" {
		return none
	}
	if c.r.Framework != nil && c.r.Framework.ID == c.s.Framework {
		f := c.r.Framework
		title := c.l.Text("reports/frameworks/"+f.ID+".yaml", "title", f.Title)
		if !strings.Contains(title, f.Version) {
			title += " " + f.Version
		}
		return title
	}
	return c.s.Framework
}

func (c *composer) accountsLine() string {
	if len(c.s.Accounts) == 0 {
		return none
	}
	if len(c.s.Accounts) > 3 {
		return c.say("cover.accounts_text", "n", int64(len(c.s.Accounts)))
	}
	var names []string
	for _, a := range c.s.Accounts {
		names = append(names, c.accountName(a.ID))
	}
	return c.l.List(names)
}

func orNone(s string) string {
	if strings.TrimSpace(s) == "" {
		return none
	}
	return s
}

func deref(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

func wholeNumber(s string) (int64, bool) {
	if s == "" || len(s) > 11 || (len(s) > 1 && s[0] == '0') {
		return 0, false // ids and fractions stay text
	}
	var n int64
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int64(r-'0')
	}
	return n, true
}
