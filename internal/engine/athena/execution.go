package athena

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
)

// execution is a query that ended.
type execution struct {
	id       string
	end      *types.QueryExecution
	scanned  int64
	elapsed  time.Duration
	output   string // object of the results, "" where Athena keeps them itself
	manifest string // object that names the files of a CREATE TABLE AS, "" where there is none
	attempt  int
	reused   bool // Athena gave the rows of an earlier, equal query, and bills nothing
	earlier  bool // it was started and paid for before this session: a crash or the same run before it
}

// well reports whether it ended well.
func (x *execution) succeeded() bool {
	return x.end.Status.State == types.QueryExecutionStateSucceeded
}

// before reports whether a query was submitted before this session began, by Athena's clock. That clock is known to a second
// only; but a query that lived longer than has passed since asked, when this session asked for it, is an earlier one too.
func (r *runner) before(q *types.QueryExecution, asked time.Time) bool {
	s := q.Status
	if s == nil || s.SubmissionDateTime == nil {
		return false
	}
	if s.CompletionDateTime != nil && s.CompletionDateTime.Sub(*s.SubmissionDateTime) > time.Since(asked)+roundedBy {
		return true
	}
	return !r.began.IsZero() && s.SubmissionDateTime.Before(r.began)
}

// roundedBy is how far Athena's times may be off that are compared with each other: they have milliseconds.
const roundedBy = 10 * time.Millisecond

// ended is a query that ended, well or not; what it is billed is counted.
func (r *runner) ended(q *types.QueryExecution, attempt int, asked time.Time) *execution {
	query := aws.ToString(q.QueryExecutionId)
	x := &execution{id: query, end: q, attempt: attempt, earlier: r.before(q, asked)}
	if s := q.Statistics; s != nil {
		x.scanned = aws.ToInt64(s.DataScannedInBytes)
		x.elapsed = time.Duration(aws.ToInt64(s.TotalExecutionTimeInMillis)) * time.Millisecond
		x.manifest = aws.ToString(s.DataManifestLocation)
		x.reused = s.ResultReuseInformation != nil && s.ResultReuseInformation.ReusedPreviousResult
	}
	if q.ResultConfiguration != nil {
		x.output = aws.ToString(q.ResultConfiguration.OutputLocation)
	}
	r.count(q, x)
	return x
}
