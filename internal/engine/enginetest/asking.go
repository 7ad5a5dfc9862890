package enginetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/sql"
)

// Check plans and runs nothing.
func testCheck(t *testing.T, open Open) {
	w := start(t, open, nil, files{"a.json": log(at("2026-10-25T00:00:00Z", "a"))}, october())
	if err := w.session.Check(t.Context(), statement("good", w.bind("SELECT eventid FROM events ORDER BY 1"))); err != nil {
		t.Error(err)
	}
	if err := w.session.Check(t.Context(), statement("never run", w.bind("SELECT CAST(eventid AS bigint) AS n FROM events"))); err != nil {
		t.Error("planning ran the statement:", err)
	}
	var f *engine.Fault
	if err := w.session.Check(t.Context(), engine.Statement{ID: "unbound"}); !errors.As(err, &f) || f.Reason != engine.Refused {
		t.Errorf("a statement without text: %v", err)
	}
	// A statement that fails while it runs is a fault with a reason, and the session lives on.
	found, err := w.session.Query(t.Context(), statement("fails", w.bind("SELECT CAST(eventid AS bigint) AS n FROM events")))
	if err == nil {
		for _, rowErr := range found.All() {
			err = rowErr
		}
	}
	if !errors.As(err, &f) || f.Reason != engine.Failed || f.Hint == "" {
		t.Errorf("a failing cast: %#v", err)
	}
	w.want("SELECT eventid FROM events", "a")
}

// Cancelling stops a statement that would take minutes; the session lives on.
func testCancel(t *testing.T, open Open) {
	var records []map[string]any
	for i := range 2000 {
		records = append(records, at("2026-10-25T00:00:00Z", fmt.Sprint(i)))
	}
	w := start(t, open, nil, files{"a.json": log(records...)}, october())
	slow := w.bind("SELECT count(*) AS n FROM events a, events b, events c WHERE a.eventid || b.eventid < c.eventid || a.eventname")
	for name, c := range map[string]struct {
		end  func(context.Context) (context.Context, context.CancelFunc)
		want engine.Reason
	}{
		"cancelled": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(50*time.Millisecond, cancel)
			return ctx, cancel
		}, engine.Cancelled},
		"timed out": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 50*time.Millisecond)
		}, engine.TimedOut},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := c.end(t.Context())
			defer cancel()
			found, err := w.session.Query(ctx, statement("slow", slow))
			if err == nil {
				for _, rowErr := range found.All() {
					err = rowErr
				}
			}
			var f *engine.Fault
			if !errors.As(err, &f) || f.Reason != c.want {
				t.Errorf("got %v, want a fault %q", err, c.want)
			}
			w.want("SELECT count(*) FROM events", "2000")
		})
	}
	// A caller that stops in the middle, or never loops, leaves nothing behind.
	for range 50 {
		found, err := w.session.Query(t.Context(), statement("all", w.bind("SELECT eventid FROM events ORDER BY eventid")))
		if err != nil {
			t.Fatal(err)
		}
		for range found.All() {
			break
		}
		if found, err = w.session.Query(t.Context(), statement("all", w.bind("SELECT eventid FROM events ORDER BY eventid"))); err != nil {
			t.Fatal(err)
		}
		if err := found.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Several goroutines may ask one session.
func testSeveral(t *testing.T, open Open) {
	var records []map[string]any
	for i := range 300 {
		records = append(records, at("2026-10-25T00:00:00Z", fmt.Sprint(i)))
	}
	w := start(t, open, nil, files{"a.json": log(records...)}, october())
	var group sync.WaitGroup
	for n := range 8 {
		b := w.bind(fmt.Sprintf("SELECT count(*) AS n FROM events WHERE CAST(eventid AS integer) %% 8 = %d AND "+
			"json_extract_scalar(requestparameters, '$.a.b') IS NULL AND TRY_CAST(sourceipaddress AS ipaddress) IS NOT NULL", n))
		group.Go(func() {
			found, err := w.session.Query(t.Context(), statement("several", b))
			if err != nil {
				t.Error(err)
				return
			}
			for r, err := range found.All() {
				if err != nil || r[0] != int64(300/8)+map[bool]int64{true: 1}[n < 300%8] {
					t.Errorf("remainder %d: %v, %v", n, r, err)
				}
			}
		})
	}
	group.Wait()
}

// A statement can read events and history and nothing else, whatever its text says.
func testLocked(t *testing.T, open Open) {
	w := start(t, open, nil, files{"a.json": log(at("2026-10-25T00:00:00Z", "a"))}, october())
	for _, text := range []string{
		"SELECT * FROM read_text('/etc/hostname')",
		"SELECT content AS c FROM read_text('/etc/hostname')",
		`SELECT * FROM "/etc/hostname"`,
		"SELECT * FROM 'a.parquet'",
		"SELECT * FROM records",
		"SELECT * FROM duckdb_settings()",
		"SELECT * FROM information_schema.tables",
		"SELECT getenv('HOME') AS h FROM events",
		"SELECT 1 AS a; DROP TABLE events",
		"COPY events TO 'x.csv'",
		"PRAGMA database_list",
		"INSTALL httpfs",
		"CREATE TABLE x AS SELECT 1 AS a",
		"SELECT current_setting('TimeZone') AS z FROM events",
	} {
		p, bad := sql.Parse(text, nil)
		if bad.Err() != nil {
			continue
		}
		c, bad := p.Check(w.d.Catalog(), nil)
		if bad.Err() != nil {
			continue
		}
		if b, err := c.Bind(nil); err == nil {
			t.Errorf("%s is accepted as %s", text, b.Text(sql.Trino, nil))
		}
	}
	// A value is a value, whatever it says.
	w.want("SELECT eventid FROM events WHERE eventid = '''; DROP TABLE events; --'")
	w.want("SELECT eventid FROM events", "a")
}

// An engine names itself and tells what a scope would read.
func testDescribe(t *testing.T, open Open) {
	body := log(at("2026-10-25T00:00:00Z", "a"))
	w := start(t, open, nil, files{
		key("111122223333", "eu-west-1", "2026/10/25", "a"): body,
		key("111122223333", "eu-west-1", "2026/12/25", "b"): body,
		key("444455556666", "eu-west-1", "2026/10/25", "c"): body,
		"loose.json": body,
	}, october())
	d, err := w.engine.Describe(t.Context())
	if err != nil || d.Name == "" || d.Version == "" || d.Place == "" {
		t.Errorf("%+v, %v", d, err)
	}
	scope := october()
	scope.Accounts = []string{"111122223333"}
	e, err := w.engine.Estimate(t.Context(), scope, []engine.Statement{statement("one", w.bind("SELECT eventid FROM events"))})
	if err != nil {
		t.Fatal(err)
	}
	if e.Files != 2 || e.Bytes != 2*int64(len(body)) {
		t.Errorf("estimate %+v, want 2 files of %d bytes", e, len(body))
	}
}
