package workpaper

import (
	"fmt"
	"iter"
	"path"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/engine"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/unread"
)

// scope says what the rows rest on: facts, coverage matrix, gaps, categories, tie-outs, files not read.
func (c *composer) scope() ([]document.Block, error) {
	blocks := []document.Block{
		document.Paragraph{Style: document.Body, Text: c.say("scope.intro")},
		c.scopeFacts(),
	}
	if points := c.notices(0); len(points) > 0 {
		blocks = append(blocks, document.Points{Title: c.say("scope.notices"), Points: points})
	}
	blocks = append(blocks, c.conflicts()...)
	blocks = append(blocks, document.Heading{Level: 2, Text: c.say("scope.coverage")},
		document.Paragraph{Style: document.Body, Text: c.coverageSentence()})
	if m := c.matrix(); len(m.Rows) > 0 {
		blocks = append(blocks, m)
	}
	if len(c.s.Coverage.Gaps) > 0 {
		blocks = append(blocks, c.gaps())
	}
	blocks = append(blocks, c.integrity()...)
	blocks = append(blocks, document.Heading{Level: 2, Text: c.say("scope.checks")},
		document.Paragraph{Style: document.Note, Text: c.say("scope.checks_note")}, c.checks())
	if t := c.categories(); t.Rows.Count() > 0 {
		blocks = append(blocks, document.Heading{Level: 2, Text: c.say("scope.population")}, t)
	}
	files, err := c.files()
	if err != nil {
		return nil, err
	}
	return append(blocks, files...), nil
}

func (c *composer) scopeFacts() document.Facts {
	s, in := c.s, c.s.Inputs
	zone := zoneName(s.Period.Zone)
	f := document.Facts{Fields: []document.Field{
		{Label: c.say("scope.period"), Text: c.say("scope.period_text", "from", c.l.Time(c.local(s.Period.From)), "to",
			c.l.Time(c.local(s.Period.To)), "zone", zone)},
		{Label: c.say("cover.source"), Text: s.Source, Mono: true},
		{Label: c.say("scope.files"), Text: c.say("scope.files_text", "listed", c.observed(in.Listed), "read", c.observed(in.Read), "refused",
			c.observed(in.Refused), "skipped", c.observed(in.Skipped))},
		{Label: c.say("scope.records"), Text: c.say("scope.records_text", "records", c.observed(in.Records), "events", c.observed(in.Events),
			"outside", c.observed(in.Outside), "left_out", c.observed(in.LeftOut), "undated", c.observed(in.Undated))},
	}}
	if in.Bytes != nil {
		f.Fields = append(f.Fields, document.Field{Label: c.say("scope.bytes"), Text: c.l.Bytes(*in.Bytes)})
	}
	if !in.First.IsZero() {
		f.Fields = append(f.Fields, document.Field{Label: c.say("scope.first_last"), Text: c.say("scope.first_last_text", "first",
			c.l.Time(in.First.UTC()), "last", c.l.Time(in.Last.UTC()))})
	}
	if in.Digest != "" {
		f.Fields = append(f.Fields, document.Field{Label: c.say("scope.inputs_digest"), Text: in.Digest, Mono: true})
	}
	if len(s.Regions) > 0 {
		f.Fields = append(f.Fields, document.Field{Label: c.say("scope.regions"), Text: c.l.List(s.Regions)})
	}
	return f
}

// states of a coverage cell with the tone, and the mark that tells it without colour.
var coverageStates = []struct {
	state string
	tone  document.Tone
	mark  string
}{
	{run.Logs, document.Good, ""}, {run.Quiet, document.Accent, "q"}, {run.NoFile, document.Muted, "·"},
	{run.Broken, document.High, "!"}, {run.Gap, document.Critical, "×"}, {run.Outside, document.Neutral, ""},
}

