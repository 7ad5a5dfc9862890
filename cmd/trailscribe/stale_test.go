package main

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"trailscribe/reports"
	"trailscribe/templates"
)

// place is a folder with logs, a configuration and a library, in which the program runs.
type place struct {
	t    *testing.T
	dir  string
	args []string
	env  map[string]string
}

const staleConfiguration = `source: logs
entity: Example Corp
late_days: 2
accounts:
  - {id: "111122223333", name: production}
defaults: {timezone: UTC}
`

const staleReport = `id: small
title: Small
audience: Auditors
period: 2026-10-05..2026-10-06
formats: [json]
framework: cis-aws-5.0
sections:
  - {title: Root account, queries: [own/signin, own/stopped]}
`

// The queries read few columns: what derived ones cost is most of what a run over so few records costs.
const staleQuery = `id: own/signin
title: Sign-ins
question: Who signed in?
headline: {one: "One sign-in", other: "{rows} sign-ins"}
kind: exception
severity: high
log_scope: [management]
why: It passes by every policy.
fix: Use roles.
controls: {cis-aws-5.0: ["1.6"]}
params: {approved: {type: texts, default: [], help: "Event ids"}}
columns:
  - {name: event_time, label: When, type: time}
  - {name: account_id, label: Account, type: account}
  - {name: sourceipaddress, label: From, type: ip}
  - {name: eventid, label: Event id, type: id}
key: [account_id, eventid]
recurs: [account_id]
sql: |
  SELECT event_time, account_id, sourceipaddress, eventid FROM events
  WHERE eventname = 'ConsoleLogin' AND NOT coalesce(contains(:approved, eventid), false)
  ORDER BY event_time, account_id, eventid
`

// French has one sentence and one translated query of its own; for all else it falls back to English.
const staleFrench = "cover:\n  kicker: Rapport\n"

var staleFiles = map[string]string{
	"trailscribe.yaml":            staleConfiguration,
	"lib/reports/small.yaml":      staleReport,
	"lib/queries/own/signin.yaml": staleQuery,
	"lib/queries/own/stopped.yaml": strings.NewReplacer("own/signin", "own/stopped", "ConsoleLogin",
		"StopLogging").Replace(staleQuery),
	"lib/templates/lang/fr/messages.yaml":           staleFrench,
	"lib/templates/lang/fr/queries/own/signin.yaml": "why: Parce que\n",
	"lib/templates/lang/fr/reports/small.yaml":      "title: Petit\n",
}

func newPlace(t *testing.T, args ...string) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir(), args: args, env: map[string]string{}}
	for name, text := range staleFiles {
		p.write(name, text)
	}
	for name, text := range logsForWords {
		p.write("logs/"+name, text)
	}
	return p
}

