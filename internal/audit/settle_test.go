package audit

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A report of a period that has just ended says so without the time at which it was made: while the period settles two runs
// are equal, and the first one afterwards is a new revision.
func TestSettlingIsReproducible(t *testing.T) {
	t.Parallel()
	at := func(after time.Duration) Request {
		r := request()
		r.Settle, r.Now = time.Hour, day(4).Add(after)
		return r
	}
	first, last := lasting(t, perform(t, t.TempDir(), at(0), memory()).Path),
		lasting(t, perform(t, t.TempDir(), at(59*time.Minute), memory()).Path)
	if d := cmp.Diff(first, last); d != "" {
		t.Error(d)
	}
	base := t.TempDir()
	s := perform(t, base, at(0), memory())
	if again := perform(t, base, at(time.Minute), memory()); !again.Unchanged {
		t.Error("a second report of a period that still settles is another one")
	}
	settled := perform(t, base, at(time.Hour), memory())
	if settled.Unchanged || settled.Revision != s.Revision+1 || settled.Incomplete() {
		t.Errorf("r%d, unchanged %v, notices %v", settled.Revision, settled.Unchanged, settled.Notices)
	}
	want := []string{"to", "2026-10-04T00:00:00Z", "until", "2026-10-04T01:00:00Z"}
	if len(s.Notices) != 2 || s.Notices[0].Key != "period_settling" || !cmp.Equal(s.Notices[0].Args, want) {
		t.Errorf("%+v", s.Notices)
	}
}
