package run

import (
	"fmt"
	"iter"

	"trailscribe/internal/finding"
	"trailscribe/internal/result"
)

// DataName is where a format puts the rows of a query: data/root.console-login.csv.
func DataName(query, ending string) string { return dataName + "/" + dotted(query) + "." + ending }

// judgedColumns are the columns that Judged puts behind those of an exception query.
var judgedColumns = []result.Column{
	{Name: "exception_id", Kind: result.Text}, {Name: "exception_status", Kind: result.Text},
	{Name: "exception_waiver", Kind: result.Text}, {Name: "exception_new", Kind: result.Bool}, {Name: "exception_pattern", Kind: result.Text},
}

// Judged are the rows of a query, and behind each row of an exception query its exception: id, status, waiver,
// whether it is new, and its pattern, which runs of the first format do not have. A row without an exception, which no exception query
// should have, has nulls there.
func (s *Saved) Judged(query string) (result.Set, error) {
	rows, err := s.Rows(query)
	if err != nil {
		return nil, err
	}
	if q := s.Query(query); q.ExceptionsSHA256 == "" {
		return rows, nil
	}
	return judged{rows, s, query}, nil
}

// judged reads rows and exceptions side by side, so that memory stays flat however many there are.
type judged struct {
	result.Set
	s     *Saved
	query string
}

func (j judged) Columns() []result.Column {
	return append(append([]result.Column{}, j.Set.Columns()...), j.behind()...)
}

// behind are the columns behind those of the rows.
func (j judged) behind() []result.Column {
	if j.s.Format == FirstFormat {
		return judgedColumns[:len(judgedColumns)-1]
	}
	return judgedColumns
}

func (j judged) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		next, stop := iter.Pull2(j.s.Exceptions(j.query))
		defer stop()
		var row result.Row
		var n int64
		e, err, more := next()
		for r, rowErr := range j.Set.All() {
			if rowErr == nil {
				rowErr = err
			}
			if rowErr != nil {
				yield(nil, rowErr)
				return
			}
			row = append(row[:0], r...)
			if more && e.Row == n {
				row = append(row, e.ID, e.Status, orNull(e.Waiver), e.New, orNull(e.Pattern))
				e, err, more = next()
			} else {
				row = append(row, nil, nil, nil, nil, nil)
			}
			row = row[:len(r)+len(j.behind())]
			n++
			if !yield(row, nil) {
				return
			}
		}
		if more || err != nil {
			yield(nil, leftOver(j.query, e, err))
		}
	}
}

func leftOver(query string, e finding.Exception, err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("exception %s of %s belongs to row %d, which is not there: %w", e.ID, query, e.Row, ErrAltered)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
