package finding

import (
	"context"
	"encoding/hex"
	"errors"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/query"
	"trailscribe/internal/result"
)

var (
	cols = []result.Column{{Name: "event_time", Kind: result.Instant}, {Name: "account_id", Kind: result.Text}, {Name: "n", Kind: result.Int}}
	root = &query.Query{ID: "root/console-login", Kind: query.KindException, Key: []string{"account_id", "n"}}
)

func row(account any, n any) result.Row {
	return result.Row{time.Date(2026, 10, 2, 7, 14, 36, 0, time.UTC), account, n}
}

// ID is the id of an exception by the query's key, "" where the key is not in cols.
func ID(q *query.Query, cols []result.Column, r result.Row) string {
	k, err := newKeyer(q, cols)
	if err != nil {
		return ""
	}
	id, err := k.id(r)
	if err != nil {
		return ""
	}
	return hex.EncodeToString(id[:])
}

// Calls that did not succeed are counted apart, and a row that could not be decided is not an exception, and not a pass.
func TestAttemptsAndUndecided(t *testing.T) {
	columns := append([]result.Column{{Name: "outcome", Kind: result.Text}, {Name: "unknown", Kind: result.Bool}}, cols...)
	q := &query.Query{ID: "a/b", Kind: query.KindException, Key: []string{"n"}, Undecided: query.Undecided{Column: "unknown"}}
	of := func(n int64, outcome, unknown any) result.Row {
		return append(result.Row{outcome, unknown}, row("111122223333", n)...)
	}
	for name, c := range map[string]struct {
		rows     []result.Row
		want     Verdict
		only     bool
		statuses string
	}{
		"all refused": {[]result.Row{of(1, "denied", nil), of(2, "failed", false)}, Verdict{Outcome: Exceptions, Rows: 2, Open: 2,
			Attempts: 2}, true, "open open"},
		"one succeeded": {[]result.Row{of(1, "denied", nil), of(2, "success", false)}, Verdict{Outcome: Exceptions, Rows: 2, Open: 2,
			Attempts: 1}, false, "open open"},
		"outcome unknown": {[]result.Row{of(1, nil, nil)}, Verdict{Outcome: Exceptions, Rows: 1, Open: 1}, false, "open"},
		"one undecided": {[]result.Row{of(1, "denied", true), of(2, "success", false)}, Verdict{Outcome: Exceptions, Rows: 2, Open: 1,
			Undecided: 1}, false, "undecided open"},
		"all undecided": {[]result.Row{of(1, "success", true)}, Verdict{Outcome: NotEvaluated, Reason: ReasonUndecided, Rows: 1, Undecided: 1},
			false, "undecided"},
		"nothing": {nil, Verdict{Outcome: Clear}, false, ""},
	} {
		var statuses []string
		got, err := Judge(t.Context(), q, result.Of(columns, c.rows), Context{},
			func(e Exception) error { statuses = append(statuses, e.Status); return nil })
		if err != nil || !reflect.DeepEqual(got, c.want) || got.OnlyAttempts() != c.only || strings.Join(statuses, " ") != c.statuses {
			t.Errorf("%s: %+v %v %v, want %+v", name, got, statuses, err, c.want)
		}
	}
	if query.Critical.Attempted() != query.High || query.Low.Attempted() != query.Low || query.Info.Attempted() != query.Info {
		t.Error("the severity of attempts")
	}
}

// The ids are written down: a change would orphan every waiver and review.
func TestIDIsStable(t *testing.T) {
	for _, c := range []struct {
		q    *query.Query
		row  result.Row
		want string
	}{
		{root, row("111122223333", int64(1)), "4946dfdb38d242b1"},
		{root, row("111122223333", nil), "d8911d0f09032638"},
		{&query.Query{ID: "root/any", Key: root.Key}, row("111122223333", int64(1)), "634da08a89d1533e"},
		{&query.Query{ID: "root/any"}, row("111122223333", int64(1)), "6c71b46db3ef08d2"},
	} {
		if got := ID(c.q, cols, c.row); got != c.want {
			t.Errorf("ID(%s, %v) = %s, want %s", c.q.ID, c.row, got, c.want)
		}
	}
	same := row("111122223333", int64(1))
	same[0] = nil // not part of the key
	if ID(root, cols, same) != ID(root, cols, row("111122223333", int64(1))) {
		t.Error("a cell outside the key changed the id")
	}
	if ID(root, cols[:1], same[:1]) != "" || ID(root, cols, row(7, nil)) != "" {
		t.Error("a row without its key has an id")
	}
}

func TestIDKeepsPartsApart(t *testing.T) {
	two := []result.Column{{Name: "a", Kind: result.Text}, {Name: "b", Kind: result.Text}}
	q := &query.Query{ID: "q/q"}
	seen := map[string]result.Row{}
	for _, r := range []result.Row{{"ab", ""}, {"a", "b"}, {"", "ab"}, {nil, "ab"}, {"null", "ab"}, {"a\n", "b"}, {"a", "\nb"}, {"\xff", ""},
		{"\ufffd", ""}} {
		id := ID(q, two, r)
		if other, ok := seen[id]; ok {
			t.Errorf("%q and %q have the same id", r, other)
		}
		seen[id] = r
	}
}

type waivers map[string]string

