package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"trailscribe/internal/engine/duckdb/cache"
	"trailscribe/internal/source/dir"
)

// BenchmarkCompare reads one folder of logs three ways in the same run: our reader into the cache, DuckDB's own JSON reader into
// Parquet, and zcat with jq into nothing. Make a folder with 'trailscribe demo --logs-only --events 1000000 --out DIR' and name it in
// TRAILSCRIBE_LOGS; run with -benchtime 1x.
func BenchmarkCompare(b *testing.B) {
	logs := os.Getenv("TRAILSCRIBE_LOGS")
	if logs == "" {
		b.Skip("TRAILSCRIBE_LOGS names no folder of logs")
	}
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			src, err := dir.New(dir.Options{Root: logs})
			if err != nil {
				b.Fatal(err)
			}
			c, err := cache.Open(cache.Options{Dir: b.TempDir(), Source: src})
			if err != nil {
				b.Fatal(err)
			}
			s, err := c.Refresh(context.Background(), cache.Window{}, nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(s.Stats().Records), "records")
			s.Release()
			src.Close()
		}
	})
	b.Run("duckdb-read_json", func(b *testing.B) {
		for b.Loop() {
			db, err := sql.Open("duckdb", "")
			if err != nil {
				b.Fatal(err)
			}
			out := filepath.Join(b.TempDir(), "out.parquet")
			_, err = db.Exec(fmt.Sprintf(`COPY (SELECT unnest(Records) AS r FROM read_json('%s/**/*_CloudTrail_*.json.gz', maximum_object_size = 268435456, union_by_name = true)) TO '%s' (FORMAT parquet, COMPRESSION zstd)`, logs, out))
			if err != nil {
				b.Fatal(err)
			}
			db.Close()
		}
	})
	b.Run("zcat-jq", func(b *testing.B) {
		if _, err := exec.LookPath("jq"); err != nil {
			b.Skip("jq is not installed")
		}
		for b.Loop() {
			cmd := exec.Command("sh", "-c",
				`find "$1" -path '*/CloudTrail/*' -name '*.json.gz' -print0 | xargs -0 zcat | jq -c '.Records[]' >/dev/null`, "sh", logs)
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%v: %s", err, out)
			}
		}
	})
}
