// Package finding turns a query's rows into a verdict and, row by row, into exceptions with an identity.
package finding

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"trailscribe/internal/query"
	"trailscribe/internal/result"
)

// Outcome of one query in one run. The zero value is NotEvaluated, so a forgotten case is never a pass.
type Outcome uint8

// The outcomes.
const (
	NotEvaluated  Outcome = iota // failed, timed out, refused
	NotLogged                    // its log_scope was not delivered
	Clear                        // evaluated, nothing found
	Exceptions                   // evaluated, open exceptions
	Waived                       // evaluated, every exception is waived
	Shown                        // evidence or metric: rows inform
	NotApplicable                // what the query asks about does not exist in the partition of the logs
)

var outcomeNames = [...]string{"not-evaluated", "not-logged", "clear", "exceptions", "waived", "shown", "not-applicable"}

// String is the outcome's name in files: not-evaluated not-logged clear exceptions waived shown not-applicable.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome %d", uint8(o))
}

// MarshalText gives the outcome's name; an outcome outside the set is an error.
func (o Outcome) MarshalText() ([]byte, error) {
	if int(o) >= len(outcomeNames) {
		return nil, fmt.Errorf("%d is not an outcome", uint8(o))
	}
	return []byte(outcomeNames[o]), nil
}

// UnmarshalText reads an outcome's name.
func (o *Outcome) UnmarshalText(b []byte) error {
	for i, name := range outcomeNames {
		if name == string(b) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("%q is not an outcome: not-evaluated not-logged clear exceptions waived shown not-applicable", b)
}

// States of an exception.
const (
	StatusOpen      = "open"
	StatusWaived    = "waived"
	StatusUndecided = "undecided" // not an exception, since what decides it is not in the logs; and not a pass
)

// Exception is one row that needs review.
type Exception struct {
	ID     string `json:"id"`  // query id and key values, hashed: the same next month; see ID
	Row    int64  `json:"row"` // number of the row in the result, from 0
	Status string `json:"status"`
	Waiver string `json:"waiver,omitempty"`
	New    bool   `json:"new,omitempty"` // not in the previous run

	// Pattern is the same in each period in which the same thing happens again; "" where the query does not say what recurs.
	Pattern string `json:"pattern,omitempty"`
}

// Limit is where a verdict does not hold. Reason is one of the Reason constants.
type Limit struct {
	Account string `json:"account"`
	Region  string `json:"region"`
	Reason  string `json:"reason"`
}

// Reasons that the program itself gives; each is a key of the report's language (reason.<key>) behind a "=". Any other reason is the
// engine's own text.
const (
	ReasonRepeatedKey = "=repeated-key"   // two rows have the same key, and not because copies of an event differ
	ReasonNotApplied  = "=not_applicable" // see NotApplicable
	ReasonNotLogged   = "=not_logged"     // the query's log_scope was not delivered
	ReasonUndecided   = "=undecided"      // the query's file says why its rows could not be decided
)

// Verdict is what a query's result means.
type Verdict struct {
	Outcome   Outcome `json:"outcome"`
	Reason    string  `json:"reason"` // why it was not evaluated or not logged
	Rows      int64   `json:"rows"`
	Open      int64   `json:"open"`
	Waived    int64   `json:"waived"`
	New       int64   `json:"new"`                 // exceptions that the previous run does not have; 0 without a previous run
	Gone      int64   `json:"gone"`                // exceptions of the previous run that this one does not have
	Attempts  int64   `json:"attempts,omitempty"`  // rows of calls that did not succeed: their column outcome says something else than success
	Undecided int64   `json:"undecided,omitempty"` // rows that could not be decided; neither open nor waived
	Limits    []Limit `json:"limits"`
	// Controls are the rows that contradict controls which not every row contradicts.
	Controls   []ControlCount `json:"controls,omitempty"`
	Duplicates int64          `json:"-"` // rows whose key another row already had, but for copies of an event that differ
}

// ControlCount is how many rows of a query contradict a control, by the status of the exception. A call that did not succeed contradicts
// none: it is counted as an attempt.
type ControlCount struct {
	Framework string `json:"framework"`
	Control   string `json:"control"`
	Open      int64  `json:"open"`
	Waived    int64  `json:"waived"`
	Undecided int64  `json:"undecided"`
	Attempts  int64  `json:"attempts"` // in none of the others
}

// Contradicting is how many rows contradict a control that the query serves: those it says do, else all.
func (v Verdict) Contradicting(framework, control string) ControlCount {
	for _, c := range v.Controls {
		if c.Framework == framework && c.Control == control {
			return c
		}
	}
	return ControlCount{Framework: framework, Control: control, Open: max(0, v.Open-v.Attempts), Waived: v.Waived, Undecided: v.Undecided,
		Attempts: v.Attempts}
}

// Listed is how many exceptions are kept for a verdict: one for each row.
func (v Verdict) Listed() int64 { return v.Open + v.Waived + v.Undecided }

// OnlyAttempts reports whether every exception is a call that did not succeed: somebody tried, and nothing was changed.
func (v Verdict) OnlyAttempts() bool { return v.Attempts > 0 && v.Attempts == v.Open+v.Waived }

// Attempted reports whether a row is a call that did not succeed, by the derived column outcome; see docs/columns.md.
func Attempted(cols []result.Column, r result.Row) bool {
	i := slices.IndexFunc(cols, func(c result.Column) bool { return c.Name == "outcome" && c.Kind == result.Text })
	if i < 0 || i >= len(r) {
		return false
	}
	code, ok := r[i].(string)
	return ok && code != "" && code != "success"
}

// Waivers are accepted exceptions. at is the end of the period: a waiver that ended before does not match.
type Waivers interface {
	Match(q *query.Query, cols []result.Column, r result.Row, at time.Time) (id string, ok bool)
}

// Previous is the run before. One that can also list a query's exceptions, as a saved run can, has those that are gone counted.
type Previous interface{ Had(exception string) bool }

type lister interface {
	Exceptions(query string) iter.Seq2[Exception, error]
}

// Context is what is known besides the rows. Waivers and Previous are nil until a run has them.
type Context struct {
	Waivers  Waivers
	Previous Previous
	At       time.Time // end of the period: what a waiver's expiry is compared with

	Conflicts *Conflicts // events whose copies differ; nil: none
}
