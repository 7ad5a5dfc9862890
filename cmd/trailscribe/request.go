package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/audit"
	"trailscribe/internal/config"
	"trailscribe/internal/diag"
	"trailscribe/internal/engine"
	"trailscribe/internal/library"
	"trailscribe/internal/period"
	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
	"trailscribe/internal/sql"
)

// shared is a setting that reports have too: flag, then environment, then report, then defaults of the configuration, then built in.
func shared(flag string, env config.Setting, report string, defaults config.Setting, builtin string) config.Setting {
	switch {
	case flag != "":
		return config.Setting{Value: flag, Origin: "flag"}
	case env.IsSet():
		return env
	case report != "":
		return config.Setting{Value: report, Origin: "report"}
	case defaults.IsSet():
		return defaults
	}
	return config.Default(builtin)
}

func (p *program) timezone(s *setup, r *report.Report) config.Setting {
	return shared(p.flags.timezone, s.config.Environment.Timezone, r.Timezone, s.config.Defaults.Timezone, "UTC")
}

func (p *program) languageTag(s *setup, r *report.Report) string {
	return shared(p.flags.lang, s.config.Environment.Language, r.Language, s.config.Defaults.Language, "en").Value
}

func (p *program) themeName(s *setup, r *report.Report) string {
	return shared(p.flags.theme, s.config.Environment.Theme, r.Theme, s.config.Defaults.Theme, "navy").Value
}

func (p *program) formatList(s *setup, r *report.Report) []string {
	for _, list := range [][]string{p.flags.formats, s.config.Environment.Formats.Values, r.Formats, s.config.Defaults.Formats.Values} {
		if len(list) > 0 {
			return list
		}
	}
	return []string{"pdf", "xlsx"}
}

// resolvePeriod reads the period in its zone.
func (p *program) resolvePeriod(s *setup, r *report.Report) (period.Period, []run.Setting, error) {
	zone := p.timezone(s, r)
	location, err := time.LoadLocation(zone.Value)
	if err != nil || zone.Value == "" || zone.Value == "Local" {
		return period.Period{}, nil, usage("write an IANA name such as Europe/Berlin", "there is no time zone %q", zone.Value)
	}
	set := shared(p.flags.period, s.config.Environment.Period, r.Period, s.config.Defaults.Period, "last-month")
	at := set.At
	if set.Origin == "report" {
		at = r.PeriodAt
	}
	now := p.now()
	if as, err := p.asOfTime(); err != nil {
		return period.Period{}, nil, err
	} else if !as.IsZero() {
		now = as
	}
	resolved, problems := period.Parse(set.Value, now, location, at)
	if err := problems.Err(); err != nil {
		return period.Period{}, nil, err
	}
	return resolved, []run.Setting{{Name: "period", Value: resolved.ID, Origin: set.Origin}, {Name: "timezone", Value: zone.Value, Origin: zone.Origin}}, nil
}

// calendar is the file that says which days are worked; nil where none is configured: then Saturday and Sunday are the weekend.
func (s *setup) calendar() (*period.Calendar, []library.File, error) {
	id := cmp.Or(s.config.Calendar.Value, "weekdays")
	path := "reports/calendars/" + id + ".yaml"
	file, ok := s.library.File(path)
	if !ok {
		var ids []string
		for _, f := range s.library.Glob("reports/calendars/*.yaml") {
			ids = append(ids, strings.TrimSuffix(filepath.Base(f.Path), ".yaml"))
		}
		return nil, nil, diag.Problems{{At: s.config.Calendar.At, Text: fmt.Sprintf("there is no calendar %q", id), Allowed: ids, Rule: "calendar-unknown"}}
	}
	c, problems := period.LoadCalendar(file.Path, file.Data)
	return c, []library.File{file}, problems.Err()
}

// relationValues are the facts that derived columns depend on.
func (s *setup) relationValues(zone string) (sql.Values, *period.Calendar, []library.File, error) {
	c, files, err := s.calendar()
	if err != nil {
		return nil, nil, nil, err
	}
	settings := relation.Settings{Zone: zone, AutomationRoles: s.config.AutomationRoles.Values, AutomationSessions: s.config.AutomationSessions.Values, Weekend: c.Weekend, Holidays: c.Holidays, Workdays: c.Workdays}
	return settings.Values(), c, files, nil
}

