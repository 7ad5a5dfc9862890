package audit

import (
	"slices"

	"trailscribe/internal/finding"
	"trailscribe/internal/framework"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// weights order the states of a control: it has the worst state of the queries that serve it.
var weights = []string{run.ControlNotEvaluated, run.ControlExceptions, run.ControlFollowUp, run.ControlNotLogged, run.ControlWaived,
	run.ControlMet, run.ControlNoEvents, run.ControlShown, run.ControlNotApplicable}

// controls gives each control of f its state, in f's order; a query serves a control of another version where the framework says they are
// the same.
func controls(f *framework.Framework, queries []*query.Query, results []run.Query) []run.Control {
	if f == nil {
		return nil
	}
	verdicts := map[string]finding.Verdict{}
	for _, r := range results {
		verdicts[r.ID] = r.Verdict
	}
	var out []run.Control
	for _, c := range f.Controls {
		x := run.Control{Framework: f.ID, ID: c.ID, Name: c.Name, Family: c.Family, Strength: c.Strength, Lacks: c.Lacks,
			State: run.ControlNotCovered}
		worst := len(weights)
		for _, q := range queries {
			of, id, serves := f.Mapped(c, q.Controls)
			if !serves || slices.Contains(x.Queries, q.ID) {
				continue
			}
			x.Queries = append(x.Queries, q.ID)
			v, asked := verdicts[q.ID]
			if !asked {
				continue
			}
			state, rows := controlState(c, v, v.Contradicting(of, id))
			if w := slices.Index(weights, state); w < worst {
				worst, x.State = w, state
			}
			x.Exceptions += rows
		}
		out = append(out, x)
	}
	return out
}

// controlState is what one query says of a control, and how many rows speak against it, or for a control that asks for an alarm how many
// events somebody should have been told of. Rows that have nothing to do with the control leave it as it is where nothing is found.
func controlState(c framework.Control, v finding.Verdict, n finding.ControlCount) (state string, rows int64) {
	clear := run.ControlMet
	if c.Asks == framework.Alarm {
		clear = run.ControlNoEvents
	}
	switch v.Outcome {
	case finding.NotEvaluated:
		return run.ControlNotEvaluated, 0
	case finding.NotLogged:
		return run.ControlNotLogged, 0
	case finding.NotApplicable:
		return run.ControlNotApplicable, 0
	case finding.Shown:
		return run.ControlShown, 0
	case finding.Clear:
		return clear, 0
	}
	switch {
	case c.Asks == framework.Alarm && n.Open+n.Waived+n.Attempts > 0: // an attempt is an event too
		return run.ControlFollowUp, n.Open + n.Waived + n.Attempts
	case n.Open > 0:
		return run.ControlExceptions, n.Open
	case n.Undecided > 0:
		return run.ControlNotEvaluated, 0
	case n.Waived > 0:
		return run.ControlWaived, 0
	}
	return clear, 0
}
