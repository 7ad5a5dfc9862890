package run

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// What a record may hold besides what every run has is read as it was written, and a run without it does not name it.
func TestOptionalParts(t *testing.T) {
	plain := Record{Format: Format}
	b, err := plain.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"waivers", "compared", "integrity", "partition"} {
		if strings.Contains(string(b), `"`+name+`"`) {
			t.Errorf("an empty %s is in the record", name)
		}
	}
	full := plain
	full.Partition = "aws-cn"
	full.Waivers = []Waiver{{ID: "W-1", Reason: "accepted <&>", Owner: "amy", Until: at(9, 1)}}
	full.Compared = &Compared{Run: "monthly/2026-09/r2", Revision: 2, Digest: "d"}
	full.Coverage.Integrity = &Integrity{State: IntegrityPartly, Digests: 24, Proved: 700, Failed: 1, Open: 3, Result: IntegrityFailed,
		Places: []IntegrityPlace{{Account: "1", Region: "r", Digests: 24, Logs: 700, Covered: []Span{{at(9, 1), at(9, 2)}}}},
		Findings: []IntegrityFinding{{Class: "missing", Result: IntegrityFailed, About: "log", Account: "1", Region: "r",
			File: "f", From: at(9, 1)}}}
	first, err := full.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	s, err := parse(fstest.MapFS{}, first)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Canonical()
	if err != nil || string(again) != string(first) {
		t.Error(cmp.Diff(string(first), string(again)), err)
	}
	if s.Partition != "aws-cn" || s.Waivers[0] != full.Waivers[0] || *s.Compared != *full.Compared ||
		!reflect.DeepEqual(s.Coverage.Integrity, full.Coverage.Integrity) {
		t.Errorf("%+v", s.Record)
	}
	for name, change := range map[string]func(r *Record){
		"a waiver twice":           func(r *Record) { r.Waivers = append(r.Waivers, r.Waivers[0]) },
		"a waiver without an id":   func(r *Record) { r.Waivers = []Waiver{{}} },
		"integrity of another day": func(r *Record) { r.Coverage.Integrity = &Integrity{State: "mostly"} },
		"another result":           func(r *Record) { r.Coverage.Integrity = &Integrity{State: IntegrityAll, Result: "fine"} },
	} {
		r := full
		r.Waivers = append([]Waiver{}, full.Waivers...)
		change(&r)
		b, err := r.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parse(fstest.MapFS{}, b); !errors.Is(err, ErrAltered) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The kept run of this format has patterns, that of the first has none, and no column for them.
func TestPatternsOfOldFormats(t *testing.T) {
	for format, want := range map[string]string{"trailscribe-run-1": "", "trailscribe-run-2": "97f92981003dd2fe"} {
		s, err := OpenFolder("testdata/" + format)
		if err != nil {
			t.Fatal(err)
		}
		for e, err := range s.Exceptions("root/sign-in") {
			if err != nil || e.Pattern != want {
				t.Errorf("%s: the pattern is %q (%v), want %q", format, e.Pattern, err, want)
			}
		}
		set, err := s.Judged("root/sign-in")
		if err != nil {
			t.Fatal(err)
		}
		cols := set.Columns()
		if has := cols[len(cols)-1].Name == "exception_pattern"; has != (want != "") {
			t.Errorf("%s: the last column is %s", format, cols[len(cols)-1].Name)
		}
	}
}
