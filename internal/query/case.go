package query

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/diag"
	"trailscribe/internal/yaml"
)

// CasePeriod is the period of a case that names none.
const CasePeriod = "2026-10"

// CaseDefault is the default time of a case's events whose period the caller cannot work out: the middle of CasePeriod.
var caseDefault = time.Date(2026, 10, 14, 10, 0, 0, 0, time.UTC)

// Cases are the test cases next to a query, in file order; none and no problem where there is no such file.
func (s *Set) Cases(q *Query) ([]Case, diag.Problems) {
	f, ok := s.lib.File(strings.TrimSuffix(q.File.Path, ".yaml") + "_test.yaml")
	if !ok {
		return nil, nil
	}
	v, bad := yaml.Decode(f.Name(), f.Data, caseShape)
	if v == nil {
		return nil, bad
	}
	r := &reader{bad: bad}
	var cases []Case
	names := map[string]bool{}
	for _, x := range v.Get("cases").Items() {
		c := Case{Name: x.Get("name").Text(), Period: x.Get("period").Text(), Timezone: x.Get("timezone").Text(), Place: x.Where()}
		if names[c.Name] && c.Name != "" {
			r.add("case-twice", "", x.Get("name").Problem("two cases are called %q", c.Name))
		}
		names[c.Name] = true
		if v := x.Get("period_over"); v != nil {
			c.Open = !v.Bool()
		}
		if c.Timezone != "" {
			if err := checkZone(c.Timezone); err != nil {
				r.add("zone", "", x.Get("timezone").Problem("%v", err))
			}
		}
		for _, e := range x.Get("params").Entries() {
			p, ok := q.Param(e.Key.Value)
			if !ok {
				var known []string
				for _, p := range q.Params {
					known = append(known, p.Name)
				}
				bad := e.Key.Problem("%s has no parameter %q%s", q.ID, e.Key.Value, yaml.DidYouMean(e.Key.Value, known))
				bad.Allowed = known
				r.add("param-unknown", "", bad)
				continue
			}
			if _, ok := r.value(p.Type, e.Value); ok {
				if c.Params == nil {
					c.Params = map[string]string{}
				}
				c.Params[p.Name] = ValueText(e.Value)
			}
		}
		r.facts(x.Get("facts"), &c)
		from := caseStart(c.Period, c.Timezone)
		c.Events = r.events(x.Get("events"), 0, from)
		c.History = r.events(x.Get("history"), len(c.Events), from.AddDate(0, 0, -20))
		if len(c.History) > 0 && q.HistoryDays == 0 {
			r.add("history-length", "add history: 90d to the query", x.Key("history").Problem("the query has no history"))
		}
		for _, w := range x.Get("want").Items() {
			row, _ := w.Any().(map[string]any)
			c.Want = append(c.Want, row)
		}
		cases = append(cases, c)
	}
	return cases, r.bad.Sort()
}

// caseStart is a moment well inside a period written as a year, month, quarter or day; relative periods have no place in a case.
func caseStart(period, zone string) time.Time {
	var y, m, d, q int
	switch {
	case scan(period, "%4d-%2d-%2d", &y, &m, &d):
		loc, err := time.LoadLocation(zone)
		if err != nil {
			loc = time.UTC
		}
		return time.Date(y, time.Month(m), d, 10, 0, 0, 0, loc).UTC()
	case scan(period, "%4d-Q%1d", &y, &q):
		return time.Date(y, time.Month(3*q-1), 14, 10, 0, 0, 0, time.UTC)
	case scan(period, "%4d-%2d", &y, &m):
		return time.Date(y, time.Month(m), 14, 10, 0, 0, 0, time.UTC)
	case len(period) == 4 && scan(period, "%4d", &y):
		return time.Date(y, 7, 14, 10, 0, 0, 0, time.UTC)
	}
	return caseDefault
}

func scan(text, form string, to ...any) bool {
	n, err := fmt.Sscanf(text, form, to...)
	return err == nil && n == len(to)
}

func (r *reader) facts(v *yaml.Value, c *Case) {
	set := func(n yaml.Node, name string, v *yaml.Value) {
		if known := caseFacts(); !slices.Contains(known, name) {
			p := n.Problem("there is no fact %q%s", name, yaml.DidYouMean(name, known))
			p.Allowed = known
			r.add("fact-unknown", "", p)
			return
		}
		if slices.Contains(calendarFacts, name) {
			for _, d := range v.Nodes() {
				if _, err := parseItem("date", d.Value); err != nil {
					r.add("fact-type", "", d.Problem("%v", err))
				}
			}
		}
		if c.Facts == nil {
			c.Facts = map[string][]string{}
		}
		c.Facts[name] = append([]string{}, v.Texts()...)
	}
	for _, e := range v.Entries() {
		if !e.Value.IsMap() {
			set(e.Key, e.Key.Value, e.Value)
			continue
		}
		for _, x := range e.Value.Entries() {
			set(x.Key, e.Key.Value+"."+x.Key.Value, x.Value)
		}
	}
}

// events turns records written as YAML into records as CloudTrail writes them.
func (r *reader) events(v *yaml.Value, from int, at time.Time) []cloudtrail.Record {
	var out []cloudtrail.Record
	for i, x := range v.Items() {
		r.accountIDs(x)
		raw, err := cloudtrail.Complete(x.JSON(), from+i, at)
		if err == nil {
			var rec cloudtrail.Record
			if rec, err = cloudtrail.ParseRecord(raw); err == nil {
				out = append(out, rec.Clone())
				continue
			}
		}
		r.add("case-event", "", diag.Problem{At: x.Where(), Width: 1, Text: fmt.Sprintf("the event is not a CloudTrail record: %v", err)})
	}
	return out
}

// accountIDs refuses account numbers without quotes: CloudTrail writes them as texts, and a comparison would fail for the wrong reason.
func (r *reader) accountIDs(v *yaml.Value) {
	for _, e := range v.Entries() {
		if strings.HasSuffix(strings.ToLower(e.Key.Value), "accountid") && !e.Value.IsText() && !e.Value.IsNull() && !e.Value.IsMap() &&
			!e.Value.IsList() {
			r.add("account-is-text", fmt.Sprintf("quote it: %q", e.Value.Text()), e.Value.Problem("CloudTrail writes %s as a text", e.Key.Value))
		}
		r.accountIDs(e.Value)
	}
	for _, x := range v.Items() {
		r.accountIDs(x)
	}
}

// Covered reports whether the cases show both a row and its absence: at least one that matches and one that nearly does.
func Covered(cases []Case) (hit, miss bool) {
	hit = slices.ContainsFunc(cases, func(c Case) bool { return len(c.Want) > 0 })
	miss = slices.ContainsFunc(cases, func(c Case) bool { return len(c.Want) < len(c.Events) })
	return hit, miss
}
