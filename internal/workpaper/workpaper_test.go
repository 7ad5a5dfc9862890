package workpaper_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
	"trailscribe/internal/document/pdf"
	"trailscribe/internal/document/xlsx"
	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/style"
	"trailscribe/internal/unread"
	"trailscribe/internal/workpaper"
	"trailscribe/templates"
)

var update = flag.Bool("update", false, "write the golden files")

const prod, dev = "111122223333", "444455556666"

func day(d int) time.Time { return time.Date(2026, 10, d, 0, 0, 0, 0, time.UTC) }

// asked is a query of the report and what it gave.
type asked struct {
	*query.Query
	verdict    finding.Verdict
	columns    []result.Column
	rows       []result.Row
	waived     int // of an exception query, the first rows
	population *int64
}

func (a asked) Columns() []result.Column { return a.columns }
func (a asked) Stats() engine.Stats      { return engine.Stats{} }
func (a asked) Close() error             { return nil }
func (a asked) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		for _, row := range a.rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

var eventColumns = []result.Column{{Name: "event_time", Kind: result.Instant}, {Name: "account_id", Kind: result.Text},
	{Name: "eventid", Kind: result.Text}}

// test is an exception query with so many exceptions on successive days, the first of them waived.
func test(id string, severity query.Severity, open, waived int) asked {
	a := asked{columns: eventColumns, waived: waived, population: new(int64(9)),
		Query: &query.Query{ID: id, Title: "Title of " + id, Question: "Question?", Why: "Why.", Fix: "Fix.", Kind: query.KindException,
			Severity: severity,
			LogScope: []string{"management"}, Controls: map[string][]string{"cis-5": {"1.6"}}, Key: []string{"eventid"},
			Columns: []query.Column{{Name: "event_time", Label: "When", Type: "time"}, {Name: "account_id", Label: "Account", Type: "account"}}}}
	for i := range open + waived {
		a.rows = append(a.rows, result.Row{day(1 + i%28).Add(23*time.Hour + 30*time.Minute), prod, fmt.Sprintf("e%d", i)})
	}
	a.verdict = finding.Verdict{Outcome: finding.Clear, Rows: int64(len(a.rows)), Open: int64(open), Waived: int64(waived)}
	switch {
	case open > 0:
		a.verdict.Outcome = finding.Exceptions
	case waived > 0:
		a.verdict.Outcome = finding.Waived
	}
	return a
}

// metric is a charted query of the columns x, s and n.
func metric(id string, x result.Kind, chart query.Chart, rows ...result.Row) asked {
	return asked{columns: []result.Column{{Name: "x", Kind: x}, {Name: "s", Kind: result.Text}, {Name: "n", Kind: result.Int}}, rows: rows,
		Query:   &query.Query{ID: id, Title: "Title of " + id, Kind: query.KindMetric, Severity: query.Info, Chart: &chart},
		verdict: finding.Verdict{Outcome: finding.Shown, Rows: int64(len(rows))}}
}

func (a asked) but(outcome finding.Outcome, reason string) asked {
	a.verdict, a.rows = finding.Verdict{Outcome: outcome, Reason: reason}, nil
	return a
}

// record is a complete run of October 2026 over two accounts.
func record() run.Record {
	r := run.Record{Tool: "1.0", Report: "monthly", Title: "Monthly", Audience: "Auditors", Entity: "Example", Language: "en", Theme: "navy",
		As:     day(32),
		Period: run.Period{ID: "2026-10", From: day(1), To: day(32), Zone: "UTC"}, Source: "./logs", Engine: engine.Description{Name: "fake",
			Version: "1", Place: "memory"},
		Settings: []run.Setting{{Name: "timezone", Value: "UTC", Origin: "default"}}, Accounts: []run.Account{{ID: prod, Name: "prod"},
			{ID: dev}},
		Checks: []run.Check{{Name: "files", Expected: "62", Observed: "62", State: run.CheckPass},
			{Name: "duplicates", Expected: "=any", Observed: "=not_observable", State: run.CheckNotObservable}},
		Definitions: []run.Definition{{Path: "reports/monthly.yaml", Origin: "built-in", SHA256: strings.Repeat("a", 64)}},
		Inputs: engine.Inputs{Listed: new(int64(2)), Read: new(int64(1)), Refused: new(int64(1)), Skipped: new(int64(0)), Bytes: new(int64(1234)),
			Records: new(int64(13)), Events: new(int64(12)),
			First: day(1), Last: day(31), Digest: "inputs", Categories: []engine.Category{{Account: prod, Name: "management", Events: 12}}},
	}
	for i := range 31 {
		r.Coverage.Days = append(r.Coverage.Days, day(1+i).Format(time.DateOnly))
	}
	row := run.CoverageRow{Account: prod, Region: "eu-west-1"}
	for range 31 {
		row.States, row.Files, row.Events = append(row.States, run.Logs), append(row.Files, 1), append(row.Events, 2)
	}
	r.Coverage.Rows = []run.CoverageRow{row}
	return r
}

func inputFiles(yield func(engine.InputFile, error) bool) {
	_ = yield(engine.InputFile{Key: "a.json.gz", Size: 10, SHA256: [32]byte{1}, Records: 13, State: engine.FileRead}, nil) &&
		yield(engine.InputFile{Key: "b.json.gz", Size: 20, State: engine.FileRefused, Reason: unread.Because(unread.Empty)}, nil)
}

// save writes a run as an audit does, up to the record.
func save(t *testing.T, r run.Record, queries ...asked) (*run.Saved, *report.Report) {
	t.Helper()
	return saveOver(t, inputFiles, r, queries...)
}

