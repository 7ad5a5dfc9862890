package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// What 'report run --output json' prints follows its schema.
func TestReportRunFollowsItsSchema(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.json.gz"), logFile(t, "111122223333", "us-east-1", "2026/10/05", 3), 0o600); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(toldSchema())))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("report-run.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("report-run.json")
	if err != nil {
		t.Fatal(err)
	}
	code, text := tell(t, "report", "run", "s3-activity", "--source", dir, "--cache", t.TempDir(), "--out", t.TempDir(), "--period", "2026-10",
		"--format", "csv", "--output", "json", "--quiet")
	said, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err == nil {
		err = schema.Validate(said)
	}
	if code != exitIncomplete || err != nil {
		t.Errorf("exit code %d, %v\n%s", code, err, text)
	}
	if err := schema.Validate(map[string]any{"report": "x"}); err == nil {
		t.Error("the schema lets everything through")
	}
}
