package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/config"
	"trailscribe/internal/source/dir"
)

// whereLogsAre says what to do where no record is in the scope of a question: of a folder whose keys tell the day of delivery, which
// days it has.
func (p *program) whereLogsAre(ctx context.Context, set config.Settings) string {
	const check = "check --source, --period, --accounts and --regions"
	folder := set.Text(config.Source)
	if name, err := engineOf(set); err != nil || name != "duckdb" || folder == "" || strings.HasPrefix(folder, "s3://") {
		return check
	}
	src, err := dir.New(dir.Options{Root: p.at(folder), Name: folder, Made: made})
	if err != nil {
		return check
	}
	var first, last time.Time
	files := 0
	for o, err := range src.List(ctx, "") {
		if err != nil {
			return check
		}
		k := cloudtrail.ParseKey(o.Key)
		files++
		if !k.IsLog() || k.Day.IsZero() {
			continue
		}
		if first.IsZero() || k.Day.Before(first) {
			first = k.Day
		}
		if k.Day.After(last) {
			last = k.Day
		}
	}
	switch {
	case files == 0:
		return fmt.Sprintf("the folder %s is empty; name another with --source", folder)
	case first.IsZero():
		return check + "; 'trailscribe logs stats' says which days there are"
	}
	return fmt.Sprintf("the log files of %s were delivered from %s to %s; try --period %s", folder, first.Format(time.DateOnly),
		last.Format(time.DateOnly), last.Format("2006-01"))
}
