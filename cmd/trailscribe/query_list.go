package main

import (
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/query"
	"trailscribe/internal/result"
	"trailscribe/internal/yaml"
)

func (p *program) queryListCommand() *cobra.Command {
	var kind, severity, control string
	c := &cobra.Command{
		Use:   "list [ID|TOPIC|PATTERN]...",
		Short: "Queries of the library, built-in and your own",
		Example: `  trailscribe query list
  trailscribe query list iam --severity high
  trailscribe query list --control cis-aws-5.0/4.3 --output json`,
		ValidArgsFunction: p.completeQueries,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := p.open()
			if err != nil {
				return err
			}
			all, err := s.some(args)
			if err != nil {
				return err
			}
			least := query.None
			if severity != "" {
				if least, err = query.ParseSeverity(severity); err != nil {
					return usage("", "--severity: %w", err)
				}
			}
			if kind != "" {
				if err := oneOf("kind", kind, []string{query.KindException, query.KindEvidence, query.KindMetric}); err != nil {
					return err
				}
			}
			framework, id, _ := strings.Cut(control, "/")
			if control != "" {
				f, ok := s.frameworks[framework]
				if !ok {
					return usage(strings.TrimPrefix(yaml.DidYouMean(framework, s.frameworks.IDs()), "; "),
						"--control: there is no framework %q; there are %s", framework, strings.Join(s.frameworks.IDs(), ", "))
				}
				if _, ok := f.Control(id); id != "" && !ok {
					return usage("", "--control: %s has no control %q", framework, id)
				}
			}
			cols := []result.Column{{Name: "id", Kind: result.Text}, {Name: "kind", Kind: result.Text}, {Name: "severity", Kind: result.Text},
				{Name: "title", Kind: result.Text}, {Name: "origin", Kind: result.Text}}
			var rows []result.Row
			for _, q := range all {
				if kind != "" && q.Kind != kind || q.Severity < least {
					continue
				}
				if control != "" && !serves(q, framework, id) {
					continue
				}
				rows = append(rows, result.Row{q.ID, q.Kind, q.Severity.String(), q.Title, origin(q.File)})
			}
			return p.term.Rows(result.Of(cols, rows), p.flags.output)
		},
	}
	c.Flags().StringVar(&kind, "kind", "", "only exception, evidence or metric queries")
	c.Flags().StringVar(&severity, "severity", "", "only queries of this severity and above")
	c.Flags().StringVar(&control, "control", "", "only queries that serve FRAMEWORK or FRAMEWORK/CONTROL")
	return c
}

func serves(q *query.Query, framework, control string) bool {
	for _, id := range q.Controls[framework] {
		if control == "" || id == control {
			return true
		}
	}
	return false
}
