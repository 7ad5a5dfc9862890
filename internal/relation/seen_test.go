package relation

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/sql"
)

func TestSources(t *testing.T) {
	long := october()
	long.HistoryDays = 90
	cols := []string{"eventid", "event_time", "log_file"}
	for _, c := range []struct {
		name            string
		view            View
		rows            Rows
		events, history string // "": it has none
	}{
		{"a period alone", View{Scope: october()}, Rows{From: "t"}, "t", ""},
		{"everything is the table itself", View{Scope: long}, Rows{From: "t", Columns: cols, More: []string{"more"}}, "t", "t"},
		{"all of the history", View{Scope: long, HistoryDays: 90}, Rows{From: "t"}, "t", "t"},
		{"a longer history than there is", View{Scope: long, HistoryDays: 400}, Rows{From: "t"}, "t", "t"},
		{"its own length of history", View{Scope: long, HistoryDays: 30}, Rows{From: "t", Columns: cols}, "t",
			`(SELECT "eventid", "event_time", "log_file" FROM t WHERE "event_time" >= TIMESTAMP '2026-09-01 00:00:00.000')`},
		{"its own log files", View{Scope: october(), LogFiles: "a'ü/"}, Rows{From: "t", Columns: cols},
			`(SELECT "eventid", "event_time", substr("log_file", 5) AS "log_file" FROM t WHERE starts_with("log_file", 'a''ü/'))`, ""},
		{"conditions and columns of the engine", View{Scope: october(), LogFiles: "a"},
			Rows{From: "(SELECT 1)", Columns: cols[:1], Where: []string{"part = 'events'"}, More: []string{"more"}},
			`(SELECT "eventid", "more" FROM (SELECT 1) WHERE part = 'events' AND starts_with("log_file", 'a'))`, ""},
	} {
		for _, d := range []sql.Dialect{sql.Trino, sql.DuckDB} {
			got, err := c.view.Sources(d, func(string) (Rows, error) { return c.rows, nil })
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if got[Events] != c.events || got[History] != c.history {
				t.Errorf("%s: events is\n%s\nhistory is\n%s\nwant\n%s\n%s", c.name, got[Events], got[History], c.events, c.history)
			}
		}
	}
}

// All columns of the relation are there where an engine does not say which it has.
func TestSourcesOfAllColumns(t *testing.T) {
	got, err := View{Scope: october(), LogFiles: "a"}.Sources(sql.Trino, func(string) (Rows, error) { return Rows{From: "t"}, nil })
	// one between each two columns, and those of substr and starts_with
	if err != nil || strings.Count(got[Events], ", ") != len(Columns())+1 {
		t.Errorf("%v, %s", err, got[Events])
	}
}

func TestSourcesRefuse(t *testing.T) {
	broken := errors.New("no table")
	if _, err := (View{Scope: october()}).Sources(sql.Trino, func(string) (Rows, error) { return Rows{}, broken }); !errors.Is(err, broken) {
		t.Errorf("the error of the engine became %v", err)
	}
	rows := func(string) (Rows, error) { return Rows{From: "t"}, nil }
	for _, prefix := range []string{"a\x00", "a\xff"} {
		if _, err := (View{Scope: october(), LogFiles: prefix}).Sources(sql.DuckDB, rows); err == nil {
			t.Errorf("log files of %q can be asked for", prefix)
		}
	}
	s := october()
	s.HistoryDays, s.Values = 90, sql.Values{"zone": "Nowhere/Land"}
	if _, err := (View{Scope: s, HistoryDays: 30}).Sources(sql.Trino, rows); err == nil || !strings.Contains(err.Error(), "Nowhere/Land") {
		t.Errorf("the error of the time zone became %v", err)
	}
}

func TestStored(t *testing.T) {
	read := map[string][]string{Events: {"eventname", "eventid"}, History: {"actor"}}
	for _, c := range []struct {
		relations []string
		want      []string
	}{
		{[]string{Events}, []string{"eventid", "eventname", "log_file"}},
		{[]string{Events, History}, []string{"actor", "eventid", "eventname", "log_file"}},
	} {
		got, err := Stored(read, []string{"log_file"}, c.relations...)
		inOrder := slices.Clone(got)
		slices.Sort(inOrder)
		if err != nil || !slices.Equal(inOrder, c.want) {
			t.Errorf("%v are stored as %v, %v; want %v", c.relations, got, err, c.want)
		}
	}
	if all, err := Stored(nil, nil, Events); err != nil || len(all) != len(Columns()) {
		t.Errorf("%d columns, %v; want all %d", len(all), err, len(Columns()))
	}
	if _, err := Stored(map[string][]string{History: {"nothing"}}, nil, Events, History); err == nil ||
		!strings.Contains(err.Error(), `history has no column "nothing"`) {
		t.Errorf("an unknown column is %v", err)
	}
}

func TestDays(t *testing.T) {
	s := october()
	first, last, err := s.Days()
	if err != nil || first.Format("01/02") != "10/01" || last.Format("01/02") != "11/02" {
		t.Errorf("%v %v %v", first, last, err)
	}
	s.HistoryDays = 10
	if first, _, _ = s.Days(); first.Format("01/02") != "09/21" {
		t.Errorf("with a history of ten days from %v", first)
	}
}
