package period

import (
	"os"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/diag"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ text, now, zone, id, from, to string }{
		{"last-month", "2026-11-03T12:00:00Z", "UTC", "2026-10", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"},
		{"last-month", "2026-03-31T12:00:00Z", "UTC", "2026-02", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"}, // not "31 February"
		{"last-month", "2027-01-01T00:00:00Z", "UTC", "2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		// still October there
		{"Last-Month", "2026-11-01T00:30:00Z", "America/New_York", "2026-09", "2026-09-01T04:00:00Z", "2026-10-01T04:00:00Z"},
		// November already
		{"last-month", "2026-10-31T17:00:00Z", "Asia/Shanghai", "2026-10", "2026-09-30T16:00:00Z", "2026-10-31T16:00:00Z"},
		// the clocks change
		{"2026-10", "2026-11-03T12:00:00Z", "Europe/Berlin", "2026-10", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"},
		{"2026-03-29", "2026-11-03T12:00:00Z", "Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"}, // 23 hours
		{"2026-10-25", "2026-11-03T12:00:00Z", "Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"}, // 25 hours
		// begins at 01:00
		{"2018-11-04", "2026-11-03T12:00:00Z", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		{"2023-04-28", "2026-11-03T12:00:00Z", "Africa/Cairo", "2023-04-28", "2023-04-27T22:00:00Z", "2023-04-28T21:00:00Z"},
		// 24:00 goes back to 23:00
		{"2023-10-27", "2026-11-03T12:00:00Z", "Africa/Cairo", "2023-10-27", "2023-10-26T22:00:00Z", "2023-10-27T22:00:00Z"},
		// 00:00 comes twice
		{"2024-11-03", "2026-11-03T12:00:00Z", "America/Havana", "2024-11-03", "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"},
		{"2026-10-25", "2026-11-03T12:00:00Z", "Asia/Kathmandu", "2026-10-25", "2026-10-24T18:15:00Z", "2026-10-25T18:15:00Z"},
		{"last-week", "2026-11-02T00:00:00Z", "UTC", "2026-W44", "2026-10-26T00:00:00Z", "2026-11-02T00:00:00Z"},
		{"last-week", "2026-11-01T23:59:59Z", "UTC", "2026-W43", "2026-10-19T00:00:00Z", "2026-10-26T00:00:00Z"}, // Sunday ends the week
		{"this-week", "2026-11-01T23:59:59Z", "UTC", "2026-W44", "2026-10-26T00:00:00Z", "2026-11-02T00:00:00Z"},
		{"2026-W01", "2026-11-03T12:00:00Z", "UTC", "2026-W01", "2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z"},
		{"2026-W53", "2026-11-03T12:00:00Z", "UTC", "2026-W53", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"},
		{"last-quarter", "2026-01-15T12:00:00Z", "UTC", "2025-Q4", "2025-10-01T00:00:00Z", "2026-01-01T00:00:00Z"},
		{"2026-q3", "2026-11-03T12:00:00Z", "UTC", "2026-Q3", "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z"},
		{"2024", "2026-11-03T12:00:00Z", "UTC", "2024", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"},
		{"last-year", "2026-11-03T12:00:00Z", "UTC", "2025", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
		{"last-30-days", "2026-11-03T12:00:00Z", "UTC", "2026-10-04..2026-11-02", "2026-10-04T00:00:00Z", "2026-11-03T00:00:00Z"},
		{"last-1-day", "2026-11-03T12:00:00Z", "UTC", "2026-11-02", "2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"},
		{"T-30d", "2026-11-03T12:00:00Z", "UTC", "2026-10-04..2026-11-03", "2026-10-04T00:00:00Z", "2026-11-04T00:00:00Z"},
		{"yesterday", "2026-03-01T12:00:00Z", "UTC", "2026-02-28", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z"},
		{"today", "2024-02-29T12:00:00Z", "UTC", "2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"},
		{"2026-10-01..2026-10-16", "2026-11-03T12:00:00Z", "UTC", "2026-10-01..2026-10-16", "2026-10-01T00:00:00Z", "2026-10-17T00:00:00Z"},
		// one period, one name
		{"2026-10-01..2026-10-31", "2026-11-03T12:00:00Z", "UTC", "2026-10", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"},
	} {
		t.Run(tt.text+" "+tt.zone, func(t *testing.T) {
			zone, err := time.LoadLocation(tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			now, err := time.Parse(time.RFC3339, tt.now)
			if err != nil {
				t.Fatal(err)
			}
			p, bad := Parse(tt.text, now, zone, diag.Pos{})
			if bad != nil {
				t.Fatal(bad)
			}
			if p.ID != tt.id || p.From.Format(time.RFC3339) != tt.from || p.To.Format(time.RFC3339) != tt.to || p.Zone != tt.zone {
				t.Errorf("got %s %s %s %s, want %s %s %s", p.ID, p.From.Format(time.RFC3339), p.To.Format(time.RFC3339), p.Zone, tt.id, tt.from, tt.to)
			}
			if strings.ContainsAny(p.ID, `/\: `) {
				t.Errorf("the id %q is not safe in a path", p.ID)
			}
			again, bad := Parse(p.ID, now, zone, diag.Pos{})
			if bad != nil || again != p {
				t.Errorf("the id gives %v %v, want the same period", again, bad)
			}
		})
	}
}

func TestParseProblems(t *testing.T) {
	at := diag.Pos{File: "r.yaml", Line: 3, Col: 9}
	for text, want := range map[string]string{
		"":                       `"" is not a period`,
		"previous-month":         `"previous-month" is not a period`,
		"2026-13":                `there is no month 13`,
		"2026-02-30":             `"2026-02-30" is not a period`,
		"2025-W53":               `2025 has no week 53`,
		"2026-W00":               `2026 has no week 0`,
		"2026-Q5":                `"2026-Q5" is not a period`,
		"2026-10-16..2026-10-01": `ends before it begins`,
		"last-0-days":            `ends before it begins`,
		"last-9999-days":         `at most 1830 can be asked for`,
		"1999":                   `it began in 2013`,
		"2026-10-01..":           `is not a period`,
		"../../etc":              `is not a period`,
	} {
		_, bad := Parse(text, time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC), time.UTC, at)
		if len(bad) != 1 || !strings.Contains(bad[0].Text, want) || bad[0].At != at || len(bad[0].Allowed) == 0 {
			t.Errorf("%q: got %v, want %s", text, bad, want)
		}
	}
	for _, form := range Forms() {
		if _, bad := Parse(form, time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC), time.UTC, at); bad != nil {
			t.Errorf("the form %s that the problem lists: %v", form, bad)
		}
	}
}

// Neighbouring months leave no instant out and share none, in every zone.
func TestMonthsTile(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Tehran",
		"Pacific/Apia", "America/Havana"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		var end time.Time
		for m := time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC); m.Year() < 2030; m = m.AddDate(0, 1, 0) {
			p, bad := Parse(m.Format("2006-01"), time.Now(), zone, diag.Pos{})
			if bad != nil {
				t.Fatal(bad)
			}
			if !end.IsZero() && !p.From.Equal(end) {
				t.Fatalf("%s %s begins at %s, the month before ended at %s", name, p.ID, p.From, end)
			}
			end = p.To
		}
	}
}

func TestCalendar(t *testing.T) {
	c, bad := LoadCalendar("reports/calendars/x.yaml", []byte(`
id: x
title: Test
years: [2026]
weekend: [saturday, sunday]
holidays:
  2026-10-01..2026-10-07: National Day
  "2026-12-25": Christmas
workdays:
  2026-10-10: make-up day
`))
	if bad != nil {
		t.Fatal(bad)
	}
	if days := len(c.Holidays); days != 8 || len(c.Workdays) != 1 || len(c.Weekend) != 2 {
		t.Errorf("%d holidays, %d made-up days, %d days of the weekend", days, len(c.Workdays), len(c.Weekend))
	}
	if c.Names["2026-10-03"] != "National Day" {
		t.Error(c.Names)
	}
	zone := time.UTC
	p, _ := Parse("2026-12", time.Now(), zone, diag.Pos{})
	q, _ := Parse("2026-W53", time.Now(), zone, diag.Pos{})
	if !c.Covers(p) || c.Covers(q) {
		t.Error("covers")
	}
}

func TestCalendarProblems(t *testing.T) {
	_, bad := LoadCalendar("reports/calendars/x.yaml", []byte("id: y\ntitle: T\nyears: [2026]\nweekend: [sunday, funday]\n"))
	if !strings.Contains(bad.Error(), `x.yaml:4:19: weekend[1] cannot be "funday"; did you mean "sunday"?`) {
		t.Error(bad)
	}
	_, bad = LoadCalendar("reports/calendars/x.yaml",
		[]byte("id: y\ntitle: T\nyears: [2026]\nweekend: [sunday]\nholidays:\n  2026-02-30: a\n  2027-01-01: b\n  2026-01-01: c\n  "+
			"2026-01-01..2026-01-02: d\nworkdays: {2026-01-05: e}\n"))
	for _, want := range []string{`x.yaml:1:5: the id is "y", but the file is called "x"`, `6:3: 2026-02-30 is not a day`,
		`7:3: 2027-01-01 is in a year that years does not name`, `9:3: 2026-01-01 stands in the calendar twice`,
		`10:12: 2026-01-05 is a Monday, which is worked anyway`} {
		if !strings.Contains(bad.Error(), want) {
			t.Errorf("no problem %q in\n%v", want, bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range Forms() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		now := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
		p, bad := Parse(text, now, time.UTC, diag.Pos{})
		if bad != nil {
			return
		}
		if again, bad := Parse(p.ID, now, time.UTC, diag.Pos{}); bad != nil || again != p {
			t.Fatalf("%q gives %v, whose id gives %v %v", text, p, again, bad)
		}
	})
}

// The calendars that ship: each loads, and no holiday was mistyped by a year or a weekday, which the laws' own rules show.
func TestShippedCalendars(t *testing.T) {
	files, err := os.ReadDir("../../reports/calendars")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]*Calendar{}
	for _, f := range files {
		data, err := os.ReadFile("../../reports/calendars/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		c, bad := LoadCalendar("reports/calendars/"+f.Name(), data)
		if bad != nil {
			t.Fatal(bad)
		}
		got[c.ID] = c
	}
	if got["none"] == nil || got["weekdays"] == nil || got["cn"] == nil {
		t.Fatal("a calendar is missing")
	}
	for _, d := range got["us"].Holidays {
		if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			t.Errorf("us: %s is a %s", d.Format(time.DateOnly), d.Weekday())
		}
	}
	if n := len(got["us"].Holidays); n != 5*11+1 { // and New Year's Day 2028, observed in 2027
		t.Errorf("us: %d holidays", n)
	}
	for _, d := range got["de"].Holidays {
		name := got["de"].Names[d.Format(time.DateOnly)]
		want := map[string]time.Weekday{"Good Friday": time.Friday, "Easter Monday": time.Monday, "Ascension Day": time.Thursday,
			"Whit Monday": time.Monday}
		if w, ok := want[name]; ok && d.Weekday() != w {
			t.Errorf("de: %s %s is a %s", name, d.Format(time.DateOnly), d.Weekday())
		}
	}
	// A weekday off in China is one of the law's 13 days, given again where it falls on a weekend, or is made up for on a weekend.
	for _, y := range got["cn"].Years {
		free := 0
		for _, d := range got["cn"].Holidays {
			if d.Year() == y && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
				free++
			}
		}
		for _, d := range got["cn"].Workdays {
			if d.Year() == y {
				free--
			}
		}
		if free != 13 {
			t.Errorf("cn: %d has %d weekdays off that are not made up for", y, free)
		}
	}
}
