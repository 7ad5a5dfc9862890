// Package period is calendar periods in their zone, and calendars of working days.
package period

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // so that a machine without a zone database knows the zones too

	"trailscribe/internal/diag"
)

// Period is half-open: From is in it, To is not. Both are UTC; Zone is the zone its calendar is meant in.
type Period struct {
	ID       string // path-safe: 2026-10, 2026-Q3, 2026-W41, 2026-10-01..2026-10-16 (both days in it)
	From, To time.Time
	Zone     string // IANA name
}

// civil is the calendar day of t as midnight UTC.
func civil(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Forms are the ways to write a period.
func Forms() []string {
	return []string{"today", "yesterday", "this-week", "last-week", "this-month", "last-month", "this-quarter", "last-quarter",
		"this-year", "last-year",
		"last-30-days", "T-30d", "2026", "2026-Q3", "2026-10", "2026-W41", "2026-10-05", "2026-10-01..2026-10-16"}
}

var (
	lastDays = regexp.MustCompile(`^last-([0-9]{1,4})-days?$`)
	sinceDay = regexp.MustCompile(`^[Tt]-([0-9]{1,4})d$`)
	yearForm = regexp.MustCompile(`^[0-9]{4}$`)
	quarter  = regexp.MustCompile(`^([0-9]{4})-[Qq]([1-4])$`)
	month    = regexp.MustCompile(`^([0-9]{4})-([0-9]{2})$`)
	week     = regexp.MustCompile(`^([0-9]{4})-[Ww]([0-9]{2})$`)
)

// The longest period, in days: a year of logs is what a report can be asked to read at once, and four more for late comers.
const maxDays = 5 * 366

// Parse reads last-month, last-week, last-quarter, last-year, last-30-days (any number), yesterday, today, this-month (-week, -quarter,
// -year), 2026, 2026-10, 2026-Q3, 2026-W41, 2026-10-05, 2026-10-01..2026-10-16, T-30d. now decides the relative ones. at is where the text
// stands, for the problem.
//
// Days are those of zone: a day begins where its clocks first show it. Weeks are ISO weeks, from Monday. last-30-days are the thirty whole
// days before today; T-30d are those and today so far, as today's end is where this period ends. this-month and its like end with the
// month, whether it is over or not.
func Parse(text string, now time.Time, zone *time.Location, at diag.Pos) (Period, diag.Problems) {
	if zone == nil {
		zone = time.UTC
	}
	wrong := func(format string, args ...any) (Period, diag.Problems) {
		return Period{}, diag.Problems{{At: at, Width: len([]rune(text)), Text: fmt.Sprintf(format, args...), Allowed: Forms(), Rule: "period"}}
	}
	today := civil(now.In(zone))
	from, to, id := time.Time{}, time.Time{}, ""
	switch form := strings.ToLower(strings.TrimSpace(text)); {
	case form == "today":
		from, to = today, today.AddDate(0, 0, 1)
	case form == "yesterday":
		from, to = today.AddDate(0, 0, -1), today
	case form == "this-week" || form == "last-week":
		from = today.AddDate(0, 0, -((int(today.Weekday()) + 6) % 7))
		if form == "last-week" {
			from = from.AddDate(0, 0, -7)
		}
		to = from.AddDate(0, 0, 7)
	case form == "this-month" || form == "last-month":
		from = time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
		if form == "last-month" {
			from = from.AddDate(0, -1, 0)
		}
		to = from.AddDate(0, 1, 0)
	case form == "this-quarter" || form == "last-quarter":
		from = time.Date(today.Year(), (today.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
		if form == "last-quarter" {
			from = from.AddDate(0, -3, 0)
		}
		to = from.AddDate(0, 3, 0)
	case form == "this-year" || form == "last-year":
		from = time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		if form == "last-year" {
			from = from.AddDate(-1, 0, 0)
		}
		to = from.AddDate(1, 0, 0)
	case lastDays.MatchString(form):
		n, _ := strconv.Atoi(lastDays.FindStringSubmatch(form)[1])
		from, to = today.AddDate(0, 0, -n), today
	case sinceDay.MatchString(form):
		n, _ := strconv.Atoi(sinceDay.FindStringSubmatch(form)[1])
		from, to = today.AddDate(0, 0, -n), today.AddDate(0, 0, 1)
	case yearForm.MatchString(form):
		y, _ := strconv.Atoi(form)
		from = time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)
		to = from.AddDate(1, 0, 0)
	case quarter.MatchString(form):
		m := quarter.FindStringSubmatch(form)
		y, _ := strconv.Atoi(m[1])
		q, _ := strconv.Atoi(m[2])
		from = time.Date(y, time.Month(3*q-2), 1, 0, 0, 0, 0, time.UTC)
		to = from.AddDate(0, 3, 0)
	case month.MatchString(form):
		m := month.FindStringSubmatch(form)
		y, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[2])
		if n < 1 || n > 12 {
			return wrong("%q is not a period: there is no month %s", text, m[2])
		}
		from = time.Date(y, time.Month(n), 1, 0, 0, 0, 0, time.UTC)
		to = from.AddDate(0, 1, 0)
	case week.MatchString(form):
		m := week.FindStringSubmatch(form)
		y, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[2])
		fourth := time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC) // 4 January is in week 1, ISO 8601
		from = fourth.AddDate(0, 0, -((int(fourth.Weekday())+6)%7)+7*(n-1))
		if gotY, gotN := from.ISOWeek(); gotY != y || gotN != n {
			return wrong("%q is not a period: %d has no week %d", text, y, n)
		}
		to = from.AddDate(0, 0, 7)
	default:
		first, last, ranged := strings.Cut(form, "..")
		if !ranged {
			last = first
		}
		var err error
		if from, err = ParseDay(first); err != nil {
			return wrong("%q is not a period", text)
		}
		if to, err = ParseDay(last); err != nil {
			return wrong("%q is not a period", text)
		}
		to = to.AddDate(0, 0, 1)
	}
	if !from.Before(to) {
		return wrong("the period %q ends before it begins", text)
	}
	if days := int(to.Sub(from) / (24 * time.Hour)); days > maxDays {
		return wrong("the period %q has %d days; at most %d can be asked for", text, days, maxDays)
	}
	if from.Year() < 2013 || to.Year() > 9000 { // CloudTrail began in November 2013
		return wrong("%q is not a period of which CloudTrail can have logs: it began in 2013, and the year 9000 is far away", text)
	}
	id = name(from, to)
	return Period{ID: id, From: midnight(from, zone), To: midnight(to, zone), Zone: zone.String()}, nil
}

