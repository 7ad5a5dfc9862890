package period

import (
	"fmt"
	"slices"
	"time"

	"trailscribe/internal/diag"
	"trailscribe/internal/yaml"
)

// Calendar says which days are worked.
type Calendar struct {
	ID       string
	Title    string
	Years    []int // those it speaks of; in others it knows the weekend only
	Weekend  []time.Weekday
	Holidays []time.Time       // midnight UTC, sorted
	Workdays []time.Time       // make-up working days that fall on a weekend
	Names    map[string]string // 2026-10-01 -> National Day
}

// Covers reports whether the calendar knows the holidays of every day of a period. One that has no holidays at all covers every period.
func (c *Calendar) Covers(p Period) bool {
	if len(c.Years) == 0 {
		return true
	}
	loc, err := time.LoadLocation(p.Zone)
	if err != nil {
		loc = time.UTC
	}
	for y := p.From.In(loc).Year(); y <= p.To.In(loc).Add(-time.Second).Year(); y++ {
		if !slices.Contains(c.Years, y) {
			return false
		}
	}
	return true
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

var (
	dayText = &yaml.Shape{Kind: yaml.Text, Bare: true, Pattern: `[0-9]{4}-[0-9]{2}-[0-9]{2}(\.\.[0-9]{4}-[0-9]{2}-[0-9]{2})?`,
		Like: "a day such as 2026-10-01, or days such as 2026-10-01..2026-10-08"}
	dayKeys       = &yaml.Shape{Kind: yaml.Map, Pattern: dayText.Pattern, Like: dayText.Like, Item: &yaml.Shape{Kind: yaml.Text}}
	calendarShape = &yaml.Shape{Kind: yaml.Object, Title: "A calendar of working days", Fields: []yaml.Field{
		{Name: "id", Required: true, Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `[a-z0-9]+(-[a-z0-9]+)*`,
			Like: "lower-case words joined by hyphens"}, Help: "name of the file"},
		{Name: "title", Required: true, Shape: &yaml.Shape{Kind: yaml.Text}, Help: "whose working days these are"},
		{Name: "source", Shape: &yaml.Shape{Kind: yaml.Text}, Help: "the law or notice the days come from"},
		{Name: "years", Shape: yaml.ListOf(&yaml.Shape{Kind: yaml.Int, Min: 2013, Max: 2100}),
			Help: "years whose holidays the file holds; needed where it holds any"},
		{Name: "weekend", Required: true, Shape: yaml.ListOf(yaml.OneOf(weekdays...)), Help: "days of the week that are not worked; [] for none"},
		{Name: "holidays", Shape: dayKeys, Help: "days off and their names"},
		{Name: "workdays", Shape: dayKeys, Help: "days of a weekend that are worked to make up for a holiday"},
	}}
)

// CalendarShape is what a file of reports/calendars/ may hold.
func CalendarShape() *yaml.Shape { return calendarShape }

// LoadCalendar reads one file of reports/calendars/. It is the caller's job to find it. name is the file's path.
func LoadCalendar(name string, data []byte) (*Calendar, diag.Problems) {
	v, bad := yaml.Decode(name, data, calendarShape)
	if v == nil || bad.Err() != nil {
		return nil, bad
	}
	c := &Calendar{ID: v.Get("id").Text(), Title: v.Get("title").Text(), Names: map[string]string{}}
	if want := base(name); c.ID != want {
		p := v.Get("id").Problem("the id is %q, but the file is called %q", c.ID, want)
		p.Rule, p.Hint = "id-is-file-name", "give both the same name"
		bad = append(bad, p)
	}
	for _, y := range v.Get("years").Items() {
		c.Years = append(c.Years, int(y.Int()))
	}
	for _, w := range v.Get("weekend").Texts() {
		c.Weekend = append(c.Weekend, time.Weekday(slices.Index(weekdays, w)))
	}
	days := func(key string) []time.Time {
		var out []time.Time
		for _, e := range v.Get(key).Entries() {
			list, err := expandDays(e.Key.Value)
			if err != nil {
				p := e.Key.Problem("%v", err)
				p.Rule = "calendar-day"
				bad = append(bad, p)
				continue
			}
			for _, d := range list {
				id := d.Format(time.DateOnly)
				switch _, twice := c.Names[id]; {
				case twice:
					p := e.Key.Problem("%s stands in the calendar twice", id)
					p.Rule = "calendar-day"
					bad = append(bad, p)
					continue
				case !slices.Contains(c.Years, d.Year()):
					p := e.Key.Problem("%s is in a year that years does not name", id)
					p.Rule, p.Hint = "calendar-year", "name the year once all its holidays are in the file"
					bad = append(bad, p)
				}
				c.Names[id] = e.Value.Text()
				out = append(out, d)
			}
		}
		slices.SortFunc(out, time.Time.Compare)
		return out
	}
	c.Holidays = days("holidays")
	c.Workdays = days("workdays")
	for _, e := range v.Get("workdays").Entries() {
		list, err := expandDays(e.Key.Value)
		for _, d := range list {
			if err == nil && !slices.Contains(c.Weekend, d.Weekday()) {
				p := e.Key.Problem("%s is a %s, which is worked anyway", d.Format(time.DateOnly), d.Weekday())
				p.Rule = "calendar-day"
				bad = append(bad, p)
			}
		}
	}
	if bad.Err() != nil {
		return nil, bad.Sort()
	}
	return c, bad.Sort()
}

func base(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '/' {
			name = name[i+1:]
			break
		}
	}
	if n := len(name) - len(".yaml"); n > 0 && name[n:] == ".yaml" {
		return name[:n]
	}
	return name
}

// expandDays reads a day, or a range of days with both ends in it.
func expandDays(text string) ([]time.Time, error) {
	first, last := text, text
	if len(text) > 10 {
		first, last = text[:10], text[12:]
	}
	from, err := ParseDay(first)
	if err != nil {
		return nil, fmt.Errorf("%s is not a day of the calendar", first)
	}
	to, err := ParseDay(last)
	if err != nil {
		return nil, fmt.Errorf("%s is not a day of the calendar", last)
	}
	if to.Before(from) || to.Sub(from) > 60*24*time.Hour {
		return nil, fmt.Errorf("%s does not run from its first to its last day within 60 days", text)
	}
	var out []time.Time
	for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
		out = append(out, d)
	}
	return out, nil
}
