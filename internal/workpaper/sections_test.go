package workpaper_test

import (
	"slices"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// What was found stands under the titles of the report's sections: the section with the worst first, in each the worst first, and a
// query that two sections name under the first of them.
func TestFindingsStandUnderTheSectionsOfTheReport(t *testing.T) {
	r := record()
	r.Sections = []run.Section{
		{Title: "Signing in", Queries: []string{"a/low", "a/clear", "a/high"}},
		{Title: "Nothing found", Queries: []string{"b/clear"}},
		{Title: "Keys", Queries: []string{"c/critical", "a/low", "c/medium"}},
	}
	d := compose(t, r, test("a/low", query.Low, 1, 0), test("a/clear", query.High, 0, 0), test("a/high", query.High, 1, 0),
		test("b/clear", query.Low, 0, 0), test("c/critical", query.Critical, 1, 0), test("c/medium", query.Medium, 1, 0))
	var got []string
	for _, s := range d.Sections {
		if s.Part != document.Findings {
			continue
		}
		for _, b := range s.Blocks {
			switch b := b.(type) {
			case document.Heading:
				got = append(got, "# "+b.Text)
			case document.Card:
				got = append(got, b.Ref+" "+b.Title)
			}
		}
		break
	}
	want := []string{"# Keys", "F-01 1 row needs review: Title of c/critical", "F-03 1 row needs review: Title of c/medium",
		"# Signing in", "F-02 1 row needs review: Title of a/high", "F-04 1 row needs review: Title of a/low"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A report without a framework of its own names the controls of all, each by the framework's title and version.
func TestCriteriaOfAReportWithoutAFramework(t *testing.T) {
	x := test("a/high", query.High, 1, 0)
	x.Controls = map[string][]string{"pci-dss-4.0.1": {"10.4.1"}, "mine": {"7"}}
	d := compose(t, record(), x)
	for _, s := range d.Sections {
		for _, b := range s.Blocks {
			card, ok := b.(document.Card)
			if !ok || card.Ref != "F-01" {
				continue
			}
			for _, f := range card.Fields {
				if f.Label == "Criteria" {
					if want := "mine: 7; PCI DSS 4.0.1: 10.4.1"; f.Text != want {
						t.Errorf("%q, want %q", f.Text, want)
					}
					return
				}
			}
		}
	}
	t.Error("no criteria")
}
