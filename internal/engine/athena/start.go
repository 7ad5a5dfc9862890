package athena

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/smithy-go/middleware"

	"trailscribe/internal/awsconfig"
)

// syncClock takes the server's time from the first answer, so that a wrong clock here does no harm.
func (r *runner) syncClock(m middleware.Metadata, sent time.Time) {
	r.clock.Do(func() {
		r.began = sent
		if at, ok := awsmiddleware.GetServerTime(m); ok {
			// The answer's time has whole seconds, and came after the query was accepted.
			r.began = at.Add(-time.Since(sent)).Truncate(time.Second).Add(-time.Second)
		}
	})
}

// grace is how long a start goes on after its caller gave up, so that what Athena accepted is known and can be stopped. The
// call under way has a part of it; then it is asked again, in short steps.
const (
	grace     = 1500 * time.Millisecond
	callGrace = 700 * time.Millisecond
)

// detached is a context that ends so long after another.
func detached(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return out, func() { stop(); cancel() }
}

// fastRetry repeats a call in short steps, for one whose caller does not wait for AWS any more.
func fastRetry(o *athena.Options) {
	if o.Retryer != nil {
		o.Retryer = retry.AddWithMaxBackoffDelay(o.Retryer, 100*time.Millisecond)
	}
}

// start gives the id of a started query. It outlives ctx a little: a query that Athena accepted while the answer was given up
// would run on unnoticed.
func (r *runner) start(ctx context.Context, text, token, what string) (string, error) {
	g, err := r.e.workgroup(ctx)
	if err != nil {
		return "", err
	}
	timing := r.e.o.Timing
	slotPause, waited := timing.SlotFirst, time.Duration(0)
	unsure := 0 // answers that do not tell whether the query was accepted
	last, cancel := detached(ctx, grace)
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
			r.noteFailed(id)
			r.noteAbandoned(id)
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
			if unsure > maxErrors {
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
	var options []func(*athena.Options)
	if ctx.Err() != nil {
		options = append(options, fastRetry)
	} else {
		defer context.AfterFunc(ctx, func() { time.AfterFunc(callGrace, cancel) })()
	}
	reuse := &types.ResultReuseByAgeConfiguration{Enabled: false}
	if o.Reuse > 0 {
		reuse = &types.ResultReuseByAgeConfiguration{Enabled: true, MaxAgeInMinutes: aws.Int32(int32(o.Reuse))}
	}
	// A new input each time: the client writes into it.
	in := &athena.StartQueryExecutionInput{
		QueryString: &text, ClientRequestToken: &token, WorkGroup: &o.Workgroup,
		QueryExecutionContext:    &types.QueryExecutionContext{Database: &o.Database},
		ResultReuseConfiguration: &types.ResultReuseConfiguration{ResultReuseByAgeConfiguration: reuse},
	}
	if o.Output != "" && !g.enforced && !g.managed {
		in.ResultConfiguration = &types.ResultConfiguration{OutputLocation: aws.String(strings.TrimRight(o.Output, "/") + "/")}
	}
	sent := time.Now()
	out, err := o.Athena.StartQueryExecution(call, in, options...)
	if err != nil {
		return "", err
	}
	if aws.ToString(out.QueryExecutionId) == "" {
		return "", errors.New("Athena accepted the query without naming it")
	}
	r.syncClock(out.ResultMetadata, sent)
	return *out.QueryExecutionId, nil
}

// stopWithin is how long stopping a query may take; its context is a fresh one, because the caller's has ended.
const stopWithin = 5 * time.Second

func (r *runner) stop(id string) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	var err error
	for ctx.Err() == nil {
		if _, err = r.e.o.Athena.StopQueryExecution(ctx, &athena.StopQueryExecutionInput{QueryExecutionId: &id},
			fastRetry); err == nil || refusal(err) {
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
