//go:build unix

package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"trailscribe/internal/finding"
	"trailscribe/internal/run"
)

// slow are statements that would run for hours, or for ever.
var slow = map[string]string{
	"five cross joins, counted": "SELECT CAST(count(*) AS varchar) AS v FROM " + crossed(5),
	"four cross joins, sorted":  "SELECT a.eventid AS v FROM " + crossed(4) + " ORDER BY v",
	"four cross joins, grouped": "SELECT concat(a.eventid, b.eventid, c.eventid) AS v FROM " + crossed(4) + " GROUP BY 1 ORDER BY v",
	"four cross joins, distinct": "SELECT DISTINCT concat(a.eventid, b.eventid, c.eventid, d.eventid) AS v FROM " + crossed(4) +
		" ORDER BY v",
	"a window over cross joins": "SELECT CAST(max(n) AS varchar) AS v FROM (SELECT row_number() OVER (ORDER BY a.eventid, " +
		"b.eventid, c.eventid) AS n FROM " + crossed(4) + ") x",
	"patterns over cross joins": "SELECT CAST(count(*) AS varchar) AS v FROM " + crossed(4) +
		" WHERE regexp_like(concat(a.useragent, b.useragent, c.useragent), '(a|aa)+$')",
	"JSON over cross joins": "SELECT CAST(count(json_extract_scalar(a.requestparameters, '$.a.b')) AS varchar) AS v FROM " +
		crossed(4),
	"a recursion without an end": "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT CAST(n AS varchar) AS v " +
		"FROM t ORDER BY v",
	"a recursion that doubles": "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT t.n + 1 FROM t CROSS JOIN events) SELECT " +
		"CAST(count(*) AS varchar) AS v FROM t",
	"numbers crossed with numbers": "SELECT CAST(count(*) AS varchar) AS v FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN " +
		"UNNEST(sequence(1, 10000)) b(y) CROSS JOIN UNNEST(sequence(1, 10000)) c(z)",
	"a reduce in a reduce": "SELECT CAST(sum(reduce(sequence(1, 10000), 0, (s, x) -> s + reduce(sequence(1, 10000), 0, (q, " +
		"y) -> q + y, q -> q), s -> s)) AS varchar) AS v FROM events",
	"a subquery for every row": "SELECT CAST(count(*) AS varchar) AS v FROM " + crossed(3) +
		" WHERE a.eventid > (SELECT max(x.eventid) FROM events x CROSS JOIN events y CROSS JOIN events z)",
	"an anti join of cross joins": "SELECT CAST(count(*) AS varchar) AS v FROM " + crossed(3) +
		" WHERE concat(a.eventid, b.eventid) NOT IN (SELECT concat(x.eventid, y.eventid, z.eventid) FROM events x CROSS JOIN events y CROSS " +
		"JOIN events z)",
	"a billion rows by unions": doubled(30),
	"a full join on what is never true": "SELECT CAST(count(*) AS varchar) AS v FROM (SELECT a.eventid FROM " + crossed(3) +
		") l FULL JOIN (SELECT a.eventid FROM " + crossed(3) + ") r ON l.eventid < r.eventid",
}

func crossed(n int) string {
	return "events a" + strings.Join([]string{"", " CROSS JOIN events b", " CROSS JOIN events c", " CROSS JOIN events d",
		" CROSS JOIN events e"}[:n], "")
}

// doubled counts 2^n rows, of which each step names the one before it twice.
func doubled(n int) string {
	var b strings.Builder
	b.WriteString("WITH t0 AS (SELECT 1 AS n)")
	for i := range n {
		fmt.Fprintf(&b, ", t%d AS (SELECT n FROM t%d UNION ALL SELECT n FROM t%d)", i+1, i, i)
	}
	fmt.Fprintf(&b, " SELECT CAST(count(*) AS varchar) AS v FROM t%d", n)
	return b.String()
}

