package audit

import (
	"slices"

	"trailscribe/internal/finding"
	"trailscribe/internal/framework"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// weights order the states of a control: it has the worst state of the queries that serve it.
var weights = []string{run.ControlNotEvaluated, run.ControlExceptions, run.ControlNotLogged, run.ControlWaived, run.ControlMet,
	run.ControlShown, run.ControlNotApplicable}

var stateOf = map[finding.Outcome]string{
	finding.NotEvaluated: run.ControlNotEvaluated, finding.Exceptions: run.ControlExceptions, finding.NotLogged: run.ControlNotLogged,
	finding.Waived: run.ControlWaived, finding.Clear: run.ControlMet, finding.Shown: run.ControlShown,
	finding.NotApplicable: run.ControlNotApplicable,
}

// controls gives each control of f its state, in f's order; a query serves a control of another version where the framework says they are
// the same.
func controls(f *framework.Framework, queries []*query.Query, results []run.Query) []run.Control {
	if f == nil {
		return nil
	}
	serves := map[string][]string{}
	for _, q := range queries {
		for _, id := range f.Serves(q.Controls) {
			serves[id] = append(serves[id], q.ID)
		}
	}
	var out []run.Control
	for _, c := range f.Controls {
		x := run.Control{Framework: f.ID, ID: c.ID, Name: c.Name, Family: c.Family, Strength: c.Strength, Lacks: c.Lacks,
			State: run.ControlNotCovered, Queries: serves[c.ID]}
		worst := len(weights)
		for _, r := range results {
			if !slices.Contains(x.Queries, r.ID) {
				continue
			}
			if w := slices.Index(weights, stateOf[r.Verdict.Outcome]); w < worst {
				worst, x.State = w, weights[w]
			}
			x.Exceptions += r.Verdict.Open
		}
		out = append(out, x)
	}
	return out
}
