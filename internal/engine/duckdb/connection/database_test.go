package connection

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// slow is a statement that is one call of a function, some n*n steps long. Nothing interrupts it.
func slow(n int) string {
	return fmt.Sprintf("SELECT levenshtein(repeat('a', %d), repeat('b', %[1]d))", n)
}

// A statement that cannot be interrupted is left behind: its caller gets an error, others are answered, and the database closes.
func TestLeftBehind(t *testing.T) {
	db, err := Open(context.Background(), Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	db.grace = time.Millisecond
	for n := 5_000; ; n *= 2 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		rows, err := db.QueryContext(ctx, slow(n)) //nolint:rowserrcheck // there are no rows
		cancel()
		if err == nil { // a busy machine: it ended before the context did
			rows.Close() //nolint:sqlclosecheck // in a loop
			continue
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("a statement whose context has ended: %v", err)
		}
		if errors.Is(err, ErrLeftBehind) {
			break
		}
	}
	var one int
	if err := db.QueryRow("SELECT 1").Scan(&one); err != nil || one != 1 {
		t.Errorf("another statement: %d, %v", one, err)
	}
	for db.Running() {
		time.Sleep(time.Millisecond)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// What can be interrupted is not left behind.
func TestInterrupted(t *testing.T) {
	db, err := Open(context.Background(), Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.grace = time.Minute
	for name, run := range map[string]func(context.Context) error{
		"query": func(ctx context.Context) error {
			const text = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = -1"
			_, err := db.QueryContext(ctx, text) //nolint:rowserrcheck,sqlclosecheck // there are no rows
			return err
		},
		"statement": func(ctx context.Context) error {
			_, err := db.ExecContext(ctx, "CREATE TABLE t AS SELECT a.range FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = -1")
			return err
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		err := run(ctx)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrLeftBehind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