// request is everything a run of a report depends on.
func (p *program) request(s *setup, r *report.Report) (audit.Request, error) {
	var none audit.Request
	when, settings, err := p.resolvePeriod(s, r)
	if err != nil {
		return none, err
	}
	params, err := p.flags.parameters()
	if err != nil {
		return none, err
	}
	as, err := p.asOfTime()
	if err != nil {
		return none, err
	}
	values, calendar, files, err := s.relationValues(when.Zone)
	if err != nil {
		return none, err
	}
	if !calendar.Covers(when) {
		p.term.Warn(fmt.Sprintf("the calendar %s does not know the holidays of every day of %s", calendar.ID, when.ID))
	}
	formats := slices.Clone(p.formatList(s, r))
	slices.Sort(formats)
	tag, theme := p.languageTag(s, r), p.themeName(s, r)
	files = append(files, s.library.Glob("templates/lang/"+tag+"/*.yaml")...)
	if f, ok := s.library.File("templates/themes/" + theme + ".yaml"); ok {
		files = append(files, f)
	}
	files = append(files, s.definition.Files()...)
	defaults := map[string]string{}
	for name, v := range s.config.Defaults.Params {
		defaults[name] = v.Value
	}
	name, err := p.sourceName(s)
	if err != nil {
		return none, err
	}
	most, err := p.maxCost(s)
	if err != nil {
		return none, err
	}
	request := audit.Request{
		Report: r, Queries: s.queries, Catalog: s.definition.Catalog(), Period: when,
		Params: params, Defaults: defaults, Facts: s.config.Facts(),
		OnlyAccounts: p.flags.accounts, OnlyRegions: p.flags.regions, LateDays: s.config.LateDays,
		Relation: values, Formats: formats, Language: tag, Theme: theme,
		Entity: s.config.Entity.Value, Source: name, MaxCost: most, As: as, Tool: version, Files: files, Now: p.now(),
		RelationText: func(name string, scope engine.Scope) (string, error) { return s.relationText(name, scope) },
	}
	for _, a := range s.config.Accounts {
		request.Accounts = append(request.Accounts, audit.Account{ID: a.ID, Name: a.Name, Since: a.Since, Until: a.Until, Expect: a.Expect})
	}
	request.Settings = append(settings,
		run.Setting{Name: "calendar", Value: calendar.ID, Origin: cmp.Or(s.config.Calendar.Origin, "default")},
		run.Setting{Name: "late_days", Value: strconv.Itoa(s.config.LateDays), Origin: cmp.Or(s.config.LateDaysOrigin, "default")})
	if name, err := p.engineName(s); err == nil && name == "athena" && s.config.Athena.ReuseMinutes > 0 {
		request.ReuseMinutes = s.config.Athena.ReuseMinutes
		request.Settings = append(request.Settings, run.Setting{Name: "athena.reuse_minutes", Value: strconv.Itoa(request.ReuseMinutes), Origin: s.config.Athena.ReuseOrigin()})
	}
	for _, x := range []struct {
		name string
		list config.List
	}{{"automation.roles", s.config.AutomationRoles}, {"automation.sessions", s.config.AutomationSessions}, {"networks", s.config.Networks}, {"regions", s.config.Regions}, {"admins", s.config.Admins}} {
		if x.list.IsSet() {
			request.Settings = append(request.Settings, run.Setting{Name: x.name, Value: strings.Join(x.list.Values, ", "), Origin: x.list.Origin})
		}
	}
	if len(p.flags.accounts) > 0 {
		request.Settings = append(request.Settings, run.Setting{Name: "accounts", Value: strings.Join(p.flags.accounts, ", "), Origin: "flag"})
	}
	if len(p.flags.regions) > 0 {
		request.Settings = append(request.Settings, run.Setting{Name: "regions (scope)", Value: strings.Join(p.flags.regions, ", "), Origin: "flag"})
	}
	slices.SortFunc(request.Settings, func(a, b run.Setting) int { return strings.Compare(a.Name, b.Name) })
	return request, nil
}

// sourceName is the source as it was written: a report prints it, and never a folder of this machine that nobody typed.
func (p *program) sourceName(s *setup) (string, error) {
	if p.flags.source != "" {
		return filepath.ToSlash(p.flags.source), nil
	}
	if engine, err := p.engineName(s); err != nil || engine == "athena" {
		place, placeErr := p.logsPlace(s)
		return place.Value, errors.Join(err, placeErr)
	}
	return s.config.SourceName, nil
}

func (s *setup) relationText(name string, scope engine.Scope) (string, error) {
	bound, err := s.definition.Select(name, relation.Base{Table: relation.Records, Account: "account", Region: "region", Day: "day", File: "file"}, scope)
	if err != nil {
		return "", fmt.Errorf("writing the statement of %s: %w", name, err)
	}
	return bound.Text(sql.Trino, nil), nil
}

// single is the plan of a report that asks nothing but these queries: how one question gets its parameters and its scope.
func (p *program) single(s *setup, qs ...*query.Query) (*audit.Plan, error) {
	r := &report.Report{ID: "query", Title: "query", Sections: []report.Section{{Title: "query", Queries: qs}}}
	request, err := p.request(s, r)
	if err != nil {
		return nil, err
	}
	plan, problems := audit.NewPlan(request)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	p.term.Problems(problems)
	return plan, nil
}

// parts are what a run needs beside its engine.
func (p *program) parts(s *setup, r *report.Report) (audit.Parts, error) {
	parts := audit.Parts{Progress: p.progress}
	var err error
	if parts.Language, err = s.language(p.languageTag(s, r)); err != nil {
		return parts, err
	}
	parts.Writers, parts.Exports, err = s.writers(p.formatList(s, r), p.themeName(s, r))
	return parts, err
}

// outFolder is where runs go.
func (p *program) outFolder() string { return cmp.Or(p.flags.out, "reports-out") }
