package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// filling are expressions whose value, or what it takes to make it, is larger than any memory.
var filling = map[string]string{
	"a replace that multiplies": "replace(rpad('', 1000000, 'a'), 'a', rpad('', 1000000, 'a'))",
	"replaces in one another": "replace(replace(replace(rpad('', 1000, 'a'), 'a', rpad('', 1000, 'a')), 'a', rpad('', 1000, " +
		"'a')), 'a', rpad('', 1000, 'a'))",
	"a pattern that multiplies":    "regexp_replace(rpad('', 1000000, 'a'), 'a', rpad('', 100000, 'b'))",
	"a pattern of nothing":         "regexp_replace(rpad('', 1000000, 'a'), '', rpad('', 100000, 'b'))",
	"a text that doubles 40 times": "reduce(sequence(1, 40), rpad('', 1000000, 'a'), (s, x) -> concat(s, s), s -> s)",
	"a list that doubles 40 times": "CAST(cardinality(reduce(sequence(1, 40), ARRAY['a'], (s, x) -> concat(s, s), s -> s)) AS varchar)",
	"10,000 texts of a megabyte":   "array_join(transform(sequence(1, 10000), x -> rpad('', 1000000, 'a')), '')",
	"a list of a billion":          "CAST(cardinality(sequence(1, 1000000000)) AS varchar)",
	"lists of lists of lists":      "CAST(cardinality(flatten(transform(sequence(1, 10000), x -> sequence(1, 10000)))) AS varchar)",
	"a padded text of a gigabyte":  "lpad('', 1000000000, 'a')",
	"a split of a split": "array_join(flatten(transform(split(rpad('', 100000, 'a,'), ','), x -> split(rpad('', 100000, " +
		"'a,'), ','))), '')",
	"JSON of a list of a million":     "json_format(CAST(transform(sequence(1, 1000000), x -> rpad('', 1000, 'a')) AS json))",
	"texts that are coded eight-fold": "url_encode(url_encode(url_encode(url_encode(url_encode(rpad('', 1000000, '%'))))))",
	"a reversed join of upper cases":  "reverse(upper(array_join(transform(sequence(1, 100000), x -> rpad('', 100000, 'ß')), 'ß')))",
	"aggregates of cross joins": "(SELECT array_join(array_agg(concat(a.requestparameters, b.requestparameters)), '') FROM events " +
		"a CROSS JOIN events b CROSS JOIN events c)",
	"listagg of cross joins": "(SELECT listagg(a.useragent, ',') WITHIN GROUP (ORDER BY a.eventid) FROM events a CROSS JOIN " +
		"events b CROSS JOIN events c)",
	"a map of cross joins": "(SELECT CAST(cardinality(map_agg(concat(a.eventid, b.eventid, c.eventid), a.useragent)) AS " +
		"varchar) FROM events a CROSS JOIN events b CROSS JOIN events c)",
}

// Values that grow without a bound end a query with an error, in bounds of memory and time, with no panic.
func TestAttackLargeValues(t *testing.T) {
	names := slices.Sorted(maps.Keys(filling))
	attack{name: "SQL whose values fill memory: replace, reduce, transform, aggregates", whole: len(names), sample: 1, try: func(t *try) {
		g, folder, name := attackGround(t), t.TempDir(), choose(t, names)
		statement := "SELECT " + filling[name] + " AS v FROM events GROUP BY 1 ORDER BY v"
		if strings.HasPrefix(filling[name], "(SELECT ") { // once, not for each event
			statement = "SELECT" + strings.TrimSuffix(strings.TrimPrefix(filling[name], "(SELECT"), ")")
			statement = strings.Replace(statement, " FROM events a", " AS v FROM events a", 1)
		}
		writeQuery(t, folder, statement)
		c := command(t.Context(), folder, append(g.asks(folder), "--query-timeout", "20s", "--memory", "256MiB", "--output", "csv")...)
		e, peak := t.measured(c, 3<<10, exitDone, exitUsage, exitError)
		t.count(map[int]string{exitDone: "answered", exitUsage: "refused", exitError: "ended with an error"}[e.code])
		t.most("MiB", peak)
		t.Logf("%s: exit code %d, %d MiB, %.1f s\n%.300s", name, e.code, peak, e.took.Seconds(), e.err)
		if peak > 1<<10 {
			t.Errorf("%s: %d MiB", name, peak)
		}
		if e.code == exitDone && len(e.out) > 64<<20 {
			t.Errorf("%s: %d bytes were printed", name, len(e.out))
		}
		plain(t, ended{err: e.err})

	}}.run(t)
}
