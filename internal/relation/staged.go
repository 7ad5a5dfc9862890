package relation

import (
	"fmt"
	"strings"

	"trailscribe/internal/diag"
	"trailscribe/internal/sql"
)

// Staged is the relation that an engine makes once where each reading of the log files costs money: every record that was
// read, with the columns of events and two more. Part is the name of the relation whose row it is, copies removed; without a
// part are the records that belong to neither, so that they can be counted without reading again. Conflict is NULL but where
// copies of the event differ; there it says which, see ConflictOf.
const (
	Staged   = "staged"
	Part     = "part"
	Conflict = "conflict"
)

// ConflictOf takes a value of the column Conflict apart: the digest of what the record says, and the id of its event.
func ConflictOf(value string) (content, eventID string) {
	content, eventID, _ = strings.Cut(value, " ")
	return content, eventID
}

// stagedText is events.sql with one difference: records outside events are marked instead of left out.
func stagedText(text string) (string, error) {
	head, rest, ok := strings.Cut(text, "\n), bounded AS (")
	if !ok {
		head, rest, ok = strings.Cut(text, "\n, bounded AS (")
	}
	opening := text[len(head) : len(text)-len(rest)]
	bounded, tail, ok2 := strings.Cut(rest, "\n), numbered AS (")
	_, within, ok3 := strings.Cut(bounded, "\n  SELECT *\n  FROM compared\n  WHERE ")
	if !ok || !ok2 || !ok3 || strings.Count(tail, numbered) != 2 || strings.Count(tail, ending) != 1 {
		return "", fmt.Errorf("the queries bounded and numbered, and the column copies_differ at the end, must stand there as they are built in: staging marks the records that they leave out")
	}
	tail = strings.NewReplacer(
		numbered, "CASE WHEN h_part <> '' AND eventid <> ''",
		identity, strings.Replace(identity, "BY ", "BY h_part, ", 1),
		ending, "\n  copies_differ,\n  h_part AS "+Part+",\n  CASE WHEN copies_differ THEN to_hex(h_content) || ' ' || eventid END AS "+Conflict+"\nFROM l",
	).Replace(tail)
	before := strings.NewReplacer(":period_from", ":history_from", ":period_to", ":period_from", ":eventtime_from", ":history_eventtime_from",
		":eventtime_to", ":history_eventtime_to", ":day_from", ":history_day_from", ":day_to", ":history_day_to").Replace(within)
	return head + opening + fmt.Sprintf(marked, within, before) + "\n), numbered AS (" + tail, nil
}

const (
	numbered = "CASE WHEN eventid <> ''"
	ending   = "\n  copies_differ\nFROM l"
)

// marked stands for bounded: its conditions, once for each part.
const marked = `
  SELECT *,
    CASE
      WHEN (%s) THEN 'events'
      WHEN (%s) THEN 'history'
    END AS h_part
  FROM compared`

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
