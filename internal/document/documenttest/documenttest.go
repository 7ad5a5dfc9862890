// Package documenttest holds documents that every writer must be able to set: a full report, an empty one, hostile text,
// many rows, Chinese text. All of it is invented; nothing in it depends on the clock or the machine.
package documenttest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

// As is the one clock of every document here.
var As = time.Date(2026, 11, 2, 7, 14, 36, 0, time.UTC)

// Named is a document with the name a test prints.
type Named struct {
	Name     string
	Document *document.Document
}

// All are the documents every writer is tested with, small enough for every run.
func All() []Named {
	return []Named{
		{"full", Full()},
		{"empty", Empty()},
		{"hostile", Hostile()},
		{"chinese", Chinese()},
		{"wide", Wide()},
		{"many", Many(300)},
	}
}

// Words are the English words of a writer.
func Words() document.Words {
	return document.Words{
		Contents:  "Contents",
		Page:      "{page} / {pages}",
		Continued: "continued",
		Back:      "Back to summary",
		RowNumber: "No.",
		Part:      "part {part} of {parts}, rows {first} to {last} of {rows}",
		Choices:   "Choose one of the list",
		Pass:      "Pass",
		Fail:      "Fail",
		Truncated: "… [continues, {characters} characters, SHA-256 {sha256}]",
	}
}

// Cell is a plain English rendering of a value.
func Cell(c document.Column, v any) string {
	switch v := v.(type) {
	case nil:
		return "–"
	case string:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case int64:
		if c.Form == document.FormBytes {
			return Number(v/1e6) + " MB"
		}
		if c.Form == document.FormSize {
			switch {
			case v >= 999_950_000:
				return strconv.FormatFloat(float64(v)/1e9, 'f', 1, 64) + " GB"
			case v >= 999_950:
				return strconv.FormatFloat(float64(v)/1e6, 'f', 1, 64) + " MB"
			}
			return strconv.FormatFloat(float64(v)/1e3, 'f', 1, 64) + " kB"
		}
		if c.Form == document.FormPercent {
			return strconv.FormatInt(v, 10) + "%"
		}
		return Number(v)
	case float64:
		s := strconv.FormatFloat(v, 'f', -1, 64)
		if c.Form == document.FormPercent {
			s += "%"
		}
		return s
	case time.Time:
		if c.Form == document.FormDate || c.Kind == result.Date {
			return v.Format("2006-01-02")
		}
		return v.Format("2006-01-02 15:04:05")
	}
	return fmt.Sprint(v)
}

// Number is n with commas between groups of three digits.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Review are the reviewer columns of an English workbook.
func Review(initial string) *document.Review {
	return &document.Review{
		Columns: []document.ReviewColumn{
			{Code: "disposition", Label: "Status", Kind: document.Chosen}, {Code: "reviewer", Label: "Reviewer", Kind: document.Free},
			{Code: "reviewed_on", Label: "Reviewed on", Kind: document.Dated}, {Code: "comment", Label: "Comment", Kind: document.Free},
		},
		Initial: initial,
		Choices: []document.Choice{
			{Code: "open", Label: "Open", Tone: document.High},
			{Code: "accepted", Label: "Accepted", Tone: document.Low},
			{Code: "remediated", Label: "Remediated", Tone: document.Good},
			{Code: "false-positive", Label: "Not an exception", Tone: document.Muted},
		},
	}
}

// Statuses are the values of the status column of exceptions.
func Statuses() []document.Choice {
	return []document.Choice{
		{Code: "new", Label: "New", Tone: document.Critical},
		{Code: "open", Label: "Open", Tone: document.High},
		{Code: "waived", Label: "Waived", Tone: document.Accent},
	}
}

// Severities are the values of a severity column.
func Severities() []document.Choice {
	return []document.Choice{
		{Code: "critical", Label: "Critical", Tone: document.Critical},
		{Code: "high", Label: "High", Tone: document.High},
		{Code: "medium", Label: "Medium", Tone: document.Medium},
		{Code: "low", Label: "Low", Tone: document.Low},
		{Code: "info", Label: "Info", Tone: document.Info},
	}
}

// Outcomes are the values of an outcome column.
func Outcomes() []document.Choice {
	return []document.Choice{
		{Code: "exceptions", Label: "Exceptions", Tone: document.Critical},
		{Code: "clear", Label: "Clear", Tone: document.Good},
		{Code: "waived", Label: "Waived", Tone: document.Accent},
		{Code: "shown", Label: "Shown", Tone: document.Accent},
		{Code: "not-logged", Label: "Not logged", Tone: document.Muted},
		{Code: "not-evaluated", Label: "Not evaluated", Tone: document.Muted},
	}
}

// of builds a table's rows; the columns of the result are those of the table.
func of(cols []document.Column, rows ...result.Row) result.Set {
	rc := make([]result.Column, len(cols))
	for i, c := range cols {
		rc[i] = result.Column{Name: c.Name, Kind: c.Kind}
	}
	return result.Of(rc, rows)
}

// widths sets each column's Width as the composer does: the longest cell or the label, in characters.
func widths(cols []document.Column, set result.Set) []document.Column {
	for i := range cols {
		cols[i].Width = len([]rune(cols[i].Label))
	}
	for r := range set.All() {
		for i := range cols {
			if n := len([]rune(Cell(cols[i], r[i]))); n > cols[i].Width {
				cols[i].Width = n
			}
		}
	}
	return cols
}
