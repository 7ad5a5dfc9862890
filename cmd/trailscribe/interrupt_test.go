package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
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
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("logs", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("logs/one.json", []byte(logsForWords["one.json"]), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(ctx context.Context, out string, said io.Writer) int {
		return Main(ctx, []string{"report", "run", "s3-activity", "--source", "logs", "--period", "2026-10-05", "--out", out, "--cache", "cache"},
			strings.NewReader(""), io.Discard, said, func(string) string { return "" })
	}
	var said bytes.Buffer
	if code := run(context.Background(), "whole", &said); code != exitIncomplete && code != exitDone {
		t.Fatalf("exit code %d\n%s", code, &said)
	}
	whole := filepath.Join("s3-activity", "2026-10-05", "r1")
	steps := 0
	for _, at := range strings.Split(strings.TrimSpace(said.String()), "\n") {
		if strings.HasPrefix(at, "reading") || strings.HasPrefix(at, "sealing") { // read already; too late
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
			if _, err := os.Stat(filepath.Join(out, whole)); !errors.Is(err, os.ErrNotExist) {
				t.Fatalf("a report is there although the run was stopped: %v", err)
			}
			again := &bytes.Buffer{}
			if code := run(context.Background(), out, again); code != exitIncomplete && code != exitDone {
				t.Fatalf("exit code %d\n%s", code, again)
			}
			for _, name := range []string{"record.json", "report.pdf", "report.xlsx"} {
				a, err := os.ReadFile(filepath.Join("whole", whole, name))
				if err != nil {
					t.Fatal(err)
				}
				b, err := os.ReadFile(filepath.Join(out, whole, name))
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
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(logsForWords["one.json"], "00000000-0000", strings.Repeat("0", 4)+name[len(name)-9:len(name)-5])), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		c := exec.Command("trailscribe", "report", "run", "monthly-security", "--source", logs, "--period", "2026-10", "--out", filepath.Join(dir, "out"), "--cache", filepath.Join(dir, "cache-"+sig.String()))
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