// saveOver is save with these log files.
func saveOver(t *testing.T, files iter.Seq2[engine.InputFile, error], r run.Record, queries ...asked) (*run.Saved, *report.Report) {
	t.Helper()
	base := t.TempDir()
	key := run.Key{Report: r.Report, Period: r.Period.ID, Plan: strings.Repeat("ab", 32)}
	f, _, err := run.Create(t.Context(), base, key, run.NewLocal(base))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := f.KeepInputs(r.Inputs, "", files); err != nil {
		t.Fatal(err)
	}
	r.Files = f.Files()
	def := &report.Report{ID: r.Report, Title: r.Title, Frameworks: framework.Set{
		"pci-dss-4.0.1": {ID: "pci-dss-4.0.1", Title: "PCI DSS", Version: "4.0.1", Part: "some of it"}}}
	var section report.Section
	for _, a := range queries {
		q := run.Query{ID: a.ID, Columns: a.columns}
		if a.verdict.Outcome != finding.NotEvaluated {
			if _, q, err = f.KeepResult(a.ID, a); err != nil {
				t.Fatal(err)
			}
		}
		q.Title, q.Kind, q.Severity, q.SQL, q.SQLSHA256, q.Verdict, q.Population = a.Title, a.Kind, a.Severity.String(), "SELECT 1", "digest",
			a.verdict, a.population
		if a.Kind == query.KindException && a.verdict.Outcome != finding.NotEvaluated {
			keep, done, err := f.Exceptions(a.ID)
			if err != nil {
				t.Fatal(err)
			}
			for i := range a.rows {
				status := finding.StatusOpen
				if i < a.waived {
					status = finding.StatusWaived
				}
				err = errors.Join(err, keep(finding.Exception{ID: fmt.Sprintf("x%d", i), Row: int64(i), Status: status}))
			}
			q.ExceptionsSHA256, err = done(err == nil)
			if err != nil {
				t.Fatal(err)
			}
		}
		r.Queries = append(r.Queries, q)
		if a.Chart != nil {
			r.Summary, def.Summary = append(r.Summary, a.ID), append(def.Summary, a.Query)
		}
		section.Queries = append(section.Queries, a.Query)
	}
	section.Title = "All"
	def.Sections = []report.Section{section}
	var ids []string
	for _, q := range section.Queries {
		ids = append(ids, q.ID)
	}
	if r.Sections == nil {
		r.Sections = []run.Section{{Title: "All", Queries: ids}}
	}
	if noteMore != nil {
		noteMore(f)
		noteMore = nil
	}
	s, err := f.WriteRecord(t.Context(), &r)
	if err != nil {
		t.Fatal(err)
	}
	return s, def
}

// noteMore writes more facts into the journal of the next run that is saved; nil: none.
var noteMore func(*run.Folder)

func english(t *testing.T) *style.Language {
	t.Helper()
	lib, bad := library.Open(library.Embedded(os.DirFS("../../queries"), os.DirFS("../../reports"), templates.FS, false))
	if bad != nil {
		t.Fatal(bad)
	}
	l, bad := style.LoadLanguage(lib, "en")
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	return l
}

// byWriter are the placeholders that a writer fills.
var byWriter = map[string]bool{"{page}": true, "{pages}": true, "{part}": true, "{parts}": true, "{first}": true, "{last}": true,
	"{rows}": true, "{characters}": true, "{sha256}": true}

// compose makes the document; no text may be asked for that the language does not have, and every row must be readable.
func compose(t *testing.T, r run.Record, queries ...asked) *document.Document {
	t.Helper()
	s, def := save(t, r, queries...)
	l := english(t)
	d, err := workpaper.Compose(s, def, l)
	if err != nil {
		t.Fatal(err)
	}
	again, err := workpaper.Compose(s, def, l)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := dump(t, d), dump(t, again); a != b {
		t.Error("the same run gave another document:\n" + cmp.Diff(a, b))
	}
	if lines := workpaper.Brief(s, def, l); len(lines) < 2 {
		t.Errorf("brief %q", lines)
	}
	for _, name := range l.Missing() {
		if !byWriter[name[strings.LastIndexByte(name, ' ')+1:]] {
			t.Errorf("the language lacks %q", name)
		}
	}
	return d
}

// of gives the blocks of one type, in reading order.
func of[T document.Block](d *document.Document) (all []T) {
	for _, s := range d.Sections {
		for _, b := range s.Blocks {
			if x, ok := b.(T); ok {
				all = append(all, x)
			}
		}
	}
	return all
}

// dump is a document as text: fields that are set, tables with the cells a reader sees.
func dump(t *testing.T, d *document.Document) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s | %s | %s | %s | %s\n", d.Ref, d.Title, d.Entity, d.Period, d.Footer)
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "\n== %s %s %s [%s]\n", s.Part, s.Number, s.Title, s.Sheet)
		for _, block := range s.Blocks {
			table, ok := block.(document.Table)
			if !ok {
				fmt.Fprintf(&b, "%s %s\n", reflect.TypeOf(block).Name(), set(reflect.ValueOf(block)))
				continue
			}
			fmt.Fprintf(&b, "Table %s %q sheet %q shown %d of %d %q\n", table.Ref, table.Title, table.Sheet, table.Shown, table.Rows.Count(),
				table.Note)
			for _, k := range table.Columns {
				fmt.Fprintf(&b, "  %s:%s", k.Label, k.Form)
				if k.Hidden {
					b.WriteString(" hidden")
				}
				if k.Sheet {
					b.WriteString(" sheet")
				}
				if k.To != "" {
					b.WriteString(" to " + k.To)
				}
			}
			if table.Target != "" {
				b.WriteString("  rows are " + table.Target)
			}
			b.WriteByte('\n')
			var n int64
			for row, err := range table.Rows.All() {
				if err != nil {
					t.Fatal(err)
				}
				for i, v := range row {
					fmt.Fprintf(&b, "  %s", d.Cell(table.Columns[i], v))
				}
				b.WriteByte('\n')
				n++
			}
			if n != table.Rows.Count() || len(table.Rows.Columns()) != len(table.Columns) {
				t.Errorf("table %s %q: %d rows of %d, %d columns of %d", table.Ref, table.Title, n, table.Rows.Count(), len(table.Rows.Columns()),
					len(table.Columns))
			}
		}
	}
	return b.String()
}

