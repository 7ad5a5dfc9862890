package audit

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/engine"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/period"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/sql"
	"trailscribe/internal/yaml"
)

// fake is an engine in memory: rows by statement id.
type fake struct {
	mu     sync.Mutex
	in     engine.Inputs
	files  []engine.InputFile
	rows   map[string][]result.Row
	cols   map[string][]result.Column
	fail   map[string]error // at Query
	broken map[string]error // after the rows
	before func(id string)  // when a statement is asked
	asked  []string         // statements that were asked
	opened int
	cost   int64
	mode   string // that Estimate says it would choose; "" the one it has a figure for

	version  string // "": 1
	state    string // of the log files
	stateErr error
	looked   int            // times the state was asked for
	changes  engine.Changes // that a session has seen
}

func (f *fake) Describe(context.Context) (engine.Description, error) {
	return engine.Description{Name: "fake", Version: cmp.Or(f.version, "1"), Place: "memory"}, nil
}
func (f *fake) Estimate(context.Context, engine.Scope, []engine.Statement) (engine.Estimate, error) {
	return engine.Estimate{Chosen: cmp.Or(f.mode, "staged"),
		Modes: []engine.Mode{{Name: "staged", Bytes: 9, Cost: engine.Money{Micros: f.cost, Currency: "USD"}}}}, nil
}
func (f *fake) State(context.Context, engine.Scope) (string, error) {
	f.looked++
	return f.state, f.stateErr
}
func (f *fake) Open(context.Context, engine.Scope) (engine.Session, error) {
	f.opened++
	return fakeSession{f, f.state}, nil
}
func (f *fake) Close() error                                  { return nil }
func (f *fake) Inputs(context.Context) (engine.Inputs, error) { return f.in, nil }
func (f *fake) Check(context.Context, engine.Statement) error { return nil }
func (f *fake) Files(context.Context) iter.Seq2[engine.InputFile, error] {
	return func(yield func(engine.InputFile, error) bool) {
		for _, x := range f.files {
			if !yield(x, nil) {
				return
			}
		}
	}
}
func (f *fake) Query(_ context.Context, s engine.Statement) (engine.Rows, error) {
	f.mu.Lock()
	f.asked = append(f.asked, s.ID)
	f.mu.Unlock()
	if f.before != nil {
		f.before(s.ID)
	}
	if err := f.fail[s.ID]; err != nil {
		return nil, err
	}
	return &fakeRows{f.cols[s.ID], f.rows[s.ID], f.broken[s.ID]}, nil
}

// fakeSession is a session of the fake.
type fakeSession struct {
	*fake
	state string
}

func (s fakeSession) State() string                                   { return s.state }
func (s fakeSession) Changes(context.Context) (engine.Changes, error) { return s.changes, nil }

type fakeRows struct {
	cols []result.Column
	rows []result.Row
	err  error
}

func (r *fakeRows) Columns() []result.Column { return r.cols }
func (r *fakeRows) Stats() engine.Stats {
	return engine.Stats{Rows: int64(len(r.rows)), Elapsed: time.Duration(time.Now().UnixNano() % 1e6)}
}
func (r *fakeRows) Close() error { return nil }
func (r *fakeRows) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		for _, row := range r.rows {
			if !yield(row, nil) {
				return
			}
		}
		if r.err != nil {
			yield(nil, r.err)
		}
	}
}

var catalog = sql.Catalog{"events": {{Name: "event_time", Type: "timestamp(3)"}, {Name: "local_time", Type: "timestamp(3)"},
	{Name: "account_id", Type: "varchar"}, {Name: "eventid", Type: "varchar"}, {Name: "eventname", Type: "varchar"}}}

func file(path, text string) library.File {
	return library.File{Path: path, Origin: library.BuiltIn, SHA256: sha256.Sum256([]byte(text)), Data: []byte(text)}
}

func node(text string) yaml.Node { return yaml.Node{Value: text} }

