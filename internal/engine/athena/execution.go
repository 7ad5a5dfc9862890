package athena

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/smithy-go/middleware"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/engine"
)

// execution is a query that ended well.
type execution struct {
	id      string
	scanned int64
	elapsed time.Duration
	output  string // object of the results, "" where Athena keeps them itself
	attempt int
	earlier bool // it was started and paid for before this session: a crash or the same run before it
}

// runner runs statements for one session.
type runner struct {
	e     *Engine
	run   string // what tokens are made of: the run and the state of the log files
	began time.Time
	clock sync.Once

	mu      sync.Mutex
	seen    map[string]bool
	bad     []string // ids of those that did not end well
	queries int
	bytes   int64 // billed
}

func (e *Engine) runner(run string) *runner { return &runner{e: e, run: run, seen: map[string]bool{}} }

// longest is the most bytes Athena takes as one statement; the limit cannot be raised.
const longest = 262_144

// attempts of a statement that are started; those of earlier sessions of the same run count apart.
const (
	attempts = 4
	earliest = 200
)

// token names one attempt of one statement of a run over one state of the log files. Athena answers a start with a token it
// knows with the query of then.
func (r *runner) token(id, statement string, attempt int) string {
	sum := sha256.New()
	for _, part := range []string{"trailscribe 1", r.run, r.e.o.Region, r.e.o.Workgroup, id, statement, fmt.Sprint(attempt)} {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// do runs a statement to its end. It runs it again where Athena says that this may help, with a new token each time; never
// for another reason. usable says whether the outcome of a query found by its token can still be used; nil: always.
func (r *runner) do(ctx context.Context, id, what string, statement func(attempt int) string, usable func(context.Context, *execution) (bool, error)) (*execution, error) {
	pause := r.e.o.Timing.RetryFirst
	tried := 0
	for attempt := 0; ; attempt++ {
		text := statement(attempt)
		if len(text) > longest {
			return nil, &engine.Fault{Reason: engine.Refused, Hint: "use staging (mode staged), or shorten lists of accounts, networks or parameters", Err: fmt.Errorf("%s: the statement has %d bytes, Athena takes %d", what, len(text), longest)}
		}
		x, q, err := r.once(ctx, id, text, attempt, what)
		if err != nil {
			return nil, err
		}
		if x != nil {
			ok := true
			if usable != nil && x.earlier {
				if ok, err = usable(ctx, x); err != nil {
					return nil, err
				}
			}
			if ok {
				return x, nil
			}
			if attempt >= earliest {
				return nil, &engine.Fault{Reason: engine.Failed, Hint: "change the period or a parameter, or wait a day", Err: fmt.Errorf("%s: it was run %d times before and its outcome is gone", what, attempt+1)}
			}
			continue
		}
		if r.before(q) && attempt < earliest {
			continue // how an earlier session ended says nothing about this one
		}
		if tried++; tried >= attempts || !again(q) {
			return nil, failed(what, q)
		}
		if err := sleep(ctx, pause+rand.N(pause)); err != nil {
			return nil, fault(ctx, what, err)
		}
		pause *= 2
		// Athena has been seen to take up a query again that it had called failed. One that runs is not started twice.
		if q.Status.State == types.QueryExecutionStateFailed {
			if x, _, err := r.await(ctx, aws.ToString(q.QueryExecutionId), attempt, what); err != nil || x != nil {
				return x, err
			}
		}
	}
}

// before tells whether a query was submitted before this session began, by Athena's clock.
func (r *runner) before(q *types.QueryExecution) bool {
	return q.Status != nil && q.Status.SubmissionDateTime != nil && !r.began.IsZero() && q.Status.SubmissionDateTime.Before(r.began)
}

// learn takes the server's time from the first answer, so that a wrong clock here does no harm.
func (r *runner) learn(m middleware.Metadata, sent time.Time) {
	r.clock.Do(func() {
		r.began = sent
		if at, ok := awsmiddleware.GetServerTime(m); ok {
			// The answer's time has whole seconds, and came after the query was accepted.
			r.began = at.Add(-time.Since(sent)).Truncate(time.Second).Add(-time.Second)
		}
	})
}

// once starts an attempt and waits for its end: an execution if it ended well, else the query as it ended.
func (r *runner) once(ctx context.Context, id, text string, attempt int, what string) (*execution, *types.QueryExecution, error) {
	if err := r.e.slot(ctx); err != nil {
		return nil, nil, fault(ctx, what, err)
	}
	defer r.e.free()
	query, err := r.start(ctx, text, r.token(id, text, attempt), what)
	if err != nil {
		return nil, nil, err
	}
	return r.await(ctx, query, attempt, what)
}

// await waits for the end of a started query, and stops it if ctx ends before.
func (r *runner) await(ctx context.Context, query string, attempt int, what string) (*execution, *types.QueryExecution, error) {
	q, err := r.e.watch.wait(ctx, query)
	if err != nil {
		r.spoilt(query)
		return nil, nil, errors.Join(fault(ctx, what, err), r.stop(query))
	}
	x := &execution{id: query, attempt: attempt, earlier: r.before(q)}
	if s := q.Statistics; s != nil {
		x.scanned = aws.ToInt64(s.DataScannedInBytes)
		x.elapsed = time.Duration(aws.ToInt64(s.TotalExecutionTimeInMillis)) * time.Millisecond
	}
	if q.ResultConfiguration != nil {
		x.output = aws.ToString(q.ResultConfiguration.OutputLocation)
	}
	r.count(q, x)
	if q.Status.State != types.QueryExecutionStateSucceeded {
		r.spoilt(query)
		return nil, q, nil
	}
	return x, nil, nil
}

// count adds a query to what the session is billed. Failed ones are free, stopped ones are not; a plan reads nothing.
func (r *runner) count(q *types.QueryExecution, x *execution) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x.earlier || r.seen[x.id] {
		return
	}
	r.seen[x.id] = true
	r.queries++
	if q.Status.State != types.QueryExecutionStateFailed && (q.StatementType == types.StatementTypeDml || x.scanned > 0) {
		r.bytes += billed(x.scanned)
	}
}

// grace is how long a start goes on after its caller gave up, so that what Athena accepted is known and can be stopped.
const grace = 3 * time.Second

// start gives the id of a started query. The call outlives ctx a little: a query that Athena accepted while the answer was
// given up would run on unseen.
func (r *runner) start(ctx context.Context, text, token, what string) (string, error) {
	g, err := r.e.workgroup(ctx)
	if err != nil {
		return "", err
	}
	timing := r.e.o.Timing
	slotPause, waited := timing.SlotFirst, time.Duration(0)
	unsure := 0 // answers that do not tell whether the query was accepted
	for {
		if ctx.Err() != nil && unsure == 0 {
			return "", fault(ctx, what, ctx.Err())
		}
		r.e.pace.wait(ctx)
		id, err := r.call(ctx, g, text, token)
		switch {
		case err == nil && ctx.Err() != nil:
			return "", errors.Join(fault(ctx, what, ctx.Err()), r.stop(id))
		case err == nil:
			return id, nil
		case refusal(err):
			return "", fault(ctx, what, err)
		case awsconfig.Code(err) == "TooManyRequestsException" && ctx.Err() == nil:
			// All query slots of the account are taken, also by others. That is cured by minutes, not by asking faster.
			if waited >= timing.SlotWait {
				return "", fault(ctx, what, err)
			}
			d := slotPause/2 + rand.N(slotPause)
			waited += d
			slotPause = min(2*slotPause, timing.SlotMost)
			_ = sleep(ctx, d) // the loop sees that ctx has ended
		default:
			// The client has repeated it; nobody knows whether the query runs. The same token asks again without a second one.
			if unsure++; unsure > patience {
				return "", fault(ctx, what, err)
			}
			_ = sleep(ctx, timing.RetryFirst)
		}
	}
}

func (r *runner) call(ctx context.Context, g *workgroup, text, token string) (string, error) {
	o := &r.e.o
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	// A new input each time: the client writes into it.
	in := &athena.StartQueryExecutionInput{
		QueryString: &text, ClientRequestToken: &token, WorkGroup: &o.Workgroup,
		QueryExecutionContext:    &types.QueryExecutionContext{Database: &o.Database},
		ResultReuseConfiguration: &types.ResultReuseConfiguration{ResultReuseByAgeConfiguration: &types.ResultReuseByAgeConfiguration{Enabled: false}},
	}
	if o.Output != "" && !g.enforced && !g.managed {
		in.ResultConfiguration = &types.ResultConfiguration{OutputLocation: aws.String(strings.TrimRight(o.Output, "/") + "/")}
	}
	sent := time.Now()
	out, err := o.Athena.StartQueryExecution(call, in)
	if err != nil {
		return "", err
	}
	if aws.ToString(out.QueryExecutionId) == "" {
		return "", errors.New("Athena accepted the query without naming it")
	}
	r.learn(out.ResultMetadata, sent)
	return *out.QueryExecutionId, nil
}

// stopWithin is how long stopping a query may take; its context is a fresh one, because the caller's has ended.
const stopWithin = 5 * time.Second

func (r *runner) stop(id string) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	var err error
	for range 3 {
		if _, err = r.e.o.Athena.StopQueryExecution(ctx, &athena.StopQueryExecutionInput{QueryExecutionId: &id}); err == nil || refusal(err) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("stop the query %s, which may run on: %w", id, err)
	}
	return nil
}

func (r *runner) spoilt(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bad = append(r.bad, id)
}

// unfinished are the queries that did not end well.
func (r *runner) unfinished() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bad)
}

// spent is what this session was billed so far.
func (r *runner) spent() (queries int, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queries, r.bytes
}

// slot waits for one of the engine's own places; free gives it back.
func (e *Engine) slot(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case e.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) free() { <-e.slots }

// pacer keeps starts apart: AWS counts them for the whole account, not for us alone.
type pacer struct {
	gap  time.Duration
	mu   sync.Mutex
	next time.Time
}

func (p *pacer) wait(ctx context.Context) {
	p.mu.Lock()
	now := time.Now()
	at := p.next
	if at.Before(now) {
		at = now
	}
	p.next = at.Add(p.gap)
	p.mu.Unlock()
	if d := at.Sub(now); d > 0 {
		_ = sleep(ctx, d) // the caller sees that ctx has ended
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
