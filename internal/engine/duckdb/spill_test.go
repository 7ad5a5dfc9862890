package duckdb

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"trailscribe/internal/regular"
)

func TestSpill(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "spill")
	sweep(parent) // nothing there yet
	alive, err := newSpill(parent)
	if err != nil {
		t.Fatal(err)
	}
	other, err := newSpill(parent)
	if err != nil {
		t.Fatal(err)
	}
	if alive.dir == other.dir {
		t.Fatal("two sessions share a folder")
	}
	// A session that was killed leaves its folder and a lock that nobody holds.
	killed := filepath.Join(parent, "session-killed")
	for _, name := range []string{filepath.Join(killed, "block"), killed + spillLock} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sweep(parent)
	for dir, want := range map[string]bool{alive.dir: true, other.dir: true, killed: false, killed + spillLock: false} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: there %v, want %v", filepath.Base(dir), err == nil, want)
		}
	}
	for _, s := range []*spill{alive, other} {
		if err := s.remove(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// What a link leads to is not of a session, whatever it is called.
func TestSpillThroughALink(t *testing.T) {
	elsewhere := t.TempDir()
	dir, lock := filepath.Join(elsewhere, "session-1"), filepath.Join(elsewhere, "session-1"+spillLock)
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(lock, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	parent := filepath.Join(t.TempDir(), "spill")
	if err := os.Symlink(elsewhere, parent); err != nil {
		t.Skip(err)
	}
	sweep(parent)
	if s, err := newSpill(parent); !errors.Is(err, regular.ErrForeign) {
		t.Errorf("a session spills to %v: %v", s, err)
	}
	own := filepath.Join(t.TempDir(), "spill")
	if err := errors.Join(os.Mkdir(own, 0o700), os.Symlink(lock, filepath.Join(own, "session-2"+spillLock)),
		os.Symlink(dir, filepath.Join(own, "session-2"))); err != nil {
		t.Fatal(err)
	}
	sweep(own)
	for _, name := range []string{dir, lock} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}
