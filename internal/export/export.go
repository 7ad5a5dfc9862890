// Package export is a run in a machine's format: from the record, not from the document.
package export

import (
	"context"
	"io"

	"trailscribe/internal/run"
)

type Output interface {
	Create(name string) (io.WriteCloser, error)
}

type Written struct {
	Files []string
	Rows  map[string]int64
}

type Writer interface {
	Format() string
	Write(ctx context.Context, out Output, r *run.Saved) (Written, error)
}
