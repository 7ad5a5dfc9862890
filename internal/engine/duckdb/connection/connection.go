// Package connection opens the embedded DuckDB: pinned, locked down, and taught the functions of Trino that the printer of
// internal/sql writes.
//
// What a statement can reach once Open has returned is measured by this package's tests: no file outside Options.Dirs and
// TempDir can be read or written (read_text, COPY, ATTACH), no extension can be installed or loaded, no setting changed (after
// Lock, if Options.Open asks for that). Inside those folders reading AND writing stay possible, so that only statements that came through
// internal/sql, which are one SELECT without table functions, may be run for a query file.
package connection

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	language "trailscribe/internal/sql"
	"trailscribe/internal/sql/scalar"
)

// Options of the embedded database. The zero value is usable: no folder can be reached then.
type Options struct {
	Threads int      // 0: one
	Memory  int64    // bytes held before work spills to TempDir; 0: 2 GiB
	Promise int64    // what the process may hold for this database, besides Program; 0: its statements are not held to it
	TempDir string   // for what does not fit into Memory; "": nothing spills, a statement that needs more fails
	Dirs    []string // folders whose files can be read and written, with all below them
	Clean   bool     // without the functions of Trino: for reading plain tables
	Open    bool     // settings can be changed until Lock is called
}

// Open makes a database in memory. Its sessions think in UTC, whole numbers divide to whole numbers, and results do not depend
// on the machine. The database is gone with Close.
func Open(ctx context.Context, o Options) (*Database, error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, fmt.Errorf("open the embedded database: %w", err)
	}
	db := sql.OpenDB(connector)
	running := &statements{all: map[uint64]*statement{}}
	if err := setUp(ctx, db, o, running); err != nil {
		db.Close()
		return nil, fmt.Errorf("set up the embedded database: %w", err)
	}
	promised.Add(o.Promise)
	return &Database{DB: db, grace: grace, share: o.memory() / 2, promise: o.Promise, statements: running}, nil
}

func setUp(ctx context.Context, db *sql.DB, o Options, running *statements) error {
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if !o.Clean {
		if err := teach(ctx, c, scalar.GoFunctions(), language.Macros(), running); err != nil {
			return err
		}
	}
	settings, err := o.settings()
	if err != nil {
		return err
	}
	for _, s := range settings {
		if _, err := c.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", firstWords(s), err)
		}
	}
	return nil
}

// Teach gives the database of a connection the functions of Trino: those in Go first, because macros call them.
func Teach(ctx context.Context, c *sql.Conn, functions []scalar.GoFunction, macros []string) error {
	return teach(ctx, c, functions, macros, nil)
}

func teach(ctx context.Context, c *sql.Conn, functions []scalar.GoFunction, macros []string, running *statements) error {
	for _, f := range functions {
		if err := register(c, f, running); err != nil {
			return fmt.Errorf("function %s: %w", f.Name, err)
		}
	}
	for _, m := range macros {
		if _, err := c.ExecContext(ctx, m); err != nil {
			return fmt.Errorf("%s: %w", firstWords(m), err)
		}
	}
	return nil
}

func (o Options) memory() int64 {
	if o.Memory <= 0 {
		return 2 << 30
	}
	return o.Memory
}

// settings are global, so that every connection of the pool has them; the lock comes last.
func (o Options) settings() ([]string, error) {
	threads, memory := o.Threads, o.memory()
	if threads <= 0 {
		threads = 1
	}
	value := language.Literals{Dialect: language.DuckDB}
	dirs := append([]string{}, o.Dirs...)
	temp := o.TempDir
	if temp != "" {
		dirs = append(dirs, temp)
	}
	for i, d := range dirs {
		abs, err := filepath.Abs(d)
		if err != nil {
			return nil, fmt.Errorf("folder %s: %w", d, err)
		}
		dirs[i] = value.Of(strings.TrimSuffix(filepath.ToSlash(abs), "/") + "/")
	}
	settings := []string{
		"SET GLOBAL TimeZone = 'UTC'",
		"SET GLOBAL Calendar = 'gregorian'",
		"SET GLOBAL integer_division = true",
		"SET GLOBAL default_null_order = 'NULLS LAST'",
		"SET GLOBAL default_order = 'ASC'",
		"SET GLOBAL preserve_insertion_order = true",
		"SET GLOBAL allocator_background_threads = true", // what a statement held is given back soon after its end
		"SET GLOBAL autoload_known_extensions = false",
		"SET GLOBAL autoinstall_known_extensions = false",
		"SET GLOBAL allow_community_extensions = false",
		fmt.Sprintf("SET GLOBAL threads = %d", threads),
		"SET GLOBAL memory_limit = " + value.Of(fmt.Sprintf("%dB", memory)),
		"SET GLOBAL temp_directory = " + value.Of(temp),
		"SET GLOBAL allowed_directories = [" + strings.Join(dirs, ", ") + "]",
		"SET GLOBAL enable_external_access = false",
	}
	if !o.Open {
		settings = append(settings, lock)
	}
	if value.Err != nil {
		return nil, fmt.Errorf("name the folders of the database: %w", value.Err)
	}
	return settings, nil
}

const lock = "SET GLOBAL lock_configuration = true"

// Lock ends the changing of settings in a database that was opened with Options.Open.
func (d *Database) Lock(ctx context.Context) error {
	if _, err := d.ExecContext(ctx, lock); err != nil {
		return fmt.Errorf("lock the settings of the embedded database: %w", err)
	}
	return nil
}

func firstWords(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}
