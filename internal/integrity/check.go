package integrity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"trailscribe/internal/source"
)

// check is one verification.
type check struct {
	o     Options
	r     Range
	limit time.Time     // deliveries from here on are not checked; zero: all are
	room  chan struct{} // one for each file that is being read
	done  atomic.Int64

	mu     sync.Mutex
	events []placed
}

// placed is an event and where its log file is.
type placed struct {
	Event
	account, root string
}

// groups is how many places are verified at a time; each holds the names of its files.
const groups = 4

// Check verifies the digest chains of a source. An error says that there is no report: the source could not be listed, or ctx ended.
// What is wrong with single files is in the report.
func Check(ctx context.Context, o Options, r Range) (*Report, error) {
	c := newCheck(o, r)
	list, err := c.discover(ctx)
	if err != nil {
		return nil, err
	}
	out := &Report{Source: o.Source.Name(), From: r.From, To: r.To, Places: make([]Place, len(list))}
	work, inner := errgroup.WithContext(ctx)
	work.SetLimit(groups)
	for i, g := range list {
		work.Go(func() error {
			p, err := c.place(inner, g)
			out.Places[i] = p
			list[i] = nil // its names are not needed again
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	out.Findings = c.absent(out)
	c.beside(out)
	return out, nil
}

func newCheck(o Options, r Range) *check {
	if o.Parallel <= 0 {
		o.Parallel = 64
	}
	if o.Limits.Digest <= 0 {
		o.Limits.Digest = 16 << 20
	}
	if o.Limits.Log <= 0 {
		o.Limits.Log = 1 << 30
	}
	if o.Wait == nil {
		o.Wait = []time.Duration{200 * time.Millisecond, time.Second, 4 * time.Second}
	}
	if o.Permanent == nil {
		o.Permanent = func(error) bool { return false }
	}
	c := &check{o: o, r: r, limit: r.To, room: make(chan struct{}, o.Parallel)}
	if r.Until.After(r.To) {
		c.limit = r.Until
	}
	return c
}

// absent are the accounts and regions that were asked for and are nowhere.
func (c *check) absent(r *Report) (out []Finding) {
	say := func(format string, args ...any) {
		out = append(out, Finding{Class: NoDigests, Kind: KindTime, Says: fmt.Sprintf(format, args...), From: c.r.From, To: c.r.To})
	}
	for _, a := range c.r.Accounts {
		if !slices.ContainsFunc(r.Places, func(p Place) bool { return p.Account == a }) {
			say("there is no digest and no log file of account %s", a)
		}
	}
	for _, x := range c.r.Regions {
		if !slices.ContainsFunc(r.Places, func(p Place) bool { return p.Region == x }) {
			say("there is no digest and no log file of region %s", x)
		}
	}
	if len(r.Places) == 0 && len(out) == 0 {
		say("there is no digest file and no log file of CloudTrail")
	}
	return out
}

// beside puts what was done to trails next to the times that no digest covers.
func (c *check) beside(r *Report) {
	slices.SortFunc(c.events, func(a, b placed) int {
		if x := a.Time.Compare(b.Time); x != 0 {
			return x
		}
		return strings.Compare(a.Key+a.Name, b.Key+b.Name)
	})
	for i := range r.Places {
		p := &r.Places[i]
		for j := range p.Findings {
			f := &p.Findings[j]
			if f.Kind != KindTime || f.Class == Notice {
				continue
			}
			for _, e := range c.events {
				same := e.account == p.Account || strings.Contains(p.Root, "/o-") // an organisation's trail is another account's
				if same && !e.Time.Before(f.From.Add(-grace)) && !e.Time.After(f.To.Add(grace)) {
					f.Events = append(f.Events, e.Event)
				}
			}
		}
	}
}

// read opens one file and reads it, again where that fails and may help. The error that comes last is given.
func (c *check) read(ctx context.Context, key string, do func(io.Reader, source.Object) error) error {
	for attempt := 0; ; attempt++ {
		err := c.once(ctx, key, do)
		if err == nil || ctx.Err() != nil || attempt == len(c.o.Wait) || errors.Is(err, fs.ErrNotExist) ||
			errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrInvalid) || c.o.Permanent(err) {
			return err
		}
		select {
		case <-time.After(c.o.Wait[attempt]):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *check) once(ctx context.Context, key string, do func(io.Reader, source.Object) error) error {
	select {
	case c.room <- struct{}{}:
		defer func() { <-c.room }()
	case <-ctx.Done():
		return ctx.Err()
	}
	r, o, err := c.o.Source.Open(ctx, key)
	if err != nil {
		return err
	}
	err = do(r, o)
	return errors.Join(err, r.Close())
}

// told counts a file that was checked.
func (c *check) told() {
	if n := c.done.Add(1); c.o.Progress != nil {
		c.o.Progress(n)
	}
}

// each calls do for 0 to n-1 by several goroutines.
func (c *check) each(ctx context.Context, n int, do func(i int) error) error {
	work, inner := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range min(n, c.o.Parallel) {
		work.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || inner.Err() != nil {
					return inner.Err()
				}
				if err := do(i); err != nil {
					return err
				}
			}
		})
	}
	return work.Wait()
}
