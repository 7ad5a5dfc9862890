//go:build unix

package library_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"trailscribe/internal/library"
	"trailscribe/internal/regular"
)

// What could wait or never end where a definition could be is a problem and is never opened, and so is a folder of definitions that would
// silently not be looked at. Other files of a folder that somebody also keeps other things in are none of ours.
func TestOddFilesOfALibraryAreProblems(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	err := errors.Join(os.MkdirAll(at("queries/a"), 0o755), os.MkdirAll(at("reports"), 0o755), os.MkdirAll(at("templates/fonts"), 0o755),
		os.MkdirAll(at("shared"), 0o755),
		syscall.Mkfifo(at("queries/a/pipe.yaml"), 0o600), os.Symlink("/dev/zero", at("queries/a/zero_test.yaml")),
		os.Symlink("../shared", at("queries/shared")),
		syscall.Mkfifo(at("templates/fonts/x.ttf"), 0o600), syscall.Mkfifo(at("reports/control"), 0o600),
		os.WriteFile(at("reports/large.yaml"), nil, 0o600), os.Truncate(at("reports/large.yaml"), 1<<40),
		os.WriteFile(at("reports/large.pdf"), nil, 0o600), os.Truncate(at("reports/large.pdf"), 1<<40))
	if err != nil {
		t.Fatal(err)
	}
	l, bad := library.Open(library.Layer{Origin: "mine", FS: regular.Folder(dir)})
	var got []string
	for _, p := range bad {
		got = append(got, strings.TrimPrefix(p.At.File, "mine/"))
		if p.Warning || p.Hint == "" {
			t.Errorf("%+v", p)
		}
	}
	slices.Sort(got)
	if want := []string{"queries/a/pipe.yaml", "queries/a/zero_test.yaml", "queries/shared", "reports/large.yaml",
		"templates/fonts/x.ttf"}; !slices.Equal(got, want) {
		t.Errorf("problems with %q, want %q", got, want)
	}
	if _, ok := l.File("reports/large.pdf"); ok {
		t.Error("a terabyte was read")
	}
}
