package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trailscribe/internal/run/runtest"
)

// Who alters a run and makes the manifest fit is found by another check, as long as the record is not forged with it; and no report
// is made of such a run.
func TestAttackForgedRun(t *testing.T) {
	const whole = 120
	attack{name: "a run forged: something altered, removed, added, then the manifest rebuilt", whole: whole, sample: 3, try: func(t *try) {
		attackGround(t)
		from, _ := sealed()
		all, err := runtest.Forgeries(from)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) > whole {
			t.Errorf("the campaign has %d tries, which is too few for %d", whole, len(all))
		}
		f, folder := choose(t, all), filepath.Join(t.TempDir(), "r1")
		if err := f.Carry(from, folder); err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(f.Name, " ")
		code, said := verifies(t, folder)
		if f.Check == "" { // nothing but a signature can find it, and that is said
			t.count("held by the manifest alone, as verify says")
			if code != exitDone || !strings.Contains(said, "held by the manifest alone") || !strings.Contains(said, "not signed") {
				t.Errorf("%s: exit code %d\n%s", f.Name, code, said)
			}
			return
		}
		if code != exitMismatch || !strings.Contains(said, "\n  wrong        "+f.Check) || !strings.Contains(said, name) {
			t.Errorf("%s: exit code %d, the check %s must find it\n%s", f.Name, code, f.Check, said)
		}
		t.count("found by " + f.Check)
		if f.Check == "report" { // what is made again is the report of the record, which the evidence digest is of
			return
		}
		again := filepath.Join(t.TempDir(), "again")
		if code, out, said := inProcess(t, "report", "render", folder, "--out", again); code != exitMismatch {
			t.Errorf("%s: a report was rendered of it: exit code %d\n%s%s", f.Name, code, out, said)
		}
		if _, err := os.Lstat(filepath.Join(again, "report.pdf")); err == nil {
			t.Errorf("%s: a report was rendered of it", f.Name)
		}
	}}.run(t)
}
