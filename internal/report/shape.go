package report

import (
	"trailscribe/internal/query"
	"trailscribe/internal/yaml"
)

var (
	text    = &yaml.Shape{Kind: yaml.Text}
	name    = &yaml.Shape{Kind: yaml.Text, Pattern: `[a-z0-9]+(-[a-z0-9]+)*`, Like: "lower-case words joined by hyphens"}
	scalars = &yaml.Shape{Kind: yaml.Text, Bare: true, Empty: true}
)

// Shape is what a report file may hold, where a run can be written in these formats.
func Shape(formats yaml.Choice) *yaml.Shape {
	return &yaml.Shape{Kind: yaml.Object, Title: "A report", Fields: []yaml.Field{
		{Name: "id", Required: true, Shape: name, Help: "name of the file"},
		{Name: "title", Required: true, Shape: text, Help: "title on page one"},
		{Name: "audience", Shape: text, Help: "who reads it"},
		{Name: "period", Shape: &yaml.Shape{Kind: yaml.Text, Bare: true}, Help: "last-month last-week last-quarter last-30-days yesterday " +
			"2026-10 2026-Q3 2026-10-01..2026-10-16", Default: "last-month"},
		{Name: "timezone", Shape: text, Help: "IANA name, such as Europe/Berlin", Default: "timezone of the configuration"},
		{Name: "language", Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*`,
			Like: "a language tag such as en or zh-CN"}, Help: "language tag of the words"},
		{Name: "theme", Shape: name, Help: "a file of templates/themes", Default: "navy"},
		{Name: "formats", Shape: formats.List(), Help: "files to write", Default: formats.Default()},
		{Name: "framework", Shape: text, Help: "a file of reports/frameworks: adds the control matrix"},
		{Name: "summary", Shape: yaml.ListOf(text), Help: "metric queries charted on the summary page"},
		{Name: "sections", Required: true, Help: "headings and their queries", Shape: &yaml.Shape{Kind: yaml.List, AtLeast: 1,
			Item: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
				{Name: "title", Required: true, Shape: text, Help: "heading"},
				{Name: "queries", Shape: yaml.ListOf(text), Help: "ids of queries, in order"},
				{Name: "select", Help: "queries that earlier sections and the summary have not; every condition must hold",
					Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
						{Name: "kind", Shape: yaml.OneOf(query.KindException, query.KindEvidence, query.KindMetric)},
						{Name: "min_severity", Shape: yaml.OneOf(query.Severities()...), Help: "this severity or higher"},
						{Name: "topic", Shape: &yaml.Shape{Kind: yaml.Either, Shapes: []*yaml.Shape{text, yaml.Texts()}},
							Help: "folder of the queries, or several"},
						{Name: "controls", Shape: &yaml.Shape{Kind: yaml.Either, Shapes: []*yaml.Shape{text, yaml.Texts()}},
							Help: "a framework: queries mapped to any of its controls; or controls, such as cis-aws-5.0/4.3"},
					}}},
			}}}},
		{Name: "params", Shape: &yaml.Shape{Kind: yaml.Map, Item: &yaml.Shape{Kind: yaml.Either,
			Shapes: []*yaml.Shape{yaml.ListOf(scalars), scalars}}}, Help: "values of parameters: by name for every query that " +
			"has it, or topic/query.name for one"},
		{Name: "fail_on", Shape: yaml.OneOf(append(query.Severities(), "none")...),
			Help: "lowest severity of open exceptions that makes the command fail"},
	}}
}
