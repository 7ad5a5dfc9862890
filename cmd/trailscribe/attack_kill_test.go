package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A run that is killed at any moment, more than once too, leaves nothing that looks like a report, and the same command
// then writes what an undisturbed run writes.
func TestAttackKill(t *testing.T) {
	attack{name: "kill -9 at random moments, 1 to 3 times in a row", whole: 40, sample: 1, try: func(t *try) {
		d := newDisturbed(t)
		for range 1 + t.IntN(3) {
			d.untilItHappens(t.Float64(), func(r *running, after time.Duration) bool {
				if r.within(after) {
					return false
				}
				_ = r.Process.Kill()
				<-r.over
				return r.ProcessState.ExitCode() == -1
			})
			t.count("kills with a " + d.how + " cache")
		}
		d.goesOn()
	}}.run(t)
}

// disturbed is a run in a folder of its own that something happens to.
type disturbed struct {
	*try
	ground *ground
	folder string
	job    job
	how    string // the cache is cold or warm
	args   []string
}

func newDisturbed(t *try) *disturbed {
	t.Helper()
	d := &disturbed{try: t, ground: attackGround(t), folder: t.TempDir()}
	d.job, d.how = job{[]string{"quick", "other"}[t.IntN(2)], attackPeriod}, []string{"cold", "warm"}[t.IntN(2)]
	if d.how == "warm" {
		copyTree(t, d.ground.cache, d.path("cache"))
	}
	d.args = d.ground.runs(d.job, "out", "cache")
	return d
}

func (d *disturbed) path(name string) string { return filepath.Join(d.folder, name) }

// untilItHappens starts the run and lets happen something to it after a share of the time that an undisturbed one takes.
// Where the run was over before, it is started again without what it wrote, for a shorter while.
func (d *disturbed) untilItHappens(share float64, happen func(r *running, after time.Duration) bool) {
	d.Helper()
	for again := 0; ; again++ {
		if again == 30 {
			d.Fatal("each run was over before anything happened to it")
		}
		r, err := begin(command(d.Context(), d.folder, d.args...))
		if err != nil {
			d.Fatal(err)
		}
		if happen(r, time.Duration(share*float64(d.ground.took))) {
			break
		}
		d.expects(r, exitDone)
		if err := os.RemoveAll(d.path("out")); err != nil {
			d.Fatal(err)
		}
		share *= 0.8
	}
	d.verified(d.path("out"))
}

// goesOn gives the same command once more: it writes what an undisturbed run writes, and nothing else is there.
func (d *disturbed) goesOn() {
	d.Helper()
	d.runs(d.folder, d.args, exitDone)
	d.ground.holds(d, d.path("out"), d.job)
	d.verified(d.path("out"))
	d.unspilled(d.path("cache"))
}
