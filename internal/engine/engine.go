// Package engine is what an engine is: a scope opened, statements in, rows out.
package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/sql"
	"trailscribe/internal/unread"
)

// Scope is what `events` and `history` shall hold.
type Scope struct {
	relation.Scope                     // HistoryDays is the most that any statement asks for
	Run            string              // names what Open makes at a remote engine: the same run after a crash finds it again
	Owner          string              // tells apart those who do the same run at the same time: they do not share what Open makes
	Columns        map[string][]string // relation -> columns some statement reads; empty: all
	Planned        []Statement         // what will be asked: an engine may lay out what it makes for it. Others are answered too
}

// Statement is one question to a session.
type Statement struct {
	ID          string
	Query       *sql.Bound
	HistoryDays int    // days of history it may see; not more than the scope's
	LogFiles    string // only events of log files whose key begins so, cut from log_file; "" all. Test cases share a session by it
}

// Description is printed as provenance; the caller is a fact of the journal.
type Description struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Place   string `json:"place"`
}

// Mode is one way in which an engine could answer the statements, and what it would read and cost.
type Mode struct {
	Name         string // staged, direct
	Bytes        int64  // scanned in all
	Cost         Money
	PerStatement []int64 // bytes scanned for each, in their order
	Billed       []int64 // the same as billed: an engine may bill more than it scans
	Work         []Work  // what the engine bills besides the statements; with Billed it makes Bytes
}

// Work that an engine does for all statements of a session together.
const (
	Staging  = "staging"  // making the copy that they read
	Counting = "counting" // of what the rows rest on
)

// Work is what such work is billed for.
type Work struct {
	Of    string // Staging, Counting
	Bytes int64
}

// Estimate is what a run would read and cost, without running it. Chosen is the Name of the mode that the engine would use.
type Estimate struct {
	Files, Bytes int64 // of the scope, as stored
	Modes        []Mode
	Chosen       string
	Price        Money // of 10^12 billed bytes; zero where an engine costs nothing
}

// Engine answers statements over a scope of log files.
type Engine interface {
	Describe(ctx context.Context) (Description, error)
	Estimate(ctx context.Context, s Scope, st []Statement) (Estimate, error) // runs nothing
	// State names the log files of a scope as they are now. Equal states mean that sessions rest on the same files with the
	// same content, and can read the same of them. A file that came, went, changed its content, can be read again or cannot be
	// read any more makes another state; a file that was only touched does not. It asks no statement and costs nothing: kept
	// rows are believed only if the state that they rest on is still that of the log files.
	State(ctx context.Context, s Scope) (string, error)
	Open(ctx context.Context, s Scope) (Session, error)
	Close() error
}

// Session is one opened scope; Query may be called from several goroutines.
type Session interface {
	State() string // of the log files when they were opened, as Engine.State names it
	// Changes are those of the log files between Open and the last row given. An engine whose rows all rest on one state,
	// because it made a copy, has none, whatever happens to the files afterwards.
	Changes(ctx context.Context) (Changes, error)
	Inputs(ctx context.Context) (Inputs, error)            // what the rows rest on, once per session
	Files(ctx context.Context) iter.Seq2[InputFile, error] // one per log file, in key order
	Check(ctx context.Context, s Statement) error          // plans, runs nothing
	Query(ctx context.Context, s Statement) (Rows, error)  // cancelling ctx stops it at the engine too
	Close() error                                          // drops what Open made; has its own deadline
}

// Changes are numbers of log files that rows of one session may and may not rest on.
type Changes struct {
	Came     int64 // of these, those for days after the period do not count: at most late records of them would be missing
	Gone     int64
	Replaced int64 // another content, or another storage class
}

// Any reports whether there are any.
func (c Changes) Any() bool { return c != Changes{} }

// Rows are the result of one statement while it is read.
type Rows interface {
	Columns() []result.Column
	All() iter.Seq2[result.Row, error] // once; the Row is reused
	Stats() Stats                      // complete after All
	Close() error                      // for a caller that never loops; All calls it
}

// Stats are what a statement took. They differ from run to run and belong to the journal.
type Stats struct {
	Rows, Bytes int64 // given; scanned, 0 where the engine does not say
	Elapsed     time.Duration
	Execution   string // the id at a remote engine
	Cost        Money
	Reused      bool // the rows are those of an earlier, equal query
}

// Metered is an ability of sessions whose engine costs money.
type Metered interface {
	Spent() Spent // so far; what an interrupted session of the same run paid is not in it
	// Bills are all executions that ended so far, in that order, also those that an interrupted session of the same run
	// paid and this one found again. One comes again only where what it is billed for became known later.
	Bills() []Bill
}

// Bill is what one execution is billed for.
type Bill struct {
	Of        string // a statement's ID, Staging or Counting
	Execution string // the id at the engine
	Bytes     int64  // 0 where it is free: one that failed
}

// Spent is what a session was billed: its statements, and what it made and counted for them.
type Spent struct {
	Mode       string // the mode of the estimate that it works in
	Executions int
	Bytes      int64 // as billed
	Cost       Money
}

