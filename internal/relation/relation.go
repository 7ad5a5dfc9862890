// Package relation is the definition of `events` and `history`: base columns, derived columns, bounds, one row per event.
package relation

import (
	"net/netip"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/diag"
	"trailscribe/internal/engine"
	"trailscribe/internal/library"
	"trailscribe/internal/sql"
)

// Base is the physical table a driver reads.
type Base struct {
	Table                      string
	Account, Region, Day, File string // partition columns and path, "" where absent
}

// Settings are the facts of the place that derived columns depend on.
type Settings struct {
	Zone               string   // IANA name of the report's zone, "" UTC
	AutomationRoles    []string // globs over actor_arn
	AutomationSessions []string // globs over session_name
	Weekend            []time.Weekday
	Holidays, Workdays []time.Time
	Networks           []netip.Prefix
}

// Values are the settings as parameters of the relation's statement.
func (s Settings) Values() sql.Values { return nil }

// Definition is the relation as written in templates/sql.
type Definition struct{ schema cloudtrail.Schema }

// Load reads templates/sql/events.sql.
func Load(l *library.Library) (*Definition, diag.Problems) {
	return &Definition{cloudtrail.Columns()}, nil
}

// Catalog is what queries may name: events and history with all their columns.
func (d *Definition) Catalog() sql.Catalog { return nil }

// Select is a relation (events or history) as one statement over base, in the language every query is written in.
func (d *Definition) Select(name string, b Base, s engine.Scope) (*sql.Bound, error) { return nil, nil }