// set writes the fields of a value that are not zero.
func set(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Struct:
		var parts []string
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() {
				parts = append(parts, v.Type().Field(i).Name+"="+set(f))
			}
		}
		return "{" + strings.Join(parts, " ") + "}"
	case reflect.Slice, reflect.Array:
		var parts []string
		for i := range v.Len() {
			parts = append(parts, set(v.Index(i)))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case reflect.Pointer:
		return set(v.Elem())
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	}
	return fmt.Sprint(v.Interface())
}

// memory takes the files of a format.
type memory struct{ files []string }

type sink struct{ io.Writer }

func (sink) Close() error { return nil }

func (m *memory) Create(name string) (io.WriteCloser, error) {
	m.files = append(m.files, name)
	return sink{io.Discard}, nil
}

// written holds both formats against the document.
func written(t *testing.T, d *document.Document) {
	t.Helper()
	fonts, err := fs.Sub(templates.FS, "fonts")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []document.Writer{xlsx.New(xlsx.Options{}), pdf.New(pdf.Options{Fonts: fonts})} {
		out := &memory{}
		done, err := w.Write(context.Background(), out, d)
		if err != nil {
			t.Fatalf("%s: %v", w.Format(), err)
		}
		for _, x := range of[document.Table](d) {
			want := x.Rows.Count()
			if done.Pages > 0 {
				want = min(want, x.Shown)
			}
			if x.Ref != "" && done.Rows[x.Ref] != want {
				t.Errorf("%s: %d rows of %s were written, want %d", w.Format(), done.Rows[x.Ref], x.Ref, want)
			}
		}
	}
}

func TestGolden(t *testing.T) {
	r := record()
	r.Checks = append(r.Checks, run.Check{Name: "rows", Query: "root/login", Expected: "3", Observed: "3", State: run.CheckPass})
	r.Framework = "cis-5"
	r.Controls = []run.Control{
		{Framework: "cis-5", ID: "1.6", Name: "Root", Family: "IAM", Strength: "partial", Lacks: "keys", State: run.ControlExceptions,
			Queries: []string{"root/login"}, Exceptions: 2},
		{Framework: "cis-5", ID: "9.9", Name: "Nothing", Family: "Other", Strength: "none", State: run.ControlNotCovered},
	}
	evidence := test("iam/users", query.Info, 2, 0)
	evidence.Kind, evidence.verdict = query.KindEvidence, finding.Verdict{Outcome: finding.Shown, Rows: 2}
	d := compose(t, r, test("root/login", query.Critical, 2, 1), test("kms/keys", query.High, 0, 0), evidence,
		metric("activity/by-day", result.Date, query.Chart{Type: "column", X: "x", Y: "n", Unit: "events"}, result.Row{day(2), "", int64(5)},
			result.Row{day(4), "", int64(7)}))
	got := dump(t, d)
	path := filepath.Join("testdata", "document.txt")
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s differs (%v); go test -update writes it\n%s", path, err, cmp.Diff(string(want), got))
	}
	written(t, d)
}

