package audit

import (
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// Exit codes of a sealed run, and of its verification.
const (
	ExitDone       = 0
	ExitFindings   = 3
	ExitIncomplete = 4 // the report is incomplete; not everything could be verified
	ExitMismatch   = 7 // the run is not as it was sealed
)

// ExitCode is the one place that decides it: 4 incomplete, else 3 open exceptions at or above failOn, else 0. failOn None: findings never
// fail a run.
func ExitCode(r *run.Record, failOn query.Severity) int {
	if r.Incomplete() {
		return ExitIncomplete
	}
	if failOn == query.None {
		return ExitDone
	}
	for _, q := range r.Queries {
		if q.Verdict.Open == 0 {
			continue
		}
		if s, err := query.ParseSeverity(q.Severity); err != nil || s >= failOn { // an unknown severity is not taken for a low one
			return ExitFindings
		}
	}
	return ExitDone
}
