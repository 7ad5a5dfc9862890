//go:build !nolocal

package main

import (
	"io/fs"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb"
	"trailscribe/internal/engine/duckdb/cache"
)

// leastMemory is the least --memory, in bytes.
const leastMemory = duckdb.MinMemory

// openLocal is the embedded engine. A build with the tag nolocal leaves it and its C++ library out.
func openLocal(o localOptions) (engine.Engine, error) {
	return duckdb.New(duckdb.Options{Definition: o.definition, Source: o.source, CacheDir: o.cache, Memory: o.memory, Threads: o.threads,
		Timeout: o.timeout, Progress: o.progress, Waiting: o.waiting})
}

// madeByCache says which files below a folder are a cache's; nil where no cache made it.
func madeByCache(folder fs.FS) func(name string) bool { return cache.Made(folder) }
