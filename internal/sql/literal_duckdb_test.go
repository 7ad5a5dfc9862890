package sql

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"
)

// TestLiteralDuckDB holds that DuckDB reads each literal as the value and the type that was meant.
func TestLiteralDuckDB(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	day := at("2026-10-01T00:00:00Z")
	for _, c := range []struct {
		value any
		typ   string
		want  any
	}{
		{nil, `"NULL"`, nil},
		{"", "VARCHAR", ""},
		{"it's '' \\' \\n \n\r\t -- /* ; $1 ?", "VARCHAR", "it's '' \\' \\n \n\r\t -- /* ; $1 ?"},
		{"Größe 🙂 \u2028\u202e\ufeff", "VARCHAR", "Größe 🙂 \u2028\u202e\ufeff"},
		{true, "BOOLEAN", true},
		{int64(5), "BIGINT", int64(5)},
		{int64(math.MinInt64), "BIGINT", int64(math.MinInt64)},
		{int64(math.MaxInt64), "BIGINT", int64(math.MaxInt64)},
		{0.5, "DOUBLE", 0.5},
		{3.0, "DOUBLE", 3.0},
		{math.MaxFloat64, "DOUBLE", math.MaxFloat64},
		{math.SmallestNonzeroFloat64, "DOUBLE", math.SmallestNonzeroFloat64},
		{Date(day), "DATE", day},
		{at("2026-10-01T10:11:12.013Z"), "TIMESTAMP", at("2026-10-01T10:11:12.013Z")},
		{Zoned(at("2026-10-01T10:11:12.013+02:00")), "TIMESTAMP WITH TIME ZONE", at("2026-10-01T08:11:12.013Z")},
		{time.Hour, "BIGINT", int64(3600)},
		{[]string{"a", "b'"}, "VARCHAR[]", []any{"a", "b'"}},
		{[]string{}, "VARCHAR[]", []any{}},
		{[]int64{1}, "BIGINT[]", []any{int64(1)}},
		{[]float64{1.5}, "DOUBLE[]", []any{1.5}},
		{[]bool{}, "BOOLEAN[]", []any{}},
		{[]Date{Date(day)}, "DATE[]", []any{day}},
		{[]Date{}, "DATE[]", []any{}},
	} {
		text, err := Literal(DuckDB, c.value)
		if err != nil {
			t.Errorf("%#v: %v", c.value, err)
			continue
		}
		var typ string
		var got any
		if err := db.QueryRowContext(context.Background(), fmt.Sprintf("SELECT typeof(%s), %s", text, text)).Scan(&typ, &got); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if z, ok := got.(time.Time); ok {
			got = z.UTC()
		}
		if diff := cmp.Diff(c.want, got); diff != "" || typ != c.typ {
			t.Errorf("%s is a %s, want %s; -want +got\n%s", text, typ, c.typ, diff)
		}
	}
	for d, want := range map[Decimal]string{"1.50": "DECIMAL(3,2)", "-12": "DECIMAL(2,0)", "0.05": "DECIMAL(2,2)", "-0.50": "DECIMAL(2,2)"} {
		text, err := Literal(DuckDB, d)
		if err != nil {
			t.Fatal(err)
		}
		var typ, got string
		if err := db.QueryRow(fmt.Sprintf("SELECT typeof(%s), CAST(CAST(%s AS DECIMAL(38,2)) AS VARCHAR)", text, text)).Scan(&typ,
			&got); err != nil || typ != want || strings.TrimSuffix(got, ".00") != string(d) {
			t.Errorf("%s is %s of type %s, %v; want %s of type %s", text, got, typ, err, d, want)
		}
	}
}