// What cover and summary conclude, for each kind of run. The conclusion never says more than the tests do.
func TestConclusions(t *testing.T) {
	incomplete := func(r *run.Record, key string, args ...string) {
		r.Notices = append(r.Notices, run.Notice{Key: key, Args: args, Incomplete: true})
	}
	for _, c := range []struct {
		name          string
		queries       []asked
		change        func(r *run.Record)
		title, lead   string
		figures       []string // of the verdict
		take          []string // beginnings of the points to take away
		not           string   // what no reader may be told
		tone          document.Tone
		registerTable int
	}{
		{name: "no findings", queries: []asked{test("a/b", query.High, 0, 0), test("a/c", query.High, 0, 0)}, title: "No exceptions",
			tone: document.Good,
			lead: "None of the 2 tests found anything to review.", figures: []string{"2", "31/31"}, registerTable: 1},
		{name: "findings", queries: []asked{test("a/b", query.Low, 1, 0), test("a/c", query.Critical, 2, 1), test("a/d", query.High, 0, 0)},
			title: "1 critical finding.", tone: document.Critical,
			lead: "2 of 3 tests have exceptions: 3 rows to review. One of these findings is critical", figures: []string{"1", "0", "0", "1", "1",
				"31/31"}, take: []string{"F-01  "}, registerTable: 2},
		{name: "low findings", queries: []asked{test("a/b", query.Low, 1, 0)}, title: "1 finding of medium or low severity.",
			tone: document.Medium, lead: "The one test of this report has exceptions: 1 row to review.", figures: []string{"0", "0", "0", "1", "0",
				"31/31"}, registerTable: 1},
		{name: "only waived", queries: []asked{test("a/b", query.High, 0, 2), test("a/c", query.High, 0, 1)}, title: "Only waived exceptions",
			tone: document.Accent,
			lead: "Each of the 2 tests has exceptions, and all of them are waived.", figures: []string{"0", "31/31"},
			take: []string{"F-01  ", "F-02  "}, not: "could not be answered", registerTable: 1},
		{name: "waived and clear", queries: []asked{test("a/b", query.High, 0, 2), test("a/c", query.High, 0, 0)},
			title: "Only waived exceptions", tone: document.Accent,
			lead: "One of 2 tests has exceptions, and all of them are waived. One test found nothing to review.", figures: []string{"1", "31/31"},
			take: []string{"F-01  "}, not: "All answered tests are clear", registerTable: 2},
		{name: "not evaluated", queries: []asked{test("a/b", query.High, 0, 0).but(finding.NotEvaluated, "timed out: x"),
			test("a/c", query.High, 0, 0)}, title: "Incomplete", tone: document.High,
			change:  func(r *run.Record) { incomplete(r, "query_failed", "query", "a/b") },
			lead:    "Of 2 tests, the one that could be answered found nothing to review. One test could not be answered. The logs are incomplete",
			figures: []string{"1", "31/31"}, take: []string{"T-01 Title of a/b: timed out: x", "T-01 Title of a/b could not be evaluated."},
			registerTable: 1},
		{name: "two rows with one key", queries: []asked{test("a/b", query.High, 0, 0).but(finding.NotEvaluated, finding.ReasonRepeatedKey)},
			title: "Incomplete", tone: document.High,
			change: func(r *run.Record) { incomplete(r, "query_failed", "query", "a/b") },
			lead:   "The one test of this report could not be answered. The logs", figures: []string{"0", "31/31"}, registerTable: 1},
		{name: "not logged", queries: []asked{test("a/b", query.High, 0, 0).but(finding.NotLogged, finding.ReasonNotLogged)}, title: "Incomplete",
			tone:   document.High,
			change: func(r *run.Record) { incomplete(r, "not_logged", "n", "1", "queries", "a/b") },
			lead:   "The one test of this report could not be answered. The logs are incomplete", figures: []string{"0", "31/31"},
			not: "found nothing to review", registerTable: 1},
		{name: "not applicable besides others",
			queries: []asked{test("a/b", query.High, 0, 0).but(finding.NotApplicable, finding.ReasonNotApplied),
				test("a/c", query.High, 0, 0), test("a/d", query.Low, 1, 0)}, title: "1 finding of medium or low severity.", tone: document.Medium,
			change: china,
			lead:   "One of 2 tests has exceptions: 1 row to review.", figures: []string{"0", "0", "0", "1", "1", "31/31"},
			not: "could not be answered", registerTable: 2},
		{name: "not applicable and clear", queries: []asked{test("a/b", query.High, 0, 0).but(finding.NotApplicable, finding.ReasonNotApplied),
			test("a/c", query.High, 0, 0)},
			title: "No exceptions", tone: document.Good, change: china, not: "2 tests",
			lead:    "The one test of this report found nothing to review. One test does not apply in this AWS partition and is not counted.",
			figures: []string{"1", "31/31"}, registerTable: 1},
		{name: "nothing applicable", queries: []asked{test("a/b", query.High, 0, 0).but(finding.NotApplicable, finding.ReasonNotApplied)},
			title: "Not applicable", tone: document.Neutral, change: china,
			lead: "The test of this report does not apply in the AWS partition of the logs.", figures: []string{"0", "31/31"}, not: "found nothing",
			registerTable: 1},
		{name: "nothing applicable, incomplete",
			queries: []asked{test("a/b", query.High, 0, 0).but(finding.NotApplicable, finding.ReasonNotApplied)}, title: "Incomplete",
			tone:    document.High,
			change:  func(r *run.Record) { china(r); incomplete(r, "no_logs") },
			lead:    "The test of this report does not apply in the AWS partition of the logs. The logs are incomplete",
			figures: []string{"0", "31/31"}, registerTable: 1},
		{name: "figures not applicable", queries: []asked{test("a/b", query.High, 0, 0),
			metric("m/a", result.Date, query.Chart{Type: "line", X: "x"}).but(finding.NotApplicable, finding.ReasonNotApplied)},
			title: "No exceptions", tone: document.Good, change: china, lead: "The one test of this report found nothing to review.",
			figures: []string{"1", "31/31"}, not: "could not be", registerTable: 1},
		{name: "a metric failed", queries: []asked{test("a/b", query.High, 0, 0),
			metric("m/a", result.Date, query.Chart{Type: "line", X: "x"}).but(finding.NotEvaluated, "no disk")}, title: "Incomplete",
			tone:    document.High,
			change:  func(r *run.Record) { incomplete(r, "query_failed", "query", "m/a") },
			lead:    "The one test of this report found nothing to review. One set of figures could not be gathered.",
			figures: []string{"1", "31/31"}, take: []string{"M-01 Title of m/a: no disk"}, not: "One test could not be answered", registerTable: 1},
		{name: "figures only", queries: []asked{metric("m/a", result.Date, query.Chart{Type: "line", X: "x"})}, title: "Figures only",
			tone: document.Neutral, lead: "This report shows one set of figures over 12 events."},
		{name: "no accounts", queries: []asked{test("a/b", query.High, 0, 0)}, title: "Incomplete", tone: document.High,
			change: func(r *run.Record) {
				r.Accounts, r.Coverage, r.Inputs = nil, run.Coverage{}, engine.Inputs{Listed: new(int64(0)), Read: new(int64(0)), Events: new(int64(0))}
				incomplete(r, "no_logs")
			}, lead: "The one test of this report found nothing to review. The logs are incomplete", figures: []string{"1"},
			take: []string{"No event of the period"}, registerTable: 1},
		{name: "an engine that sees no files", queries: []asked{test("a/b", query.High, 0, 0)}, title: "No exceptions", tone: document.Good,
			change: func(r *run.Record) { r.Coverage, r.Inputs = run.Coverage{}, engine.Inputs{} },
			lead:   "The one test of this report found nothing to review.", figures: []string{"1"}, registerTable: 1},
		{name: "a period with neither zone nor midnight", queries: []asked{test("a/b", query.High, 0, 0)}, title: "No exceptions",
			tone: document.Good,
			change: func(r *run.Record) {
				r.Period.Zone, r.Period.From, r.Period.To = "Mars/Olympus", day(1).Add(time.Hour), day(2).Add(90*time.Minute)
			}, lead: "The one test", figures: []string{"1", "31/31"}, registerTable: 1},
		{name: "nothing asked", title: "Figures only", tone: document.Neutral, lead: "This report shows 0 sets of figures"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := record()
			if c.change != nil {
				c.change(&r)
			}
			d := compose(t, r, c.queries...)
			v := of[document.Front](d)[0].Verdict
			if v.Title != c.title || v.Tone != c.tone {
				t.Errorf("verdict %q (%s), want %q (%s)", v.Title, v.Tone, c.title, c.tone)
			}
			var figures []string
			for _, f := range v.Figures {
				figures = append(figures, f.Value)
			}
			if !slices.Equal(figures, c.figures) {
				t.Errorf("figures %q, want %q", figures, c.figures)
			}
			if lead := of[document.Paragraph](d)[0].Text; !strings.HasPrefix(lead, c.lead) {
				t.Errorf("lead %q, want %q", lead, c.lead)
			} else if c.not != "" && strings.Contains(lead, c.not) {
				t.Errorf("lead %q says %q", lead, c.not)
			}
			front := of[document.Front](d)[0]
			var said []string
			for _, x := range front.Worst.Lines {
				said = append(said, strings.Join(x.Refs, " ")+"  "+x.Text)
			}
			for _, points := range append([]document.Points{{Points: front.Notices}}, of[document.Points](d)...) {
				for _, x := range points.Points {
					said = append(said, x.Text)
				}
			}
			for _, want := range c.take {
				if !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, want) }) {
					t.Errorf("nothing begins with %q: %q", want, said)
				}
			}
			tables := 0
			for _, s := range d.Sections {
				for _, b := range s.Blocks {
					if t, ok := b.(document.Table); ok && s.Part == document.Register && t.Review == nil {
						tables++
					}
				}
			}
			if tables != c.registerTable {
				t.Errorf("%d tables in the register, want %d", tables, c.registerTable)
			}
		})
	}
}

