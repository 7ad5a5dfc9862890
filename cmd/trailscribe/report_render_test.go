package main

import (
	"os"
	"testing"
)

// A writer that fails leaves its file unclosed: nothing of it may stay in the folder, and what was finished does.
func TestFolderOutputDiscardsUnfinished(t *testing.T) {
	o := &folderOutput{dir: t.TempDir()}
	for _, name := range []string{"report.pdf", "report.xlsx"} {
		f, err := o.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "report.pdf" {
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	o.discard()
	entries, err := os.ReadDir(o.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != "report.pdf" {
		t.Errorf("the folder holds %v", entries)
	}
}
