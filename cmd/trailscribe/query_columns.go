package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/yaml"
)

// columnMeanings say what the columns mean that CloudTrail does not have. docs/queries.md has the same words; a test compares them.
var columnMeanings = map[string]string{
	"event_time":       "when, in UTC",
	"local_time":       "the same on the clock of the report's zone",
	"local_date":       "its day there",
	"account_id":       "account whose log it is",
	"actor_account_id": "account of the caller",
	"actor":            "who it was, in a form that a caller cannot forge",
	"actor_arn":        "ARN of the user, of root, or of the role behind a session",
	"actor_type":       "root user role federated identity-center account service anonymous unknown",
	"actor_key":        "one stable value for each principal: group and join by it",
	"session_name":     "name of the role session; the caller chooses it, so it proves nothing",
	"is_service":       "an AWS service made the call: service_call is not NULL",
	"service_call": "own linked forwarded: how the service was involved; NULL for a direct call. A call is forwarded where " +
		"invokedBy says so; a service's host as sourceipaddress alone says nothing: calls from AppStream have it",
	"source_service": "which service",
	"is_automation":  "AWS or the configuration says that it is a machine",
	"via_console":    "made in the console",
	"source_ip":      "the address, if sourceipaddress is one",
	"source_kind":    "public private service internal unknown",
	"outcome":        "success denied failed throttled dry-run; NULL where nothing proves it",
	"denied":         "of outcome",
	"succeeded":      "of outcome",
	"mfa":            "yes no not-applicable",
	"is_write":       "it changed something",
	"resource":       "a name or ARN to show next to the action",
	"log_file":       "file that the record was read from",
	"day_kind":       "workday weekend holiday, by the calendar",
	"category":       "management data:s3 …",
	"copies":         "how often it was delivered, with this content",
	"copies_differ":  "another record that was read has the same account and event id and says something else: both are rows",
}

func (p *program) queryColumnsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "columns [NAME]...",
		Short: "The columns of the relations events and history, with their types",
		Long: `Columns lists what a query may read: the columns of the documented Athena table of CloudTrail under their
names, and the derived columns that Trailscribe adds, with their meaning.`,
		Example: `  trailscribe query columns
  trailscribe query columns actor outcome --output json`,
		RunE: func(_ *cobra.Command, args []string) error {
			rows := columnRows()
			var names []string
			for _, r := range rows {
				names = append(names, r[0].(string))
			}
			for _, a := range args {
				if !slices.Contains(names, a) {
					return usage("see 'trailscribe query columns'", "there is no column %q%s", a, yaml.DidYouMean(a, names))
				}
			}
			if len(args) > 0 {
				rows = slices.DeleteFunc(rows, func(r result.Row) bool { return !slices.Contains(args, r[0].(string)) })
			}
			cols := []result.Column{{Name: "column", Kind: result.Text}, {Name: "type", Kind: result.Text}, {Name: "of", Kind: result.Text},
				{Name: "meaning", Kind: result.Text}}
			return p.term.Rows(result.Of(cols, rows), p.flags.output)
		},
	}
}

// columnRows are the derived columns, then those of CloudTrail.
func columnRows() (derived []result.Row) {
	var logged []result.Row
	for _, c := range relation.Columns() {
		if strings.HasPrefix(c.Name, "h_") {
			continue
		}
		if text, ok := columnMeanings[c.Name]; ok {
			derived = append(derived, result.Row{c.Name, c.Type, "Trailscribe", text})
		} else {
			logged = append(logged, result.Row{c.Name, c.Type, "CloudTrail", "as CloudTrail logged it"})
		}
	}
	return append(derived, logged...)
}
