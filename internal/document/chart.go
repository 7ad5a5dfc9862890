package document

import (
	"math"
	"strings"
)

// Described is what is said in place of a chart to somebody who does not see it: its title and unit, and each figure with its series and
// category. number writes a figure.
func (c Chart) Described(number func(float64) string) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(c.Title + ". " + c.Unit))
	empty := true
	var all strings.Builder
	for _, s := range c.Series {
		before := "; "
		if s.Name != "" {
			before += s.Name + ": "
		}
		for i, v := range s.Points {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			empty = false
			all.WriteString(before)
			if i < len(c.Categories) && c.Categories[i] != "" {
				all.WriteString(c.Categories[i] + " ")
			}
			all.WriteString(number(v))
			before = ", "
		}
	}
	if empty {
		b.WriteString(". " + c.Empty)
	}
	return b.String() + all.String()
}
