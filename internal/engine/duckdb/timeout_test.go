package duckdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/source/mem"
	"trailscribe/internal/sql"
)

// asked opens a session over n records, and binds texts.
func asked(t *testing.T, n int, o Options) (engine.Session, func(string) engine.Statement) {
	t.Helper()
	d := enginetest.Definition(t, nil)
	src, err := mem.New(mem.Options{Name: "mem", Files: spread(records(n), 1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	e := open(o)(t, d, src)
	t.Cleanup(func() { e.Close() })
	s, err := e.Open(t.Context(), october())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, func(text string) engine.Statement {
		t.Helper()
		p, bad := sql.Parse(text, nil)
		if bad.Err() != nil {
			t.Fatal(bad)
		}
		c, bad := p.Check(d.Catalog(), nil)
		if bad.Err() != nil {
			t.Fatal(bad)
		}
		b, err := c.Bind(nil)
		if err != nil {
			t.Fatal(err)
		}
		return engine.Statement{ID: "slow/one", Query: b}
	}
}

// answers reads a statement to its end.
func answers(ctx context.Context, s engine.Session, st engine.Statement) (n int64, err error) {
	found, err := s.Query(ctx, st)
	if err != nil {
		return 0, err
	}
	for _, err := range found.All() {
		if err != nil {
			return 0, err
		}
	}
	return found.Stats().Rows, nil
}

const endless = "SELECT count(*) AS n FROM events a, events b, events c, events d WHERE a.eventid || b.eventid < c.eventid || d.eventname"

// A statement that runs too long is a fault that says so; the others go on. Reading the rows slowly is not running.
func TestTimeout(t *testing.T) {
	s, bind := asked(t, 2000, Options{Threads: 1, Timeout: 200 * time.Millisecond})
	_, err := answers(t.Context(), s, bind(endless))
	var f *engine.Fault
	if !errors.As(err, &f) || f.Reason != engine.TimedOut || f.Error() != "run slow/one: it ran longer than 200ms and was stopped" ||
		f.Hint == "" {
		t.Errorf("%v", err)
	}
	found, err := s.Query(t.Context(), bind("SELECT eventid FROM events ORDER BY 1"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range found.All() {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 1 {
			time.Sleep(300 * time.Millisecond)
		}
	}
	if n == 0 {
		t.Error("no row was read")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := answers(ctx, s, bind(endless)); !errors.As(err, &f) || f.Reason != engine.Cancelled {
		t.Errorf("a run that was interrupted: %v", err)
	}
}

// A session that has left a statement behind is closed all the same. What the statement may still use is left to the next one.
func TestCloseWithAStatementLeftBehind(t *testing.T) {
	dir := t.TempDir()
	s, _ := asked(t, 10, Options{Threads: 1, TempDir: dir})
	in := s.(*session)
	for n := 15_000; !in.db.Running(); n *= 2 {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		// One call of a function, which nothing interrupts. On a fast machine it has ended before it is left behind.
		text := fmt.Sprintf("SELECT levenshtein(repeat('a', %d), repeat('b', %[1]d))", n)
		_, err := in.db.QueryContext(ctx, text) //nolint:rowserrcheck,sqlclosecheck // there are no rows
		if cancel(); err == nil {
			t.Fatal("it was not interrupted")
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "session-*"+spillLock)); err != nil || len(left) != 1 {
		t.Errorf("%v, %v: the lock must stay", left, err)
	}
	for in.db.Running() {
		time.Sleep(10 * time.Millisecond)
	}
	if err := in.spill.lock.Close(); err != nil {
		t.Fatal(err)
	}
	sweep(dir)
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
