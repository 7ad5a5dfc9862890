package config

import (
	_ "embed"
	"regexp"

	"trailscribe/internal/yaml"
)

// patternS3 is a place in S3; a folder of this machine never looks so.
const patternS3 = `s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\x00-\x1f\x7f]*)?`

// How the id of an account is written, and the ways to write accounts.
const (
	likeAccount = "twelve digits in quotes"
	hintAccount = `write ["111122223333"], [{id: "111122223333", name: production}] or {"111122223333": production}`
)

var wholeS3 = regexp.MustCompile(`\A(?:` + patternS3 + `)\z`)

var (
	text  = &yaml.Shape{Kind: yaml.Text}
	bare  = &yaml.Shape{Kind: yaml.Text, Bare: true}
	name  = &yaml.Shape{Kind: yaml.Text, Pattern: `[a-z0-9]+(-[a-z0-9]+)*`, Like: "lower-case words joined by hyphens"}
	day   = &yaml.Shape{Kind: yaml.Text, Bare: true, Pattern: `[0-9]{4}-[0-9]{2}-[0-9]{2}`, Like: "a day such as 2026-01-31"}
	area  = &yaml.Shape{Kind: yaml.Text, Pattern: `[a-z]{2,4}(-[a-z]+)+-[0-9]+`, Like: "an AWS region such as eu-central-1"}
	areas = yaml.ListOf(area)
	loose = &yaml.Shape{Kind: yaml.Text, Bare: true, Empty: true}
	money = &yaml.Shape{Kind: yaml.Text, Bare: true, Pattern: `[0-9]{1,9}(\.[0-9]{1,6})?`, Like: "an amount such as 5 or 0.50"}
	inS3  = &yaml.Shape{Kind: yaml.Text, Pattern: patternS3, Like: "s3://bucket or s3://bucket/prefix"}
	ident = &yaml.Shape{Kind: yaml.Text, Pattern: `[a-z_][a-z0-9_]{0,127}`, Like: "lower-case letters, digits and _"}

	accountSettings = []yaml.Field{
		{Name: "name", Shape: text, Help: "name that reports show next to the id"},
		{Name: "since", Shape: day, Help: "first day of logs: before it, missing files are not a gap"},
		{Name: "until", Shape: day, Help: "last day of logs: after it, missing files are not a gap"},
		{Name: "expect", Shape: areas, Help: "regions that must deliver logs; without any, a region without files is shown and is not a failure"},
	}
	accountID = &yaml.Shape{Kind: yaml.Text, Pattern: `[0-9]{12}`, Like: likeAccount, Hint: hintAccount}
	accounts  = &yaml.Shape{Kind: yaml.Either, Hint: hintAccount, Shapes: []*yaml.Shape{
		yaml.ListOf(&yaml.Shape{Kind: yaml.Either, Hint: hintAccount, Shapes: []*yaml.Shape{
			accountID,
			{Kind: yaml.Object, Fields: append([]yaml.Field{{Name: "id", Required: true, Shape: accountID, Help: "account id, quoted"}},
				accountSettings...)},
		}}),
		{Kind: yaml.Map, Pattern: accountID.Pattern, Like: likeAccount, Hint: hintAccount,
			Item: &yaml.Shape{Kind: yaml.Either, Hint: "write the account's name, or {name: production, since: 2025-01-01}", Shapes: []*yaml.Shape{
				text,
				{Kind: yaml.Object, Fields: accountSettings},
			}}},
	}}
)

