package parser

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
)

// Interval is a literal's value.
type Interval struct {
	months int64
	days   int64
	Millis int64 // below a day
	month  bool
}

// DuckDB is the value as DuckDB writes it.
func (v Interval) DuckDB() string {
	if v.month {
		return fmt.Sprintf("INTERVAL '%d months'", v.months)
	}
	return fmt.Sprintf("INTERVAL '%d days %d milliseconds'", v.days, v.Millis)
}

var intervalForm = regexp.MustCompile(`^([+-]?)([0-9]+)(?:[- ]([0-9]+))?(?::([0-9]+))?(?::([0-9]+))?(?:\.([0-9]{1,3}))?$`)

// ParseInterval reads INTERVAL '2 03:04:05.250' DAY TO SECOND and the like.
func ParseInterval(x *ast.IntervalLit) (v Interval, err error) {
	bad := fmt.Errorf("INTERVAL %s %s cannot be read", ast.StringText(x.Value), strings.ToUpper(x.Unit))
	units := []string{"year", "month", "day", "hour", "minute", "second"}
	at := func(u string) int {
		for i, w := range units {
			if w == u {
				return i
			}
		}
		return -1
	}
	from, to := at(x.Unit), at(x.Unit)
	if x.To != "" {
		to = at(x.To)
	}
	if from < 0 || to < from || from < 2 && to > 1 {
		return v, bad
	}
	m := intervalForm.FindStringSubmatch(strings.TrimSpace(x.Value))
	if m == nil {
		return v, bad
	}
	var parts []int64
	for _, s := range m[2:6] {
		if s != "" {
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil || n > 1<<40 {
				return v, bad
			}
			parts = append(parts, n)
		}
	}
	if len(parts) != to-from+1 || m[6] != "" && to != 5 {
		return v, bad
	}
	size := []int64{12, 1, 86400000, 3600000, 60000, 1000}
	var months, millis int64
	for i, n := range parts {
		if from+i < 2 {
			months += n * size[from+i]
		} else {
			millis += n * size[from+i]
		}
	}
	if m[6] != "" {
		n, _ := strconv.ParseInt((m[6] + "00")[:3], 10, 64)
		millis += n
	}
	if x.Negative != (m[1] == "-") {
		months, millis = -months, -millis
	}
	return Interval{months: months, days: millis / 86400000, Millis: millis % 86400000, month: from < 2}, nil
}
