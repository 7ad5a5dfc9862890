package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"trailscribe/internal/awsfake"
)

// stopping cancels when a step begins: a signal that comes exactly then.
type stopping struct {
	bytes.Buffer
	at   string
	stop func()
}

func (s *stopping) Write(b []byte) (int, error) {
	n, err := s.Buffer.Write(b)
	if strings.Contains(s.String(), s.at) {
		s.stop()
	}
	return n, err
}

// A run that is stopped at any of its steps ends with 130, leaves no report, and the same command finishes it with the same bytes.
func TestInterruptedRunGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(names ...string) string { return filepath.Join(dir, filepath.Join(names...)) }
	if err := os.Mkdir(in("logs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in("logs", "one.json"), []byte(logsForWords["one.json"]), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(ctx context.Context, out string, said io.Writer) int {
		return MainIn(ctx, dir, []string{"report", "run", "s3-activity", "--source", "logs", "--period", "2026-10-05", "--out", out, "--cache",
			"cache"},
			strings.NewReader(""), io.Discard, said, func(string) string { return "" })
	}
	var said bytes.Buffer
	if code := run(context.Background(), "whole", &said); code != exitIncomplete && code != exitDone {
		t.Fatalf("exit code %d\n%s", code, &said)
	}
	whole := filepath.Join("s3-activity", "2026-10-05", "r1")
	steps := 0
	for _, at := range strings.Split(strings.TrimSpace(said.String()), "\n") {
		if strings.HasPrefix(at, "reading") || strings.HasPrefix(at, "sealing") || strings.HasPrefix(at, "exit code") {
			// read already; too late; after the end
			continue
		}
		steps++
		t.Run(at, func(t *testing.T) {
			out := "out-" + strings.ReplaceAll(at, " ", "-")
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			said := &stopping{at: at, stop: stop}
			if code := run(ctx, out, said); code != exitStopped {
				t.Fatalf("exit code %d\n%s", code, said)
			}
			if !strings.Contains(said.String(), "the same command goes on") {
				t.Errorf("it does not say what to do:\n%s", said)
			}
			if _, err := os.Stat(in(out, whole)); !errors.Is(err, os.ErrNotExist) {
				t.Fatalf("a report is there although the run was stopped: %v", err)
			}
			again := &bytes.Buffer{}
			if code := run(context.Background(), out, again); code != exitIncomplete && code != exitDone {
				t.Fatalf("exit code %d\n%s", code, again)
			}
			for _, name := range []string{"record.json", "report.pdf", "report.xlsx"} {
				a, err := os.ReadFile(in("whole", whole, name))
				if err != nil {
					t.Fatal(err)
				}
				b, err := os.ReadFile(in(out, whole, name))
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(a, b) {
					t.Errorf("%s of the run that was stopped and finished is another than of the one that was not", name)
				}
			}
		})
	}
	if steps < 4 {
		t.Errorf("%d steps were tried:\n%s", steps, &said)
	}
}

// A real signal to a real process ends it with 130.
func TestSignalStops(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGINT to send to another process")
	}
	dir := t.TempDir()
	logs := filepath.Join(dir, "logs")
	if err := os.Mkdir(logs, 0o755); err != nil {
		t.Fatal(err)
	}
	// Reading takes long enough to be stopped: some hundred files, each read anew.
	for i := range 300 {
		name := filepath.Join(logs, strings.Repeat("x", 1+i%50)+strings.Repeat("y", 1+i/50)+".json")
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(logsForWords["one.json"], "00000000-0000",
			strings.Repeat("0", 4)+name[len(name)-9:len(name)-5])), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		c := exec.Command("trailscribe", "report", "run", "monthly-security", "--source", logs, "--period", "2026-10", "--out",
			filepath.Join(dir, "out"), "--cache", filepath.Join(dir, "cache-"+sig.String()))
		c.Dir = dir
		stderr, err := c.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if said.WriteString(lines.Text() + "\n"); strings.HasPrefix(lines.Text(), "opening") {
				if err := c.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = c.Wait()
		if code := c.ProcessState.ExitCode(); code != exitStopped {
			t.Errorf("%s: exit code %d\n%s", sig, code, said.String())
		}
		if found, _ := filepath.Glob(filepath.Join(dir, "out", "*", "*", "r*")); len(found) > 0 {
			t.Errorf("%s: a report is there: %v", sig, found)
		}
	}
}