// in is a file of the place.
func (p *place) in(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

func (p *place) write(name, text string) {
	p.t.Helper()
	name = p.in(name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// alter replaces a text in a file; one of the library that is built in is laid over it first.
func (p *place) alter(name, old, text string) {
	p.t.Helper()
	b, err := os.ReadFile(p.in(name))
	if err != nil {
		path := strings.TrimPrefix(name, "lib/")
		folder, rest, _ := strings.Cut(path, "/")
		b, err = fs.ReadFile(map[string]fs.FS{"reports": reports.FS, "templates": templates.FS}[folder], rest)
		if err != nil {
			p.t.Fatal(err)
		}
	}
	if !strings.Contains(string(b), old) {
		p.t.Fatalf("%s does not hold %q", name, old)
	}
	p.write(name, strings.Replace(string(b), old, text, 1))
}

// run runs the report; with stop it is interrupted when it says so. It gives what was said.
func (p *place) run(out, stop string, more ...string) string {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	said := &stopping{at: stop, stop: cancel}
	if stop == "" {
		said.at, said.stop = "\x00", func() {}
	}
	args := append([]string{"report", "run", "small", "--config", "trailscribe.yaml", "--library", "lib", "--out", out, "--cache", "cache"},
		append(slices.Clone(p.args), more...)...)
	var printed bytes.Buffer
	code := MainIn(ctx, p.dir, args, strings.NewReader(""), io.MultiWriter(&printed, said), said,
		func(name string) string { return p.env[name] })
	if stop != "" && code != exitStopped || stop == "" && code != exitIncomplete && code != exitDone {
		p.t.Fatalf("exit code %d\n%s", code, said)
	}
	return said.String()
}

// plan is the digest of everything that would be asked, as a dry run prints it.
func (p *place) plan() string {
	p.t.Helper()
	said := p.run("out", "", "--dry-run")
	_, plan, ok := strings.Cut(said, ", plan ")
	if !ok {
		p.t.Fatalf("no plan: %s", said)
	}
	return plan[:12]
}

// sealed is the files of the runs in a folder that two runs over the same inputs have in common, by run.
func (p *place) sealed(out string) map[string]map[string]string {
	p.t.Helper()
	all := map[string]map[string]string{}
	out = p.in(out)
	records, err := filepath.Glob(filepath.Join(out, "small*", "*", "r*", "record.json"))
	if err != nil || len(records) == 0 {
		p.t.Fatalf("no run in %s: %v", out, err)
	}
	for _, r := range records {
		files := map[string]string{}
		folder := os.DirFS(filepath.Dir(r))
		err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || slices.Contains([]string{"journal.jsonl", "manifest.json", "SHA256SUMS"}, name) {
				return err
			}
			b, err := fs.ReadFile(folder, name)
			files[name] = string(b)
			return err
		})
		if err != nil {
			p.t.Fatal(err)
		}
		name, _ := filepath.Rel(out, filepath.Dir(r))
		all[filepath.ToSlash(name)] = files
	}
	return all
}

// staleCase is one change; same: a report made anew is the same as before.
type staleCase struct {
	name   string
	change func(*place)
	same   bool
}

// swap changes a text of a file; flagged adds to the command line.
func swap(name, old, text string) func(*place) { return func(p *place) { p.alter(name, old, text) } }
func flagged(args ...string) func(*place) {
	return func(p *place) { p.args = append(slices.Clone(p.args), args...) }
}

// copyOf is the place as it is now, in a folder of its own.
func (p *place) copyOf(t *testing.T) *place {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(p.dir)); err != nil {
		t.Fatal(err)
	}
	return &place{t: t, dir: dir, args: p.args, env: map[string]string{}}
}

// If the log files change while a run is interrupted that has all its answers, the same command makes the report that a run
// with nothing kept makes; and where nothing changed that a report says, it asks nothing again.
func TestChangedLogsAreNeverStale(t *testing.T) {
	t.Parallel()
	one := logsForWords["one.json"]
	cases := []staleCase{
		{"touched", func(p *place) {
			if err := os.Chtimes(p.in("logs/one.json"), time.Unix(1e9, 0), time.Unix(1e9, 0)); err != nil {
				p.t.Fatal(err)
			}
		}, true},
		{"written again", func(p *place) { p.write("logs/one.json", one) }, true},
		{"came", func(p *place) { p.write("logs/more.json", strings.ReplaceAll(one, "0000-0000-", "0000-0009-")) }, false},
		{"came without an event of the period", func(p *place) { p.write("logs/more.json", strings.ReplaceAll(one, "2026-10-05", "2026-09-05")) },
			false},
		{"came empty", func(p *place) { p.write("logs/more.json", `{"Records":[]}`) }, false},
		{"came and is not a log file", func(p *place) { p.write("logs/package.json", `{"name":"x"}`) }, false},
		{"came and cannot be read", func(p *place) { p.write("logs/more.json", one[:200]) }, false},
		{"went", func(p *place) { p.remove("logs/two.json") }, false},
		{"damaged one went", func(p *place) { p.remove("logs/cut.json") }, false},
		{"renamed", func(p *place) { p.rename("logs/one.json", "logs/three.json") }, false},
		{"same size and time, other content", func(p *place) {
			info, err := os.Stat(p.in("logs/one.json"))
			if err != nil {
				p.t.Fatal(err)
			}
			p.alter("logs/one.json", "203.0.113.9", "203.0.113.8")
			if err := os.Chtimes(p.in("logs/one.json"), info.ModTime(), info.ModTime()); err != nil {
				p.t.Fatal(err)
			}
		}, false},
		{"cut off", func(p *place) { p.write("logs/one.json", one[:len(one)-3]) }, false},
		{"can be read again", func(p *place) { p.write("logs/cut.json", strings.ReplaceAll(one, "0000-0000-", "0000-0009-")) }, false},
		{"still damaged, in another way", func(p *place) { p.write("logs/cut.json", "{") }, false},
		{"replaced by a link that leads out", func(p *place) {
			p.write("elsewhere.json", one)
			p.remove("logs/one.json")
			if err := os.Symlink("../elsewhere.json", p.in("logs/one.json")); err != nil {
				p.t.Skip(err)
			}
		}, false},
		{"another folder in the same place", func(p *place) { p.rename("logs", "old"); p.write("logs/one.json", one) }, false},
	}
	p := newPlace(t)
	p.run("interrupted", "judging")
	p.run("whole", "")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := p.copyOf(t)
			before := p.sealed("whole")
			c.change(p)
			p.run("fresh", "")
			said := p.run("interrupted", "")
			fresh, resumed := p.sealed("fresh"), p.sealed("interrupted")
			if d := differing(resumed, fresh); d != "" {
				t.Errorf("the run that was interrupted gives another report than one that was not:\n%s", d)
			}
			if d := differing(before, fresh); (d == "") != c.same {
				t.Errorf("the report is the same as before the change: %v, want %v\n%s", !c.same, c.same, d)
			}
			if asked := strings.Contains(said, "opening the logs"); asked == c.same {
				t.Errorf("asked again: %v\n%s", asked, said)
			}
		})
	}
}

