package awsfake

import (
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"trailscribe/internal/sql"
)

// answers is what statements meant and gave before. A text over the same columns means the same, and over the same objects
// it gives the same rows: DuckDB plans the relation of a report once and not for each of a thousand runs.
type answers struct {
	mu       sync.Mutex
	readings map[string]*reading
	known    map[[32]byte]*answer
}

// reading is a SELECT as it was read and checked.
type reading struct {
	scans     []scan
	signature string // columns of the tables that it reads
	checked   *sql.Checked
	types     []*sql.Type
	text      string // in DuckDB's dialect, with hole(i) in place of the ith table
	unstable  bool   // it may give something else each time
}

// answer is what a statement gave.
type answer struct {
	columnar int64 // bytes that it read of files in Parquet

	selected bool
	rows     [][]*string

	wrote bool
	count int64
	files []writtenBody
}

type writtenBody struct {
	folder string
	values []string
	body   []byte
}

// Bounds of what is remembered.
const (
	mostReadings = 2000
	mostAnswers  = 2000
	longAnswer   = 1 << 20 // bytes or so of one answer
	mostKept     = 10_000  // rows of a table that was written
)

// hole stands in a printed statement for the ith table.
func hole(i int) string { return fmt.Sprintf("\x00%d\x00", i) }

// unstable functions give another value each time.
var unstable = regexp.MustCompile(`(?i)\b(?:now|rand|random|uuid|shuffle)\s*\(|\b(?:current_(?:date|time|timestamp)|localtime|localtimestamp)\b`)

func (a *answers) reading(key string) *reading {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.readings[key]
}

func (a *answers) keepReading(key string, r *reading) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.readings == nil || len(a.readings) >= mostReadings {
		a.readings = map[string]*reading{}
	}
	a.readings[key] = r
}

// signature tells tables with the same columns from others.
func signature(catalog sql.Catalog) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(catalog)) {
		fmt.Fprintln(&b, name, catalog[name])
	}
	return b.String()
}

// over is one table with the objects that a statement reads of it.
type over struct {
	r     *relation
	files []file
}

// key is what an answer rests on; false where the same text may give something else.
func (r *reading) key(purpose string, tables []over) (key [32]byte, ok bool) {
	if r.unstable || purpose == "" {
		return key, false
	}
	text := r.text
	for i, t := range tables {
		text = strings.ReplaceAll(text, sql.Name(t.r.table.name), hole(i)) // staged tables are called by their run
	}
	paths := strings.Contains(r.text, pathColumn)
	h := sha256.New()
	fmt.Fprintf(h, "%d %s %s", len(purpose), purpose, text)
	for _, t := range tables {
		fmt.Fprintln(h, t.r.columns, t.r.partitions, t.r.parquet)
		for _, f := range t.files {
			fmt.Fprintln(h, f.object.etag, f.values)
			if paths {
				io.WriteString(h, f.path())
			}
		}
	}
	h.Sum(key[:0])
	return key, true
}

func (a *answers) find(key [32]byte) answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	if k := a.known[key]; k != nil {
		return *k
	}
	return answer{}
}

// add keeps a part of an answer.
func (a *answers) add(key [32]byte, set func(*answer)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known == nil || len(a.known) >= mostAnswers {
		a.known = map[[32]byte]*answer{}
	}
	if a.known[key] == nil {
		a.known[key] = &answer{}
	}
	set(a.known[key])
}

// small tells rows that are worth keeping.
func small(rows [][]*string) bool {
	n := 0
	for _, r := range rows {
		for _, s := range r {
			if n += 16; s != nil {
				n += len(*s)
			}
		}
		if n > longAnswer {
			return false
		}
	}
	return true
}
