package config

import (
	_ "embed"

	"trailscribe/internal/yaml"
)

var (
	text  = &yaml.Shape{Kind: yaml.Text}
	bare  = &yaml.Shape{Kind: yaml.Text, Bare: true}
	name  = &yaml.Shape{Kind: yaml.Text, Pattern: `[a-z0-9]+(-[a-z0-9]+)*`, Like: "lower-case words joined by hyphens"}
	day   = &yaml.Shape{Kind: yaml.Text, Bare: true, Pattern: `[0-9]{4}-[0-9]{2}-[0-9]{2}`, Like: "a day such as 2026-01-31"}
	area  = &yaml.Shape{Kind: yaml.Text, Pattern: `[a-z]{2,4}(-[a-z]+)+-[0-9]+`, Like: "an AWS region such as eu-central-1"}
	areas = yaml.ListOf(area)
	loose = &yaml.Shape{Kind: yaml.Text, Bare: true, Empty: true}

	shape = &yaml.Shape{Kind: yaml.Object, Title: "The configuration of Trailscribe", Fields: []yaml.Field{
		{Name: "engine", Shape: yaml.OneOf("duckdb"), Help: "what answers queries: duckdb reads log files on this machine", Default: "duckdb"},
		{Name: "source", Shape: text, Help: "folder of CloudTrail log files, in the layout of S3 or loose; relative to this file"},
		{Name: "cache", Shape: text, Help: "folder for what was read, so that it is read once; relative to this file", Default: "the user's cache folder"},
		{Name: "entity", Shape: text, Help: "organisation whose logs these are, as reports print it"},
		{Name: "accounts", Help: "accounts whose logs are expected", Shape: yaml.ListOf(&yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
			{Name: "id", Required: true, Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `[0-9]{12}`, Like: "twelve digits in quotes"}, Help: "account id, quoted"},
			{Name: "name", Shape: text, Help: "name that reports show beside the id"},
			{Name: "since", Shape: day, Help: "first day of logs: before it, missing files are no gap"},
			{Name: "until", Shape: day, Help: "last day of logs: after it, missing files are no gap"},
			{Name: "expect", Shape: areas, Help: "regions that must deliver logs; without any, a region without files is shown and is no failure"},
		}})},
		{Name: "calendar", Shape: name, Help: "working days: a file of reports/calendars", Default: "weekdays"},
		{Name: "late_days", Shape: &yaml.Shape{Kind: yaml.Int, Min: 0, Max: 60}, Help: "days after the period whose files are read too, because CloudTrail may deliver late", Default: "2"},
		{Name: "automation", Help: "who is known to be a machine; * stands for any text, ? for one character", Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
			{Name: "roles", Shape: yaml.Texts(), Help: "ARNs of roles and users"},
			{Name: "sessions", Shape: yaml.Texts(), Help: "session names; whoever takes a role chooses the name, so prefer roles"},
		}}},
		{Name: "networks", Shape: yaml.Texts(), Help: "networks that people are expected to come from, as CIDR"},
		{Name: "regions", Shape: areas, Help: "regions that are in use; activity elsewhere is an exception"},
		{Name: "admins", Shape: yaml.Texts(), Help: "ARNs of administrators, * for any text"},
		{Name: "library", Help: "folders with queries, reports and templates of your own, relative to this file; later ones win", Shape: &yaml.Shape{Kind: yaml.Either, Shapes: []*yaml.Shape{
			yaml.Texts(),
			{Kind: yaml.Object, Fields: []yaml.Field{
				{Name: "folders", Shape: yaml.Texts(), Help: "the folders"},
				{Name: "builtin", Shape: &yaml.Shape{Kind: yaml.Bool}, Help: "whether the built-in queries and reports are offered", Default: "true"},
			}},
		}}},
		{Name: "defaults", Help: "what holds where neither flag, environment nor report says anything", Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
			{Name: "period", Shape: bare, Help: "last-month, last-week, last-quarter, last-30-days, 2026-10, 2026-Q3 …", Default: "last-month"},
			{Name: "timezone", Shape: text, Help: "IANA name, such as Europe/Berlin", Default: "UTC"},
			{Name: "language", Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*`, Like: "a language tag such as en or zh-CN"}, Default: "en"},
			{Name: "theme", Shape: name, Default: "navy"},
			{Name: "formats", Shape: &yaml.Shape{Kind: yaml.List, AtLeast: 1, Item: yaml.OneOf("pdf", "xlsx", "csv", "json")}, Default: "[pdf, xlsx]"},
			{Name: "params", Shape: &yaml.Shape{Kind: yaml.Map, Item: &yaml.Shape{Kind: yaml.Either, Shapes: []*yaml.Shape{yaml.ListOf(loose), loose}}}, Help: "values of parameters: by name for every query that has it, or topic/query.name for one"},
			{Name: "fail_on", Shape: yaml.OneOf("critical", "high", "medium", "low", "info", "none"), Help: "lowest severity of open exceptions that makes the command exit with 3", Default: "none"},
		}}},
	}}
)

// Shape is what trailscribe.yaml may hold.
func Shape() *yaml.Shape { return shape }

//go:embed template.yaml
var template string

// Template is the commented file that init writes. It loads as it is: every setting in it is commented out.
func Template() string { return template }
