package main

import "github.com/spf13/cobra"

var (
	outputs = []string{"table", "json", "csv"}
	engines = []string{"duckdb", "athena"}
	modes   = []string{"auto", "staged", "direct"}
)

// flags mean the same wherever they appear. A command registers those that have a meaning for it.
type flags struct {
	config    string
	libraries []string
	output    string
	color     string
	quiet     bool
	verbose   bool
	logFormat string

	source, engine, cache        string
	period, timezone, asOf, lang string
	accounts, regions, params    []string
	formats                      []string
	out, theme, failOn           string
	dryRun                       bool
	memory, threads              string
	preparer, sign               string
	queryTimeout                 string
	awsProfile, awsRegion, mode  string
	estimate, yes                bool
	allowedSigners               string
	maxCost                      string
}

// register are the flags of every command.
func (f *flags) register(root *cobra.Command) {
	p := root.PersistentFlags()
	p.StringVar(&f.config, "config", "", "configuration file (default: trailscribe.yaml here or in a parent folder)")
	p.StringArrayVar(&f.libraries, "library", nil, "folder with queries, reports and templates of your own, laid over "+
		"the built-in ones; may be repeated")
	p.StringVar(&f.output, "output", "table", "how to print: table, json or csv")
	p.StringVar(&f.color, "color", "auto", "auto, always or never")
	p.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but data and errors")
	p.BoolVarP(&f.verbose, "verbose", "v", false, "say more on standard error")
	p.StringVar(&f.logFormat, "log-format", "text", "messages on standard error: text or json")
}

// registerSource are the flags of commands that ask an engine about logs.
func (f *flags) registerSource(c *cobra.Command) {
	f.registerPlace(c)
	p := c.Flags()
	p.StringVar(&f.engine, "engine", "", "engine that answers: duckdb (default with --source) or athena")
	p.StringVar(&f.cache, "cache", "", "folder for what was read (default: the user's cache folder)")
	f.registerMachine(c)
}

// registerPlace are the flags of commands that read logs.
func (f *flags) registerPlace(c *cobra.Command) {
	p := c.Flags()
	p.StringVar(&f.source, "source", "", "folder of CloudTrail log files, the S3 layout or loose files; or s3://bucket/prefix")
	p.StringVar(&f.awsProfile, "aws-profile", "", "profile of the shared AWS files")
	p.StringVar(&f.awsRegion, "aws-region", "", "AWS region")
	p.StringSliceVar(&f.accounts, "accounts", nil, "limit to these account ids")
	p.StringSliceVar(&f.regions, "regions", nil, "limit to these regions")
}

// registerStatements are the flags of commands that ask the statements of queries.
func (f *flags) registerStatements(c *cobra.Command) {
	c.Flags().StringVar(&f.mode, "mode", "", "how Athena works: staged (one reading for all queries), direct (each "+
		"query reads), auto (what is cheaper)")
	f.registerTimeout(c)
}

// registerTimeout are the flags of commands that ask the statements of queries of the embedded engine alone.
func (f *flags) registerTimeout(c *cobra.Command) {
	c.Flags().StringVar(&f.queryTimeout, "query-timeout", "", "how long one statement may run, such as 90s, 10m or "+
		"1h30m; then it is stopped (default 10m)")
}

// registerMachine are the flags that say how much of the machine the embedded engine may use.
func (f *flags) registerMachine(c *cobra.Command) {
	p := c.Flags()
	p.StringVar(&f.memory, "memory", "", "most memory the embedded database may hold, such as 2GiB; the rest is spilled to disk "+
		"(default: a quarter of the machine, 256MiB to 2GiB, up to half for large events; at least 128MiB)")
	p.StringVar(&f.threads, "threads", "", "most threads the embedded database may use (default: the processors; fewer "+
		"where the memory does not carry them)")
}

// registerPeriod are the flags of commands that ask queries about a period.
func (f *flags) registerPeriod(c *cobra.Command) {
	f.registerWhen(c)
	c.Flags().StringArrayVar(&f.params, "param", nil, "parameter name=value, or query/id.name=value for one query; may be repeated")
}

// registerWhen are the flags of commands that look at a period.
func (f *flags) registerWhen(c *cobra.Command) {
	p := c.Flags()
	p.StringVar(&f.period, "period", "", "last-month, last-week, yesterday, last-30-days, 2026-10, 2026-Q3, 2026-10-01..2026-10-16 …")
	p.StringVar(&f.timezone, "timezone", "", "IANA time zone the period and local times are meant in (default UTC)")
}
