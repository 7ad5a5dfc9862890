package finding

import (
	"context"
	"fmt"
	"testing"

	"trailscribe/internal/query"
	"trailscribe/internal/result"
)

// Copies that differ have one key, and their rows are exceptions like all others, each with an id of its own.
func TestJudgeConflicts(t *testing.T) {
	shown := []result.Column{{Name: "account_id", Kind: result.Text}, {Name: "eventid", Kind: result.Text}, {Name: "actor", Kind: result.Text}}
	byEvent := &query.Query{ID: "a/b", Kind: query.KindException, Key: []string{"account_id", "eventid"}}
	byActor := &query.Query{ID: "a/b", Kind: query.KindException, Key: []string{"actor"}}
	r := func(account, event, actor any) result.Row { return result.Row{account, event, actor} }
	known := func(partial bool, events ...string) *Conflicts {
		c := NewConflicts(partial)
		for i := 0; i < len(events); i += 2 {
			c.Add(events[i], events[i+1])
		}
		return c
	}
	for _, c := range []struct {
		name      string
		q         *query.Query
		cols      []result.Column
		rows      []result.Row
		conflicts *Conflicts
		want      Outcome
		repeated  int64
		plain     []bool // whether the id of each row is that of its key
	}{
		{"both copies match", byEvent, shown, []result.Row{r("1", "e", "x"), r("1", "e", "y"), r("1", "f", "x")}, known(false, "1", "e"),
			Exceptions, 0, []bool{false, false, true}},
		{"one copy matches", byEvent, shown, []result.Row{r("1", "e", "x"), r("1", "f", "x")}, known(false, "1", "e"), Exceptions, 0,
			[]bool{true, true}},
		{"they differ in what is not shown", byEvent, shown, []result.Row{r("1", "e", "x"), r("1", "e", "x"), r("1", "e", "x")},
			known(false, "1", "e"), Exceptions, 0, []bool{false, false, false}},
		{"another event repeats", byEvent, shown, []result.Row{r("1", "e", "x"), r("1", "e", "y")}, known(false, "1", "f"), NotEvaluated, 1, nil},
		{"the event of another account", byEvent, shown, []result.Row{r("1", "e", "x"), r("1", "e", "y")}, known(false, "2", "e"), NotEvaluated,
			1, nil},
		{"nothing differs", byEvent, shown, []result.Row{r("1", "e", "x"), r("1", "e", "y"), r("1", "e", "z")}, nil, NotEvaluated, 2, nil},
		{"not all are listed", byEvent, shown, []result.Row{r("1", "e", "x"), r("1", "e", "y")}, known(true, "1", "f"), Exceptions, 0,
			[]bool{false, false}},
		{"no account is known", byEvent, shown, []result.Row{r(nil, "e", "x"), r(nil, "e", "y")}, known(false, "", "e"), Exceptions, 0,
			[]bool{false, false}},
		{"one key for events of different ids", byActor, shown, []result.Row{r("1", "e", "x"), r("1", "f", "x")},
			known(false, "1", "e", "1", "f"), NotEvaluated, 1, nil},
		{"one key for one event", byActor, shown, []result.Row{r("1", "e", "x"), r("1", "e", "x"), r("1", "f", "y")}, known(false, "1", "e"),
			Exceptions, 0, []bool{false, false, true}},
		{"the event is not shown", byActor, shown[2:], []result.Row{{"x"}, {"x"}, {"y"}}, known(false, "1", "e"), Exceptions, 0,
			[]bool{false, false, true}},
		{"the event is not shown, nothing differs", byActor, shown[2:], []result.Row{{"x"}, {"x"}}, nil, NotEvaluated, 1, nil},
		{"the account is not shown", &query.Query{ID: "a/b", Kind: query.KindException, Key: []string{"eventid"}}, shown[1:],
			[]result.Row{{"e", "x"}, {"e", "y"}}, known(false, "1", "e"), Exceptions, 0, []bool{false, false}},
		{"events without an id", byEvent, shown, []result.Row{r("1", nil, "x"), r("1", nil, "y"), r("1", "", "x"), r("1", nil, "x")}, nil,
			Exceptions, 0, []bool{false, false, false, false}},
		{"events without an id next to others", byEvent, shown, []result.Row{r("1", nil, "x"), r("1", "e", "x"), r("1", "e", "y")},
			known(false, "1", "e"), Exceptions, 0, []bool{false, false, false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ids := map[string]int{}
			judge := func(rows []result.Row) (v Verdict, kept []Exception) {
				v, err := Judge(context.Background(), c.q, result.Of(c.cols, rows), Context{Conflicts: c.conflicts}, func(e Exception) error {
					kept = append(kept, e)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				return v, kept
			}
			v, kept := judge(c.rows)
			if v.Outcome != c.want || v.Duplicates != c.repeated || v.Rows != int64(len(c.rows)) {
				t.Fatalf("%+v", v)
			}
			if c.want == NotEvaluated {
				if v.Reason != ReasonRepeatedKey {
					t.Errorf("reason %q", v.Reason)
				}
				return
			}
			if v.Open != int64(len(c.rows)) || len(kept) != len(c.rows) {
				t.Fatalf("%d of %d rows are open exceptions", v.Open, len(c.rows))
			}
			for i, e := range kept {
				if ids[e.ID]++; ids[e.ID] > 1 {
					t.Errorf("row %d has the id of another", i)
				}
				if plain := e.ID == ID(c.q, c.cols, c.rows[i]); plain != c.plain[i] {
					t.Errorf("row %d: known by its key: %t, want %t", i, plain, c.plain[i])
				}
			}
			// The ids do not hang on the order of the rows.
			var back []result.Row
			for i := range c.rows {
				back = append(back, c.rows[len(c.rows)-1-i])
			}
			_, again := judge(back)
			for _, e := range again {
				ids[e.ID]--
			}
			for id, n := range ids {
				if n != 0 {
					t.Errorf("%s is an id in one order of the rows only", id)
				}
			}
		})
	}
}

// The ids are written down: a change would orphan every waiver and review.
func TestIDOfACopyIsStable(t *testing.T) {
	shown := []result.Column{{Name: "account_id", Kind: result.Text}, {Name: "eventid", Kind: result.Text}, {Name: "actor", Kind: result.Text}}
	q := &query.Query{ID: "a/b", Kind: query.KindException, Key: []string{"account_id", "eventid"}}
	c := NewConflicts(false)
	c.Add("1", "e")
	var got []string
	rows := []result.Row{{"1", "e", "x"}, {"1", "e", "x"}, {"1", "e", "y"}, {"1", "f", "x"}}
	if _, err := Judge(context.Background(), q, result.Of(shown, rows), Context{Conflicts: c}, func(e Exception) error {
		got = append(got, e.ID)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := "[0c686319580283d5 8619e59a7e3069e4 2b8dc77627a7a531 106e595412fccebf]"; fmt.Sprint(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRowsOfConflicts(t *testing.T) {
	text := func(names ...string) (cols []result.Column) {
		for _, n := range names {
			cols = append(cols, result.Column{Name: n, Kind: result.Text})
		}
		return cols
	}
	c := NewConflicts(false)
	c.Add("1", "e")
	c.Add("", "g")
	for _, x := range []struct {
		cols []result.Column
		row  result.Row
		want bool
	}{
		{text("eventid", "account_id"), result.Row{"e", "1"}, true},
		{text("eventid", "account_id"), result.Row{"e", "2"}, false},
		{text("eventid", "account_id"), result.Row{"g", nil}, true},
		{text("eventid", "account_id"), result.Row{nil, "1"}, false},
		{text("EventID"), result.Row{"e"}, true},
		{text("eventid"), result.Row{"f"}, false},
	} {
		if got := c.Rows(x.cols)(x.row); got != x.want {
			t.Errorf("%v %v: %t", x.cols, x.row, got)
		}
	}
	if c.Rows(text("actor")) != nil || NewConflicts(true).Rows(text("eventid")) != nil || (*Conflicts)(nil).Rows(text("eventid")) != nil {
		t.Error("a row without an event id, or without any event whose copies differ, is looked at")
	}
}
