package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"trailscribe/internal/config"
	"trailscribe/internal/manifest"
	"trailscribe/internal/regular"
	"trailscribe/internal/run"
	"trailscribe/internal/source"
	"trailscribe/internal/source/dir"
	"trailscribe/internal/unread"
)

// openFolder is a folder of logs without what this program writes there itself. The folders of this command line, --out and
// --cache, are not listed at all, so that a report does not change by being written; runs and caches that are there for
// other reasons are listed as skipped, with the reason.
func (p *program) openFolder(set config.Settings, folder, cache string) (source.Source, error) {
	if same, err := samePlace(p.at(cache), p.at(folder)); err != nil {
		return nil, err
	} else if same {
		return nil, usage("name another folder; one inside the log source is not read as logs", "--cache %s is the log source itself", cache)
	}
	without, err := p.ownFolders(set, folder, cache)
	if err != nil {
		return nil, err
	}
	for _, own := range without {
		if _, err := os.Stat(p.at(own)); err == nil {
			p.term.Message(fmt.Sprintf("%s is in the log source and is not read as logs", own))
		}
	}
	for i := range without {
		without[i] = p.at(without[i])
	}
	return dir.New(dir.Options{Root: p.at(folder), Name: folder, Without: without, Made: made})
}

// ownFolders are the folders of this command line that are in a folder of logs.
func (p *program) ownFolders(set config.Settings, folder, cache string) (without []string, err error) {
	for _, own := range []string{set.Text(config.Out), cache} {
		if own == "" {
			continue
		}
		inside, err := within(p.at(folder), p.at(own))
		if err != nil {
			return nil, err
		}
		if same, err := samePlace(p.at(own), p.at(folder)); err != nil || same || !inside {
			continue
		}
		without = append(without, own)
	}
	return without, nil
}

// checkOut refuses an --out below which the runs of a series would be written around or into the log source: leaving them
// out would leave out the logs.
func (p *program) checkOut(set config.Settings, series string) error {
	out, folder := set.Text(config.Out), set.Text(config.Source)
	if name, err := engineOf(set); err != nil || name != "duckdb" || folder == "" || strings.HasPrefix(folder, "s3://") {
		return err
	}
	same, err := samePlace(p.at(out), p.at(folder))
	if err != nil {
		return err
	}
	around, err := within(p.at(filepath.Join(out, series)), p.at(folder))
	if err != nil {
		return err
	}
	if same || around {
		return usage("name another folder; one inside the log source is not read as logs",
			"reports in --out %s would be written into the log source %s", out, folder)
	}
	return nil
}

// samePlace reports whether two paths, which need not exist, lead to the same folder.
func samePlace(a, b string) (bool, error) {
	one, err := within(a, b)
	if err != nil || !one {
		return false, err
	}
	return within(b, a)
}

// within reports whether a path, which need not exist, is a folder or is below it, whatever links lead there.
func within(folder, path string) (bool, error) {
	realFolder, err := regular.Real(folder)
	if err != nil {
		return false, fmt.Errorf("finding %s: %w", folder, err)
	}
	real, err := regular.Real(path)
	if err != nil {
		return false, fmt.Errorf("finding %s: %w", path, err)
	}
	rel, err := filepath.Rel(realFolder, real)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)), nil
}

// made says of a folder in the log source which files below it a run or a cache of this program consists of.
func made(folder fs.FS, names []fs.DirEntry) func(name string, size int64) unread.Reason {
	if !slices.ContainsFunc(names, func(e fs.DirEntry) bool { return e.Name() == manifest.Name }) {
		return nil
	}
	if has, name := run.Made(folder); has != nil {
		return func(file string, size int64) unread.Reason {
			if !has(file, size) {
				return unread.Reason{}
			}
			return unread.Because(unread.OwnRun, fmt.Sprintf("%.80q", name))
		}
	}
	if has := madeByCache(folder); has != nil {
		return func(file string, _ int64) unread.Reason {
			if !has(file) {
				return unread.Reason{}
			}
			return unread.Because(unread.OwnCache)
		}
	}
	return nil
}
