// Package query loads, validates, compiles and binds queries, and holds their test cases.
package query

import (
	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/result"
	"trailscribe/internal/sql"
	"trailscribe/internal/yaml"
)

// Severity of a query's exceptions, ordered: Info < Low < Medium < High < Critical. The zero value is None.
type Severity uint8

const (
	None Severity = iota
	Info
	Low
	Medium
	High
	Critical
)

// Kinds of query.
const (
	KindException = "exception" // each row needs review
	KindEvidence  = "evidence"  // rows show a control at work
	KindMetric    = "metric"    // figures
)

// Column is a result column with its label and how its values are to be read.
type Column struct {
	Name, Label string
	Type        string // time local-time date id account region actor arn ip number bytes percent text code json status
	Place       diag.Pos
}

// Chart draws a metric. Y is the number of rows unless named.
type Chart struct {
	Type   string // bar column line heat
	X, Y   string // for heat: X is the column axis, By the rows, Y the value
	By     string // splits into series (bar, column, line) or is the row axis (heat)
	Unit   string
	Labels map[string]string // what a value of X or By is called, e.g. 1: Mon
}

// Param is a typed parameter of a query.
type Param struct {
	Name    string
	Type    string // text texts id ids int number bool date dates instant clock duration zone cidrs
	Default any    // typed value, nil where none: then a value must be given
	From    string // fact of the configuration the default comes from: accounts automation networks regions admins calendar
	Help    string
	Place   diag.Pos
}

// Headline is the sentence of summary and card: a text with {rows} {open} {waived} {new} {population} {accounts} {first} {last}, or plural forms of it keyed by one, few, many, other.
type Headline map[string]string

// Query is one file of queries/.
type Query struct {
	ID, Title, Question, Why, Fix, FalsePositives string
	Headline                                      Headline
	Kind                                          string
	Severity                                      Severity
	LogScope                                      []string            // event categories that must be delivered: management data:s3 data:lambda data:* network insight
	Controls                                      map[string][]string // framework id -> control ids
	Attack                                        []string
	Params                                        []Param // in file order
	Columns                                       []Column
	Key                                           []string
	Chart                                         *Chart
	HistoryDays                                   int
	SQL                                           yaml.Node // compiled when it is to run, so that an old run can be rendered without
	Population                                    yaml.Node // a SELECT of one number; empty Value: none
	File                                          library.File
}

// Case is one test case: events in, rows out.
type Case struct {
	Name            string
	Events, History []cloudtrail.Record // completed with the defaults of a record
	Params          map[string]string
	Period          string // as in a report; "" the case default 2026-10
	Timezone        string
	Facts           map[string][]string // configuration facts: accounts, networks, regions, admins, automation.roles, automation.sessions, holidays, workdays
	Want            []map[string]any    // each names some columns of a row; values in YAML's types
	Place           diag.Pos
}

// Set is every query of a library, sorted by id.
type Set struct {
	Queries []*Query
	lib     *library.Library
}

// Types are the parameters' types by name, with period_from and period_to.
func (q *Query) Types() sql.Types { return nil }

// Compile parses and checks the SQL; problems point into the YAML.
func (q *Query) Compile(c sql.Catalog) (*sql.Checked, diag.Problems) {
	p, bad := sql.Parse(q.SQL.Value, q.SQL.Place)
	if bad != nil {
		return nil, bad
	}
	return p.Check(c, q.Types())
}

var _ = result.Text
