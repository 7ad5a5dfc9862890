package testcase

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/period"
	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// setting is what decides the columns of events: cases with the same one can share a session.
type setting struct {
	key      string
	from, to time.Time
	values   sql.Values
}

// now is the clock of relative periods in cases, which should name a fixed one.
var now = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// prepare works out the case's period and settings.
func (x *running) prepare(weekend []time.Weekday) error {
	zone, err := time.LoadLocation(x.c.Timezone) // "" is UTC
	if err != nil {
		return fmt.Errorf("the time zone %q: %w", x.c.Timezone, err)
	}
	name := x.c.Period
	if name == "" {
		name = query.CasePeriod
	}
	p, bad := period.Parse(name, now, zone, x.c.Place)
	if err := bad.Err(); err != nil {
		return fmt.Errorf("the period %q: %w", name, err)
	}
	s := relation.Settings{Zone: zone.String(), Weekend: weekend,
		AutomationRoles: x.c.Facts["automation.roles"], AutomationSessions: x.c.Facts["automation.sessions"]}
	if s.Holidays, err = dates(x.c.Facts["holidays"]); err != nil {
		return err
	}
	if s.Workdays, err = dates(x.c.Facts["workdays"]); err != nil {
		return err
	}
	x.setting = setting{from: p.From, to: p.To, values: s.Values()}
	x.setting.key = fmt.Sprint(p.From.UnixNano(), p.To.UnixNano(), zone, s.AutomationRoles, s.AutomationSessions, s.Holidays, s.Workdays)
	return nil
}

func dates(texts []string) ([]time.Time, error) {
	v, err := query.ParseValue("dates", list(texts))
	if err != nil {
		return nil, err
	}
	return v.([]time.Time), nil
}

// list is texts as ParseValue reads them back, commas and all.
func list(texts []string) string {
	b, _ := json.Marshal(append([]string{}, texts...)) // texts always encode
	return string(b)
}

// values are the statement's parameters: those of the case, else the facts of the case, else the default.
func (x *running) values() (sql.Values, error) {
	v := sql.Values{"period_from": x.setting.from, "period_to": x.setting.to, "period_over": !x.c.Open}
	for _, p := range x.query.Params {
		given, ok := x.c.Params[p.Name]
		facts, known := x.c.Facts[p.From], x.c.Facts[p.From] != nil
		if p.From == "automation" {
			facts = slices.Concat(x.c.Facts["automation.roles"], x.c.Facts["automation.sessions"])
			known = len(facts) > 0
		}
		switch {
		case ok:
		case known && query.IsList(p.Type):
			given = list(facts)
		case known:
			given = strings.Join(facts, ",")
		case p.Default != nil:
			v[p.Name] = p.Default
			continue
		case query.IsList(p.Type):
			given = "[]"
		default:
			return nil, fmt.Errorf("the case gives no value for the parameter %q, which has no default", p.Name)
		}
		value, err := query.ParseValue(p.Type, given)
		if err != nil {
			return nil, fmt.Errorf("the parameter %q: %w", p.Name, err)
		}
		v[p.Name] = value
	}
	return v, nil
}

// batch is cases that share one session: those of one setting.
type batch struct{ cases []*running }

func batches(cases []*running) []*batch {
	var out []*batch
	byKey := map[string]*batch{}
	for _, c := range cases {
		if c.done {
			continue
		}
		b := byKey[c.setting.key]
		if b == nil {
			b = &batch{}
			byKey[c.setting.key] = b
			out = append(out, b)
		}
		b.cases = append(b.cases, c)
	}
	return out
}

// scope is what a batch's session holds.
func (b *batch) scope() engine.Scope {
	s := b.cases[0].setting
	scope := engine.Scope{Run: "cases", Scope: relation.Scope{From: s.from, To: s.to, Values: s.values}, Columns: map[string][]string{}}
	for _, c := range b.cases {
		scope.HistoryDays = max(scope.HistoryDays, c.query.HistoryDays)
		for _, name := range []string{relation.Events, relation.History} {
			scope.Columns[name] = append(scope.Columns[name], c.uses(name)...)
		}
	}
	return scope
}

// files is the batch's events as log files, one for each case, as CloudTrail would write them.
func (b *batch) files() map[string][]byte {
	files := map[string][]byte{}
	for _, c := range b.cases {
		files[c.prefix+"events.json"] = logFile(slices.Concat(c.c.Events, c.c.History))
	}
	return files
}

func logFile(records []cloudtrail.Record) []byte {
	out := []byte(`{"Records":[`)
	for i, r := range records {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, r.Raw...)
	}
	return append(out, "]}"...)
}
