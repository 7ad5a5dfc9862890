package relation

import (
	"fmt"
	"strings"

	"trailscribe/internal/diag"
	"trailscribe/internal/sql"
)

// Staged is the relation that an engine makes once where each reading of the log files costs money: every record that was
// read, with the columns of events and one more, part. The rows of a part are those of the relation of that name, copies
// removed. Rows without a part are the records that belong to neither, so that they can be counted without reading again.
const (
	Staged = "staged"
	Part   = "part"
)

// stagedText is events.sql with one difference: records outside events are marked instead of left out.
func stagedText(text string) (string, error) {
	head, rest, ok := strings.Cut(text, "\n), bounded AS (")
	if !ok {
		head, rest, ok = strings.Cut(text, "\n, bounded AS (")
	}
	opening := text[len(head) : len(text)-len(rest)]
	_, tail, ok2 := strings.Cut(rest, "\n), numbered AS (")
	if !ok || !ok2 || strings.Count(tail, numbered) != 2 || strings.Count(tail, "\n  copies\nFROM l") != 1 {
		return "", fmt.Errorf("the queries bounded and numbered, and the column copies at the end, must stand there as they are built in: staging marks the records that they leave out")
	}
	tail = strings.NewReplacer(
		numbered, "CASE WHEN h_part <> '' AND eventid <> ''",
		identity, strings.Replace(identity, "BY ", "BY h_part, ", 1),
		"\n  copies\nFROM l", "\n  copies,\n  h_part AS "+Part+"\nFROM l",
	).Replace(tail)
	return head + opening + marked + "\n), numbered AS (" + tail, nil
}

const numbered = "CASE WHEN eventid <> ''"

// marked stands for bounded: the same conditions, once for each part. A day is never NULL in a table that is laid by days.
const marked = `
  SELECT *,
    CASE
      WHEN NOT (h_category = 'management' OR h_category LIKE 'data:%') THEN NULL
      WHEN cardinality(:accounts) > 0 AND NOT coalesce(contains(:accounts, account_id), false) THEN NULL
      WHEN cardinality(:regions) > 0 AND NOT coalesce(contains(:regions, awsregion), false) THEN NULL
      WHEN event_time >= :period_from AND event_time < :period_to AND (day IS NULL OR day >= :events_day_from) THEN 'events'
      WHEN event_time >= :history_from AND event_time < :period_from AND (day IS NULL OR day <= :history_day_to) THEN 'history'
    END AS h_part
  FROM dated`

// checkStaged checks the statement that stagedText makes of the first file.
func checkStaged(p part) (*sql.Checked, diag.Problems) {
	at := diag.Pos{File: p.file}
	text, err := stagedText(p.text)
	if err != nil {
		return nil, diag.Problems{{At: at, Text: err.Error()}}
	}
	parsed, bad := sql.Parse(text, func(int) diag.Pos { return at })
	if bad.Err() != nil {
		return nil, bad
	}
	return parsed.Check(sql.Catalog{Records: RecordColumns()}, types())
}
