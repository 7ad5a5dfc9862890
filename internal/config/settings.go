package config

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Names of the settings that more than one level can decide. Facts of the place that only trailscribe.yaml can say are fields of
// Config.
const (
	Engine        = "engine"
	Source        = "source"
	Cache         = "cache"
	Memory        = "memory"
	Threads       = "threads"
	Preparer      = "preparer"
	Sign          = "sign"
	QueryTimeout  = "query_timeout"
	Mode          = "athena.mode"
	Profile       = "athena.profile"
	Region        = "athena.region"
	MaxPerRun     = "cost.max_per_run"
	Period        = "period"
	Timezone      = "timezone"
	Language      = "language"
	Theme         = "theme"
	FailOn        = "fail_on"
	AsOf          = "as_of"
	Out           = "out"
	Formats       = "formats"        // a list
	ScopeAccounts = "scope.accounts" // a list; empty: all accounts
	ScopeRegions  = "scope.regions"  // a list; empty: all regions
)

// builtin is what holds where no level says anything. A setting without a line here has no value then.
var builtin = Level{
	Texts: map[string]Setting{
		Engine: Default("duckdb"), Mode: Default("auto"), Period: Default("last-month"), Timezone: Default("UTC"), Language: Default("en"),
		Theme: Default("navy"), FailOn: Default("none"), Out: Default("reports-out"), QueryTimeout: Default("10m"),
	},
}

// Level is what one place says about settings, by name. What it does not say is not in it.
type Level struct {
	Texts  map[string]Setting
	Lists  map[string]List
	Params map[string]Setting // of queries: name, or topic/query.name for one query; a list is a JSON array
}

// Set says a text, unless it is empty: an empty flag says nothing.
func (l *Level) Set(name, value, origin string) {
	if value == "" {
		return
	}
	if l.Texts == nil {
		l.Texts = map[string]Setting{}
	}
	l.Texts[name] = Setting{Value: value, Origin: origin}
}

// SetList says a list, unless it is empty.
func (l *Level) SetList(name string, values []string, origin string) {
	if len(values) == 0 {
		return
	}
	if l.Lists == nil {
		l.Lists = map[string]List{}
	}
	l.Lists[name] = List{Values: values, Origin: origin}
}

// SetParam says the value of a parameter, which may be empty.
func (l *Level) SetParam(name, value, origin string) {
	if l.Params == nil {
		l.Params = map[string]Setting{}
	}
	l.Params[name] = Setting{Value: value, Origin: origin}
}

// Request is what one caller wants of the program: the flags of a command line, the demonstration, the event of a Lambda
// function; an entry of a schedule; a report. Each may be empty.
type Request struct{ Caller, Entry, Report Level }

// Settings are all settings of one call, decided. They do not change.
type Settings struct {
	texts  map[string]Setting
	lists  map[string]List
	params []Level
	config *Config
}

// Resolve decides every setting. The first level that says something counts: the caller, the environment, the entry of the
// schedule, the report, trailscribe.yaml (for what reports say too, its section defaults), what is built in. There is no other
// place where one of them goes before another.
func (c *Config) Resolve(r Request) Settings {
	s := Settings{texts: map[string]Setting{}, lists: map[string]List{}, config: c}
	if caller := r.Caller.Texts; caller[Source].IsSet() && !caller[Engine].IsSet() {
		// Who names log files and no engine means the engine that reads files, whatever the configuration says.
		r.Caller.Texts = maps.Clone(caller)
		r.Caller.Texts[Engine] = Setting{Value: "duckdb", Origin: caller[Source].Origin}
	}
	formats := Level{Lists: map[string]List{Formats: {Values: c.usualFormats, Origin: "default"}}}
	for _, level := range []Level{r.Caller, c.Environment.level(), r.Entry, r.Report, c.level(), builtin, formats} {
		for name, x := range level.Texts {
			if _, decided := s.texts[name]; !decided && x.IsSet() {
				s.texts[name] = x
			}
		}
		for name, x := range level.Lists {
			if _, decided := s.lists[name]; !decided && x.IsSet() {
				s.lists[name] = x
			}
		}
		if len(level.Params) > 0 {
			s.params = append(s.params, level)
		}
	}
	return s
}

