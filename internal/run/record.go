package run

import (
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/result"
)

// Format is the version of record.json.
const Format = "trailscribe-run/1"

// Record is the machine-readable truth of a run, record.json: only facts that the same inputs give again.
// The SHA-256 of its canonical JSON is the evidence digest on page one.
type Record struct {
	Format   string
	Tool     string // version of the program that wrote it
	Report   string // id
	Title    string
	Audience string
	Entity   string // whose logs these are, from the configuration
	Variant  string // set where parameters or scope differ from the report's own
	Period   Period
	Revision int
	As       time.Time // the one clock of every file of this run
	Language string
	Theme    string
	Settings []Setting // each shared setting and fact of the place that shaped the result, with its origin, sorted by name
	Accounts []Account // all accounts seen or configured, sorted by id
	Regions  []string  // limit of the scope, empty: all

	Engine      engine.Description
	Source      string // as it was given
	Inputs      engine.Inputs
	Files       FileList // inputs.jsonl.gz
	Coverage    Coverage
	Sections    []Section
	Summary     []string // ids of the metric queries charted on the summary page
	Queries     []Query  // in report order
	Framework   string   // "" none
	Controls    []Control
	Definitions []Definition // every library file used, sorted by path
	Checks      []Check
	Notices     []Notice // reasons why the report is incomplete, and remarks, in order of weight
}

// Incomplete tells whether something that was asked could not be answered in full.
func (r *Record) Incomplete() bool {
	for _, n := range r.Notices {
		if n.Incomplete {
			return true
		}
	}
	return false
}

// Query gives the result of a query by id, nil where the report does not hold it.
func (r *Record) Query(id string) *Query {
	for i := range r.Queries {
		if r.Queries[i].ID == id {
			return &r.Queries[i]
		}
	}
	return nil
}

type (
	// Period is the report's period: half-open, UTC, and the zone its calendar is meant in.
	Period struct {
		ID       string
		From, To time.Time
		Zone     string
	}
	// Setting is a value and where it came from: "flag", "env TRAILSCRIBE_X", "trailscribe.yaml:12:3", "report", "default".
	Setting struct{ Name, Value, Origin string }
	// Account is an account id with the name the configuration gives it.
	Account struct{ ID, Name string }
	// Section is a heading of the report and the ids of its queries.
	Section struct {
		Title   string
		Queries []string
	}
	// FileList says what inputs.jsonl.gz holds: one line per file, and the digest of its uncompressed lines.
	FileList struct {
		Count  int64
		SHA256 string
	}
	// Definition is a library file that shaped the run.
	Definition struct{ Path, Origin, SHA256 string }
)

// Query is what one query gave.
type Query struct {
	ID, Title, Kind, Severity string
	SQL                       string // as it ran, Trino text, parameters as literals
	SQLSHA256                 string
	Params                    []Setting
	Columns                   []result.Column
	Rows                      int64
	SHA256                    string // of the result file's uncompressed lines
	Population                *int64 // events examined; nil: the query does not say
	Profile                   []Profile
	Duplicates                int64 // keys that repeat: makes an exception query not evaluated
	Verdict                   finding.Verdict
	Accounts                  int64     // distinct accounts among the rows, where an account column exists
	First, Last               time.Time // of the first time column; zero without any
}

// Profile of a column, gathered while its rows are kept: what widths, charts and the tie-outs need.
type Profile struct {
	Longest        int   // display width of the longest cell
	Nulls, Altered int64 // Altered: cells that no format can show as they are
}

// States of a control.
const (
	ControlMet          = "met"           // every query that serves it is clear
	ControlExceptions   = "exceptions"    // at least one has open exceptions
	ControlWaived       = "waived"        // exceptions, all waived
	ControlShown        = "shown"         // evidence only
	ControlNotLogged    = "not-logged"    // its logs were not delivered
	ControlNotEvaluated = "not-evaluated" // a query failed
	ControlNotCovered   = "not-covered"   // no query serves it
)

// Control is the outcome of one control of the report's framework.
type Control struct {
	Framework, ID, Name, Family, Strength, Lacks string
	State                                        string
	Queries                                      []string // ids in this report that serve it
	Exceptions                                   int64
}

// States of a check.
const (
	CheckPass          = "pass"
	CheckFail          = "fail"
	CheckNotObservable = "not-observable"
)

// Check is a tie-out. Name is a key of the language (check.<name>); Query is set for checks of one query.
type Check struct {
	Name, Query        string
	Expected, Observed string // plain figures or words of the language's keys beginning with "="
	State              string
}

// Notice is one thing a reader must know on page one. Key is a key of the language (notice.<key>), Args its placeholders.
type Notice struct {
	Key        string
	Args       []string // name, value, name, value
	Incomplete bool
}

// States of a coverage cell.
const (
	Logs    = "logs"    // at least one file
	Quiet   = "quiet"   // no file, and a digest says nothing was delivered
	NoFile  = "none"    // no file, no digest
	Broken  = "refused" // files that could not be read
	Gap     = "gap"     // an account-day without any file: every region of it
	Outside = "outside" // before since, after until, or not over yet
)

// Coverage is the matrix account × region × UTC day of the period.
type Coverage struct {
	Days []string // 2026-10-01 …
	Rows []CoverageRow
	Gaps []AccountDay
}

// CoverageRow is one account and region; States has one entry per day, Events likewise.
type CoverageRow struct {
	Account, Region string
	States          []string
	Files, Events   []int64
}

// AccountDay names a gap.
type AccountDay struct{ Account, Day string }
