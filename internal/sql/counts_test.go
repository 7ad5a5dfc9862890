package sql

import "testing"

func TestCounts(t *testing.T) {
	catalog := Catalog{"events": {{Name: "src", Type: "varchar"}, {Name: "n", Type: "bigint"}, {Name: "w", Type: "boolean"}}}
	for text, want := range map[string]string{
		"SELECT count(*) FROM events":                                        "true",
		"SELECT count(*) AS n FROM events WHERE w":                           "w",
		"SELECT count(*) FROM events WHERE src = :p AND (w OR n > 1)":        "src = 'it''s' AND (w OR n > 1)",
		"SELECT count(*) FROM Events WHERE NOT w":                            "NOT w",
		"SELECT count(n) FROM events":                                        "no",
		"SELECT count(*) FILTER (WHERE w) FROM events":                       "no",
		"SELECT count(*) OVER () FROM events":                                "no",
		"SELECT count(*) + 1 FROM events":                                    "no",
		"SELECT count(DISTINCT src) FROM events":                             "no",
		"SELECT DISTINCT count(*) FROM events":                               "no",
		"SELECT count(*) FROM events GROUP BY src":                           "no",
		"SELECT count(*) FROM events HAVING count(*) > 1":                    "no",
		"SELECT count(*) FROM events LIMIT 1":                                "no",
		"SELECT count(*) FROM events e WHERE e.w":                            "no",
		"SELECT count(*) FROM other":                                         "no",
		"SELECT count(*) FROM events, other":                                 "no",
		"SELECT count(*) FROM (SELECT * FROM events)":                        "no",
		"WITH events AS (SELECT 1 AS n) SELECT count(*) FROM events":         "no",
		"SELECT count(*) FROM events WHERE n IN (SELECT m FROM other)":       "no",
		"SELECT count(*) FROM events UNION ALL SELECT count(*) FROM events":  "no",
		"SELECT count(*) FROM events WHERE EXISTS (SELECT 1 FROM other)":     "no",
		"SELECT count(*), 1 AS one FROM events":                              "no",
		"SELECT count(*) FROM events CROSS JOIN UNNEST(ARRAY[1, 2]) AS t(x)": "no",
	} {
		c := Catalog{"events": catalog["events"], "other": {{Name: "m", Type: "bigint"}}}
		p, bad := Parse(text, nil)
		if bad.Err() != nil {
			t.Fatal(text, bad)
		}
		checked, bad := p.Check(c, Types{"p": "text"})
		if bad.Err() != nil {
			t.Fatal(text, bad)
		}
		b, err := checked.Bind(Values{"p": "it's"})
		if err != nil {
			t.Fatal(err)
		}
		got, ok := b.Counts("EVENTS")
		if !ok {
			got = "no"
		}
		if got != want {
			t.Errorf("%s\n%q, want %q", text, got, want)
		}
	}
}
