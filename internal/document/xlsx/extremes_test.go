package xlsx

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

// The extremes of each kind of value, read back from the workbook and compared with the rows that it was given: a text is the same text
// (invisible characters as result.Visible shows them), a number has the same digits, a time is the same to the millisecond.
func TestExtremesReadBack(t *testing.T) {
	texts := []string{
		strings.Repeat("x", mostCharacters), strings.Repeat("😀", mostCharacters/2), strings.Repeat("陈", mostCharacters),
		"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "007", "1e5", "1234567890123e45", "TRUE", "#REF!", "2026-10-14",
		" both ends ", "two\nlines", "\n", "<b>&amp;\"'", "]]>", "_x0041_",
		"_x005F_x0041_", "a\x00\x1f\r\x7f", "\u202egnp.exe", "\ufeffmark", "bad\xff",
	}
	ints := []int64{0, 1, -1, 999_999_999_999_999, -999_999_999_999_999, 1_000_000_000_000_000, 1<<53 + 1, math.MaxInt64, math.MinInt64}
	decimals := []string{
		"0", "0.00", "-0.01", "12.50", "999999999999.999", "9999999999999.999", "0.000000000000001", "123456789012345678901234567890.12345678",
	}
	floats := []float64{0, 0.1, -0.1, 1.0 / 3, 1e15, 1e-9, 123456789.125, math.MaxFloat64, math.SmallestNonzeroFloat64}
	paris := time.FixedZone("", 2*60*60)
	times := []time.Time{
		time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 2, 29, 23, 59, 59, 999e6, time.UTC),
		time.Date(2026, 10, 14, 2, 11, 5, 1e6, time.UTC), time.Date(2026, 10, 14, 23, 30, 0, 0, paris),
		time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC),
	}
	cols := []document.Column{
		{Name: "text", Label: "Text", Kind: result.Text, Form: document.FormText},
		{Name: "int", Label: "Int", Kind: result.Int, Form: document.FormNumber},
		{Name: "decimal", Label: "Decimal", Kind: result.Decimal, Form: document.FormNumber},
		{Name: "float", Label: "Float", Kind: result.Float, Form: document.FormNumber},
		{Name: "time", Label: "Time", Kind: result.Instant, Form: document.FormTime},
		{Name: "nothing", Label: "Nothing", Kind: result.Text, Form: document.FormText},
	}
	plain := make([]result.Column, len(cols))
	for i, c := range cols {
		plain[i] = result.Column{Name: c.Name, Kind: c.Kind}
	}
	var rows []result.Row
	for i, s := range texts {
		rows = append(rows, result.Row{s, ints[i%len(ints)], decimals[i%len(decimals)], floats[i%len(floats)], times[i%len(times)], nil})
	}
	ref := "F-" + strings.Repeat("9", 40) // longer than the name of a sheet may be
	d := one("Findings", document.Table{Ref: ref, Columns: cols, Rows: result.Of(plain, rows)})
	d.Sections[0].Part = document.Findings
	d.Run = []document.RunField{{Code: "run", Text: "r/2026-10/r1"}}
	data, written := write(t, d)
	if written.Rows[ref] != int64(len(rows)) {
		t.Fatalf("written %+v", written.Rows)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet, head, at := places(t, f, ref)
	read := func(row int, name string) string {
		s, err := f.GetCellValue(sheet, at[name]+strconv.Itoa(row), excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	number := func(s string) *big.Rat {
		n, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Errorf("%q is not a number", s)
			return new(big.Rat)
		}
		return n
	}
	for i, row := range rows {
		line := head + 1 + i
		want, _ := result.Visible(row[0].(string))
		if got := read(line, "text"); got != want {
			t.Errorf("row %d: text %.60q, want %.60q", i+1, got, want)
		}
		if got, want := read(line, "int"), strconv.FormatInt(row[1].(int64), 10); got != want {
			t.Errorf("row %d: integer %s, want %s", i+1, got, want)
		}
		if got, want := read(line, "decimal"), row[2].(string); number(got).Cmp(number(want)) != 0 {
			t.Errorf("row %d: decimal %s, want %s", i+1, got, want)
		}
		if got, err := strconv.ParseFloat(read(line, "float"), 64); err != nil || got != row[3].(float64) {
			t.Errorf("row %d: float %v (%v), want %v", i+1, got, err, row[3])
		}
		days, err := strconv.ParseFloat(read(line, "time"), 64)
		clock := row[4].(time.Time)
		wall := time.Date(clock.Year(), clock.Month(), clock.Day(), clock.Hour(), clock.Minute(), clock.Second(), clock.Nanosecond(), time.UTC)
		if got := epoch.UnixMilli() + int64(math.Round(days*86_400_000)); err != nil || got != wall.UnixMilli() {
			t.Errorf("row %d: time %s (%v), want %s", i+1, time.UnixMilli(got).UTC(), err, wall)
		}
		if got := read(line, "nothing"); got != "" {
			t.Errorf("row %d: nothing reads as %q", i+1, got)
		}
		for name, letter := range at {
			if formula, _ := f.GetCellFormula(sheet, letter+strconv.Itoa(line)); formula != "" {
				t.Errorf("row %d: %s is the formula %q", i+1, name, formula)
			}
		}
	}
}

// places finds a table by the sheet _run, as a reader of a filled workbook has to: its sheet, header row and the letter of each column.
func places(t *testing.T, f *excelize.File, ref string) (sheet string, head int, at map[string]string) {
	t.Helper()
	lines, err := f.GetRows(runSheet)
	if err != nil {
		t.Fatal(err)
	}
	at = map[string]string{}
	for _, x := range lines {
		if len(x) < 9 || x[1] != ref || x[8] != "data" {
			continue
		}
		sheet, at[x[6]] = x[0], x[5]
		if head, err = strconv.Atoi(x[3]); err != nil {
			t.Fatal(err)
		}
	}
	if sheet == "" {
		t.Fatalf("%s has no line for %s", runSheet, ref)
	}
	return sheet, head, at
}

// Times outside of what the format counts stay texts.
func TestTimesOutsideOfTheFormat(t *testing.T) {
	col := document.Column{Kind: result.Instant, Form: document.FormTime}
	for at, want := range map[time.Time]bool{
		time.Date(1900, 2, 28, 0, 0, 0, 0, time.UTC):       true,
		time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC):        false,
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC):   false,
		time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC):      true,
		time.Date(292_000_000, 1, 1, 0, 0, 0, 0, time.UTC): true,
	} {
		e := &rowEncoder{columns: []string{"B"}, styles: []int{1}, quoted: []int{2}}
		e.start(7)
		e.value(0, col, at, func(_ document.Column, v any) string { return v.(time.Time).Format(time.RFC3339) })
		if got := bytes.Contains(e.B, []byte("inlineStr")); got != want {
			t.Errorf("%s: text %v, want %v: %s", at, got, want, e.B)
		}
	}
}
