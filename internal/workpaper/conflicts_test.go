package workpaper_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// conflicting is a record with so many events whose copies differ: one in two files of its own, the others in a forged one.
func conflicting(listed, all int) run.Record {
	r := record()
	r.Inputs.Conflicting = new(int64(all))
	for i := range listed {
		files := []string{"AWSLogs/forged.json.gz", fmt.Sprintf("AWSLogs/true-%d.json.gz", i%2)}
		r.Inputs.Conflicts = append(r.Inputs.Conflicts, engine.Conflict{Account: prod, EventID: fmt.Sprintf("e%d", i), Contents: 2, Files: files})
	}
	r.Notices = []run.Notice{{Key: "conflicting", Args: []string{"n", fmt.Sprint(all), "ids", "e0, …", "files", "AWSLogs/forged.json.gz, …"},
		Incomplete: true}}
	return r
}

// cells are the texts of a table's rows by column name.
func cells(t *testing.T, table document.Table) (rows []map[string]any) {
	t.Helper()
	for r, err := range table.Rows.All() {
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]any{}
		for i, c := range table.Columns {
			m[c.Name] = r[i]
		}
		rows = append(rows, m)
	}
	return rows
}

// titled is the one table of a title.
func titled(t *testing.T, d *document.Document, title string) document.Table {
	t.Helper()
	all := of[document.Table](d)
	i := slices.IndexFunc(all, func(x document.Table) bool { return x.Title == title })
	if i < 0 {
		t.Fatalf("no table %q", title)
	}
	return all[i]
}

// Copies that differ are told on page one, listed with their files, and marked in the rows that rest on them.
func TestConflicts(t *testing.T) {
	found, clean := test("a/b", query.Critical, 3, 0), test("a/c", query.High, 2, 0)
	clean.rows = []result.Row{{day(1), dev, "e0"}, {day(2), prod, "other"}} // the id of another account's event
	evidence := test("a/d", query.Info, 2, 0)
	evidence.Kind, evidence.verdict = query.KindEvidence, finding.Verdict{Outcome: finding.Shown, Rows: 2}
	d := compose(t, conflicting(2, 2), found, clean, evidence)

	front := of[document.Front](d)[0]
	if front.Verdict.Title != "1 critical and 1 high finding. The report is incomplete." || len(front.Notices) != 1 ||
		!strings.Contains(front.Notices[0].Text, "Events e0, …; log files AWSLogs/forged.json.gz, …") ||
		front.Notices[0].Pill.Text != "Incomplete" {
		t.Errorf("%+v %+v", front.Verdict, front.Notices)
	}
	files, events := cells(t, titled(t, d, "Log files with copies that differ")), cells(t, titled(t, d, "Events whose copies differ"))
	if got := fmt.Sprint(files); got != "[map[events:2 file:AWSLogs/forged.json.gz ref:L-01] map[events:1 file:AWSLogs/true-0.json.gz "+
		"ref:L-02] map[events:1 file:AWSLogs/true-1.json.gz ref:L-03]]" {
		t.Error(got)
	}
	if len(events) != 2 || events[1]["event_id"] != "e1" || events[1]["account"] != prod || events[1]["contents"] != int64(2) ||
		events[1]["log_files"] != "L-01, L-03" ||
		events[1]["log_file_names"] != "AWSLogs/forged.json.gz, AWSLogs/true-1.json.gz" {
		t.Errorf("%+v", events)
	}
	for title, want := range map[string][]any{"Title of a/b": {"differ", "differ", nil}, "Title of a/c": nil,
		"Title of a/d": {"differ", "differ"}} {
		table := titled(t, d, title)
		shown := slices.ContainsFunc(table.Columns, func(c document.Column) bool { return c.Name == "copies_differ" && !c.Hidden && !c.Sheet })
		if shown != (want != nil) {
			t.Errorf("%s: the mark is shown: %t", title, shown)
			continue
		}
		for i, r := range cells(t, table) {
			if want != nil && r["copies_differ"] != want[i] {
				t.Errorf("%s, row %d: %v, want %v", title, i, r["copies_differ"], want[i])
			}
		}
	}
	for _, k := range of[document.Card](d) {
		i := slices.IndexFunc(k.Fields, func(f document.Field) bool { return f.Label == "Copies that differ" })
		text := ""
		if i >= 0 {
			text = k.Fields[i].Text
		}
		if want := map[string]string{"3 rows need review: Title of a/b": "2 rows rest on events whose copies differ; they are marked.",
			"Title of a/d": "2 rows rest on events whose copies differ; they are marked."}[k.Title]; text != want {
			t.Errorf("%s: %q, want %q", k.Title, text, want)
		}
	}
	written(t, d)
}

// What is not listed is counted.
func TestMoreConflictsThanListed(t *testing.T) {
	d := compose(t, conflicting(40, 42), test("a/b", query.Critical, 1, 0))
	table := titled(t, d, "Events whose copies differ")
	if table.Rows.Count() != 40 || table.Shown != 25 || table.Note == "" {
		t.Errorf("%d rows, %d on paper, note %q", table.Rows.Count(), table.Shown, table.Note)
	}
	var paragraphs []string
	for _, p := range of[document.Paragraph](d) {
		paragraphs = append(paragraphs, p.Text)
	}
	if want := "2 further events are not listed here and not marked in the tables."; !slices.Contains(paragraphs, want) {
		t.Errorf("nothing says that %q", want)
	}
}

// A record without any copies that differ has neither table nor column.
func TestNoConflicts(t *testing.T) {
	d := compose(t, record(), test("a/b", query.Critical, 1, 0))
	if text := dump(t, d); strings.Contains(text, "copies_differ") || strings.Contains(text, "Log files with copies") {
		t.Error("a report over sound logs speaks of copies that differ")
	}
}
