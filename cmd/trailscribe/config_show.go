package main

import (
	"github.com/spf13/cobra"

	"trailscribe/internal/config"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
)

func (p *program) configCommand() *cobra.Command {
	return group("config", "Look at the configuration", &cobra.Command{
		Use:   "show [REPORT]",
		Short: "Every setting with its value and where it comes from",
		Long: `Show prints each setting as a command would use it, and what decided it: the environment, the
configuration, what is built in. With a report, what that report says counts too.`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: p.completeReports,
		RunE: func(_ *cobra.Command, args []string) error {
			c, problems := config.Load(config.Options{Path: p.flags.config, Dir: p.dir, Env: p.env, Formats: p.formats.choice()})
			if err := problems.Err(); err != nil {
				return err
			}
			p.term.Problems(problems)
			s, err := p.open()
			if err != nil {
				return err
			}
			if problems = p.checkConfig(s); problems.Err() != nil {
				return problems
			}
			p.term.Problems(problems)
			var r *report.Report
			if len(args) > 0 {
				if r, problems = report.Load(s.library, args[0], s.queries, s.frameworks, p.formats.choice()); problems.Err() != nil {
					return problems
				}
			}
			var rows []result.Row
			for _, s := range c.Resolve(config.Request{Report: reportLevel(r)}).Show() {
				rows = append(rows, result.Row{s.Name, s.Value, s.Origin})
			}
			cols := []result.Column{{Name: "setting", Kind: result.Text}, {Name: "value", Kind: result.Text}, {Name: "origin", Kind: result.Text}}
			return p.term.Rows(result.Of(cols, rows), p.flags.output)
		},
	})
}
