//go:build unix

package cache

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/regular"
)

// Whatever stands in the place of a file or folder of the cache, nothing is waited for and nothing endless is read; the rows are right, and
// what a link leads to is left alone.
func TestOddFilesOfTheCacheAreReplaced(t *testing.T) {
	src := memory(t, threeDays())
	dir := t.TempDir()
	first := fill(t, open(t, dir, src), Window{})
	want := rows(t, first)
	first.Release()
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	precious := filepath.Join(elsewhere, "precious", "file")
	if err := errors.Join(os.MkdirAll(filepath.Dir(precious), 0o755), os.WriteFile(precious, []byte("x"), 0o600),
		os.WriteFile(filepath.Join(elsewhere, "tmp-1"), []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]func(name string) error{
		"FIFO":             func(name string) error { return syscall.Mkfifo(name, 0o600) },
		"link to a device": func(name string) error { return os.Symlink("/dev/zero", name) },
		"link to itself":   func(name string) error { return os.Symlink(filepath.Base(name), name) },
		"link to a folder": func(name string) error { return os.Symlink(elsewhere, name) },
		"link to a file":   func(name string) error { return os.Symlink(precious, name) },
		"folder with a file": func(name string) error {
			return errors.Join(os.Mkdir(name, 0o700), os.WriteFile(filepath.Join(name, "x"), nil, 0o600))
		},
		"terabyte of nothing":    func(name string) error { return errors.Join(os.WriteFile(name, nil, 0o600), os.Truncate(name, 1<<40)) },
		"file nobody may read":   func(name string) error { return os.WriteFile(name, nil, 0) },
		"folder nobody may read": func(name string) error { return os.Mkdir(name, 0) },
	}
	for kind, make := range kinds {
		part := parquetFiles(t, dir)[1]
		day := filepath.Dir(part)
		for what, name := range map[string]string{"part": part, "manifest": filepath.Join(day, manifestName),
			"unfinished part": filepath.Join(day, tempPrefix+"1.parquet"), "day": day} {
			if what == "day" && strings.HasPrefix(kind, "folder") {
				continue
			}
			if err := errors.Join(os.RemoveAll(name), make(name)); err != nil {
				t.Fatal(err)
			}
			s := fill(t, open(t, dir, src), Window{})
			if d := cmp.Diff(want, rows(t, s)); d != "" {
				t.Errorf("%s as %s: %s", what, kind, d)
			}
			if wanted := map[bool]int64{true: 0, false: 1}[what == "unfinished part"]; s.Stats().Rebuilt != wanted {
				t.Errorf("%s as %s: %+v", what, kind, s.Stats())
			}
			s.Release()
			src.took()
			s = fill(t, open(t, dir, src), Window{})
			if o := src.took(); len(o) != 0 || s.Stats().Rebuilt != 0 {
				t.Errorf("%s as %s: the refresh after it opened %q", what, kind, o)
			}
			s.Release()
			if n := len(parquetFiles(t, dir)); n != 4 {
				t.Errorf("%s as %s: %d files left", what, kind, n)
			}
		}
	}
	if left, err := os.ReadDir(elsewhere); err != nil || len(left) != 2 {
		t.Errorf("elsewhere there is %v %v", left, err)
	}
	if b, err := os.ReadFile(precious); err != nil || string(b) != "x" {
		t.Errorf("%q %v", b, err)
	}
}

// The folders and locks above the days are refused instead: a link there is somebody's intention, or an attack.
func TestLinkedCacheIsRefused(t *testing.T) {
	src := memory(t, threeDays())
	for name, place := range map[string]func(base string) string{
		"source":       func(base string) string { return base },
		"version":      filepath.Dir,
		"writing lock": func(base string) string { return filepath.Join(base, writingLock) },
		"reading lock": func(base string) string { return filepath.Join(base, readingLock) },
	} {
		dir := t.TempDir()
		c := open(t, dir, src)
		fill(t, c, Window{}).Release()
		target := filepath.Join(t.TempDir(), "target")
		if err := errors.Join(os.Rename(place(c.base), target), os.Symlink(target, place(c.base))); err != nil {
			t.Fatal(err)
		}
		again, err := Open(Options{Dir: dir, Source: src})
		if err == nil {
			_, err = again.Refresh(t.Context(), Window{}, nil)
		}
		if !errors.Is(err, regular.ErrForeign) || !strings.Contains(err.Error(), "is a symbolic link") {
			t.Errorf("%s: %v", name, err)
		}
	}
	link := filepath.Join(t.TempDir(), "cache") // the folder that the user names may be a link
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	fill(t, open(t, link, src), Window{}).Release()
}

// The note for people is not written through a link.
func TestSourceNoteIsNotWrittenElsewhere(t *testing.T) {
	src, dir := memory(t, threeDays()), t.TempDir()
	c := open(t, dir, src)
	target := filepath.Join(t.TempDir(), "target")
	if err := errors.Join(os.Remove(filepath.Join(c.base, "source.txt")),
		os.Symlink(target, filepath.Join(c.base, "source.txt"))); err != nil {
		t.Fatal(err)
	}
	fill(t, open(t, dir, src), Window{}).Release()
	if _, err := os.Lstat(target); !errors.Is(err, os.ErrNotExist) {
		t.Error("a file was made at the target of a link", err)
	}
}
