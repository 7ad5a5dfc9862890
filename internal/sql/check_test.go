package sql

import (
	"fmt"
	"strings"
	"testing"

	"trailscribe/internal/diag"
	"trailscribe/internal/result"
)

var testCatalog = Catalog{
	"events": {
		{Name: "eventid", Type: "varchar"}, {Name: "eventname", Type: "varchar"}, {Name: "eventsource", Type: "varchar"},
		{Name: "eventtime", Type: "varchar"},
		{Name: "event_time", Type: "timestamp(3)"}, {Name: "local_date", Type: "date"}, {Name: "account_id", Type: "varchar"},
		{Name: "useridentity", Type: "row(type varchar, arn varchar, sessioncontext row(attributes row(mfaauthenticated varchar)))"},
		{Name: "resources", Type: "array(row(arn varchar, accountid varchar, type varchar))"},
		{Name: "requestparameters", Type: "varchar"}, {Name: "is_write", Type: "boolean"}, {Name: "copies", Type: "bigint"},
		{Name: "share", Type: "double"},
		{Name: "price", Type: "decimal(10,2)"}, {Name: "$path", Type: "varchar"}, {Name: "timestamp", Type: "varchar"},
	},
	"history": {{Name: "eventid", Type: "varchar"}, {Name: "account_id", Type: "varchar"}, {Name: "eventname", Type: "varchar"}},
}

var testTypes = Types{"approved": "texts", "since": "instant", "limit": "int", "zone": "zone", "word": "text"}

// onLine places characters on one line, so that a column is the character counted from 1.
func onLine(char int) diag.Pos { return diag.Pos{Line: 1, Col: char + 1} }

func check(t *testing.T, text string) (*Checked, diag.Problems) {
	t.Helper()
	p, ps := Parse(text, onLine)
	if ps.Err() != nil {
		t.Fatalf("%s: %v", text, ps)
	}
	return p.Check(testCatalog, testTypes)
}

