package workpaper

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// register is every test of the report: those with exceptions worst first, then the others.
func (c *composer) register() []document.Block {
	var rest []*run.Query
	for i := range c.s.Queries {
		q := &c.s.Queries[i]
		if q.Kind == query.KindException && !hasExceptions(q) {
			rest = append(rest, q)
		}
	}
	if len(c.found)+len(rest) == 0 {
		return nil
	}
	blocks := []document.Block{document.Paragraph{Style: document.Body, Text: c.say("register.intro")}}
	if len(c.found) > 0 {
		t := c.registerTable(c.say("register.findings"), c.found, true)
		blocks = append(blocks, document.Heading{Level: 2, Text: c.say("register.findings")}, t)
	} else {
		blocks = append(blocks, document.Paragraph{Style: document.Lead, Text: c.noFindings()})
	}
	if t, ok := c.exceptions(); ok {
		blocks = append(blocks, t)
	}
	if len(rest) > 0 {
		slices.SortStableFunc(rest, func(a, b *run.Query) int { return rank(a.Verdict.Outcome) - rank(b.Verdict.Outcome) })
		blocks = append(blocks, document.Heading{Level: 2, Text: c.say("register.others")}, c.registerTable(c.say("register.others"), rest,
			false))
	}
	return blocks
}

// noFindings says that nothing was found, and only of the tests that could be answered.
func (c *composer) noFindings() string {
	switch n := c.counts(); {
	case n.clear == n.tests:
		return c.say("register.no_findings", "n", n.tests)
	case n.clear == 0:
		return c.say("register.no_findings_none", "n", n.tests)
	default:
		return c.say("register.no_findings_answered", "n", n.clear, "tests", n.tests)
	}
}

// rank puts what was not answered before what is clear.
func rank(o finding.Outcome) int {
	switch o {
	case finding.NotEvaluated:
		return 0
	case finding.NotLogged:
		return 1
	case finding.NotApplicable:
		return 3
	}
	return 2
}

func (c *composer) registerTable(title string, queries []*run.Query, found bool) document.Table {
	form := document.FormCode
	if found {
		form = document.FormRef
	}
	cols := []document.Column{
		column("ref", c.say("column.ref"), result.Text, form),
		column("test", c.say("column.test"), result.Text, document.FormText),
		column("severity", c.say("column.severity"), result.Text, document.FormStatus),
		column("outcome", c.say("column.outcome"), result.Text, document.FormStatus),
		column("exceptions", c.say("column.exceptions"), result.Int, document.FormNumber),
		column("population", c.say("column.population"), result.Int, document.FormNumber),
		column("controls", c.say("column.controls"), result.Text, document.FormText),
	}
	cols[6].To = toControl + "{value}"
	cols[2].Values, cols[3].Values = c.severityChoices(), c.outcomeChoices()
	if !found {
		cols[2].Form, cols[2].Values = document.FormText, nil
	}
	reasons := slices.ContainsFunc(queries, func(q *run.Query) bool { return c.reason(q) != "" })
	switch {
	case found: // each has exceptions
		cols = append(cols[:3], cols[4:]...)
	case reasons:
		cols = append(cols[:4], cols[5], cols[6], column("reason", c.say("column.reason"), result.Text, document.FormText))
	default: // nothing to count, and no reason to give
		cols = append(cols[:4], cols[5], cols[6])
	}
	framed := c.s.Framework != "" // without one there is no short name for a control; the cards name them
	if !framed {
		cols = slices.DeleteFunc(cols, func(k document.Column) bool { return k.Name == "controls" })
	}
	statement := column("query", c.say("column.query"), result.Text, document.FormCode)
	statement.To = toStatement + "{row}"
	cols = append(cols, statement)
	var rows []result.Row
	for _, q := range queries {
		var population, controls any
		if q.Population != nil {
			population = *q.Population
		}
		if ids := c.controlIDs(q.ID); ids != "" {
			controls = ids
		}
		row := result.Row{c.refs[q.ID], c.title(q), severity(q).String()}
		if !found { // a colour would say that something was found
			row[2] = c.say("severity." + severity(q).String())
		}
		if found {
			row = append(row, q.Verdict.Open+q.Verdict.Waived, population)
		} else {
			row = append(row, q.Verdict.Outcome.String(), population)
		}
		if framed {
			row = append(row, controls)
		}
		if !found && reasons {
			var reason any
			if text := c.reason(q); text != "" {
				reason = text
			}
			row = append(row, reason)
		}
		rows = append(rows, append(row, q.ID))
	}
	t := c.table(title, cols, rows)
	t.Zebra, t.Target = true, "{row}"
	if found { // the reference leads to the card
		t.Target = toRegister + "{row}"
	}
	return t
}