// Own is Resolve without what the environment says: the settings that a report has of itself, whoever runs it.
func (c *Config) Own(r Request) Settings {
	own := *c
	own.Environment = Shared{}
	return own.Resolve(r)
}

// level is what a group of shared settings says.
func (s Shared) level() Level {
	return Level{
		Texts: map[string]Setting{Period: s.Period, Timezone: s.Timezone, Language: s.Language, Theme: s.Theme, FailOn: s.FailOn,
			Out: s.Out, AsOf: s.AsOf},
		Lists:  map[string]List{Formats: s.Formats},
		Params: s.Params,
	}
}

// level is what trailscribe.yaml says, with engine, source and cache of the environment laid over it when it was loaded.
func (c *Config) level() Level {
	l := c.Defaults.level()
	l.Texts[Engine], l.Texts[Source], l.Texts[Cache], l.Texts[QueryTimeout] = c.Engine, c.Source, c.Cache, c.QueryTimeout
	l.Texts[Preparer], l.Texts[Sign] = c.Preparer, c.Sign
	l.Texts[Profile], l.Texts[Region], l.Texts[MaxPerRun] = c.Athena.Profile, c.Athena.Region, c.Cost.MaxPerRun
	return l
}

// Text is the value of a setting; "" where no level says anything.
func (s Settings) Text(name string) string { return s.texts[name].Value }

// Get is a setting with its origin; it is not set where no level says anything.
func (s Settings) Get(name string) Setting { return s.texts[name] }

// List is a setting that has several values, with its origin.
func (s Settings) List(name string) List { return s.lists[name] }

// Params are the levels that say parameters of queries, the one that counts first. In a level, a value for one query goes
// before one for all.
func (s Settings) Params() []Level { return s.params }

// Config is the configuration that the settings were decided over.
func (s Settings) Config() *Config { return s.config }

// Shown is one line of config show.
type Shown struct{ Name, Value, Origin string }

// Show is every setting with its value and origin, sorted by name. Settings that nothing says are not in it.
func (s Settings) Show() []Shown {
	c := s.config
	var out []Shown
	add := func(name, value, origin string) {
		if origin != "" {
			out = append(out, Shown{name, value, origin})
		}
	}
	for name, x := range s.texts {
		add(name, x.Value, x.Origin)
	}
	list := func(name string, l List) { add(name, strings.Join(l.Values, ", "), l.Origin) }
	for name, l := range s.lists {
		list(name, l)
	}
	seen := map[string]bool{}
	for _, level := range s.params {
		for name, x := range level.Params {
			if !seen[name] {
				add("params."+name, x.Value, x.Origin)
			}
			seen[name] = true
		}
	}
	add("entity", c.Entity.Value, c.Entity.Origin)
	add("calendar", c.Calendar.Or(Default(DefaultCalendar)).Value, c.Calendar.Or(Default(DefaultCalendar)).Origin)
	list("automation.roles", c.AutomationRoles)
	list("automation.sessions", c.AutomationSessions)
	list("networks", c.Networks)
	list("regions", c.Regions)
	list("admins", c.Admins)
	c.Athena.show(add)
	add("cost.confirm_over", c.Cost.ConfirmOver.Value, c.Cost.ConfirmOver.Origin)
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
	add("late_days", strconv.Itoa(c.LateDays), origin(c.LateDaysOrigin))
	add("settle", c.Settle.Value, origin(c.Settle.Origin))
	shown := "true"
	if !c.Builtin {
		shown = "false"
	}
	add("library.builtin", shown, origin(c.LibraryOrigin))
	if len(c.Library) > 0 {
		add("library.folders", strings.Join(c.Library, ", "), origin(c.LibraryOrigin))
	}
	slices.SortStableFunc(out, func(a, b Shown) int { return strings.Compare(a.Name, b.Name) })
	return out
}
