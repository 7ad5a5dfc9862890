// Package csv exports runs.
package csv

import (
	"context"

	"trailscribe/internal/export"
	"trailscribe/internal/run"
)

type Writer struct{}

func New() *Writer               { return &Writer{} }
func (w *Writer) Format() string { return "csv" }
func (w *Writer) Write(ctx context.Context, out export.Output, r *run.Saved) (export.Written, error) {
	return export.Written{}, nil
}

var _ export.Writer = (*Writer)(nil)
