package awsfake

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"trailscribe/internal/sql"
)

func TestStatements(t *testing.T) {
	for text, want := range map[string]string{
		"-- a comment; with 'signs\n /* and */ select 1": "SELECT", "(SELECT 1)": "SELECT", "with x as (select 1) select * from x": "SELECT",
		`create table if not exists "A"."b" as select 1 as a with no data`:                         "CREATE_TABLE_AS_SELECT a.b no data",
		"CREATE TABLE b WITH (format='PARQUET', bucket_count = 3, x=ARRAY['P','q']) AS SELECT ';'": "CREATE_TABLE_AS_SELECT b",
		"UNLOAD (SELECT ')' AS \"(\" FROM t) TO 's3://b/' WITH (format = 'PARQUET')":               "UNLOAD",
		"insert into t select 1": "INSERT t", "INSERT INTO t (SELECT 1)": "INSERT t", "INSERT INTO t (a, b) SELECT 1, 2": "INSERT t",
		"DROP TABLE IF EXISTS `a`.b ;": "DROP_TABLE a.b", "EXPLAIN (TYPE VALIDATE) SELECT 1": "EXPLAIN", "EXPLAIN SELECT 1": "EXPLAIN",
	} {
		st, f := parseStatement(text)
		if f != nil {
			t.Errorf("%s: %s", text, f.message)
			continue
		}
		got := strings.TrimSpace(st.kind + " " + strings.Join(st.table, "."))
		if st.noData {
			got += " no data"
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	st, _ := parseStatement("UNLOAD (SELECT ')' AS \"(\" FROM t) TO 's3://b/it''s' " +
		"WITH (format = 'PARQUET', partitioned_by = ARRAY['a', 'B'])")
	if st.query != "SELECT ')' AS \"(\" FROM t" || st.to != "s3://b/it's" || fmt.Sprint(st.list["partitioned_by"]) != "[a b]" {
		t.Errorf("%+v", st)
	}
}

func FuzzStatement(f *testing.F) {
	for _, s := range []string{"SELECT 1", "CREATE TABLE a WITH (x = 'y', z = ARRAY['1']) AS SELECT 1",
		"UNLOAD (SELECT '(') TO 's3://b' WITH (format='PARQUET')", "DROP TABLE `a`.`b`", "INSERT INTO t (a) SELECT 1", "EXPLAIN SELECT 1", "-- x",
		"/*", "CREATE DATABASE a COMMENT 'b\\'c'",
		"CREATE EXTERNAL TABLE a.b (c struct<d:array<string>> COMMENT 'x') PARTITIONED BY (e int) LOCATION 's3://x/' TBLPROPERTIES ('a'='b')",
		"CREATE TABLE a WITH (\xff = \xc4\xb1) AS", "DROP TABLE ıI"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		st, fail := parseStatement(text)
		if (st == nil) == (fail == nil) {
			t.Error("neither a statement nor a failure")
		}
	})
}

// FuzzWriteJSON: whatever stands in a log, what DuckDB is given for a column is JSON.
func FuzzWriteJSON(f *testing.F) {
	for _, s := range []string{`{"a":"x","B":{"c":[1,null]}}`, `[]`, `"\u0000\ud800"`, `null`, `1e5`, `{`, `{"a":{"a":1},"A":2}`} {
		f.Add(s)
	}
	typ, err := sql.ParseType("row(a varchar, b row(c array(varchar)), m map(varchar, varchar))")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) {
			return
		}
		var b strings.Builder
		if err := writeJSONText(&b, typ, text); err == nil && !json.Valid([]byte(b.String())) {
			t.Errorf("%s became %s", text, b.String())
		}
	})
}
