//go:build unix

package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// sealed is a run of the ground with its files, each relative to the folder.
var sealed = sync.OnceValues(func() (folder string, files []string) {
	g, err := firm()
	if err != nil {
		panic(err)
	}
	folder = filepath.Join(g.dir, "out-quick-"+attackPeriod, "quick", attackPeriod, "r1")
	err = filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			name, err = filepath.Rel(folder, name)
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return folder, files
})

// copied is a copy of the sealed run, for one try.
func copied(t *try) (folder string, files []string) {
	t.Helper()
	attackGround(t)
	from, files := sealed()
	folder = filepath.Join(t.TempDir(), "r1")
	copyTree(t, from, folder)
	return folder, files
}

// Each file of a sealed run altered in each way is found and named.
func TestAttackAlteredRun(t *testing.T) {
	attack{name: "each file of a run altered in each of 12 ways", whole: 12 * 60, sample: 20, try: func(t *try) {
		folder, files := copied(t)
		type alteredFile struct {
			file string
			how  alteration
		}
		var all []alteredFile
		for _, how := range alterations {
			for _, file := range files {
				all = append(all, alteredFile{file, how})
			}
		}
		if len(all) > 12*60 {
			t.Errorf("the campaign has %d tries, which is too few for %d", 12*60, len(all))
		}
		x := choose(t, all)
		name := filepath.Join(folder, x.file)
		before, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.how.do(t, name, filepath.Join(folder, files[t.IntN(len(files))])); err != nil {
			t.Fatal(err)
		}
		if x.how.name == "unreadable" {
			unreadable(t, folder, x.file)
			return
		}
		if after, err := regularFile(name); err == nil && bytes.Equal(before, after) { // another file with the same bytes, nothing to cut
			t.count("the same bytes again")
			return
		}
		t.count(x.how.name)
		detected(t, folder, x.file)
	}}.run(t)
}

// regularFile reads a file that is one.
func regularFile(name string) ([]byte, error) {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, fs.ErrInvalid)
	}
	return os.ReadFile(name)
}

// detected holds that verify finds a run altered and names what was, or one of two files that were.
func detected(t *try, folder string, what ...string) {
	t.Helper()
	code, said := verifies(t, folder)
	if code != exitMismatch {
		t.Errorf("verify: exit code %d, want %d\n%s", code, exitMismatch, said)
	}
	if !slices.ContainsFunc(what, func(name string) bool { return strings.Contains(said, strings.TrimSpace(filepath.ToSlash(name))) }) {
		t.Errorf("%q is not named:\n%s", what, said)
	}
}

// unreadable holds that a user who may not read a file of a run is told so.
func unreadable(t *try, folder, file string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.count("unreadable")
		detected(t, folder, file)
		return
	}
	// Root reads everything: another user tries, in a folder where others may go.
	place := openFolder(t)
	if err := os.Rename(folder, filepath.Join(place, "r1")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(place, "r1"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.count("unreadable")
	c := command(t.Context(), place, "verify", "r1")
	unprivileged(t, c, place)
	e := t.ends(c, exitMismatch)
	if !strings.Contains(e.out+e.err, filepath.ToSlash(file)) {
		t.Errorf("%s is not named:\n%s%s", file, e.out, e.err)
	}
}

// Files of a run that change places, or come from another run, are found.
func TestAttackSwappedInRun(t *testing.T) {
	attack{name: "two files of a run swapped; a file of another run", whole: 80, sample: 5, try: func(t *try) {
		folder, files := copied(t)
		if t.number%4 == 0 {
			g := attackGround(t)
			another := job{"quick", "2026-10-30"}
			g.wants(t, another)
			from := filepath.Join(g.dir, "out-quick-2026-10-30", "quick", "2026-10-30", "r1")
			name := files[t.IntN(len(files))]
			b, err := os.ReadFile(filepath.Join(from, name))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(b, must(os.ReadFile(filepath.Join(folder, name)))) {
				t.count("the same bytes in both runs")
				return
			}
			if err := os.WriteFile(filepath.Join(folder, name), b, 0o644); err != nil {
				t.Fatal(err)
			}
			t.count("of another run")
			detected(t, folder, name)
			return
		}
		kind := filepath.Dir(files[t.IntN(len(files))])
		near := slices.DeleteFunc(slices.Clone(files), func(name string) bool { return filepath.Dir(name) != kind })
		a, b := near[t.IntN(len(near))], files[t.IntN(len(files))]
		if len(near) > 1 {
			b = near[t.IntN(len(near))]
		}
		one, two := must(os.ReadFile(filepath.Join(folder, a))), must(os.ReadFile(filepath.Join(folder, b)))
		if bytes.Equal(one, two) {
			t.count("the same bytes in both files")
			return
		}
		err := errors.Join(os.WriteFile(filepath.Join(folder, a), two, 0o644), os.WriteFile(filepath.Join(folder, b), one, 0o644))
		if err != nil {
			t.Fatal(err)
		}
		t.count("swapped")
		detected(t, folder, a, b)
	}}.run(t)
}

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}
