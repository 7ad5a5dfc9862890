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
	b, err := d.Select(Staged, Base{Day: "day"}, s)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range b.Columns() {
		got = append(got, c.Name)
	}
	if want := append(outputs(t, d), Part); !slices.Equal(got, want) {
		t.Errorf("columns %q", got)
	}
	text := b.Text(sql.Trino, nil)
	for _, want := range []string{
		"day BETWEEN '2026/09/01' AND '2026/11/02'", "day >= '2026/10/01'", "day <= '2026/10/02'",
		"event_time >= TIMESTAMP '2026-09-01 00:00:00.000'", "PARTITION BY h_part, account_id, eventid", "h_part AS part",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text has no %s", want)
		}
	}
	if strings.Contains(text, "PARTITION BY account_id, eventid") {
		t.Error("copies are still looked for over both parts together")
	}
	// Without history there is none, and nothing more is read.
	b, err = d.Select(Staged, Base{}, october())
	if err != nil {
		t.Fatal(err)
	}
	if text = strings.Join(strings.Fields(b.Text(sql.Trino, nil)), " "); !strings.Contains(text, "event_time >= TIMESTAMP '2026-10-01 00:00:00.000' AND event_time < TIMESTAMP '2026-10-01 00:00:00.000'") {
		t.Error("the history is not empty")
	}
}

// A library may write the relation in its own way: only staging is then refused.
func TestStagedOtherwise(t *testing.T) {
	d, bad := load(t, func(name, text string) string {
		return strings.ReplaceAll(text, "\n  copies\nFROM l", "\n  copies AS copies\nFROM l")
	})
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	if _, err := d.Select(Staged, Base{}, october()); err == nil || !strings.Contains(err.Error(), "cannot be staged") {
		t.Error(err)
	}
	if _, err := d.Select(Events, Base{}, october()); err != nil {
		t.Error(err)
	}
}
