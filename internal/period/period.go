// Package period is calendar and fiscal periods, zones, working days.
package period

import (
	"time"

	"trailscribe/internal/diag"
)

// Period is half-open: From is in it, To is not. Both are UTC; Zone is the zone its calendar is meant in.
type Period struct {
	ID       string // path-safe: 2026-10, 2026-Q3, 2026-W41, 2026-10-01..2026-10-16 (both days in it)
	From, To time.Time
	Zone     string // IANA name
}

// Parse reads last-month, last-week, last-quarter, last-30-days (any number), yesterday, today, this-month, 2026, 2026-10, 2026-Q3, 2026-W41, 2026-10-05, 2026-10-01..2026-10-16, T-30d.
// now decides the relative ones. at is where the text stands, for the problem.
func Parse(text string, now time.Time, zone *time.Location, at diag.Pos) (Period, diag.Problems) {
	return Period{}, nil
}

// Calendar says which days are worked.
type Calendar struct {
	ID       string
	Weekend  []time.Weekday
	Holidays []time.Time       // midnight UTC, sorted
	Workdays []time.Time       // make-up working days that fall on a weekend
	Names    map[string]string // 2026-10-01 -> National Day
}

// LoadCalendar reads one file of reports/calendars/. It is the caller's job to find it.
func LoadCalendar(name string, data []byte) (*Calendar, diag.Problems) { return nil, nil }
