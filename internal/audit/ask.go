package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/sql"
)

// answer is what a statement gave: rows that are kept, or the reason why there are none.
type answer struct {
	rows  result.Set // nil: none
	kept  run.Query
	fault string

	// set by checking what is kept
	recounted  int64
	rehashed   string
	population *int64
}

// ask puts every statement that has no kept result to the engine. Its error is one that ends the run; a statement that fails does not.
func (w *work) ask(ctx context.Context) ([]answer, error) {
	if err := w.askPopulations(ctx); err != nil {
		return nil, err
	}
	answers := make([]answer, len(w.plan.Statements))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, w.parts.Parallel))
	for i, st := range w.plan.Statements {
		if set, kept, ok := w.folder.Result(st.ID); ok {
			answers[i] = answer{rows: set, kept: kept}
			w.answered(st.ID)
			continue
		}
		g.Go(func() (err error) {
			if err = ctx.Err(); err == nil {
				answers[i], err = w.askOne(ctx, st)
			}
			if err == nil {
				w.answered(st.ID)
			}
			return err
		})
	}
	return answers, g.Wait()
}

func (w *work) answered(id string) {
	w.mu.Lock()
	w.done++
	e := Event{Step: StepQuery, Query: id, Done: w.done, Of: int64(len(w.plan.Statements))}
	w.mu.Unlock()
	w.tell(e)
}

func (w *work) askOne(ctx context.Context, st engine.Statement) (answer, error) {
	if w.session == nil { // every result was kept a moment ago
		return answer{}, fmt.Errorf("the kept rows of %s were altered while the run went on; start it again", st.ID)
	}
	begin := time.Now()
	rows, err := w.session.Query(ctx, st)
	if noteErr := w.noteBills(); noteErr != nil {
		if err == nil {
			noteErr = errors.Join(noteErr, rows.Close())
		}
		return answer{}, noteErr
	}
	if err != nil {
		return w.failed(ctx, st.ID, err)
	}
	watched := &asked{Rows: rows, columns: w.query(st.ID).Timed(rows.Columns())}
	set, kept, err := w.folder.KeepResult(st.ID, watched)
	switch {
	case err == nil:
	case watched.err != nil:
		return w.failed(ctx, st.ID, watched.err)
	case ctx.Err() != nil || ofDisk(err):
		return answer{}, err
	default: // rows that are not what their columns say
		return w.failed(ctx, st.ID, err)
	}
	return answer{rows: set, kept: kept}, w.noteStats(st.ID, rows.Stats(), time.Since(begin))
}

// failed says that a statement gave no rows. The run goes on, unless it was told to stop.
func (w *work) failed(ctx context.Context, id string, err error) (answer, error) {
	if ctx.Err() != nil {
		return answer{}, ctx.Err()
	}
	text := err.Error()
	var f *engine.Fault
	if errors.As(err, &f) {
		if f.Reason != "" && f.Reason != engine.Failed {
			text = string(f.Reason) + ": " + text
		}
		if f.Hint != "" {
			text += "; " + f.Hint
		}
	}
	if runes := []rune(text); len(runes) > 1000 {
		text = string(runes[:1000]) + "…"
	}
	w.tell(Event{Step: StepFailed, Query: id, Note: text})
	return answer{fault: text}, w.folder.Note(run.Fact{Step: StepFailed, Query: id, Name: "error", Value: text})
}

func (w *work) noteStats(id string, s engine.Stats, took time.Duration) error {
	if s.Elapsed > 0 {
		took = s.Elapsed
	}
	facts := []run.Fact{{Name: "elapsed", Value: took.Round(time.Millisecond).String()}}
	if s.Execution != "" {
		facts = append(facts, run.Fact{Name: "execution", Value: s.Execution})
	}
	if s.Bytes > 0 {
		facts = append(facts, run.Fact{Name: "bytes", Value: strconv.FormatInt(s.Bytes, 10)})
	}
	if s.Reused {
		facts = append(facts, run.Fact{Name: "reused", Value: "true"})
	}
	for _, x := range facts {
		x.Step, x.Query = StepQuery, id
		if err := w.folder.Note(x); err != nil {
			return err
		}
	}
	return nil
}

// query is the definition behind a statement's id; nil for a population.
func (w *work) query(id string) *query.Query {
	for _, q := range w.plan.Request.Report.Queries() {
		if q.ID == id {
			return q
		}
	}
	return nil
}

