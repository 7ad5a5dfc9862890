// Package report loads and validates report definitions and resolves what each asks for.
package report

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/diag"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/yaml"
)

// Section is a heading and the queries under it, selection resolved; a query stands in a report once.
type Section struct {
	Title   string
	Queries []*query.Query
}

// Report is one file of reports/. Settings that were not written are zero: the caller's defaults hold.
type Report struct {
	ID, Title, Audience, Theme, Period string // Period as written; resolved by the run
	Timezone, Language                 string
	Formats                            []string
	Framework                          *framework.Framework
	Frameworks                         framework.Set  // all of the library; queries name controls of any of them
	Summary                            []*query.Query // metric queries charted on the summary page
	Sections                           []Section
	Params                             map[string]yaml.Node // name, or query/id.name, -> value as written; a list is a JSON array
	FailOn                             query.Severity       // None: findings never fail the command
	FailOnSet                          bool                 // fail_on is written; it may say none
	PeriodAt                           diag.Pos
	File                               library.File
}

// Queries are all queries of the report in order, each once: summary first, then the sections.
func (r *Report) Queries() []*query.Query {
	out := slices.Clone(r.Summary)
	for _, s := range r.Sections {
		out = append(out, s.Queries...)
	}
	return out
}

// Criteria are the frameworks by which the report names controls: its own, or without one all that its queries name, by id.
func (r *Report) Criteria() []*framework.Framework {
	if r.Framework != nil {
		return []*framework.Framework{r.Framework}
	}
	var out []*framework.Framework
	for _, id := range r.Frameworks.IDs() {
		if slices.ContainsFunc(r.Queries(), func(q *query.Query) bool { return len(q.Controls[id]) > 0 }) {
			out = append(out, r.Frameworks[id])
		}
	}
	return out
}

// Load reads one report; id that does not exist is a problem that lists those that do.
func Load(l *library.Library, id string, q *query.Set, f framework.Set, formats yaml.Choice) (*Report, diag.Problems) {
	file, ok := l.File("reports/" + id + ".yaml")
	if !ok || strings.ContainsAny(id, "/\\") {
		ids := IDs(l)
		return nil, diag.Problems{{Text: fmt.Sprintf("there is no report %q%s", id, yaml.DidYouMean(id, ids)), Allowed: ids,
			Rule: "report-unknown"}}
	}
	return read(l, file, q, f, formats)
}

// IDs are the ids of the library's reports, sorted.
func IDs(l *library.Library) []string {
	var ids []string
	for _, f := range l.Glob("reports/*.yaml") {
		ids = append(ids, strings.TrimSuffix(path.Base(f.Path), ".yaml"))
	}
	return ids
}

// All reads every report of the library, sorted by id. A report with problems is not among them.
func All(l *library.Library, q *query.Set, f framework.Set, formats yaml.Choice) ([]*Report, diag.Problems) {
	var out []*Report
	var bad diag.Problems
	for _, file := range l.Glob("reports/*.yaml") {
		r, p := read(l, file, q, f, formats)
		bad = append(bad, p...)
		if r != nil {
			out = append(out, r)
		}
	}
	return out, bad.Sort()
}

// reader holds what one file is checked against.
type reader struct {
	l    *library.Library
	set  *query.Set
	fw   framework.Set
	out  *Report
	line map[string]int // queries that stand in the report -> line
	bad  diag.Problems
}

func (r *reader) add(rule, hint string, p diag.Problem) {
	p.Rule, p.Hint = rule, hint
	r.bad = append(r.bad, p)
}

