package awsfake

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	language "trailscribe/internal/sql"
)

// cutOff marks the end of a query by BytesScannedCutoffPerQuery; it is no type of AthenaError.
const cutOff = -1

// execute does what a statement asks for. What it reads is metered before it runs, so that a query that is stopped is
// billed for its scan.
func (s *Server) execute(x *execution, slow bool) error {
	st := x.statement
	switch st.kind {
	case "DROP_TABLE":
		return s.dropTable(x)
	case "CREATE_DATABASE", "CREATE_TABLE":
		return s.define(x)
	}
	if st.kind == "SELECT" && s.reuse(x) {
		return nil
	}
	if err := s.acceptable(x); err != nil {
		return err
	}
	p, err := s.plan(x.ctx, st.query, x.database, x.id, st.purpose(), st.kind == "EXPLAIN")
	defer s.drop(p)
	if err != nil {
		return err
	}
	if st.kind == "EXPLAIN" {
		return s.explain(x)
	}
	s.scanned(x, p.scanned)
	if x.cutoff > 0 && p.scanned > x.cutoff {
		s.scanned(x, x.cutoff)
		return &queryError{kind: cutOff, message: "Bytes scanned limit was exceeded"}
	}
	if slow {
		<-x.ctx.Done()
		return x.ctx.Err()
	}
	if !sleep(x.ctx, s.o.RunningFor) {
		return x.ctx.Err()
	}
	switch st.kind {
	case "CREATE_TABLE_AS_SELECT":
		return s.createTableAs(x, p)
	case "UNLOAD":
		return s.unload(x, p)
	case "INSERT":
		return s.insert(x, p)
	}
	return s.selectRows(x, p)
}

func (s *Server) scanned(x *execution, n int64) {
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	x.scanned = n
}

// acceptable refuses what Athena refuses before it reads anything.
func (s *Server) acceptable(x *execution) error {
	st := x.statement
	if st.kind != "CREATE_TABLE_AS_SELECT" {
		return nil
	}
	if x.enforced && !x.managed && st.options["external_location"] != "" {
		return athenaError(2, 1008, "INVALID_TABLE_PROPERTY: The Create Table As Select query failed because it was submitted with an 'external_location' property to an Athena Workgroup that enforces a centralized output location for all queries. Please remove the 'external_location' property and resubmit the query.")
	}
	t, db, own := s.resolve(strings.Join(st.table, "."), x.database)
	if t != nil && !st.ifExists {
		return athenaError(2, 1004, "TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.%s.%s' already exists", db, own)
	}
	s.glue.mu.RLock()
	defer s.glue.mu.RUnlock()
	if _, err := s.glue.database(db); err != nil {
		return athenaError(2, 1004, "SCHEMA_NOT_FOUND: line 1:1: Schema %s does not exist", db)
	}
	return nil
}

// reuse takes the rows of the same query of before, if the caller allows it.
func (s *Server) reuse(x *execution) bool {
	var by struct {
		Enabled         bool
		MaxAgeInMinutes *int
	}
	if x.reuse == nil || json.Unmarshal(x.reuse["ResultReuseByAgeConfiguration"], &by) != nil || !by.Enabled {
		return false
	}
	age := 60
	if by.MaxAgeInMinutes != nil {
		age = *by.MaxAgeInMinutes
	}
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	for _, id := range slices.Backward(s.athena.order) {
		old := s.athena.executions[id]
		if old != x && old.state == succeeded && !old.reused && old.sql == x.sql && old.database == x.database && old.groupName == x.groupName && old.output == x.output && s.o.Now().Sub(old.ended) <= time.Duration(age)*time.Minute {
			x.columns, x.rows, x.file, x.reused = old.columns, old.rows, old.file, true
			return true
		}
	}
	return false
}

func (s *Server) explain(x *execution) error {
	name, value := "Query Plan", "Fragment 0 [SOURCE]"
	kind := "varchar"
	if x.statement.validate {
		name, value, kind = "Valid", "true", "boolean"
	}
	s.answer(x, []columnInfo{{Name: name, Label: name, Type: kind}}, [][]*string{{&value}}, 0)
	return s.result(x, ".csv", csvOf(x.columns, x.rows))
}