// One test or one row is not spoken of as many; that all or none of the tests have exceptions is said in words.
func TestSentencesFitTheirNumbers(t *testing.T) {
	clear, failed := test("a/x", query.High, 0, 0), test("a/y", query.High, 0, 0).but(finding.NotEvaluated, "timed out: x")
	figures := metric("m/a", result.Date, query.Chart{Type: "line", X: "x"})
	for _, c := range []struct {
		name          string
		queries       []asked
		incomplete    bool
		verdict, lead string
	}{
		{"one test, one row", []asked{test("a/b", query.High, 1, 0)}, false, "The test has exceptions; 1 row to review",
			"The one test of this report has exceptions: 1 row to review. The finding is of high severity."},
		{"one test, many rows", []asked{test("a/b", query.Critical, 3, 0)}, false, "The test has exceptions; 3 rows to review",
			"The one test of this report has exceptions: 3 rows to review. The finding is critical and needs action before sign-off."},
		{"one of two tests", []asked{test("a/b", query.Low, 1, 0), clear}, false, "One of 2 tests has exceptions; 1 row to review",
			"One of 2 tests has exceptions: 1 row to review."},
		{"all tests", []asked{test("a/b", query.High, 2, 0), test("a/c", query.High, 1, 0)}, false,
			"Each of the 2 tests has exceptions; 3 rows to review",
			"Each of the 2 tests has exceptions: 3 rows to review. All of these findings are of high severity. 3 of the rows show a single " +
				"event each, 2 distinct events in all."},
		{"most tests", []asked{test("a/b", query.Critical, 2, 0), test("a/c", query.Critical, 1, 0), test("a/d", query.Low, 1, 0), clear}, false,
			"3 of 4 tests have exceptions; 4 rows to review",
			"3 of 4 tests have exceptions: 4 rows to review. 2 of these findings are critical and need action before sign-off. 4 of the rows " +
				"show a single event each, 2 distinct events in all."},
		{"one test, clear", []asked{clear}, false, "The test found nothing to review", "The one test of this report found nothing to review."},
		{"all clear", []asked{clear, test("a/z", query.High, 0, 0)}, false, "None of the 2 tests found anything to review",
			"None of the 2 tests found anything to review."},
		{"one test, waived", []asked{test("a/b", query.High, 0, 1)}, false, "Every exception found is covered by a waiver",
			"The one test of this report has exceptions, and all of them are waived."},
		{"one test with exceptions, incomplete", []asked{test("a/b", query.High, 1, 0)}, true,
			"The test has exceptions; 1 row to review. Some questions could not be answered in full",
			"The one test of this report has exceptions: 1 row to review. The finding is of high severity. The logs are incomplete; see the " +
				"limits under the overall result."},
		{"one test, not answered", []asked{failed}, true, "The test could not be answered",
			"The one test of this report could not be answered. The logs are incomplete; see the limits under the overall result."},
		{"no test answered", []asked{failed, test("a/z", query.High, 0, 0).but(finding.NotEvaluated, "no")}, true,
			"None of the 2 tests could be answered",
			"None of the 2 tests could be answered. The logs are incomplete; see the limits under the overall result."},
		{"one of two answered", []asked{failed, clear}, true,
			"The test that could be answered found nothing to review, but not everything could be answered",
			"Of 2 tests, the one that could be answered found nothing to review. One test could not be answered. The logs are incomplete; see " +
				"the limits under the overall result."},
		{"figures, incomplete", []asked{figures.but(finding.NotEvaluated, "no disk")}, true,
			"This report holds figures and no tests, and not everything could be answered",
			"This report tests nothing and could gather no figures. One set of figures could not be gathered."},
		{"figures", []asked{figures}, false, "This report holds figures and no tests",
			"This report shows one set of figures over 12 events. It tests nothing."},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := record()
			if c.incomplete {
				r.Notices = append(r.Notices, run.Notice{Key: "no_logs", Incomplete: true})
			}
			d := compose(t, r, c.queries...)
			if got := of[document.Front](d)[0].Verdict.Text; got != c.verdict {
				t.Errorf("verdict %q, want %q", got, c.verdict)
			}
			if got := of[document.Paragraph](d)[0].Text; got != c.lead {
				t.Errorf("lead %q, want %q", got, c.lead)
			}
		})
	}
}

