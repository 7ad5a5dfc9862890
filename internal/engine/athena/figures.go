package athena

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"trailscribe/internal/engine"
)

// Figures runs one statement of the program's own, which gives one row of n whole numbers, and gives these. what says in errors
// what was being done. Of the options it needs the client of Athena, the database, the workgroup and the place of results. It is
// started, waited for and repeated as statements of a session are; where ctx ends, the query is stopped.
func Figures(ctx context.Context, o Options, what, statement string, n int) ([]int64, error) {
	e := newEngine(o)
	x, err := e.runner(rand.Text()).run(ctx, what, what, func(int) string { return statement }, nil)
	if err != nil {
		return nil, err
	}
	page, err := e.page(ctx, x.id, nil)
	if err != nil {
		return nil, fault(ctx, what, err)
	}
	if page.ResultSet == nil || len(page.ResultSet.Rows) != 2 || len(page.ResultSet.Rows[1].Data) != n { // names, then figures
		return nil, &engine.Fault{Reason: engine.Failed, Hint: "run the same command again",
			Err: fmt.Errorf("%s: Athena answered with something else than one row of %d figures", what, n)}
	}
	out := make([]int64, n)
	for i, cell := range page.ResultSet.Rows[1].Data {
		if out[i], err = strconv.ParseInt(aws.ToString(cell.VarCharValue), 10, 64); err != nil {
			return nil, &engine.Fault{Reason: engine.Failed, Hint: "run the same command again",
				Err: fmt.Errorf("%s: reading figure %d: %w", what, i+1, err)}
		}
	}
	return out, nil
}
