package main

import (
	"os"
	"testing"
)

// A run that was stopped goes on with the logs as they are now, never with what it kept of logs that have changed since.
func TestAttackStaleResume(t *testing.T) {
	attack{name: "logs that change between the stop of a run and its going on", whole: 12, sample: 1, try: func(t *try) {
		d := newDisturbed(t)
		logs := d.path("logs")
		copyTree(t, d.ground.logs, logs)
		d.how = "cold"
		d.args = d.ground.over(logs, d.job, "out", "cache")
		stopped := func() bool {
			d.stopsLate()
			return len(d.verified(d.path("out"))) == 0
		}
		for again := 0; !stopped(); again++ {
			if again == 20 {
				t.Fatal("each run was sealed before it was stopped")
			}
			for _, name := range []string{"out", "cache"} {
				if err := os.RemoveAll(d.path(name)); err != nil {
					t.Fatal(err)
				}
			}
		}
		for range 1 + t.IntN(3) {
			changeLogs(t, logs)
		}
		t.likeFresh(d.folder, logs, d.job, "out")
	}}.run(t)
}
