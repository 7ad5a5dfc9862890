package awsfake

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"trailscribe/internal/sql"
)

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
func (s *Server) write(x *execution, p *plan, place string, keys []glueColumn, compression string, none bool,
	many string) (*writing, error) {
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
		names[i] = sql.Name(k.Name)
	}
	if len(keys) > 0 {
		var n int
		if err := db.QueryRowContext(x.ctx, "SELECT count(*) FROM (SELECT DISTINCT "+strings.Join(names, ", ")+" FROM "+scratch+
			")").Scan(&n); err != nil {
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

// wrote ends a statement that writes: a count, and the list of files next to the results.
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
		return athenaError(2, 1006, "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: the table has %d columns, the query %d",
			len(all), len(p.types))
	}
	var columns []string
	for i, c := range p.checked.Columns() {
		want, err := sql.ParseType(all[i].Type)
		if err != nil {
			return err
		}
		if sql.DuckType(want) != sql.DuckType(p.types[i]) {
			return athenaError(2, 1006, "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: column %s is %s, the query gives %s",
				all[i].Name, all[i].Type, p.types[i])
		}
		columns = append(columns, sql.Name(c.Name)+" AS "+sql.Name(all[i].Name))
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
