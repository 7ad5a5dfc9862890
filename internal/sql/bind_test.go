package sql

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// declare is a statement with parameter types, whose names were not looked at.
func declare(t *testing.T, text string, types Types) *Checked {
	t.Helper()
	p, ps := Parse(text, nil)
	if ps != nil {
		t.Fatal(ps)
	}
	return &Checked{Parsed: p, facts: &facts{}, declared: types}
}

func TestBind(t *testing.T) {
	day := at("2026-10-01T00:00:00Z")
	for _, c := range []struct {
		typ   string
		value any
		want  string
	}{
		{"text", "it's", "'it''s'"},
		{"id", "a", "'a'"},
		{"zone", "Asia/Tokyo", "'Asia/Tokyo'"},
		{"clock", "09:00", "'09:00'"},
		{"texts", []string{"a"}, "ARRAY['a']"},
		{"ids", []string{}, "CAST(ARRAY[] AS array(varchar))"},
		{"cidrs", []string{"10.0.0.0/8"}, "ARRAY['10.0.0.0/8']"},
		{"int", int64(-3), "BIGINT '-3'"},
		{"int", 3, "BIGINT '3'"},
		{"number", 0.5, "0.5E0"},
		{"number", int64(2), "2E0"},
		{"bool", true, "TRUE"},
		{"date", day, "DATE '2026-10-01'"},
		{"date", Date(day), "DATE '2026-10-01'"},
		{"dates", []time.Time{day}, "ARRAY[DATE '2026-10-01']"},
		{"dates", []Date{}, "CAST(ARRAY[] AS array(date))"},
		{"instant", day, "TIMESTAMP '2026-10-01 00:00:00.000'"},
		{"duration", 24 * time.Hour, "BIGINT '86400'"},
		{"timestamp(3)", day, "TIMESTAMP '2026-10-01 00:00:00.000'"},
		{"timestamp(3) with time zone", day, "TIMESTAMP '2026-10-01 00:00:00.000 UTC'"},
		{"varchar", "x", "'x'"},
		{"array(bigint)", []int64{6, 7}, "ARRAY[BIGINT '6', BIGINT '7']"},
	} {
		b, err := declare(t, "SELECT :p", Types{"p": c.typ}).Bind(Values{"p": c.value, "other": struct{}{}})
		if err != nil {
			t.Errorf("%s %v: %v", c.typ, c.value, err)
			continue
		}
		if got := b.Text(Trino, nil); got != "SELECT "+strings.TrimPrefix(c.want, "SELECT ") {
			t.Errorf("%s %v: %s, want %s", c.typ, c.value, got, c.want)
		}
	}
}

func TestBindRefused(t *testing.T) {
	for _, c := range []struct {
		typ   string
		value any
		want  string
	}{
		{"text", nil, "parameter :p: it has no value"},
		{"text", 5, "parameter :p: its type is text, but the value is a Go int"},
		{"text", []string{"a"}, "its type is text"},
		{"text", "\x00", "parameter :p: the text contains"},
		{"texts", "a", "its type is texts"},
		{"int", 1.5, "its type is int"},
		{"int", "1; DROP TABLE t", "its type is int"},
		{"int", time.Second, "its type is int"},
		{"duration", 5, "its type is duration"},
		{"duration", time.Millisecond, "not a whole number of seconds"},
		{"number", "1", "its type is number"},
		{"bool", "true", "its type is bool"},
		{"date", "2026-10-01", "its type is date"},
		{"dates", []string{"2026-10-01"}, "its type is dates"},
		{"instant", Date{}, "its type is instant"},
		{"array(bigint)", []string{"1"}, "its type is array(bigint)"},
		{"", "a", "it is not declared"},
		{"json", "{}", "no literals of its type, json"},
	} {
		_, err := declare(t, "SELECT :p", Types{"p": c.typ}).Bind(Values{"p": c.value})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v: %v, want %q", c.typ, c.value, err, c.want)
		}
	}
	_, err := declare(t, "SELECT :a, :b", Types{"a": "int", "b": "int"}).Bind(nil)
	if err == nil || strings.Count(err.Error(), "no value") != 2 {
		t.Errorf("two missing values: %v", err)
	}
}

// TestBindPlace holds that a literal keeps its meaning wherever its parameter stands.
func TestBindPlace(t *testing.T) {
	c := declare(t, "SELECT -:x, a - :x, - -:x, :x * 2, a[:n], :x.f, a AT TIME ZONE :z, NOT :b, f(:x), ':x' FROM t WHERE a IN (:x, :n) "+
		"OFFSET :n LIMIT :n",
		Types{"x": "number", "n": "int", "z": "zone", "b": "bool"})
	for x, want := range map[float64]string{
		-1.5: "SELECT - -1.5E0, a - -1.5E0, - - -1.5E0, -1.5E0 * 2, a[BIGINT '2'], (-1.5E0).f, a AT TIME ZONE 'UTC', NOT TRUE, f(-1.5E0), " +
			"':x' FROM t WHERE a IN (-1.5E0, BIGINT '2') OFFSET 2 LIMIT 2",
		1.5: "SELECT -(1.5E0), a - 1.5E0, - -(1.5E0), 1.5E0 * 2, a[BIGINT '2'], (1.5E0).f, a AT TIME ZONE 'UTC', NOT TRUE, f(1.5E0), ':x' " +
			"FROM t WHERE a IN (1.5E0, BIGINT '2') OFFSET 2 LIMIT 2",
	} {
		b, err := c.Bind(Values{"x": x, "n": int64(2), "z": "UTC", "b": true})
		if err != nil {
			t.Fatal(err)
		}
		got := b.Text(Trino, nil)
		if flat := strings.ReplaceAll(strings.Join(strings.Fields(got), " "), "( ", "("); flat != want {
			t.Errorf("got  %s\nwant %s", flat, want)
		}
		fixpoint(t, got)
	}
	if _, err := c.Bind(Values{"x": 1.0, "n": int64(-1), "z": "UTC", "b": true}); err == nil ||
		!strings.Contains(err.Error(), ":n: it stands behind LIMIT") {
		t.Errorf("a negative LIMIT: %v", err)
	}
}

