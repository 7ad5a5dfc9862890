package lock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestTry(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	l, err := Try(path, Options{Mode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Try(path, Options{Mode: 0o600})
	if !errors.Is(err, ErrHeld) || !strings.Contains(err.Error(), fmt.Sprintf("process %d holds the lock", os.Getpid())) {
		t.Errorf("%v", err)
	}
	if _, err := Try(path, Options{Mode: 0o600, Shared: true}); !errors.Is(err, ErrHeld) {
		t.Errorf("shared with one who has it alone: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	a, err1 := Try(path, Options{Mode: 0o600, Shared: true})
	b, err2 := Try(path, Options{Mode: 0o600, Shared: true})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if _, err := Try(path, Options{Mode: 0o600}); !errors.Is(err, ErrHeld) {
		t.Error(err)
	}
	if err := errors.Join(a.Close(), b.Close()); err != nil {
		t.Fatal(err)
	}
	if l, err = Try(path, Options{Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// Who waits is told at once, and again as long as it lasts; then the lock is there.
func TestWaitTellsAgainAndAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	held, err := Try(path, Options{Mode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	var told []Waiting
	l, err := Wait(t.Context(), path, Options{Mode: 0o600, Remind: time.Millisecond, Told: func(w Waiting) {
		if told = append(told, w); len(told) == 3 {
			if err := held.Close(); err != nil {
				t.Error(err)
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if len(told) != 3 || told[0].For != 0 || told[1].For <= 0 || told[2].For <= told[1].For {
		t.Errorf("%+v", told)
	}
	for _, w := range told {
		if w.Holder.PID != os.Getpid() {
			t.Errorf("%+v", w)
		}
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	held, err := Try(path, Options{Mode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var told atomic.Int64
	if _, err := Wait(ctx, path, Options{Mode: 0o600, Told: func(Waiting) { told.Add(1); cancel() }}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if told.Load() != 1 {
		t.Errorf("told %d times", told.Load())
	}
}

// Nobody is told of a lock that is free.
func TestNoWait(t *testing.T) {
	l, err := Wait(t.Context(), filepath.Join(t.TempDir(), ".lock"), Options{Mode: 0o600, Told: func(Waiting) { t.Error("told") }})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// The lock file may be anybody's: what stands in it is a number and a plain name, or nothing.
func TestHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	for text, want := range map[string]string{
		"": "another process", "12": "another process", "{}": "another process", `{"pid":-1}`: "another process",
		`{"pid":0,"host":"x"}`: "another process",
		`{"pid":7}`:            "process 7", `{"pid":7,"host":"build-1.example"}`: "process 7 on build-1.example",
		`{"pid":7,"host":"\u001b[31m"}`:                       "process 7",
		`{"pid":7,"host":"` + strings.Repeat("x", 600) + `"}`: "another process",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := holderOf(path).String(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if got := holderOf(filepath.Join(path, "none")).String(); got != "another process" {
		t.Error(got)
	}
}

func TestSentences(t *testing.T) {
	w := Waiting{Holder: Holder{PID: 7}}
	if got := w.While("fills the cache"); got != "waiting for process 7, which fills the cache" {
		t.Error(got)
	}
	w.For = 90*time.Second + 3*time.Millisecond
	if got := w.While("fills the cache"); got != "still waiting after 1m30s for process 7, which fills the cache" {
		t.Error(got)
	}
}
