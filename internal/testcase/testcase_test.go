package testcase

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
	"trailscribe/internal/source/mem"
	"trailscribe/templates"
)

// root is a query of root's sign-ins; sql and cases are what a test is about.
func root(id, sql string, more ...string) string {
	return "id: " + id + `
title: Root signed in
question: Did root sign in?
kind: exception
severity: high
log_scope: [management]
why: Root bypasses every policy.
fix: Use roles.
columns:
  - {name: event_time, label: When, type: time}
  - {name: account_id, label: Account, type: id}
key: [account_id, eventid]
` + strings.Join(more, "\n") + "\nsql: |\n  " + strings.ReplaceAll(sql, "\n", "\n  ") + "\n"
}

const rootSQL = `SELECT event_time, account_id, eventid
FROM events
WHERE eventname = 'ConsoleLogin' AND actor_type = 'root' AND local_date >= DATE '2026-10-01'
ORDER BY event_time, account_id, eventid`

const (
	hit = `
  - name: root signs in
    events:
      - {eventName: ConsoleLogin, eventSource: signin.amazonaws.com, eventTime: "2026-10-25T00:30:00Z", eventID: one, userIdentity: {type: Root}}
      - {eventName: ConsoleLogin, eventSource: signin.amazonaws.com, eventTime: "2026-10-25T00:30:00Z", eventID: two, userIdentity: {type: IAMUser}}
    want:
      - {event_time: "2026-10-25T00:30:00Z", eventid: one}`
	miss = `
  - name: a user signs in
    events:
      - {eventName: ConsoleLogin, eventID: one, userIdentity: {type: IAMUser}}
    want: []`
)

func run(t *testing.T, files map[string]string, o Options) map[string]Verdict {
	t.Helper()
	set, o := lib(t, files, o)
	verdicts, err := Run(t.Context(), set, o)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Verdict{}
	for _, v := range verdicts {
		out[v.Query+": "+v.Case] = v
	}
	return out
}

func lib(t testing.TB, files map[string]string, o Options) (*query.Set, Options) {
	t.Helper()
	m := fstest.MapFS{}
	names, err := fs.Glob(templates.FS, "sql/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		data, err := fs.ReadFile(templates.FS, n)
		if err != nil {
			t.Fatal(err)
		}
		m["templates/"+n] = &fstest.MapFile{Data: data}
	}
	for n, text := range files {
		m["queries/"+n] = &fstest.MapFile{Data: []byte(text)}
	}
	l, bad := library.Open(library.Layer{Origin: library.BuiltIn, FS: m})
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	frameworks, bad := framework.Load(l)
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	set, bad := query.Load(l, frameworks)
	if err := bad.Err(); err != nil {
		t.Fatal(err)
	}
	if o.Definition, bad = relation.Load(l); bad.Err() != nil {
		t.Fatal(bad)
	}
	o.Hold = func(f map[string][]byte) source.Source {
		s, err := mem.New(mem.Options{Files: f})
		if err != nil {
			t.Error(err)
		}
		return s
	}
	if o.Open == nil {
		o.Open = func(d *relation.Definition, s source.Source) (engine.Engine, error) {
			return duckdb.New(duckdb.Options{Definition: d, Source: s, Threads: 1})
		}
	}
	return set, o
}

