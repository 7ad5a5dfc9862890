// Package config is trailscribe.yaml, environment, defaults, and where each value came from. Only cmd imports it.
//
// Each setting has one home. Facts of the place (engine, source, accounts, networks, automation, calendar …) are in trailscribe.yaml
// only; the question is in a report only; for the shared settings (period, timezone, language, theme, formats, params, fail_on) see
// Config.Resolve. Therefore Environment and Defaults are kept apart.
package config

import (
	"cmp"
	"time"

	"trailscribe/internal/diag"
)

// Setting is one value and where it came from: "env TRAILSCRIBE_SOURCE", "trailscribe.yaml:12:3", or "" where it is not set.
type Setting struct {
	Value   string
	Origin  string
	At      diag.Pos // for problems found later; nowhere for the environment
	Written string   // a path as it was written, where Value is relative to where the program runs; "" where they are the same
}

// AsWritten is the value as somebody wrote it.
func (s Setting) AsWritten() string { return cmp.Or(s.Written, s.Value) }

// IsSet reports whether the setting was written anywhere.
func (s Setting) IsSet() bool { return s.Origin != "" }

// Or is the setting, or the other where it is not set.
func (s Setting) Or(other Setting) Setting {
	if s.IsSet() {
		return s
	}
	return other
}

// Default is a built-in value.
func Default(value string) Setting { return Setting{Value: value, Origin: "default"} }

// List is several values and where they came from.
type List struct {
	Values []string
	Origin string
	At     diag.Pos
}

// IsSet reports whether the list was written anywhere; it may be empty then.
func (l List) IsSet() bool { return l.Origin != "" }

// Or is the list, or the other where it is not set.
func (l List) Or(other List) List {
	if l.IsSet() {
		return l
	}
	return other
}

// Account is an account whose logs are expected.
type Account struct {
	ID, Name     string
	Since, Until time.Time // first and last day that logs are expected, midnight UTC; zero: no bound
	Expect       []string  // regions that must deliver logs
	At           diag.Pos
}

// Shared are the settings that reports have too.
type Shared struct {
	Period, Timezone, Language, Theme, FailOn Setting
	Out                                       Setting // folder that runs are written into
	AsOf                                      Setting // seconds since 1970, from SOURCE_DATE_EPOCH
	Formats                                   List
	Params                                    map[string]Setting // name -> value as text; a list is a JSON array
}

// Config is everything that is configured.
type Config struct {
	File string // path of trailscribe.yaml as it was found, "" where there is none

	usualFormats []string // where nothing says which

	Engine, Source, Cache Setting // Source and Cache are relative to where the program runs
	QueryTimeout          Setting // how long one statement may run; see ParseTimeout
	Entity                Setting // whose logs these are, as a report prints it
	Preparer              Setting // who makes the reports, as the sign-off page prints it
	Sign                  Setting // the key that signs reports; see ParseSigningKey
	Accounts              []Account
	Calendar              Setting // id of a file of reports/calendars
	LateDays              int     // days after the period whose files are read too, because CloudTrail delivers late
	LateDaysOrigin        string
	Settle                Setting // how long after its end a period's log files may still arrive; see ParseSettle
	AutomationRoles       List    // globs over ARNs of roles and users known to be machines
	AutomationSessions    List    // globs over session names
	Networks              List    // CIDRs that sign-ins are expected from
	Regions               List    // regions in use
	Admins                List    // ARNs or names of administrators
	Library               []string
	LibraryOrigin         string
	Athena                Athena
	Cost                  Cost
	Builtin               bool // the built-in queries and reports are in the library

	Environment Shared // TRAILSCRIBE_*: before reports
	Defaults    Shared // defaults: behind reports
}

// DefaultCalendar is the file of reports/calendars that counts where none is named.
const DefaultCalendar = "weekdays"

// DefaultLateDays are read where late_days is not written. CloudTrail delivers within about 15 minutes, but after trouble up to days later.
const DefaultLateDays = 2

// DefaultSettle is how long after its end the log files of a period may still arrive. CloudTrail delivers within about five
// minutes of a call on average, which is not guaranteed, and its digest of an hour comes in the hour after. Source: "How
// CloudTrail works" and "CloudTrail digest file structure" of its user guide.
const DefaultSettle = "1h"

// Facts are the facts of the place that parameters of queries may take their default from (from: in a query).
func (c *Config) Facts() map[string][]string {
	facts := map[string][]string{}
	for _, a := range c.Accounts {
		facts["accounts"] = append(facts["accounts"], a.ID)
	}
	set := func(name string, lists ...List) {
		for _, l := range lists {
			if l.IsSet() {
				facts[name] = append(facts[name], l.Values...)
				if facts[name] == nil {
					facts[name] = []string{}
				}
			}
		}
	}
	set("networks", c.Networks)
	set("regions", c.Regions)
	set("admins", c.Admins)
	set("automation.roles", c.AutomationRoles)
	set("automation.sessions", c.AutomationSessions)
	set("automation", c.AutomationRoles, c.AutomationSessions)
	if c.Calendar.IsSet() {
		facts["calendar"] = []string{c.Calendar.Value}
	}
	return facts
}
