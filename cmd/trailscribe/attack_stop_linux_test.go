package main

// stopsLate kills the run when most of its answers are kept: on entering one of its later renames.
func (d *disturbed) stopsLate() {
	d.Helper()
	d.atShare("rename", 0.5+0.5*d.Float64(), func(w *watched) { _ = w.process.Kill() }, -1)
}
