package run

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A finished run says which files are its own; without the record that its manifest names it says nothing.
func TestMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r1")
	if err := os.CopyFS(dir, os.DirFS("testdata/trailscribe-run-1")); err != nil {
		t.Fatal(err)
	}
	folder := os.DirFS(dir)
	has, name := Made(folder)
	if has == nil || name == "" {
		t.Fatal("a finished run is not recognised")
	}
	for _, file := range below(t, dir) {
		info, err := fs.Stat(folder, file)
		if err != nil {
			t.Fatal(err)
		}
		if !info.IsDir() && !has(file, info.Size()) {
			t.Errorf("%s is not the run's", file)
		}
		if file != "manifest.json" && has(file, info.Size()+1) {
			t.Errorf("%s with another size is the run's", file)
		}
	}
	if has("data/more.json", 1) {
		t.Error("a file that the manifest does not list is the run's")
	}
	record := filepath.Join(dir, "record.json")
	b, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-3] ^= 1
	if err := os.WriteFile(record, b, 0o644); err != nil {
		t.Fatal(err)
	}
	if has, _ := Made(folder); has != nil {
		t.Error("a run with another record is recognised")
	}
	if has, _ := Made(os.DirFS(t.TempDir())); has != nil {
		t.Error("an empty folder is recognised")
	}
}
