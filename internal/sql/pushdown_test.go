package sql

import (
	"strings"
	"testing"
)

var pushdownCatalog = Catalog{
	"events": {{Name: "src", Type: "varchar"}, {Name: "name", Type: "varchar"}, {Name: "n", Type: "bigint"}, {Name: "ok", Type: "boolean"},
		{Name: "at", Type: "timestamp(3)"}, {Name: "doc", Type: "varchar"}, {Name: "who", Type: "row(kind varchar, deep row(leaf varchar))"},
		{Name: "tags", Type: "array(varchar)"}},
	"history": {{Name: "src", Type: "varchar"}, {Name: "h", Type: "varchar"}},
}

func boundFor(t testing.TB, text string) *Bound {
	t.Helper()
	p, bad := Parse(text, nil)
	if bad.Err() != nil {
		t.Fatal(text, bad)
	}
	c, bad := p.Check(pushdownCatalog, Types{"p": "text", "list": "texts", "flag": "bool"})
	if bad.Err() != nil {
		t.Fatal(text, bad)
	}
	b, err := c.Bind(Values{"p": "it's", "list": []string{"x", "y"}, "flag": false})
	if err != nil {
		t.Fatal(text, err)
	}
	return b
}

func TestPushdown(t *testing.T) {
	for text, want := range map[string]string{
		// one place
		"SELECT n FROM events":                                "all",
		"SELECT n FROM events WHERE src = 'a'":                "src = 'a'",
		"SELECT n FROM events e WHERE e.src = 'a' AND e.ok":   "src = 'a' AND ok",
		"SELECT n FROM events WHERE NOT ok AND n IS NOT NULL": "NOT ok AND n IS NOT NULL",
		"SELECT n" +
			" FROM events WHERE src = :p AND contains(:list, name)": "src = 'it''s' AND contains(ARRAY['x', 'y'], name)",
		"SELECT n FROM events WHERE (ok OR :flag) AND n > 2": "(ok OR FALSE) AND n > 2",
		"SELECT n" +
			" FROM events WHERE src IN ('a', name) OR n BETWEEN 1 AND 2": "src IN ('a', name) OR n BETWEEN 1 AND 2",
		"SELECT n" +
			" FROM events WHERE who.kind = 'x' AND events.who.deep.leaf LIKE 'y%'": "who.kind = 'x' AND who.deep.leaf LIKE 'y%'",
		`SELECT n FROM events e WHERE e."src" = 'a'`:                                                                  "src = 'a'",
		"SELECT n FROM events WHERE date_format(at, '%H:%i') >= '08:00' AND at < TIMESTAMP '2026-10-01 00:00:00.000'": `date_format("at", '%H:%i') >= '08:00' AND "at" < TIMESTAMP '2026-10-01 00:00:00.000'`,
		"SELECT n" +
			" FROM events WHERE CASE WHEN ok THEN true ELSE src = 'a' END": "CASE WHEN ok THEN TRUE ELSE src = 'a' END",
		"SELECT n FROM events WHERE false": "FALSE",
		// what cannot be said, is expensive, can fail or changes is taken for TRUE
		"SELECT n FROM events WHERE src = 'a' AND CAST(name AS bigint) = 2":                 "src = 'a'",
		"SELECT n FROM events WHERE src = 'a' AND n / 2 = 1":                                "src = 'a'",
		"SELECT n FROM events WHERE src = 'a' OR CAST(name AS bigint) = 2":                  "all",
		"SELECT n FROM events WHERE TRY_CAST(name AS bigint) = 2":                           "TRY_CAST(name AS bigint) = 2",
		"SELECT n FROM events WHERE json_extract_scalar(doc, '$.a') = 'x'":                  "all",
		"SELECT n FROM events WHERE doc = 'x' AND ok":                                       "ok",
		"SELECT n FROM events WHERE src = 'a' AND (name = 'x' OR name = 'y' AND doc <> '')": "src = 'a' AND (name = 'x' OR name = 'y')",
		"SELECT n FROM events WHERE src = 'a' AND NOT (name = 'x' AND doc <> '')":           "src = 'a'",
		"SELECT n FROM events WHERE ok AND at < current_timestamp":                          "ok",
		"SELECT n FROM events WHERE ok AND random() < 0.5E0":                                "ok",
		"SELECT n FROM events WHERE ok AND tags[1] = 'x'":                                   "ok",
		"SELECT n FROM events WHERE any_match(tags, t -> t = 'x')":                          "any_match(tags, t -> t = 'x')",
		"SELECT n FROM events e WHERE ok AND any_match(e.tags, src -> src = e.name)":        "ok",
		// queries in conditions
		"SELECT n FROM events WHERE ok AND src IN (SELECT h FROM history)":                                     "ok",
		"SELECT n FROM events WHERE src IN (SELECT h FROM history)":                                            "all",
		"SELECT n FROM events WHERE ok AND n = (SELECT max(n) FROM events WHERE name = 'x')":                   "ok | name = 'x'",
		"SELECT n FROM events WHERE ok AND n = (SELECT max(n) FROM events)":                                    "all",
		"SELECT n FROM events e WHERE ok AND EXISTS (SELECT 1 FROM events i WHERE i.name = 'x' AND i.n = e.n)": "ok | name = 'x'",
		"SELECT n FROM events e WHERE ok AND EXISTS (SELECT 1 FROM events i WHERE e.name = 'x' AND i.n = e.n)": "all",
		"SELECT n FROM events e WHERE ok AND EXISTS (SELECT 1 FROM history i WHERE i.src = e.src)":             "ok",
		"SELECT h FROM history WHERE h = 'x' AND EXISTS (SELECT 1 FROM events WHERE src = 'a')":                "src = 'a'",
		// several places
		"SELECT n FROM events WHERE src = 'a' UNION ALL SELECT n FROM events WHERE src = 'b'":     "src = 'a' | src = 'b'",
		"SELECT n FROM events WHERE src = 'a' UNION ALL SELECT n FROM events e WHERE e.src = 'a'": "src = 'a'",
		"SELECT n FROM events WHERE src = 'a' UNION ALL SELECT n FROM events":                     "all",
		"SELECT n FROM events WHERE src = 'a' EXCEPT SELECT n FROM events WHERE ok":               "src = 'a' | ok",
		"SELECT a.n FROM events a JOIN events b ON a.n = b.n WHERE a.src = 'a' AND b.ok":          "src = 'a' | ok",
		"SELECT a.n FROM events a JOIN events b ON a.n = b.n WHERE a.src = 'a'":                   "all",
		"SELECT a.n FROM events a JOIN events b ON a.n = b.n WHERE a.src = b.src":                 "all",
		"SELECT a.n FROM events a, history h WHERE a.src = 'a' AND h.h = a.name":                  "src = 'a'",
		"SELECT (SELECT max(n) FROM events WHERE ok) AS m, n FROM events WHERE src = 'a'":         "src = 'a' | ok",
		// WITH
		"WITH c AS (SELECT n, name FROM events WHERE src = 'a') SELECT n FROM c WHERE name = 'x'":           "src = 'a'",
		"WITH c AS (SELECT * FROM events WHERE src = 'a'), d AS (SELECT n FROM c WHERE ok) SELECT n FROM d": "src = 'a'",
		"WITH c AS (SELECT n, src FROM events) SELECT n FROM c WHERE src = 'a'":                             "all",
		"WITH events AS (SELECT 1 AS n, 'b' AS src) SELECT n FROM events WHERE src = 'a'":                   "all",
		"WITH events AS (SELECT n, src FROM events WHERE ok) SELECT n FROM events WHERE src = 'a'":          "ok",
		"SELECT n FROM (SELECT n, ok FROM events WHERE src = 'a') WHERE ok":                                 "src = 'a'",
		"SELECT src, count(*) AS c FROM events WHERE ok GROUP BY src HAVING src = 'a'":                      "ok",
		"SELECT n, row_number() OVER (ORDER BY n) AS r FROM events WHERE ok":                                "ok",
		// outer joins: only the side that keeps its rows
		"SELECT h.h FROM history h LEFT JOIN events e ON e.src = h.src WHERE e.src = 'a'":                            "all",
		"SELECT h.h FROM history h LEFT JOIN events e ON e.src = h.src AND e.ok WHERE e.n IS NULL":                   "all",
		"SELECT e.n FROM events e LEFT JOIN history h ON e.src = h.src WHERE e.src = 'a'":                            "src = 'a'",
		"SELECT e.n FROM events e LEFT JOIN history h ON e.src = h.src WHERE e.src = 'a' AND h.h IS NULL":            "src = 'a'",
		"SELECT e.n FROM events e RIGHT JOIN history h ON e.src = h.src WHERE e.src = 'a'":                           "all",
		"SELECT e.n FROM history h RIGHT JOIN events e ON e.src = h.src WHERE e.src = 'a'":                           "src = 'a'",
		"SELECT e.n FROM events e FULL JOIN history h ON e.src = h.src WHERE e.src = 'a'":                            "all",
		"SELECT e.n FROM history h LEFT JOIN (events e JOIN history i ON e.src = i.src) ON e.src = h.src WHERE e.ok": "all",
		"SELECT a.n FROM events a LEFT JOIN events b ON a.n = b.n WHERE a.ok AND b.ok":                               "all",
		"SELECT n FROM events JOIN history USING (src) WHERE src = 'a' AND ok":                                       "ok",
		"SELECT n FROM events CROSS JOIN UNNEST(tags) AS t(tag) WHERE src = 'a' AND tag = 'x'":                       "src = 'a'",
		"SELECT n FROM events LEFT JOIN UNNEST(tags) AS t(tag) ON TRUE WHERE src = 'a' AND tag IS NULL":              "src = 'a'",
		// columns under other names
		"SELECT n FROM events AS e(name, src, n, ok, at, doc, who, tags) WHERE src = 'a'": "all",
	} {
		condition, ok := boundFor(t, text).Pushdown("events", "doc")
		got := strings.Join(strings.Fields(condition), " ")
		if parts := strings.Split(got, ") OR ("); len(parts) > 1 {
			got = strings.TrimSuffix(strings.TrimPrefix(strings.Join(parts, " | "), "("), ")")
		}
		if !ok {
			if got != "" {
				t.Errorf("%s: no predicate and yet %q", text, got)
			}
			got = "all"
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
		if ok { // the condition is one over the relation's own columns, and its own predicate
			again, _ := boundFor(t, "SELECT 1 AS one FROM events WHERE "+condition).Pushdown("events", "doc")
			if plain := strings.NewReplacer("(", "", ")", "", "\n", " ", "  ", ""); plain.Replace(again) != plain.Replace(condition) {
				t.Errorf("%s: the predicate of its predicate is %s", text, again)
			}
		}
	}
	if _, ok := boundFor(t, "SELECT h FROM history WHERE h = 'x'").Pushdown("events"); ok {
		t.Error("a statement that does not read the relation has a predicate for it")
	}
}
