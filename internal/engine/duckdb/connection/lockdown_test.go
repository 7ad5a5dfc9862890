package connection

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	language "trailscribe/internal/sql"
)

// TestLockdown holds what a statement cannot reach, whatever it says. Statements of query files never get this far, because
// internal/sql lets one SELECT without table functions through; this is the second wall.
func TestLockdown(t *testing.T) {
	secret, inside := t.TempDir(), t.TempDir()
	for _, dir := range []string{secret, inside} {
		if err := os.WriteFile(filepath.Join(dir, "plain.csv"), []byte("a\n1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := Open(context.Background(), Options{Threads: 1, Memory: 256 << 20, Dirs: []string{inside}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	value := language.Literals{Dialect: language.DuckDB}
	var n int
	if err := db.QueryRow("SELECT count(*) FROM read_csv(" + value.Of(filepath.Join(inside, "plain.csv")) + ")").Scan(&n); err != nil ||
		n != 1 {
		t.Errorf("a file in a folder that was named cannot be read: %d %v", n, err)
	}
	file := value.Of(filepath.Join(secret, "plain.csv"))
	for name, statement := range map[string]string{
		"read_text":        "SELECT * FROM read_text('/etc/hostname')",
		"read_csv":         "SELECT * FROM read_csv(" + file + ")",
		"file as table":    `SELECT * FROM "` + filepath.Join(secret, "plain.csv") + `"`,
		"out by dots":      "SELECT * FROM read_csv(" + value.Of(inside+"/../"+filepath.Base(secret)+"/plain.csv") + ")",
		"neighbour folder": "COPY (SELECT 1) TO " + value.Of(inside+"x.csv"),
		"glob":             "SELECT * FROM glob(" + value.Of(secret+"/*") + ")",
		"COPY out":         "COPY (SELECT 1) TO " + value.Of(filepath.Join(secret, "out.csv")),
		"ATTACH":           "ATTACH " + value.Of(filepath.Join(secret, "x.db")) + " AS x",
		"EXPORT":           "EXPORT DATABASE " + value.Of(filepath.Join(secret, "x")),
		"INSTALL":          "INSTALL httpfs",
		"LOAD":             "LOAD httpfs",
		"LOAD a file":      "LOAD " + value.Of(filepath.Join(secret, "x.duckdb_extension")),
		"network":          "SELECT * FROM read_text('http://192.0.2.1/x')",
		"autoload":         "SELECT CAST('10.0.0.1' AS inet)",
		"external access":  "SET enable_external_access = true",
		"other folders":    "SET allowed_directories = ['/']",
		"unlock":           "SET lock_configuration = false",
		"zone":             "SET TimeZone = 'America/New_York'",
		"division":         "SET integer_division = false",
		"home":             "SET home_directory = '/'",
		"environment":      "SELECT getenv('HOME')",
		"secret":           "CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
	} {
		rows, err := db.Query(statement)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Close() //nolint:sqlclosecheck // a loop over many statements
		}
		if err == nil {
			t.Errorf("%s: %s was done", name, statement)
		}
	}
	if _, err := os.Stat(filepath.Join(secret, "out.csv")); err == nil {
		t.Error("a file was written outside the folders")
	}
	for setting, want := range map[string]string{"TimeZone": "UTC", "integer_division": "true", "lock_configuration": "true",
		"enable_external_access":    "false",
		"autoload_known_extensions": "false", "autoinstall_known_extensions": "false", "threads": "1", "default_null_order": "NULLS_LAST"} {
		var got string
		if err := db.QueryRow("SELECT CAST(current_setting(" + value.Of(setting) + ") AS VARCHAR)").Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", setting, got, err, want)
		}
	}
}

// TestLock: settings that stay open can be changed until they are locked, and not after it.
func TestLock(t *testing.T) {
	db, err := Open(t.Context(), Options{Open: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const change = "SET GLOBAL disabled_optimizers = 'in_clause'"
	if _, err := db.ExecContext(t.Context(), change); err != nil {
		t.Error(err)
	}
	if err := db.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), change); err == nil {
		t.Error("a setting could be changed after Lock")
	}
}

// TestConnections: every connection of the pool has the settings and the functions, not only the first.
func TestConnections(t *testing.T) {
	db, err := Open(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range 3 {
		c, err := db.Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var zone, ip string
		var n int
		if err := c.QueryRowContext(context.Background(), "SELECT current_setting('TimeZone'), 7 / 2, tr_ip('::ffff:10.0.0.1')").Scan(&zone, &n,
			&ip); err != nil {
			t.Fatal(err)
		}
		if zone != "UTC" || n != 3 || ip != "10.0.0.1" {
			t.Errorf("a connection has zone %s, 7/2 = %d, address %s", zone, n, ip)
		}
	}
}

// TestOpenCancelled: a database that could not be set up is not a database.
func TestOpenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, Options{}); err == nil || !strings.Contains(err.Error(), "set up the embedded database") {
		t.Errorf("a cancelled context: %v", err)
	}
}
