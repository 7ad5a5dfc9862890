package athena

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"trailscribe/internal/engine"
)

func ask(ctx context.Context, r *runner, id, sql string) (*execution, error) {
	return r.run(ctx, id, "run "+id, func(int) string { return sql }, nil)
}

func ends(state types.QueryExecutionState, retryable bool, reason string) *types.QueryExecutionStatus {
	return &types.QueryExecutionStatus{State: state, StateChangeReason: &reason, AthenaError: &types.AthenaError{Retryable: retryable,
		ErrorType: aws.Int32(1)}}
}

func TestPaidOnce(t *testing.T) {
	for name, c := range map[string]struct {
		set     func(*stand)
		queries int           // that were accepted
		fails   engine.Reason // "" well
		least   time.Duration
	}{
		"well":                      {func(*stand) {}, 1, "", 0},
		"answer lost":               {func(s *stand) { s.lose = 3 }, 1, "", 0},
		"500 after it was accepted": {func(s *stand) { s.refuse = []error{api("InternalServerException", "x")} }, 1, "", 0},
		"throttled":                 {func(s *stand) { s.refuse = []error{api("ThrottlingException", "Rate exceeded")} }, 1, "", 0},
		"all slots taken":           {func(s *stand) { s.slots = 8 }, 1, "", time.Minute},
		"slots never free":          {func(s *stand) { s.slots = 1 << 30 }, 0, engine.Throttled, 30 * time.Minute},
		"no permission": {func(s *stand) {
			s.refuse = []error{api("AccessDeniedException", "not authorized to perform: athena:StartQueryExecution")}
		}, 0, engine.NoPermission, 0},
		"back to the queue":         {func(s *stand) { s.takes, s.requeued = time.Minute, true }, 1, "", time.Minute},
		"fails once, worth another": {failing(1, true), 2, "", 0},
		"fails always, worth more":  {failing(1000, true), attempts, engine.Failed, 0},
		"fails, not worth another":  {failing(1, false), 1, engine.Failed, 0},
		"stopped by the scan limit": {func(s *stand) {
			s.fail = func(int, string) *types.QueryExecutionStatus {
				return ends("CANCELLED", false, "Query cancelled! Bytes scanned limit was exceeded")
			}
		}, 1, engine.Failed, 0},
		"fails without any reason": {func(s *stand) {
			s.fail = func(int, string) *types.QueryExecutionStatus { return &types.QueryExecutionStatus{State: "FAILED"} }
		}, 1, engine.Failed, 0},
		"gives garbage for an hour": {func(s *stand) { s.lose = 1 << 30 }, 1, engine.Failed, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				defer time.Sleep(time.Minute) // until nobody looks at queries any more
				s := newStand()
				c.set(s)
				r := onStand(t, s, nil).runner("run")
				begin := time.Now()
				x, err := ask(t.Context(), r, "q", "SELECT 1")
				var f *engine.Fault
				switch {
				case c.fails == "" && (err != nil || x.id == ""):
					t.Errorf("%v", err)
				case c.fails != "" && (!errors.As(err, &f) || f.Reason != c.fails || f.Hint == ""):
					t.Errorf("got %v, want %s", err, c.fails)
				}
				if len(s.queries) != c.queries {
					t.Errorf("%d queries were accepted, want %d", len(s.queries), c.queries)
				}
				if took := time.Since(begin); took < c.least {
					t.Errorf("it took %s, want %s at least", took, c.least)
				}
			})
		})
	}
}

// failing lets the first n queries fail.
func failing(n int, retryable bool) func(*stand) {
	return func(s *stand) {
		s.fail = func(i int, _ string) *types.QueryExecutionStatus {
			if i <= n {
				return ends(types.QueryExecutionStateFailed, retryable, "GENERIC_INTERNAL_ERROR: SlowDown\x1b[2J")
			}
			return nil
		}
	}
}

// A second session of the same run over the same log files pays nothing again: neither what ended well, nor what still runs.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(time.Minute) // until nobody looks at queries any more
		s := newStand()
		s.takes = time.Minute
		e := onStand(t, s, nil)
		first, err := ask(t.Context(), e.runner("run"), "q", "SELECT 1")
		if err != nil || first.earlier {
			t.Fatal(first, err)
		}
		time.Sleep(time.Hour)
		r := e.runner("run")
		if _, err := ask(t.Context(), r, "other", "SELECT 2"); err != nil { // tells the runner the time
			t.Fatal(err)
		}
		again, err := ask(t.Context(), r, "q", "SELECT 1")
		if err != nil || again.id != first.id || !again.earlier {
			t.Errorf("got %+v, %v; want the query %s", again, err, first.id)
		}
		if n, bytes := r.spent(); n != 1 || bytes != 25<<20 {
			t.Errorf("billed %d queries and %d bytes, want one and 25 MiB", n, bytes)
		}
		if other, err := ask(t.Context(), e.runner("another run"), "q", "SELECT 1"); err != nil || other.id == first.id {
			t.Errorf("another run got the same query: %v, %v", other, err)
		}
		if len(s.queries) != 3 {
			t.Errorf("%d queries", len(s.queries))
		}
	})
}

