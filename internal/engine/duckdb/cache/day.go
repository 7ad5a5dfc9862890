package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/regular"
)

// day is a delivery day, or the loose files.
type day struct {
	name    string
	folder  string
	objects map[string]object // all listed of this day, asked or not
	asked   map[string]bool
	old     *manifest
	now     *manifest // what stays of it, and then what was read
	read    []object  // to be read, by key
	changed bool
	garbage []string // files to delete as soon as nobody reads them

	jobs    atomic.Int32
	mu      sync.Mutex
	results []result
}

const looseDay = "loose"

func dayName(k cloudtrail.Key) string {
	if k.Day.IsZero() {
		return looseDay
	}
	return k.Day.Format("2006-01-02")
}

func (r *refresh) compareDay(d *day) error {
	rebuilt := false
	if err := regular.IsFolder(d.folder); errors.Is(err, regular.ErrForeign) { // a link, and what it leads to is not ours to clear
		if err := os.Remove(d.folder); err != nil {
			return fmt.Errorf("cleaning the cache: %w", err)
		}
		rebuilt, d.changed = true, true
	}
	old, err := loadManifest(d.folder)
	if errors.Is(err, errDamaged) {
		rebuilt, old, err = true, &manifest{}, nil
		d.changed = true
	}
	if err != nil {
		return err
	}
	d.old, d.now = old, &manifest{}

	// A part counts if its bytes are whole and every file in it is still the same at the source.
	stale := map[string]bool{}
	parts := map[string]bool{}
	for _, p := range old.Parts {
		parts[p.Name] = true
		ok, err := p.intact(d.folder)
		if err != nil {
			return err
		}
		if !ok {
			stale[p.Name], rebuilt = true, true
		}
	}
	dropped := int64(0)
	for i := range old.Files {
		f := &old.Files[i]
		o, listed := d.objects[f.Key]
		if !listed || !f.same(o.Object) {
			dropped++
			d.changed = true
			if f.Part != "" {
				stale[f.Part] = true
			}
		}
		if f.Part != "" && !parts[f.Part] {
			stale[f.Part] = true // a manifest that contradicts itself
		}
	}
	kept := map[string]bool{}
	for _, f := range old.Files {
		o, listed := d.objects[f.Key]
		if !listed || !f.same(o.Object) || stale[f.Part] || f.State == Refused {
			continue
		}
		kept[f.Key] = true
		d.now.Files = append(d.now.Files, f)
	}
	for _, p := range old.Parts {
		if !stale[p.Name] {
			d.now.Parts = append(d.now.Parts, p)
		} else {
			d.changed = true
		}
	}
	for _, k := range slices.Sorted(maps.Keys(d.objects)) {
		if d.asked[k] && !kept[k] {
			d.read = append(d.read, d.objects[k])
		}
	}
	if err := r.tidy(d); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Dropped += dropped
	if rebuilt {
		r.stats.Rebuilt++
	}
	for k := range kept {
		if d.asked[k] {
			r.stats.Kept++
		}
	}
	return nil
}

// tidy deletes unfinished files of a process that was killed, and notes Parquet files no manifest names.
func (r *refresh) tidy(d *day) error {
	entries, err := os.ReadDir(d.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the cache: %w", err)
	}
	named := map[string]bool{manifestName: true}
	for _, p := range d.now.Parts {
		named[p.Name] = true
	}
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), tempPrefix):
			if err := os.RemoveAll(filepath.Join(d.folder, e.Name())); err != nil {
				return fmt.Errorf("cleaning the cache: %w", err)
			}
		case !named[e.Name()]:
			d.garbage = append(d.garbage, e.Name())
		}
	}
	return nil
}

// commit puts together what stayed and what was read, and replaces the day's manifest.
func (r *refresh) commit(d *day) error {
	for _, res := range d.results {
		d.now.Parts = append(d.now.Parts, res.parts...)
		d.now.Files = append(d.now.Files, res.files...)
	}
	merged, err := r.merge(d)
	if err != nil {
		return err
	}
	if merged {
		r.mu.Lock()
		r.stats.Merged++
		r.mu.Unlock()
	}
	slices.SortFunc(d.now.Parts, func(a, b part) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(d.now.Files, func(a, b file) int { return strings.Compare(a.Key, b.Key) })
	if len(d.now.Files) == 0 && len(d.now.Parts) == 0 {
		if err := os.RemoveAll(filepath.Join(d.folder, manifestName)); err != nil {
			return fmt.Errorf("writing the cache: %w", err)
		}
	} else {
		if err := os.MkdirAll(d.folder, 0o700); err != nil {
			return fmt.Errorf("writing the cache: %w", err)
		}
		if err := d.now.save(d.folder); err != nil {
			return err
		}
	}
	now := map[string]bool{}
	for _, p := range d.now.Parts {
		now[p.Name] = true
	}
	for _, p := range d.old.Parts {
		if !now[p.Name] {
			d.garbage = append(d.garbage, p.Name)
		}
	}
	d.garbage = slices.DeleteFunc(d.garbage, func(n string) bool { return now[n] })
	return nil
}
