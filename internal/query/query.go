// Package query loads, validates, compiles and binds queries, and holds their test cases.
package query

import (
	"slices"
	"strings"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/result"
	"trailscribe/internal/sql"
	"trailscribe/internal/yaml"
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
	Type        string            // time local-time date id account region actor arn ip number bytes percent text code json status
	Tones       map[string]string // of a status column: what a value means, one of Tones; a value without one is neutral
	Place       diag.Pos
}

// Tones are what the value of a status column can mean to a reader. Rows of an exception query need review, so none of their
// values is good.
func Tones() []string { return []string{"critical", "high", "medium", "low", "info", "good", "muted"} }

// Kinds are the result kinds that values of the column's type may have.
func (c Column) Kinds() []result.Kind { return columnTypes[c.Type] }

// The types of columns. A timestamp without zone is an Instant or a wall clock, which the type tells: SQL does not.
var columnTypes = map[string][]result.Kind{
	"time":       {result.Instant, result.Local},
	"local-time": {result.Local, result.Instant},
	"date":       {result.Date},
	"id":         {result.Text},
	"account":    {result.Text},
	"region":     {result.Text},
	"actor":      {result.Text},
	"arn":        {result.Text},
	"ip":         {result.Text},
	"number":     {result.Int, result.Decimal, result.Float},
	"bytes":      {result.Int, result.Decimal},
	"percent":    {result.Float, result.Int, result.Decimal},
	"text":       {result.Text, result.Bool},
	"code":       {result.Text},
	"json":       {result.Text},
	"status":     {result.Text, result.Bool},
}

