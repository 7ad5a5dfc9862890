package athena

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"trailscribe/internal/engine"
)

// runner runs statements for one session.
type runner struct {
	e     *Engine
	key   string // what tokens are made of: the run and the state of the log files
	began time.Time
	clock sync.Once

	mu      sync.Mutex
	of      map[string]string // what a started query is for: a statement's id, or work of our own
	bills   []engine.Bill
	seen    map[string]bool
	bad     []string // ids of those that did not end well
	stopped []string // ids of those whose end was not waited for
	queries int
	bytes   int64 // billed
}

func (e *Engine) runner(key string) *runner {
	return &runner{e: e, key: key, of: map[string]string{}, seen: map[string]bool{}}
}

// longest is the most bytes Athena takes as one statement; the limit cannot be raised.
const longest = 262_144

// attempts of a statement that are started; those of earlier sessions of the same run count apart.
const (
	attempts = 4
	earliest = 200
)

// token names one attempt of one statement of a run over one state of the log files. Athena answers a start with a token it
// knows with the query that it started before.
func (r *runner) token(id, statement string, attempt int) string {
	sum := sha256.New()
	for _, part := range []string{"trailscribe 1", r.key, r.e.o.Region, r.e.o.Workgroup, id, statement, fmt.Sprint(attempt)} {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// do runs a statement to its end. It runs it again where Athena says that this may help, with a new token each time; never
// for another reason. usable says whether the outcome of a query can still be used, which may have been found by its token;
// nil: always.
func (r *runner) run(ctx context.Context, id, what string, statement func(attempt int) string,
	usable func(context.Context, *execution) (bool, error)) (*execution, error) {
	pause := r.e.o.Timing.RetryFirst
	tried, gone := 0, 0
	for attempt := 0; ; attempt++ {
		text := statement(attempt)
		if len(text) > longest {
			return nil, &engine.Fault{Reason: engine.Refused,
				Hint: "use staging (mode staged), or shorten lists of accounts, networks or parameters",
				Err:  fmt.Errorf("%s: the statement has %d bytes, Athena takes %d", what, len(text), longest)}
		}
		began := time.Now()
		x, err := r.attempt(ctx, id, text, attempt, what)
		if err != nil {
			return nil, err
		}
		if x.succeeded() {
			ok := true
			if usable != nil {
				if ok, err = usable(ctx, x); err != nil {
					return nil, err
				}
			}
			if ok {
				return x, nil
			}
			if !x.earlier {
				gone++
			}
			if attempt >= earliest || gone > 2 {
				return nil, &engine.Fault{Reason: engine.Failed, Hint: "change the period or a parameter, or wait a day",
					Err: fmt.Errorf("%s: it was run %d times before and its outcome is gone", what, attempt+1)}
			}
			continue
		}
		if x.earlier && attempt < earliest {
			continue // how an earlier session ended says nothing about this one
		}
		if tried++; tried >= attempts || !again(x.end) {
			return nil, failed(what, x.end)
		}
		if err := sleep(ctx, pause+rand.N(pause)); err != nil {
			return nil, fault(ctx, what, err)
		}
		pause *= 2
		// Athena has been seen to take up a query again that it had called failed. One that runs is not started twice.
		if x.end.Status.State == types.QueryExecutionStateFailed {
			if x, err := r.await(ctx, x.id, attempt, began, what); err != nil || x.succeeded() {
				return x, err
			}
		}
	}
}

// once starts an attempt and waits for its end, well or not.
func (r *runner) attempt(ctx context.Context, id, text string, attempt int, what string) (*execution, error) {
	if err := r.e.slot(ctx); err != nil {
		return nil, fault(ctx, what, err)
	}
	defer r.e.free()
	asked := time.Now()
	query, err := r.start(ctx, text, r.token(id, text, attempt), what)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.of[query] = workOf(id)
	r.mu.Unlock()
	return r.await(ctx, query, attempt, asked, what)
}

// await waits for the end of a started query, and stops it if ctx ends before.
func (r *runner) await(ctx context.Context, query string, attempt int, asked time.Time, what string) (*execution, error) {
	q, err := r.e.watch.waitFor(ctx, query, r.limit(query))
	if errors.Is(err, engine.ErrTimeout) {
		return nil, r.overdue(ctx, query, attempt, asked, what)
	}
	if err != nil {
		r.noteFailed(query)
		r.noteAbandoned(query)
		return nil, errors.Join(fault(ctx, what, err), r.stop(query))
	}
	x := r.ended(q, attempt, asked)
	if !x.succeeded() {
		r.noteFailed(query)
	}
	return x, nil
}

// limit is how long a query may run: one of a file. Staging and counting are our own, and take as long as there are log files.
func (r *runner) limit(query string) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if of := r.of[query]; of == engine.Staging || of == engine.Counting {
		return 0
	}
	return r.e.o.Timeout
}

// overdue stops a query that ran longer than it may. What it read until then is billed.
func (r *runner) overdue(ctx context.Context, query string, attempt int, asked time.Time, what string) error {
	r.noteFailed(query)
	r.noteAbandoned(query)
	err := errors.Join(engine.TooSlow(what, r.e.o.Timeout), r.stop(query))
	ctx, cancel := context.WithTimeout(ctx, drainWithin)
	defer cancel()
	if q, waitErr := r.e.watch.wait(ctx, query); waitErr == nil {
		r.ended(q, attempt, asked)
	}
	return err
}

func (r *runner) noteFailed(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bad = append(r.bad, id)
}

// unseen notes a query whose end was not waited for.
func (r *runner) noteAbandoned(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = append(r.stopped, id)
}

// drain waits until the queries that were stopped have ended. One that still reads while the staged files are deleted could
// end well with rows missing, and the same run would later take its rows for an answer.
func (r *runner) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainWithin)
	defer cancel()
	r.mu.Lock()
	ids := slices.Clone(r.stopped)
	r.mu.Unlock()
	for _, id := range ids {
		if _, err := r.e.watch.wait(ctx, id); err != nil {
			return fmt.Errorf("the query %s was stopped and has not been seen to end: %w", id, err)
		}
	}
	return nil
}

// drainWithin is how long stopped queries may take to end before their staged copy is left to the next run.
const drainWithin = 10 * time.Second

// unfinished are the queries that did not end well.
func (r *runner) unfinished() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bad)
}
