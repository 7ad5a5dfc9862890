package duckdb

import (
	"context"
	"fmt"
	"slices"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb/cache"
)

// Estimate lists the source and sums the files in scope. Nothing is opened, and nothing costs money here.
func (e *Engine) Estimate(ctx context.Context, scope engine.Scope, statements []engine.Statement) (engine.Estimate, error) {
	w, err := window(scope)
	if err != nil {
		return engine.Estimate{}, &engine.Fault{Reason: engine.Refused, Hint: "check period, time zone and history", Err: err}
	}
	est := engine.Estimate{Chosen: "cached"}
	for o, err := range e.o.Source.List(ctx, "") {
		if err != nil {
			return engine.Estimate{}, fault(ctx, fmt.Errorf("list %s: %w", e.o.Source.Name(), err))
		}
		if inWindow(cloudtrail.ParseKey(o.Key), w) {
			est.Files++
			est.Bytes += o.Size
		}
	}
	est.Modes = []engine.Mode{{Name: est.Chosen, Bytes: est.Bytes, PerStatement: make([]int64, len(statements))}}
	return est, nil
}

// inWindow reports whether a key may be in the window. A loose file whose name does not say it always may: only its records say when
// they happened.
func inWindow(k cloudtrail.Key, w cache.Window) bool {
	if k.Loose() && k.Day.IsZero() {
		return true
	}
	if k.Folder == cloudtrail.FolderDigest || k.Folder == cloudtrail.FolderInsight {
		return false
	}
	if k.Loose() {
		return !k.Day.Before(w.FromDay) && !k.Day.After(w.ToDay)
	}
	return !k.Day.Before(w.FromDay) && !k.Day.After(w.ToDay) &&
		(len(w.Accounts) == 0 || slices.Contains(w.Accounts, k.Account)) &&
		(len(w.Regions) == 0 || slices.Contains(w.Regions, k.Region))
}
