package finding

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strconv"

	"trailscribe/internal/query"
	"trailscribe/internal/result"
)

// keyer gives each row of one result its id.
type keyer struct {
	query string
	cols  []result.Column
	at    []int // the columns of the key
	all   []int
	event int // the column of the key that is an event id, -1 without one
	hash  hash.Hash
	buf   []byte
}

func newKeyer(q *query.Query, cols []result.Column) (*keyer, error) {
	k := &keyer{query: q.ID, cols: cols, event: -1, hash: sha256.New()}
	for i := range cols {
		k.all = append(k.all, i)
	}
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
	if id, _ := eventColumns(cols); slices.Contains(k.at, id) {
		k.event = id
	}
	return k, nil
}

// nameless reports whether the event of a row has no id, so that a key with the event id in it does not name the row.
func (k *keyer) nameless(r result.Row) bool {
	return k.event >= 0 && k.event < len(r) && (r[k.event] == nil || r[k.event] == "")
}

// id hashes one line per part. A line feed cannot stand in a part: query ids have none and cells are JSON.
func (k *keyer) id(r result.Row) (id [8]byte, err error) {
	k.buf = append(append(k.buf[:0], k.query...), '\n')
	if err := k.cells(r, k.at); err != nil {
		return id, err
	}
	return k.sum(), nil
}

// copy is the id of a row that its key does not name, because copies of the event differ or because the event has no id: over
// the id of the query, the key, a line with the word copy, and the whole row. Of rows that are equal in all cells the second has one
// more line, with a 2, and so on: nobody can tell which of them is which.
func (k *keyer) copy(r result.Row, same map[[8]byte]int64) (id [8]byte, err error) {
	if _, err := k.id(r); err != nil {
		return id, err
	}
	k.buf = append(k.buf, "copy\n"...)
	if err := k.cells(r, k.all); err != nil {
		return id, err
	}
	id = k.sum()
	if same[id]++; same[id] > 1 {
		k.buf = append(strconv.AppendInt(k.buf, same[id], 10), '\n')
		return k.sum(), nil
	}
	return id, nil
}

// cells appends a line for each of these cells.
func (k *keyer) cells(r result.Row, at []int) error {
	for _, i := range at {
		if i >= len(r) {
			return fmt.Errorf("query %s: a row has only %d cells", k.query, len(r))
		}
		k.buf = append(append(k.buf, k.cols[i].Kind.String()...), ' ')
		var ok bool
		if k.buf, ok = result.AppendCell(k.buf, k.cols[i].Kind, r[i]); !ok {
			return fmt.Errorf("query %s: %T in the key column %q is not of the type %s", k.query, r[i], k.cols[i].Name, k.cols[i].Kind)
		}
		k.buf = append(k.buf, '\n')
	}
	return nil
}

// sum is the first bytes of the SHA-256 over what was appended.
func (k *keyer) sum() (id [8]byte) {
	k.hash.Reset()
	k.hash.Write(k.buf)
	var sum [sha256.Size]byte
	copy(id[:], k.hash.Sum(sum[:0]))
	return id
}

// repeats finds the keys that more than one row has.
func (k *keyer) repeats(ctx context.Context, rows result.Set) (map[[8]byte]*repeat, error) {
	seen, found := map[[8]byte]struct{}{}, map[[8]byte]*repeat{}
	n := 0
	for row, err := range rows.All() {
		if err == nil && n%1024 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("looking for repeated keys of %s: %w", k.query, err)
		}
		n++
		if k.nameless(row) {
			continue
		}
		id, err := k.id(row)
		if err != nil {
			return nil, err
		}
		if _, again := seen[id]; again && found[id] == nil {
			found[id] = &repeat{same: map[[8]byte]int64{}}
		}
		seen[id] = struct{}{}
	}
	return found, nil
}

