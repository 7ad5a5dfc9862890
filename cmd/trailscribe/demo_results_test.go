package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"trailscribe/internal/run"
)

// The rows of every query of the demonstration's reports, as digests of their result files. A change of the engine, of the relation
// or of a query that changes a row changes a line here; then the difference is read before the file is written anew with -update.
func TestResultsOfTheDemonstration(t *testing.T) {
	t.Parallel()
	golden, dir := filepath.Join("testdata", "demo_results.golden"), t.TempDir()
	if code, said := tellIn(t, dir, "demo", "--events", "12000", "--format", "json", "--quiet"); code != exitDone {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	folders, err := filepath.Glob(filepath.Join(dir, "demo", "reports", "*", "*", "r1"))
	if err != nil || len(folders) != 4 {
		t.Fatal(folders, err)
	}
	var got bytes.Buffer
	for _, folder := range folders {
		s, err := run.OpenFolder(folder)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s: %d events, inputs %s\n", s.Report, *s.Inputs.Events, s.Inputs.Digest)
		for _, q := range s.Queries {
			fmt.Fprintf(&got, "%s %d %s\n", q.ID, q.Rows, q.SHA256)
		}
	}
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || !bytes.Equal(want, got.Bytes()) {
		t.Errorf("the results are others (%v); they are now\n%s", err, got.Bytes())
	}
}
