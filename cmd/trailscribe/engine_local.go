//go:build !nolocal

package main

import (
	"io/fs"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb"
	"trailscribe/internal/engine/duckdb/cache"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
)

// openLocal is the embedded engine. A build with the tag nolocal leaves it and its C++ library out.
func openLocal(d *relation.Definition, s source.Source, cache string, memory int64, timeout time.Duration, progress func(done, of int64)) (engine.Engine, error) {
	return duckdb.New(duckdb.Options{Definition: d, Source: s, CacheDir: cache, Memory: memory, Timeout: timeout, Progress: progress})
}

// madeByCache says which files below a folder are a cache's; nil where no cache made it.
func madeByCache(folder fs.FS) func(name string) bool { return cache.Made(folder) }