// A query that runs too long is stopped, by its time or by a signal; in a report it is not evaluated, and all others are.
func TestAttackSlowSQL(t *testing.T) {
	names := slices.Sorted(maps.Keys(slow))
	attack{name: "SQL that would run for ever: cross joins, recursion, patterns", whole: len(names), sample: 1, try: func(t *try) {
		g, folder, name := attackGround(t), t.TempDir(), choose(t, names)
		writeQuery(t, folder, slow[name])
		report := "id: slow\ntitle: Slow\naudience: Auditors\nperiod: " + attackPeriod +
			"\nformats: [pdf]\nsections: [{title: All, queries: [zz/attack, activity/by-day]}]\n"
		if err := os.MkdirAll(filepath.Join(folder, "reports"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "reports", "slow.yaml"), []byte(report), 0o644); err != nil {
			t.Fatal(err)
		}
		if t.IntN(2) == 0 {
			t.interruptsQuery(g, folder, name)
			return
		}
		c := command(t.Context(), folder, "report", "run", "slow", // by docs/performance.md it is stopped at 768 MiB
			"--library", folder, "--source", g.logs, "--cache", "cache", "--out", "out", "--query-timeout", "2s", "--memory", "256MiB")
		e, peak := t.measured(c, 3<<10, exitDone, exitUsage, exitIncomplete)
		t.most("MiB", peak)
		t.Logf("%s: exit code %d, %d MiB, %.1f s", name, e.code, peak, e.took.Seconds())
		if peak > 1<<10 {
			t.Errorf("%s: %d MiB", name, peak)
		}
		t.unspilled(filepath.Join(folder, "cache"))
		t.count(map[int]string{exitDone: "answered in time", exitUsage: "refused", exitIncomplete: "not evaluated"}[e.code])
		if e.code == exitUsage {
			return
		}
		dir := t.verified(filepath.Join(folder, "out"))[0]
		s, err := run.OpenFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range s.Queries {
			if failed := q.Verdict.Outcome == finding.NotEvaluated; failed != (q.ID == "zz/attack" && e.code == exitIncomplete) {
				t.Errorf("%s: the outcome of %s is %s: %s", name, q.ID, q.Verdict.Outcome, q.Verdict.Reason)
			}
		}
		if e.code == exitIncomplete {
			text, err := textOfPDF(must(os.ReadFile(filepath.Join(dir, "report.pdf"))))
			one, _, _ := strings.Cut(text, "\f")
			if err != nil || !strings.Contains(one, "could not be evaluated") {
				t.Errorf("%s: page one does not say that a query was not evaluated (%v):\n%s", name, err, one)
			}
		}
	}}.run(t)
}

// interruptsQuery stops a query by a signal.
func (t *try) interruptsQuery(g *ground, folder, name string) {
	t.Helper()
	args := []string{"query", "run", "zz/attack", "--library", folder, "--source", g.logs, "--period", attackPeriod, "--cache", "cache",
		"--query-timeout", "10m"}
	r, err := begin(command(t.Context(), folder, args...))
	if err != nil {
		t.Fatal(err)
	}
	after := time.Duration(1500+t.IntN(1500)) * time.Millisecond
	if r.within(after) {
		e := t.expects(r, exitDone, exitUsage, exitError)
		t.count("over before the signal")
		plain(t, e)
		return
	}
	at := time.Now()
	if err := r.Process.Signal([]os.Signal{syscall.SIGINT, syscall.SIGTERM}[t.IntN(2)]); err != nil {
		t.Fatal(err)
	}
	if e := t.expects(r, exitStopped, exitDone, exitError, -1); e.code == -1 { // on a busy machine it had not begun
		t.count("before the program could take the signal")
		return
	}
	t.count("ended by a signal")
	t.most("ms from the signal to the end", int(time.Since(at).Milliseconds()))
	t.unspilled(filepath.Join(folder, "cache"))
}