func (c *composer) matrix() document.Matrix {
	cov := c.s.Coverage
	m := document.Matrix{Title: c.say("coverage.title"), Sheet: c.say("section.coverage.sheet"), Note: c.say("coverage.note")}
	for i, day := range cov.Days {
		t, err := time.Parse(time.DateOnly, day)
		label := ""
		if err == nil {
			switch {
			case len(cov.Days) <= 35: // a month, and the days that its zone adds
				label = t.Format("2")
			case t.Day() == 1 || i == 0:
				label = t.Format("01-02")
			}
		}
		m.Columns = append(m.Columns, label)
	}
	used := map[string]bool{}
	for _, row := range cov.Rows {
		line := document.MatrixRow{Group: c.accountName(row.Account), Label: row.Region}
		var events int64
		for i, state := range row.States {
			used[state] = true
			cell := document.MatrixCell{Text: c.say("coverage." + state)}
			for _, x := range coverageStates {
				if x.state == state {
					cell.Tone, cell.Mark = x.tone, x.mark
				}
			}
			if i < len(row.Events) {
				events += row.Events[i]
			}
			line.Cells = append(line.Cells, cell)
		}
		line.Note = c.l.Number(events)
		m.Rows = append(m.Rows, line)
	}
	for _, x := range coverageStates {
		if used[x.state] {
			m.Legend = append(m.Legend, document.Legend{Tone: x.tone, Mark: x.mark, Text: c.say("coverage." + x.state)})
		}
	}
	return m
}

func (c *composer) coverageSentence() string {
	cov := c.s.Coverage
	accounts := map[string]bool{}
	var silent int64
	for _, row := range cov.Rows {
		accounts[row.Account] = true
		quiet := true
		for _, state := range row.States {
			quiet = quiet && state != run.Logs
		}
		if quiet {
			silent++
		}
	}
	if len(cov.Rows) == 0 {
		return c.say("coverage.empty")
	}
	text := c.say("coverage.extent", "accounts", c.say("coverage.accounts", "n", int64(len(accounts))),
		"rows", c.say("coverage.rows", "n", int64(len(cov.Rows))), "days", c.say("coverage.days", "n", int64(len(cov.Days))))
	if n := int64(len(cov.Gaps)); n > 0 {
		text += " " + c.say("coverage.gaps", "n", n)
	} else {
		text += " " + c.say("coverage.no_gaps")
	}
	if silent > 0 {
		text += " " + c.say("coverage.silent", "n", silent)
	}
	return text
}

func (c *composer) gaps() document.Table {
	cols := []document.Column{
		column("account", c.say("column.account"), result.Text, document.FormAccount),
		column("first", c.say("column.first_day"), result.Text, document.FormText),
		column("last", c.say("column.last_day"), result.Text, document.FormText),
		column("days", c.say("column.days"), result.Int, document.FormNumber),
	}
	var rows []result.Row
	for _, g := range c.s.Coverage.Gaps { // days that follow each other are one line
		if n := len(rows); n > 0 && rows[n-1][0] == g.Account && follows(rows[n-1][2].(string), g.Day) {
			rows[n-1][2], rows[n-1][3] = g.Day, rows[n-1][3].(int64)+1
			continue
		}
		rows = append(rows, result.Row{g.Account, g.Day, g.Day, int64(1)})
	}
	t := c.table(c.say("coverage.gap_table"), cols, rows)
	t.Shown = min(t.Shown, shownRows)
	t.Note = c.firstOf(t.Shown, t.Rows.Count(), "")
	return t
}

// follows reports whether a day, written 2026-10-01, is the day after another.
func follows(before, day string) bool {
	t, err := time.Parse(time.DateOnly, before)
	return err == nil && t.AddDate(0, 0, 1).Format(time.DateOnly) == day
}

