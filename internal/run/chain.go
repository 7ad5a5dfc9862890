package run

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"trailscribe/internal/manifest"
)

// Chain is the manifests of a series: the runs of one report and variant. Each names the digest of the one before it, so that whoever
// changes a sealed run must change all that came after it.
type Chain struct{ links []Link }

// Link is one run of a chain.
type Link struct {
	Place    string             // below the folder of the series: 2026-10/r1
	Manifest *manifest.Manifest // nil where Err is set
	Digest   string             // of the manifest
	Err      error              // the folder has the name of a run, and its manifest cannot be read

	period   string
	revision int
}

// ReadChain reads the manifests of a series from its folder. Those that cannot be read are links with an error.
func ReadChain(series fs.FS) (*Chain, error) {
	periods, err := fs.ReadDir(series, ".")
	if err != nil {
		return nil, fmt.Errorf("listing the runs of a series: %w", err)
	}
	c := &Chain{}
	for _, p := range periods {
		if !p.IsDir() {
			continue
		}
		entries, err := fs.ReadDir(series, p.Name())
		if err != nil {
			return nil, fmt.Errorf("listing the runs of a series: %w", err)
		}
		for _, n := range revisionsIn(entries) {
			l := Link{Place: path.Join(p.Name(), revisionName(n)), period: p.Name(), revision: n}
			sub, err := fs.Sub(series, l.Place)
			if err == nil {
				l.Manifest, err = manifest.Read(sub)
			}
			if l.Err = err; err == nil {
				l.Digest = l.Manifest.Digest()
			}
			c.links = append(c.links, l)
		}
	}
	return c, nil
}

// Links are the runs by period and revision.
func (c *Chain) Links() []Link { return c.links }

// End is the run that no other of the series names as the one before it; false where there is none. Where a chain has several ends,
// because runs were copied, altered or lost, the one of the latest period and revision counts.
func (c *Chain) End() (end Link, ok bool) {
	named := map[string]bool{}
	for _, l := range c.links {
		if l.Err == nil {
			named[l.Manifest.Previous] = true
		}
	}
	for _, l := range c.links {
		if l.Err != nil || named[l.Digest] { // altered, or not finished: the chain goes on from what can be read
			continue
		}
		if !ok || cmp.Or(cmp.Compare(l.period, end.period), cmp.Compare(l.revision, end.revision)) > 0 {
			end, ok = l, true
		}
	}
	return end, ok
}

// Place is the folder of the series in which the folder of a run is, and the run's name by its path: report[~variant]/period/rN.
// It is false where the folder does not have the name of a run.
func Place(dir string) (series, name string, ok bool) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return "", "", false
	}
	period := filepath.Dir(full)
	series = filepath.Dir(period)
	if _, ok := revision(filepath.Base(full)); !ok || period == series {
		return "", "", false
	}
	return series, path.Join(filepath.Base(series), filepath.Base(period), filepath.Base(full)), true
}

// Find gives the folders of runs below a folder of a period, of a series, or of all runs; the folder alone where it is a run itself. They
// are in the order of series, period and revision. A folder with the name of a revision counts even if it has lost its manifest.
func Find(dir string) (runs []string, err error) {
	if finished(dir) {
		return []string{dir}, nil
	}
	return find(dir, 3)
}

func find(dir string, depth int) (runs []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("looking for runs: %w", err)
	}
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int {
		m, _ := revision(a.Name())
		n, _ := revision(b.Name())
		return cmp.Compare(m, n)
	})
	for _, e := range entries {
		sub := filepath.Join(dir, e.Name())
		if !e.IsDir() || e.Name()[0] == '.' {
			continue
		}
		if _, named := revision(e.Name()); named || finished(sub) {
			runs = append(runs, sub)
			continue
		}
		if depth > 1 {
			more, err := find(sub, depth-1)
			if err != nil {
				return nil, err
			}
			runs = append(runs, more...)
		}
	}
	return runs, nil
}
