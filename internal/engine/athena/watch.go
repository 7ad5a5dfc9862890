package athena

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/engine"
)

// watcher looks at all running queries of an engine with one call, more seldom the longer they run. It works only while
// somebody waits.
type watcher struct {
	client Client
	timing Timing

	mu      sync.Mutex
	waiting map[string]*waiter
	running bool
	news    chan struct{} // a query was added: look sooner
}

type waiter struct {
	since       time.Time
	began       chan struct{} // closed when Athena has been seen to run it
	done        chan struct{}
	last        *types.QueryExecution
	err         error
	fails       int       // answers in a row that were errors
	errorsSince time.Time // since when
	many        int       // who wait for it
}

func newWatcher(c Client, t Timing) *watcher {
	return &watcher{client: c, timing: t, waiting: map[string]*waiter{}, news: make(chan struct{}, 1)}
}

// wait gives the query when it has ended. It ends early with ctx; the query then runs on.
func (w *watcher) wait(ctx context.Context, id string) (*types.QueryExecution, error) {
	return w.waitFor(ctx, id, 0)
}

// waitFor is wait that ends with engine.ErrTimeout when Athena runs the query longer than limit; 0: however long. The time in
// Athena's queue does not count.
func (w *watcher) waitFor(ctx context.Context, id string, limit time.Duration) (*types.QueryExecution, error) {
	w.mu.Lock()
	x := w.waiting[id]
	if x == nil {
		x = &waiter{since: time.Now(), began: make(chan struct{}), done: make(chan struct{})}
		w.waiting[id] = x
	}
	x.many++
	if !w.running {
		w.running = true
		go w.loop()
	}
	w.mu.Unlock()
	select {
	case w.news <- struct{}{}:
	default:
	}
	began, over := x.began, (<-chan time.Time)(nil)
	if limit <= 0 {
		began = nil
	}
	for {
		select {
		case <-x.done:
			return x.last, x.err
		case <-began:
			timer := time.NewTimer(limit)
			defer timer.Stop()
			began, over = nil, timer.C
		case <-over:
			w.forget(id, x)
			return nil, engine.ErrTimeout
		case <-ctx.Done():
			w.forget(id, x)
			return nil, ctx.Err()
		}
	}
}

// run notes that Athena runs the query.
func (x *waiter) run() {
	select {
	case <-x.began:
	default:
		close(x.began)
	}
}

// forget takes back a wait. Others may wait for the same query.
func (w *watcher) forget(id string, x *waiter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if x.many--; x.many == 0 && w.waiting[id] == x {
		delete(w.waiting, id)
	}
}

// batch is how many queries one call may name.
const batch = 50

func (w *watcher) loop() {
	for {
		w.mu.Lock()
		if len(w.waiting) == 0 {
			w.running = false
			w.mu.Unlock()
			return
		}
		pause := w.timing.PollMost
		var ids []string
		for id, x := range w.waiting {
			// A quarter of the time it has run: a query of a second is seen within a second, one of minutes costs few calls.
			pause = min(pause, max(time.Since(x.since)/4, w.timing.PollFirst))
			ids = append(ids, id)
		}
		w.mu.Unlock()
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-w.news:
			timer.Stop()
			timer = time.NewTimer(w.timing.PollFirst)
			<-timer.C
		}
		slices.Sort(ids)
		for chunk := range slices.Chunk(ids, batch) {
			w.look(chunk)
		}
	}
}

// maxErrors is how many answers in a row may be errors before a call is given up; the client has repeated each many times. A
// wait lasts Timing.ErrorBudget too: it ends a query that may have cost much.
const maxErrors = 5

func (w *watcher) look(ids []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := w.client.BatchGetQueryExecution(ctx, &athena.BatchGetQueryExecutionInput{QueryExecutionIds: ids})
	w.mu.Lock()
	defer w.mu.Unlock()
	end := func(id string, q *types.QueryExecution, err error) {
		if x := w.waiting[id]; x != nil {
			x.last, x.err = q, err
			close(x.done)
			delete(w.waiting, id)
		}
	}
	failed := func(id string, err error, final bool) {
		if x := w.waiting[id]; x != nil {
			if x.fails++; x.fails == 1 {
				x.errorsSince = time.Now()
			}
			if final || x.fails >= maxErrors && time.Since(x.errorsSince) >= w.timing.ErrorBudget {
				end(id, nil, err)
			}
		}
	}
	if err != nil {
		for _, id := range ids {
			failed(id, err, refusal(err))
		}
		return
	}
	for _, q := range out.QueryExecutions {
		id := aws.ToString(q.QueryExecutionId)
		if x := w.waiting[id]; x != nil {
			x.fails = 0
			if q.Status != nil && q.Status.State == types.QueryExecutionStateRunning {
				x.run()
			}
		}
		// A query may go from RUNNING back to QUEUED: only an end is an end.
		if q.Status != nil && ended(q.Status.State) {
			end(id, &q, nil)
		}
	}
	for _, u := range out.UnprocessedQueryExecutionIds {
		failed(aws.ToString(u.QueryExecutionId), &lookError{aws.ToString(u.ErrorCode), aws.ToString(u.ErrorMessage)}, false)
	}
}

func ended(s types.QueryExecutionState) bool {
	return s == types.QueryExecutionStateSucceeded || s == types.QueryExecutionStateFailed || s == types.QueryExecutionStateCancelled
}

type lookError struct{ code, message string }

func (e *lookError) Error() string {
	return "Athena does not say how the query fares: " + plain(e.code+": "+e.message)
}

// refusal tells errors that come again whatever one does: no permission, wrong credentials, a wrong request.
func refusal(err error) bool {
	switch awsconfig.Code(err) {
	case "", "ThrottlingException", "TooManyRequestsException", "InternalServerException", "InternalFailure", "ServiceUnavailable",
		"RequestTimeout", "SlowDown", "RequestTimeoutException":
		return false
	}
	return true
}
