package sql

import (
	"fmt"
	"strings"
	"testing"
)

func TestJSONTexts(t *testing.T) {
	catalog := Catalog{
		"events":  {{Name: "id", Type: "varchar"}, {Name: "req", Type: "varchar"}, {Name: "res", Type: "varchar"}},
		"history": {{Name: "id", Type: "varchar"}, {Name: "req", Type: "varchar"}},
	}
	get := func(of, path string) string { return "json_extract_scalar(" + of + ", '" + path + "')" }
	a, b := get("req", "$.a"), get("req", "$.b.c")
	for _, c := range []struct{ text, texts, others, with string }{
		{"SELECT id, " + a + " AS x FROM events", "req $.a", "id", "SELECT id, d0 AS x FROM events"},
		{"SELECT " + a + " AS x, " + b + " AS y FROM events", "req $.a, req $.b.c", "", "SELECT d0 AS x, d1 AS y FROM events"},
		{"SELECT " + a + " AS x, req FROM events", "req $.a", "req", "SELECT d0 AS x, req FROM events"},
		{"SELECT " + a + " AS x FROM events WHERE req LIKE '%z%'", "req $.a", "req", "SELECT d0 AS x FROM events WHERE req LIKE '%z%'"},
		{"SELECT e." + "id, " + get("e.req", "$.a") + " AS x FROM events e", "req $.a", "id", "SELECT e.id, e.d0 AS x FROM events AS e"},
		{"SELECT " + a + " AS x, count(*) AS n FROM events GROUP BY " + a, "req $.a", "",
			"SELECT d0 AS x, count(*) AS n FROM events GROUP BY d0"},
		{"SELECT lower(" + a + ") AS x FROM events ORDER BY " + a, "req $.a", "", "SELECT lower(d0) AS x FROM events ORDER BY d0"},
		{"WITH c AS (SELECT " + a + " AS x FROM events WHERE id = 'i') SELECT x FROM c", "req $.a", "id",
			"c AS ( SELECT d0 AS x FROM events WHERE id = 'i' ) SELECT x FROM c"},
		// What is not a text out of a column of the relation.
		{"WITH c AS (SELECT req FROM events) SELECT " + a + " AS x FROM c", "", "req", a},
		{"WITH events AS (SELECT '{}' AS req) SELECT " + a + " AS x FROM events", "", "", a},
		{"SELECT " + get("lower(req)", "$.a") + " AS x FROM events", "", "req", "json_extract_scalar(lower(req), '$.a')"},
		{"SELECT " + get("coalesce(req, res)", "$.a") + " AS x FROM events", "", "req res", "coalesce(req, res)"},
		{"SELECT * FROM events WHERE " + a + " = 'z'", "", "id req res", a},
		{"SELECT count(*) AS n FROM (SELECT e.* FROM events e WHERE " + get("e.req", "$.a") + " = 'z')", "", "req", "e.req"},
		{"SELECT " + get("y", "$.a") + " AS x FROM events AS e(x, y, z)", "", "req", "json_extract_scalar(y, '$.a')"},
		{"SELECT " + a + " AS x FROM history", "", "", a},
		// Two places, one of which needs the column itself.
		{"SELECT " + get("e.req", "$.a") + " AS x FROM events e JOIN events f ON e.id = f.id WHERE f.req = 'r'", "req $.a", "id req",
			"e.d0 AS x"},
		{"SELECT e.id FROM events e WHERE EXISTS (SELECT 1 FROM history h WHERE " + get("h.req", "$.a") + " = " + get("e.req", "$.a") + ")",
			"req $.a", "id", "h.d0 = e.d0"},
		{"SELECT id FROM events WHERE id IN (SELECT " + a + " FROM events)", "req $.a", "id", "IN ( SELECT d0 FROM events )"},
		{"SELECT " + a + " AS x FROM events UNION ALL SELECT " + b + " FROM events", "req $.a, req $.b.c", "",
			"SELECT d0 AS x FROM events UNION ALL SELECT d1 FROM events"},
	} {
		p, bad := Parse(c.text, nil)
		if bad.Err() != nil {
			t.Fatal(c.text, bad)
		}
		checked, bad := p.Check(catalog, nil)
		if bad.Err() != nil {
			t.Fatal(c.text, bad)
		}
		bound, err := checked.Bind(nil)
		if err != nil {
			t.Fatal(err)
		}
		texts, others := bound.JSONTexts("Events")
		var said []string
		names := map[JSONText]string{}
		for i, x := range texts {
			said = append(said, x.Column+" "+x.Path)
			names[x] = fmt.Sprintf("d%d", i)
		}
		if got := strings.Join(said, ", "); got != c.texts {
			t.Errorf("%s\ntexts %q, want %q", c.text, got, c.texts)
		}
		if got := strings.Join(others, " "); got != c.others {
			t.Errorf("%s\nothers %q, want %q", c.text, got, c.others)
		}
		if len(texts) == 0 {
			names = map[JSONText]string{{"req", "$.a"}: "d0"} // of another statement
		}
		got := strings.Join(strings.Fields(bound.TextWith(map[string]string{}, names)), " ")
		if strings.Contains(c.text, "FROM history") && len(texts) == 0 {
			continue // the name stands for the same text of either relation
		}
		if !strings.Contains(got, c.with) {
			t.Errorf("%s\n%s, want %s", c.text, got, c.with)
		}
		if plain := bound.TextWith(nil, nil); plain != bound.Text(Trino, nil) {
			t.Errorf("without names the text is another: %s", plain)
		}
	}
}