// Everything else that a report rests on or is worded by is in the digest of its plan, by which an interrupted run is found
// again; and in the record, by which a sealed run is found to be unchanged.
func TestChangedDefinitionsAreNeverStale(t *testing.T) {
	t.Parallel()
	groups := []struct {
		name  string
		args  []string
		cases []staleCase
	}{
		{"configuration", nil, []staleCase{
			{"entity", swap("trailscribe.yaml", "Example Corp", "Other Corp"), false},
			{"name of an account", swap("trailscribe.yaml", "production", "live"), false},
			{"another account", swap("trailscribe.yaml", "defaults:", "  - {id: \"777788889999\", name: x}\ndefaults:"), false},
			{"end of an account", swap("trailscribe.yaml", "name: production", "name: production, until: 2026-10-06"), false},
			{"expected region", swap("trailscribe.yaml", "name: production", "name: production, expect: [eu-west-3]"), false},
			{"late days", swap("trailscribe.yaml", "late_days: 2", "late_days: 3"), false},
			{"calendar", swap("trailscribe.yaml", "late_days", "calendar: none\nlate_days"), false},
			{"automation", swap("trailscribe.yaml", "late_days", "automation: {roles: [\"arn:aws:iam::*:user/zz*\"]}\nlate_days"), false},
			{"networks", swap("trailscribe.yaml", "late_days", "networks: [192.0.2.0/24]\nlate_days"), false},
			{"regions", swap("trailscribe.yaml", "late_days", "regions: [us-east-1]\nlate_days"), false},
			{"admins", swap("trailscribe.yaml", "late_days", "admins: [\"arn:aws:iam::*:role/admin\"]\nlate_days"), false},
			{"time zone", swap("trailscribe.yaml", "timezone: UTC", "timezone: Asia/Tokyo"), false},
			{"parameter", swap("trailscribe.yaml", "timezone: UTC", "params: {own/signin.approved: [\"00000000-0000-0000-0000-000000000001\"]}"),
				false},
			{"a comment", swap("trailscribe.yaml", "{timezone: UTC}", "{timezone: UTC} # nothing"), true},
		}},
		{"library", nil, []staleCase{
			{"text of a query", swap("lib/queries/own/signin.yaml", "passes by every policy", "is above every policy"), false},
			{"statement of a query", swap("lib/queries/own/signin.yaml", "= 'ConsoleLogin'", "<> 'StopLogging'"), false},
			{"title of the report", swap("lib/reports/small.yaml", "title: Small", "title: Smaller"), false},
			{"section of the report", swap("lib/reports/small.yaml", "Root account", "The root account"), false},
			{"query of the report", swap("lib/reports/small.yaml", ", own/stopped", ""), false},
			{"framework", swap("lib/reports/frameworks/cis-aws-5.0.yaml", "name:", "# changed\n    name:"), false},
			{"calendar", swap("lib/reports/calendars/weekdays.yaml", "[saturday, sunday]", "[friday]"), false},
			{"sentence", swap("lib/templates/lang/en/messages.yaml", "CloudTrail audit report", "Audit of CloudTrail"), false},
			{"format of numbers", swap("lib/templates/lang/en/format.yaml", "{n} kB", "{n} kilobytes"), false},
			{"theme", swap("lib/templates/themes/navy.yaml", "0B2A4A", "0B2A4B"), false},
			{"relation", swap("lib/templates/sql/events.sql", "WITH dated AS (", "-- changed\nWITH dated AS ("), false},
			{"a file that the report does not use", func(p *place) { p.write("lib/templates/themes/other.yaml", "name: other\n") }, true},
		}},
		{"flags", nil, []staleCase{
			{"as of", flagged("--as-of", "2026-11-02T07:00:00Z"), false},
			{"SOURCE_DATE_EPOCH", func(p *place) { p.env["SOURCE_DATE_EPOCH"] = "1790000000" }, false},
			{"time zone", flagged("--timezone", "Asia/Tokyo"), false},
			{"language", flagged("--lang", "fr"), false},
			{"accounts", flagged("--accounts", "111122223333"), false},
			{"regions", flagged("--regions", "us-east-1"), false},
			{"parameter", flagged("--param", "approved=00000000-0000-0000-0000-000000000001"), false},
			{"period", flagged("--period", "2026-10-05"), false},
			{"theme", func(p *place) {
				p.alter("lib/templates/themes/navy.yaml", "name: navy", "name: other")
				p.rename("lib/templates/themes/navy.yaml", "lib/templates/themes/other.yaml")
				p.args = append(slices.Clone(p.args), "--theme", "other")
			}, false},
			{"spelling of the source", flagged("--source", "./logs"), false},
			{"memory", flagged("--memory", "700MB"), true},
		}},
		{"another language", []string{"--lang", "fr"}, []staleCase{
			{"sentence", swap("lib/templates/lang/fr/messages.yaml", "Rapport", "Examen"), false},
			{"sentence it falls back to", swap("lib/templates/lang/en/messages.yaml", "Report reference", "Reference"), false},
			{"format it falls back to", swap("lib/templates/lang/en/format.yaml", "{n} kB", "{n} kilobytes"), false},
			{"text of a query", swap("lib/templates/lang/fr/queries/own/signin.yaml", "Parce que", "Car"), false},
			{"text of the report", swap("lib/templates/lang/fr/reports/small.yaml", "Petit", "Court"), false},
			{"text of a query that had none", func(p *place) {
				p.write("lib/templates/lang/fr/queries/own/stopped.yaml", "why: Parce que\n")
			}, false},
		}},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, g.args...)
			p.run("whole", "")
			base := p.plan()
			for i, c := range g.cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					p := p.copyOf(t)
					before := p.sealed("whole")
					c.change(p)
					if same := p.plan() == base; same != c.same {
						t.Errorf("the same plan: %v, want %v", same, c.same)
					}
					if i%4 != 0 { // a run takes ten times as long as its plan
						return
					}
					p.run("whole", "")
					after := p.sealed("whole")
					if same := len(after) == len(before); same != c.same {
						t.Errorf("unchanged: %v, want %v", same, c.same)
					}
					for name := range after {
						if before[name] == nil {
							delete(after, name)
						}
					}
					if d := differing(before, after); d != "" {
						t.Errorf("a sealed run was altered:\n%s", d)
					}
				})
			}
		})
	}
}

func differing(a, b map[string]map[string]string) string {
	var out []string
	for name := range a {
		if b[name] == nil {
			out = append(out, name+" is in the first only")
		}
	}
	for name, run := range b {
		if a[name] == nil {
			out = append(out, name+" is in the second only")
			continue
		}
		for file, text := range run {
			if a[name][file] != text {
				out = append(out, name+"/"+file+" differs")
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func (p *place) remove(name string) {
	p.t.Helper()
	if err := os.Remove(p.in(name)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) rename(old, name string) {
	p.t.Helper()
	if err := os.Rename(p.in(old), p.in(name)); err != nil {
		p.t.Fatal(err)
	}
}
