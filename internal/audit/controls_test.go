package audit

import (
	"testing"

	"trailscribe/internal/finding"
	"trailscribe/internal/framework"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// A control has exceptions only where a row contradicts it; one that asks for an alarm has events.
func TestControlsCountRowsThatContradictThem(t *testing.T) {
	f := &framework.Framework{ID: "f", Controls: []framework.Control{{ID: "all"}, {ID: "some"}, {ID: "alarm", Asks: framework.Alarm},
		{ID: "newer", SameAs: "old/some"}, {ID: "none"}}}
	q := &query.Query{ID: "a/b", Kind: query.KindException, Controls: map[string][]string{"f": {"all", "some", "alarm"}, "old": {"some"}}}
	found := func(open, waived, attempts, undecided int64, some ...finding.ControlCount) finding.Verdict {
		v := finding.Verdict{Outcome: finding.Exceptions, Rows: open + waived + undecided, Open: open, Waived: waived, Attempts: attempts,
			Undecided: undecided, Controls: some}
		if open == 0 {
			v.Outcome = finding.Waived
		}
		return v
	}
	some := func(framework string, open, waived, undecided int64) finding.ControlCount {
		return finding.ControlCount{Framework: framework, Control: "some", Open: open, Waived: waived, Undecided: undecided}
	}
	for _, c := range []struct {
		name string
		v    finding.Verdict
		want [5]string
		rows [5]int64
	}{
		{"no row speaks to it", found(3, 0, 0, 0, some("f", 0, 0, 0), some("old", 0, 0, 0)), [5]string{run.ControlExceptions, run.ControlMet,
			run.ControlFollowUp, run.ControlMet, run.ControlNotCovered}, [5]int64{3, 0, 3, 0, 0}},
		{"one of three does", found(3, 0, 0, 0, some("f", 1, 0, 0), some("old", 2, 0, 0)), [5]string{run.ControlExceptions, run.ControlExceptions,
			run.ControlFollowUp, run.ControlExceptions, run.ControlNotCovered}, [5]int64{3, 1, 3, 2, 0}},
		{"attempts contradict nothing, but are events", found(2, 0, 2, 0), [5]string{run.ControlMet, run.ControlMet, run.ControlFollowUp,
			run.ControlMet, run.ControlNotCovered}, [5]int64{0, 0, 2, 0, 0}},
		{"waived", found(0, 2, 0, 0, some("f", 0, 1, 0), some("old", 0, 0, 0)), [5]string{run.ControlWaived, run.ControlWaived,
			run.ControlFollowUp, run.ControlMet, run.ControlNotCovered}, [5]int64{0, 0, 2, 0, 0}},
		{"undecided", found(1, 0, 0, 1, some("f", 0, 0, 1), some("old", 1, 0, 1)), [5]string{run.ControlExceptions, run.ControlNotEvaluated,
			run.ControlFollowUp, run.ControlExceptions, run.ControlNotCovered}, [5]int64{1, 0, 1, 1, 0}},
		{"clear", finding.Verdict{Outcome: finding.Clear}, [5]string{run.ControlMet, run.ControlMet, run.ControlNoEvents, run.ControlMet,
			run.ControlNotCovered}, [5]int64{}},
		{"not evaluated", finding.Verdict{Outcome: finding.NotEvaluated}, [5]string{run.ControlNotEvaluated, run.ControlNotEvaluated,
			run.ControlNotEvaluated, run.ControlNotEvaluated, run.ControlNotCovered}, [5]int64{}},
	} {
		for i, k := range controls(f, []*query.Query{q}, []run.Query{{ID: "a/b", Verdict: c.v}}) {
			if k.State != c.want[i] || k.Exceptions != c.rows[i] {
				t.Errorf("%s: %s is %s with %d rows, want %s with %d", c.name, k.ID, k.State, k.Exceptions, c.want[i], c.rows[i])
			}
		}
	}
}
