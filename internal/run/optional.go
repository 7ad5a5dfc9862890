package run

import (
	"fmt"
	"slices"
	"time"
)

// Waiver is an accepted exception as the run used it; exceptions name it by its id.
type Waiver struct {
	ID     string    `json:"id"`
	Reason string    `json:"reason"`
	Owner  string    `json:"owner"` // who answers for the risk, as the file of waivers has it
	Until  time.Time `json:"until"` // half-open
}

// Compared is the earlier run of the series that this one is compared with.
type Compared struct {
	Run      string `json:"run"` // its name: report[~variant]/period/rN
	Revision int    `json:"revision"`
	Digest   string `json:"digest"` // of its manifest
}

// How much of the log files CloudTrail's digests prove.
const (
	IntegrityNone   = "none"
	IntegrityPartly = "partly"
	IntegrityAll    = "all"
)

// Results of the verification of CloudTrail's digests.
const (
	IntegrityValid      = "valid"      // everything of the period is covered, and as CloudTrail delivered it
	IntegrityIncomplete = "incomplete" // nothing wrong was found, and not everything could be checked
	IntegrityFailed     = "failed"     // something is not as CloudTrail delivered it
)

// Integrity is what the digest files of CloudTrail proved of the log files; a run without one did not check them.
type Integrity struct {
	State    string             `json:"state"`
	Result   string             `json:"result,omitempty"` // "" in records of versions that did not verify digests
	Digests  int64              `json:"digests"`          // digest files that were checked
	Proved   int64              `json:"proved"`           // log files that are what a valid digest names
	Failed   int64              `json:"failed"`           // log files that are not, or that no digest names though digests cover their time
	Open     int64              `json:"open"`             // log files that could not be checked
	Places   []IntegrityPlace   `json:"places,omitempty"` // sorted by account and region
	Findings []IntegrityFinding `json:"findings,omitempty"`
	More     int64              `json:"more,omitempty"` // findings past MostIntegrityFindings
}

// MostIntegrityFindings is how many findings a record lists: those that failed first.
const MostIntegrityFindings = 1000

// IntegrityPlace is an account and region with the times of delivery that valid digests cover.
type IntegrityPlace struct {
	Account   string `json:"account"`
	Region    string `json:"region"`
	Digests   int64  `json:"digests"` // valid ones
	Logs      int64  `json:"logs"`    // that are proved
	Covered   []Span `json:"covered,omitempty"`
	Uncovered []Span `json:"uncovered,omitempty"`
}

// Span is a time, To excluded.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// IntegrityFinding is one thing that is not as CloudTrail delivered it, or that could not be checked.
type IntegrityFinding struct {
	Class   string    `json:"class"`  // a key of the language (integrity.class.<class>)
	Result  string    `json:"result"` // IntegrityFailed or IntegrityIncomplete
	About   string    `json:"about"`  // digest, log or time
	Account string    `json:"account"`
	Region  string    `json:"region"`
	File    string    `json:"file"` // "" of a time
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
}

// checkOptional refuses what this program cannot have written.
func (r *Record) checkOptional() error {
	names := map[string]bool{}
	for _, w := range r.Waivers {
		if w.ID == "" || names[w.ID] {
			return fmt.Errorf("%s holds the waiver %.40q twice or without an id: %w", recordName, w.ID, ErrAltered)
		}
		names[w.ID] = true
	}
	i := r.Coverage.Integrity
	if i == nil {
		return nil
	}
	if !slices.Contains([]string{IntegrityNone, IntegrityPartly, IntegrityAll}, i.State) {
		return fmt.Errorf("%s: the integrity of the log files is %.40q: %w", recordName, i.State, ErrAltered)
	}
	if !slices.Contains([]string{"", IntegrityValid, IntegrityIncomplete, IntegrityFailed}, i.Result) {
		return fmt.Errorf("%s: the result of verifying digests is %.40q: %w", recordName, i.Result, ErrAltered)
	}
	return nil
}
