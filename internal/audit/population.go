package audit

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"trailscribe/internal/engine"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/sql"
)

// populationsID is the statement that counts many populations in one reading.
const populationsID = "populations"

// populations are the population statements that only count events under a condition. Each would read the same few columns
// of the whole period, and a remote engine bills a least amount for each; asked as one they are read once.
type populations struct {
	statement engine.Statement
	members   []engine.Statement
	column    []int // of each member in the statement's row; equal conditions share one
}

// combine makes one statement of those that can be; nil where fewer than two can.
func combine(list []engine.Statement, catalog sql.Catalog) (*populations, error) {
	p := &populations{}
	at := map[string]int{}
	var items []string
	for _, st := range list {
		condition, ok := st.Query.Counts("events")
		if !ok {
			continue
		}
		if _, seen := at[condition]; !seen {
			at[condition] = len(items)
			items = append(items, fmt.Sprintf("count_if(%s) AS n%d", condition, len(items)+1))
		}
		p.members, p.column = append(p.members, st), append(p.column, at[condition])
	}
	if len(p.members) < 2 {
		return nil, nil
	}
	parsed, bad := sql.Parse("SELECT "+strings.Join(items, ", ")+" FROM events", nil)
	if err := bad.Err(); err != nil {
		return nil, fmt.Errorf("counting all populations at once: %w", err)
	}
	checked, bad := parsed.Check(catalog, nil)
	if err := bad.Err(); err != nil {
		return nil, fmt.Errorf("counting all populations at once: %w", err)
	}
	bound, err := checked.Bind(nil)
	if err != nil {
		return nil, fmt.Errorf("counting all populations at once: %w", err)
	}
	p.statement = engine.Statement{ID: populationsID, Query: bound}
	return p, nil
}

// Asked are the statements as they are put to the engine: those of the report, and its populations in as few as can be.
func (p *Plan) Asked() []engine.Statement {
	if p.populations == nil {
		return p.Statements
	}
	member := map[string]bool{}
	for _, st := range p.populations.members {
		member[st.ID] = true
	}
	var out []engine.Statement
	for _, st := range p.Statements {
		if !member[st.ID] {
			out = append(out, st)
		}
	}
	return append(out, p.populations.statement)
}

// askPopulations counts the members that have no kept result and keeps each as if it had been asked alone: the run folder
// holds the text of each, so that a reader can ask it alone. Those that could not be counted together are left for asking
// one by one, because a condition that fails must not take the others with it.
func (w *work) askPopulations(ctx context.Context) error {
	p := w.plan.populations
	if p == nil || w.session == nil {
		return nil
	}
	var missing []int
	for i, st := range p.members {
		if _, _, ok := w.folder.Result(st.ID); !ok {
			missing = append(missing, i)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	row, stats, err := w.only(ctx, p.statement)
	if noteErr := w.noteBills(); noteErr != nil {
		return noteErr
	}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return w.folder.Note(run.Fact{Step: StepFailed, Query: p.statement.ID, Name: "error",
			Value: err.Error() + "; each population is counted alone"})
	}
	for _, i := range missing {
		st := p.members[i]
		if _, _, err := w.folder.KeepResult(st.ID, &single{st.Query.Columns(), result.Row{row[p.column[i]]}}); err != nil {
			return err
		}
	}
	return w.noteStats(p.statement.ID, stats, stats.Elapsed)
}

// only is the single row of a statement.
func (w *work) only(ctx context.Context, st engine.Statement) (result.Row, engine.Stats, error) {
	rows, err := w.session.Query(ctx, st)
	if err != nil {
		return nil, engine.Stats{}, err
	}
	var out result.Row
	n := 0
	for row, err := range rows.All() {
		if err != nil {
			return nil, engine.Stats{}, err
		}
		out = append(result.Row(nil), row...)
		n++
	}
	if n != 1 || len(out) != len(st.Query.Columns()) {
		return nil, engine.Stats{}, fmt.Errorf("%s gave %d rows and not one", st.ID, n)
	}
	return out, rows.Stats(), nil
}

// single is one row as an engine gives it.
type single struct {
	columns []result.Column
	row     result.Row
}

func (s *single) Columns() []result.Column { return s.columns }
func (s *single) Stats() engine.Stats      { return engine.Stats{Rows: 1} }
func (s *single) Close() error             { return nil }
func (s *single) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) { yield(s.row, nil) }
}
