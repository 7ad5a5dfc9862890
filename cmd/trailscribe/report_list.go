package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/config"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
)

func (p *program) reportCommand() *cobra.Command {
	return group("report", "List, show, run and render reports", p.reportListCommand(), p.reportShowCommand(), p.reportRunCommand(),
		p.reportRenderCommand())
}

func (p *program) completeReports(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	s, err := p.open()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return report.IDs(s.library), cobra.ShellCompDirectiveNoFileComp
}

func (p *program) reportListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Reports of the library",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := p.open()
			if err != nil {
				return err
			}
			all, problems := report.All(s.library, s.queries, s.frameworks, p.formats.choice())
			p.term.Problems(leftOut(problems))
			var rows []result.Row
			for _, r := range all {
				rows = append(rows, result.Row{r.ID, r.Title, int64(len(r.Queries())), r.Period, origin(r.File)})
			}
			return p.term.Rows(result.Of([]result.Column{{Name: "id", Kind: result.Text}, {Name: "title", Kind: result.Text},
				{Name: "queries", Kind: result.Int}, {Name: "period", Kind: result.Text}, {Name: "origin", Kind: result.Text}}, rows), p.flags.output)
		},
	}
}

func (p *program) reportShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "show ID",
		Short:             "What a report asks, section by section",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: p.completeReports,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := p.open()
			if err != nil {
				return err
			}
			r, problems := report.Load(s.library, args[0], s.queries, s.frameworks, p.formats.choice())
			if err := problems.Err(); err != nil {
				return err
			}
			cols := []result.Column{{Name: "section", Kind: result.Text}, {Name: "query", Kind: result.Text}, {Name: "kind", Kind: result.Text},
				{Name: "severity", Kind: result.Text}, {Name: "title", Kind: result.Text}}
			var rows []result.Row
			for _, q := range r.Summary {
				rows = append(rows, result.Row{"(summary)", q.ID, q.Kind, q.Severity.String(), q.Title})
			}
			for _, sec := range r.Sections {
				for _, q := range sec.Queries {
					rows = append(rows, result.Row{sec.Title, q.ID, q.Kind, q.Severity.String(), q.Title})
				}
			}
			set, err := p.resolve(s, r)
			if err != nil {
				return err
			}
			formats := set.List(config.Formats).Values
			switch p.flags.output {
			case "json":
				return p.showReport(r, formats, rows)
			case "table":
				fmt.Fprintf(p.out, "%s: %s\nfor %s, period %s, formats %s", r.ID, r.Title, r.Audience, r.Period, strings.Join(formats, ", "))
				if r.Framework != nil {
					fmt.Fprintf(p.out, ", framework %s", r.Framework.ID)
				}
				fmt.Fprint(p.out, "\n\n")
			}
			return p.term.Rows(result.Of(cols, rows), p.flags.output)
		},
	}
}

// showReport prints a report as one object: what it is, and what it asks.
func (p *program) showReport(r *report.Report, formats []string, rows []result.Row) error {
	type asked struct {
		Section  string `json:"section"`
		Query    string `json:"query"`
		Kind     string `json:"kind"`
		Severity string `json:"severity"`
		Title    string `json:"title"`
	}
	told := struct {
		ID        string   `json:"id"`
		Title     string   `json:"title"`
		Audience  string   `json:"audience"`
		Period    string   `json:"period"`
		Formats   []string `json:"formats"`
		Framework string   `json:"framework"`
		Queries   []asked  `json:"queries"`
	}{r.ID, r.Title, r.Audience, r.Period, formats, "", []asked{}}
	if r.Framework != nil {
		told.Framework = r.Framework.ID
	}
	for _, row := range rows {
		told.Queries = append(told.Queries, asked{row[0].(string), row[1].(string), row[2].(string), row[3].(string), row[4].(string)})
	}
	return p.term.Object(told)
}
