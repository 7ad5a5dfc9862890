//go:build unix

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Whatever is done to the files of the cache, a run reads what is damaged anew, and writes the same report.
func TestAttackCache(t *testing.T) {
	attack{name: "files of the cache damaged, swapped, replaced by folders, links, FIFOs", whole: 48, sample: 1, try: func(t *try) {
		d := newDisturbed(t)
		if err := os.RemoveAll(d.path("cache")); err != nil {
			t.Fatal(err)
		}
		copyTree(t, d.ground.cache, d.path("cache"))
		var parts, lists, all []string
		eachFile(t, d.path("cache"), func(name string, _ fs.FileInfo) {
			switch {
			case strings.HasSuffix(name, ".parquet"):
				parts = append(parts, name)
			case strings.HasSuffix(name, "manifest.json"):
				lists = append(lists, name)
			}
			all = append(all, name)
		})
		how := choose(t, alterations)
		for range 1 + t.IntN(3) {
			kind := [][]string{parts, lists, all}[t.IntN(3)]
			name := kind[t.IntN(len(kind))]
			if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
				continue // altered already
			}
			t.Logf("%s: %s", how.name, name)
			if err := how.do(t, name, kind[t.IntN(len(kind))]); err != nil {
				t.Fatal(err)
			}
			t.count(filepath.Ext(name))
		}
		e := d.runs(d.folder, d.args, exitDone, exitError)
		if e.code == exitError && !strings.Contains(e.err, d.path("cache")) {
			t.Errorf("the message does not name what is wrong with the cache:\n%s", e.err)
		}
		if e.code == exitError { // what is not the cache's own is left alone, and the next folder is as good
			t.count("refused with its name")
			d.args = d.ground.runs(d.job, "out", "another")
			d.goesOn()
			return
		}
		d.ground.holds(t, d.path("out"), d.job)
		d.unspilled(d.path("cache"))
	}}.run(t)
}

// alteration is one way to alter a file; other is another file of the same kind.
type alteration struct {
	name string
	do   func(t *try, name, other string) error
}

// alterations of a file.
var alterations = []alteration{
	{"a bit flipped", func(t *try, name, _ string) error {
		return rewrite(name, func(b []byte) []byte {
			if len(b) == 0 {
				return []byte{0}
			}
			b[t.IntN(len(b))] ^= 1 << t.IntN(8)
			return b
		})
	}},
	{"bytes added", func(t *try, name, _ string) error {
		return rewrite(name, func(b []byte) []byte { return append(b, " \n\x00}"[t.IntN(4)]) })
	}},
	{"cut", func(t *try, name, _ string) error {
		return rewrite(name, func(b []byte) []byte { return b[:len(b)*t.IntN(10)/10] })
	}},
	{"emptied", func(_ *try, name, _ string) error { return rewrite(name, func([]byte) []byte { return nil }) }},
	{"removed", func(_ *try, name, _ string) error { return os.Remove(name) }},
	{"renamed", func(_ *try, name, _ string) error { return os.Rename(name, name+"x") }},
	{"another file of the same kind", func(_ *try, name, other string) error {
		b, err := os.ReadFile(other)
		if err != nil || name == other {
			b = []byte("PAR1{}")
		}
		return rewrite(name, func([]byte) []byte { return b })
	}},
	{"a folder", func(_ *try, name, _ string) error { return replaced(name, os.Mkdir(aside(name), 0o755)) }},
	{"a link to itself moved away", func(_ *try, name, _ string) error {
		moved := filepath.Join(filepath.Dir(filepath.Dir(name)), "moved-"+filepath.Base(name))
		if err := os.Rename(name, moved); err != nil {
			return err
		}
		return os.Symlink(moved, name)
	}},
	{"a link to /dev/zero", func(_ *try, name, _ string) error { return replaced(name, os.Symlink("/dev/zero", aside(name))) }},
	{"a FIFO", func(_ *try, name, _ string) error { return replaced(name, syscall.Mkfifo(aside(name), 0o644)) }},
	{"unreadable", func(_ *try, name, _ string) error { return os.Chmod(name, 0) }},
}

// rewrite alters a file in place, whatever may be written to it.
func rewrite(name string, f func([]byte) []byte) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := os.Remove(name); err != nil {
		return err
	}
	return os.WriteFile(name, f(b), 0o600)
}

func aside(name string) string { return name + ".aside" }

// replaced puts what was made aside in a file's place.
func replaced(name string, err error) error {
	if err != nil {
		return err
	}
	if err := os.Remove(name); err != nil {
		return err
	}
	return os.Rename(aside(name), name)
}