// However many queries failed, the page names some and counts the rest.
func TestManyFailures(t *testing.T) {
	r := record()
	var queries []asked
	for i := range 20 {
		id := fmt.Sprintf("a/q%d", i)
		queries = append(queries, test(id, query.High, 0, 0).but(finding.NotEvaluated, "broken"))
		r.Notices = append(r.Notices, run.Notice{Key: "query_failed", Args: []string{"query", id}, Incomplete: true})
	}
	d := compose(t, r, queries...)
	var named int64
	for _, p := range of[document.Points](d)[0].Points {
		if strings.HasSuffix(p.Text, ": broken") {
			named++
		}
	}
	if text := dump(t, d); named == 0 ||
		!strings.Contains(text, fmt.Sprintf("%d further notices are in the section “Scope, population and completeness”.", 20-named)) {
		t.Errorf("%d are named, the others are not counted", named)
	}
	if front := of[document.Front](d)[0]; len(front.Notices) != 8 || !strings.HasPrefix(front.Notices[7].Text, "13 further notices") {
		t.Errorf("page one: %+v", front.Notices)
	}
}

// Gaps that follow each other are one line.
func TestGaps(t *testing.T) {
	r := record()
	for _, g := range []struct {
		account string
		day     int
	}{{prod, 1}, {prod, 2}, {prod, 3}, {prod, 5}, {dev, 6}, {dev, 30}, {dev, 31}, {dev, 32}} {
		r.Coverage.Gaps = append(r.Coverage.Gaps, run.AccountDay{Account: g.account, Day: day(g.day).Format(time.DateOnly)})
	}
	d := compose(t, r)
	var got [][]any
	for _, x := range of[document.Table](d) {
		if len(x.Columns) == 4 && x.Columns[3].Name == "days" {
			for row, err := range x.Rows.All() {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, slices.Clone(row))
			}
		}
	}
	want := [][]any{{prod, "2026-10-01", "2026-10-03", int64(3)}, {prod, "2026-10-05", "2026-10-05", int64(1)},
		{dev, "2026-10-06", "2026-10-06", int64(1)}, {dev, "2026-10-30", "2026-11-01", int64(3)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if text := dump(t, d); !strings.Contains(text, "8 account-days") {
		t.Error("the gaps are not counted in days")
	}
}

func TestCharts(t *testing.T) {
	date := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	line := query.Chart{Type: "line", X: "x", Y: "n", Unit: "events"}
	for _, c := range []struct {
		name       string
		chart      query.Chart
		kind       result.Kind
		from, to   time.Time
		zone       string
		rows       []result.Row
		categories string // first, last and how many
		values     string // of the first series that has any: category=value
		series     []string
		empty      bool
	}{
		{name: "a month has all its days", chart: line, kind: result.Date, rows: []result.Row{{date(2026, 10, 2), nil, int64(5)}},
			categories: "10-01 10-31 31", values: "10-02=5", series: []string{"events"}},
		{name: "a leap year needs no year", chart: line, kind: result.Date, from: date(2024, 1, 1), to: date(2025, 1, 1),
			rows: []result.Row{{date(2024, 2, 29), nil, int64(5)}}, categories: "01-01 12-31 366", values: "02-29=5", series: []string{"events"}},
		{name: "over a year", chart: line, kind: result.Date, from: date(2025, 1, 1), to: date(2026, 2, 1),
			rows: []result.Row{{date(2026, 1, 5), nil, int64(5)}, {date(2025, 1, 5), nil, int64(4)}}, categories: "2025-01-01 2026-01-31 396",
			values: "2025-01-05=4 2026-01-05=5", series: []string{"events"}},
		{name: "a year from noon to noon touches a day twice", chart: line, kind: result.Date, from: date(2025, 3, 1).Add(12 * time.Hour),
			to:   date(2026, 3, 1).Add(12 * time.Hour),
			rows: []result.Row{{date(2025, 3, 1), nil, int64(5)}, {date(2026, 3, 1), nil, int64(4)}}, categories: "2025-03-01 2026-03-01 366",
			values: "2025-03-01=5 2026-03-01=4", series: []string{"events"}},
		{name: "three years are too much", chart: line, kind: result.Date, from: date(2024, 1, 1), to: date(2027, 1, 1),
			rows: []result.Row{{date(2026, 12, 31), nil, int64(5)}}, empty: true},
		{name: "days of a zone", chart: line, kind: result.Date, zone: "Asia/Tokyo", from: date(2026, 9, 30).Add(15 * time.Hour),
			to: date(2026, 10, 31).Add(15 * time.Hour), rows: []result.Row{{date(2026, 10, 31), nil, int64(5)}}, categories: "10-01 10-31 31",
			values: "10-31=5", series: []string{"events"}},
		{name: "days outside the period, and no day", chart: line, kind: result.Date, from: date(2026, 10, 10), to: date(2026, 10, 12),
			rows: []result.Row{{nil, nil, int64(3)}, {date(2026, 11, 2), nil, int64(2)}, {date(2026, 9, 2), nil, int64(1)}}, categories: "09-02 – 5",
			values: "09-02=1 11-02=2 –=3", series: []string{"events"}},
		{name: "an unknown value does not swallow known ones", chart: line, kind: result.Date, from: date(2026, 10, 1), to: date(2026, 10, 3),
			rows: []result.Row{{date(2026, 10, 1), nil, nil}, {date(2026, 10, 1), nil, int64(2)}, {date(2026, 10, 1), nil, nil},
				{date(2026, 10, 2), nil, nil}}, categories: "10-01 10-02 2", values: "10-01=2", series: []string{"events"}},
		{name: "rows are counted where no value is named", chart: query.Chart{Type: "bar", X: "s", Unit: "rows"}, kind: result.Text,
			rows: []result.Row{{"", "b", int64(7)}, {"", "a", int64(7)}, {"", "b", int64(7)}}, categories: "b a 2", values: "b=2 a=1",
			series: []string{"rows"}},
		{name: "series", chart: query.Chart{Type: "bar", X: "x", By: "s", Y: "n"}, kind: result.Text, rows: []result.Row{{"a", "one", int64(1)},
			{"a", "", int64(2)}, {"", nil, int64(4)}}, categories: "a – 2", values: "a=1", series: []string{"one", "–"}},
		{name: "a heat map keeps what its labels do not name", chart: query.Chart{Type: "heat", X: "x", By: "s", Y: "n",
			Labels: map[string]string{"1": "Mon", "2": "Tue"}}, kind: result.Int, rows: []result.Row{{int64(3), "2", int64(5)},
			{int64(4), "8", int64(6)}}, categories: "0 23 24", values: "3=5", series: []string{"Mon", "Tue", "8"}},
		{name: "a heat map without rows of its own", chart: query.Chart{Type: "heat", X: "x", Y: "n", Unit: "events",
			Labels: map[string]string{"1": "Mon"}}, kind: result.Int, rows: []result.Row{{int64(3), "2", int64(5)}}, categories: "0 23 24",
			values: "3=5", series: []string{"Mon", "events"}},
		{name: "a heat map of days", chart: query.Chart{Type: "heat", X: "x", By: "s", Y: "n"}, kind: result.Date,
			rows: []result.Row{{date(2026, 10, 5), "a", int64(5)}}, categories: "10-05 10-05 1", values: "10-05=5", series: []string{"a"}},
		{name: "too many series", chart: query.Chart{Type: "bar", X: "x", By: "s"}, kind: result.Text, rows: numbered(100), empty: true},
		{name: "too many categories", chart: query.Chart{Type: "bar", X: "s"}, kind: result.Text, rows: numbered(500), empty: true},
		{name: "no rows", chart: line, kind: result.Date, empty: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := record()
			if !c.from.IsZero() {
				r.Period = run.Period{ID: "p", From: c.from, To: c.to, Zone: c.zone}
			}
			d := compose(t, r, metric("activity/a", c.kind, c.chart, c.rows...))
			charts := of[document.Chart](d)
			if len(charts) != 1 {
				t.Fatalf("%d charts", len(charts))
			}
			ch := charts[0]
			if c.empty {
				if ch.Empty == "" || len(ch.Series) > 0 {
					t.Errorf("%+v is not said to be empty", ch)
				}
				return
			}
			n := len(ch.Categories)
			if got := fmt.Sprintf("%s %s %d", ch.Categories[0], ch.Categories[n-1], n); got != c.categories {
				t.Errorf("categories %s, want %s", got, c.categories)
			}
			seen := map[string]bool{}
			for _, name := range ch.Categories {
				if seen[name] {
					t.Errorf("two categories are called %q", name)
				}
				seen[name] = true
			}
			var names, values []string
			total := 0.0
			for _, s := range ch.Series {
				names = append(names, s.Name)
				if len(s.Points) != n {
					t.Fatalf("%d points for %d categories", len(s.Points), n)
				}
				first := len(values) == 0
				for i, v := range s.Points {
					if math.IsNaN(v) || v == 0 {
						continue
					}
					total += v
					if first {
						values = append(values, fmt.Sprintf("%s=%g", ch.Categories[i], v))
					}
				}
			}
			if got := strings.Join(values, " "); got != c.values || !slices.Equal(names, c.series) {
				t.Errorf("%s in series %q, want %s in %q", got, names, c.values, c.series)
			}
			want := 0.0
			for _, row := range c.rows {
				if v, ok := row[2].(int64); ok && c.chart.Y != "" {
					want += float64(v)
				} else if c.chart.Y == "" {
					want++
				}
			}
			if total != want {
				t.Errorf("the chart draws %g of %g", total, want)
			}
		})
	}
}

