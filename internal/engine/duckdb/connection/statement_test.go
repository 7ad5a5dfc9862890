package connection

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"trailscribe/internal/engine/duckdb/machine"
	"trailscribe/internal/sql/scalar"
)

// An error of a limit fails its statement wherever it comes up; TRY makes NULL of other errors only.
func TestLimitInTry(t *testing.T) {
	db, err := Open(t.Context(), Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, query := range []string{
		"SELECT TRY(tr_pad('', 1048577, 'a', true))",
		"SELECT count(TRY(tr_pad('', 1048000 + i, 'a', true))) FROM range(1000) r(i)",
		"SELECT count(*) FROM range(1000) r(i) WHERE TRY(length(tr_pad('', 1048000 + i, 'a', true))) IS NULL",
		"SELECT list_transform(range(3), lambda x: TRY(tr_pad('', 1048577 + x, 'a', true)))",
		"EXPLAIN SELECT TRY(tr_pad('', 1048577, 'a', true))",
	} {
		var got any
		var limit *scalar.LimitError
		if err := db.QueryRowContext(t.Context(), query).Scan(&got); !errors.As(err, &limit) {
			t.Errorf("%s: %v %v", query, got, err)
		}
	}
	var n int64
	if err := db.QueryRowContext(t.Context(), "SELECT count(TRY(tr_pad('', i, 'a', true))) FROM range(-5, 5) r(i)").Scan(&n); err != nil ||
		n != 5 {
		t.Errorf("another error inside TRY: %d, %v", n, err)
	}
}

// What is told to one statement is not told to another of the same database.
func TestStatementsApart(t *testing.T) {
	db, err := Open(t.Context(), Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const good, bad = "SELECT count(tr_url_encode('a' || i)) FROM range(100000) r(i)",
		"SELECT count(TRY(tr_pad('', 1048577 + i, 'a', true))) FROM range(10000) r(i)"
	const slow = "SELECT count(tr_url_encode('a' || i)) FROM range(1000000000) r(i)"
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			var n int64
			if err := db.QueryRowContext(t.Context(), good).Scan(&n); err != nil || n != 100000 {
				t.Errorf("%d, %v", n, err)
			}
		})
		group.Go(func() {
			var n int64
			var limit *scalar.LimitError
			if err := db.QueryRowContext(t.Context(), bad).Scan(&n); !errors.As(err, &limit) {
				t.Errorf("%d, %v", n, err)
			}
		})
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			var n int64
			if err := db.QueryRowContext(ctx, slow).Scan(&n); err == nil || ctx.Err() == nil {
				t.Errorf("%d, %v", n, err)
			}
		})
	}
	group.Wait()
}

// The values of a batch are added up, and the memory of the process is looked at.
func TestMemoryOfValues(t *testing.T) {
	var memory *MemoryError
	var n int64
	db, err := Open(t.Context(), Options{Threads: 1, Memory: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const made = "SELECT count(TRY(tr_url_encode(repeat('a', 20000) || i))) FROM range(2048) r(i)"
	if err := db.QueryRowContext(t.Context(), made).Scan(&n); !errors.As(err, &memory) ||
		!strings.Contains(err.Error(), "32 MiB are allowed") {
		t.Errorf("40 MB of texts in a batch: %d, %v", n, err)
	}
	if err := db.QueryRowContext(t.Context(), strings.Replace(made, "20000", "2000", 1)).Scan(&n); err != nil || n != 2048 {
		t.Errorf("4 MB of texts in a batch: %d, %v", n, err)
	}
	if ceiling() != 0 {
		t.Fatal("a database without a promise is held to one")
	}
	small, err := Open(t.Context(), Options{Threads: 1, Promise: 1})
	if err != nil {
		t.Fatal(err)
	}
	err = crowded(Program)
	if err := small.Close(); err != nil {
		t.Error(err)
	}
	if !errors.As(err, &memory) && machine.Resident() > 0 {
		t.Errorf("more than a process may hold: %v", err)
	}
	if promised.Load() != 0 {
		t.Errorf("%d bytes are promised to nobody", promised.Load())
	}
}