// ParseDay reads a day of the calendar, 2026-10-05, as midnight UTC. It is of the years 1 to 9999: JSON, SQL and PDF have no others.
func ParseDay(text string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err == nil && t.Year() < 1 {
		err = fmt.Errorf("parsing the day %q: there is no year 0", text)
	}
	return t, err
}

// name is the shortest way to write the days: a period asked for as last-month has the id of its month.
func name(from, to time.Time) string {
	y, m, d := from.Date()
	switch {
	case d == 1 && m == 1 && to.Equal(from.AddDate(1, 0, 0)):
		return from.Format("2006")
	case d == 1 && (m-1)%3 == 0 && to.Equal(from.AddDate(0, 3, 0)):
		return fmt.Sprintf("%04d-Q%d", y, (m-1)/3+1)
	case d == 1 && to.Equal(from.AddDate(0, 1, 0)):
		return from.Format("2006-01")
	case from.Weekday() == time.Monday && to.Equal(from.AddDate(0, 0, 7)):
		wy, w := from.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", wy, w)
	case to.Equal(from.AddDate(0, 0, 1)):
		return from.Format(time.DateOnly)
	}
	return from.Format(time.DateOnly) + ".." + to.AddDate(0, 0, -1).Format(time.DateOnly)
}

// midnight is the first instant at which the clocks of the zone show that day. Where clocks go forward at midnight it is 01:00;
// where the first hour comes twice, the first of the two counts.
func midnight(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.Date()
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	// time.Date gives some instant near a gap or an overlap; the first instant of the day is searched around it.
	want := civil(day)
	lo, hi := t.Add(-26*time.Hour), t.Add(26*time.Hour) // lo is before the day, hi in it or behind
	for hi.Sub(lo) > time.Second {
		mid := lo.Add(hi.Sub(lo) / 2).Truncate(time.Second)
		if civil(mid.In(zone)).Before(want) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi.UTC()
}
