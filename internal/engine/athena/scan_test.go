package athena

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/awsfake"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/source"
	s3source "trailscribe/internal/source/s3"
)

// counted is a bucket that counts how often it was listed.
type countedBucket struct {
	*s3source.Source
	lists atomic.Int64
}

func (c *countedBucket) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	c.lists.Add(1)
	return c.Source.List(ctx, prefix)
}

// A bucket can hold millions of files: the listing of an estimate serves the run behind it, and no later one.
func TestListedOnce(t *testing.T) {
	d := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(2, 10)
	bucket := &countedBucket{}
	e := w.engine(d, func(o *Options) {
		bucket.Source = o.Source.(*s3source.Source)
		o.Mode, o.Source = Direct, bucket
	})
	ctx := t.Context()
	lists := func(what string, f func() error) int64 {
		before := bucket.lists.Load()
		if err := f(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		return bucket.lists.Load() - before
	}
	opened := func(run string) func() error {
		return func() error {
			s, err := e.Open(ctx, october(run))
			if err == nil {
				err = s.Close()
			}
			return err
		}
	}
	estimate := lists("estimate", func() error { _, err := e.Estimate(ctx, october("a"), nil); return err })
	if estimate == 0 {
		t.Fatal("the estimate did not list the bucket")
	}
	got := []int64{lists("the run", opened("a")), lists("another run", opened("b")), lists("the run again", opened("a"))}
	if want := []int64{0, estimate, estimate}; !cmp.Equal(want, got) {
		t.Errorf("listed %v times, want %v", got, want)
	}
	lists("estimate", func() error { _, err := e.Estimate(ctx, october("a"), nil); return err })
	for k, l := range e.listed { // as if somebody thought long about the price
		l.at = l.at.Add(-fresh)
		e.listed[k] = l
	}
	if n := lists("a late run", opened("a")); n != estimate {
		t.Errorf("a run long after its estimate listed %d times, want %d", n, estimate)
	}
}

func TestTimes(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		first, last string
		places      int
		n           int
		begins      string
	}{
		{"2026-09-30", "2026-11-01", 1000, 3, "2026/09/"},
		{"2026-09-30", "2026-11-01", 4, 33, "2026/09/30/"},
		{"2026-12-31", "2027-01-01", 1000, 2, "2026/12/31/"},
		{"2026-01-01", "2026-12-31", 1, 12, "2026/01/"},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			got := span{first: day(c.first), last: day(c.last)}.times(c.places)
			if len(got) != c.n || got[0] != c.begins {
				t.Errorf("%d folders, the first %s", len(got), got[0])
			}
		})
	}
}
