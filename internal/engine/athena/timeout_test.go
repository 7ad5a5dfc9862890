package athena

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"trailscribe/internal/engine"
)

// A statement that Athena runs longer than it may is stopped, and what it read is billed. Its time in the queue does not count, and
// our own work is not limited.
func TestTimeout(t *testing.T) {
	for name, c := range map[string]struct {
		id            string
		takes, queued time.Duration
		stopped       bool
	}{
		"too slow":            {"s3/slow", time.Hour, 0, true},
		"too slow, queued":    {"s3/slow", time.Hour, 30 * time.Minute, true},
		"in time":             {"s3/quick", 9 * time.Minute, 0, false},
		"in the queue":        {"s3/quick", 40 * time.Minute, 39 * time.Minute, false},
		"staging":             {stageFiles, time.Hour, 0, false},
		"staging again":       {stageAgain, time.Hour, 0, false},
		"counting":            {countRecords, time.Hour, 0, false},
		"named like our work": {"stage/slow", time.Hour, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				defer time.Sleep(time.Minute) // until nobody looks at queries any more
				s := newStand()
				s.takes, s.queued = c.takes, c.queued
				r := onStand(t, s, func(o *Options) { o.Timeout = 10 * time.Minute }).runner("run")
				begin := time.Now()
				_, err := ask(t.Context(), r, c.id, "SELECT 1")
				took := time.Since(begin)
				if n, bytes := r.spent(); n != 1 || bytes != 25<<20 {
					t.Errorf("billed %d queries and %d bytes, want one and 25 MiB", n, bytes)
				}
				if !c.stopped {
					if err != nil || len(s.stopped) > 0 {
						t.Errorf("%v, %d stopped", err, len(s.stopped))
					}
					return
				}
				var f *engine.Fault
				if !errors.As(err, &f) || f.Reason != engine.TimedOut || f.Error() != "run "+c.id+": it ran longer than 10m and was stopped" {
					t.Errorf("%v", err)
				}
				if most := c.queued + 11*time.Minute; len(s.stopped) != 1 || took < c.queued+10*time.Minute || took > most {
					t.Errorf("%d stopped after %s", len(s.stopped), took)
				}
			})
		})
	}
}