// selectRows runs a SELECT and writes its results object.
func (s *Server) selectRows(x *execution, p *plan) error {
	columns := columnsOf(p)
	if p.before.selected {
		s.answer(x, columns, p.before.rows, 0)
		return s.result(x, ".csv", csvOf(columns, p.before.rows))
	}
	var rows [][]*string
	err := s.query(x.ctx, p.text, func(r *sql.Rows) error {
		for r.Next() {
			cells, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range cells {
				into[i] = &cells[i]
			}
			if err := r.Scan(into...); err != nil {
				return err
			}
			row := make([]*string, len(columns))
			for i, v := range cells {
				t, err := cellText(p.types[i], v)
				if err != nil {
					return fmt.Errorf("column %s: %w", columns[i].Name, err)
				}
				row[i] = t
			}
			rows = append(rows, row)
		}
		return r.Err()
	})
	if err != nil {
		return err
	}
	if p.stable && small(rows) {
		s.athena.answers.add(p.key, func(a *answer) { a.selected, a.rows, a.columnar = true, rows, p.before.columnar })
	}
	s.answer(x, columns, rows, 0)
	return s.result(x, ".csv", csvOf(columns, rows))
}

// query runs a statement that was printed for DuckDB. What DuckDB says about the data is the query's own failure.
func (s *Server) query(ctx context.Context, text string, each func(*sql.Rows) error) error {
	db, err := s.database()
	if err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, text)
	if err == nil {
		defer rows.Close()
		err = each(rows)
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return dataError(err)
	}
	return nil
}

func dataError(err error) error {
	text := strings.Join(strings.Fields(err.Error()), " ")
	code := "INVALID_FUNCTION_ARGUMENT"
	switch {
	case strings.Contains(text, "Conversion Error"):
		code = "INVALID_CAST_ARGUMENT"
	case strings.Contains(text, "ivision by zero"):
		code = "DIVISION_BY_ZERO"
	case strings.Contains(text, "ut of Range"):
		code = "NUMERIC_VALUE_OUT_OF_RANGE"
	case strings.Contains(text, "More than one row returned"):
		code = "SUBQUERY_MULTIPLE_ROWS"
	}
	return athenaError(2, 1001, "%s: %s", code, text)
}

func (s *Server) answer(x *execution, columns []columnInfo, rows [][]*string, updated int64) {
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	x.columns, x.rows, x.updated = columns, rows, updated
}

// result writes the results object and its metadata, which Athena keeps in a binary form of its own.
func (s *Server) result(x *execution, suffix string, body []byte) error {
	if x.managed {
		return nil
	}
	if err := x.ctx.Err(); err != nil {
		return err
	}
	where := x.output + x.id + suffix
	if err := s.store(where, body); err != nil {
		return err
	}
	if err := s.store(where+".metadata", append([]byte{0x0a, byte(len(x.id))}, x.id...)); err != nil {
		return err
	}
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	x.file = where
	return nil
}

func (s *Server) store(url string, body []byte) error {
	name, key, _ := splitS3(url)
	s.s3.mu.Lock()
	defer s.s3.mu.Unlock()
	b := s.s3.buckets[name]
	if b == nil {
		return athenaError(2, 1306, "Access denied when writing output to url: %s", url)
	}
	b.set(key, newObject(body, s.o.Now()))
	return nil
}

// createTableAs writes the rows as Parquet and makes the table. In a workgroup that enforces its place the files lie in
// tables/<query id> below it.
func (s *Server) createTableAs(x *execution, p *plan) error {
	st := x.statement
	t, db, own := s.resolve(strings.Join(st.table, "."), x.database)
	if t != nil {
		s.answer(x, nil, nil, 0)
		return nil // IF NOT EXISTS
	}
	for key := range st.options {
		if !slices.Contains([]string{"format", "external_location", "write_compression", "parquet_compression", "table_type", "is_external"}, key) {
			return athenaError(2, 1006, "INVALID_TABLE_PROPERTY: line 1:1: Catalog 'awsdatacatalog' table property '%s' does not exist", key)
		}
	}
	if f := strings.ToUpper(st.options["format"]); f != "PARQUET" && f != "" {
		return athenaError(2, 1004, "NOT_SUPPORTED: the fake writes PARQUET, not %s", f)
	}
	place := st.options["external_location"]
	if place == "" {
		if x.managed {
			return athenaError(2, 1008, "INVALID_TABLE_PROPERTY: with managed query results a CTAS query needs an 'external_location'")
		}
		place = x.output + "tables/" + x.id
	}
	place = strings.TrimSuffix(place, "/") + "/"
	if err := s.free(place, "HIVE_PATH_ALREADY_EXISTS: Target directory for table '"+db+"."+own+"' already exists: "+place+". You may need to manually clean the data at location '"+place+"' before retrying. Athena will not delete data in your account."); err != nil {
		return err
	}
	columns, keys, err := split2(p, st.list["partitioned_by"])
	if err != nil {
		return err
	}
	written, err := s.write(x, p, place, keys, st.options["write_compression"]+st.options["parquet_compression"], st.noData, tooManyPartitions)
	if err != nil {
		return err
	}
	input := map[string]json.RawMessage{
		"Name": raw(own), "TableType": raw("EXTERNAL_TABLE"), "PartitionKeys": raw(append([]glueColumn{}, keys...)),
		"Parameters":        raw(map[string]string{"EXTERNAL": "TRUE", "has_encrypted_data": "false", "parquet.compression": "GZIP", "classification": "parquet"}),
		"StorageDescriptor": raw(storageOf(columns, place)),
	}
	s.glue.mu.Lock()
	defer s.glue.mu.Unlock()
	made, fail := s.glue.add(db, input, s.o.Now())
	if fail != nil {
		return athenaError(2, 1004, "TABLE_ALREADY_EXISTS: %s", fail.message)
	}
	made.register(written, columns, place)
	return s.wrote(x, written)
}