// How a query of an earlier session failed says nothing: what was wrong may be put right.
func TestFailedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(time.Minute) // until nobody looks at queries any more
		s := newStand()
		failing(1, false)(s)
		e := onStand(t, s, nil)
		if _, err := ask(t.Context(), e.runner("run"), "q", "SELECT 1"); err == nil {
			t.Fatal("it did not fail")
		}
		time.Sleep(time.Minute)
		if x, err := ask(t.Context(), e.runner("run"), "q", "SELECT 1"); err != nil || x.attempt != 1 {
			t.Errorf("%+v, %v", x, err)
		}
	})
}

// Whenever a run is interrupted, no query runs on: not a running one, not one whose start is under way or was lost. It does
// not take longer than a person waits, whatever AWS answers.
func TestInterrupted(t *testing.T) {
	for _, after := range []time.Duration{0, time.Millisecond, 99 * time.Millisecond, time.Second, time.Minute} {
		for name, set := range map[string]func(*stand){
			"running":   func(*stand) {},
			"lost":      func(s *stand) { s.lose = 2 },
			"all lost":  func(s *stand) { s.lose = 5 },
			"silent":    func(s *stand) { s.silent = true },
			"throttled": func(s *stand) { s.refuse = slices.Repeat([]error{api("ThrottlingException", "Rate exceeded")}, 4) },
			"queue":     func(s *stand) { s.slots = 3 },
		} {
			t.Run(name+" "+after.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					defer time.Sleep(time.Minute) // until nobody looks at queries any more
					s := newStand()
					s.takes = time.Hour
					set(s)
					e := onStand(t, s, nil)
					ctx, cancel := context.WithCancel(t.Context())
					var at time.Time
					time.AfterFunc(after, func() { at = time.Now(); cancel() })
					r := e.runner("run")
					var wg sync.WaitGroup
					for _, id := range []string{"a", "b", "c", "d", "e", "f", "g"} {
						wg.Go(func() {
							_, err := ask(ctx, r, id, "SELECT "+id)
							var f *engine.Fault
							if !errors.As(err, &f) || f.Reason != engine.Cancelled {
								t.Errorf("%s: %v", id, err)
							}
						})
					}
					wg.Wait()
					if took := time.Since(at); took > 2*time.Second {
						t.Errorf("it took %s", took)
					}
					for id, q := range s.queries {
						if q.end == nil {
							t.Errorf("the query %s runs on", id)
						}
					}
					if after == time.Minute && len(s.queries) == 0 {
						t.Error("nothing was started")
					}
				})
			})
		}
	}
}

// Athena may stay silent for good. The interrupt ends all the same, and the same command finds what was started.
func TestInterruptedInSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(time.Minute)
		s := newStand()
		s.lose = 1 << 30
		e := onStand(t, s, nil)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := ask(ctx, e.runner("run"), "q", "SELECT 1")
		if err == nil || !strings.Contains(err.Error(), "did not say whether it was started") {
			t.Error(err)
		}
		s.lose = 0
		if x, err := ask(t.Context(), e.runner("run"), "q", "SELECT 1"); err != nil || len(s.queries) != 1 {
			t.Errorf("%+v, %v, %d queries", x, err, len(s.queries))
		}
	})
}

// Two may wait for the same query; that one gives up must not leave the other waiting for ever.
func TestTwoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(time.Minute)
		s := newStand()
		s.takes = time.Minute
		e := onStand(t, s, nil)
		first, err := e.o.Athena.StartQueryExecution(t.Context(), &athena.StartQueryExecutionInput{QueryString: aws.String("SELECT 1"),
			ClientRequestToken: aws.String(strings.Repeat("x", 40))})
		if err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		long, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := e.watch.wait(short, *first.QueryExecutionId); err == nil {
				t.Error("it ended in a second")
			}
		})
		wg.Go(func() {
			if _, err := e.watch.wait(long, *first.QueryExecutionId); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
	})
}

