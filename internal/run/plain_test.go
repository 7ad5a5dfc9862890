package run

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// A writer that fails leaves its file unclosed: nothing of it may stay in the folder, and what was finished does.
func TestPlainDiscardsUnfinished(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "again")
	p, err := NewPlain(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"report.pdf", "data/a.csv", "report.xlsx"} {
		f, err := p.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, name); err != nil {
			t.Fatal(err)
		}
		if name != "report.xlsx" {
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	p.Discard()
	if got := below(t, dir); !slices.Equal(got, []string{"data", "data/a.csv", "report.pdf"}) {
		t.Errorf("the folder holds %v", got)
	}
	if got := p.Names(); !slices.Equal(got, []string{"report.pdf", "data/a.csv", "report.xlsx"}) {
		t.Error(got)
	}
	for _, bad := range []string{"", ".", "..", "../x", "/x", "a/../../x"} {
		if _, err := p.Create(bad); err == nil {
			t.Errorf("%q was made", bad)
		}
	}
}

func below(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if name, _ := filepath.Rel(dir, path); name != "." {
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Nothing is written into a finished run, nor into a folder of it, however the path is written and whatever of the manifest is left.
func TestCheckOutside(t *testing.T) {
	top := t.TempDir()
	sealed := filepath.Join(top, "out", "r1")
	if err := os.CopyFS(sealed, os.DirFS("testdata/trailscribe-run-1")); err != nil {
		t.Fatal(err)
	}
	app := filepath.Join(top, "app") // a manifest of another kind
	if err := errors.Join(os.Mkdir(app, 0o755), os.WriteFile(filepath.Join(app, "manifest.json"), []byte(`{"name": "an app"}`),
		0o644)); err != nil {
		t.Fatal(err)
	}
	inside := []string{sealed, filepath.Join(sealed, "results"), filepath.Join(sealed, "new", "er"),
		filepath.Join(sealed, "..", "r1", "x"), sealed + string(filepath.Separator)}
	outside := []string{top, filepath.Join(top, "out"), filepath.Join(top, "out", "r2"), filepath.Join(sealed, "..", "again"),
		filepath.Join(app, "x"), filepath.Join(top, "a", "b", "c")}
	if runtime.GOOS != "windows" {
		err := errors.Join(os.Symlink(sealed, filepath.Join(top, "latest")),
			os.Symlink(filepath.Join(sealed, "results"), filepath.Join(top, "rows")), os.Symlink(top, filepath.Join(app, "up")))
		if err != nil {
			t.Fatal(err)
		}
		inside = append(inside, filepath.Join(top, "latest"), filepath.Join(top, "latest", "new"), filepath.Join(top, "rows", "x"),
			filepath.Join(app, "up", "latest", "x"))
		outside = append(outside, filepath.Join(app, "up", "x"))
	}
	check := func(when string) {
		t.Helper()
		for _, path := range inside {
			if err := CheckOutside(path); !errors.Is(err, ErrInside) || !strings.Contains(err.Error(), "r1") {
				t.Errorf("%s: %s: %v", when, path, err)
			}
		}
	}
	check("whole")
	for _, path := range outside {
		if err := CheckOutside(path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	before := below(t, top)
	if _, err := NewPlain(filepath.Join(sealed, "again")); !errors.Is(err, ErrInside) {
		t.Error(err)
	}
	if _, _, err := createIn(filepath.Join(sealed, "reports"), Key{Report: "a", Period: "2026-10", Plan: "b"}); !errors.Is(err, ErrInside) {
		t.Error(err)
	}
	if after := below(t, top); !slices.Equal(before, after) {
		t.Errorf("before %v after %v", before, after)
	}
	name := filepath.Join(sealed, "manifest.json")
	if err := os.WriteFile(name, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	check("altered manifest")
	if err := errors.Join(os.Remove(name), os.Mkdir(name, 0o755)); err != nil {
		t.Fatal(err)
	}
	check("folder as manifest")
}
