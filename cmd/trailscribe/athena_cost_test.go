package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/run"
	"trailscribe/internal/run/runtest"
)

// sealed is the last revision of a report of the cloud's month.
func (c *cloud) sealed(id, out string) *run.Saved {
	c.t.Helper()
	found, err := filepath.Glob(filepath.Join(c.dir, out, id+"*", "2026-10", "r*", "record.json"))
	if err != nil || len(found) == 0 {
		c.t.Fatalf("no record: %v", err)
	}
	s, err := run.OpenFolder(filepath.Dir(found[len(found)-1]))
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

// What a run was estimated at and what the fake's meter says it was billed stand side by side in every format, and
// again after rendering; an engine that costs nothing says nothing of it.
func TestReportTellsEstimateAndBill(t *testing.T) {
	t.Parallel()
	c := newCloud(t, 1000)
	for _, mode := range []string{"staged", "direct"} {
		t.Run(mode, func(t *testing.T) {
			c.fake.ResetMeter()
			code, said, failed := c.run(t.Context(), "report", "run", "s3-activity", "--period", "2026-10", "--mode", mode, "--format",
				"pdf,xlsx,json", "--out", mode)
			if code != exitDone && code != exitIncomplete {
				t.Fatalf("exit code %d\n%s%s", code, said, failed)
			}
			meter, s := c.fake.Meter(), c.sealed("s3-activity", mode)
			k := s.Cost()
			if k == nil || k.Mode != mode || k.Currency != "USD" || k.PriceMicros != 5_000_000 {
				t.Fatalf("%+v", k)
			}
			if int64(k.Billed.Executions) != meter.Executions || k.Billed.Bytes != meter.Billed || k.Billed.CostMicros == 0 {
				t.Errorf("the report says %+v, the meter %+v", k.Billed, meter)
			}
			lines, of := run.CostBilled{}, map[string]run.CostLine{}
			for _, l := range k.Lines {
				lines.Bytes += l.Billed.Bytes
				lines.Executions += l.Billed.Executions
				of[l.Of] = l
			}
			if lines.Bytes != k.Billed.Bytes || lines.Executions != k.Billed.Executions {
				t.Errorf("the lines make %+v, the whole is %+v", lines, k.Billed)
			}
			for i, m := range k.Estimated {
				sum := int64(0)
				for _, l := range k.Lines {
					for _, e := range l.Estimated {
						if e.Mode == m.Mode {
							sum += e.Bytes
						}
					}
				}
				if sum != m.Bytes || len(k.Estimated) != 2 {
					t.Errorf("%d: the lines make %d, the estimate is %+v", i, sum, m)
				}
			}
			for _, q := range s.Queries {
				if l := of[q.ID]; l.Billed.Executions != 1 || l.Billed.Bytes == 0 || len(l.Estimated) != 2 || l.Difference == nil {
					t.Errorf("%s: %+v", q.ID, l)
				}
			}
			if staging := of[engine.Staging].Billed.Executions; (staging == 1) != (mode == "staged") || of[engine.Counting].Billed.Executions == 0 {
				t.Errorf("%+v", k.Lines)
			}
			if strings.Contains(string(read(t, filepath.Join(s.Path, "record.json"))), "cost") {
				t.Error("the record holds figures that another run does not give again")
			}

			// every format has them, and rendering the sealed run gives the same bytes
			var told strings.Builder
			if code := MainIn(t.Context(), c.dir, []string{"report", "render", s.Path, "--format", "pdf,xlsx,json", "--out", mode + "-again"},
				strings.NewReader(""), &told, &told, c.fake.Getenv); code != exitDone {
				t.Fatalf("exit code %d\n%s", code, told.String())
			}
			for _, name := range []string{"report.pdf", "report.xlsx", "data/run.json"} {
				if string(read(t, filepath.Join(s.Path, name))) != string(read(t, filepath.Join(c.dir, mode+"-again", name))) {
					t.Errorf("rendering %s again gives other bytes", name)
				}
			}
			verifies := func(dir string, want int) {
				t.Helper()
				if code, said := tell(t, "verify", dir); code != want {
					t.Errorf("verify %s: exit code %d, want %d\n%s", dir, code, want, said)
				}
			}
			verifies(s.Path, exitDone)
			forged := filepath.Join(c.dir, mode+"-forged")
			bill := regexp.MustCompile(`("step":"billed"[^\n]*"value":")`)
			err := runtest.Forgery{Do: func(dir string) error {
				name := filepath.Join(dir, "journal.jsonl")
				return os.WriteFile(name, bill.ReplaceAll(read(t, name), []byte("${1}9")), 0o644)
			}}.Carry(s.Path, forged)
			if err != nil {
				t.Fatal(err)
			}
			verifies(forged, exitMismatch) // the bill of the journal is not the one that the report prints

			var index struct{ Cost *run.Cost }
			if err := json.Unmarshal(read(t, filepath.Join(s.Path, "data", "run.json")), &index); err != nil || index.Cost == nil ||
				index.Cost.Billed != k.Billed || len(index.Cost.Lines) != len(k.Lines) {
				t.Errorf("run.json: %+v (%v)", index.Cost, err)
			}
			text, err := textOfPDF(read(t, filepath.Join(s.Path, "report.pdf")))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"Cost of the run", "Estimate, staged", "Estimate, direct", "In all", "Counting what the rows rest on"} {
				if !strings.Contains(text, want) {
					t.Errorf("the PDF does not say %q", want)
				}
			}
		})
	}
	code, said, failed := c.run(t.Context(), "report", "run", "s3-activity", "--period", "2026-10", "--engine", "duckdb", "--source", "logs",
		"--format", "pdf,json", "--out", "local", "--max-cost", "5")
	if code != exitDone && code != exitIncomplete {
		t.Fatalf("exit code %d\n%s%s", code, said, failed)
	}
	local := c.sealed("s3-activity", "local")
	text, err := textOfPDF(read(t, filepath.Join(local.Path, "report.pdf")))
	if err != nil {
		t.Fatal(err)
	}
	if local.Cost() != nil || strings.Contains(text, "Cost of the run") ||
		strings.Contains(string(read(t, filepath.Join(local.Path, "data", "run.json"))), `"cost"`) {
		t.Error("a run that cost nothing tells of cost")
	}
}

// A run that was interrupted and goes on tells what both attempts were billed, each execution once.
func TestBillOfAnInterruptedRun(t *testing.T) {
	t.Parallel()
	c := newCloud(t, 1000)
	c.fake.ResetMeter()
	args := []string{"report", "run", "s3-activity", "--period", "2026-10", "--mode", "staged", "--format", "json", "--out", "out"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for c.fake.Meter().Executions < 5 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if code, said, failed := c.run(ctx, args...); code != exitStopped {
		t.Fatalf("exit code %d\n%s%s", code, said, failed)
	}
	before := c.fake.Meter()
	code, said, failed := c.run(t.Context(), args...)
	if code != exitDone && code != exitIncomplete {
		t.Fatalf("exit code %d\n%s%s", code, said, failed)
	}
	meter, k := c.fake.Meter(), c.sealed("s3-activity", "out").Cost()
	if before.Executions < 5 || meter.Executions == before.Executions {
		t.Fatalf("%d executions before, %d after: nothing was interrupted", before.Executions, meter.Executions)
	}
	if int64(k.Billed.Executions) != meter.Executions || k.Billed.Bytes != meter.Billed {
		t.Errorf("the report says %+v, the meter %d executions and %d bytes, of which %d and %d before the interrupt", k.Billed, meter.Executions,
			meter.Billed, before.Executions, before.Billed)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
