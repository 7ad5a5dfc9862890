package query_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"trailscribe/internal/diag"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/queries"
	"trailscribe/templates"
)

// placed fails where a problem does not say where it is. A problem of the whole file has its name.
func placed(t *testing.T, bad diag.Problems) {
	t.Helper()
	for _, p := range bad {
		if p.Text == "" || p.At.File == "" || p.At.Line < 1 || p.At.Col < 1 {
			t.Fatalf("a problem without a place: %+v", p)
		}
	}
}

// given are the texts of shipped files whose name ends so.
func given(f *testing.F, ending string) (texts []string) {
	f.Helper()
	for _, topic := range []string{"root", "signin", "network"} {
		entries, err := queries.FS.ReadDir(topic)
		if err != nil {
			f.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), "_test.yaml") != (ending == "_test.yaml") {
				continue
			}
			text, err := queries.FS.ReadFile(topic + "/" + e.Name())
			if err != nil {
				f.Fatal(err)
			}
			texts = append(texts, string(text))
		}
	}
	return texts
}

func mounted(tb testing.TB, files map[string]string) *library.Library {
	tb.Helper()
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	l, bad := library.Open(library.Layer{Origin: "mine", FS: m})
	if bad != nil {
		tb.Fatal(bad)
	}
	return l
}

// FuzzLoad: a file of a query is refused with places, or compiled, or refused by the compiler with places.
func FuzzLoad(f *testing.F) {
	f.Add(consoleLogin)
	f.Add("id: a/b\nheadline: {one: x}\nparams: {a: {type: texts, default: [[1]]}}\nchart: {type: heat}\nhistory: 9999d\n")
	for _, text := range given(f, ".yaml") {
		f.Add(text)
	}
	all, bad := library.Open(library.Embedded(nil, nil, templates.FS, true))
	if bad != nil {
		f.Fatal(bad)
	}
	d, bad := relation.Load(all)
	if bad != nil {
		f.Fatal(bad)
	}
	frameworks, bad := framework.Load(mounted(f, map[string]string{"reports/frameworks/cis-5.yaml": frameworkFile}))
	if bad != nil {
		f.Fatal(bad)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, bad := query.Load(mounted(t, map[string]string{"queries/root/console-login.yaml": text}), frameworks)
		placed(t, bad)
		if (len(set.Queries) == 1) != (bad.Err() == nil) {
			t.Fatalf("%d queries with %v", len(set.Queries), bad)
		}
		for _, q := range set.Queries {
			checked, bad := q.Compile(d.Catalog())
			placed(t, bad)
			if (checked == nil) != (bad.Err() != nil) {
				t.Fatalf("compiled: %v, with %v", checked != nil, bad)
			}
			if checked != nil {
				placed(t, q.LintRecurs(checked.Columns()))
			}
		}
	})
}

// FuzzCases: a file of cases is refused with places, or its cases hold records that can be read.
func FuzzCases(f *testing.F) {
	for _, text := range given(f, "_test.yaml") {
		f.Add(text)
	}
	f.Add("cases:\n  - {name: x, params: {grace: 90m, approved: [1]}, facts: {holidays: [2026-10-01]}, events: [{eventTime: x}], want: " +
		"[{a: ~}]}\n")
	f.Fuzz(func(t *testing.T, text string) {
		name := "queries/root/console-login"
		l := mounted(t, map[string]string{name + ".yaml": consoleLogin, name + "_test.yaml": text})
		frameworks, bad := framework.Load(mounted(t, map[string]string{"reports/frameworks/cis-5.yaml": frameworkFile}))
		if bad != nil {
			t.Fatal(bad)
		}
		set, bad := query.Load(l, frameworks)
		if bad != nil {
			t.Fatal(bad)
		}
		cases, bad := set.Cases(set.Queries[0])
		placed(t, bad)
		query.Covered(cases)
		if bad.Err() != nil {
			return
		}
		for _, c := range cases {
			for _, r := range append(c.Events, c.History...) {
				if len(r.Raw) == 0 {
					t.Fatalf("the case %q has an event without its text", c.Name)
				}
			}
		}
	})
}
