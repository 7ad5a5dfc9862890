package cache

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/lock"
	"trailscribe/internal/regular"
)

// Refresh reads what is new in the window and returns the cache as it is then. progress (nil allowed) is told how many
// files of those to be read are done. A file that cannot be read is an Entry with its reason, not an error; errors are
// a source that cannot be listed, a cache directory that cannot be written, and a cancelled context.
func (c *Cache) Refresh(ctx context.Context, w Window, progress func(done, of int64)) (*Snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	writing, err := c.lock(ctx, writingLock, false)
	if err != nil {
		return nil, err
	}
	defer writing.Close()

	r := &refresh{cache: c, window: w, days: map[string]*day{}}
	if err := r.list(ctx); err != nil {
		return nil, err
	}
	if err := r.compare(ctx); err != nil {
		return nil, err
	}
	if err := r.read(ctx, progress); err != nil {
		return nil, err
	}
	r.sweep()
	return r.snapshot(ctx)
}

// refresh is one call of Refresh.
type refresh struct {
	cache  *Cache
	window Window
	days   map[string]*day
	fixed  []Entry // files that are never opened
	stats  Stats
	mu     sync.Mutex // stats, while files are read
}

func (r *refresh) day(name string) *day {
	d := r.days[name]
	if d == nil {
		d = &day{name: name, folder: filepath.Join(r.cache.base, name), objects: map[string]object{}, asked: map[string]bool{}}
		r.days[name] = d
	}
	return d
}

// list sorts what the source has into days. Objects of other days are not even remembered.
func (r *refresh) list(ctx context.Context) error {
	for o, err := range r.cache.o.Source.List(ctx, "") {
		if err != nil {
			return fmt.Errorf("listing the log files of %s: %w", r.cache.o.Source.Name(), err)
		}
		r.stats.Listed++
		obj := object{o, cloudtrail.ParseKey(o.Key)}
		if !obj.key.Day.IsZero() && !r.window.day(obj.key) {
			continue
		}
		asked := r.window.asked(obj.key)
		if state, why := unopened(obj); state != "" {
			if asked {
				r.fixed = append(r.fixed, entry(obj, file{Size: o.Size, State: state, Reason: why}))
			}
			continue
		}
		d := r.day(dayName(obj.key))
		d.objects[o.Key] = obj
		d.asked[o.Key] = asked
	}
	// Days the cache holds and the source does not have any more.
	known, err := os.ReadDir(r.cache.base)
	if err != nil {
		return fmt.Errorf("reading the cache: %w", err)
	}
	for _, e := range known {
		t, err := time.Parse("2006-01-02", e.Name())
		if e.IsDir() && (e.Name() == looseDay || err == nil && r.window.day(cloudtrail.Key{Day: t})) {
			r.day(e.Name())
		}
	}
	return nil
}

// compare finds for each day what the cache holds of it, what of that still counts, and what must be read.
func (r *refresh) compare(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.cache.o.Workers)
	for _, name := range slices.Sorted(maps.Keys(r.days)) {
		d := r.days[name]
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return r.compareDay(d)
		})
	}
	return g.Wait()
}

// read reads the files of all days and writes their parts. A day is complete when its manifest is replaced.
func (r *refresh) read(ctx context.Context, progress func(done, of int64)) error {
	total := int64(0)
	var jobs []job
	var idle []*day
	for _, name := range slices.Sorted(maps.Keys(r.days)) {
		d := r.days[name]
		total += int64(len(d.read))
		js := split(d)
		d.jobs.Store(int32(len(js)))
		jobs = append(jobs, js...)
		if len(js) == 0 && d.changed {
			idle = append(idle, d)
		}
	}
	for _, d := range idle {
		if err := r.commit(d); err != nil {
			return err
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	done := int64(0)
	step := func() {
		if progress != nil {
			r.mu.Lock()
			done++
			progress(done, total)
			r.mu.Unlock()
		}
	}
	if progress != nil {
		progress(0, total)
	}
	workers := min(r.cache.o.Workers, len(jobs))
	budget := rowGroupBudget(r.cache.o.Memory, workers)
	if r.cache.budget > 0 {
		budget = r.cache.budget
	}
	queue := make(chan job)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(queue)
		for _, j := range jobs {
			select {
			case queue <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range workers {
		g.Go(func() error {
			in := &ingester{cache: r.cache, batch: newBatch(), budget: budget, step: step}
			for j := range queue {
				res, err := in.run(ctx, j)
				if err != nil {
					return err
				}
				if err := r.finish(j.day, res); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// finish takes the result of a job; the last one of a day completes it.
func (r *refresh) finish(d *day, res result) error {
	d.mu.Lock()
	d.results = append(d.results, res)
	d.mu.Unlock()
	r.mu.Lock()
	r.stats.Opened += res.opened
	r.stats.Bytes += res.bytes
	r.stats.Decoded += res.decoded
	r.stats.Records += res.records
	r.mu.Unlock()
	if d.jobs.Add(-1) > 0 {
		return nil
	}
	return r.commit(d)
}

// sweep deletes what no manifest names any more, unless somebody may still be reading it; then the next refresh does.
func (r *refresh) sweep() {
	var found bool
	for _, d := range r.days {
		found = found || len(d.garbage) > 0
	}
	if !found {
		return
	}
	reading, err := lock.Try(filepath.Join(r.cache.base, readingLock), lock.Options{Mode: 0o600})
	if err != nil {
		return // held by a reader, or the snapshot, which needs the lock, says what is wrong
	}
	defer reading.Close()
	for _, d := range r.days {
		for _, n := range d.garbage {
			name := filepath.Join(d.folder, n)
			if isPart(n) {
				_ = regular.RemoveOther(name)
			}
			os.Remove(name) // what cannot be deleted now is found again next time
		}
		os.Remove(d.folder) // succeeds only when it is empty
	}
}

// snapshot takes the reading lock before the writing lock is given back, so that no file is deleted in between.
func (r *refresh) snapshot(ctx context.Context) (*Snapshot, error) {
	reading, err := r.cache.lock(ctx, readingLock, true)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{entries: r.fixed, stats: r.stats, release: func() { reading.Close() }}
	for _, d := range r.days {
		if d.now == nil {
			continue
		}
		wanted := map[string]bool{}
		for _, f := range d.now.Files {
			if d.asked[f.Key] {
				s.entries = append(s.entries, entry(d.objects[f.Key], f))
				wanted[f.Part] = true
			}
		}
		for _, p := range d.now.Parts {
			if wanted[p.Name] {
				s.parts = append(s.parts, filepath.Join(d.folder, p.Name))
			}
		}
	}
	slices.Sort(s.parts)
	slices.SortFunc(s.entries, func(a, b Entry) int { return strings.Compare(a.Key, b.Key) })
	return s, nil
}

func entry(o object, f file) Entry {
	e := Entry{Key: o.Key, Size: f.Size, Decoded: f.Decoded, Records: f.Records, Undated: f.Undated, Repaired: f.Repaired,
		Repeated: f.Repeated, State: f.State, Reason: f.Reason, Account: o.key.Account, Region: o.key.Region, Org: o.key.Org,
		Folder: o.key.Folder, Day: o.key.Day, Shape: f.Shape}
	if b, err := hex.DecodeString(f.SHA256); err == nil && len(b) == len(e.SHA256) {
		copy(e.SHA256[:], b)
	}
	return e
}
