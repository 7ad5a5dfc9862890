package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A run that the first version sealed brings that version's sentences: those that came since are this program's, and none is missing.
func TestOldRunRenders(t *testing.T) {
	t.Parallel()
	run, out := filepath.Join("..", "..", "internal", "run", "testdata", "trailscribe-run-1"), t.TempDir()
	var said strings.Builder
	if code := Main(t.Context(), []string{"report", "render", run, "--out", out}, strings.NewReader(""), &said, &said,
		func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit code %d\n%s", code, said.String())
	}
	data, err := os.ReadFile(filepath.Join(out, "report.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := textOfPDF(data)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "⟨") || !strings.Contains(text, "The test has exceptions") || strings.Contains(text, "files log file") {
		t.Errorf("the report says\n%s", text)
	}
}
