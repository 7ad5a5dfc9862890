package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"trailscribe/internal/lock"
	"trailscribe/internal/regular"
)

// Local is the history that a folder of all runs is by itself. Processes of one machine, or of several that share the folder, may use it
// at the same time.
type Local struct{ base string }

// NewLocal is the history of a folder of all runs, which need not exist yet.
func NewLocal(base string) *Local { return &Local{base} }

// Revisions are the numbers of the folders rN. A folder without a manifest counts, so that its name is not used again. A revision that is
// something else than a folder is an error: it may lead to a run elsewhere, and the next number would hide that.
func (l *Local) Revisions(_ context.Context, k Key) ([]int, error) {
	period := filepath.Join(l.base, k.Series(), k.Period)
	entries, err := os.ReadDir(period)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing the revisions: %w", err)
	}
	for _, e := range entries {
		if _, ok := revision(e.Name()); ok {
			if err := regular.IsFolder(filepath.Join(period, e.Name())); err != nil {
				return nil, fmt.Errorf("looking at the revisions: %w", err)
			}
		}
	}
	return revisionsIn(entries), nil
}

// End is the end of the chain of manifests.
func (l *Local) End(ctx context.Context, k Key) (End, error) {
	series := filepath.Join(l.base, k.Series())
	if _, err := os.Lstat(series); errors.Is(err, fs.ErrNotExist) {
		return End{}, nil
	}
	chain, err := ReadChain(regular.Sealed(ctx, series))
	if err != nil {
		return End{}, fmt.Errorf("looking for the run before: %w", err)
	}
	end, ok := chain.End()
	if !ok {
		return End{}, nil
	}
	return End{end.Manifest.Run, end.Digest}, nil
}

// Open reads a run of the folder.
func (l *Local) Open(_ context.Context, name string) (*Saved, error) {
	if !fs.ValidPath(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, fmt.Errorf("opening a run: %.80q is not the name of one", name)
	}
	return OpenFolder(filepath.Join(l.base, filepath.FromSlash(name)))
}

// Add renames the folder while it holds the lock of the series: two periods of one series may be sealed at the same time, and the chain
// of manifests has one line.
func (l *Local) Add(ctx context.Context, e Entry) error {
	series := e.Key.Series()
	if _, err := regular.MakeFolders(l.base, dirMode, series); err != nil {
		return fmt.Errorf("making the folder of the series: %w", err)
	}
	turn, err := lock.Wait(ctx, filepath.Join(l.base, series, lockName), lock.Options{Mode: fileMode, Told: func(w lock.Waiting) {
		if e.Waiting != nil {
			e.Waiting(w.While("is sealing another run of " + series))
		}
	}})
	if err != nil {
		return fmt.Errorf("waiting for another run of %s to be sealed: %w", series, err)
	}
	defer turn.Close()
	if err := Addable(ctx, l, e); err != nil {
		return err
	}
	_, err = e.Rename()
	return err
}

// Addable gives ErrTaken or ErrMoved where an entry cannot be added to a history as that is now.
func Addable(ctx context.Context, h History, e Entry) error {
	numbers, err := h.Revisions(ctx, e.Key)
	if err != nil {
		return err
	}
	if slices.Contains(numbers, e.Revision) {
		return fmt.Errorf("%s: %w", e.Key.name(e.Revision), ErrTaken)
	}
	end, err := h.End(ctx, e.Key)
	if err != nil {
		return err
	}
	if end != (End{e.Manifest.PreviousRun, e.Manifest.Previous}) {
		return fmt.Errorf("%s names %q as the run before it, the series ends with %q: %w",
			e.Key.name(e.Revision), e.Manifest.PreviousRun, end.Run, ErrMoved)
	}
	return nil
}

var _ History = (*Local)(nil)
