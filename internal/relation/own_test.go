package relation_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// A library may write the relation in its own way, with other names and another layout: it has the same variants.
func TestOwnDefinition(t *testing.T) {
	s := relation.Scope{From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), LateDays: 2,
		HistoryDays: 30}
	own, builtIn := enginetest.OwnDefinition(t), enginetest.Definition(t, nil)
	for _, name := range []string{relation.Events, relation.History, relation.Staged} {
		for i, v := range [][2]*relation.Definition{{own, builtIn}, {own.Apart(), builtIn.Apart()}, {own.Equal(), builtIn.Equal()},
			{own.Unique(), builtIn.Unique()}} {
			got, err := v[0].Select(name, s, true)
			if err != nil {
				t.Fatal(err)
			}
			want, err := v[1].Select(name, s, true)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Columns(), want.Columns()) {
				t.Errorf("%s has the columns %v, want %v", name, got.Columns(), want.Columns())
			}
			over := func(b *sql.Bound) int { return strings.Count(b.Text(sql.Trino, nil), " OVER (") }
			if over(got) != over(want) {
				t.Errorf("variant %d of %s looks for copies in %d places, want %d", i, name, over(got), over(want))
			}
		}
	}
}
