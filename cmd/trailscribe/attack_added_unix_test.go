//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What is added to a sealed run is found, whatever it is.
func TestAttackAddedToRun(t *testing.T) {
	type addition struct {
		name string
		do   func(folder string) error
	}
	added := []addition{
		{"empty", func(folder string) error { return os.Mkdir(filepath.Join(folder, "empty"), 0o755) }},
		{"data/empty", func(folder string) error { return os.MkdirAll(filepath.Join(folder, "data", "empty"), 0o755) }},
		{"link", func(folder string) error { return os.Symlink("report.pdf", filepath.Join(folder, "link")) }},
		{"up", func(folder string) error { return os.Symlink("..", filepath.Join(folder, "up")) }},
		{"fifo", func(folder string) error { return syscall.Mkfifo(filepath.Join(folder, "fifo"), 0o644) }},
	}
	for _, name := range []string{
		"added.pdf", ".hidden", "results/root.any-activity.jsonl.gz", "data/added.csv", "library/queries/root/any-activity.yaml",
		"SHA256SUMS.bak", "report.pdf ", "Report.pdf", "new/folder/file", "manifest.json.sig.bak",
	} {
		added = append(added, addition{name, func(folder string) error {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(folder, name), []byte("added\n"), 0o644)
		}})
	}
	attack{name: "a file, a folder, a link, a FIFO added to a run", whole: len(added), sample: 5, try: func(t *try) {
		folder, _ := copied(t)
		x := choose(t, added)
		if err := x.do(folder); err != nil {
			t.Fatal(err)
		}
		detected(t, folder, x.name)
	}}.run(t)
}
