package run

import (
	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
)

// Conflicts are the events of a run whose copies differ, as judging and marking rows ask for them.
func Conflicts(in engine.Inputs) *finding.Conflicts {
	c := finding.NewConflicts(in.Conflicting != nil && *in.Conflicting > int64(len(in.Conflicts)))
	for _, x := range in.Conflicts {
		c.Add(x.Account, x.EventID)
	}
	return c
}
