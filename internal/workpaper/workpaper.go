// Package workpaper composes the document of a saved run: what stands where, in which words. It works from a saved run alone.
package workpaper

import (
	"fmt"
	"strings"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
	"trailscribe/internal/style"
)

// Compose makes the whole document: every number, order, cap, word and cross reference a reader sees.
// r is the report as the run's own library defines it; l is the language to write in.
func Compose(s *run.Saved, r *report.Report, l *style.Language) (*document.Document, error) {
	c := newComposer(s, r, l)
	d := &document.Document{
		Ref:      c.ref(),
		Title:    c.reportText("title", s.Title),
		Entity:   s.Entity,
		Period:   c.period(),
		Language: l.Tag,
		As:       s.As,
		Footer:   c.footer(),
		Words:    c.words(),
		Cell:     c.cell,
		Run:      c.runFields(),
		Paper:    c.paper,
	}
	number, appendix := 0, 0
	add := func(part document.Part, key string, newPage bool, blocks []document.Block) {
		if len(blocks) == 0 {
			return
		}
		sec := document.Section{Part: part, Ref: toSection + key, Title: c.say("section." + key + ".title"),
			Sheet:   c.say("section." + key + ".sheet"),
			NewPage: newPage, Blocks: blocks}
		switch part {
		case document.Cover:
			sec.Title, sec.Sheet = "", ""
		case document.Provenance, document.Cost, document.Statements:
			sec.Number = string(rune('A' + appendix))
			appendix++
			sec.Apart = part == document.Statements
		default:
			number++
			sec.Number = fmt.Sprint(number)
		}
		d.Sections = append(d.Sections, sec)
	}
	record, err := s.RecordFile()
	if err != nil {
		return nil, fmt.Errorf("composing %s: %w", s.Report, err)
	}
	if len(record) <= mostAttached {
		d.Files = []document.File{{Name: "record.json", Type: "application/json", Description: c.say("provenance.record"), Data: record}}
	}
	front, err := c.front()
	if err != nil {
		return nil, fmt.Errorf("composing page one of %s: %w", s.Report, err)
	}
	add(document.Cover, "cover", true, []document.Block{front})
	summary, err := c.summary()
	if err != nil {
		return nil, fmt.Errorf("composing the summary of %s: %w", s.Report, err)
	}
	scope, err := c.scope()
	if err != nil {
		return nil, fmt.Errorf("composing the scope of %s: %w", s.Report, err)
	}
	add(document.Summary, "summary", true, summary)
	add(document.Register, "register", true, c.register())
	findings, err := c.findings()
	if err != nil {
		return nil, fmt.Errorf("composing the findings of %s: %w", s.Report, err)
	}
	add(document.Findings, "findings", true, findings)
	add(document.Controls, "controls", false, c.controls())
	add(document.Scope, "scope", false, scope)
	figures, err := c.figures()
	if err != nil {
		return nil, fmt.Errorf("composing the figures of %s: %w", s.Report, err)
	}
	add(document.Findings, "figures", false, figures)
	add(document.Method, "method", false, c.method())
	add(document.SignOff, "signoff", false, c.signOff())
	add(document.Provenance, "provenance", false, c.provenance())
	add(document.Cost, "cost", false, c.cost())
	statements, err := c.statements()
	if err != nil {
		return nil, fmt.Errorf("composing the statements of %s: %w", s.Report, err)
	}
	add(document.Statements, "statements", true, statements)
	return d, nil
}

// composer holds what every part of the document needs.
type composer struct {
	s       *run.Saved
	r       *report.Report
	l       *style.Language
	queries map[string]*query.Query
	refs    map[string]string // query id -> F-01, E-01, M-01, T-01
	names   map[string]string // account id -> display name
	zone    *time.Location    // the report's; UTC where the record names none that is known
	found   []*run.Query      // exception queries with exceptions, worst first
	told    *story            // what their rows say together; nil until asked for
}

func newComposer(s *run.Saved, r *report.Report, l *style.Language) *composer {
	c := &composer{s: s, r: r, l: l, queries: map[string]*query.Query{}, names: map[string]string{}}
	for _, q := range r.Queries() {
		c.queries[q.ID] = q
	}
	for _, a := range s.Accounts {
		if a.Name != "" {
			c.names[a.ID] = a.Name
		}
	}
	c.zone = time.UTC
	if name := s.Period.Zone; name != "" && name != "Local" { // which is another zone on every machine
		if zone, err := time.LoadLocation(name); err == nil {
			c.zone = zone
		}
	}
	c.number()
	return c
}

// ref names the run wherever one line must do: the running header, mails, the workbook's title.
func (c *composer) ref() string {
	name := c.s.Report
	if c.s.Variant != "" {
		name += "~" + c.s.Variant
	}
	return fmt.Sprintf("%s %s r%d", name, c.s.Period.ID, c.s.Revision)
}

func (c *composer) say(key string, args ...any) string { return c.l.Say(key, args...) }

func (c *composer) reportText(field, english string) string {
	return c.l.Text("reports/"+c.s.Report+".yaml", field, english)
}

func (c *composer) queryText(id, field, english string) string {
	return strings.TrimSpace(c.l.Text("queries/"+id+".yaml", field, english))
}

// mostAttached is up to how many bytes record.json is attached to the PDF; a larger one is in the run folder alone.
const mostAttached = 8 << 20

// title of a query in the report's language; the record's own where the definition is gone.
func (c *composer) title(q *run.Query) string { return c.queryText(q.ID, "title", q.Title) }

func (c *composer) words() document.Words {
	return document.Words{
		Contents:  c.say("page.contents"),
		Page:      c.say("page.number"),
		Continued: c.say("page.continued"),
		Back:      c.say("sheet.back"),
		RowNumber: c.say("sheet.row_number"),
		Part:      c.say("sheet.part"),
		Choices:   c.say("sheet.choices"),
		Date:      c.say("sheet.date"),
		Pass:      c.say("state.pass"),
		Fail:      c.say("state.fail"),
		Truncated: c.say("sheet.truncated"),
	}
}

// period is the report's period in words, with its zone.
func (c *composer) period() string {
	p := c.s.Period
	return c.say("cover.period", "span", c.l.Span(c.local(p.From), c.local(p.To)), "zone", zoneName(p.Zone))
}
