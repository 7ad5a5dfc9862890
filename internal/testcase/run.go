package testcase

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"trailscribe/internal/engine"
	"trailscribe/internal/result"
)

// runBatch opens one session and asks it every case of the batch.
func (r *runner) runBatch(ctx context.Context, b *batch) (err error) {
	e, err := r.o.Open(r.o.Definition.Apart(), r.o.Hold(b.files()))
	if err != nil {
		return fmt.Errorf("open the engine for the cases: %w", err)
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	session, err := e.Open(ctx, b.scope())
	if err != nil {
		return fmt.Errorf("open the events of the cases: %w", err)
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	for f, err := range session.Files(ctx) {
		if err != nil {
			return fmt.Errorf("list the events of the cases: %w", err)
		}
		if f.State == engine.FileRead {
			continue
		}
		for _, c := range b.cases {
			if f.Key == c.prefix+"events.json" {
				r.finish(c, fmt.Sprintf("its events cannot be read: %s", f.Reason))
			}
		}
	}
	for _, c := range b.cases {
		if c.done {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, err := ask(ctx, session, c)
		if err != nil {
			r.finish(c, "the query failed: "+err.Error())
			continue
		}
		c.verdict.Rows = int64(len(rows))
		r.finish(c, Diff(c.stmt.Query.Columns(), rows, c.c.Want))
	}
	return nil
}

// tooMany is where reading a case's rows stops: a case has a handful of events, so this many rows are a wrong query.
const tooMany = 1000

func ask(ctx context.Context, s engine.Session, c *running) ([]result.Row, error) {
	found, err := s.Query(ctx, c.stmt)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var rows []result.Row
	for row, err := range found.All() {
		if err != nil {
			return nil, err
		}
		if len(rows) == tooMany {
			return nil, fmt.Errorf("it gave more than %d rows for %d events", tooMany, len(c.c.Events)+len(c.c.History))
		}
		rows = append(rows, slices.Clone(row))
	}
	return rows, nil
}
