package workpaper_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// linked is a report with every kind of reference: findings, tests without exceptions, evidence, figures, controls, copies that differ.
func linked(t *testing.T) *document.Document {
	t.Helper()
	r := conflicting(3, 3)
	r.Checks = append(r.Checks, run.Check{Name: "rows", Query: "root/login", Expected: "3", Observed: "3", State: run.CheckPass})
	r.Framework = "cis-5"
	r.Controls = []run.Control{
		{Framework: "cis-5", ID: "1.6", Name: "Root", Family: "IAM", Strength: "partial", State: run.ControlExceptions,
			Queries: []string{"root/login", "kms/keys", "iam/users"}, Exceptions: 2},
		{Framework: "cis-5", ID: "9.9", Name: "Nothing", Family: "Other", Strength: "none", State: run.ControlNotCovered},
	}
	evidence := test("iam/users", query.Info, 2, 0)
	evidence.Kind, evidence.verdict = query.KindEvidence, finding.Verdict{Outcome: finding.Shown, Rows: 2}
	return compose(t, r, test("root/login", query.Critical, 2, 1), test("kms/keys", query.High, 0, 0), test("s3/open", query.High, 4, 0),
		evidence, test("iam/broken", query.Low, 0, 0).but(finding.NotEvaluated, "engine"),
		metric("activity/by-day", result.Date, query.Chart{Type: "column", X: "x", Y: "n", Unit: "events"}, result.Row{day(2), "", int64(5)}))
}

// Every link leads somewhere. From the register, the control matrix and the index of statements a reader comes to each card, and back.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	d := linked(t)
	targets, err := documenttest.Targets(d)
	if err != nil {
		t.Fatal(err)
	}
	links, err := documenttest.Links(d)
	if err != nil {
		t.Fatal(err)
	}
	leads := map[string][]string{} // what stands where -> where its links lead
	for _, x := range links {
		if targets[x.Link.Ref] == "" {
			t.Errorf("%s: %q leads to %q, which is nowhere", x.In, x.Link.Text, x.Link.Ref)
		}
		leads[x.In] = append(leads[x.In], x.Link.Ref)
	}
	for _, k := range of[document.Card](d) {
		rows := []string{"statement/" + k.Ref}
		if strings.HasPrefix(k.Ref, "F-") {
			rows = append(rows, "register/"+k.Ref)
		}
		if k.Ref == "F-01" || k.Ref == "E-01" {
			rows = append(rows, "control/1.6")
		}
		for _, row := range rows {
			if !slices.Contains(leads["row "+row], k.Ref) {
				t.Errorf("%s leads to %q, not to the card %s", row, leads["row "+row], k.Ref)
			}
			if !slices.Contains(leads["card "+k.Ref], row) {
				t.Errorf("the card %s leads to %q, not to %s", k.Ref, leads["card "+k.Ref], row)
			}
		}
		see := ""
		for _, f := range k.Fields {
			if f.Only == "page" {
				see = f.Text
			}
		}
		for _, x := range of[document.Table](d) {
			if x.Ref == k.Ref {
				see += x.Note
			}
		}
		if strings.Contains(see, "sheet ") != slices.ContainsFunc(of[document.Table](d),
			func(x document.Table) bool { return x.Sheet == k.Ref }) {
			t.Errorf("of the sheet of %s its card says %q", k.Ref, see)
		}
	}
	for _, ref := range []string{"F-01", "F-02"} {
		if !slices.Contains(leads["row "+"register/"+ref], "statement/"+ref) {
			t.Errorf("the row of %s in the register leads to %q, not to its statement", ref, leads["row "+"register/"+ref])
		}
	}
	for from, to := range map[string]string{"row T-01": "statement/T-01", "row control/1.6": "T-01", "row statement/T-01": "T-01",
		"row register/F-01": "control/1.6", "check C-03": "F-01", "table Events whose copies differ": "L-01"} {
		if !slices.Contains(leads[from], to) {
			t.Errorf("%s leads to %q, not to %s", from, leads[from], to)
		}
	}
	written(t, d)
}

// What a log says does not become a link, even where it reads like a reference of the report.
func TestValuesOfLogsAreNoLinks(t *testing.T) {
	x := test("root/login", query.Critical, 2, 0)
	x.columns = append(x.columns, result.Column{Name: "target", Kind: result.Text})
	for i := range x.rows {
		x.rows[i] = append(x.rows[i], "F-01")
	}
	links, err := documenttest.Links(compose(t, record(), x))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range links {
		if strings.Contains(k.In, "Title of root/login") && k.Link.Text == "F-01" {
			t.Errorf("a value of a row is a link: %+v", k)
		}
	}
}

var hyperlinkPattern = regexp.MustCompile(`<hyperlink [^>]*>`)

// All links of the workbook lead to a cell of it. Rows of the register, of the control matrix and of the exceptions lead to the sheet of
// their finding, and that leads back.
func TestLinksOfTheWorkbook(t *testing.T) {
	d := linked(t)
	data, book := workbook(t, d)
	n := 0
	for _, p := range parts(t, data) {
		if strings.Contains(p.text, `relationships/hyperlink"`) || strings.Contains(p.text, "HYPERLINK(") {
			t.Errorf("%s has a link out of the workbook", p.name)
		}
		n += len(hyperlinkPattern.FindAllString(p.text, -1))
	}
	at := map[string]map[string]string{} // sheet -> cell -> where it leads
	seen := 0
	for _, sheet := range book.GetSheetList() {
		at[sheet] = map[string]string{}
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j := range row {
				cell, _ := excelize.CoordinatesToCellName(j+1, i+1)
				linked, to, err := book.GetCellHyperLink(sheet, cell)
				if err != nil || !linked {
					continue
				}
				seen++
				at[sheet][cell] = to
				name, _, _ := strings.Cut(strings.TrimPrefix(to, "'"), "'!")
				if i, err := book.GetSheetIndex(name); err != nil || i < 0 {
					t.Errorf("%s!%s leads to %s, which is not in the workbook", sheet, cell, to)
				}
			}
		}
	}
	if seen == 0 || seen != n {
		t.Errorf("%d links are on cells with a text, %d in the file", seen, n)
	}
	leads := func(sheet, value, to string) (cell string) {
		t.Helper()
		cells, err := book.SearchSheet(sheet, value)
		if err != nil || len(cells) == 0 {
			t.Fatalf("%q is not on the sheet %s (%v)", value, sheet, err)
		}
		for _, cell := range cells {
			if at[sheet][cell] == to {
				return cell
			}
		}
		t.Errorf("%q on the sheet %s leads to %q, not to %s", value, sheet, at[sheet][cells[0]], to)
		return cells[0]
	}
	row := leads("Findings", "F-01", "'F-01'!A1")
	leads("F-01", "Findings register", "'Findings'!"+row)
	control, err := book.SearchSheet("Controls", "1.6")
	if err != nil || len(control) != 1 {
		t.Fatalf("the control is at %v (%v)", control, err)
	}
	leads("F-01", "Control matrix", "'Controls'!"+control[0])
	leads("Controls", "F-01, T-01, E-01", "'F-01'!A1")
	leads("F-01", "Every exception", "'Exceptions'!A1")
	leads("Exceptions", "F-02", "'F-02'!A1")
	leads("Findings", "1.6", "'Controls'!"+control[0])
	leads("Provenance", "T-01", "'Findings'!"+leads("Findings", "T-01", ""))
}
