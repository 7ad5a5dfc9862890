package duckdb

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"iter"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb/connection"
	"trailscribe/internal/result"
)

// rows is the result of one statement while it is read.
type rows struct {
	ctx    context.Context
	budget budget
	id     string
	found  *stdsql.Rows
	cols   []result.Column
	start  time.Time
	end    func() // lets go of the statement's context
	stats  engine.Stats
}

// Columns are the statement's columns with their kinds.
func (r *rows) Columns() []result.Column { return r.cols }

// All gives each row once; the Row is used again for the next.
func (r *rows) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		defer r.Close()
		convert, err := connection.Rows(r.found, r.cols)
		if err != nil {
			yield(nil, r.budget.fault(r.ctx, fmt.Errorf("read the rows of %s: %w", r.id, err)))
			return
		}
		for r.found.Next() {
			row, err := convert()
			if err != nil {
				yield(nil, r.budget.fault(r.ctx, fmt.Errorf("read row %d of %s: %w", r.stats.Rows+1, r.id, err)))
				return
			}
			r.stats.Rows++
			if !yield(row, nil) {
				return
			}
		}
		if err := r.found.Err(); err != nil {
			yield(nil, r.budget.fault(r.ctx, fmt.Errorf("read the rows of %s: %w", r.id, err)))
		}
	}
}

// Stats is complete after All. The embedded engine scans no file per statement, so there are no bytes.
func (r *rows) Stats() engine.Stats { return r.stats }

// Close ends the statement at the engine, whether its rows were read or not.
func (r *rows) Close() error {
	if r.stats.Elapsed == 0 {
		r.stats.Elapsed = max(time.Since(r.start), 1)
	}
	defer r.end()
	return r.found.Close()
}

var _ engine.Rows = (*rows)(nil)
