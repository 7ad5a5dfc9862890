// Package pdf sets documents on A4 pages. It lays everything out itself (lines, tables, charts, page numbers) and uses the PDF library
// as a drawing surface; a last pass gives the file its identity and metadata. The same document gives the same bytes.
package pdf

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// File is the name of the one file that the writer makes.
const File = "report.pdf"

// Options are what the look of a report depends on.
type Options struct {
	Theme *style.Theme // nil, or a colour or face that it lacks: the navy theme compiled in
	Fonts fs.FS        // the folder of the font files that the theme's faces name
}

// Writer writes a document as one PDF file. It may be used for many documents, by several goroutines.
type Writer struct{ o Options }

// New makes a writer. Fonts are read when a document is written.
func New(o Options) *Writer { return &Writer{o} }

// Format is "pdf".
func (w *Writer) Format() string { return "pdf" }

// Files is the one file of the report.
func (w *Writer) Files() []string { return []string{File} }

var _ document.Writer = (*Writer)(nil)

// Write lays the document out, writes report.pdf and counts its pages in the finished bytes. Rows counts what was printed of each table
// with a Ref; Altered the cells of it that are shown with codes or cut. An error means that no whole file was written.
func (w *Writer) Write(ctx context.Context, out document.Output, d *document.Document) (document.Written, error) {
	file, l, err := w.render(ctx, d)
	if err != nil {
		return document.Written{}, fmt.Errorf("write %s: %w", File, err)
	}
	pages, outline, err := recount(file)
	if err != nil {
		return document.Written{}, fmt.Errorf("write %s: %w", File, err)
	}
	if pages != len(l.pages) || outline != len(l.entries) {
		return document.Written{}, fmt.Errorf("write %s: the file holds %d pages and %d bookmarks, %d and %d were laid out", File, pages, outline, len(l.pages), len(l.entries))
	}
	to, err := out.Create(File)
	if err != nil {
		return document.Written{}, fmt.Errorf("write %s: %w", File, err)
	}
	if _, err = to.Write(file); err == nil { // half a file is never closed: it would get its name
		err = to.Close()
	}
	if err != nil {
		return document.Written{}, fmt.Errorf("write %s: %w", File, err)
	}
	return document.Written{Files: []string{File}, Rows: l.rows, Altered: l.altered, Paged: true, Pages: pages}, nil
}

// layout places a document on pages.
func (w *Writer) layout(ctx context.Context, d *document.Document) (*flow, error) {
	if w.o.Fonts == nil {
		return nil, errors.New("no font folder was given; a report's letters are embedded in it")
	}
	var want style.Faces
	if w.o.Theme != nil {
		want = w.o.Theme.Faces
	}
	fs, err := openFaces(w.o.Fonts, want)
	if err != nil {
		return nil, err
	}
	l := newFlow(ctx, fs, newPalette(w.o.Theme), d)
	if w.o.Theme != nil && len(w.o.Theme.Heat) > 1 {
		l.ramp = w.o.Theme.Heat
	}
	if err := l.layout(); err != nil {
		return nil, err
	}
	return l, nil
}

func (w *Writer) render(ctx context.Context, d *document.Document) ([]byte, *flow, error) {
	l, err := w.layout(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	if l.tree.full {
		l.tree = nil // half a structure would be wrong
	}
	raw, err := draw(ctx, l.faces, l.tree, l.pages, l.entries, d.As)
	if err != nil {
		return nil, nil, err
	}
	title := d.Title
	if d.Entity != "" {
		title += " – " + d.Entity
	}
	file, err := finish(raw, about{title: l.line(title), author: l.line(d.Entity), subject: strings.TrimSpace(l.line(d.Ref + ", " + d.Period)), language: d.Language, at: d.As}, l.tree)
	return file, l, err
}
