package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/result"
	"trailscribe/internal/sql"
	"trailscribe/internal/yaml"
)

// refusedFunction is the kind of functions that Athena has and queries may not call.
const refusedFunction = "refused"

func (p *program) queryFunctionsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "functions [NAME|KIND]...",
		Short: "The SQL functions that a query may call, with their types",
		Long: `Functions lists what a query may call: the name, its kind (scalar, aggregate, window), what it takes and
gives, and what is to know of it. Kind refused are functions of Athena that queries may not call, with the
reason. Capital letters stand for any type: O for one that can be ordered, D for a decimal.`,
		Example: `  trailscribe query functions json_extract_scalar
  trailscribe query functions window refused`,
		RunE: func(_ *cobra.Command, args []string) error {
			rows := functionRows()
			if len(args) > 0 {
				var names []string
				for _, r := range rows {
					names = append(names, r[0].(string), r[1].(string))
				}
				for _, a := range args {
					if !slices.Contains(names, a) {
						return usage("see 'trailscribe query functions'", "there is no function %q%s", a, yaml.DidYouMean(a, names))
					}
				}
				rows = slices.DeleteFunc(rows, func(r result.Row) bool {
					return !slices.Contains(args, r[0].(string)) && !slices.Contains(args, r[1].(string))
				})
			}
			cols := []result.Column{{Name: "function", Kind: result.Text}, {Name: "kind", Kind: result.Text}, {Name: "forms", Kind: result.Text},
				{Name: "note", Kind: result.Text}}
			return p.term.Rows(result.Of(cols, rows), p.flags.output)
		},
	}
}

// functionRows are the functions that queries may call, then those that they may not.
func functionRows() (rows []result.Row) {
	for _, f := range sql.Reference() {
		var forms []string
		for _, x := range f.Forms {
			forms = append(forms, x.String())
		}
		note := f.Note
		if f.Changes {
			note = strings.TrimPrefix(note+"; another value on every run: lint refuses it in a query", "; ")
		}
		rows = append(rows, result.Row{f.Name, f.Kind, strings.Join(forms, "; "), note})
	}
	refused := sql.Refused()
	for _, name := range slices.Sorted(maps.Keys(refused)) {
		rows = append(rows, result.Row{name, refusedFunction, "", refused[name]})
	}
	return rows
}
