package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/audit"
	"trailscribe/internal/awsconfig"
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
	"trailscribe/internal/style"
	"trailscribe/internal/yaml"
)

// resolvePeriod reads the period in its zone.
func resolvePeriod(set config.Settings, r *report.Report, now time.Time) (period.Period, []run.Setting, error) {
	zone := set.Get(config.Timezone)
	location, err := time.LoadLocation(zone.Value)
	if err != nil || zone.Value == "" || zone.Value == "Local" {
		return period.Period{}, nil, unknownZone(zone.Value)
	}
	x := set.Get(config.Period)
	at := x.At
	if x.Origin == originReport && r != nil {
		at = r.PeriodAt
	}
	if as, err := asOf(set); err != nil {
		return period.Period{}, nil, err
	} else if !as.IsZero() {
		now = as
	}
	resolved, problems := period.Parse(x.Value, now, location, at)
	if err := problems.Err(); err != nil {
		return period.Period{}, nil, err
	}
	return resolved, []run.Setting{{Name: config.Period, Value: resolved.ID, Origin: x.Origin},
		{Name: config.Timezone, Value: zone.Value, Origin: zone.Origin}}, nil
}

// calendar is the file that says which days are worked; nil where none is configured: then Saturday and Sunday are the weekend.
func (s *setup) calendar() (*period.Calendar, []library.File, error) {
	id := cmp.Or(s.config.Calendar.Value, config.DefaultCalendar)
	path := "reports/calendars/" + id + ".yaml"
	file, ok := s.library.File(path)
	if !ok {
		var ids []string
		for _, f := range s.library.Glob("reports/calendars/*.yaml") {
			ids = append(ids, strings.TrimSuffix(filepath.Base(f.Path), ".yaml"))
		}
		return nil, nil, diag.Problems{{At: s.config.Calendar.At, Text: fmt.Sprintf("there is no calendar %q%s", id, yaml.DidYouMean(id, ids)),
			Allowed: ids,
			Rule:    "calendar-unknown"}}
	}
	c, problems := period.LoadCalendar(file.Name(), file.Data)
	return c, []library.File{file}, problems.Err()
}

// relationValues are the facts that derived columns depend on.
func (s *setup) relationValues(zone string) (sql.Values, *period.Calendar, []library.File, error) {
	c, files, err := s.calendar()
	if err != nil {
		return nil, nil, nil, err
	}
	settings := relation.Settings{Zone: zone, AutomationRoles: s.config.AutomationRoles.Values,
		AutomationSessions: s.config.AutomationSessions.Values, Weekend: c.Weekend, Holidays: c.Holidays, Workdays: c.Workdays}
	return settings.Values(), c, files, nil
}

// ownFrameworks are those of the user's own. Queries and selects of a report may name any of them, and a run must be read without
// the library that it came from; those that are built in are in every program.
func (s *setup) ownFrameworks() (files []library.File) {
	for _, id := range s.frameworks.IDs() {
		if f := s.frameworks[id].File; f.Origin != library.BuiltIn {
			files = append(files, f)
		}
	}
	return files
}

// ownFonts are the faces of a theme that lie in the user's own library: a run must be made again without it.
func (s *setup) ownFonts(theme string) (files []library.File) {
	t, problems := style.LoadTheme(s.library, theme)
	if problems.Err() != nil {
		return nil
	}
	f := t.Faces
	for _, name := range []string{f.Display, f.Text, f.Bold, f.Italic, f.Mono, f.Fallback} {
		if x, ok := s.library.File("templates/fonts/" + name); ok && name != "" && x.Origin != library.BuiltIn &&
			!slices.ContainsFunc(files, func(y library.File) bool { return y.Path == x.Path }) {
			files = append(files, x)
		}
	}
	return files
}

