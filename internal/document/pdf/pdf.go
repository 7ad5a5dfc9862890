// Package pdf sets documents on A4 pages. It lays everything out itself (lines, tables, charts, page numbers) and uses the PDF library
// as a drawing surface; a last pass gives the file its identity and metadata. The same document gives the same bytes.
package pdf

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// File is the name of the report's file, Appendix that of the file for sections that stand apart.
const (
	File     = "report.pdf"
	Appendix = "appendix.pdf"
)

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

// Files are the report's file and, where a document has sections that stand apart, their appendix.
func (w *Writer) Files() []string { return []string{File, Appendix} }

var _ document.Writer = (*Writer)(nil)

// Write lays the document out, writes report.pdf and, for sections that stand apart, appendix.pdf, and counts pages in the finished bytes.
// Rows counts what was printed of each table with a Ref; Altered the cells of it that are shown with codes or cut. Pages are those of the
// report. An error means that no whole report was written.
func (w *Writer) Write(ctx context.Context, out document.Output, d *document.Document) (document.Written, error) {
	all := document.Written{Rows: map[string]int64{}, Altered: map[string]int64{}, Paged: true}
	one := func(name string, d *document.Document) (sum string, pages int, err error) {
		file, l, err := w.render(ctx, d)
		if err != nil {
			return "", 0, fmt.Errorf("write %s: %w", name, err)
		}
		pages, outline, err := recount(file)
		if err != nil {
			return "", 0, fmt.Errorf("write %s: %w", name, err)
		}
		if pages != len(l.pages) || outline != len(l.entries) {
			return "", 0, fmt.Errorf("write %s: the file holds %d pages and %d bookmarks, %d and %d were laid out", name, pages, outline,
				len(l.pages), len(l.entries))
		}
		to, err := out.Create(name)
		if err != nil {
			return "", 0, fmt.Errorf("write %s: %w", name, err)
		}
		if _, err = to.Write(file); err == nil { // half a file is never closed: it would get its name
			err = to.Close()
		}
		if err != nil {
			return "", 0, fmt.Errorf("write %s: %w", name, err)
		}
		all.Files = append(all.Files, name)
		for ref, n := range l.rows {
			all.Rows[ref] += n
		}
		for ref, n := range l.altered {
			all.Altered[ref] += n
		}
		return fmt.Sprintf("%x", sha256.Sum256(file)), pages, nil
	}
	main, apart := divide(d)
	if apart != nil { // first, since the report names its digest
		sum, pages, err := one(Appendix, apart)
		if err != nil {
			return document.Written{}, err
		}
		main = attached(main, strings.NewReplacer("{file}", Appendix, "{pages}", strconv.Itoa(pages), "{sha256}", sum))
	}
	_, pages, err := one(File, main)
	if err != nil {
		return document.Written{}, err
	}
	slices.Sort(all.Files)
	all.Pages = pages
	return all, nil
}

// divide takes the sections that stand apart out of a document; apart is nil where there are none.
func divide(d *document.Document) (main, apart *document.Document) {
	m, a := *d, *d
	m.Sections, a.Sections, a.Files = nil, nil, nil // files are attached to the report
	for _, s := range d.Sections {
		if s.Apart {
			a.Sections = append(a.Sections, s)
		} else {
			m.Sections = append(m.Sections, s)
		}
	}
	if len(a.Sections) == 0 {
		return d, nil
	}
	return &m, &a
}

// attached fills in where the appendix is.
func attached(d *document.Document, fill *strings.Replacer) *document.Document {
	out := *d
	out.Sections = slices.Clone(d.Sections)
	for i, s := range out.Sections {
		out.Sections[i].Blocks = slices.Clone(s.Blocks)
		for k, b := range s.Blocks {
			if x, ok := b.(document.Attached); ok {
				out.Sections[i].Blocks[k] = document.Paragraph{Style: document.Body, Text: fill.Replace(x.Text)}
			}
		}
	}
	return &out
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
	file, err := finish(raw, about{title: l.line(title), author: l.line(d.Entity), subject: strings.TrimSpace(l.line(d.Ref + ", " + d.Period)),
		language: d.Language, at: d.As,
		files: d.Files}, l.tree)
	return file, l, err
}
