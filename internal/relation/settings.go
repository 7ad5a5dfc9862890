package relation

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/sql"
)

// Settings are the facts of the place that derived columns depend on.
type Settings struct {
	Zone               string   // IANA name of the report's zone, "" UTC
	AutomationRoles    []string // globs over actor_arn: * is any text, ? one character; case counts, the whole value must fit
	AutomationSessions []string // globs over session_name. Free text of whoever takes the role: an intruder can choose such a name
	Weekend            []time.Weekday
	Holidays, Workdays []time.Time    // midnight UTC. Workdays are worked although they fall on a weekend or a holiday
	Networks           []netip.Prefix // known networks: a fact for the parameters of queries; no column depends on it
}

// Values are the settings as parameters of the relation's statement.
func (s Settings) Values() sql.Values {
	zone := s.Zone
	if zone == "" {
		zone = "UTC"
	}
	weekend := make([]int64, 0, len(s.Weekend))
	for _, d := range s.Weekend {
		weekend = append(weekend, isoDay(d))
	}
	slices.Sort(weekend)
	return sql.Values{
		"zone":                zone,
		"automation_roles":    pattern(s.AutomationRoles),
		"automation_sessions": pattern(s.AutomationSessions),
		"weekend":             slices.Compact(weekend),
		"holidays":            days(s.Holidays),
		"workdays":            days(s.Workdays),
	}
}

// isoDay is the number ISO 8601 and SQL's day_of_week give a day: Monday 1 to Sunday 7.
func isoDay(d time.Weekday) int64 {
	if d == time.Sunday {
		return 7
	}
	return int64(d)
}

// days is the dates sorted and once each, so that the same calendar always gives the same statement.
func days(in []time.Time) []time.Time {
	out := make([]time.Time, 0, len(in))
	for _, t := range in {
		out = append(out, time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC))
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// nothing is a regular expression without any match: a word boundary in an empty text.
const nothing = `^\b$`

// pattern is the globs as one anchored regular expression that reads the same in RE2 and in Trino's Joni. Everything
// but * and ? is quoted: a name in the configuration is never an expression.
func pattern(globs []string) string {
	alternatives := make([]string, 0, len(globs))
	for _, g := range globs {
		if g == "" {
			continue
		}
		var b strings.Builder
		for _, r := range g {
			switch r {
			case '*':
				b.WriteString(".*")
			case '?':
				b.WriteString(".")
			default:
				b.WriteString(regexp.QuoteMeta(string(r)))
			}
		}
		alternatives = append(alternatives, b.String())
	}
	if len(alternatives) == 0 {
		return nothing
	}
	slices.Sort(alternatives)
	return "^(" + strings.Join(slices.Compact(alternatives), "|") + ")$"
}
