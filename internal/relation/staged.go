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
	bounded, tail, ok2 := strings.Cut(rest, "\n), numbered AS (")
	_, within, ok3 := strings.Cut(bounded, "\n  SELECT *\n  FROM dated\n  WHERE ")
	if !ok || !ok2 || !ok3 || strings.Count(tail, numbered) != 2 || strings.Count(tail, "\n  copies\nFROM l") != 1 {
		return "", fmt.Errorf("the queries bounded and numbered, and the column copies at the end, must stand there as they are built in: staging marks the records that they leave out")
	}
	tail = strings.NewReplacer(
		numbered, "CASE WHEN h_part <> '' AND eventid <> ''",
		identity, strings.Replace(identity, "BY ", "BY h_part, ", 1),
		"\n  copies\nFROM l", "\n  copies,\n  h_part AS "+Part+"\nFROM l",
	).Replace(tail)
	before := strings.NewReplacer(":period_from", ":history_from", ":period_to", ":period_from", ":eventtime_from", ":history_eventtime_from", ":eventtime_to", ":history_eventtime_to").Replace(within)
	return head + opening + fmt.Sprintf(marked, within, before) + "\n), numbered AS (" + tail, nil
}

const numbered = "CASE WHEN eventid <> ''"

// marked stands for bounded: its conditions, once for each part, and each part's own delivery days. A day is never NULL in
// a table that is laid by days.
const marked = `
  SELECT *,
    CASE
      WHEN (%s) AND (day IS NULL OR day >= :events_day_from) THEN 'events'
      WHEN (%s) AND (day IS NULL OR day <= :history_day_to) THEN 'history'
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