// queries are an exception with parameters and a population, an evidence, a metric, and an exception over S3 data events.
func queries() []*query.Query {
	definition := func(id string) library.File {
		return file("queries/"+id+".yaml", "id: "+id+"\n")
	}
	columns := []query.Column{{Name: "event_time", Label: "When", Type: "time"}, {Name: "account_id", Label: "Account", Type: "account"}}
	return []*query.Query{
		{ID: "root/console-login", Title: "Root signed in", Kind: query.KindException, Severity: query.Critical, LogScope: []string{"management"},
			Key: []string{"account_id", "eventid"}, Columns: columns,
			Params:   []query.Param{{Name: "approved", Type: "texts", Default: []string{}}, {Name: "organization", Type: "ids", From: "accounts"}},
			Controls: map[string][]string{"cis-5": {"1.6"}}, File: definition("root/console-login"),
			SQL: node("SELECT event_time, account_id, eventid\nFROM events\nWHERE eventname = 'ConsoleLogin' AND " +
				"contains(:organization, account_id) AND NOT coalesce(contains(:approved, eventid), false)" +
				"\nORDER BY event_time, account_id, eventid\n"),
			Population: node("SELECT count(*) AS n FROM events WHERE eventname = 'ConsoleLogin'")},
		{ID: "iam/users", Title: "Users made", Kind: query.KindEvidence, Severity: query.Info, LogScope: []string{"management"}, Columns: columns,
			Controls: map[string][]string{"cis-5": {"1.6", "1.15"}}, File: definition("iam/users"),
			Key: []string{"account_id", "eventid"},
			SQL: node("SELECT event_time, account_id, eventid FROM events WHERE eventname = 'CreateUser' ORDER BY event_time, account_id, eventid")},
		{ID: "activity/by-account", Title: "Activity", Kind: query.KindMetric, Severity: query.Info, LogScope: []string{"management"},
			Columns: []query.Column{{Name: "account_id", Label: "Account", Type: "account"}}, File: definition("activity/by-account"),
			Key: []string{"account_id"}, SQL: node("SELECT account_id, count(*) AS n FROM events GROUP BY account_id ORDER BY account_id")},
		{ID: "s3/public-read", Title: "Objects read in public", Kind: query.KindException, Severity: query.High, LogScope: []string{"data:s3"},
			Key: []string{"account_id", "eventid"}, Columns: columns, Controls: map[string][]string{"cis-4": {"3.10"}},
			File: definition("s3/public-read"),
			SQL:  node("SELECT event_time, account_id, eventid FROM events WHERE eventname = 'GetObject' ORDER BY event_time, account_id, eventid")},
	}
}

var fw = &framework.Framework{ID: "cis-5", Title: "CIS", File: file("reports/frameworks/cis-5.yaml", "id: cis-5\n"),
	Controls: []framework.Control{
		{ID: "1.6", Name: "Root", Family: "IAM", Strength: framework.Partial, Lacks: "keys"}, {ID: "1.15", Name: "Users", Family: "IAM",
			Strength: framework.Full},
		{ID: "3.8", Name: "S3", Family: "Logging", Strength: framework.Full, SameAs: "cis-4/3.10"}, {ID: "9.9", Name: "Nothing", Family: "Other",
			Strength: framework.Nothing},
	}}

const a1, a2 = "111122223333", "444455556666"

func day(d int) time.Time { return time.Date(2026, 10, d, 0, 0, 0, 0, time.UTC) }

func request() Request {
	q := queries()
	return Request{
		Report: &report.Report{ID: "monthly-security", Title: "Monthly", Audience: "Auditors", Framework: fw, Summary: []*query.Query{q[2]},
			Sections: []report.Section{{Title: "Root", Queries: []*query.Query{q[0], q[1]}}, {Title: "Data", Queries: []*query.Query{q[3]}}},
			File:     file("reports/monthly-security.yaml", "id: monthly-security\n")},
		Catalog: catalog, Period: period.Period{ID: "2026-10-01..2026-10-03", From: day(1), To: day(4), Zone: "UTC"},
		Facts:    map[string][]string{"accounts": {a1, a2}},
		Accounts: []Account{{ID: a1, Name: "prod"}, {ID: a2, Name: "dev"}},
		LateDays: 2, Relation: sql.Values{"zone": "UTC"}, Settings: []run.Setting{{Name: "timezone", Value: "UTC", Origin: "default"},
			{Name: "engine", Value: "fake", Origin: "flag"}},
		RelationText: func(name string, _ engine.Scope) (string, error) { return "SELECT * FROM " + name + "_of_records", nil },
		Formats:      []string{"lines"}, Language: "en", Theme: "navy", Entity: "Example", Source: "./logs", Tool: "test", Now: day(20),
	}
}