func TestCheckTypes(t *testing.T) {
	for _, c := range []struct{ text, types, uses string }{
		{"SELECT eventname FROM events", "varchar", "eventname"},
		{"SELECT EventName, events.EVENTID FROM Events", "varchar, varchar", "eventid eventname"},
		{"SELECT useridentity.sessioncontext.attributes.mfaauthenticated AS mfa FROM events", "varchar", "useridentity"},
		{"SELECT e.useridentity.arn FROM events e", "varchar", "useridentity"},
		{`SELECT "$path", "timestamp" FROM events`, "varchar, varchar", "$path timestamp"},
		{"SELECT count(*), count(DISTINCT account_id), sum(copies), avg(copies), max(event_time) FROM events",
			"bigint, bigint, bigint, double, timestamp(3)", "event_time account_id copies"},
		{"SELECT sum(price), avg(price), price * 2, price / 3, price + DECIMAL '0.001' FROM events GROUP BY price",
			"decimal(38,2), decimal(10,2), decimal(20,2), decimal(10,2), decimal(12,3)", "price"},
		{"SELECT copies / 2, copies * 1e0, 7 / 2, 7 / 2.0, share % 2 FROM events", "bigint, double, integer, decimal(12,1), double",
			"copies share"},
		{"SELECT event_time + INTERVAL '1' DAY, local_date - INTERVAL '1' MONTH, event_time - event_time, local_date > event_time FROM events",
			"timestamp(3), date, interval day to second, boolean", "event_time local_date"},
		{"SELECT date_trunc('hour', event_time), date_trunc('month', local_date), date_diff('day', local_date, event_time) FROM events",
			"timestamp(3), date, bigint", "event_time local_date"},
		{"SELECT from_iso8601_timestamp(eventtime) AT TIME ZONE :zone FROM events", "timestamp(3) with time zone", "eventtime"},
		{"SELECT transform(resources, r -> r.arn), filter(resources, r -> r.type = 'x')[1].arn, any_match(resources, r -> r.arn LIKE 'a%') " +
			"FROM events", "array(varchar), varchar, boolean", "resources"},
		{"SELECT reduce(ARRAY[1, 2], 0e0, (s, x) -> s + x, s -> CAST(s AS varchar))", "varchar", ""},
		{"SELECT CASE WHEN is_write THEN 1 ELSE 2.5 END, coalesce(NULL, 'a'), if(is_write, copies), nullif(eventname, '') FROM events",
			"decimal(11,1), varchar(1), bigint, varchar", "eventname is_write copies"},
		{"SELECT CAST(json_extract(requestparameters, '$.items') AS array(json)) FROM events", "array(json)", "requestparameters"},
		{"WITH a AS (SELECT * FROM events), b AS (SELECT * FROM a WHERE is_write) SELECT eventname FROM b", "varchar", "eventname is_write"},
		{"SELECT n FROM (SELECT eventname AS n, account_id FROM events) AS t", "varchar", "eventname account_id"},
		{"SELECT * FROM (SELECT eventname, copies FROM events) AS t", "varchar, bigint", "eventname copies"},
		{"SELECT eventname FROM events UNION SELECT account_id FROM history", "varchar", "eventname"},
		{"SELECT e.eventname FROM events e WHERE NOT EXISTS (SELECT 1 FROM history h WHERE h.account_id = e.account_id)", "varchar",
			"eventname account_id"},
		{"SELECT eventname, (SELECT count(*) FROM history h WHERE h.eventname = e.eventname) AS n FROM events e", "varchar, bigint", "eventname"},
		{"SELECT account_id, e.eventname, h.eventname FROM events e JOIN history h USING (account_id)", "varchar, varchar, varchar",
			"eventname account_id"},
		{"SELECT t.arn, n FROM events CROSS JOIN UNNEST(transform(resources, r -> r.arn)) WITH ORDINALITY AS t(arn, n)", "varchar, bigint",
			"resources"},
		{"SELECT eventname FROM events WHERE contains(:approved, eventid) AND event_time >= :since ORDER BY eventname LIMIT 5", "varchar",
			"eventid eventname event_time"},
		{"SELECT row_number() OVER (PARTITION BY account_id ORDER BY event_time) AS n FROM events", "bigint", "event_time account_id"},
		{"SELECT account_id, count(*) AS n FROM events GROUP BY account_id HAVING count(*) > 2 ORDER BY n DESC, account_id", "varchar, bigint",
			"account_id"},
		{"SELECT upper(eventname), lower(upper(eventname)) FROM events GROUP BY upper(eventname)", "varchar, varchar", "eventname"},
		{"SELECT e.account_id FROM events e GROUP BY account_id", "varchar", "account_id"},
		{"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n FROM t", "integer", ""},
		{"SELECT a.x FROM (VALUES (1, 'a'), (2, NULL)) AS a(x, y)", "integer", ""},
		{"SELECT TRY(CAST(eventname AS bigint)), typeof(copies) FROM events", "bigint, varchar", "eventname copies"},
	} {
		got, ps := check(t, c.text)
		if got == nil {
			t.Errorf("%s: %v", c.text, ps)
			continue
		}
		if s := strings.Join(got.Types(), ", "); s != c.types {
			t.Errorf("%s: types are %s, want %s", c.text, s, c.types)
		}
		if s := strings.Join(got.Uses("events"), " "); s != c.uses {
			t.Errorf("%s: reads %q, want %q", c.text, s, c.uses)
		}
	}
}

