package athena

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"trailscribe/internal/awsfake"
	"trailscribe/internal/engine"
)

var interrupts = flag.Int("interrupts", 10, "TestInterrupts: how many; from 100 on each must end within two seconds")

// within is how long a query may run on after an interrupt.
const within = 2 * time.Second

// A run is interrupted with a random request, before it is sent or when its answer is there, or at a random time, or by a
// deadline, with calls going wrong here and there: no query runs on, what was staged is dropped or is found as an orphan, and
// the same command finishes the run with the right rows and removes it.
func TestInterrupts(t *testing.T) {
	f := newField(t, awsfake.Options{Slots: 3, Queue: 3, PageSize: 7, QueuedFor: 4 * time.Millisecond, RunningFor: 12 * time.Millisecond,
		StopLag: 8 * time.Millisecond})
	points := map[string]int{}
	stopped, orphans, longest := 0, 0, time.Duration(0)
	for i, done := uint64(0), 0; done < *interrupts && !t.Failed(); i++ {
		seed := *firstSeed + i
		point, x := f.interrupt(t, seed)
		if point == "" {
			continue // it was over before
		}
		done++
		points[point]++
		stopped += x.stopped
		orphans += x.orphans
		longest = max(longest, x.took)
	}
	if longest > within && *interrupts >= 100 {
		t.Errorf("a query ran on for %s", longest)
	}
	for _, k := range slices.Sorted(maps.Keys(points)) {
		t.Logf("%4d %s", points[k], k)
	}
	t.Logf("%d interrupts: %d queries were stopped, none ran on; the last was stopped after %s at most; %d staged tables could not be "+
		"dropped at once, and the next run did it", *interrupts, stopped, longest.Round(time.Millisecond), orphans)
}

// interrupted is what came of an interrupt.
type interrupted struct {
	stopped, orphans int
	took             time.Duration // until the last query was stopped
}

