package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/lock"
)

// KeepUnfinished is how long the work of a run that was never finished is kept after its last change, so that the same
// command can go on with it. A run of another plan (other parameters, files, version of the program) never takes it up.
const KeepUnfinished = 30 * 24 * time.Hour

const notesSuffix = ".kept" // of the folder of notes next to a work folder

// Prune removes the work of runs of the same report, in all its variants and periods, that nobody finished and that did not
// change since a time. Never this run's own, and none of a period whose lock another process holds: a run may be going on
// there, however long it says nothing. It gives what it removed, as paths below the folder of all runs with slashes, also
// where an error says that something could not be removed.
func (f *Folder) Prune(before time.Time) (removed []string, err error) {
	series, err := os.ReadDir(f.base)
	if err != nil {
		return nil, fmt.Errorf("looking for unfinished runs: %w", err)
	}
	for _, s := range series {
		if !s.IsDir() || s.Name() != f.key.Report && !strings.HasPrefix(s.Name(), f.key.Report+"~") {
			continue
		}
		periods, listErr := os.ReadDir(filepath.Join(f.base, s.Name()))
		if err = errors.Join(err, listErr); listErr != nil {
			continue
		}
		for _, p := range periods {
			if !p.IsDir() {
				continue
			}
			gone, pruneErr := f.prunePeriod(filepath.Join(f.base, s.Name(), p.Name()), before)
			for _, name := range gone {
				removed = append(removed, s.Name()+"/"+p.Name()+"/"+name)
			}
			err = errors.Join(err, pruneErr)
		}
	}
	if err != nil {
		err = fmt.Errorf("removing unfinished runs: %w", err)
	}
	return removed, err
}

// prunePeriod removes old work of one period, if nobody else holds its lock.
func (f *Folder) prunePeriod(period string, before time.Time) (removed []string, err error) {
	old, err := leftovers(period, before)
	if err != nil || len(old) == 0 {
		return nil, err
	}
	if period != f.period { // this run holds the lock of its own
		held, err := lock.Try(filepath.Join(period, lockName), lock.Options{Mode: fileMode})
		if errors.Is(err, lock.ErrHeld) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		defer held.Close()
		if old, err = leftovers(period, before); err != nil { // a run may have gone on with one until a moment ago
			return nil, err
		}
	}
	for _, name := range old {
		dir := filepath.Join(period, name)
		if dir == f.dir {
			continue
		}
		// The notes go first: what has none is not trusted, should this be interrupted.
		if goneErr := errors.Join(os.RemoveAll(dir+notesSuffix), os.RemoveAll(dir)); goneErr != nil {
			err = errors.Join(err, goneErr)
			continue
		}
		removed = append(removed, name)
	}
	return removed, err
}

// leftovers are the names of work folders of a period that did not change since a time; of one that lost its folder or its
// notes, what there is counts.
func leftovers(period string, before time.Time) (names []string, err error) {
	entries, err := os.ReadDir(period)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		plan, ours := strings.CutPrefix(strings.TrimSuffix(e.Name(), notesSuffix), workPrefix)
		if !e.IsDir() || !ours || !plainName(plan) {
			continue
		}
		if name := workPrefix + plan; !slices.Contains(names, name) && changed(filepath.Join(period, name)).Before(before) {
			names = append(names, name)
		}
	}
	return names, nil
}

// changed is when a work folder was last written: the newest of it, what is in it, and its notes. Each step of a run
// writes a line to the journal and each kept result a note, so that nothing deeper need be looked at.
func changed(dir string) (last time.Time) {
	see := func(name string) {
		if info, err := os.Lstat(name); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	for _, d := range []string{dir, dir + notesSuffix} {
		see(d)
		entries, err := os.ReadDir(d)
		if err != nil {
			continue // it is not there, or is being removed
		}
		for _, e := range entries {
			see(filepath.Join(d, e.Name()))
		}
	}
	return last
}
