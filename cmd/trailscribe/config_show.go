package main

import (
	"github.com/spf13/cobra"

	"trailscribe/internal/config"
	"trailscribe/internal/result"
)

func (p *program) configCommand() *cobra.Command {
	return group("config", "Look at the configuration", &cobra.Command{
		Use:   "show",
		Short: "Every setting with its value and where it comes from",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			c, problems := config.Load(config.Options{Path: p.flags.config, Env: p.env})
			if err := problems.Err(); err != nil {
				return err
			}
			p.term.Problems(problems)
			var rows []result.Row
			for _, s := range c.Show() {
				rows = append(rows, result.Row{s.Name, s.Value, s.Origin})
			}
			return p.term.Rows(result.Of([]result.Column{{Name: "setting", Kind: result.Text}, {Name: "value", Kind: result.Text}, {Name: "origin", Kind: result.Text}}, rows), p.flags.output)
		},
	})
}
