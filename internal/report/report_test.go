package report_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/diag"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/yaml"
	"trailscribe/queries"
	"trailscribe/reports"
	"trailscribe/templates"
)

const frameworks = `id: cis-5
title: CIS
version: "5.0"
publisher: CIS
controls:
  - {id: "1.6", name: root use, family: Identity, strength: full}
  - {id: "1.10", name: keys, family: Identity, strength: full}
`

var offered = yaml.Choice{Names: []string{"pdf", "xlsx", "json", "csv", "csv-safe"}, Usual: []string{"pdf", "xlsx"}}

func ask(id, kind, severity, more string) string {
	text := "id: " + id + "\ntitle: T\nquestion: Q\nkind: " + kind +
		"\nlog_scope: [management]\nwhy: W\ncolumns: [{name: n, label: N, type: number}]\nsql: SELECT 1 AS n FROM events\n" + more
	if kind == "exception" {
		text += "severity: " + severity + "\nfix: F\nkey: [n]\n"
	}
	return text
}

func library1(t *testing.T, reports map[string]string) (*library.Library, *query.Set, framework.Set) {
	t.Helper()
	m := fstest.MapFS{
		"reports/frameworks/cis-5.yaml": {Data: []byte(frameworks)},
		"queries/root/login.yaml": {Data: []byte(ask("root/login", "exception", "critical",
			"controls: {cis-5: [\"1.6\"]}\nparams: {approved: {type: texts, default: [], help: h}, n: {type: int, default: 1, help: h}}\n"))},
		"queries/root/any.yaml":      {Data: []byte(ask("root/any", "exception", "high", "controls: {cis-5: [\"1.10\"]}\n"))},
		"queries/iam/users.yaml":     {Data: []byte(ask("iam/users", "exception", "low", ""))},
		"queries/iam/keys.yaml":      {Data: []byte(ask("iam/keys", "evidence", "", ""))},
		"queries/activity/days.yaml": {Data: []byte(ask("activity/days", "metric", "", "chart: {type: bar, x: n}\n"))},
		"queries/activity/plain.yaml": {Data: []byte(ask("activity/plain", "metric", "",
			"params: {n: {type: number, default: 1, help: h}}\n"))},
		"templates/themes/navy.yaml":       {Data: []byte("x")},
		"templates/lang/en/messages.yaml":  {Data: []byte("x")},
		"templates/lang/en/reports/r.yaml": {Data: []byte("x")},
	}
	for name, text := range reports {
		m["reports/"+name+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	l, bad := library.Open(library.Layer{Origin: "mine", FS: m})
	if bad != nil {
		t.Fatal(bad)
	}
	f, bad := framework.Load(l)
	if bad != nil {
		t.Fatal(bad)
	}
	q, bad := query.Load(l, f)
	if bad != nil {
		t.Fatal(bad)
	}
	return l, q, f
}

func load(t *testing.T, text string) (*report.Report, diag.Problems) {
	t.Helper()
	l, q, f := library1(t, map[string]string{"r": text})
	return report.Load(l, "r", q, f, offered)
}

func outline(r *report.Report) []string {
	var out []string
	for _, q := range r.Summary {
		out = append(out, "summary: "+q.ID)
	}
	for _, s := range r.Sections {
		for _, q := range s.Queries {
			out = append(out, s.Title+": "+q.ID)
		}
	}
	return out
}

func TestLoad(t *testing.T) {
	r, bad := load(t, `id: r
title: Review
audience: Auditors
period: 2026-Q3
timezone: Europe/Berlin
language: en
theme: navy
formats: [pdf, xlsx]
framework: cis-5
fail_on: high
summary: [activity/days]
sections:
  - {title: First, select: {kind: exception, min_severity: high}}
  - {title: Second, queries: [root/any]}
  - {title: Rest, queries: [iam/keys], select: {topic: [iam, root]}}
params:
  approved: [a, "b,c"]
  root/login.n: 5
`)
	if bad != nil {
		t.Fatal(bad)
	}
	// A query that is named stands where it is named, even if an earlier section's select would fit.
	want := []string{"summary: activity/days", "First: root/login", "Second: root/any", "Rest: iam/keys", "Rest: iam/users"}
	if diff := cmp.Diff(want, outline(r)); diff != "" {
		t.Error(diff)
	}
	if n := len(r.Queries()); n != 5 || r.Queries()[0].ID != "activity/days" {
		t.Error(r.Queries())
	}
	if r.Params["approved"].Value != `["a","b,c"]` || r.Params["root/login.n"].Value != "5" || r.Params["approved"].At.Line != 17 ||
		r.FailOn != query.High || r.Framework.ID != "cis-5" || r.PeriodAt.Line != 4 {
		t.Errorf("%+v", r)
	}
}

func TestSelect(t *testing.T) {
	for sel, want := range map[string][]string{
		"kind: exception":                         {"root/login", "root/any", "iam/users"}, // the gravest first
		"min_severity: high":                      {"root/login", "root/any"},
		"topic: iam":                              {"iam/users", "iam/keys"},
		"controls: cis-5":                         {"root/login", "root/any"},
		"controls: [cis-5/1.10]":                  {"root/any"},
		"controls: cis-5, min_severity: critical": {"root/login"},
	} {
		r, bad := load(t, "id: r\ntitle: T\nsections: [{title: S, select: {"+sel+"}}]\n")
		if bad != nil {
			t.Errorf("%s: %v", sel, bad)
			continue
		}
		var got []string
		for _, q := range r.Queries() {
			got = append(got, q.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", sel, diff)
		}
	}
}

func TestProblems(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"id", "id: x\ntitle: T\nsections: [{title: S, queries: [iam/keys]}]\n", `1:5: the id is "x", but the file is called "r"`},
		{"query", "id: r\ntitle: T\nsections: [{title: S, queries: [iam/kyes]}]\n",
			`3:33: there is no query "iam/kyes"; did you mean "iam/keys"?`},
		{"twice", "id: r\ntitle: T\nsections:\n  - {title: S, queries: [iam/keys]}\n  - {title: U, queries: [iam/keys]}\n",
			`5:26: the query "iam/keys" appears twice; first in line 4`},
		{"summary twice", "id: r\ntitle: T\nsummary: [activity/days]\nsections: [{title: S, queries: [activity/days]}]\n",
			`4:33: the query "activity/days" appears twice; first in line 3`},
		{"summary kind", "id: r\ntitle: T\nsummary: [iam/keys]\nsections: [{title: S, queries: [iam/users]}]\n",
			`the summary charts metric queries; iam/keys is of kind evidence`},
		{"summary chart", "id: r\ntitle: T\nsummary: [activity/plain]\nsections: [{title: S, queries: [iam/users]}]\n",
			`activity/plain has no chart`},
		{"empty section", "id: r\ntitle: T\nsections: [{title: S}]\n", `the section "S" asks nothing`},
		{"no sections", "id: r\ntitle: T\nsections: []\n", `sections has 0 items; it needs at least 1`},
		{"empty select", "id: r\ntitle: T\nsections: [{title: S, select: {}}]\n", `select has no condition`},
		{"select nothing", "id: r\ntitle: T\nsections: [{title: S, queries: [iam/users, iam/keys], select: {topic: iam}}]\n",
			`warning: select finds no query`},
		{"topic", "id: r\ntitle: T\nsections: [{title: S, select: {topic: rot}}]\n",
			`there is no topic "rot"; did you mean "root"?; allowed: activity, iam, root`},
		{"select framework", "id: r\ntitle: T\nsections: [{title: S, select: {controls: cis-6}}]\n",
			`there is no framework "cis-6"; did you mean "cis-5"?`},
		{"select control", "id: r\ntitle: T\nsections: [{title: S, select: {controls: cis-5/9}}]\n", `cis-5 has no control "9"`},
		{"framework", "id: r\ntitle: T\nframework: iso\nsections: [{title: S, queries: [iam/keys]}]\n",
			`3:12: there is no framework "iso"; allowed: cis-5`},
		{"theme", "id: r\ntitle: T\ntheme: nav\nsections: [{title: S, queries: [iam/keys]}]\n",
			`3:8: there is no theme "nav"; did you mean "navy"?; allowed: navy`},
		{"language", "id: r\ntitle: T\nlanguage: de\nsections: [{title: S, queries: [iam/keys]}]\n", `there is no language "de"`},
		{"zone", "id: r\ntitle: T\ntimezone: Berlin\nsections: [{title: S, queries: [iam/keys]}]\n", `there is no time zone "Berlin"`},
		{"format", "id: r\ntitle: T\nformats: [docx]\nsections: [{title: S, queries: [iam/keys]}]\n", `formats[0] cannot be "docx"`},
		{"param", "id: r\ntitle: T\nsections: [{title: S, queries: [root/login]}]\nparams: {aproved: x}\n",
			`4:10: no query of the report has the parameter "aproved"; did you mean "approved"?`},
		{"param of one", "id: r\ntitle: T\nsections: [{title: S, queries: [root/login]}]\nparams: {iam/keys.approved: x}\n",
			`4:10: iam/keys has no parameter, or is not in the report: "iam/keys.approved"`},
		{"param type", "id: r\ntitle: T\nsections: [{title: S, queries: [root/login]}]\nparams: {n: many}\n",
			`4:13: the parameter "n": "many" is not a whole number`},
		{"param types", "id: r\ntitle: T\nsections: [{title: S, queries: [root/login, activity/plain]}]\n",
			`the parameter "n" has the type number here and int in root/login`},
		{"not a list", "id: r\ntitle: T\nsections: {title: S}\n", `sections must be a list, this is a mapping`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, bad := load(t, tt.text)
			if !strings.Contains(bad.Error(), tt.want) {
				t.Errorf("no problem %q in\n%v", tt.want, bad)
			}
			if (r == nil) != (bad.Err() != nil) {
				t.Error("a report with errors was given, or one without was not")
			}
			for _, p := range bad {
				if p.At.Line == 0 {
					t.Errorf("a problem without a place: %v", p)
				}
			}
		})
	}
}

