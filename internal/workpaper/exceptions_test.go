package workpaper_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/document/xlsx"
	"trailscribe/internal/query"
)

// inMemory keeps the files of a writer.
type inMemory map[string]*bytes.Buffer

type buffer struct{ *bytes.Buffer }

func (buffer) Close() error { return nil }

func (m inMemory) Create(name string) (io.WriteCloser, error) {
	m[name] = &bytes.Buffer{}
	return buffer{m[name]}, nil
}

// workbook is a document as a workbook, and that opened by another program.
func workbook(t *testing.T, d *document.Document) (data []byte, book *excelize.File) {
	t.Helper()
	out := inMemory{}
	if _, err := xlsx.New(xlsx.Options{}).Write(t.Context(), out, d); err != nil {
		t.Fatal(err)
	}
	data = out["report.xlsx"].Bytes()
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return data, book
}

// The workbook has every exception on one sheet that can be sorted, with what a reviewer fills in, and what it is read back by.
func TestEveryExceptionIsOnOneSheet(t *testing.T) {
	d := compose(t, record(),
		told("a/critical", query.Critical, did(22, "emma", "arn:aws:iam::aws:policy/Audit", "success", "203.0.113.66", day(13), "e1"),
			did(23, "=cmd()", "x", "denied", "203.0.113.66", nil, "e2")),
		test("a/counted", query.Low, 3, 1), test("a/clear", query.High, 0, 0))
	data, book := workbook(t, d)
	rows, err := book.GetRows("Exceptions")
	if err != nil {
		t.Fatal(err)
	}
	head := rows[5]
	cell := func(row []string, label string) string {
		for i, s := range head {
			if s == label && i < len(row) {
				return row[i]
			}
		}
		return ""
	}
	var got []string
	for _, row := range rows[6:] {
		got = append(got, strings.Join([]string{cell(row, "Ref"), cell(row, "Severity"), cell(row, "When (UTC)"), cell(row, "Who"),
			cell(row, "What"), cell(row, "Outcome"), cell(row, "Event id"),
			cell(row, "Status"), cell(row, "Exception id"), cell(row, "Disposition"), cell(row, "Owner")}, "|"))
	}
	want := []string{
		"F-01|Critical|2026-10-13 10:22:00|emma|emma removed Audit|success|e1|Open|x0|Open|",
		"F-01|Critical|2026-10-13 10:23:00|=cmd()|=cmd() tried to remove x and was refused|denied|e2|Open|x1|Open|",
		"F-02|Low|2026-10-01 23:30:00||Title of a/counted||e0|Waived|x0|Open|",
		"F-02|Low|2026-10-02 23:30:00||Title of a/counted||e1|Open|x1|Open|",
		"F-02|Low|2026-10-03 23:30:00||Title of a/counted||e2|Open|x2|Open|",
		"F-02|Low|2026-10-04 23:30:00||Title of a/counted||e3|Open|x3|Open|",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, label := range []string{"Disposition", "Owner", "Ticket", "Due", "Reviewer", "Reviewed on", "Comment"} {
		if !strings.Contains(strings.Join(head, "|"), label) {
			t.Errorf("there is no column %q", label)
		}
	}
	if p, err := book.GetSheetProtection("Exceptions"); err == nil && p.Password+fmt.Sprint(p.SelectLockedCells) != "false" {
		t.Errorf("the sheet to work in is protected: %+v", p)
	}

	run, err := book.GetRows("_run")
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprint(run)
	for _, want := range []string{"[format trailscribe-workbook/1]", "[evidence_digest ", "[report monthly]", "[period 2026-10]",
		"[F-01 F-01 a/critical ", "exception Exception id data]", "disposition Disposition review-choice]"} {
		if !strings.Contains(text, want) {
			t.Errorf("the sheet _run lacks %q: %s", want, text)
		}
	}
	if shown, _ := book.GetSheetVisible("_run"); shown {
		t.Error("_run is shown")
	}

	summary, progress := "", ""
	for _, f := range parts(t, data) {
		if m := regexp.MustCompile(`<f>([^<]*COUNTBLANK[^<]*)</f><v>([^<]*)</v>`).FindStringSubmatch(f.text); m != nil {
			summary, progress = m[1], m[2]
		}
		if strings.HasPrefix(f.name, "xl/worksheets/sheet") && strings.Count(f.text, "<c r=") > 1 {
			if m := regexp.MustCompile(`<dimension ref="A1:([A-Z]+)([0-9]+)"`).FindStringSubmatch(f.text); m == nil || m[1] == "A" && m[2] == "1" {
				t.Errorf("%s says no dimension", f.name)
			}
		}
	}
	if progress != "Reviewed 0 of 6 exceptions" || !strings.Contains(summary, "&#39;Exceptions&#39;!$R$7:$R$12") {
		t.Errorf("progress %q by %s", progress, summary)
	}
	if err := book.SetCellValue("Exceptions", "R8", "Accepted"); err != nil {
		t.Fatal(err)
	}
	at := ""
	if cells, err := book.SearchSheet("Summary", "Reviewed 0 of 6 exceptions"); err == nil && len(cells) > 0 {
		at = cells[0]
	}
	if v, err := book.CalcCellValue("Summary", at); err != nil || v != "Reviewed 1 of 6 exceptions" {
		t.Errorf("after one was answered: %q (%v)", v, err)
	}
}

type part struct{ name, text string }

func parts(t *testing.T, data []byte) (all []part) {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		body, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(body)
		body.Close()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, part{f.Name, string(text)})
	}
	return all
}

var _ document.Output = inMemory{}
