package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"trailscribe/internal/run"
)

// BenchmarkBytes asks what a report reads, by the meter of the fake AWS: each statement's bytes and all of them as a ratio to
// one reading of the log files. TRAILSCRIBE_EVENTS is how many events the sample logs have.
//
//	go test -run '^$' -bench Bytes -benchtime 1x ./cmd/trailscribe
func BenchmarkBytes(b *testing.B) {
	events := 300_000
	if n, err := strconv.Atoi(os.Getenv("TRAILSCRIBE_EVENTS")); err == nil {
		events = n
	}
	c := newCloud(b, events)
	b.Chdir(c.dir)
	shelve(b)
	for _, id := range []string{"monthly-security", "cis-aws", "out-of-hours", "s3-activity"} {
		b.Run(id, func(b *testing.B) {
			for range b.N {
				c.measure(b, id)
			}
		})
	}
}

// shelve lays every staged copy in shelves.
func shelve(t testing.TB) {
	before := shelvesFrom
	shelvesFrom = 1
	t.Cleanup(func() { shelvesFrom = before })
}

func (c *cloud) measure(b *testing.B, id string) {
	b.Helper()
	c.fake.ResetMeter()
	c.t = b
	before := len(c.fake.Executions())
	c.report(b.Context(), id, "bytes", "--mode", "staged")
	ids := map[string]string{}
	for _, f := range c.facts(b, id) {
		if f.Name == "execution" {
			ids[f.Value] = f.Query
		}
	}
	var raw, sum int64
	var told strings.Builder
	for _, x := range c.fake.Executions()[before:] {
		name := ids[x.ID]
		switch {
		case strings.HasPrefix(x.SQL, "CREATE TABLE"):
			name, raw = "(staging)", x.Scanned
		case name == "":
			name = "(counting)"
		}
		sum += x.Scanned
		fmt.Fprintf(&told, "%7.4f %12d %s\n", float64(x.Scanned)/float64(max(raw, 1)), x.Scanned, name)
	}
	// Log keeps only ten lines of a benchmark.
	fmt.Fprintf(os.Stdout, "%s: %d bytes of log files, %d read, %.3f times\n%s", id, raw, sum, float64(sum)/float64(raw), told.String())
	b.ReportMetric(float64(sum)/float64(raw), "readings")
}

// facts are the journal of the last run of a report.
func (c *cloud) facts(b *testing.B, id string) (out []run.Fact) {
	b.Helper()
	found, err := filepath.Glob(filepath.Join(c.dir, "bytes", id+"*", "2026-10", "r*", "journal.jsonl"))
	if err != nil || len(found) == 0 {
		b.Fatalf("no journal: %v", err)
	}
	f, err := os.Open(found[len(found)-1])
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		var x run.Fact
		if json.Unmarshal(s.Bytes(), &x) == nil {
			out = append(out, x)
		}
	}
	return out
}
