package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/internal/source/mem"
	"trailscribe/internal/sql"
	"trailscribe/queries"
	"trailscribe/reports"
	"trailscribe/templates"
)

// Every exception query of the library gives exactly the rows that are planted for it: no row is missing and none is added, with
// duplicates, late files, services that work as root and the other traps around them.
func TestAnswers(t *testing.T) {
	if testing.Short() {
		t.Skip("opens an engine over two months of logs")
	}
	ctx := context.Background()
	l, bad := library.Open(library.Embedded(queries.FS, reports.FS, templates.FS, true))
	fail(t, bad.Err())
	frameworks, bad := framework.Load(l)
	fail(t, bad.Err())
	set, bad := query.Load(l, frameworks)
	fail(t, bad.Err())
	def, bad := relation.Load(l)
	fail(t, bad.Err())
	logs, err := mem.New(mem.Options{})
	fail(t, err)
	planted, err := Generate(ctx, Options{Seed: 1, Events: 9000}, logs)
	fail(t, err)
	want := map[string][]string{}
	for _, p := range planted {
		want[p.Query] = append(want[p.Query], strings.Join(p.Keys, " | "))
	}
	e, err := duckdb.New(duckdb.Options{Definition: def, Source: logs, CacheDir: t.TempDir(), Threads: 1})
	fail(t, err)
	defer e.Close()
	from, to := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	settings := relation.Settings{Weekend: []time.Weekday{time.Saturday, time.Sunday}}
	s, err := e.Open(ctx, engine.Scope{Run: "answers", Scope: relation.Scope{From: from, To: to, HistoryDays: 90, LateDays: 2,
		Values: settings.Values()}})
	fail(t, err)
	defer s.Close()
	asked := 0
	for _, q := range set.Queries {
		if q.Kind != query.KindException {
			continue
		}
		asked++
		if len(want[q.ID]) == 0 {
			t.Errorf("nothing is planted for %s", q.ID)
		}
		checked, bad := q.Compile(def.Catalog())
		fail(t, bad.Err())
		values := sql.Values{"period_from": from, "period_to": to, "period_over": true}
		for _, p := range q.Params {
			values[p.Name] = p.Default
		}
		bound, err := checked.Bind(values)
		fail(t, err)
		rows, err := s.Query(ctx, engine.Statement{ID: q.ID, Query: bound, HistoryDays: q.HistoryDays})
		fail(t, err)
		at := make([]int, len(q.Key))
		for i, k := range q.Key {
			for j, c := range rows.Columns() {
				if c.Name == k {
					at[i] = j
				}
			}
		}
		var got []string
		for row, err := range rows.All() {
			fail(t, err)
			var keys []string
			for _, j := range at {
				keys = append(keys, keyText(row[j]))
			}
			got = append(got, strings.Join(keys, " | "))
		}
		fail(t, rows.Close())
		slices.Sort(got)
		slices.Sort(want[q.ID])
		for _, k := range got {
			if _, ok := slices.BinarySearch(want[q.ID], k); !ok {
				t.Errorf("%s gives a row that is not planted: %s", q.ID, k)
			}
		}
		for _, k := range want[q.ID] {
			if _, ok := slices.BinarySearch(got, k); !ok {
				t.Errorf("%s does not give the planted row %s", q.ID, k)
			}
		}
		delete(want, q.ID)
	}
	for id := range want {
		t.Errorf("rows are planted for %s, which is not an exception query of the library", id)
	}
	if asked == 0 {
		t.Error("no query was asked")
	}
}

func keyText(v any) string {
	t, ok := v.(time.Time)
	switch {
	case ok && t.Equal(t.Truncate(24*time.Hour)):
		return t.Format(time.DateOnly)
	case ok:
		return t.Format(time.RFC3339)
	}
	return fmt.Sprint(v)
}

func fail(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
