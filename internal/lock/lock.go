// Package lock takes locks on files that other processes may hold, says who holds one, and waits for it.
package lock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"time"

	"github.com/gofrs/flock"

	"trailscribe/internal/regular"
)

// ErrHeld says that another process holds the lock.
var ErrHeld = errors.New("another process holds the lock")

// Remind is how often a wait is told of.
const Remind = 30 * time.Second

// poll is the time between two attempts to take a lock that somebody holds.
const poll = 50 * time.Millisecond

// Lock is a lock that is held.
type Lock struct{ f *flock.Flock }

// Close gives the lock back.
func (l *Lock) Close() error { return l.f.Close() }

// Holder is who holds a lock, as far as is known.
type Holder struct {
	PID  int    `json:"pid"` // 0: not known
	Host string `json:"host"`
}

// String names the holder for a sentence: process 123, process 123 on build-1, another process.
func (h Holder) String() string {
	if h.PID <= 0 {
		return "another process"
	}
	if host, err := os.Hostname(); err == nil && h.Host != "" && h.Host != host {
		return fmt.Sprintf("process %d on %s", h.PID, h.Host)
	}
	return fmt.Sprintf("process %d", h.PID)
}

// Waiting is a lock that is waited for.
type Waiting struct {
	Holder Holder
	For    time.Duration // so far; 0 when it is told of first
}

// While is the wait as a sentence; doing is what the holder does with the lock.
func (w Waiting) While(doing string) string {
	if w.For == 0 {
		return fmt.Sprintf("waiting for %s, which %s", w.Holder, doing)
	}
	return fmt.Sprintf("still waiting after %s for %s, which %s", w.For.Round(time.Second), w.Holder, doing)
}

// Options say how a lock is taken.
type Options struct {
	Mode   fs.FileMode   // of the file, if it is made
	Shared bool          // with others who take it so
	Remind time.Duration // between two calls of Told; 0: Remind
	Told   func(Waiting) // when the lock has to be waited for, and then again and again; may be nil
}

// Try takes a lock at once: ErrHeld with its holder where another process has it.
func Try(path string, o Options) (*Lock, error) {
	f, err := regular.NewLock(path, o.Mode)
	if err != nil {
		return nil, err
	}
	got, err := attempt(f, o.Shared)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if !got {
		if err := f.Close(); err != nil {
			return nil, err
		}
		return nil, &heldError{holderOf(path)}
	}
	if !o.Shared {
		sign(path)
	}
	return &Lock{f}, nil
}

// heldError is ErrHeld with who holds it.
type heldError struct{ holder Holder }

func (e *heldError) Error() string {
	if e.holder.PID <= 0 {
		return ErrHeld.Error()
	}
	return e.holder.String() + " holds the lock"
}
func (e *heldError) Is(target error) bool { return target == ErrHeld }

// Wait takes a lock, and waits for it as long as another process has it and ctx has not ended.
func Wait(ctx context.Context, path string, o Options) (*Lock, error) {
	if o.Remind <= 0 {
		o.Remind = Remind
	}
	began, told := time.Now(), 0
	next := time.NewTicker(poll)
	defer next.Stop()
	for {
		l, err := Try(path, o)
		if !errors.Is(err, ErrHeld) {
			return l, err
		}
		if waited := time.Since(began); o.Told != nil && waited >= time.Duration(told)*o.Remind {
			w := Waiting{Holder: holderOf(path)}
			if told > 0 {
				w.For = waited
			}
			told++
			o.Told(w)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-next.C:
		}
	}
}

func attempt(f *flock.Flock, shared bool) (bool, error) {
	if shared {
		return f.TryRLock()
	}
	return f.TryLock()
}

// longest is how many bytes the name of a holder has at most.
const longest = 512

// sign writes who holds a lock into its file. It is a help for those who wait, and nothing depends on it: where it cannot be
// written, they do not learn who it is.
func sign(path string) {
	host, _ := os.Hostname()
	b, err := json.Marshal(Holder{os.Getpid(), host})
	if err != nil || len(b) > longest {
		return
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC|regular.NonBlock|regular.NoFollow, 0)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = f.Write(append(b, '\n'))
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9._-]{0,253}$`)

// holderOf reads who holds a lock. The file may be anybody's: a host that is not a plain name is left out.
func holderOf(path string) Holder {
	var h Holder
	b, err := regular.ReadPlain(path, longest)
	if err != nil || json.Unmarshal(b, &h) != nil {
		return Holder{}
	}
	if !hostName.MatchString(h.Host) {
		h.Host = ""
	}
	return h
}
