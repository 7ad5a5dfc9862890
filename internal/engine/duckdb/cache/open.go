package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"trailscribe/internal/lock"
	"trailscribe/internal/regular"
	"trailscribe/internal/source"
)

// Cache is the Parquet files of one source. Methods may be called from several goroutines.
type Cache struct {
	o    Options
	base string
	plan *plan
	mu   sync.Mutex // one refresh at a time in this process

	budget int           // bytes of a row group; 0: by Memory. Tests make it tiny
	remind time.Duration // between two calls of Waiting; 0: lock.Remind. Tests make it tiny
}

// Open prepares the cache directory of the source. It reads nothing yet. The directory is for this user only: it holds
// what the logs hold.
func Open(o Options) (*Cache, error) {
	if o.Dir == "" || o.Source == nil {
		return nil, errors.New("opening the cache: it needs a directory and a source")
	}
	if o.Memory <= 0 {
		o.Memory = 512 << 20
	}
	if o.Workers <= 0 {
		o.Workers = min(runtime.GOMAXPROCS(0), 8)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening the cache: %w", err)
	}
	id := source.Identity(o.Source)
	sum := sha256.Sum256([]byte(id))
	c := &Cache{o: o, plan: newPlan(newBatch())}
	if c.base, err = regular.MakeFolders(dir, 0o700, version(), hex.EncodeToString(sum[:8])); err != nil {
		return nil, fmt.Errorf("opening the cache: %w; choose another directory with --cache", err)
	}
	// For people who wonder which folder this is; nobody reads it.
	f, err := os.OpenFile(filepath.Join(c.base, "source.txt"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(id + "\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("opening the cache: %w", err)
	}
	return c, nil
}

// Close frees what Open took. Snapshots stay valid.
func (c *Cache) Close() error { return nil }

// The two locks of a cache. Who fills it holds writing, alone. Every Snapshot holds reading, shared: as long as one does,
// Parquet files that are out of date stay on disk.
const (
	writingLock = "writing.lock"
	readingLock = "reading.lock"
)

// lock takes one of them, and waits for it where another process has it.
func (c *Cache) lock(ctx context.Context, name string, shared bool) (*lock.Lock, error) {
	l, err := lock.Wait(ctx, filepath.Join(c.base, name), lock.Options{Mode: 0o600, Shared: shared, Remind: c.remind,
		Told: func(w lock.Waiting) {
			if c.o.Waiting != nil {
				c.o.Waiting(w.While("is filling the cache in " + c.o.Dir))
			}
		}})
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("waiting for another process that fills the cache in %s: %w", c.base, err)
	case err != nil:
		return nil, fmt.Errorf("locking the cache: %w", err)
	}
	return l, nil
}
