package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trailscribe/internal/lock"
)

// Waiting for a process that fills the cache, or that seals another run of the series, is said on standard error with who it
// is; an interrupt ends the wait, and so does the end of the other process.
func TestWaitingIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "logs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "logs", "one.json"), []byte(logsForWords["one.json"]), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(ctx context.Context, period string, said io.Writer) int {
		return MainIn(ctx, dir, []string{"report", "run", "s3-activity", "--quiet", "--format", "json", "--source", "logs", "--period", period,
			"--out", "out", "--cache", "cache"},
			strings.NewReader(""), io.Discard, said, func(string) string { return "" })
	}
	if code := run(t.Context(), "2026-10-04", io.Discard); code != exitIncomplete && code != exitDone {
		t.Fatalf("exit code %d", code)
	}
	caches, err := filepath.Glob(filepath.Join(dir, "cache", "*", "*", "writing.lock"))
	if err != nil || len(caches) != 1 {
		t.Fatal(caches, err)
	}
	for path, doing := range map[string]string{
		caches[0]: "is filling the cache in " + filepath.Join(dir, "cache") + "; if it hangs, end it or give another --cache",
		filepath.Join(dir, "out", "s3-activity", ".lock"): "is sealing another run of s3-activity; if it hangs, end it",
	} {
		want := fmt.Sprintf("waiting for process %d, which %s", os.Getpid(), doing)
		hold := func() *lock.Lock {
			held, err := lock.Try(path, lock.Options{Mode: 0o600})
			if err != nil {
				t.Fatal(err)
			}
			return held
		}
		held := hold()
		ctx, stop := context.WithCancel(t.Context())
		said := &stopping{at: "waiting", stop: stop}
		if code := run(ctx, "2026-10-05", said); code != exitStopped || !strings.Contains(said.String(), want) {
			t.Errorf("%s: exit code %d, said %q, want %q", path, code, said.String(), want)
		}
		stop()
		if err := held.Close(); err != nil {
			t.Fatal(err)
		}
		held = hold()
		said = &stopping{at: "waiting", stop: func() { held.Close() }}
		if code := run(t.Context(), "2026-10-05", said); code != exitIncomplete && code != exitDone ||
			strings.Count(said.String(), "waiting") != 1 {
			t.Errorf("%s: exit code %d, said %q", path, code, said.String())
		}
		if err := os.RemoveAll(filepath.Join(dir, "out", "s3-activity", "2026-10-05")); err != nil {
			t.Fatal(err)
		}
	}
	held, err := lock.Try(filepath.Join(dir, "out", "s3-activity", "2026-10-04", ".lock"), lock.Options{Mode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	said := &strings.Builder{}
	if code := run(t.Context(), "2026-10-04", said); code != exitLocked ||
		!strings.Contains(said.String(), fmt.Sprintf("(process %d holds the lock)", os.Getpid())) {
		t.Errorf("exit code %d, said %q", code, said)
	}
}
