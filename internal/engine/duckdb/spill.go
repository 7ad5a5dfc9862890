package duckdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// spill is a folder of one session for what does not fit in memory. The database names its files the same in every
// process, so two sessions must never share one. A lock beside it tells the folder of a living session from that of one
// that was killed.
type spill struct {
	dir  string
	lock *flock.Flock
}

const spillLock = ".lock"

// newSpill makes a folder below parent.
func newSpill(parent string) (*spill, error) {
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for what does not fit in memory: %w", err)
	}
	f, err := os.CreateTemp(parent, "session-*"+spillLock)
	if err != nil {
		return nil, fmt.Errorf("make a folder for what does not fit in memory: %w", err)
	}
	f.Close()
	s := &spill{dir: strings.TrimSuffix(f.Name(), spillLock), lock: flock.New(f.Name())}
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

// sweep removes what sessions left behind that were killed. It never fails: what cannot be removed now stays for later.
func sweep(parent string) {
	locks, _ := filepath.Glob(filepath.Join(parent, "session-*"+spillLock))
	for _, name := range locks {
		l := flock.New(name)
		if held, err := l.TryLock(); err != nil || !held {
			continue
		}
		_ = (&spill{dir: strings.TrimSuffix(name, spillLock), lock: l}).remove()
	}
}