func TestUnknown(t *testing.T) {
	l, q, f := library1(t, map[string]string{"monthly": "id: monthly\ntitle: T\nsections: [{title: S, queries: [iam/keys]}]\n"})
	for _, id := range []string{"montly", "../x", "", "frameworks/cis-5"} {
		if _, bad := report.Load(l, id, q, f, offered); len(bad) != 1 || bad[0].Allowed[0] != "monthly" {
			t.Errorf("%q: %v", id, bad)
		}
	}
}

func TestTakeParams(t *testing.T) {
	_, q, _ := library1(t, nil)
	login, _ := q.Get("root/login")
	taken, bad := report.TakeParams([]*query.Query{login}, map[string]yaml.Node{"n": {Value: "x"}, "root/login.approved": {Value: "a,b"},
		"other": {Value: "1"}})
	want := []string{`the parameter "n": "x" is not a whole number [param-type]`,
		`no query of the report has the parameter "other"; allowed: approved, n [param-unknown]`}
	if diff := cmp.Diff(want, strings.Split(bad.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	if _, wrong := taken["root/login.n"].(error); !wrong {
		t.Errorf("%v", taken)
	}
	taken, _ = report.TakeParams([]*query.Query{login}, map[string]yaml.Node{"approved": {Value: "all"},
		"root/login.approved": {Value: "a,b"}})
	if diff := cmp.Diff(map[string]any{"root/login.approved": []string{"a", "b"}}, taken); diff != "" {
		t.Error(diff)
	}
}

// A malformed report must give problems, never a panic.
func FuzzLoad(f *testing.F) {
	f.Add("id: r\ntitle: T\nsections: [{title: S, select: {kind: exception}}]\nparams: {n: [1]}\n")
	f.Add("sections: [{queries: {}, select: []}]\nsummary: x\n")
	f.Add("sections: x\nparams: []\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, bad := load(t, text)
		if (r == nil) != (bad.Err() != nil) {
			t.Fatalf("%v with %v", r, bad)
		}
	})
}

func TestShipped(t *testing.T) {
	l, bad := library.Open(library.Embedded(queries.FS, reports.FS, templates.FS, true))
	if bad != nil {
		t.Fatal(bad)
	}
	f, bad := framework.Load(l)
	if bad != nil {
		t.Fatal(bad)
	}
	q, bad := query.Load(l, f)
	if bad != nil {
		t.Fatal(bad)
	}
	all, bad := report.All(l, q, f, offered)
	if bad.Err() != nil {
		t.Error(bad)
	}
	for _, r := range all {
		if r.FailOn != query.None {
			t.Errorf("%s: shipped reports set no fail_on", r.ID)
		}
	}
}
