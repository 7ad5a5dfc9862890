//go:build unix

package main

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// An interrupt at any moment ends the run with 130 and leaves nothing that looks like a report; the same command goes on.
func TestAttackInterrupt(t *testing.T) {
	attack{name: "SIGINT and SIGTERM at random moments", whole: 34, sample: 1, try: func(t *try) {
		d := newDisturbed(t)
		sig := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[t.IntN(2)]
		d.untilItHappens(t.Float64(), func(r *running, after time.Duration) bool {
			// Before it has set up its signals, an interrupt ends any program as the system does.
			if r.within(max(after, d.ground.took/10)) || r.Process.Signal(sig) != nil {
				return false
			}
			at := time.Now()
			switch e := t.expects(r, exitStopped, exitDone, -1); {
			case e.code == exitDone:
				return false // it was about to end
			case e.code == -1:
				t.count("before the program could take it")
				return true
			case !strings.Contains(e.err, "the same command goes on"):
				t.Errorf("it does not say what to do:\n%s", e.err)
			}
			t.count(sig.String())
			if took := time.Since(at); took > 2*time.Second {
				t.count("ended after more than 2 s")
			}
			return true
		})
		if found := t.verified(d.path("out")); len(found) > 0 {
			t.Errorf("a report is there: %v", found)
		}
		t.unspilled(d.path("cache"))
		d.goesOn()
	}}.run(t)
}

// A process that is stopped keeps its lock: the same run is refused. When it goes on, it ends as if nothing had happened.
func TestAttackStop(t *testing.T) {
	attack{name: "SIGSTOP of one of two, then SIGCONT", whole: 6, try: func(t *try) {
		d := newDisturbed(t)
		d.untilItHappens(0.3+0.5*t.Float64(), func(r *running, after time.Duration) bool {
			if r.within(after) || r.Process.Signal(syscall.SIGSTOP) != nil {
				return false
			}
			e := t.runs(d.folder, d.args, exitLocked, exitDone)
			t.count(map[int]string{exitLocked: "the second was refused", exitDone: "the second came first"}[e.code])
			if r.Process.Signal(syscall.SIGCONT) != nil {
				return false
			}
			t.expects(r, exitDone, exitLocked)
			d.ground.holds(t, d.path("out"), d.job)
			return true
		})
		d.goesOn()
	}}.run(t)
}
