package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// build makes the package's tests, and where fuzzing is guided with the instruments that it goes by. For these every package that the tests
// import is compiled once more, which takes minutes the first time.
func build(ctx context.Context, o options, t target, binary string) error {
	arguments := []string{"test", "-c", "-vet=off", "-o", binary}
	if o.guided {
		arguments = append(arguments, "-fuzz=.")
	}
	c := exec.CommandContext(ctx, "go", append(arguments, t.pkg)...) //nolint:gosec // a package of this module
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the tests of %s: %w\n%s", t.path, err, out)
	}
	return nil
}

// result is what came of fuzzing a target.
type result struct {
	target     target
	executions int64
	found      int64         // inputs that reached code nothing had reached before
	took, cpu  time.Duration // cpu is that of all processes
	output     string
}

// minimized is how many executions an input may cost that is made smaller. By default it is a minute for each that reaches new code, in
// which a slow target does nothing else.
const minimized = "20x"

// fuzz runs one target. A target that does not get past its own seeds in the time, because it prepares much or the machine is busy, is
// run once more with ten times as much.
func fuzz(ctx context.Context, o options, t target, binary string) (result, error) {
	r, err := try(ctx, o, t, binary)
	if errors.Is(err, errNotFuzzed) && ctx.Err() == nil {
		o.each *= 10
		return try(ctx, o, t, binary)
	}
	return r, err
}

var errNotFuzzed = errors.New("it was not fuzzed")

// try runs one target once. What it has found is kept in the build cache for the next time, as go test does.
func try(ctx context.Context, o options, t target, binary string) (result, error) {
	cache, err := exec.CommandContext(ctx, "go", "env", "GOCACHE").Output()
	if err != nil {
		return result{target: t}, fmt.Errorf("find the build cache: %w", err)
	}
	kept := filepath.Join(strings.TrimSpace(string(cache)), "fuzz", filepath.FromSlash(t.pkg))
	arguments := []string{"-test.run=^$", "-test.fuzz=^" + t.name + "$", "-test.fuzztime=" + o.each.String(), "-test.fuzzminimizetime=" +
		minimized,
		"-test.parallel=" + strconv.Itoa(o.workers), "-test.timeout=" + (10*time.Minute + 2*o.each).String(), "-test.fuzzcachedir=" + kept}
	c := exec.CommandContext(ctx, binary, arguments...)
	c.Dir = t.dir
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // it ends its workers
	c.WaitDelay = 10 * time.Second
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	began := time.Now()
	err = c.Run()
	r := result{target: t, took: time.Since(began), output: out.String()}
	if s := c.ProcessState; s != nil {
		r.cpu = s.UserTime() + s.SystemTime()
	}
	r.executions, r.found = counts(r.output)
	if endedLate(r.output) {
		err = nil
	}
	if err == nil && r.executions == 0 && !progressPattern.MatchString(r.output) {
		err = errNotFuzzed
	}
	if err != nil {
		err = fmt.Errorf("%s failed: %w", t, err)
	}
	return r, err
}

// endedLate reports whether a target failed only because its time was over while an execution ran, with no failing input: a race in Go's
// coordinator, golang.org/issue/75804, mended in Go 1.27.
func endedLate(output string) bool {
	return latePattern.MatchString(output) && !inputPattern.MatchString(output)
}

var (
	latePattern     = regexp.MustCompile(`(?m)^--- FAIL: Fuzz\w+ \([0-9.]+s\)\n    context deadline exceeded\nFAIL\n`)
	progressPattern = regexp.MustCompile(`execs: (\d+) \([^)]*\)(?:, new interesting: (\d+))?`)
	inputPattern    = regexp.MustCompile(`(?m)^\s+Failing input written to (\S+)$`)
)

// counts are the executions and the inputs found of the last line of progress.
func counts(output string) (executions, found int64) {
	all := progressPattern.FindAllStringSubmatch(output, -1)
	if len(all) == 0 {
		return 0, 0
	}
	last := all[len(all)-1]
	executions, _ = strconv.ParseInt(last[1], 10, 64)
	found, _ = strconv.ParseInt(last[2], 10, 64)
	return executions, found
}

// rate is the executions per second of processor time: however many others use the machine, it is the same.
func (r result) rate() float64 {
	if r.cpu <= 0 {
		return 0
	}
	return float64(r.executions) / r.cpu.Seconds()
}

// String is one line of the report.
func (r result) String() string {
	return fmt.Sprintf("%-50s %10d executions, %8.0f per second of processor time, %5d new inputs, %s", r.target, r.executions, r.rate(),
		r.found, r.took.Round(time.Second))
}

// failure is what the target said when it failed, the input that made it fail, and how to run it again.
func (r result) failure() string {
	var b strings.Builder
	for line := range strings.Lines(r.output) {
		if !strings.HasPrefix(line, "fuzz: elapsed:") {
			b.WriteString("  " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	seed := ""
	if m := inputPattern.FindStringSubmatch(r.output); m != nil {
		seed = m[1]
	}
	if seed == "" {
		fmt.Fprintf(&b, "It failed before it was fuzzed. Run it again: go test ./%s -run '^%s$'\n", r.target.path, r.target.name)
		return b.String()
	}
	path := r.target.path + "/" + filepath.ToSlash(seed)
	fmt.Fprintf(&b, "The failing input is %s\n", path)
	if text, err := os.ReadFile(filepath.Join(r.target.dir, filepath.FromSlash(seed))); err == nil && len(text) < 2000 {
		b.WriteString("  " + strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "\n  ") + "\n")
	}
	fmt.Fprintf(&b, "Run it again: go test ./%s -run '^%s$/^%s$'\n", r.target.path, r.target.name, filepath.Base(seed))
	b.WriteString("Once it is mended, the input stays as a seed; add a test of the right value.\n")
	return b.String()
}
