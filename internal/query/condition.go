package query

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"trailscribe/internal/diag"
	"trailscribe/internal/result"
	"trailscribe/internal/yaml"
)

// segment is a part of a condition in square brackets; named is the value of a column.
var (
	segment = regexp.MustCompile(`\[[^\[\]]*\]`)
	named   = regexp.MustCompile(`\{([a-z_][a-z0-9_]*)\}`)
)

// Sentence fills a sentence of a condition. value gives the text of a column, false where it has none. ok is false where a value outside
// square brackets is missing: then there is nothing to say.
func Sentence(template string, value func(column string) (string, bool)) (text string, ok bool) {
	ok = true
	fill := func(s string) (string, bool) {
		whole := true
		out := named.ReplaceAllStringFunc(s, func(m string) string {
			v, known := value(m[1 : len(m)-1])
			whole = whole && known
			return v
		})
		return out, whole
	}
	var b strings.Builder
	at := 0
	part := func(s string) {
		filled, whole := fill(s)
		b.WriteString(filled)
		ok = ok && whole
	}
	for _, m := range segment.FindAllStringIndex(template, -1) {
		part(template[at:m[0]])
		if filled, whole := fill(template[m[0]+1 : m[1]-1]); whole {
			b.WriteString(filled)
		}
		at = m[1]
	}
	part(template[at:])
	return strings.Join(strings.Fields(b.String()), " "), ok
}

// checkCondition holds the sentences and the undecided rows against the columns of the SQL.
func (q *Query) checkCondition(cols []result.Column, names []string) (bad diag.Problems) {
	for _, n := range q.sentences {
		for _, m := range named.FindAllStringSubmatchIndex(n.Value, -1) {
			if name := n.Value[m[2]:m[3]]; !slices.Contains(names, name) {
				char := len([]rune(n.Value[:m[0]]))
				bad = append(bad, diag.Problem{At: n.Place(char), Width: m[1] - m[0], Rule: "column-selected", Allowed: names,
					Text: fmt.Sprintf("the condition's column %q is not selected by the SQL%s", name, yaml.DidYouMean(name, names))})
			}
		}
		if rest := segment.ReplaceAllString(n.Value, ""); strings.ContainsAny(rest, "[]") {
			bad = append(bad, diag.Problem{At: n.At, Rule: "condition", Text: "a square bracket has no partner",
				Hint: "a part in square brackets is left out where a value in it is missing; brackets do not nest"})
		}
	}
	attempts := slices.ContainsFunc(cols, func(c result.Column) bool { return c.Name == "outcome" && c.Kind == result.Text })
	if (q.Condition.Refused != "" || len(q.Refused) > 0) && !attempts {
		bad = append(bad, diag.Problem{At: q.place["condition"], Width: len("condition"), Rule: "condition",
			Text: "a sentence for refused calls needs the column outcome, which the SQL does not select", Hint: "select outcome, or remove refused"})
	}
	if u := q.Undecided.Column; u != "" {
		if i := slices.IndexFunc(cols, func(c result.Column) bool { return c.Name == u }); i < 0 || cols[i].Kind != result.Bool {
			bad = append(bad, diag.Problem{At: q.place["undecided"], Width: len("undecided"), Rule: "undecided",
				Text: fmt.Sprintf("the column %q of undecided is not a true-or-false column of the SQL", u)})
		}
	}
	return bad
}
