// Package finding turns a query's rows into a verdict and, row by row, into exceptions with an identity.
package finding

import (
	"context"
	"time"

	"trailscribe/internal/query"
	"trailscribe/internal/result"
)

// Outcome of one query in one run. The zero value is NotEvaluated, so a forgotten case is never a pass.
type Outcome uint8

const (
	NotEvaluated Outcome = iota // failed, timed out, refused
	NotLogged                   // its log_scope was not delivered
	Clear                       // evaluated, nothing found
	Exceptions                  // evaluated, open exceptions
	Waived                      // evaluated, every exception is waived
	Shown                       // evidence or metric: rows inform
)

// Exception is one row that needs review.
type Exception struct {
	ID     string // query id and key values, hashed: the same next month
	Row    int64
	Status string // open, waived
	Waiver string
	New    bool // not in the previous run
}

type Limit struct{ Account, Region, Reason string } // where the verdict does not hold

type Verdict struct {
	Outcome                       Outcome
	Reason                        string
	Rows, Open, Waived, New, Gone int64
	Limits                        []Limit
}

// Waivers and Previous are nil until a run has them.
type Waivers interface {
	Match(q *query.Query, cols []result.Column, r result.Row, at time.Time) (id string, ok bool)
}
type Previous interface{ Had(exception string) bool }

type Context struct {
	Waivers  Waivers
	Previous Previous
	At       time.Time // end of the period: what a waiver's expiry is compared with
}

func ID(q *query.Query, cols []result.Column, r result.Row) string { return "" }

// Judge reads rows once and gives each exception to keep.
func Judge(ctx context.Context, q *query.Query, rows result.Set, c Context, keep func(Exception) error) (Verdict, error) {
	return Verdict{}, nil
}
