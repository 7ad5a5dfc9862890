package audit

import (
	"cmp"
	"slices"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/run"
)

// CoverageScope is what coverage is judged by besides the deliveries.
type CoverageScope struct {
	From, To time.Time // the period
	Now      time.Time // days that are not over by then are outside; zero: all are over
	Accounts []Account // configured
	Only     []string  // accounts the scope is limited to; empty: all
	Regions  []string  // regions the scope is limited to; empty: all
}

// Coverage is the matrix of deliveries: every account seen or configured, with every region it delivered from or is
// expected to deliver from, and every UTC day the period touches. A gap is an account-day that is over, within since and
// until of the account, on which no region delivered a file or an event. An account without any region has one row with an empty region.
// Where the engine cannot see deliveries the matrix is empty.
func Coverage(in engine.Inputs, s CoverageScope) run.Coverage {
	if in.Cells == nil && in.Listed == nil {
		return run.Coverage{}
	}
	var days []time.Time
	for d := midnight(s.From); d.Before(s.To); d = d.AddDate(0, 0, 1) {
		days = append(days, d)
	}
	type place struct{ account, region string }
	cells := map[place]map[time.Time]engine.Cell{}
	row := func(account, region string) map[time.Time]engine.Cell {
		k := place{account, region}
		if cells[k] == nil {
			cells[k] = map[time.Time]engine.Cell{}
		}
		return cells[k]
	}
	has := map[string]bool{}
	for _, c := range in.Cells {
		m, day := row(c.Account, c.Region), midnight(c.Day)
		sum := m[day]
		sum.Files, sum.Refused, sum.Events = sum.Files+c.Files, sum.Refused+c.Refused, sum.Events+c.Events
		m[day] = sum
		has[c.Account] = true
	}
	configured := map[string]Account{}
	for _, a := range s.Accounts {
		if len(s.Only) > 0 && !slices.Contains(s.Only, a.ID) {
			continue
		}
		configured[a.ID] = a
		for _, region := range a.Expect {
			if len(s.Regions) == 0 || slices.Contains(s.Regions, region) {
				row(a.ID, region)
				has[a.ID] = true
			}
		}
		if !has[a.ID] {
			row(a.ID, "")
		}
	}
	places := make([]place, 0, len(cells))
	for k := range cells {
		places = append(places, k)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.region, b.region))
	})

	delivered := map[string]map[time.Time]bool{} // by account: days with anything from any region
	for k, m := range cells {
		if delivered[k.account] == nil {
			delivered[k.account] = map[time.Time]bool{}
		}
		for day, c := range m {
			if c.Files+c.Refused+c.Events > 0 {
				delivered[k.account][day] = true
			}
		}
	}
	outside := func(account string, day time.Time) bool {
		a, end := configured[account], day.AddDate(0, 0, 1)
		return !s.Now.IsZero() && s.Now.Before(end) ||
			!a.Since.IsZero() && !end.After(a.Since) || !a.Until.IsZero() && !day.Before(a.Until)
	}
	var c run.Coverage
	for _, d := range days {
		c.Days = append(c.Days, d.Format(time.DateOnly))
	}
	for i, k := range places {
		r := run.CoverageRow{Account: k.account, Region: k.region}
		for _, d := range days {
			cell, state := cells[k][d], run.NoFile
			switch {
			case cell.Refused > 0:
				state = run.Broken
			case cell.Files+cell.Events > 0:
				state = run.Logs
			case outside(k.account, d):
				state = run.Outside
			case !delivered[k.account][d]:
				state = run.Gap
				if i == 0 || places[i-1].account != k.account {
					c.Gaps = append(c.Gaps, run.AccountDay{Account: k.account, Day: d.Format(time.DateOnly)})
				}
			}
			r.States = append(r.States, state)
			r.Files = append(r.Files, cell.Files)
			r.Events = append(r.Events, cell.Events)
		}
		c.Rows = append(c.Rows, r)
	}
	return c
}

func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// silentRegions are the regions that the configuration expects and that delivered nothing on any day inside, as "account region".
func silentRegions(c run.Coverage, accounts []Account) (silent []string) {
	for _, row := range c.Rows {
		i := slices.IndexFunc(accounts, func(a Account) bool { return a.ID == row.Account })
		if i < 0 || !slices.Contains(accounts[i].Expect, row.Region) {
			continue
		}
		inside := false
		for _, state := range row.States {
			if state == run.Logs || state == run.Broken || state == run.Quiet {
				inside = false
				break
			}
			inside = inside || state != run.Outside
		}
		if inside {
			silent = append(silent, row.Account+" "+row.Region)
		}
	}
	return silent
}
