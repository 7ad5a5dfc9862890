package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"trailscribe/internal/query"
	"trailscribe/internal/result"
)

// pattern gives rows the id of what they are again: the same in each period in which the same thing happens.
type pattern struct {
	keys  *keyer
	names []string
}

// newPattern is nil for a query that does not say what makes its rows the same thing again.
func newPattern(q *query.Query, cols []result.Column) (*pattern, error) {
	names := q.Pattern(cols)
	if len(names) == 0 {
		return nil, nil
	}
	p := &pattern{keys: &keyer{query: q.ID, cols: cols, hash: sha256.New()}}
	p.names = slices.Compact(slices.Sorted(slices.Values(names))) // the order in the file says nothing
	for _, name := range p.names {
		i := slices.IndexFunc(cols, func(c result.Column) bool { return c.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("query %s: the column %q of recurs is not among the columns of its result; add it to SELECT", q.ID, name)
		}
		p.keys.at = append(p.keys.at, i)
	}
	return p, nil
}

// id is 16 hexadecimal digits of the SHA-256 over a line with the id of the query, a line with the word recurs, and for each column, by
// name, a line with the name and one with kind and value of the cell. The line between keeps it apart from ids of exceptions.
func (p *pattern) id(r result.Row) (string, error) {
	if p == nil {
		return "", nil
	}
	k := p.keys
	k.buf = append(append(k.buf[:0], k.query...), "\nrecurs\n"...)
	for i, at := range k.at {
		k.buf = append(append(k.buf, p.names[i]...), '\n')
		if err := k.cells(r, []int{at}); err != nil {
			return "", err
		}
	}
	id := k.sum()
	return hex.EncodeToString(id[:]), nil
}
