package audit

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/document"
)

// stopped is the folder of runs after one whose questions were all answered, and which then could not write its report.
func stopped(t *testing.T) (base string) {
	t.Helper()
	base = t.TempDir()
	e := memory()
	e.state = "first"
	_, err := Run(context.Background(), plan(t, request()), base, Parts{Engine: e, Language: english(t), Writers: []document.Writer{faulty{}}})
	if err == nil || !strings.Contains(err.Error(), "no font") {
		t.Fatal(err)
	}
	return base
}

// A run that was stopped when all its questions had been answered looks at the log files again before it goes on.
func TestAnsweredRunLooksAtTheLogsAgain(t *testing.T) {
	t.Parallel()
	fewer := func(e *fake) { e.rows["root/console-login"] = e.rows["root/console-login"][:1] }
	for name, c := range map[string]struct {
		change func(e *fake)
		asked  bool
	}{
		"nothing changed":                  {func(*fake) {}, false},
		"another state":                    {func(e *fake) { e.state = "second" }, true},
		"another state with equal figures": {func(e *fake) { e.state = "second"; fewer(e) }, true},
		"another version of the engine":    {func(e *fake) { e.version = "2"; fewer(e) }, true},
		"another state and other figures":  {func(e *fake) { e.state, e.in.Digest = "second", "inputs-2"; fewer(e) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base, e := stopped(t), memory()
			e.state = "first"
			c.change(e)
			s := perform(t, base, request(), e)
			if e.looked != 1 {
				t.Errorf("it looked %d times", e.looked)
			}
			if asked := slices.Contains(e.asked, "root/console-login"); asked != c.asked || (e.opened == 1) != c.asked {
				t.Errorf("asked %v, opened %d", e.asked, e.opened)
			}
			if !c.asked {
				return
			}
			fresh := memory()
			c.change(fresh)
			if d := cmp.Diff(lasting(t, perform(t, t.TempDir(), request(), fresh).Path), lasting(t, s.Path)); d != "" {
				t.Errorf("another report than that of a run over these logs alone\n%s", d)
			}
		})
	}
}

// Without that look nothing is sealed, and the kept results stay for the next time.
func TestLookThatFailsSealsNothing(t *testing.T) {
	t.Parallel()
	base, e := stopped(t), memory()
	e.state, e.stateErr = "first", errors.New("the folder is gone")
	_, err := Run(context.Background(), plan(t, request()), base, Parts{Engine: e})
	if err == nil || !strings.Contains(err.Error(), "looking at the log files of 2026-10-01..2026-10-03 again: the folder is gone") {
		t.Fatal(err)
	}
	e.stateErr = nil
	if s := perform(t, base, request(), e); s.Revision != 1 || len(e.asked) > 0 {
		t.Errorf("r%d, asked %v", s.Revision, e.asked)
	}
}

// Figures alone do not tell two states of the logs apart: an engine that does not read files itself has no digest of them.
func TestEqualFiguresOfAnotherStateDropKeptResults(t *testing.T) {
	t.Parallel()
	base, e := interrupted(t), memory()
	e.state = "second"
	perform(t, base, request(), e)
	if !slices.Contains(e.asked, "root/console-login") {
		t.Errorf("results over other log files were used; asked %v", e.asked)
	}
}
