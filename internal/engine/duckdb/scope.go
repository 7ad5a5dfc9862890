package duckdb

import (
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
func stored(s engine.Scope, name string) ([]string, error) {
	return relation.Stored(s.Columns, always, name)
}
