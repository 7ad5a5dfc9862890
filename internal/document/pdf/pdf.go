// Package pdf writes documents.
package pdf

import (
	"context"
	"io/fs"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
	"trailscribe/internal/style"
)

type Options struct {
	Theme *style.Theme
	Fonts fs.FS
}
type Writer struct{ o Options }

func New(o Options) *Writer      { return &Writer{o} }
func (w *Writer) Format() string { return "pdf" }
func (w *Writer) Write(ctx context.Context, out document.Output, d *document.Document) (document.Written, error) {
	_, _ = result.Visible("")
	return document.Written{}, nil
}

var _ document.Writer = (*Writer)(nil)
