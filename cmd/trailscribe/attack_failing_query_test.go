package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trailscribe/internal/finding"
	"trailscribe/internal/run"
)

// A query that fails while it runs makes the report incomplete, on page one, and takes nothing away from the others.
func TestAttackFailingQuery(t *testing.T) {
	ids := []string{"zz/by-day", "zz/denied", "zz/agents", "zz/logging"}
	attack{name: "each query of a report fails while it runs", whole: len(ids), sample: 1, try: func(t *try) {
		g, folder, id := attackGround(t), t.TempDir(), choose(t, ids)
		text := string(must(os.ReadFile(filepath.Join(g.lib, "queries", filepath.FromSlash(id)+".yaml"))))
		head, statement, found := strings.Cut(text, "\nsql: |\n")
		if !found {
			t.Fatalf("%s has no statement", id)
		}
		// The last condition of its rows is one that no event can answer.
		broken := strings.Replace(statement, "FROM events", "FROM (SELECT * FROM events WHERE CAST(eventid AS integer) > 0) events", 1)
		if broken == statement {
			t.Fatalf("%s asks no events:\n%s", id, statement)
		}
		name := filepath.Join(folder, "lib", "queries", filepath.FromSlash(id)+".yaml")
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(head+"\nsql: |\n"+broken), 0o644); err != nil {
			t.Fatal(err)
		}
		e := t.runs(folder, append(g.runs(job{"quick", attackPeriod}, "out", "cache"), "--library", "lib"), exitIncomplete)
		dir := t.verified(filepath.Join(folder, "out"))[0]
		s, err := run.OpenFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		undisturbed, _ := sealed()
		for _, q := range s.Queries {
			if failed := q.Verdict.Outcome == finding.NotEvaluated; failed != (q.ID == id) {
				t.Errorf("%s fails, and the outcome of %s is %s: %s", id, q.ID, q.Verdict.Outcome, q.Verdict.Reason)
			}
			if q.ID == id {
				continue
			}
			results := run.DataName(q.ID, "json")
			if string(must(os.ReadFile(filepath.Join(dir, results)))) != string(must(os.ReadFile(filepath.Join(undisturbed, results)))) {
				t.Errorf("%s fails, and the rows of %s are others", id, q.ID)
			}
		}
		text, err = textOfPDF(must(os.ReadFile(filepath.Join(dir, "report.pdf"))))
		one, _, _ := strings.Cut(text, "\f")
		if err != nil || !strings.Contains(one, "could not be evaluated") || !strings.Contains(strings.ToLower(e.out), "not evaluated") {
			t.Errorf("%s: page one and the terminal do not say that it was not evaluated (%v):\n%s\n%s", id, err, one, e.out)
		}
	}}.run(t)
}
