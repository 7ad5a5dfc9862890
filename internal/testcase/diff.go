package testcase

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/result"
)

// Diff says in words how rows differ from what a case wants; "" where they do not. Each wanted row names some columns:
// those must be equal, the others do not count. Number and order of rows must be the same.
func Diff(cols []result.Column, rows []result.Row, want []map[string]any) string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = c.Name
	}
	var lines []string
	for i := range max(len(rows), len(want)) {
		switch {
		case i >= len(want):
			lines = append(lines, fmt.Sprintf("row %d is not wanted: %s", i+1, shown(cols, rows[i])))
		case i >= len(rows):
			lines = append(lines, fmt.Sprintf("row %d is missing: %s", i+1, wantedRow(want[i])))
		default:
			lines = append(lines, rowDiff(i+1, cols, names, rows[i], want[i])...)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	if len(rows) != len(want) {
		lines = append([]string{fmt.Sprintf("wanted %s, got %s", count(len(want)), count(len(rows)))}, lines...)
	}
	return strings.Join(lines, "\n")
}

func count(n int) string {
	if n == 1 {
		return "1 row"
	}
	return strconv.Itoa(n) + " rows"
}

func rowDiff(n int, cols []result.Column, names []string, row result.Row, want map[string]any) (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		at := slices.Index(names, name)
		if at < 0 {
			lines = append(lines, fmt.Sprintf("row %d, %s: the query gives no such column; it gives %s", n, name, strings.Join(names, ", ")))
			continue
		}
		if same(cols[at].Kind, row[at], want[name]) {
			continue
		}
		line := fmt.Sprintf("row %d, %s: wanted %s, got %s", n, name, scalar(want[name]), cell(cols[at].Kind, row[at]))
		if scalar(want[name]) == cell(cols[at].Kind, row[at]) || wrongType(cols[at].Kind, want[name]) {
			line += " (" + hint(cols[at].Kind) + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

// same compares a cell with a YAML scalar. Types count: "7" is not 7.
func same(k result.Kind, cell, want any) bool {
	if cell == nil || want == nil {
		return cell == nil && want == nil
	}
	switch k {
	case result.Text:
		return cell == want
	case result.Bool:
		return cell == want
	case result.Int, result.Decimal, result.Float:
		a, ok := rational(cell, k == result.Decimal)
		b, also := rational(want, false)
		return ok && also && a.Cmp(b) == 0
	case result.Instant, result.Local, result.Date:
		text, ok := want.(string)
		t, isTime := cell.(time.Time)
		if !ok || !isTime {
			return false
		}
		for _, f := range forms(k) {
			if w, err := time.Parse(f, text); err == nil {
				return w.Equal(t)
			}
		}
	}
	return false
}

// forms are the ways a time can be written in a case.
func forms(k result.Kind) []string {
	switch k {
	case result.Date:
		return []string{"2006-01-02"}
	case result.Instant:
		return []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999"}
	}
	return []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"}
}

func rational(v any, text bool) (*big.Rat, bool) {
	switch x := v.(type) {
	case int64:
		return new(big.Rat).SetInt64(x), true
	case int:
		return new(big.Rat).SetInt64(int64(x)), true
	case float64:
		r := new(big.Rat).SetFloat64(x)
		if r == nil {
			return nil, false
		}
		// 0.1 in YAML is the decimal 0.1, not its nearest binary fraction.
		return new(big.Rat).SetString(strconv.FormatFloat(x, 'f', -1, 64))
	case string:
		if text {
			return new(big.Rat).SetString(x)
		}
	}
	return nil, false
}

func wrongType(k result.Kind, want any) bool {
	_, isText := want.(string)
	_, isBool := want.(bool)
	switch k {
	case result.Text, result.Instant, result.Local, result.Date:
		return want != nil && !isText
	case result.Bool:
		return want != nil && !isBool
	}
	return isText || isBool
}

func hint(k result.Kind) string {
	switch k {
	case result.Text:
		return "the column is a text: quote it"
	case result.Bool:
		return "the column is true or false"
	case result.Instant:
		return "the column is an instant: write 2026-10-14T10:00:00Z"
	case result.Local:
		return "the column is a wall clock: write 2026-10-14T12:00:00"
	case result.Date:
		return "the column is a date: write 2026-10-14"
	}
	return "the column is a number: write it without quotes"
}

// cell is a value as a case would write it, so that it can be copied there.
func cell(k result.Kind, v any) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case time.Time:
		switch k {
		case result.Date:
			return x.Format("2006-01-02")
		case result.Instant:
			return x.UTC().Format("2006-01-02T15:04:05.999Z07:00")
		}
		return x.Format("2006-01-02T15:04:05.999")
	case string:
		if k == result.Decimal {
			return x
		}
	}
	return scalar(v)
}

// scalar is a YAML scalar as text. Texts are quoted, so that nothing in them can be taken for the message around them.
func scalar(v any) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case string:
		return strconv.QuoteToGraphic(x)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func shown(cols []result.Column, row result.Row) string {
	parts := make([]string, len(cols))
	for i, c := range cols {
		parts[i] = c.Name + ": " + cell(c.Kind, row[i])
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func wantedRow(want map[string]any) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		parts = append(parts, name+": "+scalar(want[name]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