func numbered(n int) (rows []result.Row) {
	for i := range n {
		rows = append(rows, result.Row{"x", fmt.Sprintf("name %d", i), int64(1)})
	}
	return rows
}

// Days of critical and high exceptions are marked by the report's own clock.
func TestMarks(t *testing.T) {
	r := record()
	r.Period = run.Period{ID: "2026-10", From: day(1).Add(-2 * time.Hour), To: day(32).Add(-time.Hour), Zone: "Europe/Berlin"}
	found := test("a/b", query.High, 1, 0) // on 1 October at 23:30 UTC, which is the 2nd in Berlin
	low := test("a/c", query.Low, 5, 0)
	d := compose(t, r, found, low, metric("m/a", result.Date, query.Chart{Type: "column", X: "x", Y: "n"}, result.Row{day(2), nil, int64(5)}))
	for _, ch := range of[document.Chart](d) {
		if ch.Kind != document.ColumnChart {
			continue
		}
		if len(ch.Series) != 1 || !slices.Equal(ch.Series[0].Marks, []int{1}) || ch.Categories[1] != "10-02" || ch.Marked == "" {
			t.Errorf("%+v", ch)
		}
		return
	}
	t.Error("no chart")
}

// Text that somebody else chose stands in the document as it was: no placeholder in it is filled, no key in it is looked up.
func TestHostileText(t *testing.T) {
	texts := append(documenttest.HostileText(), "{n} {rows} {open}", "⟨section⟩", "=repeated-key", "%s%!d", "&P&N")
	all := ""
	for _, text := range texts {
		all += string([]rune(text)[:min(len([]rune(text)), 60)]) + " "
	}
	for _, text := range append(texts, strings.Repeat("x", 40_000), all) {
		r := record()
		r.Title, r.Audience, r.Entity, r.Source, r.Tool, r.Period.ID = text, text, text, text, text, "2026-10"
		r.Engine = engine.Description{Name: text, Version: text, Place: text}
		r.Accounts = []run.Account{{ID: prod, Name: text}, {ID: text, Name: text}}
		r.Settings = []run.Setting{{Name: text, Value: text, Origin: text}}
		r.Regions = []string{text}
		r.Inputs.Categories = []engine.Category{{Account: text, Name: text, Events: 1}}
		r.Inputs.Digest = text
		r.Coverage.Rows[0].Account, r.Coverage.Rows[0].Region, r.Coverage.Rows[0].States[3] = text, text, run.Gap
		r.Coverage.Gaps = []run.AccountDay{{Account: text, Day: text}, {Account: text, Day: text}}
		r.Definitions = []run.Definition{{Path: text, Origin: text, SHA256: text}}
		r.Notices = []run.Notice{{Key: "gaps", Args: []string{"n", "1", "account", text, "day", text}, Incomplete: true},
			{Key: "conflicting", Args: []string{"n", "2", "ids", text, "files", text}, Incomplete: true}}
		r.Inputs.Conflicting, r.Inputs.Conflicts = new(int64(2)),
			[]engine.Conflict{{Account: text, EventID: text, Contents: 2, Files: []string{text}},
				{EventID: text, Contents: 30, Files: []string{"a", text}}}
		r.Checks = []run.Check{{Name: "files", Expected: strings.TrimPrefix(text, "="), Observed: "1", State: run.CheckFail}}
		found := test("a/b", query.Critical, 1, 1)
		found.Title, found.Question, found.Why, found.Fix, found.FalsePositives = text, text, text, text, text
		found.rows[0][1], found.rows[1][2] = text, text
		found.verdict.Limits = []finding.Limit{{Account: text, Region: text, Reason: finding.ReasonNotLogged}}
		failed := test("a/c", query.High, 0, 0).but(finding.NotEvaluated, "engine: "+text)
		drawn := metric("m/a", result.Text, query.Chart{Type: "bar", X: "x", By: "s", Unit: text}, result.Row{text, text, int64(1)})
		d := compose(t, r, found, failed, drawn)
		if utf8.ValidString(text) && (d.Title != text || d.Entity != text) {
			t.Errorf("%.40q: title %.40q", text, d.Title)
		}
		if text == all {
			written(t, d)
		}
	}
}

