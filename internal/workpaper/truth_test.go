package workpaper_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// Every finding that is critical or high is named on page one or on the next, however many there are.
func TestEveryCriticalAndHighFindingIsNamed(t *testing.T) {
	var queries []asked
	want := map[string]bool{}
	for i := range 24 {
		severity := query.Critical
		if i >= 11 {
			severity = query.High
		}
		queries = append(queries, told(fmt.Sprintf("a/q%02d", i), severity, did(i, "emma", fmt.Sprint("target", i), "success", "203.0.113.66",
			nil, fmt.Sprint("e", i))))
		want[fmt.Sprintf("F-%02d", i+1)] = true
	}
	queries = append(queries, test("a/grouped", query.High, 1, 0)) // its rows have no sentence of their own
	want["F-25"] = true
	d := compose(t, record(), queries...)
	for _, s := range d.Sections {
		if s.Part != document.Cover && s.Part != document.Summary {
			continue
		}
		for _, b := range s.Blocks {
			var lines []document.Line
			switch x := b.(type) {
			case document.Front:
				lines = x.Worst.Lines
			case document.Lines:
				lines = x.Lines
			}
			for _, x := range lines {
				for _, ref := range x.Refs {
					delete(want, ref)
				}
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("neither page one nor the next names %v", slices.Sorted(maps.Keys(want)))
	}
}

// The figures of the cover are of tests only, and add up to all of them.
func TestFiguresOfTheCoverAddUp(t *testing.T) {
	d := compose(t, record(), test("a/1", query.Critical, 1, 0), test("a/2", query.High, 2, 0), test("a/3", query.Medium, 1, 1),
		test("a/4", query.Low, 1, 0), test("a/5", query.Info, 1, 0),
		test("a/6", query.High, 0, 0), test("a/7", query.High, 0, 2), test("a/8", query.High, 0, 0).but(finding.NotEvaluated, "no history"),
		metric("m/1", result.Text, query.Chart{Type: "bar", X: "x", Y: "n"}, result.Row{"a", "b", int64(1)}))
	v := of[document.Front](d)[0].Verdict
	var got []string
	for _, f := range v.Figures {
		got = append(got, f.Value+" "+f.Label)
	}
	want := []string{"1 critical", "1 high", "1 medium", "2 low or informational", "1 of 8 tests clear; 1 not answered; 1 waived",
		"31/31 days with logs"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if !strings.HasPrefix(v.Text, "5 of 8 tests have exceptions") {
		t.Errorf("the verdict says %q", v.Text)
	}
}

// What could not be answered is neither found nor clear, wherever it is told.
func TestNotAnsweredIsNotClear(t *testing.T) {
	d := compose(t, record(), test("a/b", query.High, 0, 0).but(finding.NotEvaluated, "There are no logs of the days before the period."))
	text := dump(t, d)
	for _, never := range []string{"found nothing to review", "No exceptions were found", "Clear in"} {
		if i := strings.Index(text, never); i >= 0 {
			t.Errorf("the report says %q", text[max(0, i-60):min(len(text), i+80)])
		}
	}
	if v := of[document.Front](d)[0].Verdict; v.Tone == document.Good || !strings.Contains(v.Text+v.Title, "could be answered") &&
		!strings.Contains(v.Text, "could not be answered") {
		t.Errorf("%+v", v)
	}
}

// A finding that is a time without logs is a completeness check that names it, and takes the good out of the days with logs.
func TestSilencesAreInTheCompletenessChecks(t *testing.T) {
	q := test("logs/stopped", query.Critical, 1, 0)
	q.Query.Completeness = true
	r := record()
	r.Checks = append(r.Checks, run.Check{Name: "silence", Query: "logs/stopped", Expected: "0", Observed: "1", State: run.CheckFail})
	d := compose(t, r, q)
	found := false
	for _, c := range of[document.Checks](d) {
		for _, row := range c.Rows {
			if strings.Contains(row.Name, "F-01") {
				found = row.Result.Tone == document.Critical && row.Expected == "0" && row.Observed == "1"
			}
		}
	}
	if !found {
		t.Error("no completeness check names F-01")
	}
	front := of[document.Front](d)[0]
	if !strings.Contains(front.Verdict.Title, "one gap") && !strings.Contains(front.Verdict.Title, "a gap") {
		t.Errorf("the verdict says %q", front.Verdict.Title)
	}
	for _, f := range front.Verdict.Figures {
		if strings.Contains(f.Label, "days with logs") && (f.Tone != document.High || !strings.Contains(f.Label, "F-01")) {
			t.Errorf("%+v", f)
		}
	}
}

// A chart has one bar for one thing, the longest first, and the same name in two accounts is two.
func TestOneBarForOneThing(t *testing.T) {
	a := metric("m/1", result.Text, query.Chart{Type: "bar", X: "x", Y: "n"})
	a.columns = []result.Column{{Name: "x", Kind: result.Text}, {Name: "account_id", Kind: result.Text}, {Name: "n", Kind: result.Int}}
	a.rows = []result.Row{{"app", prod, int64(3)}, {"emma", prod, int64(9)}, {"app", dev, int64(5)}}
	a.verdict.Rows = 3
	charts := of[document.Chart](compose(t, record(), a))
	i := slices.IndexFunc(charts, func(c document.Chart) bool { return c.Kind == document.BarChart })
	if i < 0 {
		t.Fatal("there is no chart")
	}
	if want := []string{"emma", "app, " + dev, "app, prod"}; !slices.Equal(charts[i].Categories, want) ||
		!slices.Equal(charts[i].Series[0].Points, []float64{9, 5, 3}) {
		t.Errorf("%q %v, want %q", charts[i].Categories, charts[i].Series[0].Points, want)
	}
}

// Of what the evidence digest covers, page one says what is so: record.json names the digests, and a changed byte no longer matches.
func TestSentenceOfTheDigest(t *testing.T) {
	front := of[document.Front](compose(t, record(), test("a/b", query.High, 0, 0)))[0]
	if !strings.Contains(front.Note, "record.json names the SHA-256") || strings.Contains(front.Note, "changes this digest") {
		t.Errorf("the note says %q", front.Note)
	}
}

// As long as CloudTrail's digests were not checked, and no account is expected by name, the checks say that they did not pass.
func TestWhatWasNotCheckedIsNotAPass(t *testing.T) {
	r := record()
	r.Checks = append(r.Checks, run.Check{Name: "digests", Expected: "=any", Observed: "=not_checked", State: run.CheckNotChecked})
	r.Notices = append(r.Notices, run.Notice{Key: "accounts_unnamed"}, run.Notice{Key: "digests_unchecked"})
	d := compose(t, r, test("a/b", query.High, 0, 0))
	for _, c := range of[document.Checks](d) {
		for _, row := range c.Rows {
			if row.Observed == "not checked" && row.Result.Tone != document.Muted {
				t.Errorf("%+v", row)
			}
		}
	}
	text := ""
	for _, p := range of[document.Front](d)[0].Notices {
		text += p.Text + "\n"
	}
	for _, want := range []string{"an account that delivered no log file at all would not be seen",
		"digest files that CloudTrail signs were not checked"} {
		if !strings.Contains(text, want) {
			t.Errorf("page one does not say %q:\n%s", want, text)
		}
	}
}
