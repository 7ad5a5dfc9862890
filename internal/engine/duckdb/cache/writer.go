package cache

import (
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// partWriter writes one Parquet file under a temporary name.
type partWriter struct {
	f       *os.File
	sum     hash.Hash32
	size    int64
	w       *parquet.GenericWriter[any]
	cols    []*parquet.ColumnWriter
	plan    *plan
	rows    int64 // in the file
	pending int64 // of them, copied and not yet flushed
	values  []parquet.Value
}

// plan is where the columns of a batch are in the schema.
type plan struct {
	schema                                            *parquet.Schema
	codec                                             *zstd.Codec // keeps its encoders, which are large, for the next file
	leaves                                            []int
	list                                              [3]int
	keys, values                                      int
	file, seq, account, region, day, category, misfit int
	content                                           int
}

func newPlan(b *batch) *plan {
	s := parquetSchema()
	p := &plan{schema: s, codec: &zstd.Codec{Level: zstd.SpeedFastest}}
	for _, l := range b.leaves {
		p.leaves = append(p.leaves, columnIndex(s, l.path...))
	}
	for i, f := range []string{"arn", "accountid", "type"} {
		p.list[i] = columnIndex(s, "resources", "list", "element", f)
	}
	m := []string{"useridentity", "sessioncontext", "webidfederationdata", "attributes", "key_value"}
	p.keys = columnIndex(s, append(m, "key")...)
	p.values = columnIndex(s, append(m[:len(m):len(m)], "value")...)
	p.file, p.seq = columnIndex(s, columnFile), columnIndex(s, columnSeq)
	p.account, p.region, p.day = columnIndex(s, columnAccount), columnIndex(s, columnRegion), columnIndex(s, columnDay)
	p.category, p.misfit, p.content = columnIndex(s, columnCategory), columnIndex(s, columnMisfit), columnIndex(s, columnContent)
	return p
}

// unbounded leaves out the least and the greatest value of columns that come from events. Both would stand in the file once more
// for each row group, as long as they are, and no statement gains by them: a row group has events of all kinds.
func (p *plan) unbounded() (options []parquet.WriterOption) {
	own := []int{p.file, p.seq, p.account, p.region, p.day, p.category, p.misfit, p.content}
	for i, path := range p.schema.Columns() {
		if !slices.Contains(own, i) {
			options = append(options, parquet.SkipPageBounds(path...))
		}
	}
	return options
}

// tempPrefix begins the names of files that are not finished. Whoever holds the lock may delete them.
const tempPrefix = "tmp-"

// pageBytes fits the pages of all columns into the budget of a row group.
func pageBytes(budget int) int { return min(max(budget/512, 8<<10), 64<<10) }

// newPartWriter begins a part. The encoder is made anew each time: Reset of parquet-go 0.32 wipes the column paths its
// next file needs.
func newPartWriter(folder string, p *plan, page int) (*partWriter, error) {
	f, err := os.CreateTemp(folder, tempPrefix+"*.parquet")
	if err != nil {
		return nil, fmt.Errorf("writing the cache: %w", err)
	}
	w := &partWriter{f: f, sum: crc32.New(castagnoli), plan: p}
	w.w = parquet.NewGenericWriter[any](w, append(p.unbounded(), p.schema,
		parquet.DataPageStatistics(false),
		parquet.PageBufferSize(page),
		parquet.CreatedBy("trailscribe", "", ""),
		parquet.Compression(p.codec))...)
	w.cols = w.w.ColumnWriters()
	return w, nil
}

// Write is for the Parquet encoder: everything it writes is counted and summed.
func (w *partWriter) Write(b []byte) (int, error) {
	n, err := w.f.Write(b)
	w.sum.Write(b[:n])
	w.size += int64(n)
	return n, err
}

const chunkRows = 2048

// flush writes the batch as one row group and empties it.
func (w *partWriter) flush(b *batch) error {
	if b.rows == 0 {
		return nil
	}
	p := w.plan
	for i := range b.leaves {
		l := &b.leaves[i]
		if err := w.texts(p.leaves[i], &l.texts, len(l.chain)); err != nil {
			return err
		}
	}
	if err := w.list(b); err != nil {
		return err
	}
	if err := w.pairs(b); err != nil {
		return err
	}
	if err := w.perFile(b); err != nil {
		return err
	}
	if err := w.texts(p.category, &b.category, 0); err != nil {
		return err
	}
	if err := w.texts(p.misfit, &b.misfit, 0); err != nil {
		return err
	}
	if err := w.contents(b); err != nil {
		return err
	}
	for _, c := range w.cols {
		if err := c.Close(); err != nil {
			return w.failed(err)
		}
	}
	if err := w.w.Flush(); err != nil {
		return w.failed(err)
	}
	w.rows += int64(b.rows)
	b.reset()
	return nil
}

func (w *partWriter) failed(err error) error {
	return fmt.Errorf("writing the cache file %s: %w", filepath.Base(w.f.Name()), err)
}

func (w *partWriter) put(col int, vs []parquet.Value) error {
	if _, err := w.cols[col].WriteRowValues(vs); err != nil {
		return w.failed(err)
	}
	return nil
}

// texts writes a column that has one value a row and is depth rows deep.
func (w *partWriter) texts(col int, t *texts, depth int) error {
	at := 0
	var nulls [8]parquet.Value // by definition level; most values of most columns are NULL
	for d := range depth + 1 {
		nulls[d] = parquet.NullValue().Level(0, d, col)
	}
	for from := 0; from < len(t.lens); from += chunkRows {
		vs := w.values[:0]
		for _, n := range t.lens[from:min(from+chunkRows, len(t.lens))] {
			if n < 0 {
				vs = append(vs, nulls[-1-n])
				continue
			}
			vs = append(vs, parquet.ByteArrayValue(t.data[at:at+int(n)]).Level(0, depth+1, col))
			at += int(n)
		}
		w.values = vs
		if err := w.put(col, vs); err != nil {
			return err
		}
	}
	return nil
}

// list writes resources. Definition levels: 0 NULL, 1 empty, 2 a NULL element, 3 a NULL field, 4 a value.
func (w *partWriter) list(b *batch) error {
	for f, col := range w.plan.list {
		t := &b.list.fields[f]
		at, e := 0, 0
		for from := 0; from < len(b.counts); from += chunkRows {
			vs := w.values[:0]
			for _, n := range b.counts[from:min(from+chunkRows, len(b.counts))] {
				if n <= 0 {
					vs = append(vs, parquet.NullValue().Level(0, int(1+min(n, 0)), col))
					continue
				}
				for k := range int(n) {
					rep := min(k, 1)
					switch size := int(t.lens[e]); {
					case b.list.null[e]:
						vs = append(vs, parquet.NullValue().Level(rep, 2, col))
					case size < 0:
						vs = append(vs, parquet.NullValue().Level(rep, 3, col))
					default:
						vs = append(vs, parquet.ByteArrayValue(t.data[at:at+size]).Level(rep, 4, col))
						at += size
					}
					e++
				}
			}
			w.values = vs
			if err := w.put(col, vs); err != nil {
				return err
			}
		}
	}
	return nil
}

// pairs writes the map. Above the levels of the rows around it: NULL, empty, a key (or a NULL value), a value.
func (w *partWriter) pairs(b *batch) error {
	depth := len(b.mapChain)
	for i, t := range []*texts{&b.keys, &b.values} {
		col := [...]int{w.plan.keys, w.plan.values}[i]
		at, e := 0, 0
		for from := 0; from < len(b.pairs); from += chunkRows {
			vs := w.values[:0]
			for _, n := range b.pairs[from:min(from+chunkRows, len(b.pairs))] {
				if n < 0 {
					vs = append(vs, parquet.NullValue().Level(0, int(-1-n), col))
					continue
				}
				if n == 0 {
					vs = append(vs, parquet.NullValue().Level(0, depth+1, col))
					continue
				}
				for k := range int(n) {
					rep := min(k, 1)
					if size := int(t.lens[e]); size < 0 {
						vs = append(vs, parquet.NullValue().Level(rep, depth+2, col))
					} else {
						vs = append(vs, parquet.ByteArrayValue(t.data[at:at+size]).Level(rep, depth+2+i, col))
						at += size
					}
					e++
				}
			}
			w.values = vs
			if err := w.put(col, vs); err != nil {
				return err
			}
		}
	}
	return nil
}

// perFile writes the columns that are the same for all records of a file, and the number in it.
func (w *partWriter) perFile(b *batch) error {
	p := w.plan
	for _, c := range []struct {
		col   int
		value func(*fileRun) string
	}{
		{p.file, func(r *fileRun) string { return r.key.Name }},
		{p.account, func(r *fileRun) string { return r.key.Account }},
		{p.region, func(r *fileRun) string { return r.key.Region }},
		{p.day, func(r *fileRun) string { return r.day }},
	} {
		for i := range b.files {
			r := &b.files[i]
			v := parquet.NullValue().Level(0, 0, c.col)
			if s := c.value(r); s != "" || c.col == p.file {
				v = parquet.ByteArrayValue([]byte(s)).Level(0, 1, c.col)
			}
			if err := w.repeat(c.col, r.rows, func(int) parquet.Value { return v }); err != nil {
				return err
			}
		}
	}
	for i := range b.files {
		r := &b.files[i]
		err := w.repeat(p.seq, r.rows, func(k int) parquet.Value {
			return parquet.Int64Value(r.first+int64(k)).Level(0, 1, p.seq)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *partWriter) repeat(col, n int, value func(int) parquet.Value) error {
	for from := 0; from < n; from += chunkRows {
		vs := w.values[:0]
		for k := from; k < min(from+chunkRows, n); k++ {
			vs = append(vs, value(k))
		}
		w.values = vs
		if err := w.put(col, vs); err != nil {
			return err
		}
	}
	return nil
}

// finish completes the file and gives it its name, which follows from its content. Nothing is forced to the disk: after a
// power cut a part whose bytes did not arrive does not match its checksum, and is written again.
func (w *partWriter) finish(folder string) (part, error) {
	fail := func(err error) (part, error) {
		w.abort()
		return part{}, w.failed(err)
	}
	if err := w.w.Close(); err != nil {
		return fail(err)
	}
	if err := w.f.Close(); err != nil {
		return fail(err)
	}
	p := part{Name: fmt.Sprintf("part-%08x-%x.parquet", w.sum.Sum32(), w.size), Size: w.size, CRC: w.sum.Sum32(), Rows: w.rows}
	if err := replace(w.f.Name(), filepath.Join(folder, p.Name)); err != nil {
		return fail(err)
	}
	return p, nil
}

// abort gives up the file.
func (w *partWriter) abort() {
	w.f.Close()
	os.Remove(w.f.Name()) // what stays behind is removed by the next refresh
}

var _ io.Writer = (*partWriter)(nil)
