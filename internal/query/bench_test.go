package query_test

import (
	"testing"
	"time"

	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/sql"
	"trailscribe/queries"
	"trailscribe/reports"
	"trailscribe/templates"
)

// BenchmarkLargest is the way of the library's longest query to Athena: read, checked against the columns of events, bound, printed.
func BenchmarkLargest(b *testing.B) {
	l, bad := library.Open(library.Embedded(queries.FS, reports.FS, templates.FS, true))
	if bad != nil {
		b.Fatal(bad)
	}
	f, bad := framework.Load(l)
	if bad != nil {
		b.Fatal(bad)
	}
	s, bad := query.Load(l, f)
	if bad != nil {
		b.Fatal(bad)
	}
	q := s.Queries[0]
	for _, x := range s.Queries {
		if len(x.SQL.Value) > len(q.SQL.Value) {
			q = x
		}
	}
	c := catalog(b, l)
	values := sql.Values{"period_from": time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), "period_to": time.Date(2026, 11, 1, 0, 0, 0, 0,
		time.UTC), "period_over": true}
	for _, p := range q.Params {
		values[p.Name] = p.Default
	}
	step := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
	parsed, _ := sql.Parse(q.SQL.Value, q.SQL.Place)
	checked, _ := parsed.Check(c, q.Types())
	bound, err := checked.Bind(values)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%s, %d characters", q.ID, len(q.SQL.Value))
	step("parse", func() { _, _ = sql.Parse(q.SQL.Value, q.SQL.Place) })
	step("check", func() { _, _ = parsed.Check(c, q.Types()) })
	step("lint", func() { _ = checked.Lint(q.Key) })
	step("bind", func() { _, _ = checked.Bind(values) })
	step("print-athena", func() { _ = bound.Text(sql.Trino, nil) })
	step("print-duckdb", func() { _ = bound.Text(sql.DuckDB, nil) })
}
