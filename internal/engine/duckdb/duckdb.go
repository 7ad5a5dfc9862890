// Package duckdb is the embedded engine: it reads log files through a Parquet cache and answers statements itself.
//
// A session is one in-memory database. Open brings the cache up to date, lays the relation's SELECT over its Parquet files
// and keeps the result as a table, so that deduplication and derived columns cost their work once and not per statement.
package duckdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb/cache"
	"trailscribe/internal/engine/duckdb/connection"
	"trailscribe/internal/engine/duckdb/machine"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
)

// Options say what is read and how much of the machine may be used.
type Options struct {
	Definition *relation.Definition
	Source     source.Source
	CacheDir   string        // keeps what was read for the next run; "": a temporary folder that Close removes
	Memory     int64         // bytes the database may hold before it spills to TempDir, at least MinMemory; 0: as the machine has it
	Threads    int           // most threads; there are fewer where Memory does not carry them; 0: one for each processor
	Timeout    time.Duration // of each statement; 0: none
	TempDir    string        // for what does not fit in memory; "": inside CacheDir
	Limits     cloudtrail.Limits
	Progress   func(done, of int64)  // log files read so far, of those that are new; may be nil
	Waiting    func(sentence string) // told while another process fills the cache, again and again; may be nil
}

// Engine reads one source. Sessions of one engine share its cache.
type Engine struct {
	o       Options
	machine machine.Machine
	cache   *cache.Cache
	remove  string // temporary folder, "" if the user gave one
	closing sync.Once
}

// mostWorkers is how many log files are read at the same time: more of them wait for the disk and hold memory.
const mostWorkers = 8

// New opens the cache. The error says what is missing or which folder cannot be used.
func New(o Options) (*Engine, error) {
	if o.Definition == nil || o.Source == nil {
		return nil, errors.New("the embedded engine needs the definition of events and a source of log files")
	}
	if o.Memory != 0 && o.Memory < MinMemory {
		return nil, fmt.Errorf("the embedded engine needs at least %s of memory, not %d bytes", sizeText(MinMemory), o.Memory)
	}
	e := &Engine{o: o, machine: machine.Here()}
	if e.o.CacheDir == "" {
		dir, err := os.MkdirTemp("", "trailscribe-")
		if err != nil {
			return nil, fmt.Errorf("make a temporary cache: %w", err)
		}
		e.o.CacheDir, e.remove = dir, dir
	}
	if e.o.TempDir == "" {
		e.o.TempDir = filepath.Join(e.o.CacheDir, "spill")
	}
	sweep(e.o.TempDir)
	memory := min(newBudget(e.machine, o.Memory, o.Threads, 0).memory, usualMemory) // reading is not faster with more
	workers := o.Threads
	if workers <= 0 {
		workers = e.machine.Processors
	}
	c, err := cache.Open(cache.Options{Dir: e.o.CacheDir, Source: o.Source, Limits: o.Limits, Waiting: o.Waiting, Memory: memory,
		Workers: min(workers, mostWorkers)})
	if err != nil {
		e.Close()
		return nil, err
	}
	e.cache = c
	return e, nil
}

// Describe names the engine, its version and the source as it was given.
func (e *Engine) Describe(ctx context.Context) (engine.Description, error) {
	db, err := connection.Open(ctx, connection.Options{Threads: 1, Clean: true})
	if err != nil {
		return engine.Description{}, fault(ctx, fmt.Errorf("start the embedded database: %w", err))
	}
	defer db.Close()
	d := engine.Description{Name: "duckdb", Place: e.o.Source.Name()}
	if err := db.QueryRowContext(ctx, "SELECT version()").Scan(&d.Version); err != nil {
		return engine.Description{}, fault(ctx, fmt.Errorf("ask the embedded database for its version: %w", err))
	}
	return d, nil
}

// Close removes what New made. Sessions must be closed before.
func (e *Engine) Close() error {
	var err error
	e.closing.Do(func() {
		if e.cache != nil {
			err = e.cache.Close()
		}
		if e.remove != "" {
			err = errors.Join(err, os.RemoveAll(e.remove))
		}
	})
	return err
}

var _ engine.Engine = (*Engine)(nil)