func p64(n int64) *int64 { return &n }

// memory is an engine over three days of two accounts: everything delivered, one duplicate, root signed in twice.
func memory() *fake {
	cols := []result.Column{{Name: "event_time", Kind: result.Local}, {Name: "account_id", Kind: result.Text},
		{Name: "eventid", Kind: result.Text}}
	one := []result.Column{{Name: "n", Kind: result.Int}}
	f := &fake{
		cols: map[string][]result.Column{"root/console-login": cols, "iam/users": cols, "s3/public-read": cols,
			"root/console-login#population": one,
			"activity/by-account":           {{Name: "account_id", Kind: result.Text}, {Name: "n", Kind: result.Int}}},
		rows: map[string][]result.Row{
			"root/console-login":            {{day(1).Add(time.Hour), a1, "e1"}, {day(2).Add(time.Hour), a2, "e2"}},
			"root/console-login#population": {{int64(7)}},
			"activity/by-account":           {{a1, int64(6)}, {a2, int64(6)}},
		},
		fail: map[string]error{}, broken: map[string]error{},
	}
	n := int64(0)
	for d := 1; d <= 3; d++ {
		for _, a := range []string{a1, a2} {
			f.in.Cells = append(f.in.Cells, engine.Cell{Account: a, Region: "eu-west-1", Day: day(d), Files: 1, Events: 2})
			f.files = append(f.files, engine.InputFile{Key: fmt.Sprintf("AWSLogs/%s/%d.json.gz", a, d), Size: 10, SHA256: [32]byte{byte(d)},
				Records: 2, State: engine.FileRead})
			n++
		}
	}
	f.files[0].Records++ // the duplicate
	f.in.Listed, f.in.Read, f.in.Refused, f.in.Skipped, f.in.Bytes = p64(n), p64(n), p64(0), p64(0), p64(60)
	f.in.Records, f.in.Events, f.in.Conflicting, f.in.Undated, f.in.Outside, f.in.LeftOut = p64(13), p64(12), p64(0), p64(0), p64(0), p64(0)
	f.in.First, f.in.Last, f.in.Digest = day(1).Add(time.Minute), day(3).Add(23*time.Hour), "inputs-1"
	for _, a := range []string{a1, a2} {
		f.in.Categories = append(f.in.Categories, engine.Category{Account: a, Name: "management", Events: 5},
			engine.Category{Account: a, Name: "data:s3", Events: 1})
	}
	return f
}

// lines is a format: each query's rows, one a line.
type lines struct{ lie int64 }

func (lines) Format() string  { return "lines" }
func (lines) Files() []string { return []string{"report.txt"} }
func (l lines) Write(_ context.Context, out document.Output, d *document.Document) (document.Written, error) {
	w := document.Written{Rows: map[string]int64{}, Files: []string{"report.txt"}}
	f, err := out.Create("report.txt")
	if err != nil {
		return w, err
	}
	fmt.Fprintln(f, d.Ref, d.Title, d.Period, d.As)
	for _, s := range d.Sections {
		for _, b := range s.Blocks {
			t, ok := b.(document.Table)
			if !ok {
				j, err := json.Marshal(b)
				if err != nil {
					return w, err
				}
				fmt.Fprintf(f, "%T %s\n", b, j)
				continue
			}
			for row, err := range t.Rows.All() {
				if err != nil {
					return w, err
				}
				fmt.Fprintln(f, row...)
				w.Rows[t.Ref]++
			}
			w.Rows[t.Ref] += l.lie
		}
	}
	return w, f.Close()
}

// faulty is a format that fails after half a file.
type faulty struct{}

func (faulty) Format() string  { return "faulty" }
func (faulty) Files() []string { return []string{"report.pdf"} }
func (faulty) Write(_ context.Context, out document.Output, _ *document.Document) (document.Written, error) {
	f, err := out.Create("report.pdf")
	if err != nil {
		return document.Written{}, err
	}
	io.WriteString(f, "%PDF")
	return document.Written{}, errors.New("no font")
}
