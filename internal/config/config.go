// Package config is trailscribe.yaml, environment, defaults, and where each value came from. Only cmd imports it.
//
// Each setting has one home. Facts of the place (engine, source, accounts, networks, automation, calendar …) stand in trailscribe.yaml only;
// the question stands in a report only; the shared settings (period, timezone, language, theme, formats, params, fail_on) go
// flag > TRAILSCRIBE_* > report > defaults: in trailscribe.yaml > query > built in. Therefore Environment and Defaults are kept apart.
package config

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/diag"
)

// Setting is one value and where it came from: "env TRAILSCRIBE_SOURCE", "trailscribe.yaml:12:3", or "" where it is not set.
type Setting struct {
	Value  string
	Origin string
	At     diag.Pos // for problems found later; nowhere for the environment
}

// IsSet tells whether the setting was written anywhere.
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

// IsSet tells whether the list was written anywhere; it may be empty then.
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
	Formats                                   List
	Params                                    map[string]Setting // name -> value as text; a list is a JSON array
}

// Config is everything that is configured.
type Config struct {
	File string // path of trailscribe.yaml as it was found, "" where there is none

	Engine, Source, Cache Setting // Source and Cache are relative to where the program runs
	SourceName            string  // the source as it was written: what a report prints
	Entity                Setting // whose logs these are, as a report prints it
	Accounts              []Account
	Calendar              Setting // id of a file of reports/calendars
	LateDays              int     // days after the period whose files are read too, because CloudTrail delivers late
	LateDaysOrigin        string
	AutomationRoles       List // globs over ARNs of roles and users known to be machines
	AutomationSessions    List // globs over session names
	Networks              List // CIDRs that sign-ins are expected from
	Regions               List // regions in use
	Admins                List // ARNs or names of administrators
	Library               []string
	LibraryOrigin         string
	Athena                Athena
	Cost                  Cost
	Builtin               bool // the built-in queries and reports are in the library

	Environment Shared // TRAILSCRIBE_*: before reports
	Defaults    Shared // defaults: behind reports
}

// DefaultLateDays are read where late_days is not written. CloudTrail delivers within about 15 minutes, but after trouble up to days later.
const DefaultLateDays = 2

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

// Shown is one line of config show.
type Shown struct{ Name, Value, Origin string }

// Show is every setting with its origin, sorted by name; those that are not set are not in it. A shared setting of the environment is shown
// in place of the one of defaults that it hides.
func (c *Config) Show() []Shown {
	var out []Shown
	add := func(name, value, origin string) {
		if origin != "" {
			out = append(out, Shown{name, value, origin})
		}
	}
	list := func(name string, l List) { add(name, strings.Join(l.Values, ", "), l.Origin) }
	for _, s := range []struct {
		name string
		s    Setting
	}{
		{"engine", c.Engine}, {"source", c.Source}, {"cache", c.Cache}, {"entity", c.Entity}, {"calendar", c.Calendar},
		{"period", c.Environment.Period.Or(c.Defaults.Period)}, {"timezone", c.Environment.Timezone.Or(c.Defaults.Timezone)},
		{"language", c.Environment.Language.Or(c.Defaults.Language)}, {"theme", c.Environment.Theme.Or(c.Defaults.Theme)},
		{"fail_on", c.Environment.FailOn.Or(c.Defaults.FailOn)},
	} {
		add(s.name, s.s.Value, s.s.Origin)
	}
	list("formats", c.Environment.Formats.Or(c.Defaults.Formats))
	list("automation.roles", c.AutomationRoles)
	list("automation.sessions", c.AutomationSessions)
	list("networks", c.Networks)
	list("regions", c.Regions)
	list("admins", c.Admins)
	c.Athena.show(add)
	c.Cost.show(add)
	for name, s := range c.Defaults.Params {
		add("params."+name, s.Value, s.Origin)
	}
	for _, a := range c.Accounts {
		text := a.Name
		if !a.Since.IsZero() {
			text += " since " + a.Since.Format(time.DateOnly)
		}
		if !a.Until.IsZero() {
			text += " until " + a.Until.Format(time.DateOnly)
		}
		if len(a.Expect) > 0 {
			text += " expecting " + strings.Join(a.Expect, ", ")
		}
		add("accounts."+a.ID, strings.TrimSpace(text), originOf(a.At))
	}
	origin := func(o string) string { return cmp.Or(o, "default") }
	add("late_days", itoa(c.LateDays), origin(c.LateDaysOrigin))
	builtin := "true"
	if !c.Builtin {
		builtin = "false"
	}
	add("library.builtin", builtin, origin(c.LibraryOrigin))
	if len(c.Library) > 0 {
		add("library.folders", strings.Join(c.Library, ", "), origin(c.LibraryOrigin))
	}
	slices.SortStableFunc(out, func(a, b Shown) int { return strings.Compare(a.Name, b.Name) })
	return out
}