// Each refusal has the character it points at, counted from 1, and words of text and hint.
func TestCheckRefuses(t *testing.T) {
	for _, c := range []struct {
		text       string
		col, width int
		say, hint  string
	}{
		{"SELECT eventnam FROM events", 8, 8, "no column eventnam", "Did you mean eventname"},
		{"SELECT evnt_time FROM events", 8, 9, "no column evnt_time", "Did you mean event_time"},
		{"SELECT e.evntname FROM events e", 10, 8, "e has no column evntname", "eventname"},
		{"SELECT useridentity.am FROM events", 21, 2, "no field am", ""},
		{"SELECT useridentity.sessioncontext.atributes FROM events", 36, 9, "no field atributes", "attributes"},
		{"SELECT requestparameters.bucket FROM events", 26, 6, "varchar has no fields", "json_extract_scalar"},
		{"SELECT eventname FROM event", 23, 5, "no relation event", "Did you mean events"},
		{"SELECT x.* FROM events e", 8, 1, "no relation is called x", ""},
		{"SELECT lenght(eventname) FROM events", 8, 6, "no function lenght", "Did you mean length"},
		{"SELECT ifnull(eventname, '') FROM events", 8, 6, "no function ifnull", "coalesce"},
		{"SELECT json_extract_string(requestparameters, '$.a') FROM events", 8, 19, "no function", "json_extract_scalar"},
		{"SELECT eventname AS n FROM events WHERE n = 'x'", 41, 1, "no column n", "alias"},
		{"SELECT eventname AS n FROM events GROUP BY n", 44, 1, "no column n", "alias"},
		{"SELECT count(*) AS n FROM events HAVING n > 1", 41, 1, "no column n", "alias"},
		{`SELECT eventid FROM events WHERE eventname = "ConsoleLogin"`, 46, 14, "no column ConsoleLogin", "single quotes"},
		{"SELECT eventname = 1 FROM events", 18, 1, "cannot compare varchar with integer", "quotes"},
		{"SELECT event_time > '2026-10-01' FROM events", 19, 1, "cannot compare timestamp(3) with varchar", "TIMESTAMP '…'"},
		{"SELECT local_date = '2026-10-01' FROM events", 19, 1, "cannot compare date", "DATE '…'"},
		{"SELECT is_write = 'true' FROM events", 17, 1, "cannot compare boolean", "true or false"},
		{"SELECT eventname || 1 FROM events", 18, 2, "no || of varchar and integer", "CAST(… AS varchar)"},
		{"SELECT eventname + 1 FROM events", 18, 1, "no + of varchar", ""},
		{"SELECT eventname FROM events WHERE copies", 36, 6, "WHERE takes a condition", ""},
		{"SELECT length(copies) FROM events", 8, 14, "no length(bigint)", "length(varchar)"},
		{"SELECT eventname, count(*) FROM events", 8, 9, "neither in GROUP BY", "GROUP BY"},
		{"SELECT lower(eventname) FROM events GROUP BY upper(eventname)", 14, 9, "neither in GROUP BY", ""},
		{"SELECT account_id FROM events GROUP BY account_id ORDER BY eventname", 60, 9, "neither in GROUP BY", ""},
		{"SELECT eventname FROM events WHERE count(*) > 1", 36, 8, "WHERE takes no aggregates", "HAVING"},
		{"SELECT eventname FROM events WHERE rank() OVER (ORDER BY copies) = 1", 36, 29, "WHERE takes no window functions", "subquery"},
		{"SELECT max(count(*)) FROM events", 12, 8, "an aggregate takes no aggregates", ""},
		{"SELECT rank() FROM events", 8, 6, "needs OVER", ""},
		{"SELECT eventid FROM events e JOIN history h ON e.eventid = h.eventid", 8, 7, "ambiguous", "alias"},
		{"SELECT e.account_id FROM events e JOIN history h USING (account_id)", 10, 10, "has no column account_id", ""},
		{"SELECT 1 FROM events, events", 23, 6, "two relations are called events", ""},
		{"SELECT eventname FROM events UNION SELECT copies FROM events", 36, 25, "varchar on one side and bigint", "CAST"},
		{"SELECT 1 UNION SELECT 1, 2", 16, 11, "same number of columns", ""},
		{"SELECT eventid FROM events WHERE eventid IN (:approved)", 46, 9, "is a list", "contains(:approved, …)"},
		{"SELECT eventid FROM events WHERE eventid = :aproved", 44, 8, "no parameter :aproved", "approved"},
		{"SELECT CAST(resources AS bigint) FROM events", 8, 25, "no cast from array", ""},
		{"SELECT CAST(eventname AS array(varchar)) FROM events", 8, 33, "no cast", "json_parse"},
		{"SELECT CAST(eventname AS strng) FROM events", 26, 5, "no type strng", ""},
		{"SELECT date_trunc('hours', event_time) FROM events", 19, 7, "no unit hours", "hour"},
		{"SELECT date_trunc('hour', local_date) FROM events", 19, 6, "a date has no hour", ""},
		{"SELECT date_format(event_time, eventname) FROM events", 32, 9, "the format is a literal", ""},
		{"SELECT date_format(event_time, '%U') FROM events", 32, 4, "%U is not supported", ""},
		{"SELECT json_extract_scalar(requestparameters, 'a') FROM events", 47, 3, "does not start with $", ""},
		{"SELECT json_extract_scalar(requestparameters, '$.a[*]') FROM events", 47, 8, "wildcard", ""},
		{"SELECT json_extract_scalar(requestparameters, eventname) FROM events", 47, 9, "is a literal", ""},
		{"SELECT regexp_like(eventname, '(?=a)') FROM events", 31, 7, "not a regular expression both engines know", "Look-ahead"},
		{"SELECT regexp_extract(eventname, '(a)', 2) FROM events", 41, 1, "has 1 groups, not 2", ""},
		{"SELECT regexp_extract(eventname, '(a*)?b', 1) FROM events", 34, 8, "may be empty and may be absent", ""},
		{"SELECT event_time AT TIME ZONE 'Europe/Berln' FROM events", 32, 14, "no time zone Europe/Berln", ""},
		{"SELECT hour(x) FROM (SELECT event_time AT TIME ZONE 'Asia/Tokyo' AS x FROM events) AS t", 13, 1,
			"time zone of this value is no longer known", "AT TIME ZONE"},
		{"SELECT hour(event_time AT TIME ZONE '+02:00') FROM events", 37, 8, "an offset cannot stand", "Europe/Berlin"},
		{"SELECT eventid FROM events ORDER BY resources[1].arn, 9", 55, 1, "ORDER BY 9", ""},
		{"SELECT a FROM UNNEST('x') AS t(a)", 22, 3, "UNNEST takes an array", ""},
		{"SELECT a FROM events CROSS JOIN UNNEST(resources) AS t(a, b, c)", 33, 31, "one column per field by Trino", "transform"},
		{"SELECT json_parse(requestparameters) = json_parse('{}') FROM events", 38, 1, "json are not compared", "json_format"},
		{"SELECT TRY((SELECT 1)) FROM events", 13, 8, "TRY cannot hold a subquery", ""},
		{"SELECT with_timezone(event_time, 'UTC') FROM events", 8, 13, "not supported", ""},
		{"SELECT 1 FROM events NATURAL JOIN history", 15, 27, "NATURAL JOIN", "USING"},
		{"SELECT lag(eventid) OVER w FROM events", 26, 1, "no window w", ""},
		{"SELECT DISTINCT eventid FROM events ORDER BY eventname", 46, 9, "can only name what is selected", ""},
	} {
		got, ps := check(t, c.text)
		if got != nil || len(ps) == 0 {
			t.Errorf("%s: was taken", c.text)
			continue
		}
		p := ps[0]
		if p.At.Col != c.col || p.Width != c.width || !strings.Contains(p.Text, c.say) || !strings.Contains(p.Hint, c.hint) || len(ps) != 1 {
			var all []string
			for _, p := range ps {
				all = append(all, fmt.Sprintf("%d+%d %s (%s)", p.At.Col, p.Width, p.Text, p.Hint))
			}
			t.Errorf("%s:\n  %s\n  want %d+%d %s (%s)", c.text, strings.Join(all, "\n  "), c.col, c.width, c.say, c.hint)
		}
	}
}

