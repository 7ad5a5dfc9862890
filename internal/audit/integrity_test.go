package audit

import (
	"context"
	"slices"
	"testing"
	"time"

	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// Only what is covered and valid is a pass; what failed makes a report incomplete; what could not be checked is neither.
func TestIntegrityOfLogFiles(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 10, day, 0, 0, 0, 0, time.UTC) }
	place := run.IntegrityPlace{Account: "111122223333", Region: "us-east-1", Digests: 2, Logs: 3,
		Covered: []run.Span{{From: at(1), To: at(32)}}}
	half := place
	half.Covered, half.Uncovered = []run.Span{{From: at(1), To: at(9)}}, []run.Span{{From: at(9), To: at(32)}}
	found := func(class, result, about string) []run.IntegrityFinding {
		return []run.IntegrityFinding{{Class: class, Result: result, About: about, Account: place.Account, Region: place.Region,
			File: "a/b.json.gz"}}
	}
	for name, c := range map[string]struct {
		i          *run.Integrity
		logs, time string // states of the checks
		notices    []string
		exit       int
	}{
		"none": {nil, "", "", []string{"digests_unchecked"}, ExitDone},
		"valid": {&run.Integrity{State: run.IntegrityAll, Result: run.IntegrityValid, Digests: 2, Proved: 3,
			Places: []run.IntegrityPlace{place}}, run.CheckPass, run.CheckPass, nil, ExitDone},
		"not covered": {&run.Integrity{State: run.IntegrityPartly, Result: run.IntegrityIncomplete, Digests: 2, Proved: 3,
			Places: []run.IntegrityPlace{half}, Findings: found("tail-uncovered", run.IntegrityIncomplete, "time")},
			run.CheckPass, run.CheckNotChecked, []string{"digests_uncovered"}, ExitDone},
		"no key": {&run.Integrity{State: run.IntegrityNone, Result: run.IntegrityIncomplete, Digests: 2, Open: 3,
			Places: []run.IntegrityPlace{{Account: "1", Region: "r"}}, Findings: found("unverifiable", run.IntegrityIncomplete, "digest")},
			run.CheckNotChecked, run.CheckNotChecked, []string{"digests_open", "digests_uncovered"}, ExitDone},
		"a log file deleted": {&run.Integrity{State: run.IntegrityPartly, Result: run.IntegrityFailed, Digests: 2, Proved: 2, Failed: 1,
			Places: []run.IntegrityPlace{place}, Findings: found("missing", run.IntegrityFailed, "log")},
			run.CheckFail, run.CheckPass, []string{"*logs_altered"}, ExitIncomplete},
		"a digest altered": {&run.Integrity{State: run.IntegrityPartly, Result: run.IntegrityFailed, Digests: 2, Proved: 2, Open: 1,
			Places: []run.IntegrityPlace{place}, Findings: found("bad-signature", run.IntegrityFailed, "digest")},
			run.CheckFail, run.CheckPass, []string{"*logs_altered", "digests_open"}, ExitIncomplete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, e := request(), memory()
			parts := Parts{Engine: e}
			parts.Integrity = func(_ context.Context, s IntegrityScope) (*run.Integrity, error) {
				if !s.From.Equal(r.Period.From) || !s.To.Equal(r.Period.To) || len(s.Hashes) == 0 {
					t.Errorf("asked for %v to %v with %d hashes", s.From, s.To, len(s.Hashes))
				}
				return c.i, nil
			}
			s, err := Run(t.Context(), plan(t, r), t.TempDir(), parts)
			if err != nil {
				t.Fatal(err)
			}
			var notices []string
			for _, n := range s.Notices {
				if n.Incomplete {
					n.Key = "*" + n.Key
				}
				notices = append(notices, n.Key)
			}
			if !slices.Equal(notices, c.notices) {
				t.Errorf("notices %v, want %v", s.Notices, c.notices)
			}
			states := map[string]string{}
			for _, k := range s.Checks {
				states[k.Name] = k.State
			}
			if states["digest_logs"] != c.logs || states["digest_time"] != c.time || (states["digests"] == "") == (c.i == nil) {
				t.Errorf("checks %v", states)
			}
			if exit := ExitCode(s.Record, query.None); exit != c.exit {
				t.Errorf("exit code %d, want %d", exit, c.exit)
			}
		})
	}
}
