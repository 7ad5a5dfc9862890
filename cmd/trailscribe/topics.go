package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// variables of the environment that the program reads, with what they are for. The AWS SDK reads its own besides.
var variables = []struct{ name, what string }{
	{"TRAILSCRIBE_CONFIG", "configuration file, as --config"},
	{"TRAILSCRIBE_SOURCE", "folder of log files or s3://bucket/prefix, as --source"},
	{"TRAILSCRIBE_ENGINE", "duckdb or athena, as --engine"},
	{"TRAILSCRIBE_CACHE", "folder for what was read, as --cache"},
	{"TRAILSCRIBE_LIBRARY", "folders of your own definitions, separated as in PATH; in place of library: of the configuration"},
	{"TRAILSCRIBE_PERIOD", "period, as --period"},
	{"TRAILSCRIBE_TIMEZONE", "IANA time zone, as --timezone"},
	{"TRAILSCRIBE_LANGUAGE", "language of reports, as --lang"},
	{"TRAILSCRIBE_THEME", "look of reports, as --theme"},
	{"TRAILSCRIBE_FORMATS", "formats of reports, separated by commas, as --format"},
	{"TRAILSCRIBE_FAIL_ON", "severity that ends a run with 3, as --fail-on"},
	{"TRAILSCRIBE_PREPARER", "who makes a report, as --preparer"},
	{"TRAILSCRIBE_SIGN", "key that signs manifests, as --sign"},
	{passphraseVariable, "passphrase of that key"},
	{"SOURCE_DATE_EPOCH", "the time printed in a report in seconds since 1970, as --as-of"},
	{"NO_COLOR", "no colour on the screen, whatever its value; also TERM=dumb"},
	{"XDG_CACHE_HOME", "where the cache is without --cache (Linux)"},
	{"AWS_PROFILE, AWS_REGION …", "as the AWS SDK reads them; --aws-profile and --aws-region come first"},
}

// topicCommands are pages of help that belong to no command.
func topicCommands() []*cobra.Command {
	var env, cols strings.Builder
	for _, v := range variables {
		fmt.Fprintf(&env, "  %-27s %s\n", v.name, v.what)
	}
	for _, r := range columnRows() {
		kind, meaning := r[1].(string), r[3].(string)
		if len(kind) > 13 { // the row of the identity has a page of fields
			kind, _, _ = strings.Cut(kind, "(")
			meaning += fmt.Sprintf(", with fields: see 'trailscribe query columns %s'", r[0])
		}
		for i, line := range wrap(meaning, 84) {
			if i == 0 {
				fmt.Fprintf(&cols, "  %-28s %-13s %s\n", r[0], kind, line)
			} else {
				fmt.Fprintf(&cols, "  %-28s %-13s %s\n", "", "", line)
			}
		}
	}
	var codes strings.Builder
	for _, m := range meanings {
		for i, line := range wrap(m.text, 90) {
			if i == 0 {
				fmt.Fprintf(&codes, "  %3d  %s\n", m.code, line)
			} else {
				fmt.Fprintf(&codes, "       %s\n", line)
			}
		}
	}
	return []*cobra.Command{
		{Use: "columns", Short: "columns of the relation events that queries read", Long: `The relation events has one row for each CloudTrail event of the period and scope; history, where a query asks
for it, has the same columns for the days before. 'trailscribe query columns --output json' prints them as data.

` + strings.TrimRight(cols.String(), "\n")},
		{Use: "environment", Short: "variables of the environment", Long: `A flag wins over a variable, a variable over the report and the configuration. 'trailscribe config show' says
where each setting comes from.

` + strings.TrimRight(env.String(), "\n")},
		{Use: "exit-codes", Short: "what each exit code means", Long: `The help of each command lists the codes that it can end with.

` + strings.TrimRight(codes.String(), "\n") + `

Where several apply: once a report is sealed 7, then 4, then 3; before that 130, then 8, 5, 2, 1.`},
	}
}
