package run

import (
	"fmt"
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

// Integrity is what the digest files of CloudTrail proved of the log files; a run without one did not check them.
type Integrity struct {
	State   string `json:"state"`
	Digests int64  `json:"digests"` // digest files that were checked
	Proved  int64  `json:"proved"`  // log files that a digest names with their SHA-256
	Failed  int64  `json:"failed"`  // log files that are not what a digest names
	Open    int64  `json:"open"`    // log files that no digest names
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
	if i := r.Coverage.Integrity; i != nil && i.State != IntegrityNone && i.State != IntegrityPartly && i.State != IntegrityAll {
		return fmt.Errorf("%s: the integrity of the log files is %.40q: %w", recordName, i.State, ErrAltered)
	}
	return nil
}