// What DuckDB takes and Athena does not must be found before it is run, by the parser or by the checker.
func TestForeignDialectRefused(t *testing.T) {
	for _, text := range []string{
		"SELECT eventname, row_number() OVER (ORDER BY eventtime) rn FROM events QUALIFY rn = 1",
		"SELECT eventtime::timestamp FROM events",
		"SELECT * EXCLUDE (eventid) FROM events",
		"SELECT eventname FROM events WHERE eventname ILIKE '%boto%'",
		"SELECT eventname, count(*) FROM events GROUP BY ALL",
		"SELECT list_transform([1,2], lambda x: x+1) FROM events",
		"SELECT eventname FROM events LIMIT 10 OFFSET 5",
		"SELECT eventname FROM events WHERE eventname ~ 'Con'",
		"SELECT requestparameters->>'$.a' FROM events",
		"FROM events SELECT eventname",
		"SELECT eventname FROM events WHERE eventname = `x`",
		"SELECT eventname, FROM events",
		"SELECT * FROM read_text('/etc/passwd')",
		"SELECT * FROM '/etc/passwd'",
		`SELECT * FROM "/etc/passwd"`,
		"SELECT getenv('HOME')",
		"SELECT tr_ip('1.1.1.1')",
	} {
		p, ps := Parse(text, onLine)
		if ps.Err() == nil {
			if c, _ := p.Check(testCatalog, testTypes); c != nil {
				t.Errorf("%s: was taken", text)
			}
		}
	}
}

