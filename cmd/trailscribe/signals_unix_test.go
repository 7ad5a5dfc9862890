//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"trailscribe/internal/manifest"
)

func init() { morePrograms["stubborn"] = stubborn }

// stubborn is a program that is busy with something that nothing stops, as a library might be.
func stubborn() {
	ctx, stop := interruptible()
	defer stop()
	fmt.Println("working")
	<-ctx.Done()
	fmt.Println("told to stop")
	select {}
}

// The second signal kills, whatever the program does after the first.
func TestSecondSignalKills(t *testing.T) {
	t.Parallel()
	for _, second := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := exec.Command("stubborn")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = cmd.Process.Kill() }()
		lines := bufio.NewScanner(out)
		for _, want := range []string{"working", "told to stop"} {
			if !lines.Scan() || lines.Text() != want {
				t.Fatalf("it says %q", lines.Text())
			}
			if want == "working" {
				if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
					t.Fatal(err)
				}
			}
		}
		ended := make(chan error)
		go func() { ended <- cmd.Wait() }()
		// the program gives signals back in another goroutine than the one that said so: one may come too early
		for sent := false; ; sent = true {
			if err := cmd.Process.Signal(second); err != nil && !(sent && errors.Is(err, os.ErrProcessDone)) {
				t.Fatal(err)
			}
			select {
			case err = <-ended:
			case <-time.After(100 * time.Millisecond):
				continue
			}
			break
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if status := exit.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != second {
			t.Errorf("ended with %v", status)
		}
	}
}

// endless is a run folder one file of which is said to have, and has, a terabyte of nothing: reading it to the end takes hours.
func endless(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "r1")
	if err := os.CopyFS(dir, os.DirFS(oldRun)); err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Read(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	m.Files[len(m.Files)-1].Size = 1 << 40
	last := filepath.Join(dir, filepath.FromSlash(m.Files[len(m.Files)-1].Name))
	if err := errors.Join(os.WriteFile(filepath.Join(dir, manifest.Name), m.Canonical(), 0o644), os.Truncate(last, 1<<40)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// The first signal ends what would take hours, and a question that nobody answers, with 130.
func TestFirstSignalEndsWhatTakesLong(t *testing.T) {
	t.Parallel()
	run := endless(t)
	c := newAccount(t, simpleConfig)
	c.log("audit/AWSLogs/", "111122223333", "us-east-1", "2026/10/05", 2)
	for name, x := range map[string]struct {
		args  []string
		began string // what standard error says when it is at it
	}{
		"verify":   {[]string{"verify", run}, ""},
		"render":   {[]string{"report", "render", run, "--out", "again"}, ""},
		"demo":     {[]string{"demo", "--out", "sample", "--events", "200000000", "--logs-only"}, "making sample logs"},
		"question": {[]string{"infra", "apply"}, "Type yes"},
	} {
		for wait := time.Duration(0); ; wait = 2*wait + 50*time.Millisecond {
			nobody, w, err := os.Pipe() // an answer that never comes
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("trailscribe", x.args...)
			cmd.Dir = c.dir
			cmd.Env, cmd.Stdin = append(os.Environ(), c.aws.Env()...), nobody
			errOut, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			for b := make([]byte, 1); x.began != "" && !strings.Contains(said.String(), x.began); said.WriteByte(b[0]) {
				if _, err := errOut.Read(b); err != nil {
					t.Fatalf("%s ended before it began: %s", name, &said)
				}
			}
			time.Sleep(wait)
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(errOut)
			if err := errors.Join(err, nobody.Close(), w.Close()); err != nil {
				t.Fatal(err)
			}
			err = cmd.Wait()
			status := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if status.Signaled() && status.Signal() == syscall.SIGINT && wait < time.Minute {
				continue // it had not begun
			}
			if status.ExitStatus() != exitStopped || !strings.Contains(string(rest), "stopped: ") {
				t.Errorf("%s: %v: %s%s", name, err, &said, rest)
			}
			break
		}
	}
	if _, err := os.Stat(filepath.Join(c.dir, "again")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was rendered: %v", err)
	}
}
