package main

import (
	"encoding/csv"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// A query whose rows are the extremes of each kind: what a format changes on the way shows here.
const extremesQuery = `id: mine/extremes
title: Extremes of each kind
question: What does each format make of the extremes of each kind?
why: A figure that changes between the result and the page is not evidence.
fix: Read the value in the result file.
kind: exception
severity: high
log_scope: [management]
key: [label]
recurs: [label]
columns:
  - {name: event_time, label: When, type: time}
  - {name: label, label: Label, type: id}
  - {name: said, label: Said, type: text}
  - {name: whole, label: Whole, type: number}
  - {name: exact, label: Exact, type: number}
  - {name: near, label: Near, type: number}
  - {name: day, label: Day, type: date}
  - {name: flag, label: Flag, type: text}
headline: "{open} rows"
sql: |
  SELECT e.event_time, v.label, v.said, v.whole, v.exact, v.near, v.day, v.flag
  FROM events e
  JOIN (VALUES
    ('a', chr(61) || '1+1', BIGINT '9223372036854775807', DECIMAL '1234567890123456789012.12345678', DOUBLE '0.5',
      DATE '1900-03-01', true),
    ('b', '007', BIGINT '-9223372036854775808', DECIMAL '-0.00000001', DOUBLE '1.7976931348623157E308', DATE '9999-12-31', false),
    ('c', chr(8238) || 'gnp.exe', BIGINT '9007199254740993', DECIMAL '0.00000000', DOUBLE '-4.9E-324', DATE '2024-02-29', NULL),
    ('d', '1e5', BIGINT '0', DECIMAL '999999999999999.99999999', DOUBLE '123456789.25', DATE '2026-10-14', true),
    ('e', '2026-10-14 "quoted", with a comma', BIGINT '-1', DECIMAL '-12.50000000', DOUBLE '0', DATE '2026-10-14', false),
    ('f', chr(10) || 'two' || chr(10) || 'lines' || chr(9), BIGINT '999999999999999', NULL, DOUBLE '-2.75', NULL, NULL),
    ('g', '', NULL, NULL, NULL, NULL, NULL),
    ('h', rpad('', 2000, 'long '), BIGINT '1000000000000000', DECIMAL '1.00000000', DOUBLE '1e15', DATE '2026-10-14', true)
  ) AS v (label, said, whole, exact, near, day, flag) ON e.eventname = 'CreateUser'
  ORDER BY v.label
`

// Each format holds what the result file of a sealed run holds: CSV and workbook every value, the PDF every value as a page shows it.
func TestFormatsHoldTheRowsOfTheResultFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"library/queries/mine/extremes.yaml": extremesQuery,
		"library/reports/extremes.yaml":      "id: extremes\ntitle: Extremes\nsections:\n  - {title: All, queries: [mine/extremes]}\n",
		"logs/a.json": `{"Records":[{"eventVersion":"1.11","eventTime":"2026-10-02T03:04:05Z","eventSource":"iam.amazonaws.com",` +
			`"eventName":"CreateUser","awsRegion":"us-east-1","eventID":"e1","eventType":"AwsApiCall","eventCategory":"Management",` +
			`"managementEvent":true,"recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","userName":"x"}}]}`,
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	code, said := tellIn(t, dir, "report", "run", "extremes", "--library", "library", "--source", "logs", "--period", "2026-10",
		"--format", "pdf,xlsx,csv", "--out", "out")
	if code != exitIncomplete { // one day has logs
		t.Fatalf("exit code %d\n%s", code, said)
	}
	folder := filepath.Join(dir, "out", "extremes", "2026-10", "r1")
	s, err := run.OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	set, err := s.Rows("mine/extremes")
	if err != nil {
		t.Fatal(err)
	}
	var rows []result.Row
	for row, err := range set.All() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, append(result.Row(nil), row...))
	}
	if len(rows) != 8 {
		t.Fatalf("%d rows", len(rows))
	}
	t.Run("csv", func(t *testing.T) {
		csvHolds(t, filepath.Join(folder, "data", "mine.extremes.csv"), set.Columns(), rows)
	})
	t.Run("xlsx", func(t *testing.T) { workbookHolds(t, filepath.Join(folder, "report.xlsx"), set.Columns(), rows) })
	t.Run("pdf", func(t *testing.T) { pageHolds(t, filepath.Join(folder, "report.pdf"), set.Columns(), rows) })
}

