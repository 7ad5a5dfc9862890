package pdf

import (
	"fmt"
	"strings"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
)

// Page one holds the verdict, everything that limits the report, and the digest, whatever else there is: facts give way, then lines of
// findings from the end, and it says how many. Limits alone that are longer than a page go on on the next one.
func TestCoverKeepsWhatLimits(t *testing.T) {
	for _, c := range []struct{ notices, worst, facts int }{{0, 0, 6}, {2, 3, 6}, {6, 12, 6}, {14, 40, 9}, {25, 40, 9}, {60, 40, 9}} {
		t.Run(fmt.Sprintf("%d notices, %d findings, %d facts", c.notices, c.worst, c.facts), func(t *testing.T) {
			f := document.Front{
				Verdict: document.Verdict{Tone: document.Critical, Title: "40 critical findings. The report is incomplete.",
					Text: "40 of 60 tests have exceptions; 812 rows to review"},
				Story: document.Story{Title: "What happened", Lines: []string{"One address is in 30 of 40 findings.", "The rows name 2 principals."}},
				Worst: document.Lines{Title: "Every critical finding", Head: [5]string{"Severity", "Ref", "When", "What", ""},
					More: "{n} more on the next page"},
				Digest: document.Field{Label: "Evidence digest", Text: strings.Repeat("ab", 32)},
			}
			for i := range c.notices {
				f.Notices = append(f.Notices, document.Point{Pill: document.Pill{Text: "Incomplete", Tone: document.High},
					Text: fmt.Sprintf("limit-%02d. %s", i, strings.Repeat("No log file was delivered on days of this account. ", 2))})
			}
			for i := range c.worst {
				f.Worst.Lines = append(f.Worst.Lines, document.Line{Pill: document.Pill{Text: "Critical", Tone: document.Critical},
					Refs: []string{fmt.Sprintf("F-%02d", i+1)}, When: "13 Oct 10:22", Text: fmt.Sprintf("finding-%02d took place", i)})
			}
			for i := range c.facts {
				f.Facts = append(f.Facts, document.Field{Label: "Fact", Text: fmt.Sprintf("fact-%02d", i)})
			}
			d := documenttest.Empty()
			d.Sections[0].Blocks = []document.Block{f}
			l := lay(t, d)
			pages := strings.Split(placedText(l), "== page ")[1:]
			lines := strings.Count(pages[0], "finding-")
			if !strings.Contains(pages[0], f.Verdict.Title) || !strings.Contains(pages[0], f.Digest.Text) {
				t.Errorf("page one lacks the verdict or the digest:\n%s", pages[0])
			}
			limits := pages[0]
			if c.notices > 25 {
				limits += pages[1] + pages[2]
			}
			if n := strings.Count(limits, "limit-"); n != c.notices {
				t.Errorf("%d of %d limits are told", n, c.notices)
			}
			if lines < c.worst && strings.Contains(pages[0], "fact-") {
				t.Error("facts took the place of findings")
			}
			if want := fmt.Sprintf("%d more on the next page", c.worst-lines); lines > 0 && lines < c.worst && !strings.Contains(pages[0], want) {
				t.Errorf("page one names %d findings and does not say %q", lines, want)
			}
			for _, b := range boxes(l, l.pages[0]) {
				if b.y2 > 290 {
					t.Errorf("%q leaves page one", b.text)
				}
			}
		})
	}
}
