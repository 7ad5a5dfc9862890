package duckdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"trailscribe/internal/regular"
)

// spill is a folder of one session for what does not fit in memory. The database names its files the same in every
// process, so two sessions must never share one. A lock next to it tells the folder of a living session from that of one
// that was killed.
type spill struct {
	dir  string
	lock *flock.Flock
}

const spillLock = ".lock"

// newSpill makes a folder below parent.
func newSpill(parent string) (*spill, error) {
	if _, err := regular.MakeFolders(filepath.Dir(parent), 0o700, filepath.Base(parent)); err != nil {
		return nil, fmt.Errorf("make the folder for what does not fit in memory: %w", err)
	}
	f, err := os.CreateTemp(parent, "session-*"+spillLock)
	if err != nil {
		return nil, fmt.Errorf("make a folder for what does not fit in memory: %w", err)
	}
	f.Close()
	lock, err := regular.NewLock(f.Name(), 0o600)
	if err != nil {
		return nil, fmt.Errorf("make a folder for what does not fit in memory: %w", err)
	}
	s := &spill{dir: strings.TrimSuffix(f.Name(), spillLock), lock: lock}
	if _, err = s.lock.TryLock(); err == nil {
		err = os.Mkdir(s.dir, 0o700)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a folder for what does not fit in memory: %w", err), s.remove())
	}
	return s, nil
}

// remove takes the folder and its lock away.
func (s *spill) remove() error {
	return errors.Join(os.RemoveAll(s.dir), s.lock.Close(), removeFile(s.lock.Path()))
}

func removeFile(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// sweep removes what sessions left behind that were killed. It never fails: what cannot be removed now stays for later. What a link
// leads to is not of a session.
func sweep(parent string) {
	if regular.IsFolder(parent) != nil {
		return
	}
	entries, _ := os.ReadDir(parent)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "session-") || !strings.HasSuffix(e.Name(), spillLock) {
			continue
		}
		name := filepath.Join(parent, e.Name())
		l, err := regular.NewLock(name, 0o600)
		if err != nil {
			continue
		}
		if held, err := l.TryLock(); err != nil || !held {
			continue
		}
		_ = (&spill{dir: strings.TrimSuffix(name, spillLock), lock: l}).remove()
	}
}
