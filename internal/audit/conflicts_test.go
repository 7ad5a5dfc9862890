package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
)

// Rows of copies that differ are exceptions like all others: a second copy that a query finds too must not silence it.
func TestCopiesThatDifferAreJudged(t *testing.T) {
	t.Parallel()
	e := memory()
	e.rows["root/console-login"] = append(e.rows["root/console-login"], e.rows["root/console-login"][0])
	e.in.Conflicting = p64(1)
	e.in.Conflicts = []engine.Conflict{{Account: a1, EventID: "e1", Contents: 2, Files: []string{"f1", "f2"}}}
	s := perform(t, t.TempDir(), request(), e)
	if v := s.Query("root/console-login").Verdict; v.Outcome != finding.Exceptions || v.Open != 3 {
		t.Errorf("%+v", v)
	}
	ids := map[string]bool{}
	for x, err := range s.Exceptions("root/console-login") {
		if err != nil {
			t.Fatal(err)
		}
		ids[x.ID] = true
	}
	if len(ids) != 3 {
		t.Errorf("%d ids for 3 exceptions", len(ids))
	}
	if exit := ExitCode(s.Record, query.Critical); exit != ExitIncomplete {
		t.Errorf("exit %d", exit)
	}
	if got := fmt.Sprint(s.Inputs.Conflicts); got != "[{111122223333 e1 2 [f1 f2]}]" {
		t.Errorf("the record holds %s", got)
	}
	if n := s.Notices[0]; n.Key != "conflicting" || strings.Join(n.Args, " ") != "n 1 ids e1 files f1, f2" {
		t.Errorf("%+v", n)
	}
}

// A sentence names few events and files: the file that is among the copies of most events comes first.
func TestConflictsInASentence(t *testing.T) {
	list := []engine.Conflict{{EventID: "e1", Files: []string{"a", "forged"}}, {EventID: "e2", Files: []string{"b", "forged"}},
		{EventID: "e3", Files: []string{"b", "forged"}}}
	for n, want := range map[int]string{1: "e1|a, forged", 2: "e1, e2|forged, a, …", 3: "e1, e2, e3|forged, b, …"} {
		ids, files := conflicts(list[:n])
		if got := ids + "|" + files; got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	ids, _ := conflicts(append(slices.Clone(list), engine.Conflict{EventID: "e4"}))
	if ids != "e1, e2, e3, …" {
		t.Error(ids)
	}
}
