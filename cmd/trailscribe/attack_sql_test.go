package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// foreign are statements that ask for more than rows of events: files, other relations, settings, what the machine knows.
var foreign = append(strings.Split(strings.TrimSpace(`
SELECT * FROM read_csv('/etc/passwd')
SELECT content AS v FROM read_text('/etc/passwd')
SELECT filename AS v FROM glob('/**')
SELECT v FROM 'x.parquet'
SELECT v FROM "/etc/passwd"
SELECT v FROM read_parquet('s3://zq/x')
SELECT v FROM parquet_scan('x')
SELECT v FROM read_json_auto('http://zq.example/')
SELECT v FROM sniff_csv('/etc/passwd')
COPY events TO '/zq/zq'
COPY (SELECT 1) TO '/zq/zq' (FORMAT csv)
EXPORT DATABASE '/zq/zq'
IMPORT DATABASE '/zq/zq'
ATTACH '/zq/zq.db' AS zq
DETACH memory
USE zq
INSTALL httpfs
LOAD httpfs
PRAGMA version
PRAGMA database_list
SET threads = 100
SET memory_limit = '1TB'
RESET ALL
CALL pragma_version()
CHECKPOINT
VACUUM
EXPLAIN SELECT 1
DESCRIBE events
SHOW TABLES
CREATE TABLE zq AS SELECT 1 AS v
CREATE VIEW zq AS SELECT 1 AS v
CREATE MACRO zq() AS 1
DROP TABLE events
INSERT INTO events SELECT * FROM events
UPDATE events SET eventname = 'x'
DELETE FROM events
TRUNCATE events
ALTER TABLE events ADD COLUMN v varchar
SELECT 'a' AS v FROM events; DROP TABLE events
SELECT 'a' AS v; SELECT 'b' AS v
SELECT 'a' AS v FROM events;;
BEGIN; SELECT 1
PREPARE zq AS SELECT 1
EXECUTE zq
SELECT table_name AS v FROM information_schema.tables ORDER BY v
SELECT name AS v FROM sqlite_master ORDER BY v
SELECT v FROM duckdb_settings()
SELECT database_name AS v FROM duckdb_databases()
SELECT v FROM pg_catalog.pg_class
SELECT account AS v FROM records ORDER BY v
SELECT v FROM raw.records
SELECT v FROM memory.main.events
SELECT v FROM main.events
SELECT v FROM range(10) t(v)
SELECT v FROM generate_series(1,10) t(v)
SELECT v FROM "$partitions"
SELECT getenv('HOME') AS v FROM events GROUP BY 1 ORDER BY v
SELECT current_setting('temp_directory') AS v FROM events GROUP BY 1 ORDER BY v
SELECT version() AS v FROM events GROUP BY 1 ORDER BY v
SELECT current_user AS v FROM events GROUP BY 1 ORDER BY v
SELECT current_database() AS v FROM events GROUP BY 1 ORDER BY v
SELECT query('SELECT 1') AS v FROM events GROUP BY 1 ORDER BY v
SELECT v FROM query_table('events')
SELECT CAST(now() AS varchar) AS v FROM events GROUP BY 1 ORDER BY v
SELECT CAST(random() AS varchar) AS v FROM events GROUP BY 1 ORDER BY v
SELECT uuid() AS v FROM events GROUP BY 1 ORDER BY v
SELECT nextval('zq') AS v FROM events
SELECT eventname AS v FROM events WHERE eventname = ?
SELECT eventname AS v FROM events WHERE eventname = $1
SELECT eventname AS v FROM events WHERE eventname = :unknown
SELECT eventname AS v FROM TABLE(system.query('x'))
SELECT eventname AS v FROM events TABLESAMPLE BERNOULLI (1)
SELECT eventname AS v FROM events FOR UPDATE
SELECT (SELECT 1; SELECT 2) AS v FROM events
SELECT "eventname"; AS v FROM events
VALUES (1)
TABLE events
FROM events
/* nothing */
-- nothing
SELECT
)
'
"
/*
`), "\n"), "", "SELECT 'a' AS v\x00 FROM events", "SELECT eventname AS v FROM events /*\n", "\ufeffDROP TABLE events")

