package athena

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
	"trailscribe/internal/unread"
)

// session is one opened scope.
type session struct {
	e      *Engine
	t      *table
	scope  engine.Scope
	w      span
	found  *scan
	runner *runner
	mode   string

	partitioning *partitioning // of the staged table; nil: it has no partitions
	extracted    extracted     // columns that it has besides those of events
	table        string        // the staged one
	made         bool          // it may exist
	stagedBy     *execution
	location     string          // where its files lie
	files        map[string]bool // their keys
	changed      engine.Changes  // of the log files while it was made

	mu        sync.Mutex
	inputs    *engine.Inputs
	unmatched map[string]bool // account, or account and day, of whose files the table gave no record
	closing   sync.Once

	brokenMu sync.Mutex
	broken   map[string]unread.Reason // keys of files that Athena gave up over
}

// Open lists the log files of the scope and stages them if that is the cheaper way, or the one that was asked for.
func (e *Engine) Open(ctx context.Context, scope engine.Scope) (engine.Session, error) {
	w, err := window(scope)
	if err != nil {
		return nil, err
	}
	if _, err := stored(scope); err != nil {
		return nil, err
	}
	t, err := e.physical(ctx)
	if err != nil {
		return nil, err
	}
	found, err := e.take(ctx, t, scope, w)
	if err != nil {
		return nil, err
	}
	run := scope.Run + scope.Owner
	if run == "" {
		run = rand.Text() // nothing that comes back is meant
	}
	s := &session{e: e, t: t, scope: scope, w: w, found: found, mode: e.mode(scope, found)}
	body, err := s.relation(relation.Staged) // a scope that cannot be bound is refused here
	if err != nil {
		return nil, err
	}
	layout := ""
	value := &sql.Literals{Dialect: sql.Trino}
	if s.mode == Staged && e.partitioned(found) {
		s.partitioning = e.partitioning(scope, min(maxPartitioningText, longest-len(body)-reservedText))
		layout = s.partitioning.sql(value)
	}
	if s.mode == Staged {
		s.extracted = e.extract(scope, s.partitioning)
		layout += strings.Join(s.extracted.columns(value), "\n")
	}
	if value.Err != nil {
		return nil, engine.RefuseScope(value.Err)
	}
	// What a crash left is taken over only if it holds the same, partitioned in the same way.
	sum := sha256.Sum256([]byte(stateOf(t, found) + layout))
	state := hex.EncodeToString(sum[:])
	s.runner, s.table = e.runner(run+" "+state), stagedTable(run, state)
	e.warnOfListing(found, w)
	if s.mode == Staged {
		if err := s.stage(ctx); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// text is a statement over the staged table, or over the log files themselves.
func (s *session) text(st engine.Statement) (string, error) {
	sources, err := st.Sources(sql.Trino, s.scope, func(name string) (relation.Rows, error) { return s.rows(name, st.Query) })
	if err != nil {
		return "", err
	}
	return st.Query.TextWith(sources, s.extracted), nil
}

// rows says where a statement finds the rows of a relation.
func (s *session) rows(name string, q *sql.Bound) (relation.Rows, error) {
	if s.mode != Staged {
		from, err := s.relation(name)
		return relation.Rows{From: from}, err
	}
	cols, err := stored(s.scope)
	if err != nil {
		return relation.Rows{}, err
	}
	value := sql.Literals{Dialect: sql.Trino}
	where := relation.Part + " = " + value.Of(name)
	if s.partitioning != nil {
		where = partitionKey + " IN (" + value.List(s.partitioning.of(q, name)) + ")"
	}
	return relation.Rows{From: s.tableName(), Columns: cols, Where: []string{where}, More: s.extracted.of(q, name)}, value.Err
}

// Check lets Athena plan the statement. That is free and reads nothing.
func (s *session) Check(ctx context.Context, st engine.Statement) error {
	query, err := s.text(st)
	if err != nil {
		return err
	}
	_, err = s.runner.run(ctx, "check "+st.ID, "plan "+st.ID, func(int) string { return "EXPLAIN " + query }, nil)
	return err // planning reads no file
}

// Query runs the statement to its end; the rows are read afterwards. Cancelling ctx stops it at Athena too.
func (s *session) Query(ctx context.Context, st engine.Statement) (engine.Rows, error) {
	if _, err := s.text(st); err != nil {
		return nil, err
	}
	r := &rows{ctx: ctx, e: s.e, id: st.ID, cols: st.Query.Columns()}
	if err := s.answer(ctx, r, func() (string, error) { return s.text(st) }); err != nil {
		return nil, err
	}
	return r, nil
}

// mostBroken is how many files may be left out because Athena gives up over them. Each costs a query that fails, which is free.
const mostBroken = 50

// do runs a statement. Athena gives up a whole query over one file that it cannot read; such a file is left out, counted as
// refused, and the statement is built and run anew.
func (s *session) run(ctx context.Context, id, what string, build func() (func(attempt int) string, error),
	usable func(context.Context, *execution) (bool, error)) (*execution, error) {
	for {
		statement, err := build()
		if err != nil {
			return nil, err
		}
		x, err := s.runner.run(ctx, id, what, statement, usable)
		var failed *queryFailed
		if err == nil || !errors.As(err, &failed) || !failed.ofFile() || !s.leaveOut(failed.reason) {
			return x, err
		}
	}
}

// leaveOut notes the file that Athena names in its reason; false where it names none that is known, or too many were named.
func (s *session) leaveOut(reason string) bool {
	s.brokenMu.Lock()
	defer s.brokenMu.Unlock()
	best := ""
	for _, f := range s.found.files {
		if f.state == engine.FileRead && len(f.key) > len(best) && strings.Contains(reason, s.e.o.Source.Name()+f.key) {
			best = f.key
		}
	}
	if best == "" || len(s.broken) >= mostBroken {
		return false
	}
	if s.broken == nil {
		s.broken = map[string]unread.Reason{}
	}
	if s.broken[best].Kind != "" {
		return false // it was left out and yet named again
	}
	s.broken[best] = unread.Because(unread.AthenaFailed, errorName(reason))
	return true
}

// excluded are the places of the files left out.
func (s *session) excluded() (out []string) {
	s.brokenMu.Lock()
	defer s.brokenMu.Unlock()
	for key := range s.broken {
		out = append(out, s.e.o.Source.Name()+key)
	}
	slices.Sort(out)
	return out
}

// answer runs a statement and takes the first page of its results.
func (s *session) answer(ctx context.Context, r *rows, query func() (string, error)) (err error) {
	what := "run " + r.id
	// Results of an earlier session may be gone: only those that can still be read spare running it again.
	usable := func(ctx context.Context, x *execution) (bool, error) {
		if !x.earlier {
			return true, nil
		}
		r.first, err = s.e.page(ctx, x.id, nil)
		switch awsconfig.Code(err) {
		case "InvalidRequestException", "NoSuchKey", "NotFound":
			r.first = nil
			return false, nil
		}
		return err == nil, fault(ctx, what, err)
	}
	build := func() (func(int) string, error) {
		text, err := query()
		return func(int) string { return text }, err
	}
	if r.x, err = s.run(ctx, r.id, what, build, usable); err == nil || ctx.Err() == nil {
		if s.mode == Staged {
			if gone := s.checkFiles(ctx, r.id); gone != nil {
				return errors.Join(gone, err)
			}
		}
	}
	if err != nil {
		return err
	}
	if r.first == nil {
		if r.first, err = s.e.page(ctx, r.x.id, nil); err != nil {
			return fault(ctx, "read the rows of "+r.id, err)
		}
	}
	r.stats.Bytes, r.stats.Elapsed, r.stats.Execution, r.stats.Cost = r.x.scanned, max(r.x.elapsed, 1), r.x.id,
		s.e.o.Price.For(billed(r.x.scanned))
	if r.x.reused {
		r.stats.Reused, r.stats.Cost = true, s.e.o.Price.For(0)
		s.e.o.Warn(fmt.Sprintf("%s: Athena gave the rows of an earlier, equal query, at most %d minutes old", r.id, s.e.o.Reuse))
	}
	return nil
}

// Files is every log file of the scope with its state, in key order. Athena does not say what is in a file, so there is
// neither a count nor a hash.
func (s *session) Files(ctx context.Context) iter.Seq2[engine.InputFile, error] {
	return func(yield func(engine.InputFile, error) bool) {
		if _, err := s.Inputs(ctx); err != nil { // it finds out which files the table does not see
			yield(engine.InputFile{}, err)
			return
		}
		for _, f := range s.found.files {
			if err := ctx.Err(); err != nil {
				yield(engine.InputFile{}, fault(ctx, "list the log files", err))
				return
			}
			f = s.seen(f)
			if !yield(engine.InputFile{Key: f.key, Size: f.size, State: f.state, Reason: f.reason}, nil) {
				return
			}
		}
	}
}

// Spent is what the session was billed so far: staging and counting too, nothing that an earlier one paid.
func (s *session) Spent() engine.Spent {
	n, bytes := s.runner.spent()
	return engine.Spent{Mode: s.mode, Executions: n, Bytes: bytes, Cost: s.e.o.Price.For(bytes)}
}

// Bills are the executions that ended so far.
func (s *session) Bills() []engine.Bill { return s.runner.billsSoFar() }

// closeWithin is how long dropping the staged table may take; its context is a fresh one.
const closeWithin = 2 * time.Minute

// Close drops the staged table and its files.
func (s *session) Close() (err error) {
	s.closing.Do(func() {
		if !s.made {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
		defer cancel()
		drained := s.runner.drain(ctx)
		if err = drained; err == nil {
			err = s.e.drop(ctx, s.table)
		}
		if g, groupErr := s.e.workgroup(ctx); drained == nil && groupErr == nil && g.enforced && g.output != "" {
			for _, id := range s.runner.unfinished() { // attempts that failed have left files without a table
				err = errors.Join(err, s.e.clear(ctx, awsconfig.Below(g.output, "tables", id), s.table))
			}
		}
		if err != nil {
			err = fmt.Errorf("the staged table %s.%s could not be dropped; the next run does it, or 'trailscribe infra status' shows it: %w",
				s.e.o.StagingDatabase, s.table, err)
		}
	})
	return err
}

var _ engine.Session = (*session)(nil)
