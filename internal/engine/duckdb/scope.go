package duckdb

import (
	"strings"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb/cache"
	"trailscribe/internal/relation"
)

// window is the delivery days, accounts and regions whose files a scope rests on.
func window(s engine.Scope) (cache.Window, error) {
	from, to, err := s.Days()
	return cache.Window{FromDay: from, ToDay: to, Accounts: s.Accounts, Regions: s.Regions}, engine.RefuseScope(err)
}

// always is what every session keeps, whatever the statements read: what Inputs counts by, and what a statement may be
// restricted by.
var always = []string{"event_time", "account_id", "awsregion", "eventid", "category", "copies", "copies_differ", "log_file"}

// stored is the columns of a relation that its table holds, in the relation's order.
func stored(s engine.Scope, name string) ([]string, error) { return relation.Stored(s.Columns, always, name) }

// quoted is names as a select list.
func quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = quote(n)
	}
	return strings.Join(q, ", ")
}

// quote writes a name of the database. Names come from the relation's own list, never from a log or a query.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// text writes a value that is ours (a path of the cache, a prefix of a key) as a literal of the database.
func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// timestamp writes an instant as the UTC wall clock that event_time holds.
func timestamp(t time.Time) string {
	return "TIMESTAMP " + text(t.UTC().Format("2006-01-02 15:04:05.000"))
}