func read(l *library.Library, file library.File, q *query.Set, f framework.Set, formats yaml.Choice) (*Report, diag.Problems) {
	v, bad := yaml.Decode(file.Name(), file.Data, Shape(formats))
	if v == nil {
		return nil, bad
	}
	r := &reader{l: l, set: q, fw: f, bad: bad, line: map[string]int{}, out: &Report{
		ID: v.Get("id").Text(), Title: v.Get("title").Text(), Audience: v.Get("audience").Text(), Theme: v.Get("theme").Text(),
		Period: v.Get("period").Text(), PeriodAt: v.Get("period").Where(), Timezone: v.Get("timezone").Text(), Language: v.Get("language").Text(),
		Formats: v.Get("formats").Texts(), File: file,
	}}
	r.out.FailOn, _ = query.ParseSeverity(v.Get("fail_on").Text()) // the shape has checked it
	r.out.FailOnSet = v.Get("fail_on").Text() != ""
	if want := strings.TrimSuffix(path.Base(file.Path), ".yaml"); r.out.ID != "" && r.out.ID != want {
		r.add("id-is-file-name", "give both the same name", v.Get("id").Problem("the id is %q, but the file is called %q", r.out.ID, want))
	}
	if z := v.Get("timezone"); z != nil && z.Text() != "" {
		if _, err := time.LoadLocation(z.Text()); err != nil || z.Text() == "Local" {
			r.add("zone", "write an IANA name such as Europe/Berlin", z.Problem("there is no time zone %q", z.Text()))
		}
	}
	r.exists(v.Get("theme"), "theme", "templates/themes/", ".yaml")
	r.exists(v.Get("language"), "language", "templates/lang/", "/messages.yaml")
	r.out.Frameworks = f
	if w := v.Get("framework"); w != nil {
		r.out.Framework = f[w.Text()]
		if r.out.Framework == nil && w.Text() != "" {
			p := w.Problem("there is no framework %q%s", w.Text(), yaml.DidYouMean(w.Text(), f.IDs()))
			p.Allowed = f.IDs()
			r.add("framework-unknown", "frameworks are the files of reports/frameworks", p)
		}
	}
	r.summary(v.Get("summary"))
	// What is named anywhere is out of reach for every select, whichever section comes first: moving a section changes the order only.
	for _, s := range v.Get("sections").Items() {
		for _, n := range s.Get("queries").Nodes() {
			if _, ok := r.set.Get(n.Value); ok && r.line[n.Value] == 0 {
				r.line[n.Value] = -n.At.Line
			}
		}
	}
	for _, s := range v.Get("sections").Items() {
		r.section(s)
	}
	r.params(v.Get("params"))
	if r.bad.Err() != nil {
		return nil, r.bad.Sort()
	}
	return r.out, r.bad.Sort()
}

func (r *reader) exists(v *yaml.Value, what, before, after string) {
	if v == nil || v.Text() == "" {
		return
	}
	if _, ok := r.l.File(before + v.Text() + after); ok {
		return
	}
	var have []string
	for _, p := range r.l.Paths(strings.TrimSuffix(before, "/")) {
		if name, ok := strings.CutSuffix(strings.TrimPrefix(p, before), after); ok && !strings.Contains(name, "/") {
			have = append(have, name)
		}
	}
	p := v.Problem("there is no %s %q%s", what, v.Text(), yaml.DidYouMean(v.Text(), have))
	p.Allowed = have
	r.add(what+"-unknown", "", p)
}

// take puts a query into the report if it exists and does not stand there yet.
func (r *reader) take(n yaml.Node) *query.Query {
	q, ok := r.set.Get(n.Value)
	if d, broken := r.set.Draft(n.Value); broken && !ok {
		r.draft(d, n.Problem("the query %q has problems of its own", n.Value))
		return nil
	}
	if !ok {
		r.add("query-unknown", "see trailscribe query list", n.Problem("there is no query %q%s", n.Value, yaml.DidYouMean(n.Value, r.set.IDs())))
		return nil
	}
	if line := r.line[q.ID]; line > 0 {
		r.add("query-twice", "a query stands in a report once", n.Problem("the query %q appears twice; first in line %d", n.Value, line))
		return nil
	}
	r.line[q.ID] = n.At.Line
	return q
}

// draft says that a query of the report cannot be asked, and why.
func (r *reader) draft(d query.Draft, p diag.Problem) {
	r.add("query-draft", "mend the file of the query, or take it out of the library", p)
	r.bad = append(r.bad, d.Problems...)
}

func (r *reader) summary(v *yaml.Value) {
	for _, n := range v.Nodes() {
		q := r.take(n)
		switch {
		case q == nil:
			continue
		case q.Kind != query.KindMetric:
			r.add("summary-metric", "put it into a section", n.Problem("the summary charts metric queries; %s is of kind %s", q.ID, q.Kind))
		case q.Chart == nil:
			r.add("summary-metric", "put it into a section, or give the query a chart",
				n.Problem("the summary charts metric queries; %s has no chart", q.ID))
		default:
			r.out.Summary = append(r.out.Summary, q)
		}
	}
}

