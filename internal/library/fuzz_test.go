package library

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// FuzzPaths: whatever a path says, it leads to a file of the library or to none; nothing besides the three folders is in it.
func FuzzPaths(f *testing.F) {
	for _, s := range []string{"queries/a/b.yaml", "queries/../secret", "../secret", "/etc/passwd", "queries//a", "queries/a/b.yaml/", ".", "",
		"reports", "queries/[", "queries\\a", "templates/.hidden/x", "queries/a\x00", "q*/*"} {
		f.Add(s, s)
	}
	below := fstest.MapFS{"a/b.yaml": {Data: []byte("x")}, ".hidden": {Data: []byte("secret")}, "x.go": {Data: []byte("secret")}}
	beside := fstest.MapFS{"secret": {Data: []byte("secret")}, "queries/a/b.yaml": {Data: []byte("x")},
		"reports/.git/config": {Data: []byte("secret")}}
	f.Fuzz(func(t *testing.T, path, pattern string) {
		l, bad := Open(Embedded(below, below, below, true), Layer{Origin: Origin(pattern), FS: beside})
		if bad.Err() != nil {
			t.Fatal(bad)
		}
		all := l.Paths("queries")
		if file, ok := l.File(path); ok && (string(file.Data) != "x" || file.Path != path || strings.Contains(path, "..")) {
			t.Fatalf("%q leads to %q", path, file.Path)
		}
		for _, file := range l.Glob(pattern) {
			if string(file.Data) != "x" {
				t.Fatalf("%q finds %q", pattern, file.Path)
			}
			_ = file.Name()
		}
		for _, p := range l.Paths(path) {
			if !strings.HasPrefix(p, path+"/") || path == "queries" && !slices.Contains(all, p) {
				t.Fatalf("%q holds %q", path, p)
			}
		}
		if data, err := fs.ReadFile(Embedded(below, nil, nil, true).FS, path); err == nil &&
			(!fs.ValidPath(path) || !strings.HasPrefix(path, "queries/")) {
			t.Fatalf("%q reads %q", path, data)
		}
	})
}
