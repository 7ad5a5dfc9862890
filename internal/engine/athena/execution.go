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
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/smithy-go/middleware"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/engine"
)

// execution is a query that ended.
type execution struct {
	id       string
	end      *types.QueryExecution
	scanned  int64
	elapsed  time.Duration
	output   string // object of the results, "" where Athena keeps them itself
	manifest string // object that names the files of a CREATE TABLE AS, "" where there is none
	attempt  int
	reused   bool // Athena gave the rows of an earlier, equal query, and bills nothing
	earlier  bool // it was started and paid for before this session: a crash or the same run before it
}

// well tells whether it ended well.
func (x *execution) well() bool {
	return x.end.Status.State == types.QueryExecutionStateSucceeded
}

// runner runs statements for one session.
type runner struct {
	e     *Engine
	run   string // what tokens are made of: the run and the state of the log files
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

func (e *Engine) runner(run string) *runner {
	return &runner{e: e, run: run, of: map[string]string{}, seen: map[string]bool{}}
}

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
// for another reason. usable says whether the outcome of a query can still be used, which may have been found by its token;
// nil: always.
func (r *runner) do(ctx context.Context, id, what string, statement func(attempt int) string, usable func(context.Context, *execution) (bool, error)) (*execution, error) {
	pause := r.e.o.Timing.RetryFirst
	tried, gone := 0, 0
	for attempt := 0; ; attempt++ {
		text := statement(attempt)
		if len(text) > longest {
			return nil, &engine.Fault{Reason: engine.Refused, Hint: "use staging (mode staged), or shorten lists of accounts, networks or parameters", Err: fmt.Errorf("%s: the statement has %d bytes, Athena takes %d", what, len(text), longest)}
		}
		began := time.Now()
		x, err := r.once(ctx, id, text, attempt, what)
		if err != nil {
			return nil, err
		}
		if x.well() {
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
				return nil, &engine.Fault{Reason: engine.Failed, Hint: "change the period or a parameter, or wait a day", Err: fmt.Errorf("%s: it was run %d times before and its outcome is gone", what, attempt+1)}
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
			if x, err := r.await(ctx, x.id, attempt, began, what); err != nil || x.well() {
				return x, err
			}
		}
	}
}

// before tells whether a query was submitted before this session began, by Athena's clock. That clock is known to a second
// only; but a query that lived longer than has passed since asked, when this session asked for it, is an earlier one too.
func (r *runner) before(q *types.QueryExecution, asked time.Time) bool {
	s := q.Status
	if s == nil || s.SubmissionDateTime == nil {
		return false
	}
	if s.CompletionDateTime != nil && s.CompletionDateTime.Sub(*s.SubmissionDateTime) > time.Since(asked)+roundedBy {
		return true
	}
	return !r.began.IsZero() && s.SubmissionDateTime.Before(r.began)
}

// roundedBy is how far Athena's times may be off that are compared with each other: they have milliseconds.
const roundedBy = 10 * time.Millisecond

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

// once starts an attempt and waits for its end, well or not.
func (r *runner) once(ctx context.Context, id, text string, attempt int, what string) (*execution, error) {
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
		r.spoilt(query)
		r.unseen(query)
		return nil, errors.Join(fault(ctx, what, err), r.stop(query))
	}
	x := r.ended(q, attempt, asked)
	if !x.well() {
		r.spoilt(query)
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
	r.spoilt(query)
	r.unseen(query)
	err := errors.Join(engine.TooSlow(what, r.e.o.Timeout), r.stop(query))
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	if q, waitErr := r.e.watch.wait(ctx, query); waitErr == nil {
		r.ended(q, attempt, asked)
	}
	return err
}

// ended is a query that ended, well or not; what it is billed is counted.
func (r *runner) ended(q *types.QueryExecution, attempt int, asked time.Time) *execution {
	query := aws.ToString(q.QueryExecutionId)
	x := &execution{id: query, end: q, attempt: attempt, earlier: r.before(q, asked)}
	if s := q.Statistics; s != nil {
		x.scanned = aws.ToInt64(s.DataScannedInBytes)
		x.elapsed = time.Duration(aws.ToInt64(s.TotalExecutionTimeInMillis)) * time.Millisecond
		x.manifest = aws.ToString(s.DataManifestLocation)
		x.reused = s.ResultReuseInformation != nil && s.ResultReuseInformation.ReusedPreviousResult
	}
	if q.ResultConfiguration != nil {
		x.output = aws.ToString(q.ResultConfiguration.OutputLocation)
	}
	r.count(q, x)
	return x
}

// Ids of the work for all statements. No statement of a file has one of them: theirs have a slash.
const (
	stageFiles   = "stage"
	stageAgain   = "stage again"
	countRecords = "count the records"
	placeFiles   = "place the log files outside the S3 layout"
)

// workOf is what a query is billed for: a statement's id, or work for all of them.
func workOf(id string) string {
	switch {
	case id == stageFiles || id == stageAgain:
		return engine.Staging
	case id == countRecords || id == placeFiles:
		return engine.Counting
	}
	return id
}

// bill notes what a query is billed for, once; again where that became known later.
func (r *runner) bill(id string, bytes int64) {
	for _, b := range slices.Backward(r.bills) {
		if b.Execution == id {
			if b.Bytes >= bytes {
				return
			}
			break
		}
	}
	r.bills = append(r.bills, engine.Bill{Of: r.of[id], Execution: id, Bytes: bytes})
}

// billsSoFar are those of the session.
func (r *runner) billsSoFar() []engine.Bill {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bills)
}

