package run

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"trailscribe/internal/result"
)

// wide gives every character the same width on every machine: by itself the package looks at the environment's language.
var wide = runewidth.Condition{}

// profiled passes rows on and gathers what a query's record says of them.
func profiled(cols []result.Column, rows iter.Seq2[result.Row, error], q *Query) iter.Seq2[result.Row, error] {
	q.Columns = cols
	q.Profile = make([]Profile, len(cols))
	account, moment := -1, -1
	for i, c := range cols {
		if account < 0 && c.Kind == result.Text && (c.Name == "account_id" || c.Name == "recipientaccountid") {
			account = i
		}
		if moment < 0 && c.Kind == result.Instant {
			moment = i
		}
	}
	accounts := map[string]bool{}
	return func(yield func(result.Row, error) bool) {
		for row, err := range rows {
			if err == nil && len(row) == len(cols) {
				for i, v := range row {
					q.Profile[i].add(cols[i].Kind, v)
				}
				if account >= 0 {
					if id, ok := row[account].(string); ok && !accounts[id] {
						accounts[strings.Clone(id)] = true
						q.Accounts = int64(len(accounts))
					}
				}
				if moment >= 0 {
					if t, ok := row[moment].(time.Time); ok {
						t = t.UTC().Truncate(time.Millisecond)
						if q.First.IsZero() || t.Before(q.First) {
							q.First = t
						}
						if t.After(q.Last) {
							q.Last = t
						}
					}
				}
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

func (p *Profile) add(k result.Kind, v any) {
	n := 0
	switch v := v.(type) {
	case nil:
		p.Nulls++
		return
	case string:
		shown, altered := result.Visible(v)
		if altered > 0 {
			p.Altered++
		}
		n = displayWidth(shown)
	case int64:
		n = len(strconv.FormatInt(v, 10))
	case float64:
		n = len(strconv.FormatFloat(v, 'f', -1, 64))
	case bool:
		n = len(strconv.FormatBool(v))
	case time.Time:
		switch {
		case k == result.Date:
			n = len(time.DateOnly)
		case v.Nanosecond()/int(time.Millisecond) != 0:
			n = len(time.DateTime) + len(".000")
		default:
			n = len(time.DateTime)
		}
	}
	p.Longest = max(p.Longest, n)
}

// displayWidth is the width of the longest line of s in columns of a fixed-width face.
func displayWidth(s string) (most int) {
	from := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n':
			most, from = max(most, i-from), i+1
		case c >= 0x80:
			for line := range strings.SplitSeq(s, "\n") {
				most = max(most, wide.StringWidth(line))
			}
			return most
		}
	}
	return max(most, len(s)-from)
}