// Runs whose files are not those of the record are noticed before anything is printed from them.
func TestAltered(t *testing.T) {
	s, def := save(t, record(), test("a/b", query.High, 2, 0))
	s.Queries[0].ExceptionsSHA256 = ""
	if _, err := workpaper.Compose(s, def, english(t)); err == nil {
		t.Error("exceptions without a list were composed")
	}
	s, def = save(t, record(), test("a/b", query.High, 2, 0))
	s.Queries[0].Columns = s.Queries[0].Columns[:1]
	if _, err := workpaper.Compose(s, def, english(t)); !errors.Is(err, run.ErrAltered) {
		t.Error(err)
	}
}

// A definition that is gone, or knows other columns than the run, does not keep a report from being rendered.
func TestWithoutDefinitions(t *testing.T) {
	s, def := save(t, record(), test("a/b", query.High, 2, 0), metric("m/a", result.Date, query.Chart{Type: "line", X: "x"},
		result.Row{day(1), nil, int64(1)}))
	def.Sections, def.Summary = nil, nil
	d, err := workpaper.Compose(s, def, english(t))
	if err != nil {
		t.Fatal(err)
	}
	if text := dump(t, d); !strings.Contains(text, "Title of a/b") || !strings.Contains(text, "eventid:text") {
		t.Error(text)
	}
}

func china(r *run.Record) { r.Partition = "aws-cn" }

// A test that does not apply has its own state wherever a reader sees it, with the partition as the reason.
func TestNotApplicableIsItsOwnState(t *testing.T) {
	r := record()
	china(&r)
	r.Framework, r.Controls = "cis-5", []run.Control{{Framework: "cis-5", ID: "1.6", Name: "Root", State: run.ControlNotApplicable,
		Queries: []string{"a/b"}}}
	saved, def := save(t, r, test("a/b", query.High, 0, 0).but(finding.NotApplicable, finding.ReasonNotApplied), test("a/c", query.High, 0, 0))
	brief := strings.Join(workpaper.Brief(saved, def, english(t)), "\n")
	if !strings.Contains(brief, "Not applicable  One test does not apply in this AWS partition") ||
		!strings.Contains(brief, "The test found nothing to review") {
		t.Errorf("the terminal says %q", brief)
	}
	d, err := workpaper.Compose(saved, def, english(t))
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for _, table := range of[document.Table](d) {
		for row, err := range table.Rows.All() {
			if err != nil {
				t.Fatal(err)
			}
			for _, cell := range row {
				if text, ok := cell.(string); ok {
					states[text]++
				}
			}
		}
	}
	if states["not-applicable"] != 2 || states["It does not exist in the AWS partition aws-cn."] != 1 || states["clear"] != 1 ||
		states["met"] != 0 {
		t.Errorf("register and control matrix hold %v", states)
	}
	for _, chart := range of[document.Chart](d) {
		if chart.Title == english(t).Say("chart.family") {
			t.Errorf("a chart of controls counts one that does not apply: %+v", chart)
		}
	}
	r.Framework, r.Controls = "", nil
	d = compose(t, r, test("a/b", query.High, 0, 0).but(finding.NotApplicable, finding.ReasonNotApplied), test("a/c", query.High, 0, 0))
	var counted float64
	for _, chart := range of[document.Chart](d) {
		for _, series := range chart.Series {
			for _, p := range series.Points {
				counted += float64(p)
			}
		}
	}
	if counted != 1 {
		t.Errorf("the chart of tests counts %v, want 1", counted)
	}
}
