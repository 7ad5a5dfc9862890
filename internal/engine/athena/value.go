package athena

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/result"
)

const wall = "2006-01-02 15:04:05.999999999"

var decimalText = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// value is a cell of Athena, which always is text, as the kind of its column has it. nil is NULL.
func value(k result.Kind, cell *string) (any, error) {
	if cell == nil {
		return nil, nil
	}
	s := *cell
	switch k {
	case result.Text:
		return s, nil
	case result.Int:
		return number(strconv.ParseInt(s, 10, 64))
	case result.Decimal:
		if !decimalText.MatchString(s) {
			return nil, fmt.Errorf("%.100q is not a decimal number", s)
		}
		return s, nil
	case result.Float:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%.100q is not a number that a report can show", s)
		}
		return f, nil
	case result.Bool:
		switch s {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, fmt.Errorf("%.100q is neither true nor false", s)
	case result.Date:
		return parsed(time.Parse(time.DateOnly, s))
	case result.Local:
		return parsed(time.Parse(wall, s))
	case result.Instant:
		return parsed(instant(s))
	}
	return nil, fmt.Errorf("there is no kind %d", k)
}

func number(n int64, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return n, nil
}

func parsed(t time.Time, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return t.UTC(), nil
}

// instant reads a timestamp: without zone it is UTC, with one it ends with UTC, an offset or a place.
func instant(s string) (time.Time, error) {
	day, rest, ok := strings.Cut(s, " ")
	if !ok {
		return time.Time{}, fmt.Errorf("%.100q is not a timestamp", s)
	}
	clock, zone, ok := strings.Cut(rest, " ")
	if !ok {
		return time.Parse(wall, s)
	}
	if strings.HasPrefix(zone, "+") || strings.HasPrefix(zone, "-") {
		return time.Parse(wall+" -07:00", s)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return time.Time{}, fmt.Errorf("%.100q has no zone that is known", s)
	}
	return time.ParseInLocation(wall, day+" "+clock, loc)
}
