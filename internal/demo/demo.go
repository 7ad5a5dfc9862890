// Package demo makes sample CloudTrail logs with planted incidents whose answers are known. Nothing in them is real: accounts, names and
// addresses are those that AWS documentation and RFC 5737 set aside for examples.
package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"trailscribe/internal/source"
)

// Options say what to make. The zero value is the sample of the demo: three accounts, four regions, September and October 2026, about
// 40,000 events. The report to make of it is for October, in UTC, with September as history.
type Options struct {
	Seed     int64     // the same options and seed give the same bytes
	Accounts []string  // twelve digits each
	Regions  []string  // the first is the main region; us-east-1 also holds the global services where it is among them
	From, To time.Time // event times, UTC, To excluded; the month that ends at To holds the incidents
	Events   int       // about how many; never fewer than one for each account, every second hour
	PerFile  int       // largest number of events in one file
	Broken   bool      // one log file is cut off in the middle
	// without the use of root, the network project and the changes of the organisation: some tests are clear, as in real life
	Few bool
}

func (o Options) filled() Options {
	if len(o.Accounts) == 0 {
		o.Accounts = []string{"111122223333", "444455556666", "777788889999"}
	}
	if len(o.Regions) == 0 {
		o.Regions = []string{"eu-central-1", "us-east-1", "eu-west-1", "ap-southeast-1"}
	}
	if o.From.IsZero() {
		o.From = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.To.IsZero() {
		o.To = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.Events <= 0 {
		o.Events = 40_000
	}
	if o.PerFile <= 0 {
		o.PerFile = 2000
	}
	return o
}

// Planted is one row that a query must give for the last month of the sample, read in UTC and with the default parameters: the query,
// the values of its key columns in the query's order (days as 2006-01-02, times as RFC 3339), and what happened.
type Planted struct {
	Query string
	Keys  []string
	What  string
}

// Generate writes the sample to a sink and tells what is planted in it, sorted by query and keys. Files are put one after the other, in
// an order that depends on the options only. Errors: options that make no sense, and those of the sink.
func Generate(ctx context.Context, o Options, to source.Sink) ([]Planted, error) {
	o = o.filled()
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("making sample logs: %w", err)
	}
	s := newScript(o)
	units := s.units()
	type made struct {
		files   []file
		planted []Planted
	}
	// Units are made by several goroutines and put in order; the window bounds what waits in memory.
	workers := max(2, runtime.GOMAXPROCS(0))
	window := make([]chan made, len(units))
	for i := range window {
		window[i] = make(chan made, 1)
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	next := make(chan int)
	room := make(chan struct{}, 2*workers)
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer close(next)
		for i := range units {
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
				return
			}
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			w := newWriter()
			for i := range next {
				u := units[i]
				u.make(ctx)
				m := made{u.files(ctx, w), u.planted}
				if ctx.Err() != nil { // half a unit is none
					return
				}
				u.events, u.buf, u.planted = nil, nil, nil // a large sample has more text than memory
				window[i] <- m
			}
		}()
	}
	found := map[string]Planted{}
	chains := newChains(s)
	for i := range units {
		var m made
		select {
		case m = <-window[i]:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		<-room
		for _, f := range m.files {
			if err := to.Put(ctx, f.object, bytes.NewReader(f.data)); err != nil {
				return nil, fmt.Errorf("writing the sample file %s: %w", f.object.Key, err)
			}
			chains.add(units[i].place, f)
		}
		for _, p := range m.planted {
			k := p.Query + "\x00" + strings.Join(p.Keys, "\x00")
			if _, ok := found[k]; !ok {
				found[k] = p
			}
		}
	}
	if err := chains.put(ctx, to); err != nil {
		return nil, err
	}
	out := make([]Planted, 0, len(found)+len(s.silences))
	for _, p := range found {
		out = append(out, p)
	}
	out = append(out, s.gaps()...)
	slices.SortFunc(out, func(a, b Planted) int {
		if c := strings.Compare(a.Query, b.Query); c != 0 {
			return c
		}
		return slices.Compare(a.Keys, b.Keys)
	})
	return out, nil
}

func (o Options) check() error {
	if !o.From.Before(o.To) {
		return fmt.Errorf("the sample ends (%s) before it begins (%s)", o.To.Format(time.RFC3339), o.From.Format(time.RFC3339))
	}
	if o.From.Truncate(24*time.Hour) != o.From || o.To.Truncate(24*time.Hour) != o.To {
		return errors.New("the sample must begin and end at midnight UTC")
	}
	for _, a := range o.Accounts {
		if len(a) != 12 || strings.Trim(a, "0123456789") != "" {
			return fmt.Errorf("%q is not an account id of twelve digits", a)
		}
	}
	return nil
}