// request is everything a run of a report depends on, and what the user should know before it.
func request(s *setup, set config.Settings, r *report.Report, now time.Time) (_ audit.Request, warnings []string, _ error) {
	var none audit.Request
	when, settings, err := resolvePeriod(set, r, now)
	if err != nil {
		return none, nil, err
	}
	as, err := asOf(set)
	if err != nil {
		return none, nil, err
	}
	values, calendar, files, err := s.relationValues(when.Zone)
	if err != nil {
		return none, nil, err
	}
	if !calendar.Covers(when) {
		warnings = append(warnings, fmt.Sprintf("the calendar %s does not know the holidays of every day of %s", calendar.ID, when.ID))
	}
	settle, err := config.ParseSettle(s.config.Settle.Value)
	if err != nil {
		return none, nil, fmt.Errorf("settle: %w", err) // loading the configuration looked at it
	}
	formats := slices.Sorted(slices.Values(set.List(config.Formats).Values))
	tag, theme := set.Text(config.Language), set.Text(config.Theme)
	files = append(files, style.Files(s.library, tag, definitions(r))...)
	if f, ok := s.library.File("templates/themes/" + theme + ".yaml"); ok {
		files = append(files, f)
	}
	files = append(files, s.ownFonts(theme)...)
	files = append(files, s.definition.Files()...)
	files = append(files, s.ownFrameworks()...)
	name, err := sourceName(s, set)
	if err != nil {
		return none, nil, err
	}
	limit, err := maxCost(set)
	if err != nil {
		return none, nil, err
	}
	micros, _ := limit.Micros()
	request := audit.Request{
		Report: r, Queries: s.queries, Catalog: s.definition.Catalog(), Period: when,
		Given: given(set, r), Asked: asked(s, set, r), Facts: s.config.Facts(),
		OnlyAccounts: ofScope(set, config.ScopeAccounts).Values, OnlyRegions: ofScope(set, config.ScopeRegions).Values,
		LateDays: s.config.LateDays, Settle: settle,
		Relation: values, PartitionOf: awsconfig.Partition, Formats: formats, Language: tag, Theme: theme,
		Entity: s.config.Entity.Value, Source: name, MaxCost: engine.Money{Micros: micros, Currency: "USD"}, As: as, Tool: version,
		Build: build(), Files: files, Now: now,
		RelationText: func(name string, scope engine.Scope) (string, error) { return s.relationText(name, scope) },
	}
	for _, a := range s.config.Accounts {
		request.Accounts = append(request.Accounts, audit.Account{ID: a.ID, Name: a.Name, Since: a.Since, Until: a.Until, Expect: a.Expect})
	}
	request.Settings = append(settings,
		run.Setting{Name: "calendar", Value: calendar.ID, Origin: cmp.Or(s.config.Calendar.Origin, "default")},
		run.Setting{Name: "late_days", Value: strconv.Itoa(s.config.LateDays), Origin: cmp.Or(s.config.LateDaysOrigin, "default")},
		run.Setting{Name: "settle", Value: s.config.Settle.Value, Origin: s.config.Settle.Origin})
	if set.Text(config.Engine) == "athena" && s.config.Athena.ReuseMinutes > 0 {
		request.ReuseMinutes = s.config.Athena.ReuseMinutes
		request.Settings = append(request.Settings, run.Setting{Name: "athena.reuse_minutes", Value: strconv.Itoa(request.ReuseMinutes),
			Origin: s.config.Athena.ReuseOrigin()})
	}
	for _, x := range []struct {
		name string
		list config.List
	}{
		{"automation.roles", s.config.AutomationRoles}, {"automation.sessions", s.config.AutomationSessions}, {"networks", s.config.Networks},
		{"regions", s.config.Regions}, {"admins", s.config.Admins},
		{"accounts", ofScope(set, config.ScopeAccounts)}, {"regions (scope)", ofScope(set, config.ScopeRegions)},
	} {
		if x.list.IsSet() {
			request.Settings = append(request.Settings, run.Setting{Name: x.name, Value: strings.Join(x.list.Values, ", "), Origin: x.list.Origin})
		}
	}
	slices.SortFunc(request.Settings, func(a, b run.Setting) int { return strings.Compare(a.Name, b.Name) })
	return request, warnings, nil
}

// ofScope is a limit of the scope as a set: the order in which it was written makes no other report.
func ofScope(set config.Settings, name string) config.List {
	list := set.List(name)
	list.Values = slices.Compact(slices.Sorted(slices.Values(list.Values)))
	return list
}

// definitions are the files whose texts a report prints.
func definitions(r *report.Report) []library.File {
	files := []library.File{r.File}
	for _, q := range r.Queries() {
		files = append(files, q.File)
	}
	for _, f := range r.Criteria() {
		files = append(files, f.File)
	}
	return files
}

// sourceName is the source as it was written: a report prints it, and never a folder of this machine that nobody typed.
func sourceName(s *setup, set config.Settings) (string, error) {
	x := set.Get(config.Source)
	if x.Origin == originFlag {
		return filepath.ToSlash(x.Value), nil
	}
	if name, err := engineOf(set); err != nil {
		return "", err
	} else if name == "athena" {
		place, err := logsPlace(s, set)
		return place.Value, err
	}
	return x.AsWritten(), nil
}

func (s *setup) relationText(name string, scope engine.Scope) (string, error) {
	bound, err := s.definition.Select(name, scope.Scope, false)
	if err != nil {
		return "", fmt.Errorf("writing the statement of %s: %w", name, err)
	}
	return bound.Text(sql.Trino, nil), nil
}

// single is the plan of a report that asks nothing but these queries: how one question gets its parameters and its scope.
func (p *program) single(s *setup, qs ...*query.Query) (*audit.Plan, config.Settings, error) {
	r := &report.Report{ID: "query", Title: "query", Sections: []report.Section{{Title: "query", Queries: qs}}}
	set, err := p.resolve(s, nil)
	if err != nil {
		return nil, set, err
	}
	plan, err := p.plan(s, set, r)
	return plan, set, err
}

// plan is what a report asks with these settings. Warnings are printed.
func (p *program) plan(s *setup, set config.Settings, r *report.Report) (*audit.Plan, error) {
	bad := p.checkConfig(s)
	if bad.Err() != nil {
		return nil, bad
	}
	p.term.Problems(append(bad, p.checkScope(s, set)...))
	if _, err := s.language(set.Text(config.Language)); err != nil { // what the report will need is looked for before anything is asked
		return nil, err
	}
	if _, _, err := p.formats.writers(s, set.List(config.Formats).Values, set.Text(config.Theme)); err != nil {
		return nil, err
	}
	request, warnings, err := request(s, set, r, p.now())
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		p.term.Warn(w)
	}
	plan, problems := audit.NewPlan(request)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	p.term.Problems(problems)
	return plan, nil
}

// parts are what a run needs besides its engine.
func (p *program) parts(s *setup, set config.Settings) (audit.Parts, error) {
	parts := audit.Parts{Progress: p.progress, Facts: p.whoAndWhere(set)}
	var err error
	if parts.Language, err = s.language(set.Text(config.Language)); err != nil {
		return parts, err
	}
	parts.Writers, parts.Exports, err = p.formats.writers(s, set.List(config.Formats).Values, set.Text(config.Theme))
	return parts, err
}
