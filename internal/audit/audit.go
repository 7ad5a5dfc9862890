// Package audit is one run, straight down. It knows interfaces only.
package audit

import (
	"context"
	"time"

	"trailscribe/internal/diag"
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
	"trailscribe/internal/workpaper"
)

// Parts is what a run needs from outside; cmd fills it, tests fake it.
type Parts struct {
	Engine   engine.Engine
	Writers  []document.Writer
	Exports  []export.Writer
	Signer   manifest.Signer // nil: none
	Language *style.Language
	Finding  finding.Context
	Progress func(Event) // nil: silent
}

// Event is a step of a run as it happens. Of is 0 where the whole is not known.
type Event struct {
	Step, Query string // Step: open, query, judge, compose, write, seal
	Done, Of    int64
	Note        string
}

// Account is a configured account with the days its logs are expected.
type Account struct {
	ID, Name     string
	Since, Until time.Time // zero: no bound
	Expect       []string  // regions that must deliver logs
}

// Request is everything a run depends on.
type Request struct {
	Report          *report.Report
	Queries         *query.Set
	Catalog         sql.Catalog          // relations queries may name
	Framework       *framework.Framework // nil: the report's own
	Period          period.Period
	Params          map[string]string   // from --param and the defaults: name, or query/id.name -> text
	Facts           map[string][]string // of the configuration: accounts automation networks regions admins, for parameters with from:
	Accounts        []Account
	OnlyAccounts    []string // limit of the scope, empty: all
	OnlyRegions     []string
	LateDays        int
	Relation        sql.Values // zone, automation, calendar, networks
	Settings        []run.Setting
	Formats         []string
	Language, Theme string
	Entity, Source  string
	As              time.Time      // zero: the period's end
	Tool            string         // version of the program
	Files           []library.File // further definitions that shape the result: calendar, relation, language, theme
	Variant         string
	Now             time.Time // only to tell which days of the period are already over
	MaxCost         engine.Money
}

// Plan is a run ready to start; the same request gives the same plan.
type Plan struct {
	Key        run.Key
	Request    Request
	Scope      engine.Scope
	Statements []engine.Statement // in report order, then the population statements
	Files      []library.File
}

// NewPlan compiles, checks and binds every query of the report. All problems at once.
func NewPlan(r Request) (*Plan, diag.Problems) { return nil, nil }

// Run does the whole run and seals it. A failed query never stops it.
func Run(ctx context.Context, p *Plan, base string, parts Parts) (*run.Saved, error) { return nil, nil }

// Render makes formats again from a saved run; asks no engine.
func Render(ctx context.Context, s *run.Saved, r *report.Report, out document.Output, parts Parts) error {
	d, err := workpaper.Compose(s, r, parts.Language)
	if err != nil {
		return err
	}
	for _, w := range parts.Writers {
		if _, err := w.Write(ctx, out, d); err != nil {
			return err
		}
	}
	return nil
}

// ExitCode is the one place that decides it.
func ExitCode(r *run.Record, failOn query.Severity) int { return 0 }
