package main

import (
	"context"
	"fmt"
	"slices"
	"time"

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
	c := &cobra.Command{
		Use:   "test [ID|TOPIC|PATTERN]...",
		Short: "Run the test cases next to queries",
		Long: `Test runs the cases of each query's _test.yaml: events in, rows out. They run on the embedded engine,
through the same reader and relation as a report.

Cases that hold but do not show both a row and a near miss are remarked on: a query that never failed to match may
match everything. A remark fails nothing.`,
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
			if bad := s.draftsOf(args); bad.Err() != nil {
				return bad
			}
			verdicts, err := p.runCases(c.Context(), s, picked)
			if err != nil {
				return err
			}
			return p.showVerdicts(verdicts)
		},
	}
	p.flags.registerTimeout(c)
	return c
}

func (p *program) runCases(ctx context.Context, s *setup, picked []*query.Query) ([]testcase.Verdict, error) {
	set, err := p.resolve(s, nil)
	if err != nil {
		return nil, err
	}
	timeout, err := queryTimeout(set)
	if err != nil {
		return nil, err
	}
	done := int64(0)
	return testcase.Run(ctx, s.queries, testcase.Options{
		Definition: s.definition,
		Hold:       func(files map[string][]byte) source.Source { return memory(files) },
		Open:       caseEngine(timeout),
		Only:       func(q *query.Query) bool { return slices.Contains(picked, q) },
		Done:       func(testcase.Verdict) { done++; p.term.Progress("cases", done, 0) },
	})
}

// caseEngine opens the embedded engine over the log files of cases, without a cache. A statement may run for timeout; 0: without end.
func caseEngine(timeout time.Duration) func(*relation.Definition, source.Source) (engine.Engine, error) {
	return func(d *relation.Definition, src source.Source) (engine.Engine, error) {
		return openLocal(localOptions{definition: d, source: src, timeout: timeout})
	}
}

func (p *program) showVerdicts(verdicts []testcase.Verdict) error {
	p.term.Done()
	cases, failed, untested, remarks := 0, 0, 0, 0
	var rows []result.Row
	for _, v := range verdicts {
		state := "ok"
		if v.Case != "" {
			cases++
		}
		switch {
		case v.Remark != "":
			state = "remark"
			remarks++
			p.term.Warn(fmt.Sprintf("%s: %s: %s", v.Place, v.Query, v.Remark))
		case v.Passed():
		case v.Case == "":
			state = "failed"
			untested++
			p.term.Message(fmt.Sprintf("%s: %s: %s", v.Place, v.Query, v.Diff))
		default:
			state = "failed"
			failed++
			p.term.Message(fmt.Sprintf("%s: %s: %s\n%s", v.Place, v.Query, v.Case, v.Diff))
		}
		rows = append(rows, result.Row{v.Query, v.Case, state, v.Rows, orNull(v.Diff + v.Remark), v.Place})
	}
	if p.flags.output != "table" {
		cols := []result.Column{{Name: "query", Kind: result.Text}, {Name: "case", Kind: result.Text}, {Name: "state", Kind: result.Text},
			{Name: "rows", Kind: result.Int}, {Name: "says", Kind: result.Text}, {Name: "at", Kind: result.Text}}
		if err := p.term.Rows(result.Of(cols, rows), p.flags.output); err != nil {
			return err
		}
	} else {
		line := fmt.Sprintf("%s, %d failed", count(cases, "case", "cases"), failed)
		if untested > 0 {
			line += ", " + count(untested, "query could not be tested", "queries could not be tested")
		}
		if remarks > 0 {
			line += ", " + count(remarks, "remark", "remarks")
		}
		fmt.Fprintln(p.out, line)
	}
	if failed+untested > 0 {
		p.code = exitError
	}
	return nil
}

// count is a number with its noun.
func count[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// memory holds the log files of cases. Making one cannot fail without metadata.
func memory(files map[string][]byte) source.Source {
	m, err := mem.New(mem.Options{Name: "cases", Files: files})
	if err != nil {
		return nil
	}
	return m
}
