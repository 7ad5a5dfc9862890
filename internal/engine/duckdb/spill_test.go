package duckdb

import (
	"os"
	"path/filepath"
	"testing"
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
