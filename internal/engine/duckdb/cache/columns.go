package cache

import (
	"fmt"

	"github.com/parquet-go/parquet-go"

	"trailscribe/internal/cloudtrail"
)

// texts is a column of texts under construction: all bytes in one buffer. A length below zero is NULL; -1-n says that
// n of the rows around it were there.
type texts struct {
	data []byte
	lens []int32
}

// add appends a text around which no row can be missing.
func (t *texts) add(v []byte) {
	if v == nil {
		t.lens = append(t.lens, -1)
		return
	}
	t.data = append(t.data, v...)
	t.lens = append(t.lens, int32(len(v)))
}

func (t *texts) truncate(rows, bytes int) { t.lens, t.data = t.lens[:rows], t.data[:bytes] }

// reset empties the column. What large values made of its buffer is given back: they may come in another column next time.
func (t *texts) reset() {
	if cap(t.data) > 8*largeValue {
		t.data = nil
	}
	t.truncate(0, 0)
}

// batch is rows on their way to a Parquet row group, column by column.
type batch struct {
	leaves []leafColumn
	list   texts3 // the elements of resources
	rows   int

	counts   []int32 // resources of a row; -1 NULL
	pairs    []int32 // map entries of a row; below zero NULL, -1-n: n of the rows around it were there
	keys     texts
	values   texts
	mapChain []int

	files    []fileRun
	category texts
	misfit   texts
	contents contents

	bytes int // in all buffers, roughly
}

type texts3 struct {
	fields [3]texts
	null   []bool
}

// fileRun is consecutive rows of one file.
type fileRun struct {
	key   cloudtrail.Key
	day   string
	first int64 // seq of the first row
	rows  int
}

// leafColumn is a text leaf and the rows it is in, outermost first.
type leafColumn struct {
	texts
	leaf  int
	chain []int
	path  []string
}

func newBatch() *batch {
	b := &batch{}
	var walk func(ns []cloudtrail.Node, path []string, chain []int)
	walk = func(ns []cloudtrail.Node, path []string, chain []int) {
		for _, n := range ns {
			p := append(path[:len(path):len(path)], n.Name)
			switch n.Kind {
			case cloudtrail.RowNode:
				walk(n.Fields, p, append(chain[:len(chain):len(chain)], n.Row))
			case cloudtrail.LeafNode:
				b.leaves = append(b.leaves, leafColumn{leaf: n.Leaf, chain: chain, path: p})
			case cloudtrail.MapNode:
				b.mapChain = chain
			}
		}
	}
	walk(cloudtrail.Tree(), nil, nil)
	return b
}

// mark is a place in a batch to come back to.
type mark struct {
	rows, list, pairs int
	bytes             int
	leaves            []int
	fields            [3]int
	keys, values      int
	category, misfit  int
	files             int
}

func (b *batch) mark(m *mark) {
	m.rows, m.bytes, m.list, m.pairs, m.files = b.rows, b.bytes, len(b.list.null), len(b.keys.lens), len(b.files)
	m.leaves = m.leaves[:0]
	for i := range b.leaves {
		m.leaves = append(m.leaves, len(b.leaves[i].data))
	}
	for i := range m.fields {
		m.fields[i] = len(b.list.fields[i].data)
	}
	m.keys, m.values, m.category, m.misfit = len(b.keys.data), len(b.values.data), len(b.category.data), len(b.misfit.data)
}

// rollback forgets every row added since the mark.
func (b *batch) rollback(m *mark) {
	for i := range b.leaves {
		b.leaves[i].truncate(m.rows, m.leaves[i])
	}
	for i := range m.fields {
		b.list.fields[i].truncate(m.list, m.fields[i])
	}
	b.list.null = b.list.null[:m.list]
	b.counts, b.pairs = b.counts[:m.rows], b.pairs[:m.rows]
	b.keys.truncate(m.pairs, m.keys)
	b.values.truncate(m.pairs, m.values)
	b.category.truncate(m.rows, m.category)
	b.misfit.truncate(m.rows, m.misfit)
	b.contents.truncate(m.rows)
	b.files = b.files[:m.files]
	b.rows, b.bytes = m.rows, m.bytes
}

func (b *batch) reset() {
	for i := range b.leaves {
		b.leaves[i].reset()
	}
	for i := range b.list.fields {
		b.list.fields[i].reset()
	}
	b.list.null, b.counts, b.pairs = b.list.null[:0], b.counts[:0], b.pairs[:0]
	b.keys.reset()
	b.values.reset()
	b.category.reset()
	b.misfit.reset()
	b.contents.truncate(0)
	b.files, b.rows, b.bytes = b.files[:0], 0, 0
}

// begin starts the rows of a file; first is the number of its next record.
func (b *batch) begin(k cloudtrail.Key, first int64) {
	day := ""
	if k.Loose() { // its name decides only whether it is opened
		k.Account, k.Region = "", ""
	} else {
		day = k.Day.Format("2006/01/02")
	}
	b.files = append(b.files, fileRun{key: k, day: day, first: first})
}

// cost is what a value counts in a batch. The encoder holds a large one several times over: as a value, as a page, encoded and packed.
func cost(n int) int {
	if n < largeValue {
		return n
	}
	return 6 * n
}

// largeValue is four times what CloudTrail itself puts into a whole event.
const largeValue = 1 << 20

// add appends a record to the file begun last.
func (b *batch) add(r *cloudtrail.Record) {
	for i := range b.leaves {
		c := &b.leaves[i]
		v := r.Cell(c.leaf)
		if v != nil {
			c.data = append(c.data, v...)
			c.lens = append(c.lens, int32(len(v)))
			b.bytes += cost(len(v))
			continue
		}
		c.lens = append(c.lens, int32(-1-present(r, c.chain)))
	}
	res := r.Resources()
	if res == nil {
		b.counts = append(b.counts, -1)
	} else {
		b.counts = append(b.counts, int32(len(res)))
		for i := range res {
			x := &res[i]
			b.list.null = append(b.list.null, x.Null)
			for f, v := range [...][]byte{x.ARN(), x.AccountID(), x.Type()} {
				b.list.fields[f].add(v)
				b.bytes += len(v) + 4
			}
		}
	}
	if pairs := r.Pairs(); pairs == nil {
		b.pairs = append(b.pairs, int32(-1-present(r, b.mapChain)))
	} else {
		b.pairs = append(b.pairs, int32(len(pairs)))
		for _, p := range pairs {
			b.keys.add(p.Key)
			b.values.add(p.Value)
			b.bytes += len(p.Key) + len(p.Value) + 8
		}
	}
	c := r.Category()
	b.category.data = append(b.category.data, c...)
	b.category.lens = append(b.category.lens, int32(len(c)))
	b.misfit.add(r.Misfit())
	b.contents.add(b, r)
	b.files[len(b.files)-1].rows++
	b.rows++
	b.bytes += 4*len(b.leaves) + len(r.Misfit()) + contentSize + 32
}

// present is how many of the rows around a leaf are there.
func present(r *cloudtrail.Record, chain []int) int {
	for i, row := range chain {
		if !r.Has(row) {
			return i
		}
	}
	return len(chain)
}

// columnIndex finds a leaf column of the schema.
func columnIndex(s *parquet.Schema, path ...string) int {
	c, ok := s.Lookup(path...)
	if !ok {
		panic(fmt.Sprintf("cache: the schema has no column %v", path)) // a mistake in this package; every test meets it
	}
	return c.ColumnIndex
}