// leave puts down what a CREATE TABLE AS that fails had written till then: Athena does not take it away.
func (s *Server) leave(x *execution) {
	if x.statement.kind != "CREATE_TABLE_AS_SELECT" {
		return
	}
	place := x.statement.options["external_location"]
	if place == "" && !x.managed {
		place = x.output + "tables/" + x.id
	}
	if _, _, ok := splitS3(place); ok {
		_ = s.store(strings.TrimSuffix(place, "/")+"/half_written", []byte("PAR1")) // into a bucket that is not there nothing was written
	}
}

func storageOf(columns []glueColumn, place string) map[string]any {
	return map[string]any{"Columns": append([]glueColumn{}, columns...), "Location": place, "InputFormat": parquetInput, "OutputFormat": parquetOutput,
		"SerdeInfo": map[string]any{"SerializationLibrary": parquetSerde, "Parameters": map[string]string{"serialization.format": "1"}}}
}

// register adds the partitions of written files to a table; the caller holds the lock.
func (t *table) register(w *writing, columns []glueColumn, place string) {
	for _, f := range w.files {
		if len(f.values) == 0 || t.partition(f.values) >= 0 {
			continue
		}
		where := place + f.folder + "/"
		t.partitions = append(t.partitions, partition{f.values, map[string]json.RawMessage{"Values": raw(f.values), "StorageDescriptor": raw(storageOf(columns, where))}, where})
	}
}

// split2 tells the columns of a result from those it is partitioned by, which must be the last.
func split2(p *plan, by []string) (columns, keys []glueColumn, err error) {
	seen := map[string]bool{}
	for i, c := range p.checked.Columns() {
		name := strings.ToLower(c.Name)
		if name == "" || strings.HasPrefix(name, "_col") {
			return nil, nil, athenaError(2, 1006, "COLUMN_NAME_NOT_SPECIFIED: line 1:1: Column name not specified at position %d", i+1)
		}
		if seen[name] {
			return nil, nil, athenaError(2, 1006, "DUPLICATE_COLUMN_NAME: line 1:1: Column name '%s' specified more than once", name)
		}
		seen[name] = true
		h, ok := hiveType(p.types[i])
		if !ok {
			return nil, nil, athenaError(2, 1004, "NOT_SUPPORTED: Unsupported Hive type: %s (column %s)", p.types[i], name)
		}
		columns = append(columns, glueColumn{name, h})
	}
	n := len(columns) - len(by)
	if n <= 0 {
		return nil, nil, athenaError(2, 1006, "INVALID_TABLE_PROPERTY: Table contains only partition columns")
	}
	for i, k := range by {
		if columns[n+i].Name != k {
			return nil, nil, athenaError(2, 1006, "HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and in the same order as the table properties: %v", by)
		}
	}
	return columns[:n], columns[n:], nil
}

// free refuses a place that holds objects already.
func (s *Server) free(place, message string) error {
	name, prefix, ok := splitS3(place)
	if !ok {
		return athenaError(2, 1109, "INVALID_TABLE_PROPERTY: %s is not a valid S3 location", place)
	}
	s.s3.mu.RLock()
	defer s.s3.mu.RUnlock()
	b := s.s3.buckets[name]
	if b == nil {
		return athenaError(2, 1306, "HIVE_WRITER_OPEN_ERROR: The specified bucket %s does not exist", name)
	}
	if len(b.keys(prefix)) > 0 {
		return athenaError(2, 1008, "%s", message)
	}
	return nil
}

