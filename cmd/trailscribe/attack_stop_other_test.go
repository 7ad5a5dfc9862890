//go:build !linux

package main

import "time"

// stopsLate kills the run when most of its answers are kept: some time after half of it.
func (d *disturbed) stopsLate() {
	d.Helper()
	d.untilItHappens(0.5+0.5*d.Float64(), func(r *running, after time.Duration) bool {
		if r.within(after) {
			return false
		}
		_ = r.Process.Kill()
		<-r.over
		return r.ProcessState.ExitCode() != exitDone
	})
}
