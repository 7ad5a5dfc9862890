package connection

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/result"
)

func TestRows(t *testing.T) {
	db, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	cols := []result.Column{{Name: "t", Kind: result.Text}, {Name: "i", Kind: result.Int}, {Name: "h", Kind: result.Int},
		{Name: "d", Kind: result.Decimal},
		{Name: "f", Kind: result.Float}, {Name: "b", Kind: result.Bool}, {Name: "at", Kind: result.Instant}, {Name: "local", Kind: result.Local},
		{Name: "day", Kind: result.Date}, {Name: "n", Kind: result.Text}}
	rows, err := db.Query(`SELECT 'x', CAST(7 AS INTEGER), sum(CAST(7 AS BIGINT)), CAST(-0.05 AS DECIMAL(10,3)), 0.5::DOUBLE, true,
		TIMESTAMPTZ '2026-10-01 02:00:00.123456+02', TIMESTAMP '2026-10-01 02:00:00', DATE '2026-10-01', NULL`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	next, err := Rows(rows, cols)
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	got, err := next()
	if err != nil {
		t.Fatal(err)
	}
	want := result.Row{"x", int64(7), int64(7), "-0.050", 0.5, true, time.Date(2026, 10, 1, 0, 0, 0, 123e6, time.UTC),
		time.Date(2026, 10, 1, 2, 0, 0, 0, time.UTC), time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), nil}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if _, err := Rows(rows, cols[:2]); err == nil {
		t.Error("a result with other columns than the statement's was taken")
	}
}

func TestValueRefused(t *testing.T) {
	for name, c := range map[string]struct {
		kind  result.Kind
		value any
		want  string
	}{
		"NaN":             {result.Float, math.NaN(), "not a number"},
		"infinity":        {result.Float, math.Inf(-1), "not a number"},
		"128 bits":        {result.Int, new(big.Int).Lsh(big.NewInt(1), 64), "64 bits"},
		"unsigned":        {result.Int, uint64(math.MaxUint64), "64 bits"},
		"text as number":  {result.Int, "7", "whole number"},
		"number as time":  {result.Instant, int64(7), "kind"},
		"number as truth": {result.Bool, int64(1), "kind"},
		"list":            {result.Text, []any{"a"}, "kind"},
	} {
		if v, err := Value(c.kind, c.value); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v %v", name, v, err)
		}
	}
}
