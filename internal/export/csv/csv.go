// Package csv exports the rows of a run as CSV, one file for each query that gave a result.
//
// Raw files (data/<topic>.<name>.csv) are the evidence: RFC 4180 with a header line, UTF-8 without byte order mark, every
// byte of a text as it was logged. An empty cell is null, "" an empty text. Do not open them in a spreadsheet: a text may
// begin with "=" and be taken for a formula.
//
// Safe files (data/<topic>.<name>.safe.csv) are for spreadsheets. A text that could be taken for a formula has a ' before
// it, hidden characters are shown as codes, and all texts are quoted, so that no other separator splits them.
package csv

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"trailscribe/internal/export"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// Writer writes CSV.
type Writer struct{ safe bool }

// New gives a writer of raw files.
func New() *Writer { return &Writer{} }

// NewSafe gives a writer of files for spreadsheets.
func NewSafe() *Writer { return &Writer{safe: true} }

// Format is the name that --format and a report's formats know it by: csv or csv-safe.
func (w *Writer) Format() string {
	if w.safe {
		return "csv-safe"
	}
	return "csv"
}

// Files are the files of all queries of a run.
func (w *Writer) Files(s *run.Saved) (names []string) {
	for i := range s.Queries {
		names = append(names, w.name(s.Queries[i].ID))
	}
	return names
}

func (w *Writer) name(query string) string {
	if w.safe {
		return run.DataName(query, "safe.csv")
	}
	return run.DataName(query, "csv")
}

// Write writes the rows of every query that gave some result. Rows of exception queries end in exception_id, exception_status,
// exception_waiver, exception_new and exception_pattern.
func (w *Writer) Write(ctx context.Context, out export.Output, s *run.Saved) (export.Written, error) {
	done := export.Written{Rows: map[string]int64{}}
	for i := range s.Queries {
		q := &s.Queries[i]
		if q.SHA256 == "" {
			continue
		}
		name := w.name(q.ID)
		set, err := s.Judged(q.ID)
		if err == nil {
			done.Rows[q.ID], err = w.file(ctx, out, name, set)
		}
		if err != nil {
			return done, fmt.Errorf("exporting %s: %w", q.ID, err)
		}
		done.Files = append(done.Files, name)
	}
	return done, nil
}

func (w *Writer) file(ctx context.Context, out export.Output, name string, set result.Set) (n int64, err error) {
	f, err := out.Create(name)
	if err != nil {
		return 0, err
	}
	b := bufio.NewWriterSize(f, 1<<16)
	cols := set.Columns()
	var line []byte
	for i, c := range cols {
		line = w.text(comma(line, i), c.Name)
	}
	if _, err := b.Write(append(line, "\r\n"...)); err != nil {
		return 0, err
	}
	for row, err := range set.All() {
		if err == nil && n%4096 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return n, err
		}
		line = line[:0]
		for i, v := range row {
			line = comma(line, i)
			if s, ok := v.(string); ok && cols[i].Kind == result.Text {
				line = w.text(line, s)
			} else if v != nil {
				from := len(line)
				if line, ok = result.AppendCell(line, cols[i].Kind, v); !ok {
					return n, fmt.Errorf("row %d: %T is not of the type %s", n+1, v, cols[i].Kind)
				}
				line = unquote(line, from)
			}
		}
		if _, err := b.Write(append(line, "\r\n"...)); err != nil {
			return n, err
		}
		n++
	}
	if err := b.Flush(); err != nil {
		return n, err
	}
	return n, f.Close()
}

func comma(line []byte, i int) []byte {
	if i > 0 {
		return append(line, ',')
	}
	return line
}

// unquote takes the quotes off a time or an exact decimal: none of them holds a comma.
func unquote(line []byte, from int) []byte {
	if len(line) > from && line[from] == '"' {
		copy(line[from:], line[from+1:])
		return line[:len(line)-2]
	}
	return line
}

// text appends a text as a cell. encoding/csv is not used: with CRLF it changes line ends inside of cells.
func (w *Writer) text(line []byte, s string) []byte {
	if w.safe {
		s, _ = result.Visible(s)
		if result.Formula(s) {
			s = "'" + s
		}
	} else if s != "" && !strings.ContainsAny(s, "\",\r\n") && s[0] != ' ' && s[len(s)-1] != ' ' {
		return append(line, s...)
	}
	line = append(line, '"')
	for i := range len(s) {
		if s[i] == '"' {
			line = append(line, '"')
		}
		line = append(line, s[i])
	}
	return append(line, '"')
}

var _ export.Writer = (*Writer)(nil)
