package finding

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"

	"trailscribe/internal/query"
	"trailscribe/internal/result"
)

// ID names an exception: 16 hexadecimal digits of the SHA-256 over the query's id and the row's key, "" where the key
// is not in cols. The same finding has the same id in every run, on every engine: it depends on nothing but the id of
// the query and kind and value of each key cell. A query without a key is known by the whole row.
func ID(q *query.Query, cols []result.Column, r result.Row) string {
	k, err := newKeyer(q, cols)
	if err != nil {
		return ""
	}
	id, err := k.id(r)
	if err != nil {
		return ""
	}
	return hex.EncodeToString(id[:])
}

// keyer gives each row of one result its id.
type keyer struct {
	query string
	cols  []result.Column
	at    []int
	hash  hash.Hash
	buf   []byte
}

func newKeyer(q *query.Query, cols []result.Column) (*keyer, error) {
	k := &keyer{query: q.ID, cols: cols, hash: sha256.New()}
	names := q.Key
	if len(names) == 0 {
		for _, c := range cols {
			names = append(names, c.Name)
		}
	}
next:
	for _, name := range names {
		for i, c := range cols {
			if c.Name == name {
				k.at = append(k.at, i)
				continue next
			}
		}
		return nil, fmt.Errorf("query %s: the key column %q is not among the columns of its result; add it to SELECT", q.ID, name)
	}
	return k, nil
}

// id hashes one line per part. A line feed cannot stand in a part: query ids have none and cells are JSON.
func (k *keyer) id(r result.Row) (id [8]byte, err error) {
	k.buf = append(append(k.buf[:0], k.query...), '\n')
	for _, i := range k.at {
		if i >= len(r) {
			return id, fmt.Errorf("query %s: a row has only %d cells", k.query, len(r))
		}
		k.buf = append(append(k.buf, k.cols[i].Kind.String()...), ' ')
		var ok bool
		if k.buf, ok = result.AppendCell(k.buf, k.cols[i].Kind, r[i]); !ok {
			return id, fmt.Errorf("query %s: %T in the key column %q is no %s", k.query, r[i], k.cols[i].Name, k.cols[i].Kind)
		}
		k.buf = append(k.buf, '\n')
	}
	k.hash.Reset()
	k.hash.Write(k.buf)
	var sum [sha256.Size]byte
	copy(id[:], k.hash.Sum(sum[:0]))
	return id, nil
}

// Judge reads rows once and gives keep each exception in the order of the rows. Evidence and metrics are Shown and have none.
// Where two rows have the same key the outcome is NotEvaluated: reviews and waivers could not tell them apart.
// An error is one of rows, of keep or of ctx; the verdict then means nothing.
func Judge(ctx context.Context, q *query.Query, rows result.Set, c Context, keep func(Exception) error) (Verdict, error) {
	v := Verdict{Outcome: Shown, Rows: rows.Count()}
	if q.Kind != query.KindException {
		return v, ctx.Err()
	}
	v.Rows = 0
	cols := rows.Columns()
	keys, err := newKeyer(q, cols)
	if err != nil {
		return Verdict{}, err
	}
	seen := make(map[[8]byte]struct{})
	for row, err := range rows.All() {
		if err != nil {
			return Verdict{}, fmt.Errorf("judging the rows of %s: %w", q.ID, err)
		}
		if v.Rows%1024 == 0 && ctx.Err() != nil {
			return Verdict{}, ctx.Err()
		}
		id, err := keys.id(row)
		if err != nil {
			return Verdict{}, err
		}
		if _, again := seen[id]; again {
			v.Duplicates++
		}
		seen[id] = struct{}{}
		e := Exception{ID: hex.EncodeToString(id[:]), Row: v.Rows, Status: StatusOpen}
		if c.Waivers != nil {
			if waiver, ok := c.Waivers.Match(q, cols, row, c.At); ok {
				e.Status, e.Waiver = StatusWaived, waiver
			}
		}
		e.New = c.Previous != nil && !c.Previous.Had(e.ID)
		if err := keep(e); err != nil {
			return Verdict{}, fmt.Errorf("keeping the exceptions of %s: %w", q.ID, err)
		}
		v.Rows++
		if e.Status == StatusWaived {
			v.Waived++
		} else {
			v.Open++
		}
		if e.New {
			v.New++
		}
	}
	if before, ok := c.Previous.(lister); ok {
		for e, err := range before.Exceptions(q.ID) {
			if err != nil {
				return Verdict{}, fmt.Errorf("reading the exceptions that %s had in the previous run: %w", q.ID, err)
			}
			var id [8]byte
			if n, err := hex.Decode(id[:], []byte(e.ID[:min(len(e.ID), 16)])); err != nil || n != len(id) {
				continue // an id of another format cannot be compared
			}
			if _, still := seen[id]; !still {
				v.Gone++
			}
		}
	}
	switch {
	case v.Duplicates > 0:
		v = Verdict{Outcome: NotEvaluated, Reason: ReasonRepeatedKey, Rows: v.Rows, Duplicates: v.Duplicates}
	case v.Open > 0:
		v.Outcome = Exceptions
	case v.Waived > 0:
		v.Outcome = Waived
	default:
		v.Outcome = Clear
	}
	return v, ctx.Err()
}