// csvHolds compares the texts: an integer and a decimal have the same digits, NULL and the empty text are both empty.
func csvHolds(t *testing.T, file string, cols []result.Column, rows []result.Row) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || len(lines) != len(rows)+1 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i, row := range rows {
		for k, c := range cols {
			got, want := lines[i+1][k], textOfValue(c, row[k])
			if f, ok := row[k].(float64); ok { // the same number, however it is written
				if have, err := strconv.ParseFloat(got, 64); err == nil && have == f {
					continue
				}
			}
			if got != want {
				t.Errorf("row %d, %s: %.80q, want %.80q", i+1, c.Name, got, want)
			}
		}
	}
}

// textOfValue is a value as data has it, see docs/reports.md.
func textOfValue(c result.Column, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		if c.Kind == result.Date {
			return v.Format(time.DateOnly)
		}
		return v.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return fmt.Sprint(v)
}

// workbookHolds finds the columns by the sheet _run, as who reads a filled workbook back has to.
func workbookHolds(t *testing.T, file string, cols []result.Column, rows []result.Row) {
	f, err := excelize.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := f.GetRows("_run")
	if err != nil {
		t.Fatal(err)
	}
	sheet, head, at := "", 0, map[string]string{}
	for _, x := range lines {
		if len(x) >= 9 && x[1] == "F-01" && x[8] == "data" {
			sheet, at[x[6]] = x[0], x[5]
			if head, err = strconv.Atoi(x[3]); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, row := range rows {
		for k, c := range cols {
			got, err := f.GetCellValue(sheet, at[c.Name]+strconv.Itoa(head+1+i), excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			if !sameInWorkbook(c, row[k], got) {
				t.Errorf("row %d, %s: %.80q, want %.80q", i+1, c.Name, got, textOfValue(c, row[k]))
			}
		}
	}
}

// sameInWorkbook reports whether a cell says the value: numbers by value, times by day counted from 1900, yes and no for booleans.
func sameInWorkbook(c result.Column, v any, got string) bool {
	switch v := v.(type) {
	case nil:
		return got == ""
	case bool:
		return got == map[bool]string{true: "yes", false: "no"}[v]
	case time.Time:
		days, err := strconv.ParseFloat(got, 64)
		at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).UnixMilli() + int64(days*86_400_000+0.5)
		return err == nil && at == v.UnixMilli()
	case float64:
		f, err := strconv.ParseFloat(got, 64)
		return err == nil && f == v
	case string:
		if c.Kind == result.Decimal {
			have, ok := new(big.Rat).SetString(got)
			want, _ := new(big.Rat).SetString(v)
			return ok && have.Cmp(want) == 0
		}
		shown, _ := result.Visible(v)
		return got == shown
	}
	return got == fmt.Sprint(v)
}

// pageHolds finds each value as the page shows it: digits in groups, invisible characters as codes, a float with two digits or, where
// these would show another number, in scientific form. A long text is there in part, with its length and its digest.
func pageHolds(t *testing.T, file string, cols []result.Column, rows []result.Row) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := textOfPDF(data)
	if err != nil {
		t.Fatal(err)
	}
	plain := func(s string) string { return strings.Join(strings.Fields(s), "") }
	text = plain(text)
	for i, row := range rows {
		for k, c := range cols {
			var want string
			switch v := row[k].(type) {
			case nil:
				continue
			case int64:
				want = grouped(strconv.FormatInt(v, 10))
			case bool:
				continue
			case time.Time:
				want = v.Format("2 Jan 15:04:05")
				if c.Kind == result.Date {
					want = v.Format(time.DateOnly)
				}
			case float64:
				want = map[float64]string{0.5: "0.50", 123456789.25: "123,456,789.25", 0: "0.00", -2.75: "-2.75", 1e15: "1e+15",
					1.7976931348623157e308: "1.7976931348623157e+308", -4.9e-324: "-5e-324"}[v]
			case string:
				want, _ = result.Visible(v)
				if len(want) > 300 {
					want = want[:200]
				}
			}
			if want == "" && row[k] != "" {
				t.Fatalf("row %d, %s: this test does not know %v", i+1, c.Name, row[k])
			}
			if !strings.Contains(text, plain(want)) {
				t.Errorf("row %d: %s is not on the page: %.80q", i+1, c.Name, want)
			}
		}
	}
}

// grouped writes digits in groups of three.
func grouped(s string) string {
	sign, digits := "", s
	if strings.HasPrefix(s, "-") {
		sign, digits = "-", s[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
