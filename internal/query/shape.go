package query

import (
	"trailscribe/internal/yaml"
)

var (
	text   = &yaml.Shape{Kind: yaml.Text}
	idText = &yaml.Shape{Kind: yaml.Text, Pattern: `[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*`,
		Like: "topic/name in lower-case words joined by hyphens, such as root/console-login"}
	nameText  = &yaml.Shape{Kind: yaml.Text, Pattern: `[a-z_][a-z0-9_]*`, Like: "lower-case letters, digits and underscores"}
	paramKeys = &yaml.Shape{Kind: yaml.Map, Pattern: `[a-z][a-z0-9_]*`, Like: "lower-case letters, digits and underscores", Item: paramShape}
	scalars   = &yaml.Shape{Kind: yaml.Text, Bare: true, Empty: true}
	value     = &yaml.Shape{Kind: yaml.Either, Help: "a value of the parameter's type, or a list of values",
		Shapes: []*yaml.Shape{yaml.ListOf(scalars), scalars}}

	paramShape = &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
		{Name: "type", Required: true, Shape: yaml.OneOf(ParamTypes()...), Help: "type of the value"},
		{Name: "default", Shape: value, Help: "value where none is given; without it one must be given"},
		{Name: "from", Shape: yaml.OneOf(FactNames()...), Help: "fact of the configuration that the default comes from"},
		{Name: "help", Required: true, Shape: text, Help: "what the parameter means"},
	}}

	pluralShape = &yaml.Shape{Kind: yaml.Map, Keys: []string{"zero", "one", "two", "few", "many", "other"}, Item: text, AtLeast: 1}

	queryShape = &yaml.Shape{Kind: yaml.Object, Title: "A query", Fields: []yaml.Field{
		{Name: "id", Required: true, Shape: idText, Help: "folder and name of the file"},
		{Name: "title", Required: true, Shape: text, Help: "what the rows are, as a heading"},
		{Name: "headline", Shape: &yaml.Shape{Kind: yaml.Either, Shapes: []*yaml.Shape{text, pluralShape}},
			Help: "the result in a sentence, with {rows} {open} {waived} {new} {population} {accounts} {first} {last}; or plural forms of it"},
		{Name: "refused", Shape: &yaml.Shape{Kind: yaml.Either, Shapes: []*yaml.Shape{text, pluralShape}}, Default: "headline",
			Help: "the headline where no row is a call that succeeded, by the column outcome"},
		{Name: "condition", Help: "what a row says, as a sentence; the report adds when, where and from where",
			Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
				{Name: "done", Required: true, Shape: text,
					Help: "with {column} for the value of a column; what stands in [ ] is left out where a value in it is missing"},
				{Name: "refused", Shape: text, Help: "the sentence of a call that did not succeed, by the column outcome", Default: "done"},
				{Name: "later", Shape: text, Help: "what later events of the period say of it, such as: cancelled {taken_back_at}; where a value " +
					"is missing the report says open"},
			}}},
		{Name: "undecided", Help: "rows that could not be decided; they are not exceptions, and the query is not clear",
			Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
				{Name: "column", Required: true, Shape: nameText, Help: "the column of the SQL that is true for such a row"},
				{Name: "reason", Required: true, Shape: text, Help: "why, as a sentence"},
			}}},
		{Name: "completeness", Shape: &yaml.Shape{Kind: yaml.Bool}, Default: "false",
			Help: "an exception is a time without logs, so a completeness check of the report names it"},
		{Name: "question", Required: true, Shape: text, Help: "the auditor's question that the query answers"},
		{Name: "kind", Required: true, Shape: yaml.OneOf(KindException, KindEvidence, KindMetric),
			Help: "exception: each row needs review; evidence: rows show a control at work; metric: figures"},
		{Name: "severity", Shape: yaml.OneOf(Severities()...), Help: "severity of an exception", Default: "info for evidence and metric"},
		{Name: "log_scope", Required: true, Help: "event categories that must be delivered, else the answer is not logged",
			Shape: &yaml.Shape{Kind: yaml.List, AtLeast: 1,
				Item: &yaml.Shape{Kind: yaml.Text, Pattern: `management|data:(\*|[a-z0-9-]+)|network|insight`,
					Like: "management, data:s3 (or another service), data:*, network or insight"}}},
		{Name: "partitions", Help: "AWS partitions in which what the query asks about exists; in others the answer is not applicable",
			Default: "all",
			Shape:   &yaml.Shape{Kind: yaml.List, AtLeast: 1, Item: yaml.OneOf(Partitions...)}},
		{Name: "why", Required: true, Shape: text, Help: "why it matters"},
		{Name: "fix", Shape: text, Help: "what to do; an exception needs it"},
		{Name: "false_positives", Shape: text, Help: "rows that are not exceptions, and how to recognise them"},
		{Name: "controls", Help: "framework id: control ids, quoted",
			Shape: &yaml.Shape{Kind: yaml.Map, Item: &yaml.Shape{Kind: yaml.List, AtLeast: 1, Item: controlItem}}},
		{Name: "attack", Help: "MITRE ATT&CK techniques", Shape: yaml.ListOf(&yaml.Shape{Kind: yaml.Text, Pattern: `T[0-9]{4}(\.[0-9]{3})?`,
			Like: "a technique such as T1078 or T1078.004"})},
		{Name: "params", Shape: paramKeys, Help: "typed parameters, :name in the SQL"},
		{Name: "columns", Required: true, Help: "order and labels of the columns; other columns of the SQL are hidden detail",
			Shape: &yaml.Shape{Kind: yaml.List, AtLeast: 1, Item: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
				{Name: "name", Required: true, Shape: nameText, Help: "name of a column of the SQL"},
				{Name: "label", Required: true, Shape: text, Help: "heading"},
				{Name: "type", Required: true, Help: "how values are read and shown", Shape: yaml.OneOf("time", "local-time", "date", "id", "account",
					"region", "actor", "arn", "ip", "number", "bytes", "percent", "text", "code", "json", "status")},
				{Name: "tones", Help: "of a status column: the tone of each value that means more than itself; good is for evidence and metrics only",
					Default: "neutral",
					Shape:   &yaml.Shape{Kind: yaml.Map, AtLeast: 1, Item: yaml.OneOf(Tones()...)}},
			}}}},
		{Name: "key", Shape: yaml.ListOf(nameText), Help: "columns that identify a row, the same next month; an exception needs them"},
		{Name: "recurs", Shape: &yaml.Shape{Kind: yaml.List, AtLeast: 1, Item: nameText},
			Help: "columns that make a row the same thing again in another period, such as the account and the bucket; never the event, " +
				"never a time",
			Default: "key without the event id and without dates and times"},
		{Name: "chart", Help: "how a report draws the rows", Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
			{Name: "type", Required: true, Shape: yaml.OneOf("bar", "column", "line", "heat")},
			{Name: "x", Required: true, Shape: nameText, Help: "column of the categories; of a heat chart, its columns"},
			{Name: "y", Shape: nameText, Help: "column of the values", Default: "the number of rows"},
			{Name: "by", Shape: nameText, Help: "column that splits into series; of a heat chart, its rows"},
			{Name: "unit", Shape: text, Help: "what is counted"},
			{Name: "labels", Shape: &yaml.Shape{Kind: yaml.Map, Item: &yaml.Shape{Kind: yaml.Text, Bare: true}},
				Help: "what values of x or by are called"},
		}}},
		{Name: "history", Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `[1-9][0-9]{0,3}d`, Like: "a number of days such as 90d"},
			Help: "days before the period that the relation history holds"},
		{Name: "sql", Required: true, Shape: text,
			Help: "one SELECT in Athena SQL over events (and history), with :name for parameters, :period_from, :period_to and :period_over"},
		{Name: "population", Shape: text, Help: "a SELECT of one number: how many events were asked"},
	}}

	eventShape = &yaml.Shape{Kind: yaml.Map, Item: &yaml.Shape{Kind: yaml.Any}}
	anyList    = &yaml.Shape{Kind: yaml.List, Item: eventShape}
	factValue  = yaml.ListOf(&yaml.Shape{Kind: yaml.Text})

	caseShape = &yaml.Shape{Kind: yaml.Object, Title: "The test cases of a query", Fields: []yaml.Field{
		{Name: "cases", Required: true, Help: "events in, rows out", Shape: &yaml.Shape{Kind: yaml.List, AtLeast: 1,
			Item: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
				{Name: "name", Required: true, Shape: text, Help: "what the case shows, as a sentence"},
				{Name: "period", Shape: &yaml.Shape{Kind: yaml.Text, Bare: true}, Default: "2026-10"},
				{Name: "timezone", Shape: text, Help: "IANA name", Default: "UTC"},
				{Name: "period_over", Shape: &yaml.Shape{Kind: yaml.Bool},
					Help: "whether the period is over and its logs are all there, as :period_over", Default: "true"},
				{Name: "params", Shape: &yaml.Shape{Kind: yaml.Map, Item: value}, Help: "parameters of the query"},
				{Name: "facts", Help: "facts of the configuration, each a list of texts",
					Shape: &yaml.Shape{Kind: yaml.Map,
						Item: &yaml.Shape{Kind: yaml.Either, Shapes: []*yaml.Shape{factValue, {Kind: yaml.Map, Item: factValue}}}}},
				{Name: "events", Shape: anyList,
					Help: "CloudTrail records of the period; fields that are missing come from defaults, null takes one out"},
				{Name: "history", Shape: anyList, Help: "records of the days before the period"},
				{Name: "want", Required: true, Help: "the rows, in order; each names the columns to compare; [] for none",
					Shape: &yaml.Shape{Kind: yaml.List, Item: &yaml.Shape{Kind: yaml.Map, Item: &yaml.Shape{Kind: yaml.Any}}}},
			}}}},
	}}
)

// Shape is what a query file may hold.
func Shape() *yaml.Shape { return queryShape }

// CaseShape is what the file of a query's test cases may hold.
func CaseShape() *yaml.Shape { return caseShape }
