// Package json exports a run as JSON: data/<topic>.<name>.json for the rows of each query, and data/run.json for all that is known of them.
//
// A file of rows is an array of objects, one a line, with the keys in the order of the query's columns. Values are as in
// the result files: texts and exact decimals are strings, whole numbers and floats numbers, times strings in ISO 8601.
// Rows of exception queries also have exception_id, exception_status, exception_waiver, exception_new and exception_pattern.
package json

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"

	"trailscribe/internal/export"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

// Writer writes JSON.
type Writer struct{}

// New gives a writer of JSON.
func New() *Writer { return &Writer{} }

// Format is the name that --format and a report's formats know it by.
func (w *Writer) Format() string { return "json" }

// Index is the file that names those of the queries.
const Index = "data/run.json"

// Files are the index and the files of all queries of a run.
func (w *Writer) Files(s *run.Saved) []string {
	names := []string{Index}
	for i := range s.Queries {
		names = append(names, run.DataName(s.Queries[i].ID, "json"))
	}
	return names
}

// index is the content of Index.
type index struct {
	Digest  string      `json:"digest"` // the evidence digest: SHA-256 of record.json
	Results []file      `json:"results"`
	Record  *run.Record `json:"record"`
	Cost    *run.Cost   `json:"cost,omitempty"` // from the journal: not part of the record, and only of engines that cost money
}

type file struct {
	Query string `json:"query"`
	File  string `json:"file"` // relative to the run, "" for a query that gave no result
	Rows  int64  `json:"rows"`
}

// Write writes the rows of every query that gave some result, then the index.
func (w *Writer) Write(ctx context.Context, out export.Output, s *run.Saved) (export.Written, error) {
	done := export.Written{Rows: map[string]int64{}}
	all := index{Digest: s.Digest, Results: []file{}, Record: s.Record, Cost: s.Cost()}
	for i := range s.Queries {
		q := &s.Queries[i]
		f := file{Query: q.ID}
		if q.SHA256 != "" {
			f.File = run.DataName(q.ID, "json")
			n, err := rows(ctx, out, f.File, s, q.ID)
			if err != nil {
				return done, fmt.Errorf("exporting %s: %w", q.ID, err)
			}
			f.Rows, done.Rows[q.ID] = n, n
			done.Files = append(done.Files, f.File)
		}
		all.Results = append(all.Results, f)
	}
	err := save(out, Index, func(w *bufio.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(all)
	})
	if err != nil {
		return done, fmt.Errorf("exporting the record: %w", err)
	}
	done.Files = append(done.Files, Index)
	return done, nil
}

// save writes a file and closes it only if it is whole.
func save(out export.Output, name string, body func(*bufio.Writer) error) error {
	f, err := out.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	if err := body(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func rows(ctx context.Context, out export.Output, name string, s *run.Saved, query string) (n int64, err error) {
	set, err := s.Judged(query)
	if err != nil {
		return 0, err
	}
	cols := set.Columns()
	keys := make([][]byte, len(cols))
	for i, c := range cols {
		keys[i], _ = result.AppendCell(nil, result.Text, c.Name) // a string is always a text
		keys[i] = append(keys[i], ':')
	}
	err = save(out, name, func(w *bufio.Writer) error {
		if err := w.WriteByte('['); err != nil {
			return err
		}
		var line []byte
		for row, err := range set.All() {
			if err == nil && n%4096 == 0 {
				err = ctx.Err()
			}
			if err != nil {
				return err
			}
			line = append(line[:0], ",\n{"...)
			if n == 0 {
				line = append(line[:0], "\n{"...)
			}
			for i, v := range row {
				if i > 0 {
					line = append(line, ',')
				}
				line = append(line, keys[i]...)
				var ok bool
				if line, ok = result.AppendCell(line, cols[i].Kind, v); !ok {
					return fmt.Errorf("row %d: %T is not of the type %s", n+1, v, cols[i].Kind)
				}
			}
			if _, err := w.Write(append(line, '}')); err != nil {
				return err
			}
			n++
		}
		_, err := w.WriteString("\n]\n")
		return err
	})
	return n, err
}

var _ export.Writer = (*Writer)(nil)
