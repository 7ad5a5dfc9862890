package sql

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What Check finds by writing pieces is what the printer finds when it writes all of a statement, wherever the piece stands.
func TestSupported(t *testing.T) {
	refused := []string{
		"date_format(event_time, eventname)", "date_format(event_time, '%U')", "format_datetime(event_time, 'z')",
		"date_parse(eventname, eventid)",
		"parse_datetime(eventname, eventid)", "regexp_like(eventname, '(?=a)')", "regexp_extract(eventname, '(a)', 2)",
		"regexp_extract(eventname, '(a*)?b', 1)",
		"regexp_extract_all(eventname, 'a(b)?', 1)", "regexp_replace(eventname, 'a', eventid)", "regexp_replace(eventname, 'a', '$9')",
		"regexp_split(eventname, '[[:alpha:]]')",
		"regexp_count(eventname, '(?U)a')", "format(eventname, 1)", "format('%x', 1)", "format('%d', eventname)",
		"round(price, CAST(copies AS integer))", "element_at(resources, 0)",
		"map(ARRAY[is_write], ARRAY[1])[true]", "INTERVAL '1' DAY * 1.5e0", "INTERVAL '1' DAY / 2", "local_date + INTERVAL '1' HOUR",
		"TRY((SELECT 1))",
		"to_iso8601(event_time AT TIME ZONE 'Asia/Tokyo')", "hour(t.x)", "date_trunc('day', t.x)", "date_add('day', 1, t.x)",
		"date_diff('day', t.x, t.x)",
		"date_format(t.x, '%Y')", "CAST(t.x AS date)", "CAST(t.x AS varchar)", "date(t.x)", "EXTRACT(hour FROM t.x)", "t.x + INTERVAL '1' MONTH",
		"last_day_of_month(t.x)",
	}
	places := []string{
		"SELECT typeof(%s) AS a, %[1]s AS b FROM events CROSS JOIN (SELECT event_time AT TIME ZONE 'Asia/Tokyo' AS x FROM events) AS t",
		"SELECT 1 AS a FROM events CROSS JOIN (SELECT event_time AT TIME ZONE 'Asia/Tokyo' AS x FROM events) AS t WHERE " +
			"coalesce(CAST(json_format(CAST(NULL AS json)) AS varchar), 'a') = 'a' AND %s IS NOT NULL",
		"SELECT count(*) AS n FROM events CROSS JOIN (SELECT event_time AT TIME ZONE 'Asia/Tokyo' AS x FROM events) AS t GROUP BY %s",
		"WITH w AS (SELECT CASE WHEN is_write THEN ARRAY[%s] END AS a FROM events CROSS JOIN (SELECT event_time AT TIME ZONE 'Asia/Tokyo' " +
			"AS x FROM events) AS t) SELECT cardinality(a) AS n FROM w",
		"SELECT eventid FROM events CROSS JOIN (SELECT event_time AT TIME ZONE 'Asia/Tokyo' AS x FROM events) AS t ORDER BY %s",
		"SELECT max(%s) FILTER (WHERE is_write) AS m FROM events CROSS JOIN (SELECT event_time AT TIME ZONE 'Asia/Tokyo' AS x FROM events) AS t",
		"SELECT any_match(ARRAY[1], i -> %s IS NULL) AS m FROM events CROSS JOIN (SELECT event_time AT TIME ZONE 'Asia/Tokyo' AS x FROM " +
			"events) AS t",
	}
	for _, x := range refused {
		met := 0
		for _, place := range places {
			text := fmt.Sprintf(place, x)
			p, ps := Parse(text, onLine)
			if ps != nil {
				t.Fatal(text, ps)
			}
			k, c := p.resolve(testCatalog, testTypes)
			if k.probs.Err() != nil {
				continue // refused for another reason, such as a value that cannot be ordered
			}
			e := newEmitter(c, nil, nil)
			e.statement()
			var want, got []string
			for _, r := range e.refused {
				want = append(want, fmt.Sprintf("%d %s", r.node.Pos(), r.text))
			}
			k.supported(c)
			for _, p := range k.probs {
				got = append(got, fmt.Sprintf("%d %s", p.At.Col-1, p.Text))
			}
			for _, s := range []*[]string{&want, &got} {
				slices.Sort(*s)
				*s = slices.Compact(*s)
			}
			if len(want) > 0 {
				met++
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s:\n Check finds %s\n the printer %s", text, strings.Join(got, "; "), strings.Join(want, "; "))
			}
		}
		if met < 3 {
			t.Errorf("%s is refused in %d places only", x, met)
		}
	}
}