// checks are the tie-outs; those that count a query's rows are live formulas in a workbook.
func (c *composer) checks() document.Checks {
	b := document.Checks{Head: [6]string{c.say("column.ref"), c.say("column.check"), c.say("column.expected"), c.say("column.observed"),
		c.say("column.result"), c.say("column.how")}}
	var held int64 // checks of single results: one line on paper where all hold, a live formula each in a workbook
	for i, k := range c.s.Checks {
		row := document.CheckRow{
			Ref:      fmt.Sprintf("C-%02d", i+1),
			Name:     c.say("check."+k.Name+".name", "query", c.queryName(k.Query)),
			Expected: c.figure(k.Expected),
			Observed: c.figure(k.Observed),
			Result:   c.checkPill(k.State),
			How:      c.say("check." + k.Name + ".how"),
		}
		if k.Name == "rows" && k.Query != "" {
			if k.State == run.CheckPass {
				held++
				row.Only = "sheet"
			}
		}
		if ref := c.refs[k.Query]; ref != "" {
			row.Links = refLinks(ref)
		}
		if q := c.s.Query(k.Query); q != nil && c.hasSheet(q) {
			if n, ok := wholeNumber(k.Expected); ok && k.Name == "rows" {
				row.Count, row.Number = c.refs[k.Query], &n
			}
		}
		b.Rows = append(b.Rows, row)
	}
	if held > 0 {
		b.Rows = append(b.Rows, document.CheckRow{
			Ref: fmt.Sprintf("C-%02d", len(c.s.Checks)+1), Name: c.say("check.all_rows.name"), Expected: c.l.Number(held),
			Observed: c.l.Number(held),
			Result:   c.checkPill(run.CheckPass), How: c.say("check.all_rows.how"), Only: "page",
		})
	}
	return b
}

// figure is a number in the language's way, or the language's word where the record holds a key.
func (c *composer) figure(s string) string {
	if len(s) > 1 && s[0] == '=' {
		return c.say("figure." + s[1:])
	}
	if n, ok := wholeNumber(s); ok {
		return c.l.Number(n)
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return c.l.Time(t.UTC())
	}
	return orNone(s)
}

func (c *composer) checkPill(state string) document.Pill {
	switch state {
	case run.CheckPass:
		return document.Pill{Text: c.say("state.pass"), Tone: document.Good}
	case run.CheckFail:
		return document.Pill{Text: c.say("state.fail"), Tone: document.Critical}
	case run.CheckNotChecked:
		return document.Pill{Text: c.say("state.not_checked"), Tone: document.Muted}
	case run.CheckNothing:
		return document.Pill{Text: c.say("state.nothing"), Tone: document.Muted}
	}
	return document.Pill{Text: c.say("value.not_observable"), Tone: document.Muted}
}

func (c *composer) categories() document.Table {
	cols := []document.Column{
		column("account", c.say("column.account"), result.Text, document.FormAccount),
		column("category", c.say("column.category"), result.Text, document.FormCode),
		column("events", c.say("column.events"), result.Int, document.FormNumber),
	}
	var rows []result.Row
	for _, k := range c.s.Inputs.Categories {
		rows = append(rows, result.Row{k.Account, k.Name, k.Events})
	}
	return c.table(c.say("scope.population_table"), cols, rows)
}

