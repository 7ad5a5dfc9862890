// Package export is a run in a machine's format: from the record, not from the document.
package export

import (
	"context"
	"io"

	"trailscribe/internal/run"
)

// Output takes the files of a format. A file is there once it is closed.
type Output interface {
	Create(name string) (io.WriteCloser, error)
}

// Written is what a writer did; audit compares it with the record.
type Written struct {
	Files []string
	Rows  map[string]int64 // query id -> rows written
}

// Writer writes a saved run in one format. The same run gives the same bytes. A query that gave no result has no file.
type Writer interface {
	Format() string
	Files(r *run.Saved) []string // names of the files that Write may make of a run
	Write(ctx context.Context, out Output, r *run.Saved) (Written, error)
}