func (f *field) interrupt(t *testing.T, seed uint64) (point string, out interrupted) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0x73746f70))
	mode := Staged
	if r.IntN(3) == 0 {
		mode = Direct
	}
	bad := func(format string, args ...any) {
		t.Errorf("seed %d (%s, %s): %s\nrepeat it: go test ./internal/engine/athena -run TestInterrupts -interrupts 1 -seed %d", seed, mode,
			point, fmt.Sprintf(format, args...), seed)
	}
	f.fake.Seed(seed)
	f.later.Add(int64(3 * time.Second))
	earlier, name := len(f.fake.Executions()), fmt.Sprint("stop", seed)
	stops := f.fake.Meter().Stopped
	start := func() *process {
		return f.process(t.Context(), f.d, func(o *Options) {
			o.Mode, o.Concurrency, o.Timing.RetryFirst, o.Warn = mode, 4, time.Millisecond, func(string) {}
		})
	}
	var removes []func()
	if r.IntN(2) == 0 {
		for _, x := range []awsfake.Fault{
			{Kind: awsfake.LostReplyDone, Call: "athena:StartQueryExecution", Chance: 0.3},
			{Kind: awsfake.ServerErrorDone, Call: "athena:StartQueryExecution", Chance: 0.2},
			{Kind: awsfake.Throttle, Call: "athena:StartQueryExecution", Chance: 0.3}, {Kind: awsfake.Throttle, Call: "athena:StopQueryExecution",
				Chance: 0.4},
			{Kind: awsfake.LostReplyDone, Call: "athena:StopQueryExecution", Chance: 0.2},
			{Kind: awsfake.LostRequest, Call: "athena:StopQueryExecution", Chance: 0.2},
			{Kind: awsfake.Throttle, Call: "athena:BatchGetQueryExecution", Chance: 0.2}, {Kind: awsfake.Throttle, Call: "glue:*", Chance: 0.2},
			{Kind: awsfake.ServerError, Call: "s3:*", Chance: 0.1},
		} {
			removes = append(removes, f.fake.Inject(x))
		}
	}
	if r.IntN(8) == 0 {
		removes = append(removes, f.fake.Inject(awsfake.Fault{Kind: awsfake.Denied,
			Call: []string{"glue:DeleteTable", "s3:DeleteObjects"}[r.IntN(2)]}))
	}
	p := start()
	gone, passed := make(chan time.Duration, 1), make(chan struct{})
	var mu sync.Mutex
	over := false
	interrupt := func(where string) {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		at := time.Now()
		point = where + ", " + p.gate.doing()
		p.stop()
		go func() { // how long our queries run on
			last := at
			for time.Since(at) < time.Minute {
				ended := false
				select {
				case <-passed:
					ended = true
				default:
				}
				if f.active(earlier) > 0 {
					if last = time.Now(); ended && time.Since(at) > 10*within {
						break
					}
				} else if ended {
					break
				}
				time.Sleep(2 * time.Millisecond)
			}
			gone <- last.Sub(at)
		}()
	}
	ctx, reason := p.ctx, engine.Cancelled
	how := r.IntN(4)
	switch {
	case how > 0: // with a request
		p.gate.in = []string{opening, opening, counting, asking, asking, asking, closing}[r.IntN(7)]
		p.gate.at, p.gate.after = 1+r.IntN(map[string]int{opening: 40, counting: 5, asking: 50, closing: 5}[p.gate.in]), r.IntN(2) == 0
		if p.gate.in == opening && r.IntN(3) > 0 { // most requests there list the bucket
			p.gate.only, p.gate.at = "AmazonAthena", 1+r.IntN(5)
		}
		p.gate.act = func(r *http.Request) {
			when := "before "
			if p.gate.after {
				when = "after "
			}
			name, _ := awsfake.Operation(r, nil)
			interrupt(when + name)
		}
	case r.IntN(3) == 0:
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(200))*time.Millisecond)
		defer cancel()
		reason = engine.TimedOut
		context.AfterFunc(ctx, func() { interrupt("by a deadline") })
	default:
		defer time.AfterFunc(time.Duration(r.IntN(200))*time.Millisecond, func() { interrupt("at a random time") }).Stop()
	}
	// A query that only a stop ends. It must be one that the interrupt finds running, or the run would wait for ever.
	if part, ok := map[string]string{"": "", opening: "CREATE TABLE", counting: "key_account", asking: "'Call1'"}[p.gate.in]; ok &&
		r.IntN(4) > 0 {
		chance := map[bool]float64{true: 0.3}[part == ""]
		removes = append(removes, f.fake.InjectQuery(awsfake.QueryFault{SQL: part, Slow: true, Chance: chance}))
	}
	err := f.pass(ctx, p, name, bad)
	close(passed)
	for _, remove := range removes {
		remove()
	}
	mu.Lock()
	over = ctx.Err() == nil
	mu.Unlock()
	if !over {
		out.took = <-gone
	}
	p.stop()
	if n := f.active(earlier); n > 0 {
		bad("%d queries run on %s after the interrupt", n, out.took)
	}
	var fault *engine.Fault
	if err != nil && !strings.Contains(err.Error(), "could not be dropped") && (!errors.As(err, &fault) || fault.Reason != reason ||
		fault.Hint == "" || point == "") {
		bad("an error of the wrong kind: %v", err)
	}
	cancelled := 0
	for _, x := range f.fake.Executions()[earlier:] {
		if x.State == "CANCELLED" {
			cancelled++
		}
	}
	if out.stopped = int(f.fake.Meter().Stopped - stops); out.stopped < cancelled {
		bad("%d queries were cancelled and %d stopped by us", cancelled, out.stopped)
	}
	found, orphanErr := start().engine.Orphans(t.Context())
	if left := f.left(); orphanErr != nil || len(left) > 0 &&
		(len(found) != 1 || err == nil || !strings.Contains(err.Error(), found[0].Table)) {
		bad("left behind and not told of: %q, %v, %v", left, orphanErr, err)
	}
	out.orphans = len(found)
	// The same command again.
	f.later.Add(int64(3 * time.Second))
	again := start()
	defer again.stop()
	if err := f.pass(again.ctx, again, name, bad); err != nil {
		bad("afterwards: %v", err)
	}
	if left := f.left(); len(left) > 0 {
		bad("left behind by the next run: %q", left)
	}
	paid := map[string]int{}
	for _, x := range f.fake.Executions()[earlier:] {
		if paid[x.SQL]++; x.State == "SUCCEEDED" && !strings.HasPrefix(x.SQL, "CREATE TABLE") {
			if paid["ok"+x.SQL]++; paid["ok"+x.SQL] > 1 {
				bad("it ended well twice: %.200s", x.SQL)
			}
		}
	}
	return point, out
}

// active is how many queries wait or run, of those that were started since.
func (f *field) active(since int) (n int) {
	for _, x := range f.fake.Executions()[since:] {
		if x.State == "QUEUED" || x.State == "RUNNING" {
			n++
		}
	}
	return n
}

// pass is a whole run, which says where it is.
func (f *field) pass(ctx context.Context, p *process, name string, bad func(string, ...any)) error {
	p.gate.begin(opening)
	s, err := p.engine.Open(ctx, october(name))
	if err != nil {
		return err
	}
	p.gate.begin(counting)
	_, err = s.Inputs(ctx)
	if err == nil {
		p.gate.begin(asking)
		var got map[string]string
		got, err = answers(ctx, s, f.st)
		for id, text := range got {
			if text != f.want[id] {
				bad("%s has other rows:\n%s\nwant\n%s", id, text, f.want[id])
			}
		}
		if err == nil && len(got) != len(f.st) {
			bad("%d answers of %d and no error", len(got), len(f.st))
		}
	}
	p.gate.begin(closing)
	return errors.Join(err, s.Close())
}
