package athena

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"trailscribe/internal/awsfake"
	"trailscribe/internal/demo"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/relation"
	"trailscribe/internal/source/dir"
	"trailscribe/internal/sql"
)

// BenchmarkColumns measures what an estimate rests on: how many bytes a column takes in a staged copy, for a million bytes of
// log files, by the meter of the fake AWS. TRAILSCRIBE_LOGS is a folder of log files to use instead of sample logs, all of
// whose events count.
//
//	go test -run '^$' -bench Columns -benchtime 1x ./internal/engine/athena
func BenchmarkColumns(b *testing.B) {
	definition := enginetest.Definition(b, nil)
	w := newWorld(b, awsfake.Options{Seed: 1})
	root := os.Getenv("TRAILSCRIBE_LOGS")
	scope := october("columns")
	scope.Columns = nil
	made := root == ""
	if made {
		root = filepath.Join(b.TempDir(), "logs")
	} else {
		scope.From, scope.To = time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	logs, err := dir.New(dir.Options{Root: root, Create: made})
	if err != nil {
		b.Fatal(err)
	}
	defer logs.Close()
	if made {
		if _, err := demo.Generate(b.Context(), demo.Options{Seed: 7, From: scope.From, To: scope.To, Events: 150_000}, logs); err != nil {
			b.Fatal(err)
		}
	}
	w.table(false)
	w.fill(logs)
	for range b.N {
		s, err := open(b.Context(), w.engine(definition, func(o *Options) { o.Mode, o.PartitionFrom = Staged, 1<<40 }), scope)
		if err != nil {
			b.Fatal(err)
		}
		type size struct {
			name  string
			bytes int64
		}
		var sizes []size
		raw, sum := s.(*session).found.bytes, int64(0)
		for _, c := range relation.Columns() {
			found, err := s.Query(b.Context(),
				engine.Statement{ID: c.Name, Query: bind(b, definition,
					"SELECT "+sql.Name(c.Name)+" AS x FROM events WHERE "+sql.Name(c.Name)+" IS NOT NULL "+
						"ORDER BY cardinality(ARRAY["+sql.Name(c.Name)+"]) LIMIT 1")})
			if err != nil {
				b.Fatal(err)
			}
			for _, err := range found.All() {
				if err != nil {
					b.Fatal(err)
				}
			}
			n := found.Stats().Bytes
			sizes, sum = append(sizes, size{c.Name, n}), sum+n
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		slices.SortFunc(sizes, func(x, y size) int { return cmp.Compare(y.bytes, x.bytes) })
		for _, x := range sizes { // Log keeps only ten lines
			fmt.Fprintf(os.Stdout, "%8d %s\n", x.bytes*1_000_000/raw, x.name)
		}
		fmt.Fprintf(os.Stdout, "%8d of a million bytes in all; %d bytes of log files\n", sum*1_000_000/raw, raw)
	}
}
