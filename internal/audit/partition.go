package audit

import (
	"slices"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
)

// partition is the one that all logs of a run are from: by the regions that delivered, else by those that the configuration expects.
// It is "" where these are of more than one partition, or of one that no query can name.
func partition(in engine.Inputs, q *Request) string {
	if q.PartitionOf == nil {
		return ""
	}
	var regions []string
	for _, c := range in.Cells {
		regions = append(regions, c.Region)
	}
	if len(regions) == 0 {
		regions = slices.Clone(q.OnlyRegions)
		for _, a := range q.Accounts {
			regions = append(regions, a.Expect...)
		}
	}
	found := ""
	for _, r := range regions {
		if r == "" {
			continue
		}
		p := q.PartitionOf(r)
		if found != "" && p != found {
			return ""
		}
		found = p
	}
	if !slices.Contains(query.Partitions, found) {
		return ""
	}
	return found
}

// applicable makes a verdict over nothing found "not applicable" where the query asks about something that does not exist in the partition
// of the logs. Rows are never hidden by it, nor is a query that failed: whoever says where a query applies may be wrong.
func applicable(q *query.Query, partition string, v finding.Verdict) finding.Verdict {
	if q.Applies(partition) || v.Outcome == finding.NotEvaluated || v.Rows > 0 {
		return v
	}
	return finding.Verdict{Outcome: finding.NotApplicable, Reason: finding.ReasonNotApplied}
}
