package workpaper

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/engine"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// conflicts are the events whose copies differ, and the log files in which the copies can be found. A name of a log file is
// long and one that was forged is among many events, so that each has a short reference.
func (c *composer) conflicts() []document.Block {
	in := c.s.Inputs
	if len(in.Conflicts) == 0 {
		return nil
	}
	files, refs := c.conflictFiles(in.Conflicts)
	cols := []document.Column{
		column("account", c.say("column.account"), result.Text, document.FormAccount),
		column("event_id", c.say("column.event_id"), result.Text, document.FormID),
		column("contents", c.say("column.contents"), result.Int, document.FormNumber),
		column("log_files", c.say("column.log_files"), result.Text, document.FormCode),
		column("log_file_names", c.say("column.log_file_names"), result.Text, document.FormCode),
	}
	cols[3].To, cols[4].Sheet = "{value}", true
	var rows []result.Row
	for _, x := range in.Conflicts {
		row := result.Row{nil, x.EventID, x.Contents, listed(x, func(f string) string { return refs[f] }),
			listed(x, func(f string) string { return f })}
		if x.Account != "" {
			row[0] = x.Account
		}
		rows = append(rows, row)
	}
	events := c.table(c.say("scope.conflicts"), cols, rows)
	for _, t := range []*document.Table{&files, &events} {
		t.Shown = min(t.Shown, shownRows)
		t.Note = c.firstOf(t.Shown, t.Rows.Count(), "")
	}
	blocks := []document.Block{
		document.Heading{Level: 2, Text: c.say("scope.conflicts")},
		document.Paragraph{Style: document.Body, Text: c.say("scope.conflicts_note", "n", deref(in.Conflicting))},
		files, events,
	}
	if more := deref(in.Conflicting) - int64(len(rows)); more > 0 {
		blocks = append(blocks, document.Paragraph{Style: document.Body, Text: c.say("scope.conflicts_more", "n", more)})
	}
	return blocks
}

// conflictFiles is the table of these log files, those with the most events first, and the reference of each.
func (c *composer) conflictFiles(list []engine.Conflict) (t document.Table, refs map[string]string) {
	events := map[string]int64{}
	for _, x := range list {
		for _, f := range x.Files {
			events[f]++
		}
	}
	refs = map[string]string{}
	var rows []result.Row
	for i, f := range slices.SortedFunc(maps.Keys(events), func(a, b string) int {
		return cmp.Or(cmp.Compare(events[b], events[a]), strings.Compare(a, b))
	}) {
		refs[f] = fmt.Sprintf("L-%02d", i+1)
		rows = append(rows, result.Row{refs[f], f, events[f]})
	}
	t = c.table(c.say("scope.conflict_files"), []document.Column{
		column("ref", c.say("column.ref"), result.Text, document.FormCode),
		column("file", c.say("column.file"), result.Text, document.FormCode),
		column("events", c.say("column.events"), result.Int, document.FormNumber),
	}, rows)
	t.Target = "{row}"
	return t, refs
}

// listed are the log files of an event, each as name calls it. An event with more than a list holds says so.
func listed(x engine.Conflict, name func(string) string) string {
	var names []string
	for _, f := range x.Files {
		names = append(names, name(f))
	}
	if int64(len(names)) < x.Contents && len(names) == engine.MostConflictFiles {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// marked is the rows of a query, each with the code "differ" behind it where it rests on an event whose copies differ, and how
// many these are.
func (c *composer) marked(rows result.Set, q *run.Query) (result.Set, int64, error) {
	differs := run.Conflicts(c.s.Inputs).Rows(q.Columns)
	if differs == nil {
		return rows, 0, nil
	}
	var n int64
	for r, err := range rows.All() {
		if err != nil {
			return nil, 0, err
		}
		if differs(r) {
			n++
		}
	}
	if n == 0 {
		return rows, 0, nil
	}
	mark := func(_ int64, r result.Row) (result.Row, error) {
		if differs(r) {
			return result.Row{"differ"}, nil
		}
		return result.Row{nil}, nil
	}
	return result.With(rows, []result.Column{{Name: "copies_differ", Kind: result.Text}}, mark), n, nil
}
