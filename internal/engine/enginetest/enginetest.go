// Package enginetest is the engine contract as a suite: what events, history, inputs and rows mean, on any driver.
package enginetest

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/library"
	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/source"
	"trailscribe/internal/source/mem"
	"trailscribe/internal/sql"
	"trailscribe/templates"
)

// Open gives an engine over a source; the suite closes it.
type Open func(t testing.TB, d *relation.Definition, s source.Source) engine.Engine

// Run is called from every driver's own test.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Open)
	}{
		{"period", testPeriod},
		{"late delivery", testLate},
		{"history", testHistory},
		{"scope", testScope},
		{"categories", testCategories},
		{"duplicates", testDuplicates},
		{"copies that differ", testConflicts},
		{"copies that differ, in history", testConflictsOfHistory},
		{"copies that differ, out of scope", testConflictsOfScope},
		{"derived columns", testDerived},
		{"a definition of the library's own", testOwnDefinition},
		{"category as the reader has it", testCategoryOfReader},
		{processZone, testProcessZone},
		{"loose and S3 layout", testLayouts},
		{"empty scope", testEmpty},
		{"inputs", testInputs},
		{"mixed accounts", testMixed},
		{"log files in one folder", testFlat},
		{"coverage cells", testCells},
		{"files", testFiles},
		{"state", testState},
		{"state of a scope", testStateOfScope},
		{"changes", testChanges},
		{"kinds", testKinds},
		{"nested columns", testNested},
		{"columns asked for", testColumns},
		{"order", testOrder},
		{"part of the log files", testPart},
		{"check", testCheck},
		{"cancel", testCancel},
		{"several at once", testSeveral},
		{"locked down", testLocked},
		{"describe and estimate", testDescribe},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name != processZone { // that one changes the process
				t.Parallel()
			}
			c.run(t, open)
		})
	}
}

const processZone = "zone of the process"

// Definition is the relation as built in, with changes to the text of its files.
func Definition(t testing.TB, change func(name, text string) string) *relation.Definition {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(templates.FS, "sql/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			data = []byte(change(name, string(data)))
		}
		files["templates/"+name] = &fstest.MapFile{Data: data}
	}
	l, bad := library.Open(library.Layer{Origin: library.BuiltIn, FS: files})
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	d, bad := relation.Load(l)
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	return d
}

// whole is october with every column of the relation. The many expressions of these are what opening a scope costs.
func whole() engine.Scope {
	s := october()
	s.Columns = nil
	return s
}

// october is the period of most tests, in UTC, with the columns these read.
func october() engine.Scope {
	cols := []string{"eventid", "event_time", "local_time", "local_date", "account_id", "awsregion", "eventname", "errorcode", "useridentity",
		"requestparameters", "sourceipaddress",
		"actor", "outcome", "denied", "day_kind", "category", "copies", "copies_differ", "log_file"}
	return engine.Scope{
		Run:     "test",
		Columns: map[string][]string{"events": cols, "history": cols},
		Scope: relation.Scope{
			From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), LateDays: 2,
			Values: relation.Settings{Weekend: []time.Weekday{time.Saturday, time.Sunday}}.Values(),
		},
	}
}

// event is a record with its ordinary fields; a field of more that is null is taken out.
func event(more map[string]any) map[string]any {
	e := map[string]any{
		"eventVersion": "1.11", "eventTime": "2026-10-25T00:30:00Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
		"awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2", "eventType": "AwsApiCall",
		"recipientAccountId": "111122223333", "readOnly": true, "eventCategory": "Management",
	}
	for k, v := range more {
		if e[k] = v; v == nil {
			delete(e, k)
		}
	}
	return e
}

// at is an event of a time and an id.
func at(when, id string, more ...map[string]any) map[string]any {
	e := map[string]any{"eventTime": when, "eventID": id}
	for _, m := range more {
		for k, v := range m {
			e[k] = v
		}
	}
	return event(e)
}

// log is a log file with these records.
func log(records ...map[string]any) []byte {
	if records == nil {
		records = []map[string]any{}
	}
	b, err := json.Marshal(map[string]any{"Records": records})
	if err != nil {
		panic(err) // records of the suite always encode
	}
	return b
}

// key is the place CloudTrail gives a log file.
func key(account, region, day, name string) string {
	return fmt.Sprintf("AWSLogs/%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%s.json", account, region, day, account, region, name)
}

type files = map[string][]byte

// world is an engine over files with one opened scope.
type world struct {
	t       testing.TB
	d       *relation.Definition
	engine  engine.Engine
	session engine.Session
}

// hold is a source of files in memory.
func hold(t testing.TB, f files) *held {
	t.Helper()
	s, err := mem.New(mem.Options{Files: f})
	if err != nil {
		t.Fatal(err)
	}
	return &held{Source: s}
}

func start(t testing.TB, open Open, d *relation.Definition, f files, scope engine.Scope) *world {
	t.Helper()
	if d == nil {
		d = Definition(t, nil)
	}
	e := open(t, d, hold(t, f))
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error("close the engine:", err)
		}
	})
	session, err := e.Open(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := session.Close(); err != nil {
			t.Error("close the session:", err)
		}
	})
	return &world{t, d, e, session}
}

// bind makes a statement of a text that has no parameters.
func (w *world) bind(text string) *sql.Bound {
	w.t.Helper()
	p, bad := sql.Parse(text, nil)
	if err := bad.Err(); err != nil {
		w.t.Fatal(err)
	}
	c, bad := p.Check(w.d.Catalog(), nil)
	if err := bad.Err(); err != nil {
		w.t.Fatal(err)
	}
	b, err := c.Bind(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

// rows runs a text and gives its rows as they came.
func (w *world) rows(text string) []result.Row {
	w.t.Helper()
	return w.ask(w.t.Context(), engine.Statement{ID: "test", Query: w.bind(text)})
}

func (w *world) ask(ctx context.Context, st engine.Statement) []result.Row {
	w.t.Helper()
	found, err := w.session.Query(ctx, st)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []result.Row
	for r, err := range found.All() {
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, slices.Clone(r))
	}
	if n := found.Stats().Rows; n != int64(len(out)) {
		w.t.Errorf("the statistics say %d rows, there were %d", n, len(out))
	}
	return out
}

// texts are rows as lines, columns joined by a bar.
func (w *world) texts(text string) []string {
	w.t.Helper()
	var out []string
	for _, r := range w.rows(text) {
		cells := make([]string, len(r))
		for i, v := range r {
			cells[i] = cell(v)
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return out
}

func cell(v any) string {
	switch x := v.(type) {
	case nil:
		return "NULL"
	case time.Time:
		return strings.TrimSuffix(x.Format("2006-01-02 15:04:05.999"), " 00:00:00")
	}
	return fmt.Sprint(v)
}

func (w *world) want(text string, want ...string) {
	w.t.Helper()
	if got := w.texts(text); !slices.Equal(got, want) {
		w.t.Errorf("%s\n got %q\nwant %q", text, got, want)
	}
}

func (w *world) inputs() engine.Inputs {
	w.t.Helper()
	in, err := w.session.Inputs(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return in
}

// figure compares one figure of Inputs; a driver that cannot see it says so with nil, which is never a failure.
func (w *world) figure(name string, got *int64, want int64) {
	w.t.Helper()
	if got != nil && *got != want {
		w.t.Errorf("%s: got %d, want %d", name, *got, want)
	}
}
