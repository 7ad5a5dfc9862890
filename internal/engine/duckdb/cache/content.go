package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/parquet-go/parquet-go"

	"trailscribe/internal/cloudtrail"
)

// contentSize is the bytes that content keeps of a SHA-256. Nobody finds a second record with the content of a given one; that
// somebody makes two of his own that have the same would hide one of his from the other.
const contentSize = 16

// contents is the column content under construction.
type contents struct {
	digests []byte
	scratch []byte
}

// add appends the digest of what the record has in the columns of cloudtrail.Columns: every value behind its length, and
// what is NULL as such. So two records have the same digest if and only if these columns are equal.
func (c *contents) add(b *batch, r *cloudtrail.Record) {
	s := c.scratch[:0]
	// A number below values says what is not there: how many of the rows around it are, no list, a NULL element.
	const values = 16
	text := func(v []byte, missing int) {
		if v == nil {
			s = binary.AppendUvarint(s, uint64(missing))
			return
		}
		s = append(binary.AppendUvarint(s, uint64(values+len(v))), v...)
	}
	for i := range b.leaves {
		l := &b.leaves[i]
		if v := r.Cell(l.leaf); v != nil {
			text(v, 0)
		} else {
			text(nil, present(r, l.chain))
		}
	}
	if list := r.Resources(); list == nil {
		s = append(s, 0)
	} else {
		s = binary.AppendUvarint(s, uint64(values+len(list)))
		for i := range list {
			x := &list[i]
			if x.Null {
				s = append(s, 1)
				continue
			}
			text(x.ARN(), 0)
			text(x.AccountID(), 0)
			text(x.Type(), 0)
		}
	}
	if pairs := r.Pairs(); pairs == nil {
		s = binary.AppendUvarint(s, uint64(present(r, b.mapChain)))
	} else {
		s = binary.AppendUvarint(s, uint64(values+len(pairs)))
		for _, p := range pairs {
			text(p.Key, 0)
			text(p.Value, 0)
		}
	}
	sum := sha256.Sum256(s)
	c.digests = append(c.digests, sum[:contentSize]...)
	c.scratch = s
}

func (c *contents) truncate(rows int) { c.digests = c.digests[:rows*contentSize] }

// contents writes the column.
func (w *partWriter) contents(b *batch) error {
	digests, col := b.contents.digests, w.plan.content
	if len(digests) != b.rows*contentSize {
		return w.failed(fmt.Errorf("%d records have %d bytes of digests", b.rows, len(digests)))
	}
	return w.repeat(col, b.rows, func(i int) parquet.Value {
		return parquet.FixedLenByteArrayValue(digests[i*contentSize:(i+1)*contentSize]).Level(0, 0, col)
	})
}
