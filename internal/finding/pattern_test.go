package finding

import (
	"context"
	"fmt"
	"testing"
	"time"

	"trailscribe/internal/query"
	"trailscribe/internal/result"
)

var patternColumns = []result.Column{
	{Name: "event_time", Kind: result.Instant}, {Name: "account_id", Kind: result.Text}, {Name: "eventid", Kind: result.Text},
	{Name: "actor", Kind: result.Text}, {Name: "reason", Kind: result.Text},
}

func patterns(t *testing.T, q *query.Query, cols []result.Column, rows ...result.Row) (ids []string) {
	t.Helper()
	if _, err := Judge(context.Background(), q, result.Of(cols, rows), Context{}, func(e Exception) error {
		ids = append(ids, e.Pattern)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return ids
}

// The ids are written down: a change would make every recurring exception a new one.
func TestPatternIsStable(t *testing.T) {
	at := time.Date(2026, 10, 2, 7, 0, 0, 0, time.UTC)
	q := &query.Query{ID: "a/b", Kind: query.KindException, Key: []string{"account_id", "eventid"}, Recurs: []string{"account_id", "actor"}}
	got := patterns(t, q, patternColumns,
		result.Row{at, "1", "e", "amy", "x"}, result.Row{at.AddDate(0, 1, 0), "1", "f", "amy", "y"}, // the same thing in another month
		result.Row{at, "1", "g", "bob", "x"}, result.Row{at, "2", "h", "amy", "x"}, result.Row{at, "1", "i", nil, "x"})
	if want := "[6647dc58823854ce 6647dc58823854ce c9b7dc081288592a 71660781fea23509 302485d486879782]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	seen := map[string]int{}
	for _, id := range got {
		seen[id]++
	}
	if got[0] != got[1] || len(seen) != 4 {
		t.Errorf("%v", got)
	}
	// Neither the order in the file nor that of the columns changes it, and another query has another.
	permuted := *q
	permuted.Recurs = []string{"actor", "account_id", "actor"}
	cols := []result.Column{patternColumns[3], patternColumns[2], patternColumns[1]}
	if other := patterns(t, &permuted, cols, result.Row{"amy", "z", "1"}); other[0] != got[0] {
		t.Errorf("%v, want %s", other, got[0])
	}
	permuted.ID = "a/c"
	if other := patterns(t, &permuted, cols, result.Row{"amy", "z", "1"}); other[0] == got[0] {
		t.Error("two queries have one pattern")
	}
}

func TestPatternsOfOtherQueries(t *testing.T) {
	row := result.Row{time.Time{}, "1", "e", "amy", "x"}
	byKey := &query.Query{ID: "a/b", Kind: query.KindException, Key: []string{"account_id", "actor"}}
	if got := patterns(t, byKey, patternColumns, row); got[0] == "" || got[0] == ID(byKey, patternColumns, row) {
		t.Errorf("by its key: %v", got)
	}
	byEvent := &query.Query{ID: "a/b", Kind: query.KindException, Key: []string{"account_id", "eventid"}}
	if got := patterns(t, byEvent, patternColumns, row); got[0] != "" {
		t.Errorf("a query that does not say what recurs: %v", got)
	}
	// Values that look like each other over two cells are not the same.
	two := &query.Query{ID: "a/b", Kind: query.KindException, Key: []string{"eventid"}, Recurs: []string{"actor", "reason"}}
	got := patterns(t, two, patternColumns, result.Row{nil, "1", "e", "a\nb", "c"}, result.Row{nil, "1", "f", "a", "b\nc"})
	if got[0] == got[1] {
		t.Errorf("%v", got)
	}
	missing := &query.Query{ID: "a/b", Kind: query.KindException, Key: []string{"eventid"}, Recurs: []string{"nothing"}}
	if _, err := Judge(context.Background(), missing, result.Of(patternColumns, []result.Row{row}), Context{},
		func(Exception) error { return nil }); err == nil {
		t.Error("a column that is not there was accepted")
	}
}