// Athena writes at most so many partitions in one statement.
const (
	mostPartitions    = 100
	tooManyPartitions = "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/buckets"
)

// writing is what a statement wrote.
type writing struct {
	rows  int64
	files []writtenFile
}

type writtenFile struct {
	url, folder string
	values      []string
	bytes       int
}

// purpose is what besides its SELECT decides what a statement gives; "" where that is not told.
func (st *statement) purpose() string {
	switch st.kind {
	case "SELECT":
		return st.kind
	case "CREATE_TABLE_AS_SELECT":
		return fmt.Sprint(st.kind, st.list["partitioned_by"], st.options["write_compression"], st.options["parquet_compression"], st.noData)
	}
	return ""
}

// write lets DuckDB write the rows as Parquet, and puts the files into the bucket.
func (s *Server) write(x *execution, p *plan, place string, keys []glueColumn, compression string, none bool, many string) (*writing, error) {
	db, err := s.database()
	if err != nil {
		return nil, err
	}
	w := &writing{}
	if none {
		return w, nil
	}
	put := func(f writtenBody) error {
		f2 := writtenFile{folder: f.folder, values: f.values, bytes: len(f.body), url: place}
		if f.folder != "" {
			f2.url += f.folder + "/"
		}
		f2.url += fmt.Sprintf("%s_%05d_%s", s.o.Now().UTC().Format("20060102_150405"), len(w.files), strings.ReplaceAll(x.id, "-", "")[:8])
		w.files = append(w.files, f2)
		return s.store(f2.url, f.body)
	}
	if p.before.wrote {
		w.rows = p.before.count
		for _, f := range p.before.files {
			if err := errors.Join(x.ctx.Err(), put(f)); err != nil {
				return nil, err
			}
		}
		return w, nil
	}
	scratch := "rows_" + strings.ReplaceAll(x.id, "-", "")
	if _, err := db.ExecContext(x.ctx, "CREATE TABLE "+scratch+" AS "+p.text); err != nil {
		if x.ctx.Err() != nil {
			return nil, x.ctx.Err()
		}
		return nil, dataError(err)
	}
	p.tables = append(p.tables, scratch)
	if err := db.QueryRowContext(x.ctx, "SELECT count(*) FROM "+scratch).Scan(&w.rows); err != nil {
		return nil, err
	}
	if w.rows == 0 {
		return w, nil
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = quoteName(k.Name)
	}
	if len(keys) > 0 {
		var n int
		if err := db.QueryRowContext(x.ctx, "SELECT count(*) FROM (SELECT DISTINCT "+strings.Join(names, ", ")+" FROM "+scratch+")").Scan(&n); err != nil {
			return nil, err
		}
		if n > mostPartitions {
			return nil, athenaError(2, 1008, "%s", many)
		}
	}
	codec := strings.ToUpper(compression)
	if !slices.Contains([]string{"SNAPPY", "GZIP", "ZSTD", "LZ4", "UNCOMPRESSED"}, codec) {
		if codec != "" && codec != "NONE" {
			return nil, athenaError(2, 1006, "INVALID_TABLE_PROPERTY: compression %s is not known", codec)
		}
		codec = map[string]string{"": "GZIP", "NONE": "UNCOMPRESSED"}[codec]
	}
	folder := filepath.Join(s.dir, scratch)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	to, options := filepath.Join(folder, "data.parquet"), "FORMAT parquet, COMPRESSION "+codec
	if len(keys) > 0 {
		to, options = filepath.Join(folder, "p"), options+", PARTITION_BY ("+strings.Join(names, ", ")+")"
	}
	if _, err := db.ExecContext(x.ctx, "COPY "+scratch+" TO "+quoteText(to)+" ("+options+")"); err != nil {
		return nil, fmt.Errorf("write %s: %w", place, err)
	}
	var bodies []writtenBody
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f := writtenBody{body: body}
		if len(keys) > 0 {
			rel, err := filepath.Rel(to, filepath.Dir(path))
			if err != nil {
				return err
			}
			f.folder = filepath.ToSlash(rel)
			for part := range strings.SplitSeq(f.folder, "/") {
				_, v, _ := strings.Cut(part, "=")
				f.values = append(f.values, unescape(v))
			}
		}
		bodies = append(bodies, f)
		return put(f)
	})
	if err == nil && p.stable && w.rows <= mostKept {
		s.athena.answers.add(p.key, func(a *answer) { a.wrote, a.count, a.files, a.columnar = true, w.rows, bodies, p.before.columnar })
	}
	return w, err
}