func (r *reader) section(v *yaml.Value) {
	s := Section{Title: v.Get("title").Text()}
	if v.IsMap() && v.Get("queries") == nil && v.Get("select") == nil {
		r.add("section-empty", "add queries: or select:", diag.Problem{At: v.Where(), Width: 1,
			Text: fmt.Sprintf("the section %q asks nothing", s.Title)})
	}
	for _, n := range v.Get("queries").Nodes() {
		if q := r.take(n); q != nil {
			s.Queries = append(s.Queries, q)
		}
	}
	if c := v.Get("select"); c.IsMap() {
		s.Queries = append(s.Queries, r.choose(c)...)
	}
	r.out.Sections = append(r.out.Sections, s)
}

// choose gives the queries that fulfil every condition, the gravest first, then by id.
func (r *reader) choose(c *yaml.Value) []*query.Query {
	least, _ := query.ParseSeverity(c.Get("min_severity").Text())
	topics, controls, kind := c.Get("topic").Nodes(), c.Get("controls").Nodes(), c.Get("kind").Text()
	if len(c.Entries()) == 0 {
		r.add("select-empty", "", diag.Problem{At: c.Where(), Width: 1, Text: "select has no condition",
			Allowed: []string{"kind", "min_severity", "topic", "controls"}})
		return nil
	}
	for _, t := range topics {
		if all := r.set.Topics(); !slices.Contains(all, t.Value) {
			p := t.Problem("there is no topic %q%s", t.Value, yaml.DidYouMean(t.Value, all))
			p.Allowed = all
			r.add("topic-unknown", "", p)
		}
	}
	for _, n := range controls {
		id, control, one := strings.Cut(n.Value, "/")
		f := r.fw[id]
		if f == nil {
			p := n.Problem("there is no framework %q%s", id, yaml.DidYouMean(id, r.fw.IDs()))
			p.Allowed = r.fw.IDs()
			r.add("framework-unknown", "", p)
		} else if _, ok := f.Control(control); one && !ok {
			r.add("control-unknown", "see "+f.File.Path, n.Problem("%s has no control %q", id, control))
		}
	}
	fits := func(q *query.Query) bool {
		return (kind == "" || q.Kind == kind) && q.Severity >= least &&
			(len(controls) == 0 || slices.ContainsFunc(controls, func(n yaml.Node) bool { return r.serves(q, n.Value) }))
	}
	ofTopic := func(id string) bool {
		topic, _, _ := strings.Cut(id, "/")
		return len(topics) == 0 || slices.ContainsFunc(topics, func(n yaml.Node) bool { return n.Value == topic })
	}
	var out []*query.Query
	for _, q := range r.set.Queries {
		if r.line[q.ID] == 0 && ofTopic(q.ID) && fits(q) {
			out = append(out, q)
			r.line[q.ID] = c.Where().Line
		}
	}
	for _, d := range r.set.Drafts { // what may be meant is not left out
		if ofTopic(d.ID) && (d.Query == nil || fits(d.Query)) {
			r.draft(d, diag.Problem{At: c.Where(), Width: 1, Text: fmt.Sprintf("select takes the query %q, which has problems of its own", d.ID)})
		}
	}
	slices.SortStableFunc(out, func(a, b *query.Query) int { return int(b.Severity) - int(a.Severity) })
	if len(out) == 0 {
		p := diag.Problem{At: c.Where(), Width: 1, Warning: true, Text: "select finds no query that does not stand in the report already"}
		r.add("select-nothing", "", p)
	}
	return out
}

func (r *reader) serves(q *query.Query, want string) bool {
	id, control, one := strings.Cut(want, "/")
	f := r.fw[id]
	if f == nil {
		return false
	}
	served := f.Serves(q.Controls)
	return !one && len(served) > 0 || one && slices.Contains(served, control)
}

// params checks that each value is meant for a query of the report and has its type. One name has one type in a report.
func (r *reader) params(v *yaml.Value) {
	for _, e := range v.Entries() {
		n := e.Value.Scalar()
		n.Value = query.ValueText(e.Value)
		if r.out.Params == nil {
			r.out.Params = map[string]yaml.Node{}
		}
		r.out.Params[e.Key.Value] = n
	}
	_, bad := TakeParams(r.out.Queries(), r.out.Params)
	for _, p := range bad {
		for _, e := range v.Entries() {
			if p.At == (diag.Pos{}) && strings.Contains(p.Text, fmt.Sprintf("%q", e.Key.Value)) {
				p.At, p.Width = e.Key.At, len([]rune(e.Key.Value))
			}
		}
		r.bad = append(r.bad, p)
	}
	r.bad = append(r.bad, CheckTypes(r.out.ID, r.out.Queries())...)
}