// controlIDs are the controls of the report's framework that a query serves, else of every framework its file names.
func (c *composer) controlIDs(id string) string {
	def := c.queries[id]
	if def == nil {
		return ""
	}
	if c.s.Framework != "" {
		return strings.Join(c.touched(id, c.s.Framework), ", ")
	}
	var parts []string
	for _, f := range slices.Sorted(maps.Keys(def.Controls)) {
		if ids := c.touched(id, f); len(ids) > 0 {
			parts = append(parts, c.titleOf(f)+": "+strings.Join(ids, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// touched are the controls of a framework that a query serves; of one with exceptions those that its rows have to do with.
func (c *composer) touched(id, framework string) []string {
	ids, q := c.queries[id].Controls[framework], c.s.Query(id)
	if q == nil || !hasExceptions(q) {
		return ids
	}
	return slices.DeleteFunc(slices.Clone(ids), func(control string) bool {
		for _, n := range q.Verdict.Controls {
			if n.Framework == framework && n.Control == control {
				return n.Open+n.Waived+n.Undecided+n.Attempts == 0
			}
		}
		return false
	})
}

// criteria are the controls that a query serves, by number and name; without a framework of the report, by number alone. Each leads to
// its row of the control matrix.
func (c *composer) criteria(id string) (text string, links []document.Link) {
	def, f := c.queries[id], c.r.Framework
	if def == nil || f == nil || f.ID != c.s.Framework {
		return c.controlLinks(id)
	}
	var parts []string
	for _, number := range c.touched(id, f.ID) {
		link := document.Link{Ref: toControl + number}
		if k, ok := f.Control(number); ok {
			number += " " + c.l.Text("reports/frameworks/"+f.ID+".yaml", "controls."+k.ID+".name", k.Name)
		}
		link.Text = number
		parts, links = append(parts, number), append(links, link)
	}
	if len(parts) == 0 {
		return "", nil
	}
	return c.titleOf(f.ID) + ": " + strings.Join(parts, "; "), links
}

// reason is why a verdict is what it is, where it needs saying: faults, missing logs, accounts it does not hold for.
func (c *composer) reason(q *run.Query) string {
	var parts []string
	switch q.Verdict.Outcome {
	case finding.NotLogged:
		scope := none
		if def := c.queries[q.ID]; def != nil {
			scope = strings.Join(def.LogScope, ", ")
		}
		parts = append(parts, c.say("reason.not_logged", "categories", scope))
	case finding.NotApplicable:
		parts = append(parts, c.say("reason.not_applicable", "partition", c.s.Partition))
	case finding.NotEvaluated:
		text := q.Verdict.Reason
		if key, ours := strings.CutPrefix(text, "="); ours { // the program's own reasons are keys; all others are the engine's words
			text = c.say("reason." + key)
			if def := c.queries[q.ID]; text != "" && key == strings.TrimPrefix(finding.ReasonUndecided, "=") && def != nil &&
				def.Undecided.Reason != "" {
				text = c.queryText(q.ID, "undecided.reason", def.Undecided.Reason)
			}
		}
		parts = append(parts, orNone(text))
	}
	if len(q.Verdict.Limits) > 0 {
		var names []string
		for i, l := range q.Verdict.Limits {
			if i == 5 {
				names = append(names, "…")
				break
			}
			name := c.accountName(l.Account)
			if l.Region != "" {
				name += " " + l.Region
			}
			names = append(names, name)
		}
		parts = append(parts, c.say("reason.limits", "n", int64(len(q.Verdict.Limits)), "accounts", c.l.List(names)))
	}
	return strings.Join(parts, " ")
}

// review are the columns an auditor fills in; the codes are what a filled workbook is read back by.
func (c *composer) review() *document.Review {
	choice := func(code string, tone document.Tone) document.Choice {
		return document.Choice{Code: code, Label: c.say("review." + strings.ReplaceAll(code, "-", "_")), Tone: tone}
	}
	field := func(code string, kind document.ReviewKind) document.ReviewColumn {
		return document.ReviewColumn{Code: code, Label: c.say("review." + code), Kind: kind}
	}
	return &document.Review{
		Columns: []document.ReviewColumn{
			field("disposition", document.Chosen), field("owner", document.Free), field("ticket", document.Free), field("due", document.Dated),
			field("reviewer", document.Free), field("reviewed_on", document.Dated), field("comment", document.Free),
		},
		Choices: []document.Choice{choice("open", document.High), choice("reviewed", document.Accent), choice("accepted", document.Low),
			choice("remediated", document.Good), choice("false-positive", document.Muted)},
		Initial: "open",
	}
}

func (c *composer) sectionTitle(i int) string {
	return c.reportText(fmt.Sprintf("sections.%d.title", i), c.s.Sections[i].Title)
}
