package audit

import (
	"maps"
	"slices"
	"strings"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
)

// delivered is which categories each account delivered in the period.
type delivered map[string][]string

// categories gives what accounts delivered; nil where the engine cannot see it. Every account counts, also one that delivered nothing.
func categories(in engine.Inputs, accounts []string) delivered {
	if in.Categories == nil && in.Events == nil {
		return nil
	}
	d := delivered{}
	for _, a := range accounts {
		d[a] = nil
	}
	for _, c := range in.Categories {
		if c.Events > 0 {
			d[c.Account] = append(d[c.Account], c.Name)
		}
	}
	return d
}

// lacks are the categories of scope that an account did not deliver.
func (d delivered) lacks(account string, scope []string) (missing []string) {
	for _, want := range scope {
		if !slices.ContainsFunc(d[account], func(have string) bool {
			return have == want || want == "data:*" && strings.HasPrefix(have, "data:")
		}) {
			missing = append(missing, want)
		}
	}
	return missing
}

// logged holds a verdict against the categories its query needs. Without any of them nothing was asked, whatever rows
// say: not logged, unless there are exceptions, which nobody may hide. Where some are missing a result without rows is
// not logged either; one with rows stands, with the accounts for which it does not hold.
func (d delivered) logged(q *query.Query, v finding.Verdict) finding.Verdict {
	if d == nil || v.Outcome == finding.NotEvaluated || v.Outcome == finding.NotApplicable || len(q.LogScope) == 0 {
		return v
	}
	nowhere := map[string]bool{}
	for _, want := range q.LogScope {
		nowhere[want] = true
	}
	var limits []finding.Limit
	for _, account := range slices.Sorted(maps.Keys(d)) {
		missing := d.lacks(account, q.LogScope)
		for _, want := range q.LogScope {
			if !slices.Contains(missing, want) {
				delete(nowhere, want)
			}
		}
		if len(missing) > 0 {
			limits = append(limits, finding.Limit{Account: account, Reason: finding.ReasonNotLogged})
		}
	}
	found := v.Outcome == finding.Exceptions || v.Outcome == finding.Waived
	if !found && (len(nowhere) == len(q.LogScope) || len(nowhere) > 0 && v.Rows == 0) {
		v.Outcome, v.Reason = finding.NotLogged, finding.ReasonNotLogged
		return v
	}
	v.Limits = limits
	return v
}
