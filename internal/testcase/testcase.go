// Package testcase runs the cases that stand beside queries and shows how rows differ.
package testcase

import (
	"context"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/query"
	"trailscribe/internal/source"
)

type Verdict struct {
	Query, Case string
	Diff        string
}

// Run opens the engine that open gives over each case's events.
func Run(ctx context.Context, s *query.Set, hold func([]cloudtrail.Record) source.Source, open func(source.Source) (engine.Engine, error)) ([]Verdict, error) {
	return nil, nil
}
