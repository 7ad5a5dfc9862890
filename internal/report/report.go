// Package report loads and validates report definitions and resolves what each asks for.
package report

import (
	"trailscribe/internal/diag"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/yaml"
)

// Section is a heading and the queries under it, selection resolved; a query stands in a report once.
type Section struct {
	Title   string
	Queries []*query.Query
}

// Report is one file of reports/. Settings that were not written are zero: the caller's defaults hold.
type Report struct {
	ID, Title, Audience, Theme, Period string // Period as written; resolved by the run
	Timezone, Language                 string
	Formats                            []string
	Framework                          *framework.Framework
	Summary                            []*query.Query // metric queries charted on the summary page
	Sections                           []Section
	Params                             map[string]yaml.Node // name, or query/id.name, -> value as written
	FailOn                             query.Severity       // None: not set
	PeriodAt                           diag.Pos
	File                               library.File
}

// Queries are all queries of the report in order, each once: summary first, then the sections.
func (r *Report) Queries() []*query.Query { return nil }

// Load reads one report; id that does not exist is a problem that lists those that do.
func Load(l *library.Library, id string, q *query.Set, f framework.Set) (*Report, diag.Problems) {
	return nil, nil
}

// All reads every report of the library, sorted by id.
func All(l *library.Library, q *query.Set, f framework.Set) ([]*Report, diag.Problems) {
	return nil, nil
}