// Athena may give no proper answers for a while. A query that costs money is not stopped for that, but after some minutes it is.
func TestMute(t *testing.T) {
	for silence, stopped := range map[time.Duration]int{time.Minute: 0, time.Hour: 1} {
		synctest.Test(t, func(t *testing.T) {
			defer time.Sleep(time.Minute)
			s := newStand()
			s.takes, s.errorsSince = time.Second, time.Now().Add(silence)
			begin := time.Now()
			_, err := ask(t.Context(), onStand(t, s, nil).runner("run"), "q", "SELECT 1")
			if (err != nil) != (stopped > 0) || len(s.stopped) != stopped || len(s.queries) != 1 {
				t.Errorf("errors for %s: %v, %d stopped", silence, err, len(s.stopped))
			}
			if took := time.Since(begin); took > 3*time.Minute {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// A run that is taken up at once after a crash knows by their age what it did not start itself, though Athena's clock is
// known to a second only.
func TestEarlierByAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(time.Minute)
		s := newStand()
		s.takes = 700 * time.Millisecond
		e := onStand(t, s, nil)
		if _, err := ask(t.Context(), e.runner("run"), "q", "SELECT 1"); err != nil {
			t.Fatal(err)
		}
		if x, err := ask(t.Context(), e.runner("run"), "q", "SELECT 1"); err != nil || !x.earlier {
			t.Errorf("%+v, %v", x, err)
		}
		if x, err := ask(t.Context(), e.runner("other"), "q", "SELECT 1"); err != nil || x.earlier {
			t.Errorf("%+v, %v", x, err)
		}
	})
}

// Slots of our own bound what runs at once, and one call looks at all that runs.
func TestBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(time.Minute) // until nobody looks at queries any more
		s := newStand()
		s.takes = 10 * time.Minute
		e := onStand(t, s, func(o *Options) { o.Concurrency = 3 })
		r := e.runner("run")
		var wg sync.WaitGroup
		for _, id := range strings.Split("a b c d e f", " ") {
			wg.Go(func() {
				if _, err := ask(t.Context(), r, id, "SELECT "+id); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(5 * time.Minute)
		s.mu.Lock()
		if len(s.queries) != 3 {
			t.Errorf("%d queries run at once, want 3", len(s.queries))
		}
		s.mu.Unlock()
		wg.Wait()
		if s.polls > 2*200 { // twice ten minutes, every five seconds when they have run for a while
			t.Errorf("%d looks for six queries", s.polls)
		}
	})
}

func TestTooLong(t *testing.T) {
	s := newStand()
	var f *engine.Fault
	if _, err := ask(t.Context(), onStand(t, s, nil).runner("run"), "q", strings.Repeat("x", longest+1)); !errors.As(err, &f) ||
		f.Reason != engine.Refused || s.starts > 0 {
		t.Error(err)
	}
}

// What Trino says of the limits that the embedded engine has too has the same reason there.
func TestFailedByALimit(t *testing.T) {
	for _, text := range []string{
		"INVALID_FUNCTION_ARGUMENT: Concatenated string is too large",
		"EXCEEDED_FUNCTION_MEMORY_LIMIT: Concatenated string has the length in bytes larger than the maximum output length 1048576",
		"INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000 entries",
		"INVALID_FUNCTION_ARGUMENT: count argument of repeat function must be less than or equal to 10000",
		"INVALID_FUNCTION_ARGUMENT: result of repeat function must not take more than 1000000 bytes",
		"INVALID_FUNCTION_ARGUMENT: The combined inputs for Levenshtein distance are too large",
		"NOT_SUPPORTED: Recursion depth limit exceeded (10). Use 'max_recursion_depth' session property to modify the limit.",
		"over the limit: replace makes a text of 2000000 bytes, and at most 1048576 are allowed",
	} {
		q := &types.QueryExecution{QueryExecutionId: aws.String("id"), Status: &types.QueryExecutionStatus{State: types.QueryExecutionStateFailed,
			StateChangeReason: aws.String(text), AthenaError: &types.AthenaError{ErrorType: aws.Int32(1001)}}}
		var f *engine.Fault
		if err := failed("run q", q); !errors.As(err, &f) || f.Reason != engine.OverLimit || strings.Contains(f.Hint, "try_cast") ||
			f.Hint == "" {
			t.Errorf("%s: %#v", text, err)
		}
	}
}

// The terminal and a report show what Athena says, and no more.
func TestFailedWords(t *testing.T) {
	for reason, want := range map[string]engine.Reason{
		"HIVE_BAD_DATA: Error parsing field": engine.Failed, "Access Denied (Service: Amazon S3)": engine.NoPermission,
		"TABLE_NOT_FOUND: line 1:8": engine.Refused,
		"a\x1b[31mb\u202e":          engine.Failed,
	} {
		q := &types.QueryExecution{QueryExecutionId: aws.String("id"), Status: &types.QueryExecutionStatus{State: "FAILED",
			StateChangeReason: &reason}}
		err := failed("run q", q)
		var f *engine.Fault
		if !errors.As(err, &f) || f.Reason != want || f.Hint == "" || strings.ContainsAny(err.Error(), "\x1b\u202e") {
			t.Errorf("%q: %v", reason, err)
		}
	}
	q := &types.QueryExecution{QueryExecutionId: aws.String("id"), Status: &types.QueryExecutionStatus{State: "FAILED",
		AthenaError: &types.AthenaError{ErrorType: aws.Int32(1501)}}}
	if f := failed("run q", q).(*engine.Fault); f.Reason != engine.NoPermission ||
		!strings.Contains(f.Error(), "a permission is missing (query id)") {
		t.Error(f)
	}
}