// asked is an engine's rows that remember their own error, to tell it from one of the disk.
type asked struct {
	engine.Rows
	columns []result.Column
	err     error
}

func (a *asked) Columns() []result.Column { return a.columns }
func (a *asked) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		for row, err := range a.Rows.All() {
			if err != nil {
				a.err = err
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// ofDisk tells an error of writing files from one of the rows.
func ofDisk(err error) bool {
	var path *fs.PathError
	var link *os.LinkError
	var number syscall.Errno
	return errors.As(err, &path) || errors.As(err, &link) || errors.As(err, &number)
}

// judge makes the record of each query: rows to a verdict, held against what was logged, exceptions kept. answers gets what the
// tie-outs need.
func (w *work) judge(ctx context.Context, in engine.Inputs, answers []answer) ([]run.Query, error) {
	logged := categories(in, expected(in, &w.plan.Request))
	known := w.findingContext(in)
	where := partition(in, &w.plan.Request)
	at := map[string]int{}
	for i, st := range w.plan.Statements {
		at[st.ID] = i
	}
	var out []run.Query
	for _, q := range w.plan.Request.Report.Queries() {
		st, a := w.plan.Statements[at[q.ID]], &answers[at[q.ID]]
		r := a.kept
		r.ID, r.Title, r.Kind, r.Severity = q.ID, q.Title, q.Kind, q.Severity.String()
		r.SQL, r.Params = st.Query.Text(sql.Trino, nil), w.plan.params[q.ID]
		r.SQLSHA256 = digest(r.SQL)
		if err := w.judgeOne(ctx, q, a, known, &r); err != nil {
			return nil, err
		}
		if a.rows == nil {
			r.Columns = q.Timed(st.Query.Columns())
		}
		if q.Kind == query.KindException {
			r.Recurs = slices.Compact(slices.Sorted(slices.Values(q.Pattern(r.Columns))))
		}
		r.Verdict = logged.logged(q, applicable(q, where, r.Verdict))
		if r.Verdict.OnlyAttempts() {
			r.Severity = q.Severity.Attempted().String()
		}
		if i, ok := at[q.ID+run.PopulationSuffix]; ok {
			if err := answers[i].count(q.ID); err != nil {
				return nil, err
			}
			r.PopulationSQL = digest(w.plan.Statements[i].Query.Text(sql.Trino, nil))
			if r.Population = answers[i].population; r.Population != nil {
				r.PopulationSHA256 = answers[i].kept.SHA256
			}
		}
		out = append(out, r)
	}
	return out, nil
}

func (w *work) judgeOne(ctx context.Context, q *query.Query, a *answer, known finding.Context, r *run.Query) (err error) {
	if a.rows == nil {
		r.Verdict = finding.Verdict{Outcome: finding.NotEvaluated, Reason: a.fault}
		return nil
	}
	if a.recounted, a.rehashed, err = w.folder.Recount(q.ID); err != nil {
		return err
	}
	keep, done := func(finding.Exception) error { return nil }, func(bool) (string, error) { return "", nil }
	if q.Kind == query.KindException {
		if keep, done, err = w.folder.Exceptions(q.ID); err != nil {
			return err
		}
	}
	v, err := finding.Judge(ctx, q, a.rows, known, keep)
	good := err == nil && v.Outcome != finding.NotEvaluated
	sum, closeErr := done(good)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case closeErr != nil:
		return closeErr
	case err != nil && ofDisk(err):
		return err
	case err != nil:
		v = finding.Verdict{Outcome: finding.NotEvaluated, Reason: err.Error(), Rows: a.kept.Rows}
	}
	r.Verdict, r.Duplicates, r.ExceptionsSHA256 = v, v.Duplicates, sum
	w.tell(Event{Step: StepJudge, Query: q.ID, Note: v.Outcome.String()})
	return nil
}

// digest is the SHA-256 of a text in hex.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// count reads the one number of a population.
func (a *answer) count(id string) error {
	if a.rows == nil {
		return nil
	}
	for row, err := range a.rows.All() {
		if err != nil {
			return fmt.Errorf("reading the population of %s: %w", id, err)
		}
		if n, ok := row[0].(int64); ok && len(row) == 1 && a.rows.Count() == 1 {
			a.population = &n
			return nil
		}
		break
	}
	a.fault = fmt.Sprintf("the population of %s gave %d rows and not one whole number", id, a.rows.Count())
	return nil
}