// Inputs is what the rows rest on. A nil figure cannot be seen on this engine: "not observable", never 0.
type Inputs struct {
	Listed      *int64 `json:"listed"`      // log files found in the scope (period days plus late days, accounts, regions)
	Read        *int64 `json:"read"`        // of these, read whole
	Refused     *int64 `json:"refused"`     // unreadable: broken, truncated, too large, in Glacier
	Skipped     *int64 `json:"skipped"`     // not a CloudTrail log file: digest, Insight, foreign, empty name
	Bytes       *int64 `json:"bytes"`       // size of the files read, as stored
	Records     *int64 `json:"records"`     // management and data records of the period, duplicates counted
	Events      *int64 `json:"events"`      // the same after removing duplicates: rows of `events`
	Conflicting *int64 `json:"conflicting"` // events of the period and its history whose copies differ
	Undated     *int64 `json:"undated"`     // records of the scope whose eventTime cannot be read
	Outside     *int64 `json:"outside"`     // records of the files read outside the period, or of other accounts or regions
	LeftOut     *int64 `json:"left_out"`    // network, Insight and aggregated records of the period, not in `events`

	First      time.Time  `json:"first,omitzero"` // of the events; zero without any
	Last       time.Time  `json:"last,omitzero"`
	Cells      []Cell     `json:"cells"` // sorted by account, region, day
	Categories []Category `json:"categories"`
	Conflicts  []Conflict `json:"conflicts"` // these events, sorted by account and id, the first MostConflicts
	// SHA-256 in hex over key, size and SHA-256 of every file read, in key order; "" where not observable
	Digest string `json:"digest"`
}

// Cell is the deliveries of one account, region and UTC day of the period. Files lie by delivery day where the key tells it, else by the
// events' own day.
type Cell struct {
	Account string    `json:"account"`
	Region  string    `json:"region"`
	Day     time.Time `json:"day"` // midnight UTC
	Files   int64     `json:"files"`
	Refused int64     `json:"refused"`
	Events  int64     `json:"events"` // events of that UTC day, by event time
}

// Category is how many events of a category an account delivered in the period.
type Category struct {
	Account string `json:"account"`
	Name    string `json:"name"` // management data:s3 data:lambda data:<service> network insight aggregated
	Events  int64  `json:"events"`
}

// Conflict is an event whose copies differ: log files hold records with its account and id that do not say the same. At least
// one of these is a row of events or history.
type Conflict struct {
	Account  string   `json:"account"` // "" where the records do not say it
	EventID  string   `json:"event_id"`
	Contents int64    `json:"contents"` // how many different records there are
	Files    []string `json:"files"`    // the first file of each in key order, sorted, each once, the first MostConflictFiles
}

// What a list of conflicts holds at most; Inputs.Conflicting and Conflict.Contents count those that it leaves out.
const (
	MostConflicts     = 1000
	MostConflictFiles = 10
)

// States of a log file.
const (
	FileRead    = "read"
	FileRefused = "refused" // should have been read and could not: makes a report incomplete
	FileSkipped = "skipped" // no CloudTrail log file of this scope
)

// InputFile is one file of the source.
type InputFile struct {
	Key     string
	Size    int64
	SHA256  [32]byte // of the decoded bytes, as CloudTrail's digests have it; zero where the engine did not read the file itself
	Records int64
	State   string
	Reason  unread.Reason // why refused or skipped
}

// Reasons of a Fault.
const (
	Refused      Reason = "refused" // the statement is not acceptable
	Failed       Reason = "failed"
	TimedOut     Reason = "timed out"
	Throttled    Reason = "throttled"
	Cancelled    Reason = "cancelled"
	NoPermission Reason = "no permission"
	OverLimit    Reason = "over the limit" // it makes larger values than a statement may
)

// Reason is why a statement gave no rows.
type Reason string

// Fault is an error with its reason and what to do next; drivers return it, audit turns it into an outcome.
type Fault struct {
	Reason Reason
	Hint   string
	Err    error
}

// ErrTimeout ends the context of a statement that ran longer than it may.
var ErrTimeout = errors.New("the statement ran longer than it may")

// TooSlow is the fault of a statement that ran longer than limit. what says what was being done: "run s3/opened".
func TooSlow(what string, limit time.Duration) error {
	return &Fault{
		Reason: TimedOut, Hint: "allow more time with --query-timeout, or ask for a shorter period",
		Err: fmt.Errorf("%s: it ran longer than %s and was stopped", what, span(limit)),
	}
}

// TooMuch is the fault of a statement that makes more than it may. what says what was being done, and how it went too far.
func TooMuch(what string, err error) error {
	return &Fault{Reason: OverLimit, Hint: LimitHint, Err: &tooMuch{what, err}}
}

// LimitHint says what to do about a statement that makes more than it may.
const LimitHint = `let the query make less: cut texts with substr, keep fewer rows; docs/sql.md has the limits, "How much a statement may make"`

type tooMuch struct {
	what string
	err  error
}

func (t *tooMuch) Error() string { return t.what }
func (t *tooMuch) Unwrap() error { return t.err }

// span is a length of time without what is zero at its end: 10m, where Go writes 10m0s.
func span(d time.Duration) string {
	s := d.String()
	for _, tail := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, tail) {
			s = s[:len(s)-2]
		}
	}
	return s
}

func (f *Fault) Error() string { return f.Err.Error() }
func (f *Fault) Unwrap() error { return f.Err }
