package run

import (
	"fmt"
	"strconv"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/result"
)

// Format is the version of record.json that is written. The first version is read too: its records name neither the statements of
// the relation and of populations nor the results of populations.
const (
	Format      = "trailscribe-run/2"
	FirstFormat = "trailscribe-run/1"
)

// Record is the machine-readable truth of a run, record.json: only facts that the same inputs give again.
// The SHA-256 of its canonical JSON is the evidence digest on page one.
type Record struct {
	Format   string    `json:"format"`
	Tool     string    `json:"tool"`   // version of the program that wrote it
	Report   string    `json:"report"` // id
	Title    string    `json:"title"`
	Audience string    `json:"audience"`
	Entity   string    `json:"entity"`  // whose logs these are, from the configuration
	Variant  string    `json:"variant"` // set where parameters or scope differ from the report's own
	Period   Period    `json:"period"`
	Revision int       `json:"revision"`
	As       time.Time `json:"as_of"` // the one clock of every file of this run
	Language string    `json:"language"`
	Theme    string    `json:"theme"`
	Settings []Setting `json:"settings"` // each shared setting and fact of the place that shaped the result, with its origin, sorted by name
	Accounts []Account `json:"accounts"` // all accounts seen or configured, sorted by id
	Regions  []string  `json:"regions"`  // limit of the scope, empty: all

	Engine      engine.Description `json:"engine"`
	Source      string             `json:"source"`              // as it was given
	Partition   string             `json:"partition,omitempty"` // aws, aws-cn or aws-us-gov; "": neither logs nor configuration say it
	Inputs      engine.Inputs      `json:"inputs"`
	Files       FileList           `json:"files"` // inputs.jsonl.gz
	Coverage    Coverage           `json:"coverage"`
	Sections    []Section          `json:"sections"`
	Summary     []string           `json:"summary"`   // ids of the metric queries charted on the summary page
	Queries     []Query            `json:"queries"`   // in report order
	Framework   string             `json:"framework"` // "" none
	Controls    []Control          `json:"controls"`
	Definitions []Definition       `json:"definitions"` // every library file used, sorted by path
	Statements  []Statement        `json:"statements"`  // texts under sql/ that are of no single query, sorted by name
	Checks      []Check            `json:"checks"`
	Waivers     []Waiver           `json:"waivers,omitempty"`  // those that exceptions name, by id
	Compared    *Compared          `json:"compared,omitempty"` // nil: with no earlier run
	Notices     []Notice           `json:"notices"`            // reasons why the report is incomplete, and remarks, in order of weight
}

// Incomplete reports whether something that was asked could not be answered in full.
func (r *Record) Incomplete() bool {
	for _, n := range r.Notices {
		if n.Incomplete {
			return true
		}
	}
	return false
}

// check refuses a record that this program cannot have written, before anybody counts on its lists having the same length.
func (r *Record) check() error {
	seen := map[string]bool{}
	for i := range r.Queries {
		q := &r.Queries[i]
		if err := checkID(q.ID); err != nil {
			return err
		}
		if seen[q.ID] {
			return fmt.Errorf("%s holds the query %s twice: %w", recordName, q.ID, ErrAltered)
		}
		seen[q.ID] = true
		if n := len(q.Profile); n > 0 && n != len(q.Columns) {
			return fmt.Errorf("%s: %s has %d columns and figures on %d: %w", recordName, q.ID, len(q.Columns), n, ErrAltered)
		}
	}
	if err := r.checkOptional(); err != nil {
		return err
	}
	for _, st := range r.Statements {
		if err := checkID(st.Name); err != nil {
			return err
		}
	}
	for _, row := range r.Coverage.Rows {
		days := len(r.Coverage.Days)
		if len(row.States) != days || len(row.Files) != days || len(row.Events) != days {
			return fmt.Errorf("%s: the coverage of %.40q %.40q has not one state, count of files and count of events for each of %d days: %w",
				recordName, row.Account, row.Region, days, ErrAltered)
		}
	}
	return nil
}

// Name is the run as its manifest names it, and the path of its folder: report[~variant]/period/rN.
func (r *Record) Name() string {
	return Key{Report: r.Report, Variant: r.Variant}.Series() + "/" + r.Period.ID + "/r" + strconv.Itoa(r.Revision)
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
		ID   string    `json:"id"`
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
		Zone string    `json:"zone"`
	}
	// Setting is a value and where it came from: "flag", "env TRAILSCRIBE_X", "trailscribe.yaml:12:3", "report", "default".
	Setting struct {
		Name   string `json:"name"`
		Value  string `json:"value"`
		Origin string `json:"origin"`
	}
	// Account is an account id with the name the configuration gives it.
	Account struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	// Section is a heading of the report and the ids of its queries.
	Section struct {
		Title   string   `json:"title"`
		Queries []string `json:"queries"`
	}
	// FileList says what inputs.jsonl.gz holds: one line per file, and the digest of its uncompressed lines.
	FileList struct {
		Count  int64  `json:"count"`
		SHA256 string `json:"sha256"`
	}
	// Statement is the text of sql/<name>.sql: the relation as it ran (events, history), and the statement that counts several populations.
	Statement struct {
		Name   string `json:"name"`
		SHA256 string `json:"sha256"`
	}
	// Definition is a library file that shaped the run.
	Definition struct {
		Path   string `json:"path"`
		Origin string `json:"origin"`
		SHA256 string `json:"sha256"`
	}
)

