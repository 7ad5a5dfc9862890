// Package result is the one shape in which rows travel: typed columns, a row, rows that can be read again, and the file that keeps them.
package result

import (
	"iter"
)

// Kind says how the cells of a column are to be read. The set is closed.
type Kind uint8

// The kinds, each with the Go type of its cells.
const (
	Text    Kind = iota + 1 // string
	Int                     // int64
	Decimal                 // string: an exact number as text
	Float                   // float64, finite
	Bool                    // bool
	Instant                 // time.Time in UTC, milliseconds
	Local                   // time.Time in UTC whose clock face is the report zone's wall clock
	Date                    // time.Time, midnight UTC
)

// Column is a name and how its cells are to be read.
type Column struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
}

// Row holds one cell per column: nil or the Go type of the column's Kind. Valid until the loop's next step.
type Row []any

// Set is a counted result that can be read as often as needed.
type Set interface {
	Columns() []Column
	Count() int64
	All() iter.Seq2[Row, error]
}

// Of is a result held in memory, for the small tables a report is composed of.
func Of(cols []Column, rows []Row) Set { return held{cols, rows} }

type held struct {
	cols []Column
	rows []Row
}

func (h held) Columns() []Column { return h.cols }
func (h held) Count() int64      { return int64(len(h.rows)) }
func (h held) All() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, r := range h.rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// With is set with further columns at the end, computed row by row (status, waiver, new since last period).
func With(set Set, more []Column, f func(n int64, r Row) (Row, error)) Set {
	return with{set, append(append([]Column{}, set.Columns()...), more...), f}
}

// Head is the first n rows of set.
func Head(set Set, n int64) Set { return head{set, n} }

type with struct {
	Set
	cols []Column
	f    func(int64, Row) (Row, error)
}

func (w with) Columns() []Column { return w.cols }
func (w with) All() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var n int64
		var buf Row
		for r, err := range w.Set.All() {
			if err == nil {
				var add Row
				if add, err = w.f(n, r); err == nil {
					buf = append(append(buf[:0], r...), add...)
				}
				n++
			}
			if !yield(buf, err) {
				return
			}
		}
	}
}

type head struct {
	Set
	n int64
}

func (h head) Count() int64 { return min(h.n, h.Set.Count()) }
func (h head) All() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var n int64
		if h.n == 0 {
			return
		}
		for r, err := range h.Set.All() {
			if !yield(r, err) {
				return
			}
			if n++; n >= h.n {
				return
			}
		}
	}
}
