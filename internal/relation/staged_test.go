package relation

import (
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/sql"
)

func TestStaged(t *testing.T) {
	d, bad := load(t, asBuilt)
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	s := october()
	s.HistoryDays = 30
	b, err := d.Select(Staged, s, false)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range b.Columns() {
		got = append(got, c.Name)
	}
	if want := append(outputs(t, d), Part, Conflict); !slices.Equal(got, want) {
		t.Errorf("columns %q", got)
	}
	text := b.Text(sql.Trino, nil)
	for _, want := range []string{
		"OR day BETWEEN '2026/09/01' AND '2026/11/02'", "day IS NULL OR day BETWEEN '2026/10/01' AND '2026/11/02'",
		"day IS NULL OR day BETWEEN '2026/09/01' AND '2026/10/02'",
		"event_time >= TIMESTAMP '2026-09-01 00:00:00.000'", "h_part AS part", "|| ' ' || eventid END AS conflict",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text has no %s", want)
		}
	}
	// Copies are removed within a part, and compared over all that was read.
	if n := strings.Count(text, "PARTITION BY account_id, eventid, h_content, h_part"); n != 2 {
		t.Errorf("copies are looked for in %d places", n)
	}
	if n := strings.Count(text, "h_content) OVER (PARTITION BY account_id, eventid)"); n != 2 {
		t.Errorf("contents are compared in %d places", n)
	}
	// Without history there is none, and nothing more is read.
	b, err = d.Select(Staged, october(), true)
	if err != nil {
		t.Fatal(err)
	}
	if text = strings.Join(strings.Fields(b.Text(sql.Trino, nil)), " "); !strings.Contains(text,
		"event_time >= TIMESTAMP '2026-10-01 00:00:00.000' AND event_time < TIMESTAMP '2026-10-01 00:00:00.000'") {
		t.Error("the history is not empty")
	}
}

// What a library does not say cannot be staged, and the error says what is missing. Events can still be asked for.
func TestNotStaged(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{":staged", "false", "no parameter :staged"},
		{"CASE WHEN :staged THEN h_part END AS part", "1 AS other", "no column part"},
		{"END END AS conflict", "END END AS differs", "no column conflict"},
	} {
		d, bad := load(t, func(_, text string) string { return strings.ReplaceAll(text, c.old, c.new) })
		if bad.Err() != nil {
			t.Fatal(bad)
		}
		if _, err := d.Select(Staged, october(), true); err == nil || !strings.Contains(err.Error(), c.want) ||
			!strings.Contains(err.Error(), "templates/sql/events.sql") {
			t.Errorf("%s: %v", c.old, err)
		}
		if _, err := d.Select(Events, october(), true); err != nil {
			t.Error(err)
		}
	}
}

func TestConflictOf(t *testing.T) {
	if content, id := ConflictOf("00FF an id"); content != "00FF" || id != "an id" {
		t.Errorf("%q %q", content, id)
	}
}
