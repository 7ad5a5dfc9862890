// Package trino is an engine for the proof that a query means the same everywhere: it runs the relation and the queries on a
// real Trino, the engine inside Athena. It is not an engine for users: it copies every record into Trino's memory.
//
// Open reads the log files, puts their records into a table of the catalog "memory" under a schema of its own, and makes
// events and history from it with the same statement every engine uses, written for Trino.
package trino

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"sync/atomic"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
)

// Options say which Trino is asked and what is put into it.
type Options struct {
	Address    string // http://127.0.0.1:8080
	Definition *relation.Definition
	Source     source.Source
}

// Engine puts one source into a Trino.
type Engine struct {
	o Options
	c *client
}

// New checks the address; the server is asked when a session opens.
func New(o Options) (*Engine, error) {
	if o.Definition == nil || o.Source == nil {
		return nil, errors.New("the engine needs the definition of events and a source of log files")
	}
	c, err := newClient(o.Address)
	if err != nil {
		return nil, err
	}
	return &Engine{o: o, c: c}, nil
}

// Describe names the engine, the server's release and the source.
func (e *Engine) Describe(ctx context.Context) (engine.Description, error) {
	v, err := e.c.version(ctx)
	if err != nil {
		return engine.Description{}, fault(ctx, err)
	}
	return engine.Description{Name: "trino", Version: v, Place: e.o.Source.Name()}, nil
}

// Estimate sums the files in scope. Nothing is opened.
func (e *Engine) Estimate(ctx context.Context, scope engine.Scope, st []engine.Statement) (engine.Estimate, error) {
	w, err := newWindow(scope)
	if err != nil {
		return engine.Estimate{}, err
	}
	est := engine.Estimate{Chosen: "copied"}
	for o, err := range e.o.Source.List(ctx, "") {
		if err != nil {
			return engine.Estimate{}, fault(ctx, fmt.Errorf("list %s: %w", e.o.Source.Name(), err))
		}
		if k := cloudtrail.ParseKey(o.Key); w.holds(k) && (k.Loose() || k.Folder == cloudtrail.FolderLogs) {
			est.Files++
			est.Bytes += o.Size
		}
	}
	est.Modes = []engine.Mode{{Name: est.Chosen, Bytes: est.Bytes, PerStatement: make([]int64, len(st))}}
	return est, nil
}

// State names the scope's log files by their listing.
func (e *Engine) State(ctx context.Context, scope engine.Scope) (string, error) {
	w, err := newWindow(scope)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for o, err := range e.o.Source.List(ctx, "") {
		if err != nil {
			return "", fault(ctx, fmt.Errorf("list %s: %w", e.o.Source.Name(), err))
		}
		if w.holds(cloudtrail.ParseKey(o.Key)) {
			describe(sum, o)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// describe writes what tells one content of a file from another.
func describe(sum hash.Hash, o source.Object) {
	fmt.Fprintf(sum, "%q %d %q %s\n", o.Key, o.Size, o.ETag, o.Class)
}

// Close ends nothing: sessions drop what they made.
func (e *Engine) Close() error { return nil }

// window is the delivery days, accounts and regions whose files a scope rests on.
type window struct {
	from, to          time.Time
	accounts, regions []string
}

func newWindow(s engine.Scope) (window, error) {
	from, to, err := s.Days()
	return window{from, to, s.Accounts, s.Regions}, engine.RefuseScope(err)
}

func (w window) holds(k cloudtrail.Key) bool {
	if k.Loose() {
		return k.Day.IsZero() || !k.Day.Before(w.from) && !k.Day.After(w.to)
	}
	return !k.Day.Before(w.from) && !k.Day.After(w.to) &&
		(len(w.accounts) == 0 || slices.Contains(w.accounts, k.Account)) && (len(w.regions) == 0 || slices.Contains(w.regions, k.Region))
}

var schemas atomic.Int64

// schemaName is one nobody else uses, neither another session of this process nor another process.
func schemaName() string { return fmt.Sprintf("s%d_%d", time.Now().UnixNano(), schemas.Add(1)) }

var _ engine.Engine = (*Engine)(nil)