// Chart draws a metric. Y is the number of rows unless named.
type Chart struct {
	Type   string // bar column line heat
	X, Y   string // for heat: X is the column axis, By the rows, Y the value
	By     string // splits into series (bar, column, line) or is the row axis (heat)
	Unit   string
	Labels map[string]string // what a value of X or By is called, e.g. 1: Mon
	Place  diag.Pos
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

// Headline is the sentence of summary and card: a text with {rows} {open} {waived} {new} {population} {accounts} {first} {last}, or
// plural forms of it keyed by one, few, many, other.
type Headline map[string]string

// Condition is what a row of an exception query says in a sentence, without when, where and from where: the report adds these from the
// columns of type time, account and ip. {name} is the value of a column; what stands in square brackets is left out where a value in it is
// missing. "" where the file has none.
type Condition struct {
	Done    string // of a call that succeeded: "{actor} attached {policy} to {target}"
	Refused string // of a call that did not: "{actor} tried to attach {policy} to {target}"
	Later   string // what later events of the period say of it: "cancelled at {taken_back_at}"; where a value is missing it is still open
}

// Undecided names the column, true or false, that is true where a row could not be decided: it is not an exception, and not a pass.
type Undecided struct {
	Column, Reason string // Reason is why, as a sentence
}

// Query is one file of queries/.
type Query struct {
	ID, Title, Question, Why, Fix, FalsePositives string
	Headline                                      Headline
	Refused                                       Headline  // the headline where no row is a call that succeeded; nil: the file has none
	Condition                                     Condition // what a row says, as a sentence
	Undecided                                     Undecided
	Completeness                                  bool // an exception is a time without logs: a completeness check names it
	Kind                                          string
	Severity                                      Severity
	Partitions                                    []string // in which what it asks about exists, of Partitions; empty: all
	// event categories that must be delivered: management data:s3 data:lambda data:* network insight
	LogScope    []string
	Controls    map[string][]string // framework id -> control ids
	ControlRows []ControlRows       // of controls that not every row contradicts
	Attack      []string
	Params      []Param // in file order
	Columns     []Column
	Key         []string
	Recurs      []string // as the file names them; Pattern has the default
	Chart       *Chart
	HistoryDays int
	SQL         yaml.Node // compiled when it is to run, so that an old run can be rendered without
	Population  yaml.Node // a SELECT of one number; empty Value: none
	File        library.File

	place     map[string]diag.Pos // of keys of the file, for problems found at compiling
	sentences []yaml.Node         // of the condition, which name columns of the SQL
}

// Topic is the folder of the query: root for root/console-login.
func (q *Query) Topic() string {
	topic, _, _ := strings.Cut(q.ID, "/")
	return topic
}

// Param is the parameter of a name, false where the query has none.
func (q *Query) Param(name string) (Param, bool) {
	i := slices.IndexFunc(q.Params, func(p Param) bool { return p.Name == name })
	if i < 0 {
		return Param{}, false
	}
	return q.Params[i], true
}

// Column is the declared column of a name, false for a hidden one.
func (q *Query) Column(name string) (Column, bool) {
	i := slices.IndexFunc(q.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return q.Columns[i], true
}

// Timed are the columns of the query's rows with the kinds of time that its file says: SQL has one timestamp for a point in time
// and for a wall clock. Those of no query, nil, stay as they are.
func (q *Query) Timed(cols []result.Column) []result.Column {
	out := slices.Clone(cols)
	if q == nil {
		return out
	}
	for i, c := range out {
		if c.Kind != result.Instant && c.Kind != result.Local {
			continue
		}
		switch d, _ := q.Column(c.Name); d.Type {
		case "time":
			out[i].Kind = result.Instant
		case "local-time":
			out[i].Kind = result.Local
		}
	}
	return out
}

// Given are the parameters that every query has without declaring them, with their types: the period, and whether it is over and all its
// log files have had the time to arrive.
func Given() sql.Types {
	return sql.Types{"period_from": "instant", "period_to": "instant", "period_over": "bool"}
}

// Types are the parameters' types by name, with those of Given.
func (q *Query) Types() sql.Types {
	t := Given()
	for _, p := range q.Params {
		t[p.Name] = p.Type
	}
	return t
}

// Case is one test case: events in, rows out.
type Case struct {
	Name            string
	Events, History []cloudtrail.Record // completed with the defaults of a record
	Params          map[string]string
	Period          string // as in a report; "" the case default 2026-10
	Timezone        string
	Open            bool // the period is not over, or its last log files may still be under way
	// configuration facts: accounts, networks, regions, admins, automation.roles, automation.sessions, holidays, workdays
	Facts map[string][]string
	Want  []map[string]any // each names some columns of a row; values in YAML's types
	Place diag.Pos
}

// Set is every query of a library, sorted by id.
type Set struct {
	Queries []*Query
	Drafts  []Draft // sorted by id
	lib     *library.Library
}

// Draft is a query that cannot be asked because its file has problems. It stops what uses it and nothing else.
type Draft struct {
	ID       string // from the path of the file
	Query    *Query // what could be read; nil where nothing could
	Problems diag.Problems
}

// Draft is the draft of an id, false where there is none.
func (s *Set) Draft(id string) (Draft, bool) {
	for _, d := range s.Drafts {
		if d.ID == id {
			return d, true
		}
	}
	return Draft{}, false
}

// Get is the query of an id, false where there is none.
func (s *Set) Get(id string) (*Query, bool) {
	i, ok := slices.BinarySearchFunc(s.Queries, id, func(q *Query, id string) int { return strings.Compare(q.ID, id) })
	if !ok {
		return nil, false
	}
	return s.Queries[i], true
}

// IDs are the ids of all queries, sorted.
func (s *Set) IDs() []string {
	ids := make([]string, len(s.Queries))
	for i, q := range s.Queries {
		ids[i] = q.ID
	}
	return ids
}

// Topics are the topics of all queries and drafts, sorted, each once.
func (s *Set) Topics() []string {
	var topics []string
	for _, q := range s.Queries {
		topics = append(topics, q.Topic())
	}
	for _, d := range s.Drafts {
		topic, _, _ := strings.Cut(d.ID, "/")
		topics = append(topics, topic)
	}
	slices.Sort(topics)
	return slices.Compact(topics)
}
