package main

import (
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/diag"
	"trailscribe/internal/period"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
	"trailscribe/internal/style"
)

func (p *program) queryLintCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "lint [ID|TOPIC|PATTERN]...",
		Short: "Check queries against Athena's language, and the rest of the library, offline",
		Long: `Lint reads every query, report, framework, calendar, theme and language of the library, checks the SQL
against Athena's language and the columns of events, holds the configuration against the library, and
prints every problem with its place, and every file that nothing reads. It needs no engine and no account.`,
		Example: `  trailscribe query lint
  trailscribe query lint --library ./audit iam`,
		ValidArgsFunction: p.completeQueries,
		RunE: func(c *cobra.Command, args []string) error {
			s, problems, err := p.openAll()
			if err != nil {
				return err
			}
			picked, err := s.some(args)
			if err != nil { // a query that cannot be read has no id yet: its problems come first
				if bad := distinct(problems).Sort().Err(); bad != nil {
					return bad
				}
				return err
			}
			for _, q := range picked {
				if err := c.Context().Err(); err != nil {
					return err
				}
				checked, more := s.compile(q)
				problems = append(problems, more...)
				if checked != nil {
					problems = append(problems, q.LintRecurs(checked.Columns())...)
				}
				_, more = q.CompilePopulation(s.definition.Catalog())
				problems = append(problems, more...)
				_, more = s.queries.Cases(q)
				problems = append(problems, more...)
			}
			_, more := report.All(s.library, s.queries, s.frameworks, p.formats.choice())
			problems = append(problems, more...)
			problems = append(problems, style.CheckLanguages(s.library)...)
			problems = append(problems, s.lintRest()...)
			problems = append(problems, p.checkConfig(s)...)
			problems = distinct(problems).Sort()
			if p.flags.output != "table" {
				if problems.Err() != nil {
					p.code = exitUsage
				}
				return p.term.Rows(problemRows(problems), p.flags.output)
			}
			if err := problems.Err(); err != nil {
				return problems
			}
			p.term.Problems(problems)
			p.term.Message(count(len(picked), "query is", "queries are") + " fine")
			return nil
		},
	}
}

// lintRest reads the calendars and themes of the library and names its files that nothing reads.
func (s *setup) lintRest() (bad diag.Problems) {
	for _, f := range s.library.Glob("reports/calendars/*.yaml") {
		_, problems := period.LoadCalendar(f.Name(), f.Data)
		bad = append(bad, problems...)
	}
	for _, name := range style.Themes(s.library) {
		_, problems := style.LoadTheme(s.library, name)
		bad = append(bad, problems...)
	}
	return append(bad, s.library.Unknown()...)
}

// problemRows are problems as data.
func problemRows(problems diag.Problems) result.Set {
	var rows []result.Row
	for _, q := range problems {
		weight := "error"
		if q.Warning {
			weight = "warning"
		}
		rows = append(rows, result.Row{q.At.File, int64(q.At.Line), int64(q.At.Col), weight, q.Rule, q.Text,
			strings.Join(q.Allowed, ", "), q.Hint})
	}
	return result.Of([]result.Column{{Name: "file", Kind: result.Text}, {Name: "line", Kind: result.Int}, {Name: "column", Kind: result.Int},
		{Name: "weight", Kind: result.Text}, {Name: "rule", Kind: result.Text}, {Name: "text", Kind: result.Text},
		{Name: "allowed", Kind: result.Text}, {Name: "hint", Kind: result.Text}}, rows)
}

// distinct keeps one of equal problems: a file may be looked at twice.
func distinct(all diag.Problems) diag.Problems {
	seen := map[string]bool{}
	var kept diag.Problems
	for _, q := range all {
		if key := q.Error(); !seen[key] {
			seen[key] = true
			kept = append(kept, q)
		}
	}
	return kept
}