// A query can ask nothing but SELECT from the relations that it is given.
func TestAttackSQL(t *testing.T) {
	const name = "SQL that asks for files, settings, other relations, or changes something"
	attack{name: name, whole: len(foreign), sample: 3, try: func(t *try) {
		statement, lib := choose(t, foreign), t.TempDir()
		if code, said := lints(t, lib, where("eventname IS NOT NULL")); code != exitDone {
			t.Fatalf("a good query is refused: %d\n%s", code, said)
		}
		code, said := lints(t, lib, statement)
		if code != exitUsage || !strings.Contains(said, "attack.yaml:") {
			t.Errorf("%q: exit code %d, want %d and the place\n%s", statement, code, exitUsage, said)
		}
		e := t.runs(lib, attackGround(t).asks(lib), exitUsage)
		if e.out != "" || strings.Contains(e.err, "root:") {
			t.Errorf("%q gives rows:\n%s%s", statement, e.out, e.err)
		}
	}}.run(t)
}

// lints writes a query with a statement into a library and lints it.
func lints(t *try, lib, statement string) (int, string) {
	t.Helper()
	writeQuery(t, lib, statement)
	code, out, said := inProcess(t, "query", "lint", "zz/attack", "--library", lib)
	return code, out + said
}

// asks are the arguments that run the query of a library.
func (g *ground) asks(lib string) []string {
	return []string{"query", "run", "zz/attack", "--library", lib, "--source", g.logs, "--period", attackPeriod, "--cache", g.cache}
}

func writeQuery(t *try, lib, statement string) {
	t.Helper()
	folder := filepath.Join(lib, "queries", "zz")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`id: zz/attack
title: An attack
question: What does it give?
kind: metric
why: It is an attack.
log_scope: [management]
columns:
  - {name: v, label: Value, type: text}
key: [v]
sql: %q
`, statement)
	if err := os.WriteFile(filepath.Join(folder, "attack.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// large are made only where they are used, since every process of a test is this program too. They are statements that are long or
// deep, or that a simple reader takes for ever to read.
var large = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"brackets 10,000 deep":       one(strings.Repeat("(", 10_000) + "eventname" + strings.Repeat(")", 10_000)),
		"brackets that do not close": "SELECT " + strings.Repeat("(", 100_000),
		"100,000 times not":          where(strings.Repeat("NOT ", 100_000) + "true"),
		"subqueries 2,000 deep":      strings.Repeat("SELECT v FROM (", 2000) + one("eventname") + strings.Repeat(") t", 2000),
		"CASE 2,000 deep":            one(strings.Repeat("CASE WHEN true THEN ", 2000) + "eventname" + strings.Repeat(" END", 2000)),
		"a list of 50,000":           where("eventname IN (" + strings.Repeat("'a',", 50_000) + "'b')"),
		"50,000 columns":             "SELECT " + strings.Repeat("eventname,", 50_000) + "eventname AS v FROM events ORDER BY v",
		"10,000 unions": strings.Repeat("SELECT eventname AS v FROM events UNION ALL ", 10_000) +
			"SELECT eventname AS v FROM events",
		"100,000 additions":         one("CAST(1" + strings.Repeat("+1", 100_000) + " AS varchar)"),
		"a text of 5 MB":            one("'" + strings.Repeat("a", 5<<20) + "'"),
		"a pattern of 5,000 stars":  where("regexp_like(useragent, '" + strings.Repeat("(a|b)*c", 5000) + "')"),
		"a pattern that backtracks": where("regexp_like(requestparameters, '^(([a-z])+.)+[A-Z]([a-z])+$')"),
		"a pattern that repeats":    where("regexp_like(useragent, '((a{1,100}){1,100}){1,100}')"),
		"5,000 stars of LIKE":       where("useragent LIKE '" + strings.Repeat("%a", 5000) + "'"),
	}
})

// one is a good statement around an expression, where one around a condition.
func one(expression string) string {
	return "SELECT " + expression + " AS v FROM events GROUP BY 1 ORDER BY v"
}

func where(condition string) string {
	return "SELECT eventname AS v FROM events WHERE " + condition + " GROUP BY eventname ORDER BY v"
}

// Statements that are large or deep are answered or refused, in bounds of memory, with no panic and no endless wait.
func TestAttackLargeSQL(t *testing.T) {
	names := slices.Sorted(maps.Keys(large()))
	attack{name: "SQL that is deep, long, or full of patterns", whole: len(names), sample: 1, try: func(t *try) {
		g, folder, name := attackGround(t), t.TempDir(), choose(t, names)
		writeQuery(t, folder, large()[name])
		c := command(t.Context(), folder, append(g.asks(folder), "--output", "csv")...)
		e, peak := t.measured(c, 3<<10, exitDone, exitUsage, exitError)
		t.count(fmt.Sprintf("exit %d", e.code))
		t.most("MiB", peak)
		t.Logf("%s: exit code %d, %d MiB, %.1f s\n%.300s", name, e.code, peak, e.took.Seconds(), e.err)
		if peak > reading {
			t.Errorf("%d MiB", peak)
		}
	}}.run(t)
}
