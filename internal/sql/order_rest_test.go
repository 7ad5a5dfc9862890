package sql

import (
	"strings"
	"testing"
)

// ORDER BY is completed with the columns that it leaves out, so that rows with the same key have one order.
func TestOrderIsCompleted(t *testing.T) {
	for _, c := range []struct{ text, trino, duckdb string }{
		{"SELECT event_time, eventname, eventid FROM events ORDER BY event_time, eventid", "event_time, eventid, eventname",
			`"event_time" ASC NULLS LAST, "eventid" ASC NULLS LAST, "eventname" ASC NULLS LAST`},
		{"SELECT e.eventid, e.eventname FROM events e ORDER BY e.eventid DESC", "e.eventid DESC, eventname",
			`"eventid" DESC NULLS LAST, "eventname" ASC NULLS LAST`},
		{"SELECT eventid, lower(eventname) AS n FROM events ORDER BY lower(eventname)", "lower(eventname), eventid", `"eventid" ASC NULLS LAST`},
		{"SELECT eventid, lower(eventname) FROM events ORDER BY 1", "1, 2", `"_col1" ASC NULLS LAST`},
		{"SELECT eventid, eventname AS \"the name\" FROM events ORDER BY eventid", `eventid, "the name"`, `"the name" ASC NULLS LAST`},
		{"SELECT eventname AS x, eventid AS x FROM events ORDER BY eventtime", "eventtime, 1, 2", `"x" ASC NULLS LAST, "x_2" ASC NULLS LAST`},
		{"SELECT DISTINCT eventname, eventid FROM events ORDER BY eventname LIMIT 3", "eventname, eventid LIMIT 3",
			`"eventid" ASC NULLS LAST LIMIT 3`},
		{"SELECT eventname, eventid FROM events UNION ALL SELECT eventname, eventid FROM events ORDER BY eventname", "eventname, eventid",
			`"eventid" ASC NULLS LAST`},
		// one value; no order
		{"SELECT eventid, 'one' AS rule, json_parse(requestparameters) AS j FROM events ORDER BY eventid", "eventid", `"eventid" ASC NULLS LAST`},
		{"SELECT eventname, count(*) AS n FROM events GROUP BY eventname ORDER BY n DESC, eventname", "n DESC, eventname",
			`"eventname" ASC NULLS LAST`},
		{"SELECT n FROM (SELECT eventname AS n, eventid FROM events ORDER BY n LIMIT 2) t ORDER BY n", "n", `"n" ASC NULLS LAST`},
	} {
		p, bad := Parse(c.text, nil)
		if bad.Err() != nil {
			t.Fatal(bad)
		}
		checked, bad := p.Check(testCatalog, nil)
		if bad.Err() != nil {
			t.Fatal(bad)
		}
		b, err := checked.Bind(nil)
		if err != nil {
			t.Fatal(err)
		}
		last := func(text string) string {
			text = strings.Join(strings.Fields(text), " ")
			return text[strings.LastIndex(text, " ORDER BY ")+len(" ORDER BY "):]
		}
		text := b.Text(Trino, nil)
		if got := last(text); got != c.trino {
			t.Errorf("%s\n got ORDER BY %s\nwant ORDER BY %s", c.text, got, c.trino)
		}
		if got := last(b.Text(DuckDB, nil)); !strings.HasSuffix(got, c.duckdb) {
			t.Errorf("%s\n got ORDER BY %s\nwant … %s", c.text, got, c.duckdb)
		}
		// What was completed once is complete: the text that a report prints stays the same when it is read again.
		again, bad := Parse(text, nil)
		if bad.Err() != nil {
			t.Fatal(text, bad)
		}
		checked, bad = again.Check(testCatalog, nil)
		if bad.Err() != nil {
			t.Fatal(text, bad)
		}
		if b, err = checked.Bind(nil); err != nil || b.Text(Trino, nil) != text {
			t.Errorf("%s\nread again and printed:\n%s\n%v", text, b.Text(Trino, nil), err)
		}
	}
}
