package sql

import (
	"fmt"
	"strings"
	"testing"
)

// Each statement with its key and the rules it breaks, with the character each problem points at.
func TestLint(t *testing.T) {
	for _, c := range []struct{ text, key, want string }{
		{"SELECT event_time, eventid FROM events ORDER BY event_time, eventid", "eventid", ""},
		{"SELECT event_time, eventid, account_id FROM events ORDER BY eventid, account_id, event_time DESC", "account_id eventid", ""},
		{"SELECT event_time, eventid FROM events ORDER BY 2 DESC", "eventid", ""},
		{"SELECT event_time, eventid AS id FROM events ORDER BY eventid", "id", ""},
		{"SELECT lower(eventid) AS id FROM events ORDER BY lower(eventid)", "id", ""},
		{"SELECT count(*) AS n FROM events", "", ""},
		{"SELECT 1 AS n", "", ""},
		{"SELECT account_id, count(*) AS n FROM events GROUP BY account_id ORDER BY n DESC, account_id", "", ""},
		{"SELECT account_id, count(*) AS n FROM events GROUP BY 1 ORDER BY n DESC, 1", "account_id", ""},
		{"SELECT DISTINCT account_id FROM events ORDER BY account_id", "", ""},
		{"SELECT event_time, copies FROM events ORDER BY eventid", "", ""},

		{"SELECT event_time, eventid FROM events", "eventid", "1 order-total"},
		{"SELECT event_time, eventid FROM events ORDER BY event_time", "eventid", "49 order-total"},
		{"SELECT event_time, eventid FROM events ORDER BY event_time LIMIT 5", "eventid", "66 limit-order"},
		{"SELECT event_time, eventid FROM events ORDER BY event_time OFFSET 5", "eventid", "67 limit-order"},
		{"SELECT account_id, count(*) AS n FROM events GROUP BY account_id ORDER BY n", "", "75 order-total"},
		{"SELECT event_time FROM events ORDER BY event_time", "eventid", "1 key-selected, 40 order-total"},
		{"SELECT * FROM events ORDER BY eventid", "eventid", "8 result-star, 8 result-column, 8 result-column"},
		{"SELECT resources, eventid FROM events ORDER BY eventid", "eventid", "8 result-column"},
		{"SELECT useridentity.sessioncontext AS s, eventid FROM events ORDER BY eventid", "eventid", "8 result-column"},
		{"SELECT eventid, eventname AS eventid FROM events ORDER BY 1", "", "17 result-column"},
		{"SELECT event_time - event_time AS d, eventid FROM events ORDER BY eventid", "eventid", "8 result-column"},

		{"SELECT eventid FROM events WHERE event_time > now() - INTERVAL '1' DAY ORDER BY eventid", "eventid", "47 volatile"},
		{"SELECT current_date AS d", "", "8 volatile"},
		{"SELECT random() AS d", "", "8 volatile"},
		{"SELECT approx_distinct(account_id) AS n FROM events", "", "8 approximate"},
		{"SELECT approx_percentile(copies, 0.5) AS n FROM events", "", "8 approximate"},
		{"SELECT sum(share) AS n FROM events", "", "8 float-aggregate"},
		{"SELECT avg(share) AS n FROM events", "", "8 float-aggregate"},
		{"SELECT avg(copies) AS n, sum(price) AS p FROM events", "", ""},
		{"SELECT stddev(copies) AS n FROM events", "", "8 float-aggregate"},
		{"SELECT round(stddev(copies), 3) AS n FROM events", "", ""},

		{"SELECT array_join(array_agg(eventname), ',') AS a FROM events", "", "19 aggregate-order"},
		{"SELECT array_join(array_agg(eventname ORDER BY event_time), ',') AS a FROM events", "", "19 aggregate-order"},
		{"SELECT array_join(array_agg(eventname ORDER BY event_time, eventid), ',') AS a FROM events", "", ""},
		{"SELECT array_join(array_agg(DISTINCT eventname ORDER BY eventname), ',') AS a FROM events", "", ""},
		{"SELECT array_join(array_sort(array_agg(DISTINCT eventname)), ',') AS a FROM events", "", ""},
		{"SELECT array_join(array_sort(array_distinct(filter(array_agg(eventname), x -> x <> ''))), ',') AS a FROM events", "", ""},
		{"SELECT cardinality(array_agg(eventname)) AS a FROM events", "", ""},
		{"SELECT listagg(eventname, ',') WITHIN GROUP (ORDER BY event_time) AS a FROM events", "", "8 aggregate-order"},
		{"SELECT listagg(eventname, ',') WITHIN GROUP (ORDER BY eventname) AS a FROM events", "", ""},
		{"SELECT max_by(eventname, event_time) AS a FROM events", "", "8 aggregate-order"},
		{"SELECT max_by(eventname, (event_time, eventid)) AS a FROM events", "", ""},
		{"SELECT min_by(eventname, (event_time, eventname)) AS a FROM events", "", ""},
		{"SELECT arbitrary(eventname) AS a FROM events", "", "8 aggregate-order"},
		{"SELECT account_id, any_value(account_id) AS a FROM events GROUP BY account_id ORDER BY account_id", "", ""},

		{"SELECT count(*) AS n FROM (SELECT eventid FROM events ORDER BY event_time LIMIT 5) AS t", "", "81 limit-order"},
		{"SELECT count(*) AS n FROM (SELECT eventname FROM events ORDER BY event_time, eventid LIMIT 5) AS t", "", ""},
		{"SELECT count(*) AS n FROM (SELECT eventname FROM events GROUP BY eventname ORDER BY eventname LIMIT 5) AS t", "", ""},
		{"WITH a AS (SELECT eventname, row_number() OVER () AS r FROM events) SELECT count(*) AS n FROM a", "", "30 window-order"},
		{"SELECT eventname FROM events UNION SELECT account_id FROM history ORDER BY 1", "", ""},
	} {
		checked, ps := check(t, c.text)
		if checked == nil {
			t.Errorf("%s: %v", c.text, ps)
			continue
		}
		var got []string
		for _, p := range checked.Lint(strings.Fields(c.key)) {
			got = append(got, fmt.Sprintf("%d %s", p.At.Col, p.Rule))
			if p.Text == "" || p.Hint == "" && p.Rule != "volatile" && p.Rule != "key-selected" {
				t.Errorf("%s: %s has no words or no hint", c.text, p.Rule)
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s (%s): %q, want %q", c.text, c.key, s, c.want)
		}
	}
}
