package main

import (
	"strconv"
	"time"

	"trailscribe/internal/config"
)

// asOf is the one clock in every file: --as-of, else SOURCE_DATE_EPOCH; zero where neither is given: then it is the end of the
// period.
func asOf(set config.Settings) (time.Time, error) {
	x := set.Get(config.AsOf)
	if !x.IsSet() {
		return time.Time{}, nil
	}
	if x.Origin != originFlag {
		return parseEpoch(x.Value)
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, x.Value); err == nil && printable(t) {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usage("write --as-of 2026-11-02T07:00:00Z", "--as-of %q is not a time from 1970 to 9999", x.Value)
}

// parseEpoch reads SOURCE_DATE_EPOCH.
func parseEpoch(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > 1<<40 || !printable(time.Unix(n, 0)) {
		return time.Time{}, usage("it is the seconds since 1970, as reproducible-builds.org defines it",
			"SOURCE_DATE_EPOCH %q is not a time from 1970 to 9999", text)
	}
	return time.Unix(n, 0).UTC(), nil
}

// printable reports whether a time can be printed in every file of a report, in whatever zone: from the beginning of SOURCE_DATE_EPOCH
// to the last year of four digits, which JSON and PDF have.
func printable(t time.Time) bool {
	return t.Unix() >= 0 && t.Before(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC))
}
