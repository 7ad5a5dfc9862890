package query

import (
	"slices"
	"strings"

	"trailscribe/internal/diag"
	"trailscribe/internal/result"
)

// single reports whether a column tells one occurrence from another: the id of an event, or a time.
func single(name string, k result.Kind) bool {
	return name == "eventid" || k == result.Instant || k == result.Local || k == result.Date
}

// Pattern are the columns that make a row of an exception query the same thing again in another period: recurs of the file, else
// the key without the id of the event and without dates and times. It is empty where the file names none and only the account is
// left of the key: a row of an account is not the same thing as any other row of it.
func (q *Query) Pattern(cols []result.Column) []string {
	if len(q.Recurs) > 0 {
		return q.Recurs
	}
	var left []string
	for _, name := range q.Key {
		if i := slices.IndexFunc(cols, func(c result.Column) bool { return c.Name == name }); i >= 0 && !single(name, cols[i].Kind) {
			left = append(left, name)
		}
	}
	if slices.Equal(left, []string{"account_id"}) {
		return nil
	}
	return left
}

// LintRecurs demands that an exception query says what makes a row the same thing again, where its key does not tell. Such a
// query can be run: none of its exceptions is ever found again.
func (q *Query) LintRecurs(cols []result.Column) diag.Problems {
	if q.Kind != KindException || len(q.Pattern(cols)) > 0 {
		return nil
	}
	return diag.Problems{{At: q.place["key"], Width: len("key"), Rule: "recurs", Allowed: columnNames(cols),
		Text: "the key names one event or one time, so the same weakness next month would be a new one: the key \"recurs\" is missing",
		Hint: "add recurs: with the columns that stay the same, such as recurs: [account_id, " + example(cols) + "]"}}
}

func columnNames(cols []result.Column) (names []string) {
	for _, c := range cols {
		if !single(c.Name, c.Kind) {
			names = append(names, c.Name)
		}
	}
	return names
}

// example is a column that may name what a row is about.
func example(cols []result.Column) string {
	for _, name := range columnNames(cols) {
		if !strings.HasPrefix(name, "account") && name != "awsregion" {
			return name
		}
	}
	return "actor_key"
}
