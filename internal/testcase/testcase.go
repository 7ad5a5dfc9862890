// Package testcase runs the cases that stand next to queries and shows how rows differ.
//
// All cases go through one kind of engine, as a report would: their events are log files, read, deduplicated and given
// derived columns like any others. Opening a scope is the dear step, so cases of the same period and settings share one
// session; each sees only the events of its own log file.
package testcase

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"trailscribe/internal/engine"
	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
)

// Options say which cases are run and on what.
type Options struct {
	Definition *relation.Definition
	Hold       func(files map[string][]byte) source.Source                          // log files by key
	Open       func(d *relation.Definition, s source.Source) (engine.Engine, error) // an engine over them; Run closes it
	Only       func(q *query.Query) bool                                            // nil: every query
	// told of each case when it is done, one at a time; may be nil
	Done    func(v Verdict)
	Weekend []time.Weekday // of cases, which name none; nil: Saturday and Sunday
	// engines at the same time; 0: one for each processor, at most 4
	Parallel int
}

// Verdict is what came of one case, or of what a query's cases leave open.
type Verdict struct {
	Query, Case string // Case "" where the cases together are at fault
	Place       string // file:line:col
	Diff        string // how the rows differ, or why there are none; "" where the case holds
	Remark      string // what the cases leave open, though each may hold; Case is "" then
	Rows        int64  // rows the query gave
}

// Passed reports whether the case holds. A remark fails nothing.
func (v Verdict) Passed() bool { return v.Diff == "" }

// Run runs the cases and gives a verdict for each, in the order of the queries and of their files, and one with a remark for
// each query whose cases do not show both a hit and a near miss. A query without cases has a verdict that failed. An error means that
// nothing can be said: no engine, or ctx ended.
func Run(ctx context.Context, s *query.Set, o Options) ([]Verdict, error) {
	if o.Definition == nil || o.Hold == nil || o.Open == nil {
		return nil, errors.New("cases need the definition of events and an engine")
	}
	if o.Weekend == nil {
		o.Weekend = []time.Weekday{time.Saturday, time.Sunday}
	}
	if o.Parallel < 1 {
		o.Parallel = min(runtime.NumCPU(), 4)
	}
	r := &runner{o: o, set: s}
	for _, q := range s.Queries {
		if o.Only == nil || o.Only(q) {
			r.collect(q)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(o.Parallel)
	for _, b := range batches(r.cases) {
		group.Go(func() error { return r.runBatch(ctx, b) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return r.verdicts(), nil
}

type runner struct {
	o     Options
	set   *query.Set
	cases []*running
	mu    sync.Mutex
}

// running is a case on its way.
type running struct {
	query   *query.Query
	c       query.Case
	setting setting
	uses    func(relation string) []string // columns its statement reads
	prefix  string                         // of its log file's key
	stmt    engine.Statement
	verdict Verdict
	done    bool
}

func (r *runner) finish(c *running, diff string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.done {
		return
	}
	c.verdict.Diff, c.done = diff, true
	if r.o.Done != nil {
		r.o.Done(c.verdict)
	}
}

func (r *runner) verdicts() []Verdict {
	out := make([]Verdict, len(r.cases))
	for i, c := range r.cases {
		out[i] = c.verdict
	}
	return out
}

// collect compiles a query and binds its cases. What is wrong here is the verdict already.
func (r *runner) collect(q *query.Query) {
	whole := func(text string) {
		c := &running{query: q, verdict: Verdict{Query: q.ID, Place: q.File.Name()}}
		r.cases = append(r.cases, c)
		r.finish(c, text)
	}
	cases, bad := r.set.Cases(q)
	if err := bad.Err(); err != nil {
		whole("its cases cannot be read:\n" + err.Error())
		return
	}
	checked, bad := q.Compile(r.o.Definition.Catalog())
	if err := bad.Err(); err != nil {
		whole("its SQL is not acceptable:\n" + err.Error())
		return
	}
	for _, c := range cases {
		x := &running{query: q, c: c, uses: checked.Uses, verdict: Verdict{Query: q.ID, Case: c.Name, Place: c.Place.String()}}
		r.cases = append(r.cases, x)
		x.prefix = fmt.Sprintf("case-%05d/", len(r.cases))
		if err := x.prepare(r.o.Weekend); err != nil {
			r.finish(x, err.Error())
			continue
		}
		values, err := x.values()
		if err != nil {
			r.finish(x, err.Error())
			continue
		}
		bound, err := checked.Bind(values)
		if err != nil {
			r.finish(x, "the parameters cannot be bound: "+err.Error())
			continue
		}
		x.stmt = engine.Statement{ID: q.ID, Query: bound, HistoryDays: q.HistoryDays, LogFiles: x.prefix}
	}
	if len(cases) == 0 {
		whole("the query has no cases; put some in the file next to it, whose name ends in _test.yaml")
	} else if text := uncovered(q, cases); text != "" {
		c := &running{query: q, verdict: Verdict{Query: q.ID, Place: q.File.Name(), Remark: text}}
		r.cases = append(r.cases, c)
		r.finish(c, "")
	}
}

// uncovered says what the cases of a query leave open. A query that never failed to match may match everything.
func uncovered(q *query.Query, cases []query.Case) string {
	hit, miss := query.Covered(cases)
	if q.Kind == query.KindException {
		miss = false
		for _, c := range cases {
			miss = miss || len(c.Events) > 0 && len(c.Want) == 0
		}
	}
	switch {
	case !hit && !miss:
		return "no case matches, and none nearly does: add one that wants a row, and one with events that wants none"
	case !hit:
		return "no case matches: add one that wants a row"
	case !miss:
		return "no case wants no row: add one with events that nearly match and give none"
	}
	return ""
}