func TestRun(t *testing.T) {
	got := run(t, map[string]string{
		"a/good.yaml":      root("a/good", rootSQL),
		"a/good_test.yaml": "cases:" + hit + miss,
		// The same event ids as a/good: neither sees the other's events.
		"a/same.yaml":      root("a/same", rootSQL),
		"a/same_test.yaml": "cases:" + hit + miss,
		"a/wrong.yaml":     root("a/wrong", rootSQL),
		"a/wrong_test.yaml": "cases:" + strings.ReplaceAll(hit, "eventid: one", "eventid: two") + miss + `
  - name: in another zone and month
    period: 2026-09
    timezone: Europe/Berlin
    events:
      - {eventName: ConsoleLogin, eventTime: "2026-09-30T21:59:59Z", eventID: in, userIdentity: {type: Root}}
      - {eventName: ConsoleLogin, eventTime: "2026-09-30T22:00:00Z", eventID: out, userIdentity: {type: Root}}
    want: []`,
		"a/no-cases.yaml":     root("a/no-cases", rootSQL),
		"a/no-miss.yaml":      root("a/no-miss", rootSQL),
		"a/no-miss_test.yaml": "cases:" + hit,
		"a/no-hit.yaml":       root("a/no-hit", rootSQL),
		"a/no-hit_test.yaml":  "cases:" + miss,
		"a/fails.yaml":        root("a/fails", strings.Replace(rootSQL, "actor_type = 'root'", "CAST(eventid AS bigint) > 0", 1)),
		"a/fails_test.yaml":   "cases:" + hit + miss,
		"a/bad.yaml":          root("a/bad", strings.Replace(rootSQL, "actor_type", "actor_typ", 1)),
		"a/bad_test.yaml":     "cases:" + hit + miss,
		"a/copies.yaml":       root("a/copies", strings.Replace(rootSQL, "account_id,", "account_id, copies,", 1)),
		"a/copies_test.yaml": "cases:" + strings.Replace(strings.Replace(hit, "eventID: two, userIdentity: {type: IAMUser}",
			"eventID: one, userIdentity: {type: Root}", 1), "eventid: one}", "eventid: one, copies: 2}", 1) + miss,
		"a/history.yaml": root("a/history", strings.Replace(rootSQL, "actor_type = 'root'",
			"eventid NOT IN (SELECT h.eventname FROM history h)", 1), "history: 30d"),
		"a/history_test.yaml": "cases:" + strings.Replace(strings.Replace(hit, "    want:", "    history:\n      - {eventName: two}\n    want:",
			1), "eventid: one}", "eventid: one}", 1) + strings.Replace(miss, "    want:", "    history:\n      - {eventName: one}\n    want:", 1),
		"a/params.yaml": root("a/params", strings.Replace(rootSQL, "actor_type = 'root'",
			"NOT contains(:approved, eventid) AND contains(:own, account_id) AND :limit > 1", 1),
			"params:\n  approved: {type: texts, default: [], help: Approved}\n  own: {type: ids, from: accounts, default: [\"999999999999\"], "+
				"help: Own}\n  limit: {type: int, help: Limit}"),
		"a/params_test.yaml": "cases:" +
			strings.Replace(hit, "    events:", "    params: {approved: [two], limit: 2}\n    facts: {accounts: [\"111122223333\"]}\n    events:",
				1) + strings.Replace(miss, "    events:", "    params: {limit: 2}\n    events:", 1) +
			"\n  - name: no value\n    events: []\n    want: []",
		"a/automation.yaml": root("a/automation", strings.Replace(rootSQL, "actor_type = 'root'", "NOT is_automation AND day_kind = 'holiday'",
			1)),
		"a/automation_test.yaml": `cases:
  - name: a person on a holiday
    facts: {holidays: ["2026-10-14"], automation: {roles: ["*:role/ci"]}}
    events:
      - {eventName: ConsoleLogin, eventTime: "2026-10-14T10:00:00Z", eventID: one, userIdentity: {type: AssumedRole, arn: "arn:aws:sts::111122223333:assumed-role/dev/a", sessionContext: {sessionIssuer: {arn: "arn:aws:iam::111122223333:role/dev"}}}}
      - {eventName: ConsoleLogin, eventTime: "2026-10-14T10:00:00Z", eventID: two, userIdentity: {type: AssumedRole, arn: "arn:aws:sts::111122223333:assumed-role/ci/a", sessionContext: {sessionIssuer: {arn: "arn:aws:iam::111122223333:role/ci"}}}}
    want:
      - {eventid: one}
  - name: a person on a working day
    events:
      - {eventName: ConsoleLogin, eventTime: "2026-10-14T10:00:00Z", eventID: one}
    want: []`,
	}, Options{})
	want := map[string]string{ // "" passes; else a part of the difference
		"a/good: root signs in":                   "",
		"a/good: a user signs in":                 "",
		"a/same: root signs in":                   "",
		"a/same: a user signs in":                 "",
		"a/wrong: root signs in":                  `row 1, eventid: wanted "two", got "one"`,
		"a/wrong: a user signs in":                "",
		"a/wrong: in another zone and month":      "",
		"a/no-cases: ":                            "has no cases",
		"a/no-miss: root signs in":                "",
		"a/no-miss: ":                             "no case wants no row",
		"a/no-hit: a user signs in":               "",
		"a/no-hit: ":                              "no case matches",
		"a/fails: root signs in":                  "the query failed",
		"a/fails: a user signs in":                "the query failed",
		"a/bad: ":                                 "actor_typ",
		"a/copies: root signs in":                 "",
		"a/copies: a user signs in":               "",
		"a/history: root signs in":                "",
		"a/history: a user signs in":              "",
		"a/params: root signs in":                 "",
		"a/params: a user signs in":               "",
		"a/params: no value":                      `no value for the parameter "limit"`,
		"a/automation: a person on a holiday":     "",
		"a/automation: a person on a working day": "",
	}
	for name, part := range want {
		v, ok := got[name]
		switch {
		case !ok:
			t.Errorf("%s: no verdict", name)
		case v.Remark != "":
			if part == "" || !strings.Contains(v.Remark, part) || !v.Passed() {
				t.Errorf("%s: the remark is %q, want one with %q", name, v.Remark, part)
			}
		case part == "" && !v.Passed():
			t.Errorf("%s: %s", name, v.Diff)
		case part != "" && !strings.Contains(v.Diff, part):
			t.Errorf("%s: the difference is %q, want one with %q", name, v.Diff, part)
		case v.Place == "":
			t.Errorf("%s: no place", name)
		}
	}
	for name, v := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: unexpected verdict %q", name, v.Diff)
		}
	}
}

func TestRunOnly(t *testing.T) {
	var told []string
	got := run(t, map[string]string{
		"a/one.yaml": root("a/one", rootSQL), "a/one_test.yaml": "cases:" + hit + miss,
		"a/two.yaml": root("a/two", rootSQL), "a/two_test.yaml": "cases:" + hit + miss,
	}, Options{Only: func(q *query.Query) bool { return q.ID == "a/two" }, Done: func(v Verdict) { told = append(told, v.Query) }})
	if len(got) != 2 || len(told) != 2 || told[0] != "a/two" || told[1] != "a/two" {
		t.Errorf("verdicts %v, told %v", got, told)
	}
}

func TestRunErrors(t *testing.T) {
	files := map[string]string{"a/one.yaml": root("a/one", rootSQL), "a/one_test.yaml": "cases:" + hit + miss}
	broken := errors.New("no engine today")
	set, o := lib(t, files, Options{Open: func(*relation.Definition, source.Source) (engine.Engine, error) { return nil, broken }})
	if _, err := Run(t.Context(), set, o); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	set, o = lib(t, files, Options{})
	if _, err := Run(ctx, set, o); err == nil {
		t.Error("a run whose context had ended gave verdicts")
	}
	if _, err := Run(t.Context(), set, Options{}); err == nil {
		t.Error("a run without an engine gave verdicts")
	}
}
