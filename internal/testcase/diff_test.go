package testcase

import (
	"strings"
	"testing"
	"time"

	"trailscribe/internal/result"
)

func TestDiff(t *testing.T) {
	cols := []result.Column{{Name: "t", Kind: result.Text}, {Name: "i", Kind: result.Int}, {Name: "d", Kind: result.Decimal},
		{Name: "f", Kind: result.Float},
		{Name: "b", Kind: result.Bool}, {Name: "at", Kind: result.Instant}, {Name: "local", Kind: result.Local}, {Name: "day", Kind: result.Date},
		{Name: "n", Kind: result.Text}}
	at := time.Date(2026, 10, 25, 0, 30, 0, 250e6, time.UTC)
	row := result.Row{"a", int64(7), "12.50", 0.1, true, at, at, time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), nil}
	for _, c := range []struct {
		name string
		rows []result.Row
		want []map[string]any
		diff []string // lines; nil: none
	}{
		{"nothing wanted, nothing there", nil, nil, nil},
		{"equal", []result.Row{row}, []map[string]any{{"t": "a", "i": int64(7), "d": 12.5, "f": 0.1, "b": true, "at": "2026-10-25T00:30:00.250Z",
			"local": "2026-10-25T00:30:00.25", "day": "2026-10-25", "n": nil}}, nil},
		{"other ways to write it", []result.Row{row}, []map[string]any{{"at": "2026-10-25T02:30:00.25+02:00", "local": "2026-10-25 00:30:00.250",
			"i": 7.0, "d": "12.5"}}, []string{"row 1, d: wanted \"12.5\", got 12.50 (the column is a number: write it without quotes)"}},
		{"no column named", []result.Row{row}, []map[string]any{{}}, nil},
		{"another value", []result.Row{row}, []map[string]any{{"t": "b", "i": int64(8)}},
			[]string{`row 1, i: wanted 8, got 7`, `row 1, t: wanted "b", got "a"`}},
		{"a number for a text", []result.Row{{"7", nil, nil, nil, nil, nil, nil, nil, nil}}, []map[string]any{{"t": int64(7)}},
			[]string{`row 1, t: wanted 7, got "7" (the column is a text: quote it)`}},
		{"a text for a number", []result.Row{row}, []map[string]any{{"i": "7"}},
			[]string{`row 1, i: wanted "7", got 7 (the column is a number: write it without quotes)`}},
		{"null is not an empty text", []result.Row{row}, []map[string]any{{"n": ""}}, []string{`row 1, n: wanted "", got null`}},
		{"an empty text is not a null", []result.Row{{"", nil, nil, nil, nil, nil, nil, nil, nil}}, []map[string]any{{"t": nil}},
			[]string{`row 1, t: wanted null, got ""`}},
		{"unknown column", []result.Row{row}, []map[string]any{{"x": "a"}},
			[]string{"row 1, x: the query gives no such column; it gives t, i, d, f, b, at, local, day, n"}},
		{"missing", nil, []map[string]any{{"t": "a", "i": int64(1)}}, []string{"wanted 1 row, got 0 rows", `row 1 is missing: {i: 1, t: "a"}`}},
		{"too many", []result.Row{row, {"z\n\u202e", nil, nil, nil, nil, nil, nil, nil, nil}}, []map[string]any{{"t": "a"}},
			[]string{"wanted 1 row, got 2 rows",
				`row 2 is not wanted: {t: "z\n\u202e", i: null, d: null, f: null, b: null, at: null, local: null, day: null, n: null}`}},
		{"wrong order", []result.Row{{"b"}, {"a"}}, []map[string]any{{"t": "a"}, {"t": "b"}}, []string{`row 1, t: wanted "a", got "b"`,
			`row 2, t: wanted "b", got "a"`}},
		{"a day", []result.Row{row}, []map[string]any{{"day": "2026-10-26", "at": "2026-10-25"}},
			[]string{`row 1, at: wanted "2026-10-25", got 2026-10-25T00:30:00.25Z`, `row 1, day: wanted "2026-10-26", got 2026-10-25`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, want := Diff(cols, c.rows, c.want), strings.Join(c.diff, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
