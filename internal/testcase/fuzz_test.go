package testcase

import (
	"errors"
	"strings"
	"testing"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
)

// FuzzRun: a file of cases becomes verdicts, each with a place, or events and parameters that an engine could be asked with.
func FuzzRun(f *testing.F) {
	f.Add("cases:" + hit + miss)
	f.Add("cases:\n  - {name: a, period: 2026-09, timezone: Europe/Berlin, facts: {holidays: [2026-10-03], automation: {roles: " +
		"[\"*\"]}}, params: {minutes: 5, names: [a, \"b,c\"]}, events: [{}], want: []}\n")
	f.Add("cases:\n  - {name: a, period: never, events: [{eventTime: x}], want: [{eventid: ~}]}\n")
	params := "params:\n  minutes: {type: int, default: 1, help: h}\n  names: {type: texts, from: automation.roles, help: h}"
	query := root("a/b", strings.Replace(rootSQL, "WHERE ", "WHERE :minutes > 0 AND NOT contains(:names, eventname) AND ", 1), params)
	_, o := lib(f, map[string]string{"a/b.yaml": query}, Options{})
	noEngine := errors.New("no engine")
	o.Open = func(*relation.Definition, source.Source) (engine.Engine, error) { return nil, noEngine }
	o.Parallel = 1
	f.Fuzz(func(t *testing.T, text string) {
		set, _ := lib(t, map[string]string{"a/b.yaml": query, "a/b_test.yaml": text}, o)
		hold := o.Hold
		o := o
		o.Hold = func(files map[string][]byte) source.Source {
			for name, data := range files {
				if !strings.HasPrefix(name, "case-") || len(data) == 0 {
					t.Fatalf("a log file is called %q", name)
				}
			}
			return hold(files)
		}
		verdicts, err := Run(t.Context(), set, o)
		if err != nil && !errors.Is(err, noEngine) {
			t.Fatal(err)
		}
		for _, v := range verdicts {
			if v.Place == "" || v.Query != "a/b" {
				t.Fatalf("%+v", v)
			}
		}
	})
}