// unescape undoes what Hive and DuckDB do to signs in the names of partitions.
func unescape(s string) string {
	var b bytes.Buffer
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			var n int
			if _, err := fmt.Sscanf(s[i+1:i+3], "%02x", &n); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// wrote ends a statement that writes: a count, and the list of files beside the results.
func (s *Server) wrote(x *execution, w *writing) error {
	s.answer(x, []columnInfo{{Name: "rows", Label: "rows", Type: "bigint", Precision: 19}}, [][]*string{}, w.rows)
	if x.managed {
		return nil
	}
	var list strings.Builder
	for _, f := range w.files {
		list.WriteString(f.url + "\n")
	}
	manifest := x.output + x.id + "-manifest.csv"
	if err := s.store(manifest, []byte(list.String())); err != nil {
		return err
	}
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	x.manifest, x.file = manifest, x.output+x.id
	return nil
}

func (s *Server) unload(x *execution, p *plan) error {
	st := x.statement
	if f := strings.ToUpper(st.options["format"]); f != "PARQUET" {
		return athenaError(2, 1004, "NOT_SUPPORTED: the fake unloads PARQUET, not %s", f)
	}
	place := strings.TrimSuffix(st.to, "/") + "/"
	if err := s.free(place, "HIVE_PATH_ALREADY_EXISTS: Target directory for table already exists: "+place); err != nil {
		return err
	}
	_, keys, err := split2(p, st.list["partitioned_by"])
	if err != nil {
		return err
	}
	w, err := s.write(x, p, place, keys, st.options["compression"], false, tooManyPartitions)
	if err != nil {
		return err
	}
	return s.wrote(x, w)
}

func (s *Server) insert(x *execution, p *plan) error {
	t, db, own := s.resolve(strings.Join(x.statement.table, "."), x.database)
	if t == nil {
		return athenaError(2, 1110, "TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.%s.%s' does not exist", db, own)
	}
	r, err := t.relation()
	if err != nil {
		return err
	}
	if !r.parquet {
		return athenaError(2, 1004, "NOT_SUPPORTED: Cannot insert into the table %s.%s: its SerDe cannot write", db, own)
	}
	all := slices.Concat(r.columns, r.partitions)
	if len(x.statement.columns) > 0 {
		return athenaError(2, 1006, "NOT_SUPPORTED: the fake inserts whole rows, without a list of columns")
	}
	if len(all) != len(p.types) {
		return athenaError(2, 1006, "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: the table has %d columns, the query %d", len(all), len(p.types))
	}
	var columns []string
	for i, c := range p.checked.Columns() {
		want, err := language.ParseType(all[i].Type)
		if err != nil {
			return err
		}
		if language.DuckType(want) != language.DuckType(p.types[i]) {
			return athenaError(2, 1006, "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: column %s is %s, the query gives %s", all[i].Name, all[i].Type, p.types[i])
		}
		columns = append(columns, quoteName(c.Name)+" AS "+quoteName(all[i].Name))
	}
	p.text = "SELECT " + strings.Join(columns, ", ") + " FROM (" + p.text + ")"
	place := strings.TrimSuffix(t.definition.StorageDescriptor.Location, "/") + "/"
	w, err := s.write(x, p, place, t.definition.PartitionKeys, "", false, tooManyPartitions)
	if err != nil {
		return err
	}
	s.glue.mu.Lock()
	defer s.glue.mu.Unlock()
	now, fail := s.glue.table(db, own)
	if fail != nil {
		return athenaError(2, 1110, "TABLE_NOT_FOUND: %s", fail.message)
	}
	now.register(w, t.definition.StorageDescriptor.Columns, place)
	return s.wrote(x, w)
}

// dropTable takes a table out of the catalog and leaves its files.
func (s *Server) dropTable(x *execution) error {
	t, db, own := s.resolve(strings.Join(x.statement.table, "."), x.database)
	if t == nil && !x.statement.ifExists {
		return athenaError(2, 1003, "FAILED: SemanticException [Error 10001]: Table not found %s.%s", db, own)
	}
	if t != nil {
		s.glue.mu.Lock()
		if d := s.glue.databases[db]; d != nil {
			delete(d.tables, own)
		}
		s.glue.mu.Unlock()
	}
	s.answer(x, nil, nil, 0)
	return s.result(x, ".txt", nil)
}
