package duckdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb/cache"
)

// State names the scope's log files as the cache has them after it was brought up to date; what is new of them is read.
func (e *Engine) State(ctx context.Context, scope engine.Scope) (string, error) {
	snapshot, err := e.refresh(ctx, scope)
	if err != nil {
		return "", err
	}
	defer snapshot.Release()
	return stateOf(snapshot), nil
}

// refresh brings the cache up to date with the scope's log files.
func (e *Engine) refresh(ctx context.Context, scope engine.Scope) (*cache.Snapshot, error) {
	w, err := window(scope)
	if err != nil {
		return nil, &engine.Fault{Reason: engine.Refused, Hint: "check period, time zone and history", Err: err}
	}
	snapshot, err := e.cache.Refresh(ctx, w, e.o.Progress)
	if err != nil {
		return nil, fault(ctx, fmt.Errorf("read the log files of %s: %w", e.o.Source.Name(), err))
	}
	return snapshot, nil
}

// stateOf is the digest of everything that the cache knows of each file: content, and why it was not read.
func stateOf(s *cache.Snapshot) string {
	sum := sha256.New()
	for f := range s.Files() {
		fmt.Fprintf(sum, "%q %d %x %s %q\n", f.Key, f.Size, f.SHA256, f.State, f.Reason)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// State is that of the snapshot which the session reads.
func (s *session) State() string { return stateOf(s.snapshot) }

// Changes are none: the snapshot stays as it is.
func (s *session) Changes(context.Context) (engine.Changes, error) { return engine.Changes{}, nil }
