package main

import (
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/config"
	"trailscribe/internal/export/json"
	"trailscribe/internal/framework"
	"trailscribe/internal/period"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
	"trailscribe/internal/style"
	"trailscribe/internal/yaml"
)

// schemas are the file formats a user can write, with what each is for.
func schemas() []struct {
	name, what string
	shape      *yaml.Shape
} {
	return []struct {
		name, what string
		shape      *yaml.Shape
	}{
		{"config", "trailscribe.yaml", config.Shape()},
		{"query", "queries/<topic>/<name>.yaml", query.Shape()},
		{"query-test", "queries/<topic>/<name>_test.yaml", query.CaseShape()},
		{"report", "reports/<id>.yaml", report.Shape()},
		{"framework", "reports/frameworks/<id>.yaml", framework.Shape()},
		{"calendar", "reports/calendars/<id>.yaml", period.CalendarShape()},
		{"messages", "templates/lang/<tag>/messages.yaml", style.MessageShape()},
		{"language-format", "templates/lang/<tag>/format.yaml", style.FormatShape()},
		{"theme", "templates/themes/<name>.yaml", style.ThemeShape()},
	}
}

// runSchema is the name of the schema of data/run.json, which is no file that a user writes.
const runSchema = "run"

func (p *program) schemaCommand() *cobra.Command {
	var names []string
	for _, s := range schemas() {
		names = append(names, s.name)
	}
	names = append(names, runSchema)
	return &cobra.Command{
		Use:       "schema [NAME]",
		Short:     "JSON Schemas of the files you write, for your editor, and of what a run exports",
		Long:      "Without a name, schema lists the file formats. With a name, it prints the JSON Schema of one: of the files you write, and\nof data/run.json, which --format json writes.",
		Example:   "  trailscribe schema query > query.schema.json",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				var rows []result.Row
				for _, s := range schemas() {
					rows = append(rows, result.Row{s.name, s.what})
				}
				rows = append(rows, result.Row{runSchema, "data/run.json of a run"})
				return p.term.Rows(result.Of([]result.Column{{Name: "name", Kind: result.Text}, {Name: "file", Kind: result.Text}}, rows), p.flags.output)
			}
			for _, s := range schemas() {
				if s.name == args[0] {
					_, err := p.out.Write(s.shape.JSONSchema())
					return err
				}
			}
			if args[0] == runSchema {
				_, err := p.out.Write(json.Schema())
				return err
			}
			return usage("", "there is no schema %q; there are %s", args[0], strings.Join(names, ", "))
		},
	}
}
