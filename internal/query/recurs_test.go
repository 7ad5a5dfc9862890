package query

import (
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/result"
)

func TestPattern(t *testing.T) {
	cols := []result.Column{{Name: "account_id", Kind: result.Text}, {Name: "eventid", Kind: result.Text}, {Name: "bucket", Kind: result.Text},
		{Name: "event_time", Kind: result.Instant}, {Name: "local_time", Kind: result.Local}, {Name: "local_date", Kind: result.Date}}
	for _, c := range []struct {
		key, recurs, want string
		asked             bool // lint asks for recurs
	}{
		{"account_id eventid", "account_id bucket", "account_id bucket", false},
		{"account_id eventid", "account_id", "account_id", false},
		{"account_id eventid", "", "", true},
		{"account_id event_time", "", "", true},
		{"eventid", "", "", true},
		{"account_id bucket local_date", "", "account_id bucket", false},
		{"bucket local_time", "", "bucket", false},
	} {
		q := &Query{Kind: KindException, Key: strings.Fields(c.key), Recurs: strings.Fields(c.recurs)}
		if got := q.Pattern(cols); !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("key %s, recurs %s: %s, want %s", c.key, c.recurs, got, c.want)
		}
		if bad := q.LintRecurs(cols); (len(bad) > 0) != c.asked {
			t.Errorf("key %s, recurs %s: lint says %v", c.key, c.recurs, bad)
		}
	}
	if bad := (&Query{Kind: KindMetric}).LintRecurs(cols); bad != nil {
		t.Errorf("a metric has no exceptions that recur: %v", bad)
	}
}
