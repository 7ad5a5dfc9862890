package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"trailscribe/internal/run/runtest"
)

var everyAlteration = flag.Bool("every-alteration", false,
	"TestAlteredRun, TestForgedRun: alter each file of a run in each way, not each in one")

// tell runs the program and gives its exit code and all that it said.
func tell(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	return tellIn(t, "", args...)
}

func tellIn(t *testing.T, dir string, args ...string) (code int, said string) {
	t.Helper()
	var all bytes.Buffer
	code = MainIn(t.Context(), dir, args, strings.NewReader(""), &all, &all, func(string) string { return "" })
	return code, all.String()
}

// runOfAllFormats is a sealed run of the sample's kind that has every format.
func runOfAllFormats(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "logs"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range logsForWords {
		if err := os.WriteFile(filepath.Join(dir, "logs", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	code, said := tellIn(t, dir, "report", "run", "s3-activity", "--source", "logs", "--period", "2026-10-05..2026-10-08", "--out", "out",
		"--cache", "cache", "--format", strings.Join(shipped.names(), ","), "--quiet")
	found, err := filepath.Glob(filepath.Join(dir, "out", "s3-activity", "*", "r1"))
	if code != exitIncomplete || err != nil || len(found) != 1 {
		t.Fatalf("exit code %d, %v\n%s", code, found, said)
	}
	return found[0]
}

// Somebody alters one file of a run and nothing else: verify finds it, whatever the file and whatever the alteration.
func TestAlteredRun(t *testing.T) {
	t.Parallel()
	original := runOfAllFormats(t)
	if code, said := tell(t, "verify", original); code != exitDone {
		t.Fatalf("exit code %d before anything was altered\n%s", code, said)
	}
	files, err := runtest.Files(original)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "copy", "run")
	if err := runtest.Copy(original, dir); err != nil {
		t.Fatal(err)
	}
	tried, found, noEffect := 0, 0, 0
	for i, name := range files {
		for j, a := range runtest.Alterations() {
			if !*everyAlteration && j != i%len(runtest.Alterations()) {
				continue
			}
			tried++
			err := a.Do(filepath.Join(dir, filepath.FromSlash(name)))
			if errors.Is(err, runtest.ErrNoEffect) {
				noEffect++
			} else if err != nil {
				t.Fatal(err)
			} else if code, said := tell(t, "verify", dir); code != exitMismatch || !strings.Contains(said, name) {
				t.Errorf("%s of %s: exit code %d\n%s", a.Name, name, code, said)
			} else {
				found++
			}
			if err := runtest.Restore(dir, original, name); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d alterations, %d found, %d had no effect because this user may read every file", tried, found, noEffect)
	if code, said := tell(t, "verify", dir); code != exitDone {
		t.Errorf("exit code %d after all was restored\n%s", code, said)
	}
}

// Somebody alters a run and makes SHA256SUMS and the manifest fit: what can be found without a signature is found, by the check that
// must find it, and nothing is rendered from what is not as the record names it.
func TestForgedRun(t *testing.T) {
	t.Parallel()
	original := runOfAllFormats(t)
	forgeries, err := runtest.Forgeries(original)
	if err != nil {
		t.Fatal(err)
	}
	base := t.TempDir()
	var left []string
	kinds := map[string]bool{}
	for i, f := range forgeries {
		name, how, _ := strings.Cut(f.Name, " ")
		kind := how + " " + filepath.Dir(name) // what is in one folder is found in one way
		if filepath.Dir(name) == "." {
			kind = f.Name
		}
		if kinds[kind] && !*everyAlteration {
			continue
		}
		kinds[kind] = true
		dir := filepath.Join(base, fmt.Sprint(i))
		if err := f.Carry(original, dir); err != nil {
			t.Fatal(err)
		}
		code, said := tell(t, "verify", dir)
		switch {
		case f.Check == "":
			left = append(left, f.Name)
			if code != exitDone || !strings.Contains(said, "held by the manifest alone") || !strings.Contains(said, "not signed") {
				t.Errorf("%s: exit code %d\n%s", f.Name, code, said)
			}
		case code != exitMismatch || !strings.Contains(said, "\n  wrong        "+f.Check) || !strings.Contains(said, name):
			t.Errorf("%s: exit code %d\n%s", f.Name, code, said)
		}
		if f.Check == "" || f.Check == "report" {
			continue
		}
		if code, said := tell(t, "report", "render", dir, "--out", filepath.Join(base, "again")); code != exitMismatch {
			t.Errorf("%s: a report was rendered from it: exit code %d\n%s", f.Name, code, said)
		}
	}
	if len(kinds) < 30 {
		t.Errorf("only %d kinds of forgeries: %v", len(kinds), kinds)
	}
	if !slices.Equal(left, []string{"journal.jsonl"}) {
		t.Errorf("only a signature can find %q", left)
	}
}

// The rows that verify prints for a machine are what their schema says.
func TestVerifyRowsFollowTheirSchema(t *testing.T) {
	t.Parallel()
	original := runOfAllFormats(t)
	altered := filepath.Join(t.TempDir(), "altered")
	if err := errors.Join(runtest.Copy(original, altered), runtest.Touch(filepath.Join(altered, "report.pdf"))); err != nil {
		t.Fatal(err)
	}
	code, text := tell(t, "schema", "verify")
	if code != exitDone {
		t.Fatal(text)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("verify.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("verify.json")
	if err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]int{
		original: exitDone, altered: exitMismatch, filepath.Dir(original): exitDone, t.TempDir(): exitMismatch,
	} {
		code, text := tell(t, "verify", dir, "--output", "json", "--quiet")
		if code != want {
			t.Errorf("%s: exit code %d\n%s", dir, code, text)
		}
		rows, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err == nil {
			err = schema.Validate(rows)
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", dir, err, text)
		}
	}
	var bad any
	row := `[{"folder":"r1","evidence_digest":null,"check":"files","state":"fine","says":"","what":null,"where":null,"expected":null,"found":null}]`
	if err := json.Unmarshal([]byte(row), &bad); err != nil {
		t.Fatal(err)
	}
	if schema.Validate(bad) == nil {
		t.Error("the schema lets everything through")
	}
}