func TestWarningKeepsChecked(t *testing.T) {
	c, ps := check(t, "SELECT r.arn FROM events CROSS JOIN UNNEST(resources) AS t(r)")
	if c == nil || len(ps) != 1 || !ps[0].Warning || ps[0].Rule != "unnest-rows" {
		t.Errorf("unnesting rows as Athena documents it: %v %v", c, ps)
	}
}

func TestColumns(t *testing.T) {
	c, ps := check(t, "SELECT eventname, copies AS n, price, share, is_write, event_time, local_date, count(*), NULL AS x FROM events "+
		"GROUP BY 1, 2, 3, 4, 5, 6, 7")
	if c == nil {
		t.Fatal(ps)
	}
	want := []result.Column{{Name: "eventname", Kind: result.Text}, {Name: "n", Kind: result.Int}, {Name: "price", Kind: result.Decimal},
		{Name: "share", Kind: result.Float},
		{Name: "is_write", Kind: result.Bool}, {Name: "event_time", Kind: result.Instant}, {Name: "local_date", Kind: result.Date},
		{Name: "_col7", Kind: result.Int}, {Name: "x", Kind: result.Text}}
	got := c.Columns()
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("column %d is %v, want %v", i, got[i], want[i])
		}
	}
}

// FuzzCheck: whatever parses can be checked and printed without a panic, and printing twice gives the same.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"SELECT eventname FROM events", "SELECT a[1].b(c) FROM t",
		"SELECT sum(x -> y) OVER (ORDER BY 1) FROM UNNEST(ARRAY[1]) AS t(x)",
		"WITH a AS (SELECT * FROM events) SELECT * FROM a JOIN a b USING (eventid) ORDER BY 1",
		"SELECT CASE 1 WHEN 'a' THEN NULL END GROUP BY CUBE (1, 2)",
		"SELECT max_by(eventid, (event_time, eventid)) FROM events GROUP BY 1 HAVING eventid", "SELECT INTERVAL '1' DAY * DATE '2026-99-01'",
		"WITH RECURSIVE t AS (SELECT * FROM t UNION SELECT * FROM t) SELECT * FROM t",
		"SELECT grouping(eventid) FROM events GROUP BY GROUPING SETS ((), (eventid, 1))", "SELECT x.y.z FROM events x ORDER BY y.z, -1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, ps := Parse(text, onLine)
		if ps.Err() != nil {
			return
		}
		c, ps := p.Check(testCatalog, testTypes)
		if c == nil {
			if len(ps) == 0 {
				t.Fatal("refused without a reason")
			}
			return
		}
		e := newEmitter(c, nil, nil)
		e.statement()
		for _, r := range e.refused {
			t.Errorf("Check took what the printer refuses: %s", r.text)
		}
		c.Lint([]string{"eventid"})
		b, err := c.Bind(Values{"approved": []string{"a"}, "word": "x", "zone": "UTC", "limit": int64(3)})
		if err != nil {
			return
		}
		if first := b.Text(DuckDB, nil); first != b.Text(DuckDB, nil) {
			t.Fatal("printed differently the second time")
		}
	})
}

// Macros are texts put in place of calls, so nesting multiplies. What would fill the memory is refused, what anybody writes is not.
func TestCheckSize(t *testing.T) {
	nest := func(n int, open, inner, shut string) string {
		return "SELECT " + strings.Repeat(open, n) + inner + strings.Repeat(shut, n) + " AS x FROM events"
	}
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{nest(4, "greatest(", "copies", ", 1)"), true},
		{nest(30, "greatest(", "copies", ", 1)"), false},
		{nest(3, "substr(", "eventname", ", -3)"), true},
		{nest(15, "substr(", "eventname", ", -3)"), false},
		{nest(12, "split(array_join(", "split(eventname, ',')", ", ','), ',')"), false},
		{nest(2, "(", "price", " / DECIMAL '1.5')"), true},
		{nest(6, "(", "price", " / DECIMAL '1.5')"), false},
		{nest(40, "(1 + ", "copies", ")"), true},
		{nest(60, "lower(", "eventname", ")"), true},
		{nest(12, "coalesce(nullif(", "eventname", ", ''), 'a')"), true},
	} {
		got, ps := check(t, c.text)
		if (got != nil) != c.ok {
			t.Errorf("%.60s…: taken %v, %v", c.text, got != nil, ps)
		}
		if !c.ok && got == nil && ps[0].Rule != "too-large" {
			t.Errorf("%.60s…: %v", c.text, ps)
		}
	}
}
