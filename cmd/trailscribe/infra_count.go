package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/lake"
)

// counter asks Athena how many records one partition of the table has. It is the prober of the control count.
type counter struct {
	e     *estate
	table *gluetypes.Table
}

func (c *counter) Count(ctx context.Context, p lake.Partition) (rows, files int64, err error) {
	text, err := lake.CountSQL(c.e.Database, c.e.Table, c.table, p)
	if err != nil {
		return 0, 0, err
	}
	in := &athena.StartQueryExecutionInput{QueryString: &text, WorkGroup: &c.e.Workgroup}
	if c.e.Output.Bucket != "" { // an enforced workgroup passes over it
		in.ResultConfiguration = &types.ResultConfiguration{OutputLocation: aws.String(c.e.Output.String())}
	}
	started, err := c.e.athena.StartQueryExecution(ctx, in)
	if err != nil {
		return 0, 0, err
	}
	if err := c.wait(ctx, started.QueryExecutionId); err != nil {
		return 0, 0, err
	}
	out, err := c.e.athena.GetQueryResults(ctx, &athena.GetQueryResultsInput{QueryExecutionId: started.QueryExecutionId})
	if err != nil {
		return 0, 0, err
	}
	if out.ResultSet == nil || len(out.ResultSet.Rows) != 2 || len(out.ResultSet.Rows[1].Data) != 2 { // names, then figures
		return 0, 0, errors.New("Athena answered a count with something else than one row of two figures")
	}
	for i, to := range []*int64{&rows, &files} {
		if *to, err = strconv.ParseInt(aws.ToString(out.ResultSet.Rows[1].Data[i].VarCharValue), 10, 64); err != nil {
			return 0, 0, fmt.Errorf("reading the count: %w", err)
		}
	}
	return rows, files, nil
}

// wait returns when the query has succeeded. An interrupt stops the query, which would be billed to its end otherwise.
func (c *counter) wait(ctx context.Context, id *string) error {
	pause := 250 * time.Millisecond
	for {
		out, err := c.e.athena.GetQueryExecution(ctx, &athena.GetQueryExecutionInput{QueryExecutionId: id})
		if err == nil && (out.QueryExecution == nil || out.QueryExecution.Status == nil) {
			err = errors.New("Athena answered without the state of the count")
		}
		if err == nil {
			s := out.QueryExecution.Status
			switch s.State {
			case types.QueryExecutionStateSucceeded:
				return nil
			case types.QueryExecutionStateFailed, types.QueryExecutionStateCancelled:
				return fmt.Errorf("the count %s: %s", s.State, or(aws.ToString(s.StateChangeReason), "Athena gave no reason"))
			}
			select {
			case <-time.After(pause):
				pause = min(2*pause, 3*time.Second)
				continue
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if _, stopErr := c.e.athena.StopQueryExecution(stop, &athena.StopQueryExecutionInput{QueryExecutionId: id}); stopErr != nil {
			return errors.Join(err, fmt.Errorf("the count %s may still run: %w", *id, stopErr))
		}
		return err
	}
}
