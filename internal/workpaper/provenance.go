package workpaper

import (
	"cmp"
	"slices"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// provenance is what a stranger needs to ask the same again: settings, rows and hashes, definitions, where the statements are.
func (c *composer) provenance() []document.Block {
	s := c.s
	blocks := []document.Block{
		document.Paragraph{Style: document.Body, Text: c.say("provenance.intro") + " " + c.say("method.verify.text")},
		document.Attached{Text: c.say("provenance.attached", "file", "{file}", "pages", "{pages}", "sha256", "{sha256}")},
		document.Facts{Title: c.say("provenance.run"), Fields: []document.Field{
			{Label: c.say("provenance.digest"), Text: s.Digest, Mono: true},
			{Label: c.say("provenance.tool"), Text: "trailscribe " + s.Tool},
			{Label: c.say("cover.engine"), Text: strings.TrimSpace(engineName(s.Engine) + " " + s.Engine.Place)},
			{Label: c.say("provenance.format"), Text: s.Format, Mono: true},
			{Label: c.say("scope.inputs_digest"), Text: orNone(s.Inputs.Digest), Mono: true},
			{Label: c.say("provenance.files_digest"), Text: orNone(s.Files.SHA256), Mono: true},
		}},
	}
	if t := c.settings(); t.Rows.Count() > 0 {
		blocks = append(blocks, document.Heading{Level: 2, Text: c.say("provenance.settings")}, t)
	}
	blocks = append(blocks, document.Heading{Level: 2, Text: c.say("provenance.results")}, c.results())
	return blocks
}

// statements are the texts of all queries as they ran, in the order of their references, and that of the relation.
func (c *composer) statements() ([]document.Block, error) {
	s := c.s
	blocks := []document.Block{document.Paragraph{Style: document.Body, Text: c.say("provenance.statements_text")}}
	for _, q := range c.byRef() {
		var params []string
		for _, p := range q.Params {
			params = append(params, p.Name+" = "+p.Value+" ("+p.Origin+")")
		}
		f := document.Facts{Title: c.refs[q.ID] + "  " + c.title(q), Fields: []document.Field{
			{Label: c.say("provenance.query"), Text: q.ID, Mono: true},
			{Label: c.say("provenance.statement_digest"), Text: orNone(q.SQLSHA256), Mono: true},
		}}
		if len(params) > 0 {
			f.Fields = append(f.Fields, document.Field{Label: c.say("provenance.params"), Text: strings.Join(params, "\n"), Mono: true})
		}
		blocks = append(blocks, f, document.Code{Title: c.say("provenance.sql"), Text: q.SQL})
	}
	relation, err := s.Statement("events")
	if err != nil {
		return nil, err
	}
	if relation != "" {
		blocks = append(blocks, document.Heading{Level: 2, Text: c.say("provenance.relation")},
			document.Paragraph{Style: document.Body, Text: c.say("provenance.relation_text")},
			document.Code{Ref: "Q-events", Title: "events", Text: relation})
	}
	if t := c.definitions(); t.Rows.Count() > 0 {
		blocks = append(blocks, document.Heading{Level: 2, Text: c.say("provenance.definitions")}, t)
	}
	return blocks, nil
}

// byRef are all queries in the order of their references: findings, other tests, evidence, metrics.
func (c *composer) byRef() []*run.Query {
	all := make([]*run.Query, len(c.s.Queries))
	for i := range c.s.Queries {
		all[i] = &c.s.Queries[i]
	}
	order := func(q *run.Query) int { return strings.Index("FTEM", c.refs[q.ID][:1]) }
	slices.SortStableFunc(all, func(a, b *run.Query) int { return cmp.Or(order(a)-order(b), cmp.Compare(c.refs[a.ID], c.refs[b.ID])) })
	return all
}

func (c *composer) settings() document.Table {
	cols := []document.Column{
		column("name", c.say("column.setting"), result.Text, document.FormCode),
		column("value", c.say("column.value"), result.Text, document.FormText),
		column("origin", c.say("column.origin"), result.Text, document.FormText),
	}
	var rows []result.Row
	for _, x := range c.s.Settings {
		rows = append(rows, result.Row{x.Name, orNone(x.Value), x.Origin})
	}
	return c.table(c.say("provenance.settings"), cols, rows)
}

func (c *composer) results() document.Table {
	cols := []document.Column{
		column("ref", c.say("column.ref"), result.Text, document.FormRef),
		column("query", c.say("column.query"), result.Text, document.FormText),
		column("rows", c.say("column.rows"), result.Int, document.FormNumber),
		column("sha256", c.say("column.rows_sha256"), result.Text, document.FormID),
	}
	var rows []result.Row
	for _, q := range c.byRef() {
		rows = append(rows, result.Row{c.refs[q.ID], q.ID, q.Rows, orNone(q.SHA256)})
	}
	t := c.table(c.say("provenance.results"), cols, rows)
	t.Target = toStatement + "{row}"
	return t
}

func (c *composer) definitions() document.Table {
	cols := []document.Column{
		column("path", c.say("column.file"), result.Text, document.FormCode),
		column("origin", c.say("column.origin"), result.Text, document.FormText),
		column("sha256", c.say("column.sha256"), result.Text, document.FormID),
	}
	var rows []result.Row
	for _, d := range c.s.Definitions {
		rows = append(rows, result.Row{d.Path, d.Origin, d.SHA256})
	}
	return c.table(c.say("provenance.definitions"), cols, rows)
}

// method explains how figures were made and what the words mean.
func (c *composer) method() []document.Block {
	blocks := []document.Block{document.Paragraph{Style: document.Body, Text: c.say("method.intro")}}
	for _, key := range []string{"events", "period", "coverage", "actors", "outcomes", "limits"} {
		blocks = append(blocks, document.Heading{Level: 3, Text: c.say("method." + key + ".title")}, document.Paragraph{Style: document.Body,
			Text: c.say("method." + key + ".text")})
	}
	return append(blocks, c.glossary()...)
}

// glossary explains the outcomes of tests and the states of controls that this report has.
func (c *composer) glossary() (blocks []document.Block) {
	tests := document.Facts{Title: c.say("method.words_tests")}
	for _, x := range outcomes {
		if slices.ContainsFunc(c.s.Queries, func(q run.Query) bool { return q.Verdict.Outcome == x.outcome }) {
			label := c.say("outcome." + x.outcome.String())
			if x.outcome == finding.Clear && c.limited() {
				label = c.say("outcome.clear-limited")
			}
			tests.Fields = append(tests.Fields, document.Field{Label: label, Text: c.say("outcome_meaning." + x.outcome.String())})
		}
	}
	states := document.Facts{Title: c.say("method.words_controls")}
	for _, x := range controlStates {
		if slices.ContainsFunc(c.s.Controls, func(k run.Control) bool { return k.State == x.state }) {
			states.Fields = append(states.Fields, document.Field{Label: c.say("control." + x.state), Text: c.say("control_meaning." + x.state)})
		}
	}
	for _, f := range []document.Facts{tests, states} {
		if len(f.Fields) > 0 {
			blocks = append(blocks, f)
		}
	}
	return blocks
}

// engineName is name and version; Athena's version begins with the name.
func engineName(d engine.Description) string {
	if strings.HasPrefix(strings.ToLower(d.Version), d.Name+" ") {
		return d.Version
	}
	return d.Name + " " + d.Version
}