// Query is what one query gave.
type Query struct {
	ID               string          `json:"id"`
	Title            string          `json:"title"`
	Kind             string          `json:"kind"`
	Severity         string          `json:"severity"`
	SQL              string          `json:"sql"` // as it ran, Trino text, parameters as literals
	SQLSHA256        string          `json:"sql_sha256"`
	Params           []Setting       `json:"params"`
	Columns          []result.Column `json:"columns"`
	Recurs           []string        `json:"recurs,omitempty"` // columns that make an exception the same thing again in another period, sorted
	Rows             int64           `json:"rows"`
	SHA256           string          `json:"sha256"`                // of the result file's uncompressed lines
	Population       *int64          `json:"population"`            // events examined; nil: the query does not say
	PopulationSQL    string          `json:"population_sql_sha256"` // of the statement that counts them, "" where the query has none
	PopulationSHA256 string          `json:"population_sha256"`     // of the lines of its result file, "" where there is none
	Profile          []Profile       `json:"profile"`
	Duplicates       int64           `json:"duplicates"` // keys that repeat: makes an exception query not evaluated
	Verdict          finding.Verdict `json:"verdict"`
	ExceptionsSHA256 string          `json:"exceptions_sha256"` // of the exception file's uncompressed lines, "" where the query has none
	Accounts         int64           `json:"accounts"`          // distinct accounts among the rows, where an account column exists
	First            time.Time       `json:"first,omitzero"`    // of the first time column; zero without any
	Last             time.Time       `json:"last,omitzero"`
}

// Profile of a column, gathered while its rows are kept: what widths, charts and the tie-outs need.
type Profile struct {
	Longest int   `json:"longest"` // display width of the longest cell
	Nulls   int64 `json:"nulls"`
	Altered int64 `json:"altered"` // cells that no format can show as they are
}

// States of a control.
const (
	ControlMet           = "met"            // every query that serves it was answered, and no row contradicts the control
	ControlExceptions    = "exceptions"     // open exceptions contradict it
	ControlFollowUp      = "follow-up"      // it asks for an alarm, and there are events that somebody should have been told of
	ControlNoEvents      = "no-events"      // it asks for an alarm, and there is no such event
	ControlWaived        = "waived"         // exceptions that contradict it, all waived
	ControlShown         = "shown"          // evidence only
	ControlNotLogged     = "not-logged"     // its logs were not delivered
	ControlNotEvaluated  = "not-evaluated"  // a query failed
	ControlNotApplicable = "not-applicable" // every query that serves it asks about something that the partition does not have
	ControlNotCovered    = "not-covered"    // no query serves it
)

// Control is the outcome of one control of the report's framework.
type Control struct {
	Framework  string   `json:"framework"`
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Family     string   `json:"family"`
	Strength   string   `json:"strength"`
	Lacks      string   `json:"lacks"`
	State      string   `json:"state"`
	Queries    []string `json:"queries"`    // ids in this report that serve it
	Exceptions int64    `json:"exceptions"` // open exceptions that contradict it; events of one that asks for an alarm
}

// States of a check.
const (
	CheckPass          = "pass"
	CheckFail          = "fail"
	CheckNotObservable = "not-observable"
	CheckNotChecked    = "not-checked" // the program did not look, or was not told what to expect
	CheckNothing       = "nothing"     // nothing was there to be checked, which is not a pass
)

// Check is a tie-out. Name is a key of the language (check.<name>); Query is set for checks of one query.
type Check struct {
	Name     string `json:"name"`
	Query    string `json:"query"`
	Expected string `json:"expected"` // plain figures or words of the language's keys beginning with "="
	Observed string `json:"observed"`
	State    string `json:"state"`
}

// Notice is one thing a reader must know on page one. Key is a key of the language (notice.<key>), Args its placeholders.
type Notice struct {
	Key        string   `json:"key"`
	Args       []string `json:"args"` // name, value, name, value
	Incomplete bool     `json:"incomplete"`
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
	Days      []string      `json:"days"` // 2026-10-01 …
	Rows      []CoverageRow `json:"rows"`
	Gaps      []AccountDay  `json:"gaps"`
	Integrity *Integrity    `json:"integrity,omitempty"` // nil: the digests of CloudTrail were not checked
}

// CoverageRow is one account and region; States has one entry per day, Events likewise.
type CoverageRow struct {
	Account string   `json:"account"`
	Region  string   `json:"region"`
	States  []string `json:"states"`
	Files   []int64  `json:"files"`
	Events  []int64  `json:"events"`
}

// AccountDay names a gap.
type AccountDay struct {
	Account string `json:"account"`
	Day     string `json:"day"`
}