// Judge reads rows once and gives keep each exception in the order of the rows. Evidence and metrics are Shown and have none.
// Where two rows have the same key the outcome is NotEvaluated: reviews and waivers could not tell them apart. Copies of an
// event that differ, and events without an id, are an exception to that: a forged record would silence the query. Their rows
// have ids over the whole row, see keyer.copy.
// An error is one of rows, of keep or of ctx; the verdict then means nothing.
func Judge(ctx context.Context, q *query.Query, rows result.Set, c Context, keep func(Exception) error) (Verdict, error) {
	v := Verdict{Outcome: Shown, Rows: rows.Count()}
	if q.Kind != query.KindException {
		return v, ctx.Err()
	}
	v.Rows = 0
	cols := rows.Columns()
	of := decider{at: slices.IndexFunc(cols, func(k result.Column) bool { return k.Name == q.Undecided.Column && k.Kind == result.Bool })}
	keys, err := newKeyer(q, cols)
	if err != nil {
		return Verdict{}, err
	}
	recurs, err := newPattern(q, cols)
	if err != nil {
		return Verdict{}, err
	}
	var repeated map[[8]byte]*repeat // only where copies can be the reason
	excuse := c.Conflicts.excuse(cols)
	if !c.Conflicts.none() {
		if repeated, err = keys.repeats(ctx, rows); err != nil {
			return Verdict{}, err
		}
	}
	counts := newControlCounts(q, cols)
	seen := make(map[[8]byte]struct{})
	nameless := map[[8]byte]int64{}
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
		if keys.nameless(row) {
			id, err = keys.copy(row, nameless)
		} else if k := repeated[id]; k != nil {
			excuse.look(k, row)
			id, err = keys.copy(row, k.same)
		} else if _, again := seen[id]; again {
			v.Duplicates++
		}
		if err != nil {
			return Verdict{}, err
		}
		seen[id] = struct{}{}
		e := Exception{ID: hex.EncodeToString(id[:]), Row: v.Rows, Status: StatusOpen}
		if e.Pattern, err = recurs.id(row); err != nil {
			return Verdict{}, err
		}
		undecided := of.undecided(row)
		if undecided {
			e.Status = StatusUndecided
		} else if c.Waivers != nil {
			if waiver, ok := c.Waivers.Match(q, cols, row, c.At); ok {
				e.Status, e.Waiver = StatusWaived, waiver
			}
		}
		e.New = !undecided && c.Previous != nil && !c.Previous.Had(e.ID)
		if err := keep(e); err != nil {
			return Verdict{}, fmt.Errorf("keeping the exceptions of %s: %w", q.ID, err)
		}
		v.Rows++
		switch e.Status {
		case StatusUndecided:
			v.Undecided++
		case StatusWaived:
			v.Waived++
		default:
			v.Open++
		}
		attempted := Attempted(cols, row)
		if !undecided && attempted {
			v.Attempts++
		}
		counts.add(row, e.Status, attempted)
		if e.New {
			v.New++
		}
	}
	for _, k := range repeated {
		if !k.conflict {
			v.Duplicates += k.rows - 1
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
	v.Controls = counts.found
	switch {
	case v.Duplicates > 0:
		v = Verdict{Outcome: NotEvaluated, Reason: ReasonRepeatedKey, Rows: v.Rows, Duplicates: v.Duplicates}
	case v.Open > 0:
		v.Outcome = Exceptions
	case v.Waived > 0:
		v.Outcome = Waived
	case v.Undecided > 0:
		v = Verdict{Outcome: NotEvaluated, Reason: ReasonUndecided, Rows: v.Rows, Undecided: v.Undecided, Gone: v.Gone, Controls: v.Controls}
	default:
		v.Outcome = Clear
	}
	return v, ctx.Err()
}

// controlCounts counts the rows that contradict controls, of a query that says which do.
type controlCounts struct {
	found []ControlCount
	match []func(result.Row) bool
}

func newControlCounts(q *query.Query, cols []result.Column) *controlCounts {
	c := &controlCounts{}
	for _, x := range q.ControlRows {
		c.found = append(c.found, ControlCount{Framework: x.Framework, Control: x.Control})
		c.match = append(c.match, x.Matcher(cols))
	}
	return c
}

func (c *controlCounts) add(row result.Row, status string, attempted bool) {
	for i, match := range c.match {
		switch {
		case !match(row):
		case status == StatusUndecided:
			c.found[i].Undecided++
		case attempted:
			c.found[i].Attempts++
		case status == StatusWaived:
			c.found[i].Waived++
		default:
			c.found[i].Open++
		}
	}
}

// decider tells which rows could not be decided.
type decider struct {
	at int // the column that says so, -1 for a query without one
}

func (d decider) undecided(r result.Row) bool {
	if d.at < 0 || d.at >= len(r) {
		return false
	}
	yes, ok := r[d.at].(bool)
	return ok && yes
}
