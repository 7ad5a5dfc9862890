package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"trailscribe/internal/demo"
	"trailscribe/internal/source/dir"
)

// What the attacks ask: three days of the sample, and two reports of a few queries with rows and every format. The queries read
// columns as they are in the logs: to plan what derived ones cost is most of what a run over so few records costs.
const (
	attackPeriod = "2026-10-29..2026-10-31"
	quickReport  = `id: quick
title: Three days
audience: Auditors
period: 2026-10-29..2026-10-31
formats: [pdf, xlsx, json, csv]
summary: [zz/by-day]
sections:
  - {title: Access, queries: [zz/denied, zz/agents]}
  - {title: Logging, queries: [zz/logging]}
`
	otherReport = `id: other
title: Two other questions
audience: Auditors
period: 2026-10-29..2026-10-31
formats: [pdf, xlsx]
sections:
  - {title: Use, queries: [zz/services, zz/agents]}
`
)

// attackQueries are the queries of these reports, by the last part of their ids: two kinds of exceptions, evidence, figures.
var attackQueries = map[string]string{
	"by-day": `title: Events by day
question: How many events were there on each day?
kind: metric
why: It is a figure.
log_scope: [management]
columns:
  - {name: v, label: Day, type: text}
  - {name: n, label: Events, type: number}
key: [v]
chart: {type: column, x: v, y: n}
sql: |
  SELECT substr(eventtime, 1, 10) AS v, count(*) AS n FROM events GROUP BY 1 ORDER BY v
`,
	"denied": `title: Changes and refusals
question: What was changed or refused?
headline: {one: "One call", other: "{rows} calls"}
kind: exception
severity: high
log_scope: [management]
why: To see each.
fix: Look at each.
columns:
  - {name: event_time, label: When, type: time}
  - {name: account_id, label: Account, type: account}
  - {name: who, label: Who, type: text}
  - {name: eventname, label: Action, type: code}
  - {name: errorcode, label: Error, type: text}
  - {name: sourceipaddress, label: From, type: ip}
  - {name: useragent, label: With, type: text}
  - {name: eventid, label: Event id, type: id}
key: [account_id, eventid]
recurs: [who, eventname]
sql: |
  SELECT event_time, account_id, useridentity.arn AS who, eventname, errorcode, sourceipaddress, useragent, eventid FROM events
  WHERE errorcode IS NOT NULL OR readonly = 'false'
  ORDER BY event_time, account_id, eventid
population: SELECT count(*) FROM events
`,
	"logging": `title: Changes of logging
question: Who changed a trail?
headline: {one: "One change", other: "{rows} changes"}
kind: exception
severity: critical
log_scope: [management]
why: To see each.
fix: Look at each.
columns:
  - {name: account_id, label: Account, type: account}
  - {name: eventname, label: Action, type: code}
  - {name: requestparameters, label: Parameters, type: text}
  - {name: eventid, label: Event id, type: id}
key: [account_id, eventid]
sql: |
  SELECT account_id, eventname, requestparameters, eventid FROM events
  WHERE eventsource = 'cloudtrail.amazonaws.com'
  ORDER BY account_id, eventid
`,
	"agents": `title: Programs
question: What were the calls made with?
kind: evidence
why: To know them.
log_scope: [management]
columns:
  - {name: v, label: Program, type: text}
  - {name: n, label: Events, type: number}
key: [v]
sql: |
  SELECT useragent AS v, count(*) AS n FROM events WHERE useragent IS NOT NULL GROUP BY 1 ORDER BY v
`,
	"services": `title: Services
question: What was used?
kind: metric
why: It is a figure.
log_scope: [management]
columns:
  - {name: v, label: Service, type: text}
  - {name: n, label: Events, type: number}
key: [v]
sql: |
  SELECT eventsource AS v, count(*) AS n FROM events WHERE eventsource IS NOT NULL GROUP BY 1 ORDER BY v
`,
}

// ground is what all attacks start from, made once: logs, a library with the reports, a filled cache, and what the program
// writes when nobody disturbs it.
type ground struct {
	dir, logs, lib, cache string
	took                  time.Duration // a run with a cold cache

	mu   sync.Mutex
	want map[job]tree // of OUT

	before map[string]map[string]string // fingerprints of logs and lib
}

// job is a report of a period.
type job struct{ report, period string }

// laid is the ground once it is there.
var laid *ground

var firm = sync.OnceValues(newGround)

