package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/audit"
	"trailscribe/internal/config"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
)

// originFlag is the origin of what the command line says.
const originFlag = "flag"

// level is what the flags say. A flag that is not given says nothing.
func (f *flags) level() (config.Level, error) {
	var l config.Level
	for name, value := range map[string]string{
		config.Source: f.source, config.Engine: f.engine, config.Mode: f.mode, config.Cache: f.cache,
		config.Memory: f.memory, config.Threads: f.threads, config.Preparer: f.preparer, config.Sign: f.sign,
		config.Profile: f.awsProfile, config.Region: f.awsRegion, config.MaxPerRun: f.maxCost,
		config.Period: f.period, config.Timezone: f.timezone, config.Language: f.lang, config.Theme: f.theme, config.FailOn: f.failOn,
		config.AsOf: f.asOf, config.Out: f.out, config.QueryTimeout: f.queryTimeout,
	} {
		l.Set(name, value, originFlag)
	}
	l.SetList(config.Formats, f.formats, originFlag)
	l.SetList(config.ScopeAccounts, f.accounts, originFlag)
	l.SetList(config.ScopeRegions, f.regions, originFlag)
	for _, p := range f.params {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return l, usage("write --param name=value", "--param %q has no name or no value", p)
		}
		l.SetParam(name, value, originFlag)
	}
	return l, nil
}

// originReport is the origin of what a report says.
const originReport = "report"

// reportLevel is what a report says about settings; nothing where there is none.
func reportLevel(r *report.Report) config.Level {
	var l config.Level
	if r == nil {
		return l
	}
	l.Set(config.Period, r.Period, originReport)
	l.Set(config.Timezone, r.Timezone, originReport)
	l.Set(config.Language, r.Language, originReport)
	l.Set(config.Theme, r.Theme, originReport)
	if r.FailOnSet {
		l.Set(config.FailOn, r.FailOn.String(), originReport)
	}
	l.SetList(config.Formats, r.Formats, originReport)
	for name, v := range r.Params {
		l.SetParam(name, v.Value, originReport)
	}
	return l
}

// resolve decides the settings of this command line for a report, or for none.
func (p *program) resolve(s *setup, r *report.Report) (config.Settings, error) {
	caller, err := p.flags.level()
	if err != nil {
		return config.Settings{}, err
	}
	return s.config.Resolve(config.Request{Caller: caller, Report: reportLevel(r)}), nil
}

// given are the parameters of all levels in the order in which they count.
func given(set config.Settings, r *report.Report) (out []audit.Given) {
	for _, level := range set.Params() {
		g := audit.Given{Values: map[string]report.Value{}}
		for name, x := range level.Params {
			g.Origin = x.Origin
			g.Values[name] = report.Value{Value: x.Value, At: x.At}
		}
		switch g.Origin {
		case originFlag:
			g.Hint = "--param"
		case originReport:
			maps.Copy(g.Values, r.Params) // with their places
		default: // trailscribe.yaml, whose defaults are for all reports
			g.Origin, g.Any = "defaults", true
		}
		out = append(out, g)
	}
	return out
}

// asked is what makes another variant of a report's run: parameters of the caller, and a time zone that the report would not have
// without the caller's or the environment's say. Those of a report, and defaults, are the report's own.
func asked(s *setup, set config.Settings, r *report.Report) map[string]string {
	out := map[string]string{}
	for _, level := range set.Params() {
		for name, x := range level.Params {
			if x.Origin == originFlag {
				out[name] = x.Value
			}
		}
	}
	own := s.config.Own(config.Request{Report: reportLevel(r)})
	if zone := set.Text(config.Timezone); zone != own.Text(config.Timezone) {
		out["timezone"] = zone
	}
	return out
}

// failOn is the lowest severity of open exceptions that makes the command end with 3; query.None for never.
func failOn(set config.Settings) (query.Severity, error) {
	x := set.Get(config.FailOn)
	severity, err := query.ParseSeverity(x.Value)
	if err != nil {
		return query.None, usage("", "fail-on from %s: %w", x.Origin, err)
	}
	return severity, nil
}

// engineOf is the engine that answers.
func engineOf(set config.Settings) (string, error) {
	name := set.Text(config.Engine)
	if !slices.Contains(engines, name) {
		return "", usage("", "there is no engine %q; there are %s", name, strings.Join(engines, ", "))
	}
	return name, nil
}

// queryTimeout is how long each statement may run.
func queryTimeout(set config.Settings) (time.Duration, error) {
	x := set.Get(config.QueryTimeout)
	d, err := config.ParseTimeout(x.Value)
	if err != nil {
		return 0, usage("write a time such as 10m, 90s or 1h30m", "--query-timeout: %w", err)
	}
	if set.Text(config.Engine) == "athena" && d > config.MostAthena {
		return 0, usage("write 4h or less; Athena ends a statement after 30 minutes, or after what the quota of the account allows",
			"query_timeout from %s: %s is longer than Athena runs any statement", x.Origin, x.Value)
	}
	return d, nil
}

// maxCost is the most a run may cost, in US dollars; zero where no limit is set.
func maxCost(set config.Settings) (config.Setting, error) {
	x := set.Get(config.MaxPerRun)
	if x.Origin == originFlag {
		if micros, exact := x.Micros(); !exact || micros <= 0 {
			return x, usage("write an amount of US dollars such as 5 or 0.50", "--max-cost %q is not an amount", x.Value)
		}
	}
	return x, nil
}

// unknownZone says that a time zone does not exist.
func unknownZone(name string) error {
	return usage("write an IANA name such as Europe/Berlin", "%s", fmt.Sprintf("there is no time zone %q", name))
}