// count adds a query to what the session is billed. Failed ones are free, stopped ones are billed for what they read until
// then; a plan reads nothing.
func (r *runner) count(q *types.QueryExecution, x *execution) {
	r.mu.Lock()
	defer r.mu.Unlock()
	bytes := int64(0)
	switch q.Status.State {
	case types.QueryExecutionStateSucceeded:
		if !x.reused && (q.StatementType == types.StatementTypeDml || x.scanned > 0) {
			bytes = billed(x.scanned)
		}
	case types.QueryExecutionStateCancelled:
		if x.scanned > 0 { // one that still waited for its turn is free
			bytes = billed(x.scanned)
		}
	}
	r.bill(x.id, bytes)
	if x.earlier || r.seen[x.id] {
		return
	}
	r.seen[x.id] = true
	if x.reused {
		return
	}
	r.queries++
	r.bytes += bytes
}

// grace is how long a start goes on after its caller gave up, so that what Athena accepted is known and can be stopped. The
// call under way has a part of it; then it is asked again, in short steps.
const (
	grace    = 1500 * time.Millisecond
	underway = 700 * time.Millisecond
)

// outlive is a context that ends so long after another.
func outlive(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return out, func() { stop(); cancel() }
}

// hurried repeats a call in short steps, for one whose caller does not wait for AWS any more.
func hurried(o *athena.Options) {
	if o.Retryer != nil {
		o.Retryer = retry.AddWithMaxBackoffDelay(o.Retryer, 100*time.Millisecond)
	}
}

// start gives the id of a started query. It outlives ctx a little: a query that Athena accepted while the answer was given up
// would run on unseen.
func (r *runner) start(ctx context.Context, text, token, what string) (string, error) {
	g, err := r.e.workgroup(ctx)
	if err != nil {
		return "", err
	}
	timing := r.e.o.Timing
	slotPause, waited := timing.SlotFirst, time.Duration(0)
	unsure := 0 // answers that do not tell whether the query was accepted
	last, cancel := outlive(ctx, grace)
	defer cancel()
	for {
		switch {
		case ctx.Err() == nil:
			r.e.pace.wait(ctx)
		case unsure == 0:
			return "", fault(ctx, what, ctx.Err())
		case last.Err() != nil:
			return "", fault(ctx, what+", of which Athena did not say whether it was started", ctx.Err())
		}
		if ctx.Err() != nil && unsure == 0 {
			continue // it ended while the pace was kept
		}
		id, err := r.call(ctx, last, g, text, token)
		switch {
		case err == nil && ctx.Err() != nil:
			r.spoilt(id)
			r.unseen(id)
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
			if unsure++; ctx.Err() != nil {
				_ = sleep(last, 100*time.Millisecond) // the grace bounds it
				continue
			}
			if unsure > patience {
				return "", fault(ctx, what, err)
			}
			_ = sleep(ctx, timing.RetryFirst)
		}
	}
}

// call asks once for a start. When ctx ends it goes on for a moment; last ends it at last.
func (r *runner) call(ctx, last context.Context, g *workgroup, text, token string) (string, error) {
	o := &r.e.o
	call, cancel := context.WithTimeout(last, 2*time.Minute)
	defer cancel()
	var hurry []func(*athena.Options)
	if ctx.Err() != nil {
		hurry = append(hurry, hurried)
	} else {
		defer context.AfterFunc(ctx, func() { time.AfterFunc(underway, cancel) })()
	}
	// A new input each time: the client writes into it.
	in := &athena.StartQueryExecutionInput{
		QueryString: &text, ClientRequestToken: &token, WorkGroup: &o.Workgroup,
		QueryExecutionContext:    &types.QueryExecutionContext{Database: &o.Database},
		ResultReuseConfiguration: &types.ResultReuseConfiguration{ResultReuseByAgeConfiguration: &types.ResultReuseByAgeConfiguration{Enabled: false}},
	}
	if o.Reuse > 0 {
		in.ResultReuseConfiguration.ResultReuseByAgeConfiguration = &types.ResultReuseByAgeConfiguration{Enabled: true, MaxAgeInMinutes: aws.Int32(int32(o.Reuse))}
	}
	if o.Output != "" && !g.enforced && !g.managed {
		in.ResultConfiguration = &types.ResultConfiguration{OutputLocation: aws.String(strings.TrimRight(o.Output, "/") + "/")}
	}
	sent := time.Now()
	out, err := o.Athena.StartQueryExecution(call, in, hurry...)
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
	for ctx.Err() == nil {
		if _, err = r.e.o.Athena.StopQueryExecution(ctx, &athena.StopQueryExecutionInput{QueryExecutionId: &id}, hurried); err == nil || refusal(err) {
			break
		}
		_ = sleep(ctx, 50*time.Millisecond)
	}
	if err != nil {
		sentence, _ := awsconfig.Explain(err)
		return &explained{"stop the query " + id + ", which may run on: " + sentence, err}
	}
	return nil
}

func (r *runner) spoilt(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bad = append(r.bad, id)
}

// unseen notes a query whose end was not waited for.
func (r *runner) unseen(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = append(r.stopped, id)
}

// settle waits until the queries that were stopped have ended. One that still reads while the staged files are deleted could
// end well with rows missing, and the same run would later take its rows for an answer.
func (r *runner) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
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

// settleWithin is how long stopped queries may take to end before their staged copy is left to the next run.
const settleWithin = 10 * time.Second

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
