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

	"github.com/gofrs/flock"

	"trailscribe/internal/regular"
	"trailscribe/internal/source"
)

// Cache is the Parquet files of one source. Methods may be called from several goroutines.
type Cache struct {
	o    Options
	base string
	plan *plan
	mu   sync.Mutex // one refresh at a time in this process

	budget int // bytes of a row group; 0: by Memory. Tests make it tiny
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

func (c *Cache) lock(ctx context.Context, l *flock.Flock) error {
	ok, err := l.TryLock()
	if err == nil && !ok {
		if c.o.Waiting != nil {
			c.o.Waiting()
		}
		_, err = l.TryLockContext(ctx, 50*time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("waiting for another process that fills the cache in %s: %w", c.base, err)
	}
	return nil
}
