package sql

import (
	"strings"
	"testing"
)

func TestOnly(t *testing.T) {
	catalog := Catalog{"events": {{Name: "src", Type: "varchar"}, {Name: "name", Type: "varchar"}, {Name: "n", Type: "bigint"}}}
	for text, want := range map[string]string{
		"SELECT n FROM events WHERE src = 'a'":                                                       "a",
		"SELECT n FROM events WHERE 'a' = src AND n > 1":                                             "a",
		"SELECT n FROM events e WHERE e.src IN ('b', 'a') AND (n = 1 OR n = 2)":                      "a b",
		"SELECT n FROM events WHERE src = 'a' AND name = 'x' OR src = 'b'":                           "a b",
		"SELECT n FROM events WHERE src IN ('a', 'b') AND src IN ('b', 'c')":                         "b",
		"SELECT n FROM events WHERE src = :p":                                                        "from p",
		"SELECT n FROM events WHERE src = 'a' OR n = 1":                                              "all",
		"SELECT n FROM events WHERE NOT src = 'a'":                                                   "all",
		"SELECT n FROM events WHERE src NOT IN ('a')":                                                "all",
		"SELECT n FROM events WHERE src <> 'a'":                                                      "all",
		"SELECT n FROM events WHERE lower(src) = 'a'":                                                "all",
		"SELECT n FROM events WHERE src IN ('a', name)":                                              "all",
		"SELECT n FROM events WHERE src IN (SELECT name FROM events WHERE src = 'a')":                "all",
		"SELECT n FROM events":                                                                       "all",
		"SELECT count(*) AS n FROM events WHERE src = 'a' UNION ALL SELECT n FROM events":            "all",
		"SELECT n FROM events WHERE src = 'a' UNION ALL SELECT n FROM events WHERE src = 'b'":        "a b",
		"WITH c AS (SELECT n, name FROM events WHERE src = 'a') SELECT n FROM c WHERE name = 'x'":    "a",
		"WITH c AS (SELECT n, src FROM events) SELECT n FROM c WHERE src = 'a'":                      "all",
		"WITH events AS (SELECT 1 AS n, 'b' AS src) SELECT n FROM events WHERE src = 'a'":            "all",
		"SELECT a.n FROM events a JOIN events b ON a.n = b.n WHERE a.src = 'a' AND b.src = 'b'":      "a b",
		"SELECT a.n FROM events a JOIN events b ON a.n = b.n WHERE a.src = 'a'":                      "all",
		"SELECT a.n FROM events a LEFT JOIN events b ON a.n = b.n AND b.src = 'b' WHERE a.src = 'a'": "all",
		"SELECT n FROM events CROSS JOIN UNNEST(ARRAY[1, 2]) AS t(x) WHERE src = 'a'":                "a",
		"SELECT n FROM events WHERE src = 'a' AND EXISTS (SELECT 1 FROM events i WHERE i.n = 2)":     "all",
		"SELECT n FROM events WHERE CASE WHEN src = 'a' THEN true ELSE false END":                    "all",
		"SELECT CASE WHEN src = 'a' THEN 1 END AS n FROM events":                                     "all",
	} {
		p, bad := Parse(text, nil)
		if bad.Err() != nil {
			t.Fatal(text, bad)
		}
		c, bad := p.Check(catalog, Types{"p": "text"})
		if bad.Err() != nil {
			t.Fatal(text, bad)
		}
		b, err := c.Bind(Values{"p": "from p"})
		if err != nil {
			t.Fatal(text, err)
		}
		values, ok := b.AllowedValues("events", "src")
		got := "all"
		if ok {
			got = strings.Join(values, " ")
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}
