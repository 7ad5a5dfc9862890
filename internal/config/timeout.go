package config

import (
	"fmt"
	"time"
)

// patternTimeout is what a length of time looks like: 10m, 90s, 1h30m.
const patternTimeout = `([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,5}s)?`

// mostSettle is the longest that log files may be waited for.
const mostSettle = 7 * 24 * time.Hour

// A statement may run for so long: no less than a second, because nothing useful is done in less, and no more than a day.
const (
	leastTimeout = time.Second
	mostTimeout  = 24 * time.Hour
)

// MostAthena is the longest that Athena runs a statement: 30 minutes, unless the account's quota was raised, and then no longer
// than this. Source: "Service Quotas" of the Athena user guide, DML query timeout.
const MostAthena = 4 * time.Hour

// ParseTimeout reads how long a statement may run: 10m, 90s, 1h30m.
func ParseTimeout(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a length of time", text)
	}
	if d < leastTimeout || d > mostTimeout {
		return 0, fmt.Errorf("%q is not between 1s and 24h", text)
	}
	return d, nil
}

// ParseSettle reads how long after its end a period's log files may still arrive: 30m, 1h, 2h30m, or 0s.
func ParseSettle(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a length of time", text)
	}
	if d < 0 || d > mostSettle {
		return 0, fmt.Errorf("%q is not between 0s and 168h", text)
	}
	return d, nil
}
