// Package audit is one run, straight down. It knows interfaces only.
package audit

import (
	"context"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/engine"
	"trailscribe/internal/export"
	"trailscribe/internal/finding"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/manifest"
	"trailscribe/internal/period"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
	"trailscribe/internal/sql"
	"trailscribe/internal/style"
)

// Parts is what a run needs from outside; cmd fills it, tests fake it.
type Parts struct {
	Engine   engine.Engine
	Writers  []document.Writer
	Exports  []export.Writer
	Signer   manifest.Signer // nil: none
	Language *style.Language
	Finding  finding.Context
	Progress func(Event) // nil: silent; called from one goroutine at a time
	Parallel int         // statements asked at the same time; 0 and 1: one after the other

	// Integrity verifies CloudTrail's digests of the log files; nil: they are not checked. So it is where the source has none, which a
	// nil result says.
	Integrity func(ctx context.Context, s IntegrityScope) (*run.Integrity, error)

	// History is where revisions, the run before and equal runs are looked for; nil: in the folder of all runs.
	History run.History

	// Estimate is what the engine estimated for this plan, where it was asked before; nil: it is asked where that is needed.
	Estimate *engine.Estimate

	Facts map[string]string // who and where, for journal and manifest: host, user, caller
}

// Event is a step of a run as it happens. Of is 0 where the whole is not known.
type Event struct {
	Step, Query string // Step: one of the Step constants; Query: a query's id, a format
	Done, Of    int64
	Note        string
	Spent       *engine.Spent // of StepBilled
}

// Steps of a run.
const (
	StepPrune   = "prune"   // the work of a run that was never finished was removed; Note says which
	StepOpen    = "open"    // the engine reads the log files of the scope
	StepInputs  = "inputs"  // the list of log files is kept
	StepQuery   = "query"   // Done of Of statements are answered
	StepBilled  = "billed"  // the session ended; Spent is what it was billed
	StepFailed  = "failed"  // a statement gave no rows; Note says why
	StepJudge   = "judge"   // exceptions of a query are kept
	StepRecord  = "record"  // record.json is written
	StepCompose = "compose" // the document is made from it
	StepWrite   = "write"   // a format is written
	StepSeal    = "seal"    // the folder gets its name
	StepTaken   = "taken"   // another run took the revision: record and formats are made again with the next one
	StepWait    = "wait"    // another run of the series is being sealed, and this one waits for it; Note says who does, again and again
)

// Account is a configured account with the days its logs are expected.
type Account struct {
	ID, Name     string
	Since, Until time.Time // zero: no bound
	Expect       []string  // regions that must deliver logs
}

// Request is everything a run depends on.
type Request struct {
	Report       *report.Report
	Queries      *query.Set
	Catalog      sql.Catalog          // relations queries may name
	Framework    *framework.Framework // nil: the report's own
	Period       period.Period
	Given        []Given             // values of parameters, those that count first
	Asked        map[string]string   // parameters of this call, and its time zone where it is not the report's own: they make a variant
	Facts        map[string][]string // of the configuration: accounts automation networks regions admins, for parameters with from:
	Accounts     []Account
	OnlyAccounts []string // limit of the scope, empty: all
	OnlyRegions  []string
	LateDays     int
	Settle       time.Duration // after the period's end, until its log files are all there
	ReuseMinutes int           // the engine may answer with rows of that age; 0: never
	Relation     sql.Values    // zone, automation, calendar, networks

	// PartitionOf is the AWS partition of a region; nil: it is not known, and no query is taken for not applicable.
	PartitionOf func(region string) string

	Settings        []run.Setting
	Formats         []string
	Language, Theme string
	Entity, Source  string
	As              time.Time      // zero: the period's end
	Tool            string         // version of the program
	Build           string         // tells builds of one version apart: one does not go on with what another kept
	Files           []library.File // further definitions that shape the result: calendar, relation, language, theme
	Variant         string
	Now             time.Time // only to tell which days of the period are already over
	MaxCost         engine.Money

	// RelationText is the statement of a relation (events, history) in a scope, as a report prints it; nil: not kept.
	RelationText func(name string, s engine.Scope) (string, error)
}
