package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// command is the real program in a folder, with a home and a cache of its own there.
func command(ctx context.Context, folder string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "trailscribe", args...)
	c.Dir = folder
	c.Env = environment(folder)
	return c
}

// environment is that of the tests, without what would change a report.
func environment(folder string, more ...string) []string {
	var env []string
	for _, x := range os.Environ() {
		name, _, _ := strings.Cut(x, "=")
		if !strings.HasPrefix(name, "TRAILSCRIBE_") && !strings.HasPrefix(name, "AWS_") && name != "SOURCE_DATE_EPOCH" {
			env = append(env, x)
		}
	}
	return append(append(env, "HOME="+folder, "USERPROFILE="+folder,
		"XDG_CACHE_HOME="+filepath.Join(folder, ".cache"), "LocalAppData="+filepath.Join(folder, "AppData")), more...)
}

// ended is what came of a process.
type ended struct {
	code     int // -1: a signal ended it
	out, err string
	took     time.Duration
}

// finish starts a command and waits for its end.
func finish(c *exec.Cmd) (ended, error) {
	r, err := begin(c)
	if err != nil {
		return ended{}, err
	}
	return r.wait()
}

// running is a process that was started.
type running struct {
	*exec.Cmd
	out, err bytes.Buffer
	at       time.Time
	over     chan struct{} // closed when it has ended
	result   error
	took     time.Duration
}

func begin(c *exec.Cmd) (*running, error) {
	r := &running{Cmd: c, at: time.Now(), over: make(chan struct{})}
	if c.Stdout == nil {
		c.Stdout = &r.out
	}
	if c.Stderr == nil {
		c.Stderr = &r.err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	go func() {
		r.result = c.Wait()
		r.took = time.Since(r.at)
		close(r.over)
	}()
	return r, nil
}

// within reports whether the process ended in that time.
func (r *running) within(d time.Duration) bool {
	select {
	case <-r.over:
		return true
	case <-time.After(d):
		return false
	}
}

func (r *running) wait() (ended, error) {
	<-r.over
	e := ended{code: r.ProcessState.ExitCode(), out: r.out.String(), err: r.err.String(), took: r.took}
	var exit *exec.ExitError
	if r.result != nil && !errors.As(r.result, &exit) {
		return e, r.result
	}
	for _, said := range []string{e.out, e.err} {
		if strings.Contains(said, "panic:") || strings.Contains(said, "goroutine ") || strings.Contains(said, "fatal error:") {
			return e, fmt.Errorf("a panic reached the user:\n%s", said)
		}
	}
	return e, nil
}

// longest is how long a process may take before a try is given up as hanging.
const longest = 2 * time.Minute

// runs carries out the program and holds it to one of some exit codes.
func (t *try) runs(folder string, args []string, codes ...int) ended {
	t.Helper()
	return t.ends(command(t.Context(), folder, args...), codes...)
}

// ends carries out a command and holds it to one of some exit codes.
func (t *try) ends(c *exec.Cmd, codes ...int) ended {
	t.Helper()
	r, err := begin(c)
	if err != nil {
		t.Fatal(err)
	}
	return t.expects(r, codes...)
}

// expects waits for a process and holds it to one of some exit codes.
func (t *try) expects(r *running, codes ...int) ended {
	t.Helper()
	if !r.within(longest) {
		_ = r.Process.Kill()
		<-r.over
		t.Fatalf("%q hung: it was killed after %s\n%s", r.Args, longest, r.err.String())
	}
	e, err := r.wait()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(codes, e.code) {
		t.Fatalf("%q: exit code %d, want one of %v\n%s%s", r.Args, e.code, codes, e.out, e.err)
	}
	return e
}

// verifies runs verify in this process.
func verifies(t *try, folder string) (int, string) {
	t.Helper()
	code, out, said := inProcess(t, "verify", folder)
	return code, out + said
}

// inProcess runs the program in this process, and does not wait longer than a user would.
func inProcess(t *try, args ...string) (code int, out, said string) {
	t.Helper()
	return inProcessIn(t, "", args...)
}

func inProcessIn(t *try, dir string, args ...string) (code int, out, said string) {
	t.Helper()
	type answer struct {
		code      int
		out, said string
	}
	ended := make(chan answer, 1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		var out, said bytes.Buffer
		defer func() { // in a process of its own it would have ended that
			if p := recover(); p != nil {
				ended <- answer{-1, "", fmt.Sprintf("panic: %v\n%s", p, debug.Stack())}
			}
		}()
		code := MainIn(ctx, dir, args, strings.NewReader(""), &out, &said, func(string) string { return "" })
		ended <- answer{code, out.String(), said.String()}
	}()
	select {
	case a := <-ended:
		if strings.Contains(a.said, "panic:") {
			t.Fatalf("%q: %s", args, a.said)
		}
		return a.code, a.out, a.said
	case <-time.After(longest):
		t.Fatalf("%q hangs", args)
	}
	panic("unreachable")
}

// verified holds every run folder in OUT to its manifest: none is half there.
func (t *try) verified(out string) (runs []string) {
	t.Helper()
	runs, err := filepath.Glob(filepath.Join(out, "*", "*", "r*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range runs {
		if code, said := verifies(t, folder); code != exitDone {
			t.Errorf("verify %s: exit code %d\n%s", folder, code, said)
		}
	}
	return runs
}

// unspilled holds that a cache has no folder of a session in it, and no file that is not finished.
func (t *try) unspilled(cache string) {
	t.Helper()
	err := filepath.WalkDir(cache, func(name string, d fs.DirEntry, err error) error {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		base := filepath.Base(name)
		if err == nil && (strings.HasPrefix(base, "session-") || strings.HasPrefix(base, "tmp-")) {
			t.Errorf("%s is left behind", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
