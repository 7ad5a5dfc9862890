package run

import (
	"fmt"
	"iter"
	"testing"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/result"
)

// many is rows like CloudTrail's: columns that hardly change next to columns that always do.
type many struct {
	cols []result.Column
	n    int
}

func newMany(n int) many {
	m := many{n: n}
	for i := range 20 {
		m.cols = append(m.cols, result.Column{Name: fmt.Sprintf("column_%02d", i), Kind: result.Text})
	}
	m.cols[0].Kind = result.Instant
	return m
}

func (m many) Columns() []result.Column { return m.cols }
func (m many) Stats() engine.Stats      { return engine.Stats{} }
func (m many) Close() error             { return nil }
func (m many) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		row := make(result.Row, len(m.cols))
		for i := range m.n {
			row[0] = at(1, 0).Add(time.Duration(i) * time.Second)
			for c := 1; c < len(row); c++ {
				row[c] = "arn:aws:sts::111122223333:assumed-role/deploy/session"
				if c%3 == 0 {
					row[c] = fmt.Sprintf("%08x-0000-4000-8000-%012x", i, c)
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func BenchmarkKeepResult(b *testing.B) {
	f, _, err := createIn(b.TempDir(), key)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	b.ReportAllocs()
	if _, _, err := f.KeepResult("root/console-login", newMany(b.N)); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkReadResult(b *testing.B) {
	f, _, err := createIn(b.TempDir(), key)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	set, _, err := f.KeepResult("root/console-login", newMany(b.N))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for _, err := range set.All() {
		if err != nil {
			b.Fatal(err)
		}
	}
}
