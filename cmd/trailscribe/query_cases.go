package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"trailscribe/internal/engine"
	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/source"
	"trailscribe/internal/source/mem"
	"trailscribe/internal/testcase"
)

func (p *program) queryTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test [ID|TOPIC|PATTERN]...",
		Short: "Run the test cases beside queries",
		Long: `Test runs the cases of each query's _test.yaml: events in, rows out. They run on the embedded engine,
through the same reader and relation as a report. Exit code 1 if a case fails.`,
		Example: `  trailscribe query test
  trailscribe query test --library ./audit root/*`,
		ValidArgsFunction: p.completeQueries,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := p.open()
			if err != nil {
				return err
			}
			picked, err := s.some(args)
			if err != nil {
				return err
			}
			verdicts, err := p.runCases(c.Context(), s, picked)
			if err != nil {
				return err
			}
			return p.showVerdicts(verdicts)
		},
	}
}

func (p *program) runCases(ctx context.Context, s *setup, picked []*query.Query) ([]testcase.Verdict, error) {
	done := int64(0)
	return testcase.Run(ctx, s.queries, testcase.Options{
		Definition: s.definition,
		Hold:       func(files map[string][]byte) source.Source { return memory(files) },
		Open:       caseEngine,
		Only:       func(q *query.Query) bool { return slices.Contains(picked, q) },
		Done:       func(testcase.Verdict) { done++; p.term.Progress("cases", done, 0) },
	})
}

// caseEngine opens the embedded engine over the log files of cases, without a cache.
func caseEngine(d *relation.Definition, src source.Source) (engine.Engine, error) {
	return openLocal(d, src, "", 0, nil)
}

func (p *program) showVerdicts(verdicts []testcase.Verdict) error {
	p.term.Done()
	failed := 0
	var rows []result.Row
	for _, v := range verdicts {
		state := "ok"
		if v.Diff != "" {
			state = "failed"
			failed++
			p.term.Message(fmt.Sprintf("%s: %s: %s\n%s", v.Place, v.Query, v.Case, v.Diff))
		}
		rows = append(rows, result.Row{v.Query, v.Case, state, v.Rows})
	}
	if p.flags.output != "table" {
		cols := []result.Column{{Name: "query", Kind: result.Text}, {Name: "case", Kind: result.Text}, {Name: "state", Kind: result.Text}, {Name: "rows", Kind: result.Int}}
		if err := p.term.Rows(result.Of(cols, rows), p.flags.output); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(p.out, "%d cases, %d failed\n", len(verdicts), failed)
	}
	if failed > 0 {
		p.code = exitError
	}
	return nil
}

// memory holds the log files of cases. Making one cannot fail without metadata.
func memory(files map[string][]byte) source.Source {
	m, err := mem.New(mem.Options{Name: "cases", Files: files})
	if err != nil {
		return nil
	}
	return m
}
