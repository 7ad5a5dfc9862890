package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/run"
)

// disguises are what somebody makes of a copy of an event to take its finding away.
var disguises = []struct {
	name   string
	change func(t *try, r map[string]any) map[string]any
}{
	{"an event that says nothing", func(_ *try, r map[string]any) map[string]any { return harmless(r) }},
	{"another name", func(_ *try, r map[string]any) map[string]any { r["eventName"] = "DescribeRegions"; return r }},
	{"no error", func(_ *try, r map[string]any) map[string]any { delete(r, "errorCode"); return r }},
	{"another user", func(_ *try, r map[string]any) map[string]any {
		r["userIdentity"] = map[string]any{"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
		return r
	}},
	{"another field at random", func(t *try, r map[string]any) map[string]any {
		names := slices.DeleteFunc(slices.Sorted(maps.Keys(r)), func(n string) bool {
			return slices.Contains([]string{"eventID", "recipientAccountId", "eventTime"}, n)
		})
		delete(r, names[t.IntN(len(names))])
		return r
	}},
	{"the same event once more", func(_ *try, r map[string]any) map[string]any { return r }},
}

// Who can add a log file can hide no event: differing copies are all there, and make the report incomplete.
func TestAttackForgedCopies(t *testing.T) {
	attack{name: "forged copies of the events behind findings, before, between or after the logs", whole: 24, sample: 1, try: func(t *try) {
		g, folder := attackGround(t), t.TempDir()
		writeAll(t, folder)
		before, events := found(t, folder, g.logs, "undisturbed", exitDone)
		if len(before) < 100 || len(events) < 100 {
			t.Fatalf("%d exceptions of %d events: too few to hide", len(before), len(events))
		}
		logs := filepath.Join(folder, "logs")
		copyTree(t, g.logs, logs)
		how := choose(t, disguises)
		all := []int{1, 3, 50}[t.IntN(3)]
		records, n := map[string][]any{}, 0 // by account
		eachRecord(t, logs, func(r map[string]any) {
			if id, _ := r["eventID"].(string); events[id] && t.IntN(all) == 0 {
				account, _ := r["recipientAccountId"].(string)
				records[account] = append(records[account], how.change(t, r))
				n++
			}
		})
		if n == 0 {
			t.count("nothing chosen")
			return
		}
		place := t.IntN(4)
		for account, list := range records {
			name := filepath.Join(logs, "AWSLogs", account, "CloudTrail", "eu-central-1",
				[]string{"2026/10/28", "2026/10/30", "2026/11/02"}[place%3],
				fmt.Sprintf("%s_CloudTrail_eu-central-1_20261030T0000Z_%016d.json.gz", account, place))
			if place == 3 {
				name = filepath.Join(logs, "0-"+account+".json.gz")
			}
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, packed(t, must(json.Marshal(map[string]any{"Records": list}))), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		e := t.runs(folder, runsAll(logs, "out"), exitDone, exitIncomplete)
		dir := t.verified(filepath.Join(folder, "out"))[0]
		after, _ := exceptionsOf(t.T, dir)
		rows := map[string]bool{}
		for _, row := range after {
			rows[row] = true
		}
		for id, row := range before {
			if !rows[row] {
				t.Errorf("%s: the exception %s is gone: %s", how.name, id, row)
			}
		}
		s, err := run.OpenFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		switch c := s.Inputs.Conflicting; {
		case c == nil:
			t.Error("it is not known how many copies differ")
		case *c > 0 && e.code != exitIncomplete:
			t.Errorf("%s: %d events have copies that differ, exit code %d", how.name, *c, e.code)
		case *c == 0 && e.code == exitIncomplete && s.Coverage.Integrity == nil: // else the digests tell of the file that was added
			t.Errorf("%s: %d events have copies that differ, exit code %d", how.name, *c, e.code)
		case *c == 0 && how.name == disguises[0].name && place != 0: // the folder of a day before the period is not read
			t.Errorf("%s: no copy differs", how.name)
		default:
			t.add("events with copies that differ", int(*c))
		}
	}}.run(t)
}

// writeAll makes a library whose one query finds every event, so that none can be taken away unseen.
func writeAll(t *try, folder string) {
	t.Helper()
	for name, text := range map[string]string{
		"lib/reports/all.yaml": "id: all\ntitle: All\naudience: Auditors\nperiod: " + attackPeriod +
			"\nformats: [json]\nsections: [{title: All, queries: [zz/all]}]\n",
		"lib/queries/zz/all.yaml": `id: zz/all
title: All events
question: What happened?
headline: {one: "One event", other: "{rows} events"}
kind: exception
severity: high
log_scope: [management]
why: To see each.
fix: Look at each.
columns:
  - {name: event_time, label: When, type: time}
  - {name: account_id, label: Account, type: account}
  - {name: eventname, label: Action, type: code}
  - {name: errorcode, label: Error, type: text}
  - {name: actor, label: Who, type: actor}
  - {name: eventid, label: Event id, type: id}
key: [account_id, eventid]
sql: |
  SELECT event_time, account_id, eventname, errorcode, actor, eventid FROM events ORDER BY event_time, account_id, eventid
`,
	} {
		name = filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

func runsAll(logs, out string) []string {
	return []string{"report", "run", "all", "--library", "lib", "--source", logs, "--out", out, "--cache", "cache"}
}

func found(t *try, folder, logs, out string, code int) (all map[string]string, events map[string]bool) {
	t.Helper()
	t.runs(folder, runsAll(logs, out), code)
	return exceptionsOf(t.T, t.verified(filepath.Join(folder, out))[0])
}

// eachRecord calls f for each record of the log files below a folder.
func eachRecord(t *try, folder string, f func(r map[string]any)) {
	t.Helper()
	sink := &recordSink{}
	eachFile(t, folder, func(name string, _ fs.FileInfo) {
		if !strings.HasSuffix(name, ".json.gz") {
			return
		}
		if err := sink.file(name); err != nil {
			t.Fatal(err)
		}
	})
	for _, r := range sink.all {
		f(r)
	}
}
