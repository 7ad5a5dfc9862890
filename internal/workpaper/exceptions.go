package workpaper

import (
	"fmt"
	"iter"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/finding"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// exceptionsRef is the reference of the sheet that has every exception of the report, for the reviewer to work in.
const exceptionsRef = "X-01"

// exceptions is one table of all exceptions of all findings, with what their rows have in common: what a reviewer sorts, filters and
// answers. Their own columns are on the sheets of the findings. Rows are read as they are written, so memory does not grow with them.
func (c *composer) exceptions() (document.Table, bool) {
	var rows int64
	for _, q := range c.found {
		rows += q.Rows
	}
	if rows == 0 {
		return document.Table{}, false
	}
	form := func(name string, f document.Form, kind result.Kind, width int) document.Column {
		k := column(name, c.say("column."+name, "zone", zoneName(c.zone.String())), kind, f)
		k.Width = width
		return k
	}
	when := form("when", document.FormTime, result.Instant, 19)
	if c.zone != time.UTC {
		when.Kind, when.Form = result.Local, document.FormLocalTime
	}
	severities := form("severity", document.FormStatus, result.Text, 9)
	severities.Values = c.severityChoices()
	cols := []document.Column{
		form("ref", document.FormRef, result.Text, 6), severities, form("test", document.FormText, result.Text, 30), when,
		form("account", document.FormAccount, result.Text, 14), form("account_name", document.FormText, result.Text, 16),
		form("who", document.FormActor, result.Text, 28), form("what", document.FormText, result.Text, 60),
		form("later", document.FormText, result.Text, 28), form("ip", document.FormIP, result.Text, 16),
		form("outcome", document.FormCode, result.Text, 10),
		form("event_id", document.FormID, result.Text, 38), c.statusColumn(), form("exception", document.FormID, result.Text, 18),
		form("pattern", document.FormID, result.Text, 18),
	}
	judged := false
	for _, q := range c.found {
		judged = judged || q.Verdict.Waived+q.Verdict.Undecided > 0
	}
	cols[len(cols)-1].Hidden = true
	cols[len(cols)-3].Hidden = !judged // the same word on every row says nothing, and next to the disposition it would mislead
	t := document.Table{Ref: exceptionsRef, Sheet: c.say("sheet.exceptions"), Title: c.say("register.exceptions"), Columns: cols,
		Only: "sheet", Review: c.review()}
	t.Rows = exceptionSet{c: c, columns: cols, rows: rows}
	return t, true
}

// statusColumn is whether an exception is open, waived or not decided.
func (c *composer) statusColumn() document.Column {
	k := column("status", c.say("column.status"), result.Text, document.FormStatus)
	k.Values = []document.Choice{
		{Code: finding.StatusOpen, Label: c.say("status.open"), Tone: document.High},
		{Code: finding.StatusWaived, Label: c.say("status.waived"), Tone: document.Accent},
		{Code: finding.StatusUndecided, Label: c.say("status.undecided"), Tone: document.Muted},
	}
	return k
}

// exceptionSet are the rows of all findings in the order of the register.
type exceptionSet struct {
	c       *composer
	columns []document.Column
	rows    int64
}

func (s exceptionSet) Count() int64 { return s.rows }

func (s exceptionSet) Columns() []result.Column {
	cols := make([]result.Column, len(s.columns))
	for i, k := range s.columns {
		cols[i] = result.Column{Name: k.Name, Kind: k.Kind}
	}
	return cols
}

func (s exceptionSet) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		for _, q := range s.c.found {
			rows, err := s.c.s.Judged(q.ID)
			if err != nil {
				yield(nil, fmt.Errorf("reading the exceptions of %s: %w", q.ID, err))
				return
			}
			one := s.c.exceptionRow(q, rows.Columns(), len(q.Columns))
			for row, err := range rows.All() {
				if err != nil {
					yield(nil, err)
					return
				}
				if !yield(one(row), nil) {
					return
				}
			}
		}
	}
}

// exceptionRow makes the common columns out of a row of a query; judged is where the columns of the exception begin.
func (c *composer) exceptionRow(q *run.Query, cols []result.Column, judged int) func(result.Row) result.Row {
	r := c.reader(q, cols)
	outcome := -1
	for i, k := range cols {
		if k.Name == "outcome" && k.Kind == result.Text {
			outcome = i
		}
	}
	value := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	at := func(row result.Row, i int) any {
		if i < 0 || i >= len(row) {
			return nil
		}
		return row[i]
	}
	ref, title, level := c.refs[q.ID], c.title(q), severity(q).String()
	return func(row result.Row) result.Row {
		x := r.sighting(row)
		var when, later any
		if t, ok := at(row, r.time).(time.Time); ok {
			when = t
			if c.zone != time.UTC {
				w := x.when
				when = time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), w.Nanosecond(), time.UTC)
			}
		}
		if x.later != "" {
			later = x.later
		}
		what := x.text
		if what == "" {
			what = title
		}
		return result.Row{ref, level, title, when, value(x.account), value(c.names[x.account]), value(x.actor), what, later, value(x.ip),
			at(row, outcome), value(r.text(row, r.id)), at(row, judged+1), at(row, judged), at(row, judged+4)}
	}
}

// progress is the sentence of the summary on how far the review is, and how to work with the workbook.
func (c *composer) progress() document.Progress {
	return document.Progress{Ref: exceptionsRef, Text: c.say("review.progress", "done", "{done}", "all", "{all}"),
		Notes: []string{c.say("review.how")}}
}

// runFields are what a filled workbook is read back by: of which run it is.
func (c *composer) runFields() []document.RunField {
	s := c.s
	return []document.RunField{
		{Code: "evidence_digest", Text: s.Digest}, {Code: "report", Text: s.Report}, {Code: "variant", Text: s.Variant},
		{Code: "period", Text: s.Period.ID},
		{Code: "revision", Text: fmt.Sprint(s.Revision)}, {Code: "language", Text: s.Language}, {Code: "timezone", Text: c.zone.String()},
	}
}