// Shape is what trailscribe.yaml may hold, where a run can be written in these formats.
func Shape(formats yaml.Choice) *yaml.Shape {
	return &yaml.Shape{Kind: yaml.Object, Title: "The configuration of Trailscribe", Fields: []yaml.Field{
		{Name: "engine", Shape: yaml.OneOf("duckdb", "athena"), Help: "what answers queries: duckdb reads log files on " +
			"this machine, athena the table in AWS", Default: "duckdb"},
		{Name: "source", Shape: text, Help: "folder of CloudTrail log files, in the layout of S3 or loose, relative " +
			"to this file; or s3://bucket/prefix"},
		{Name: "cache", Shape: text, Help: "folder for what was read, so that it is read once; relative to this file",
			Default: "the user's cache folder"},
		{Name: "query_timeout", Shape: &yaml.Shape{Kind: yaml.Text, Pattern: patternTimeout, Like: "a time such as 10m, 90s or 1h30m"},
			Help: "how long one statement may run, from 1s to 24h; one that runs longer is stopped, and not evaluated in a report", Default: "10m"},
		{Name: "entity", Shape: text, Help: "organisation whose logs these are, as reports print it"},
		{Name: "preparer", Shape: text, Help: "who makes the reports, as the sign-off page prints it"},
		{Name: "sign", Shape: text, Help: "key that signs reports: a private key file, ssh-agent, ssh-agent:FINGERPRINT, kms:KEY, " +
			"env:NAME or none"},
		{Name: "accounts", Shape: accounts, Help: "accounts whose logs are expected: a list of ids, or of ids with settings; or a " +
			"mapping of ids to names or settings"},
		{Name: "calendar", Shape: name, Help: "working days: a file of reports/calendars", Default: "weekdays"},
		{Name: "late_days", Shape: &yaml.Shape{Kind: yaml.Int, Min: 0, Max: 60}, Help: "days after the period whose files are read too, " +
			"because CloudTrail may deliver late", Default: "2"},
		{Name: "settle", Shape: &yaml.Shape{Kind: yaml.Text, Pattern: patternTimeout, Like: "a time such as 30m, 1h or 2h30m; 0s for none"},
			Help:    "how long after its end a period's log files may still arrive, up to 168h; until then a report is incomplete",
			Default: DefaultSettle},
		{Name: "automation", Help: "who is known to be a machine; * stands for any text, ? for one character",
			Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
				{Name: "roles", Shape: yaml.Texts(), Help: "ARNs of roles and users"},
				{Name: "sessions", Shape: yaml.Texts(), Help: "session names; whoever takes a role chooses the name, so prefer roles"},
			}}},
		{Name: "networks", Shape: yaml.Texts(), Help: "networks that people are expected to come from, as CIDR"},
		{Name: "regions", Shape: areas, Help: "regions that are in use; activity elsewhere is an exception"},
		{Name: "admins", Shape: yaml.Texts(), Help: "ARNs of administrators, * for any text"},
		{Name: "library", Help: "folders with queries, reports and templates of your own, relative to this file; later ones win",
			Shape: &yaml.Shape{Kind: yaml.Either, Shapes: []*yaml.Shape{
				yaml.Texts(),
				{Kind: yaml.Object, Fields: []yaml.Field{
					{Name: "folders", Shape: yaml.Texts(), Help: "the folders"},
					{Name: "builtin", Shape: &yaml.Shape{Kind: yaml.Bool}, Help: "whether the built-in queries and reports are offered", Default: "true"},
				}},
			}}},
		{Name: "athena", Help: "the table in AWS: where the logs lie, what the table is called, who asks",
			Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
				{Name: "region", Shape: area, Help: "region of the bucket, the database and the workgroup", Default: "AWS_REGION, else the profile's"},
				{Name: "profile", Shape: text, Help: "profile of the shared AWS files", Default: "AWS_PROFILE"},
				{Name: "role", Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+`,
					Like: "the ARN of a role"}, Help: "role to take for every call, also in another account"},
				{Name: "external_id", Shape: &yaml.Shape{Kind: yaml.Text, Bare: true, Pattern: `[A-Za-z0-9+=,.@:/_-]{2,}`,
					Like: "letters, digits and + = , . @ : / _ -, two at least"}, Help: "what the role's trust policy asks for"},
				{Name: "endpoint", Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `https?://[^\s]+`, Like: "a URL"},
					Help: "URL that answers for all AWS services: VPC endpoints, tests"},
				{Name: "fips", Shape: &yaml.Shape{Kind: yaml.Bool}, Help: "use FIPS 140 endpoints", Default: "false"},
				{Name: "workgroup", Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `[A-Za-z0-9._-]{1,128}`, Like: "up to 128 letters, digits and . _ -"},
					Help: "workgroup that queries run in", Default: "trailscribe"},
				{Name: "database", Shape: ident, Help: "Glue database", Default: "trailscribe"},
				{Name: "table", Shape: ident, Help: "table over the logs", Default: "cloudtrail"},
				{Name: "catalog", Shape: yaml.OneOf("managed", "existing"), Help: "existing: the table was made by others " +
					"and is only checked, never changed", Default: "managed"},
				{Name: "logs", Shape: inS3, Help: "bucket and prefix of the trail: the folder that holds AWSLogs"},
				{Name: "output", Shape: inS3, Help: "where Athena puts results", Default: "the workgroup's own place"},
				{Name: "results_days", Shape: &yaml.Shape{Kind: yaml.Int, Min: 0, Max: 3650},
					Help: "days after which results expire in a bucket that 'infra apply' made; 0: never", Default: "30"},
				{Name: "staging", Shape: inS3, Help: "where a run keeps its copy of the period while it works",
					Default: "output and trailscribe-staging"},
				{Name: "organization", Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `o-[a-z0-9]{10,32}`,
					Like: "an organization id such as o-exampleorg1"}, Help: "organization of an organization trail; without " +
					"it the trail is of a single account"},
				{Name: "accounts", Shape: yaml.ListOf(&yaml.Shape{Kind: yaml.Text, Pattern: accountID.Pattern, Like: likeAccount}),
					Help: "accounts in the table", Default: "those found in the bucket"},
				{Name: "regions", Shape: areas, Help: "regions in the table; global services log under us-east-1",
					Default: "those found in the bucket"},
				{Name: "first_day", Shape: day, Help: "first day of the table", Default: "the earliest day found in the bucket"},
				{Name: "concurrency", Shape: &yaml.Shape{Kind: yaml.Int, Min: 1, Max: 200}, Help: "queries that run at once", Default: "5"},
				{Name: "reuse_minutes", Shape: &yaml.Shape{Kind: yaml.Int, Min: 0, Max: 10080},
					Help: "let Athena answer with rows of an equal query that is at most this many minutes old, which costs " +
						"nothing; the report says so. 0: never", Default: "0"},
				{Name: "price_per_tb", Shape: money, Help: "US dollars per 10^12 bytes scanned", Default: "the region's list price"},
			}}},
		{Name: "cost", Help: "guards before a run that costs money, in US dollars", Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
			{Name: "confirm_over", Shape: money, Help: "a run that is estimated at more asks first, and stops where nobody can be asked"},
			{Name: "max_per_run", Shape: money, Help: "a run that is estimated at more does not start"},
		}}},
		{Name: "defaults", Help: "what holds where neither flag, environment nor report says anything",
			Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
				{Name: "period", Shape: bare, Help: "last-month, last-week, last-quarter, last-30-days, 2026-10, 2026-Q3 …", Default: "last-month"},
				{Name: "timezone", Shape: text, Help: "IANA name, such as Europe/Berlin", Default: "UTC"},
				{Name: "language", Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*`,
					Like: "a language tag such as en or zh-CN"}, Default: "en"},
				{Name: "theme", Shape: name, Default: "navy"},
				{Name: "formats", Shape: formats.List(), Default: formats.Default()},
				{Name: "out", Shape: text, Help: "folder that reports are written into, relative to this file",
					Default: "reports-out where the program runs"},
				{Name: "params", Shape: &yaml.Shape{Kind: yaml.Map, Item: &yaml.Shape{Kind: yaml.Either,
					Shapes: []*yaml.Shape{yaml.ListOf(loose), loose}}}, Help: "values of parameters: by name for every query that " +
					"has it, or topic/query.name for one"},
				{Name: "fail_on", Shape: yaml.OneOf("critical", "high", "medium", "low", "info", "none"),
					Help: "lowest severity of open exceptions that makes the command exit with 3", Default: "none"},
			}}},
	}}
}

//go:embed template.yaml
var template string

// Template is the commented file that init writes. It loads as it is: every setting in it is commented out.
func Template() string { return template }
