package main

import (
	"context"
	"errors"
	"iter"

	"github.com/spf13/cobra"

	"trailscribe/internal/audit"
	"trailscribe/internal/config"
	"trailscribe/internal/diag"
	"trailscribe/internal/engine"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
	"trailscribe/internal/sql"
)

func (p *program) queryRunCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "run ID --source DIR",
		Short: "Ask one question and print the rows",
		Example: `  trailscribe query run root/console-login --source ./logs --period 2026-10
  trailscribe query run signin/failed --source ./logs --param threshold=20 --output csv`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: p.completeQueries,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := p.open()
			if err != nil {
				return err
			}
			q, err := s.one(args[0])
			if err != nil {
				return err
			}
			return p.runQuery(c.Context(), s, q)
		},
	}
	p.flags.registerSource(c)
	p.flags.registerPeriod(c)
	p.flags.registerStatements(c)
	p.flags.registerCost(c)
	return c
}

// compile checks a query; lint has the last word, so that nothing runs here that Athena would refuse.
func (s *setup) compile(q *query.Query) (*sql.Checked, diag.Problems) {
	return q.Compile(s.definition.Catalog())
}

func (p *program) runQuery(ctx context.Context, s *setup, q *query.Query) error {
	plan, set, err := p.single(s, q)
	if err != nil {
		return err
	}
	e, err := p.openEngine(ctx, s, set)
	if err != nil {
		return err
	}
	defer e.Close()
	if _, stop, err := p.weigh(ctx, s, set, e, plan); stop || err != nil {
		return err
	}
	session, err := e.Open(ctx, plan.Scope)
	if err != nil {
		return explain(err)
	}
	defer func() {
		session.Close()
		if m, ok := session.(engine.Metered); ok {
			p.tellSpent(m.Spent())
		}
	}()
	p.term.Done()
	rows, err := session.Query(ctx, plan.Statements[0])
	if err != nil {
		return explain(err)
	}
	defer rows.Close()
	shown := &once{columns: q.Timed(rows.Columns()), rows: rows}
	if err := p.term.Rows(shown, p.flags.output); err != nil {
		return explain(err)
	}
	return p.warnInputs(ctx, set, session)
}

// once shows an engine's rows as a set that is read a single time.
type once struct {
	columns []result.Column
	rows    engine.Rows
	n       int64
}

func (o *once) Columns() []result.Column { return o.columns }
func (o *once) Count() int64             { return o.n }
func (o *once) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		for r, err := range o.rows.All() {
			if err == nil {
				o.n++
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// warnInputs says on standard error what the rows do not rest on; a file that could not be read, or copies of an event that
// differ, make the answer incomplete.
func (p *program) warnInputs(ctx context.Context, set config.Settings, session engine.Session) error {
	in, err := session.Inputs(ctx)
	if err != nil {
		return explain(err)
	}
	if in.Listed != nil && *in.Listed == 0 {
		p.term.Warn("no log file is in this period: " + p.whereLogsAre(ctx, set))
		p.code = exitIncomplete
	} else if in.Records != nil && *in.Records == 0 {
		p.term.Warn("the logs hold no record of this scope: " + p.whereLogsAre(ctx, set))
		p.code = exitIncomplete
	}
	if in.Refused != nil && *in.Refused > 0 {
		p.term.Warn(count(*in.Refused, "log file", "log files") + " could not be read: see 'trailscribe logs stats'")
		p.code = exitIncomplete
	}
	if in.Undated != nil && *in.Undated > 0 {
		p.term.Warn(count(*in.Undated, "record has no readable time and is in no period", "records have no readable time and are in no period"))
		p.code = exitIncomplete
	}
	p.tellConflicts(in)
	return nil
}

// explain turns an engine's fault into an error with its hint.
func explain(err error) error {
	if errors.Is(err, audit.ErrCost) {
		return &codedError{code: exitCost, err: err}
	}
	var fault *engine.Fault
	if errors.As(err, &fault) {
		return &codedError{code: exitError, err: err, hint: fault.Hint}
	}
	return err
}
