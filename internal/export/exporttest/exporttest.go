// Package exporttest is a run that every export is tested with, and what every export must do with it.
package exporttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"reflect"
	"testing"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/export"
	"trailscribe/internal/finding"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// Columns are one of each kind.
var Columns = []result.Column{
	{Name: "event_time", Kind: result.Instant}, {Name: "local", Kind: result.Local}, {Name: "day", Kind: result.Date},
	{Name: "n", Kind: result.Int},
	{Name: "exact", Kind: result.Decimal}, {Name: "share", Kind: result.Float}, {Name: "mfa", Kind: result.Bool},
	{Name: "note, or \"text\"", Kind: result.Text},
}

// Hostile are texts that a reader could take for something else than text.
var Hostile = []string{"", " ", "plain", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "|calc", "a,b", `a"b`, `"`, "a\nb",
	"a\r\nb", "'=1", "\x1b[31m", "\u202egpj.exe", "\xff\xfe", "用户", "a;b", "-", "null", "0123"}

// Rows are a row of nulls, and a row for each hostile text.
func Rows() (rows []result.Row) {
	rows = append(rows, make(result.Row, len(Columns)))
	t := time.Date(2026, 10, 2, 7, 14, 36, 500e6, time.UTC)
	for i, s := range Hostile {
		rows = append(rows, result.Row{t, t.Add(2 * time.Hour), t.Truncate(24 * time.Hour), int64(-i), "-12.50", 0.25, i%2 == 0, s})
	}
	return rows
}

type rows struct{ rows []result.Row }

func (r rows) Columns() []result.Column { return Columns }
func (r rows) Stats() engine.Stats      { return engine.Stats{} }
func (r rows) Close() error             { return nil }
func (r rows) All() iter.Seq2[result.Row, error] {
	return result.Of(Columns, r.rows).All()
}

// Run is a finished run of four queries: an exception query with rows, evidence with rows, evidence without, and one that was not
// evaluated.
func Run(t *testing.T) *run.Saved {
	t.Helper()
	return RunThatCost(t, nil, nil)
}

// RunThatCost is Run with an estimate for iam/users and bills in its journal; nil: none.
func RunThatCost(t *testing.T, estimate *engine.Estimate, bills []engine.Bill) *run.Saved {
	t.Helper()
	base := t.TempDir()
	key := run.Key{Report: "monthly-security", Period: "2026-10", Plan: "00"}
	f, _, err := run.Create(t.Context(), base, key, run.NewLocal(base))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if estimate != nil {
		if err := f.NoteEstimate([]engine.Statement{{ID: "iam/users"}}, *estimate); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.NoteBills(bills); err != nil {
		t.Fatal(err)
	}
	r := &run.Record{Report: "monthly-security"}
	for _, x := range []struct {
		id   string
		rows []result.Row
	}{{"root/console-login", Rows()}, {"iam/users", Rows()}, {"iam/none", nil}} {
		_, q, err := f.KeepResult(x.id, rows{x.rows})
		if err != nil {
			t.Fatal(err)
		}
		r.Queries = append(r.Queries, q)
	}
	r.Queries = append(r.Queries, run.Query{ID: "s3/failed", Verdict: finding.Verdict{Reason: "timed out"}})
	keep, done, err := f.Exceptions("root/console-login")
	if err != nil {
		t.Fatal(err)
	}
	for i := range Rows() {
		e := finding.Exception{ID: "00000000000000aa", Row: int64(i), Status: finding.StatusOpen, New: true, Pattern: "00000000000000cc"}
		if i == 1 {
			e = finding.Exception{ID: "00000000000000bb", Row: 1, Status: finding.StatusWaived, Waiver: "=W"}
		}
		err = errors.Join(err, keep(e))
	}
	if r.Queries[0].ExceptionsSHA256, err = done(err == nil); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteRecord(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	s, err := f.Seal(context.Background(), r, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Output keeps files in memory; only those that were closed are there.
type Output map[string]string

type file struct {
	bytes.Buffer
	out  Output
	name string
}

func (f *file) Close() error { f.out[f.name] = f.String(); return nil }

// Create opens a file.
func (o Output) Create(name string) (io.WriteCloser, error) { return &file{out: o, name: name}, nil }

type full struct{}

func (full) Create(string) (io.WriteCloser, error) { return nil, errors.New("disk full") }

// Writes has w write the run, holds what it says against what it did, and gives the files.
func Writes(t *testing.T, w export.Writer) Output {
	t.Helper()
	s, out, again := Run(t), Output{}, Output{}
	done, err := w.Write(context.Background(), out, s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(context.Background(), again, s); err != nil || !reflect.DeepEqual(out, again) {
		t.Errorf("writing again gives other bytes (%v)", err)
	}
	for _, name := range done.Files {
		if _, ok := out[name]; !ok {
			t.Errorf("%s was named and not written", name)
		}
	}
	if len(done.Files) != len(out) {
		t.Errorf("%d files named, %d written", len(done.Files), len(out))
	}
	n := int64(len(Rows()))
	if want := map[string]int64{"root/console-login": n, "iam/users": n, "iam/none": 0}; !reflect.DeepEqual(done.Rows, want) {
		t.Errorf("rows %v, want %v", done.Rows, want)
	}
	if _, err := w.Write(context.Background(), full{}, s); err == nil {
		t.Error("a full disk was not noticed")
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := w.Write(ctx, Output{}, s); !errors.Is(err, context.Canceled) {
		t.Error("cancelling was not noticed", err)
	}
	return out
}
