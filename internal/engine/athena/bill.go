package athena

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"trailscribe/internal/engine"
)

// Ids of the work for all statements. No statement of a file has one of them: theirs have a slash.
const (
	stageFiles   = "stage"
	stageAgain   = "stage again"
	countRecords = "count the records"
	placeFiles   = "place the log files outside the S3 layout"
)

// workOf is what a query is billed for: a statement's id, or work for all of them.
func workOf(id string) string {
	switch {
	case id == stageFiles || id == stageAgain:
		return engine.Staging
	case id == countRecords || id == placeFiles:
		return engine.Counting
	}
	return id
}

// bill notes what a query is billed for, once; again where that became known later.
func (r *runner) bill(id string, bytes int64) {
	for _, b := range slices.Backward(r.bills) {
		if b.Execution == id {
			if b.Bytes >= bytes {
				return
			}
			break
		}
	}
	r.bills = append(r.bills, engine.Bill{Of: r.of[id], Execution: id, Bytes: bytes})
}

// billsSoFar are those of the session.
func (r *runner) billsSoFar() []engine.Bill {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bills)
}

// count adds a query to what the session is billed. Failed ones are free, stopped ones are billed for what they read until
// then; a plan reads nothing.
func (r *runner) count(q *types.QueryExecution, x *execution) {
	r.mu.Lock()
	defer r.mu.Unlock()
	bytes := int64(0)
	switch q.Status.State {
	case types.QueryExecutionStateSucceeded:
		if !x.reused && (q.StatementType == types.StatementTypeDml || x.scanned > 0) {
			bytes = billed(x.scanned)
		}
	case types.QueryExecutionStateCancelled:
		if x.scanned > 0 { // one that still waited for its turn is free
			bytes = billed(x.scanned)
		}
	}
	r.bill(x.id, bytes)
	if x.earlier || r.seen[x.id] {
		return
	}
	r.seen[x.id] = true
	if x.reused {
		return
	}
	r.queries++
	r.bytes += bytes
}

// spent is what this session was billed so far.
func (r *runner) spent() (queries int, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queries, r.bytes
}
