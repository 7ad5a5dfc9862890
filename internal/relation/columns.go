package relation

import (
	"slices"
	"sync"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/sql"
)

// Names of the relations.
const (
	Events  = "events"  // one row for each event of the period
	History = "history" // the same for the days before it
	Records = "records" // what a driver puts under them: every record of the log files
)

// Statements over the records that are not relations of queries: an engine answers with them what its rows rest on.
const (
	Census     = "census"     // records by account, category, dated, in_period, in_scope
	Deliveries = "deliveries" // log files outside the S3 layout by account, region and UTC day of their records
	Conflicts  = "conflicts"  // the different contents of events whose copies differ, by account and event id
)

// derived is the columns that events.sql adds to those of the table, in its order, with their types in Trino's words.
var derived = []sql.Column{
	{Name: "event_time", Type: "timestamp(3)"},
	{Name: "local_time", Type: "timestamp(3)"},
	{Name: "local_date", Type: "date"},
	{Name: "account_id", Type: "varchar"},
	{Name: "actor_account_id", Type: "varchar"},
	{Name: "actor", Type: "varchar"},
	{Name: "actor_arn", Type: "varchar"},
	{Name: "actor_type", Type: "varchar"},
	{Name: "actor_key", Type: "varchar"},
	{Name: "session_name", Type: "varchar"},
	{Name: "is_service", Type: "boolean"},
	{Name: "service_call", Type: "varchar"},
	{Name: "source_service", Type: "varchar"},
	{Name: "is_automation", Type: "boolean"},
	{Name: "via_console", Type: "boolean"},
	{Name: "source_ip", Type: "varchar"},
	{Name: "source_kind", Type: "varchar"},
	{Name: "outcome", Type: "varchar"},
	{Name: "denied", Type: "boolean"},
	{Name: "succeeded", Type: "boolean"},
	{Name: "mfa", Type: "varchar"},
	{Name: "is_write", Type: "boolean"},
	{Name: "resource", Type: "varchar"},
	{Name: "log_file", Type: "varchar"},
	{Name: "day_kind", Type: "varchar"},
	{Name: "category", Type: "varchar"},
	{Name: "copies", Type: "bigint"},
	{Name: "copies_differ", Type: "boolean"},
}

// Columns is every column of events and history: those of the documented table, then the derived ones.
func Columns() []sql.Column {
	return slices.Concat(table(), derived)
}

// table is the columns of a record in the documented Athena table and next to it. Do not change it.
var table = sync.OnceValue(func() []sql.Column {
	var cols []sql.Column
	for _, c := range cloudtrail.Columns() {
		cols = append(cols, sql.Column{Name: c.Name, Type: c.Type})
	}
	return cols
})

// RecordColumns is what a driver's table of records must have: the columns of the table, and where the record lay.
// account, region and day are what the log file's key says, NULL for a file outside CloudTrail's S3 layout; day is the
// delivery day as yyyy/MM/dd; seq orders the records of a file.
func RecordColumns() []sql.Column {
	return append(slices.Clone(table()),
		sql.Column{Name: "file", Type: "varchar"},
		sql.Column{Name: "seq", Type: "bigint"},
		sql.Column{Name: "account", Type: "varchar"},
		sql.Column{Name: "region", Type: "varchar"},
		sql.Column{Name: "day", Type: "varchar"},
	)
}

// Known reports whether events has a column of that name.
func Known(name string) bool {
	is := func(c sql.Column) bool { return c.Name == name }
	return slices.ContainsFunc(table(), is) || slices.ContainsFunc(derived, is)
}

// types of the parameters of the relation's statements.
func types() sql.Types {
	return sql.Types{
		"period_from":            "timestamp(3)",
		"period_to":              "timestamp(3)",
		"history_from":           "timestamp(3)",
		"history_day_from":       "varchar",
		"history_day_to":         "varchar",
		"history_eventtime_from": "varchar",
		"history_eventtime_to":   "varchar",
		"eventtime_from":         "varchar",
		"eventtime_to":           "varchar",
		"read_from":              "varchar",
		"read_to":                "varchar",
		"day_from":               "varchar",
		"day_to":                 "varchar",
		"loose_files":            "boolean",
		"accounts":               "array(varchar)",
		"regions":                "array(varchar)",
		"zone":                   "varchar",
		"automation_roles":       "varchar",
		"automation_sessions":    "varchar",
		"weekend":                "array(bigint)",
		"holidays":               "array(date)",
		"workdays":               "array(date)",
	}
}