// files are two tables: what was not read, for every reader; and all files with their digests, on a sheet of their own.
func (c *composer) files() ([]document.Block, error) {
	cols := func() []document.Column {
		return []document.Column{
			column("state", c.say("column.state"), result.Text, document.FormStatus),
			column("key", c.say("column.file"), result.Text, document.FormCode),
			column("reason", c.say("column.reason"), result.Text, document.FormText),
			column("size", c.say("column.size"), result.Int, document.FormBytes),
		}
	}
	states := []document.Choice{
		{Code: engine.FileRead, Label: c.say("file.read"), Tone: document.Good},
		{Code: engine.FileRefused, Label: c.say("file.refused"), Tone: document.High},
		{Code: engine.FileSkipped, Label: c.say("file.skipped"), Tone: document.Muted},
	}
	not, groups, more, err := c.filesNotRead(c.s.InputFiles)
	if err != nil {
		return nil, err
	}
	var blocks []document.Block
	switch {
	case len(not) > 0 && len(not) == groups: // nothing that should have been read
		blocks = append(blocks, document.Heading{Level: 2, Text: c.say("scope.files_not_read")})
		for _, x := range not {
			blocks = append(blocks, document.Paragraph{Style: document.Body, Text: c.say("scope.files_left_out", "files", x[1], "reason", x[2])})
		}
	case len(not) > 0:
		k := cols()
		k[0].Values = states
		t := c.table(c.say("scope.files_not_read"), k, not)
		t.Shown = min(t.Shown, shownRows)
		t.Note = c.firstOf(t.Shown, t.Rows.Count()+more, filesSheet)
		blocks = append(blocks, document.Heading{Level: 2, Text: c.say("scope.files_not_read")}, t)
	}
	k := append(cols(), column("records", c.say("column.records"), result.Int, document.FormNumber), column("sha256", c.say("column.sha256"),
		result.Text, document.FormID))
	k[0].Values = states
	k[1].Width, k[5].Width = 110, 64
	all := fileSet{s: c.s, reason: c.fileReason}
	if all.Count() > 0 {
		blocks = append(blocks, document.Table{Ref: filesSheet, Sheet: c.say("section.files.sheet"), Title: c.say("scope.files_all"), Columns: k,
			Rows: all, Shown: 0, Note: c.say("scope.files_all_note", "n", all.Count())})
	}
	return blocks, nil
}

// filesNotRead has a row for each file that was not read, those that could not be first: they make a report incomplete. Of many files
// that were left out for one reason, such as the digests of a trail, there is one row, a group: the sheet of all files has each.
func (c *composer) filesNotRead(files func() iter.Seq2[engine.InputFile, error]) (rows []result.Row, groups int, more int64, _ error) {
	alike := map[string]int{}
	for f, err := range files() {
		if err != nil {
			return nil, 0, 0, err
		}
		if f.State == engine.FileSkipped {
			alike[c.fileReason(f.Reason)]++
		}
	}
	told := map[string]int{} // reasons whose row is there, by its place
	for _, want := range []string{engine.FileRefused, engine.FileSkipped} {
		for f, err := range files() {
			if err != nil {
				return nil, 0, 0, err
			}
			if f.State != want {
				continue
			}
			why, key := c.fileReason(f.Reason), f.Key
			if n := alike[why]; want == engine.FileSkipped && n > mostAlike {
				if i, ok := told[why]; ok {
					rows[i][3] = rows[i][3].(int64) + f.Size
					continue
				}
				told[why] = len(rows)
				key = c.say("scope.files_alike", "n", int64(n), "key", path.Base(f.Key))
			} else if len(rows) >= mostFilesListed {
				more++
				continue
			}
			rows = append(rows, result.Row{f.State, key, why, f.Size})
		}
	}
	return rows, len(told), more, nil
}

// filesSheet is the reference of the sheet that lists every input file; a PDF only points to it.
const filesSheet = "I-01"

// Bounds of what is printed on paper; a workbook holds everything.
const (
	shownRows       = 25
	mostAlike       = 3 // files left out for one reason that are listed one by one
	mostFilesListed = 5_000
)

// fileReason is why a file was not read.
func (c *composer) fileReason(why unread.Reason) string { return Unread(c.l, why) }

// firstOf says above a table how much of it is printed; "" where all of it is.
func (c *composer) firstOf(shown, all int64, ref string) string {
	if shown >= all {
		return ""
	}
	if ref == "" {
		return c.say("table.first_of", "shown", shown, "n", all, "all", all)
	}
	return c.say("table.first_of_sheet", "shown", shown, "n", all, "all", all, "ref", ref)
}
