package connection

import (
	"context"
	"sync"
	"testing"

	"github.com/duckdb/duckdb-go/v2"

	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/sql"
)

// shared is one database for all tests that only ask.
var shared = sync.OnceValues(func() (*Database, error) { return Open(context.Background(), Options{Threads: 2}) })

func ask(t testing.TB, query string) ([][]any, error) {
	t.Helper()
	db, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]any
	for rows.Next() {
		cells, into := make([]any, len(names)), make([]any, len(names))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		for i, v := range cells {
			switch v := v.(type) {
			case duckdb.OrderedMap:
				cells[i] = &v
			case duckdb.Decimal:
				cells[i] = decimalText(v)
			}
		}
		out = append(out, cells)
	}
	return out, rows.Err()
}

func TestExpressions(t *testing.T) {
	enginetest.Expressions(t, func(t *testing.T, b *sql.Bound) ([][]any, error) {
		return ask(t, b.Text(sql.DuckDB, nil))
	})
}
