// Package run is one run on disk: written, resumed, read back. The only code that knows the folder's file names.
//
// A run is at <out>/<report>[~<variant>]/<period>/rN. It is written in a folder .work-<plan> next to rN and gets its
// name when it is sealed, so that nothing unfinished can be taken for a run. Every file is written under another name,
// flushed to the disk and renamed. A result is only trusted after a crash if a note next to it, written later, has its digest.
package run

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrLocked says that another process is writing a run of the same report and period.
var ErrLocked = errors.New("another run holds the folder")

// Fact differs from run to run: goes to the journal and the manifest, never to a report of a local run.
type Fact struct {
	At    time.Time `json:"at"`
	Step  string    `json:"step"`
	Query string    `json:"query,omitempty"`
	Name  string    `json:"name"`
	Value string    `json:"value"`
}

// Key says which run: the same report, variant and period have revisions of each other.
type Key struct {
	Report, Variant, Period string
	Plan                    string // digest of everything that was asked
}

// Series is the folder of all runs of a report and variant: "<report>" or "<report>~<variant>".
func (k Key) Series() string {
	if k.Variant == "" {
		return k.Report
	}
	return k.Report + "~" + k.Variant
}

// check refuses names that could leave the folder, be hidden, or mean something else on another system.
func (k Key) check() error {
	for what, name := range map[string]string{"report id": k.Report, "variant": k.Variant, "period": k.Period, "plan": k.Plan} {
		if what == "variant" && name == "" {
			continue
		}
		if !plainName(name) {
			return fmt.Errorf("the %s %.80q cannot name a folder: it needs letters, digits, '-', '_' and '.', and begins with a letter or digit",
				what, name)
		}
	}
	return nil
}

func plainName(s string) bool {
	if s == "" || len(s) > 120 || strings.HasSuffix(s, ".") {
		return false
	}
	for i, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		case i > 0 && (r == '-' || r == '_' || r == '.'):
		default:
			return false
		}
	}
	return true
}

// The names of a run folder.
const (
	recordName  = "record.json"
	journalName = "journal.jsonl"
	inputsName  = "inputs.jsonl.gz"
	libraryName = "library"
	dataName    = "data"
	lockName    = ".lock"
	workPrefix  = ".work-" // a run being written; its notes on what is whole are next to it
	partSuffix  = ".part"
)

// PopulationSuffix behind a query's id is the id of the statement that counts its population.
const PopulationSuffix = "#population"

func resultName(query string) string    { return "results/" + dotted(query) + ".jsonl.gz" }
func exceptionName(query string) string { return "exceptions/" + dotted(query) + ".jsonl.gz" }
func statementName(name string) string  { return "sql/" + dotted(name) + ".sql" }

// dotted makes a file name of a query id: root/console-login is root.console-login.
func dotted(id string) string { return strings.NewReplacer("/", ".", "#", ".").Replace(id) }

// checkID refuses ids whose file name could leave the folder or be that of another query.
func checkID(id string) error {
	for _, part := range strings.FieldsFunc(id+"/", func(r rune) bool { return r == '#' }) {
		for _, name := range strings.Split(strings.TrimSuffix(part, "/"), "/") {
			if !plainName(name) || strings.Contains(name, ".") {
				return fmt.Errorf("the query id %.80q cannot name a file: it needs letters, digits, '-' and '_' around '/'", id)
			}
		}
	}
	return nil
}
