package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trailscribe/internal/run"
)

// TestAWSSmoke asks a real account: the same report by Athena, staged and direct, and by the embedded engine over the same
// bucket, must have the same rows. It costs what the period costs to read a few times; --max-cost bounds each run.
//
//	TRAILSCRIBE_SMOKE_CONFIG  a trailscribe.yaml whose athena: section names logs and a table that 'infra apply' made
//	TRAILSCRIBE_SMOKE_PERIOD  a short period with logs, such as 2026-10-01
func TestAWSSmoke(t *testing.T) {
	config, period := os.Getenv("TRAILSCRIBE_SMOKE_CONFIG"), os.Getenv("TRAILSCRIBE_SMOKE_PERIOD")
	if config == "" || period == "" {
		t.Skip("skipped: no real account is asked; set TRAILSCRIBE_SMOKE_CONFIG and TRAILSCRIBE_SMOKE_PERIOD, and AWS credentials")
	}
	dir := t.TempDir()
	cmd := func(args ...string) (int, string, string) {
		var out, said bytes.Buffer
		code := Main(t.Context(), append(args, "--config", config), strings.NewReader(""), &out, &said, os.Getenv)
		return code, out.String(), said.String()
	}
	code, settings, said := cmd("config", "show", "--output", "json")
	if code != exitDone {
		t.Fatal(said)
	}
	logs := ""
	var shown []map[string]any
	if err := json.Unmarshal([]byte(settings), &shown); err != nil {
		t.Fatal(err)
	}
	for _, s := range shown {
		if s["name"] == "athena.logs" {
			logs, _ = s["value"].(string)
		}
	}
	report := func(name string, args ...string) *run.Record {
		code, _, said := cmd(append([]string{"report", "run", "cis-aws", "--period", period, "--format", "json", "--out",
			filepath.Join(dir, name), "--cache", filepath.Join(dir, "cache"), "--max-cost", "5"}, args...)...)
		if code != exitDone && code != exitIncomplete {
			t.Fatalf("%s: exit code %d\n%s", name, code, said)
		}
		t.Log(said)
		found, err := filepath.Glob(filepath.Join(dir, name, "cis-aws*", "*", "r1", "record.json"))
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		data, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		var r run.Record
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		return &r
	}
	local := report("local", "--engine", "duckdb", "--source", logs)
	sameAnswers(t, local, report("staged", "--engine", "athena", "--mode", "staged"))
	sameAnswers(t, local, report("direct", "--engine", "athena", "--mode", "direct"))
}
