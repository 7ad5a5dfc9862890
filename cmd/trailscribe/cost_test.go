package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 999_950: "1.0 MB", 10 << 20: "10.5 MB"} {
		if got := size(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

// What a run would cost is said before anything runs, and above a limit nothing runs.
func TestCostGuard(t *testing.T) {
	t.Parallel()
	c := newCloud(t, 500)
	report := []string{"report", "run", "cis-aws", "--period", "2026-10", "--out", "out"}
	with := func(more ...string) []string { return append(append([]string{}, report...), more...) }
	executions := func(want bool) {
		t.Helper()
		if n := c.fake.Meter().Executions; (n > 0) != want {
			t.Errorf("%d executions", n)
		}
	}
	code, out, said := c.run(t.Context(), with("--estimate", "--output", "csv")...)
	if code != exitDone || !strings.Contains(out, "staged_bytes,direct_bytes,staged_usd,direct_usd") ||
		!strings.Contains(out, "root/any-activity,") || !strings.Contains(out, "\"all, as billed\",") {
		t.Errorf("%d\n%s%s", code, out, said)
	}
	executions(false)
	if code, _, said := c.run(t.Context(), with("--max-cost", "0.000001")...); code != exitCost ||
		!strings.Contains(said, "the limit is 0.000001 USD") {
		t.Errorf("%d\n%s", code, said)
	}
	if code, _, said := c.run(t.Context(), with("--max-cost", "much")...); code != exitUsage {
		t.Errorf("%d\n%s", code, said)
	}
	config, err := os.ReadFile(filepath.Join(c.dir, "trailscribe.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "trailscribe.yaml"), append(config, "cost: {confirm_over: 0.0001}\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, said := c.run(t.Context(), report...); code != exitCost || !strings.Contains(said, "nobody answered") {
		t.Errorf("%d\n%s", code, said)
	}
	executions(false)
	// One question over little is asked directly, and the line behind it says what was billed.
	code, _, said = c.run(t.Context(), "query", "run", "root/any-activity", "--period", "2026-10", "--yes")
	if code != exitDone || !strings.Contains(said, "billed: direct, 2 queries, 21.0 MB, 0.000105 USD") {
		t.Errorf("%d\n%s", code, said)
	}
	executions(true)
	if code, _, said := c.run(t.Context(), "logs", "stats"); code != exitUsage || !strings.Contains(said, "--period") {
		t.Errorf("%d\n%s", code, said)
	}
}
