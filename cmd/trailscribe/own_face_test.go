package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trailscribe/templates"
)

// A theme of the user's library names a face that lies next to it: the report is set in it, and the run holds it, so that it is made
// again without that library. A face that is nowhere is said before anything is asked.
func TestThemeWithItsOwnFace(t *testing.T) {
	t.Parallel()
	run := runOfAllFormats(t)
	dir := filepath.Join(run, "..", "..", "..", "..")
	face, err1 := fs.ReadFile(templates.FS, "fonts/SourceSerif4_600SemiBold.ttf")
	theme, err2 := fs.ReadFile(templates.FS, "themes/navy.yaml")
	own := filepath.Join(dir, "own")
	err := errors.Join(err1, err2, os.MkdirAll(filepath.Join(own, "templates", "themes"), 0o755),
		os.MkdirAll(filepath.Join(own, "templates", "fonts"), 0o755),
		os.WriteFile(filepath.Join(own, "templates", "fonts", "Mine.ttf"), face, 0o644))
	for _, name := range []string{"mine", "lost"} {
		text := strings.NewReplacer("name: navy", "name: "+name, "text: SourceSans3_400Regular.ttf",
			"text: "+strings.ToUpper(name[:1])+name[1:]+".ttf").Replace(string(theme))
		err = errors.Join(err, os.WriteFile(filepath.Join(own, "templates", "themes", name+".yaml"), []byte(text), 0o644))
	}
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"report", "run", "s3-activity", "--source", "logs", "--period", "2026-10-05..2026-10-08", "--out", "themed",
		"--cache", "cache", "--format", "pdf", "--library", "own", "--quiet", "--theme"}
	code, said := tellIn(t, dir, append(args, "lost")...)
	if code != exitUsage || !strings.Contains(said, `there is no font "Lost.ttf"`) || strings.Contains(said, "asking") {
		t.Errorf("a face that is nowhere: exit code %d\n%s", code, said)
	}
	if code, said = tellIn(t, dir, append(args, "mine")...); code != exitIncomplete {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	found, err := filepath.Glob(filepath.Join(dir, "themed", "s3-activity", "*", "r1"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	pdf, err := os.ReadFile(filepath.Join(found[0], "report.pdf"))
	if err != nil || !bytes.Contains(pdf, []byte("+mine")) {
		t.Errorf("the face is not in the PDF: %v", err)
	}
	kept, err := os.ReadFile(filepath.Join(found[0], "library", "templates", "fonts", "Mine.ttf"))
	if err != nil || !bytes.Equal(kept, face) {
		t.Errorf("the run does not hold the face: %v", err)
	}
	if err := os.RemoveAll(own); err != nil {
		t.Fatal(err)
	}
	if code, said = tellIn(t, dir, "verify", found[0]); code != exitDone {
		t.Errorf("without the library: exit code %d\n%s", code, said)
	}
}