// TestBindApart holds that binding a statement again leaves what was bound before as it was.
func TestBindApart(t *testing.T) {
	c := declare(t, "SELECT :p", Types{"p": "text"})
	one, err1 := c.Bind(Values{"p": "one"})
	two, err2 := c.Bind(Values{"p": "two"})
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if got := one.Text(Trino, nil) + " " + two.Text(Trino, nil); got != "SELECT 'one' SELECT 'two'" {
		t.Error(got)
	}
}

func TestStands(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"SELECT a FROM events", "SELECT a FROM (SELECT 1) AS events"},
		{"SELECT a FROM Events AS e", "SELECT a FROM (SELECT 1) AS e"},
		{`SELECT a FROM "events" JOIN history ON TRUE`, `SELECT a FROM (SELECT 1) AS events JOIN "db"."h 1" AS history ON TRUE`},
		{"SELECT (SELECT max(a) FROM events) FROM t", "SELECT (SELECT max(a) FROM (SELECT 1) AS events) FROM t"},
		{"SELECT a FROM other.events", "SELECT a FROM other.events"},
		// A WITH of the same name hides the relation: not in itself, not before it, not outside it.
		{"WITH events AS (SELECT a FROM events) SELECT a FROM events",
			"WITH events AS (SELECT a FROM (SELECT 1) AS events) SELECT a FROM events"},
		{"WITH x AS (SELECT a FROM events), events AS (SELECT 2) SELECT a FROM events, x",
			"WITH x AS (SELECT a FROM (SELECT 1) AS events), events AS (SELECT 2) SELECT a FROM events, x"},
		{"SELECT a FROM (WITH events AS (SELECT 2) SELECT a FROM events) AS x, events",
			"SELECT a FROM (WITH events AS (SELECT 2) SELECT a FROM events) AS x, (SELECT 1) AS events"},
		{"WITH RECURSIVE events AS (SELECT a FROM events) SELECT a FROM events",
			"WITH RECURSIVE events AS (SELECT a FROM events) SELECT a FROM events"},
	} {
		b, err := declare(t, c.text, nil).Bind(nil)
		if err != nil {
			t.Fatal(err)
		}
		got := b.Text(Trino, map[string]string{"events": "(SELECT 1)", "history": `"db"."h 1"`})
		flat := strings.NewReplacer("( ", "(", " )", ")").Replace(strings.Join(strings.Fields(got), " "))
		if diff := cmp.Diff(c.want, flat); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.text, diff)
		}
	}
}

// A pattern that both engines take but read differently is found when its value comes, as it is in Check where it is written out.
func TestBindJudgesPatterns(t *testing.T) {
	for _, c := range []struct{ text, value, want string }{
		{"SELECT n FROM t WHERE regexp_like(s, :p)", "^a+$", ""},
		{"SELECT n FROM t WHERE regexp_like(s, :p)", "(", "parameter :p: the pattern is not a regular expression"},
		{"SELECT n FROM t WHERE regexp_like(s, :p)", "(?<=a)b", "Look-ahead"},
		{"SELECT n FROM t WHERE regexp_like(s, :p)", "[[:alpha:]&&[^a]]", "parameter :p: the pattern does not mean the same"},
		{"SELECT regexp_extract(s, :p, 1) AS x FROM t", "(a)", ""},
		{"SELECT regexp_extract(s, :p, 1) AS x FROM t", "a", "the pattern has 0 groups"},
		{"SELECT regexp_extract(s, :p, 1) AS x FROM t", "b(a*)?", "parameter :p: group 1 may be empty"},
		{"WITH c AS (SELECT s FROM t WHERE n > 1) SELECT regexp_replace(c.s, :p, 'x') AS x FROM c", "a|(?=b)", "parameter :p"},
	} {
		p, bad := Parse(c.text, nil)
		if bad.Err() != nil {
			t.Fatal(bad)
		}
		checked, bad := p.Check(Catalog{"t": {{Name: "n", Type: "bigint"}, {Name: "s", Type: "varchar"}}}, Types{"p": "text"})
		if bad.Err() != nil {
			t.Fatal(bad)
		}
		_, err := checked.Bind(Values{"p": c.value})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: %v, want %q", c.text, c.value, err, c.want)
		}
	}
}