var signals = flag.Int("signals", 3, "TestSignalsAtAthena: how many; from 20 on each must end within two seconds")

// A real signal to a real process that asks Athena, while it stages, asks or reads: no query runs on, the exit code is 130,
// nothing staged is left or it is told of, and the same command finishes the run without paying for an answer twice.
func TestSignalsAtAthena(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGINT to send to another process")
	}
	t.Parallel()
	c := newCloud(t, 1000)
	c.fake.InjectQuery(awsfake.QueryFault{Chance: 0.6, Longer: 120 * time.Millisecond})
	random := rand.New(rand.NewPCG(1, 2))
	stopped, longest, slowest := int64(0), time.Duration(0), time.Duration(0)
	for i, tried := 0, 0; i < *signals; tried++ {
		if tried > 20+5**signals {
			t.Fatal("the runs are over before they are interrupted")
		}
		c.fake.Seed(uint64(tried))
		earlier, stops := len(c.fake.Executions()), c.fake.Meter().Stopped
		args := []string{"report", "run", "s3-activity", "--period", "2026-10", "--format", "json", "--mode",
			[]string{"staged", "direct"}[random.IntN(2)], "--out", fmt.Sprint("out", tried),
			"--config", "trailscribe.yaml", "--cache", "cache"}
		p := exec.Command("trailscribe", args...)
		p.Dir = c.dir
		p.Env = append(os.Environ(), c.fake.Env()...)
		var said bytes.Buffer
		p.Stderr = &said
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- p.Wait() }()
		// After so many queries were started, and a little more.
		after, more := 1+random.IntN(6), time.Duration(random.IntN(100))*time.Millisecond
		over := false
		for !over && len(c.fake.Executions()) < earlier+after {
			select {
			case <-ended:
				over = true
			case <-time.After(2 * time.Millisecond):
			}
		}
		time.Sleep(more)
		at := time.Now()
		if over || p.Process.Signal([]os.Signal{os.Interrupt, syscall.SIGTERM}[random.IntN(2)]) != nil {
			continue
		}
		for c.active(earlier) > 0 && time.Since(at) < time.Minute {
			time.Sleep(2 * time.Millisecond)
		}
		longest = max(longest, time.Since(at))
		<-ended
		slowest = max(slowest, time.Since(at))
		if code := p.ProcessState.ExitCode(); code == exitDone || code == exitIncomplete {
			continue // it was about to end
		} else if code != exitStopped {
			t.Errorf("%v: exit code %d\n%s", args, code, said.String())
		}
		i++
		if n := c.active(earlier); n > 0 {
			t.Errorf("%v: %d queries run on\n%s", args, n, said.String())
		}
		stopped += c.fake.Meter().Stopped - stops
		if !strings.Contains(said.String(), "could not be dropped") {
			c.clean()
		}
		if found, _ := filepath.Glob(filepath.Join(c.dir, fmt.Sprint("out", tried), "*", "*", "r*")); len(found) > 0 {
			t.Errorf("%v: a report is there: %v", args, found)
		}
		if code, out, failed := c.run(t.Context(), args[:len(args)-4]...); code != exitDone && code != exitIncomplete {
			t.Errorf("%v again: exit code %d\n%s%s", args, code, out, failed)
		}
		c.clean()
		paid := map[string]int{}
		for _, x := range c.fake.Executions()[earlier:] {
			if x.State == "SUCCEEDED" && !strings.HasPrefix(x.SQL, "CREATE TABLE") {
				if paid[x.SQL]++; paid[x.SQL] == 2 {
					t.Errorf("%v: paid twice: %.200s", args, x.SQL)
				}
			}
		}
	}
	t.Logf("%d signals: %d queries were stopped, the last after %s at most, and the process ended within %s", *signals, stopped,
		longest.Round(time.Millisecond), slowest.Round(time.Millisecond))
	if *signals >= 20 && (longest > 2*time.Second || slowest > 5*time.Second) {
		t.Errorf("a query ran on for %s, a process for %s", longest, slowest)
	}
}

// active is how many queries wait or run at the fake, of those that were started since.
func (c *cloud) active(since int) (n int) {
	for _, x := range c.fake.Executions()[since:] {
		if x.State == "QUEUED" || x.State == "RUNNING" {
			n++
		}
	}
	return n
}
