package main

import (
	"context"

	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/engine/athena"
	"trailscribe/internal/lake"
)

// counter asks Athena how many records one partition of the table has. It is the prober of the control count.
type counter struct {
	e     *athenaSetup
	table *gluetypes.Table
}

func (c *counter) Count(ctx context.Context, p lake.Partition) (rows, files int64, err error) {
	text, err := lake.CountSQL(c.e.Database, c.e.Table, c.table, p)
	if err != nil {
		return 0, 0, err
	}
	o := athena.Options{
		Athena: athena.NewClient(c.e.sdk), Database: c.e.Database, Workgroup: c.e.Workgroup, Region: c.e.Region, Timing: athenaTiming(c.e.sdk),
	}
	if c.e.Output.Bucket != "" { // an enforced workgroup passes over it
		o.Output = c.e.Output.String()
	}
	figures, err := athena.Figures(ctx, o, "count the records of "+p.Account+" in "+p.Region, text, 2)
	if err != nil {
		return 0, 0, err
	}
	return figures[0], figures[1], nil
}
