package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"trailscribe/internal/result"
)

// version of the program; it stands in every record.
const version = "0.2.0"

// build tells builds of one version apart, as far as the source's revision does; "" where it is not known.
func build() (text string) {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
				text += s.Value + " "
			}
		}
	}
	return text
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Version of the program, its source and its engine",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			rows := []result.Row{{"trailscribe", version}, {"go", runtime.Version()}, {"platform", runtime.GOOS + "/" + runtime.GOARCH}}
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					switch s.Key {
					case "vcs.revision", "vcs.time", "vcs.modified":
						rows = append(rows, result.Row{s.Key, s.Value})
					}
				}
				for _, m := range info.Deps {
					if m.Path == "github.com/duckdb/duckdb-go/v2" {
						rows = append(rows, result.Row{"duckdb-go", m.Version})
					}
				}
			}
			if p.flags.output == "table" {
				fmt.Fprintf(p.out, "trailscribe %s\n", version)
				for _, r := range rows[1:] {
					fmt.Fprintf(p.out, "  %-13s %s\n", r[0], r[1])
				}
				return nil
			}
			cols := []result.Column{{Name: "name", Kind: result.Text}, {Name: "value", Kind: result.Text}}
			return p.term.Rows(result.Of(cols, rows), p.flags.output)
		},
	}
}