// attackGround gives the ground.
func attackGround(t testing.TB) *ground {
	t.Helper()
	g, err := firm()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func newGround() (*ground, error) {
	folder, err := os.MkdirTemp("", "trailscribe-attack-")
	if err != nil {
		return nil, err
	}
	in := func(name string) string { return filepath.Join(folder, name) }
	g := &ground{dir: folder, logs: in("logs"), lib: in("lib"), cache: in("cache"), want: map[job]tree{},
		before: map[string]map[string]string{}}
	atExit(func() { os.RemoveAll(folder) })
	if err := makeAttackLogs(g.logs); err != nil {
		return nil, err
	}
	files := map[string]string{"reports/quick": quickReport, "reports/other": otherReport}
	for name, text := range attackQueries {
		files["queries/zz/"+name] = "id: zz/" + name + "\n" + text
	}
	for name, text := range files {
		name = filepath.Join(g.lib, filepath.FromSlash(name)+".yaml")
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			return nil, err
		}
	}
	for _, shared := range []string{g.logs, g.lib} {
		if g.before[shared], err = fingerprint(shared); err != nil {
			return nil, err
		}
	}
	laid = g
	e, err := g.undisturbed(job{"quick", attackPeriod})
	g.took = e.took
	return g, err
}

// undisturbed runs a job where nobody disturbs it and keeps what it wrote.
func (g *ground) undisturbed(j job) (ended, error) {
	out := "out-" + j.report + "-" + j.period
	e, err := finish(command(context.Background(), g.dir, g.runs(j, out, "cache")...))
	if err != nil || e.code != exitDone {
		return e, fmt.Errorf("the undisturbed run: %v, exit code %d\n%s", err, e.code, e.err)
	}
	g.want[j], err = readTree(filepath.Join(g.dir, out))
	return e, err
}

// wants is what OUT holds after undisturbed runs of some jobs.
func (g *ground) wants(t testing.TB, jobs ...job) tree {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	all := tree{}
	for _, j := range jobs {
		if g.want[j] == nil {
			if _, err := g.undisturbed(j); err != nil {
				t.Fatal(err)
			}
		}
		maps.Copy(all, g.want[j])
	}
	return all
}

// makeAttackLogs writes the sample: some forty files.
func makeAttackLogs(folder string) error {
	sink, err := dir.New(dir.Options{Root: folder, Create: true})
	if err != nil {
		return err
	}
	_, err = demo.Generate(context.Background(), demo.Options{
		Accounts: []string{"111122223333", "444455556666"}, Regions: []string{"eu-central-1", "us-east-1"},
		From: time.Date(2026, 10, 29, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Events: 300, PerFile: 40,
	}, sink)
	return err
}

// runs are the arguments of a job over the shared logs.
func (g *ground) runs(j job, out, cache string) []string { return g.over(g.logs, j, out, cache) }

// over are the arguments of a job over other logs.
func (g *ground) over(logs string, j job, out, cache string) []string {
	return []string{
		"report", "run", j.report, "--library", g.lib, "--source", logs, "--period", j.period, "--out", out, "--cache", cache,
	}
}

// holds fails where OUT has other files than after undisturbed runs of the jobs, or other bytes in those that must not differ.
func (g *ground) holds(t testing.TB, out string, jobs ...job) {
	t.Helper()
	got, err := readTree(out)
	if err != nil {
		t.Fatal(err)
	}
	g.wants(t, jobs...).same(t, got)
}

// tree is what is below a folder: the bytes of files by path. What tells who ran it, and when, is there without its bytes.
type tree map[string]string

func readTree(folder string) (tree, error) {
	all := tree{}
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch base := filepath.Base(name); {
		case d.IsDir():
			all[rel] = "a folder"
		case !d.Type().IsRegular():
			all[rel] = d.Type().String()
		case slices.Contains([]string{"journal.jsonl", "manifest.json", "SHA256SUMS", ".lock"}, base):
			all[rel] = "differs from run to run"
		default:
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			all[rel] = string(b)
		}
		return nil
	})
	return all, err
}

// same tells each difference.
func (want tree) same(t testing.TB, got tree) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if have, ok := got[name]; !ok {
			t.Errorf("%s is missing", name)
		} else if have != want[name] {
			t.Errorf("%s has other bytes: %d of them instead of %d", name, len(have), len(want[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is left behind", name)
		}
	}
}

// copyTree copies files and folders.
func copyTree(t testing.TB, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}
