package query

import (
	"testing"

	"trailscribe/internal/result"
)

func TestControlRowsMatch(t *testing.T) {
	cols := []result.Column{{Name: "rule", Kind: result.Text}, {Name: "admin", Kind: result.Bool}, {Name: "port", Kind: result.Int}}
	for _, c := range []struct {
		name  string
		where []ColumnValues
		row   result.Row
		want  bool
	}{
		{"equal", []ColumnValues{{Column: "rule", Values: []string{"tcp 22"}}}, result.Row{"tcp 22", true, int64(22)}, true},
		{"a part is not enough", []ColumnValues{{Column: "rule", Values: []string{"tcp"}}}, result.Row{"tcp 22", true, int64(22)}, false},
		{"one of several", []ColumnValues{{Column: "rule", Values: []string{"udp 53", "tcp 22"}}}, result.Row{"tcp 22", true, int64(22)}, true},
		{"star at the end", []ColumnValues{{Column: "rule", Values: []string{"tcp*"}}}, result.Row{"tcp 22", true, nil}, true},
		{"star at both ends", []ColumnValues{{Column: "rule", Values: []string{"*from *:*"}}}, result.Row{"tcp 22 from ::/0", true, nil}, true},
		{"stars in order", []ColumnValues{{Column: "rule", Values: []string{"*from *.*"}}}, result.Row{"tcp 22 from ::/0", true, nil}, false},
		{"a character is not matched twice", []ColumnValues{{Column: "rule", Values: []string{"ab*bc"}}}, result.Row{"abc", true, nil}, false},
		{"the last part is at the end", []ColumnValues{{Column: "rule", Values: []string{"*b"}}}, result.Row{"abab", true, nil}, true},
		{"a star of the log is not a pattern", []ColumnValues{{Column: "rule", Values: []string{"tcp"}}}, result.Row{"*", true, nil}, false},
		{"all columns", []ColumnValues{{Column: "rule", Values: []string{"tcp 22"}}, {Column: "admin", Values: []string{"true"}}},
			result.Row{"tcp 22", false, nil}, false},
		{"true", []ColumnValues{{Column: "admin", Values: []string{"true"}}}, result.Row{"", true, nil}, true},
		{"a whole number", []ColumnValues{{Column: "port", Values: []string{"22"}}}, result.Row{"", true, int64(22)}, true},
		{"NULL", []ColumnValues{{Column: "port", Values: []string{"*"}}}, result.Row{"", true, nil}, false},
		{"a column that is not there", []ColumnValues{{Column: "else", Values: []string{"*"}}}, result.Row{"", true, nil}, false},
	} {
		if got := (ControlRows{Where: c.where}).Matcher(cols)(c.row); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}