func (w waivers) Match(_ *query.Query, _ []result.Column, r result.Row, at time.Time) (string, bool) {
	id, ok := w[r[1].(string)]
	return id, ok && !at.IsZero()
}

type before []string

func (b before) Had(id string) bool {
	for _, x := range b {
		if x == id {
			return true
		}
	}
	return false
}

type saved struct{ before }

func (s saved) Exceptions(string) iter.Seq2[Exception, error] {
	return func(yield func(Exception, error) bool) {
		for _, id := range s.before {
			if !yield(Exception{ID: id}, nil) {
				return
			}
		}
	}
}

func TestJudge(t *testing.T) {
	a1, a2, b1 := row("a", int64(1)), row("a", int64(2)), row("b", int64(1))
	evidence := &query.Query{ID: "e/e", Kind: query.KindEvidence}
	waived := Context{Waivers: waivers{"a": "W-1"}, At: time.Unix(1, 0)}
	id := func(r result.Row) string { return ID(root, cols, r) }
	for _, c := range []struct {
		name  string
		q     *query.Query
		rows  []result.Row
		in    Context
		want  Verdict
		kept  int
		first Exception
	}{
		{"no rows", root, nil, Context{}, Verdict{Outcome: Clear}, 0, Exception{}},
		{"open", root, []result.Row{a1, b1}, Context{}, Verdict{Outcome: Exceptions, Rows: 2, Open: 2}, 2,
			Exception{ID: id(a1), Status: StatusOpen}},
		{"one waived", root, []result.Row{a1, b1}, waived, Verdict{Outcome: Exceptions, Rows: 2, Open: 1, Waived: 1}, 2,
			Exception{ID: id(a1), Status: StatusWaived, Waiver: "W-1"}},
		{"all waived", root, []result.Row{a1, a2}, waived, Verdict{Outcome: Waived, Rows: 2, Waived: 2}, 2,
			Exception{ID: id(a1), Status: StatusWaived, Waiver: "W-1"}},
		{"new", root, []result.Row{a1, b1}, Context{Previous: before{id(b1)}}, Verdict{Outcome: Exceptions, Rows: 2, Open: 2, New: 1}, 2,
			Exception{ID: id(a1), Status: StatusOpen, New: true}},
		{"gone", root, []result.Row{b1}, Context{Previous: saved{before{id(a1), id(b1), "other"}}}, Verdict{Outcome: Exceptions, Rows: 1, Open: 1,
			Gone: 1}, 1, Exception{ID: id(b1), Status: StatusOpen}},
		{"repeated key", root, []result.Row{a1, b1, a1}, Context{}, Verdict{Outcome: NotEvaluated, Reason: ReasonRepeatedKey, Rows: 3,
			Duplicates: 1}, 3, Exception{ID: id(a1), Status: StatusOpen}},
		{"evidence", evidence, []result.Row{a1, a1}, Context{}, Verdict{Outcome: Shown, Rows: 2}, 0, Exception{}},
		{"metric without rows", &query.Query{Kind: query.KindMetric}, nil, Context{}, Verdict{Outcome: Shown}, 0, Exception{}},
	} {
		var kept []Exception
		got, err := Judge(context.Background(), c.q, result.Of(cols, c.rows), c.in, func(e Exception) error {
			kept = append(kept, e)
			return nil
		})
		if err != nil || !reflect.DeepEqual(got, c.want) || len(kept) != c.kept {
			t.Errorf("%s: %+v, %d kept (%v); want %+v", c.name, got, len(kept), err, c.want)
			continue
		}
		if c.kept > 0 {
			kept[0].Pattern = "" // TestPatternIsStable
		}
		if c.kept > 0 && kept[0] != c.first {
			t.Errorf("%s: first exception %+v, want %+v", c.name, kept[0], c.first)
		}
	}
}

func TestJudgeStops(t *testing.T) {
	rows := result.Of(cols, []result.Row{row("a", int64(1))})
	full := errors.New("disk full")
	if _, err := Judge(context.Background(), root, rows, Context{}, func(Exception) error { return full }); !errors.Is(err, full) {
		t.Error(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Judge(ctx, root, rows, Context{}, func(Exception) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := Judge(context.Background(), root, result.Of(cols[:1], nil), Context{}, nil); err == nil {
		t.Error("a result without its key columns was judged")
	}
	bad := result.With(rows, nil, func(int64, result.Row) (result.Row, error) { return nil, full })
	if v, err := Judge(context.Background(), root, bad, Context{}, func(Exception) error { return nil }); !errors.Is(err, full) ||
		v.Outcome != NotEvaluated {
		t.Error(v, err)
	}
}

func TestOutcomeNames(t *testing.T) {
	if Outcome(0) != NotEvaluated {
		t.Error("a forgotten outcome would be a pass")
	}
	for o := NotEvaluated; o <= Shown; o++ {
		b, err := o.MarshalText()
		var back Outcome
		if err != nil || back.UnmarshalText(b) != nil || back != o || o.String() != string(b) {
			t.Errorf("%d is %q, reads back as %d (%v)", o, b, back, err)
		}
	}
	if _, err := Outcome(99).MarshalText(); err == nil || new(Outcome).UnmarshalText([]byte("passed")) == nil {
		t.Error("an unknown outcome was accepted")
	}
}
