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
func schemas(formats yaml.Choice) []struct {
	name, what string
	shape      *yaml.Shape
} {
	return []struct {
		name, what string
		shape      *yaml.Shape
	}{
		{"config", "trailscribe.yaml", config.Shape(formats)},
		{"query", "queries/<topic>/<name>.yaml", query.Shape()},
		{"query-test", "queries/<topic>/<name>_test.yaml", query.CaseShape()},
		{"report", "reports/<id>.yaml", report.Shape(formats)},
		{"framework", "reports/frameworks/<id>.yaml", framework.Shape()},
		{"calendar", "reports/calendars/<id>.yaml", period.CalendarShape()},
		{"messages", "templates/lang/<tag>/messages.yaml", style.MessageShape()},
		{"language-format", "templates/lang/<tag>/format.yaml", style.FormatShape()},
		{"theme", "templates/themes/<name>.yaml", style.ThemeShape()},
	}
}

// outputSchemas are of what the program writes for other programs.
var outputSchemas = []struct {
	name, what string
	text       func() []byte
}{
	{"run", "data/run.json of a run", json.Schema},
	{"verify", "what 'verify --output json' prints", verifySchema},
	{"report-run", "what 'report run --output json' prints", toldSchema},
}

func (p *program) schemaCommand() *cobra.Command {
	var names []string
	for _, s := range schemas(p.formats.choice()) {
		names = append(names, s.name)
	}
	for _, s := range outputSchemas {
		names = append(names, s.name)
	}
	return &cobra.Command{
		Use:   "schema [NAME]",
		Short: "JSON Schemas of the files you write, for your editor, and of what programs read",
		Long: `Without a name, schema lists the formats. With a name, it prints the JSON Schema of one: of the files
you write, of data/run.json, which --format json writes, and of what 'report run --output json' and
'verify --output json' print.`,
		Example:   "  trailscribe schema query > query.schema.json",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				var rows []result.Row
				for _, s := range schemas(p.formats.choice()) {
					rows = append(rows, result.Row{s.name, s.what})
				}
				for _, s := range outputSchemas {
					rows = append(rows, result.Row{s.name, s.what})
				}
				return p.term.Rows(result.Of([]result.Column{{Name: "name", Kind: result.Text}, {Name: "file", Kind: result.Text}}, rows),
					p.flags.output)
			}
			for _, s := range schemas(p.formats.choice()) {
				if s.name == args[0] {
					_, err := p.out.Write(s.shape.JSONSchema())
					return err
				}
			}
			for _, s := range outputSchemas {
				if s.name == args[0] {
					_, err := p.out.Write(s.text())
					return err
				}
			}
			return usage("", "there is no schema %q; there are %s", args[0], strings.Join(names, ", "))
		},
	}
}
