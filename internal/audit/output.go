package audit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"trailscribe/internal/document"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
	"trailscribe/internal/workpaper"
)

// ErrNotWritten says that a format holds fewer or more rows than the document asked for; nothing was sealed.
var ErrNotWritten = errors.New("a format does not hold what the report says")

// Render makes formats again from a saved run; asks no engine. The same run gives the same bytes.
func Render(ctx context.Context, s *run.Saved, r *report.Report, out document.Output, parts Parts) error {
	return produce(ctx, s, r, out, parts, func(e Event) {
		if parts.Progress != nil {
			parts.Progress(e)
		}
	})
}

// produce composes the document, has every format written, and holds what was written against what was asked for.
func produce(ctx context.Context, s *run.Saved, r *report.Report, out document.Output, parts Parts, tell func(Event)) error {
	if len(parts.Writers) > 0 {
		if parts.Language == nil {
			return errors.New("composing the report: no language was given")
		}
		tell(Event{Step: StepCompose})
		d, err := workpaper.Compose(s, r, parts.Language)
		if err != nil {
			return err
		}
		for i, w := range parts.Writers {
			tell(Event{Step: StepWrite, Query: w.Format(), Done: int64(i), Of: int64(len(parts.Writers) + len(parts.Exports))})
			written, err := w.Write(ctx, out, d)
			if err == nil {
				err = compare(d, written)
			}
			if err != nil {
				return fmt.Errorf("writing the report as %s: %w", w.Format(), err)
			}
		}
	}
	for i, w := range parts.Exports {
		tell(Event{Step: StepWrite, Query: w.Format(), Done: int64(len(parts.Writers) + i), Of: int64(len(parts.Writers) + len(parts.Exports))})
		written, err := w.Write(ctx, out, s)
		if err == nil {
			for _, q := range s.Queries {
				if n := written.Rows[q.ID]; q.SHA256 != "" && n != q.Rows {
					err = fmt.Errorf("%w: %s has %d rows, %d were written", ErrNotWritten, q.ID, q.Rows, n)
					break
				}
			}
		}
		if err != nil {
			return fmt.Errorf("writing the report as %s: %w", w.Format(), err)
		}
	}
	return nil
}

// compare holds the rows that a writer says it wrote against the document: a paged format prints the first Shown rows of
// a table, a workbook all of them. Only tables with a Ref are counted.
func compare(d *document.Document, w document.Written) error {
	want := map[string]int64{}
	for _, s := range d.Sections {
		for _, b := range s.Blocks {
			if t, ok := b.(document.Table); ok && t.Ref != "" {
				n := t.Rows.Count()
				switch {
				case w.Paged && t.Paper != nil:
					n = t.Paper.Count()
				case w.Paged:
					n = min(n, t.Shown)
				}
				want[t.Ref] += n
			}
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(want)) {
		if got := w.Rows[ref]; got != want[ref] {
			return fmt.Errorf("%w: table %s has %d rows to write, %d were written", ErrNotWritten, ref, want[ref], got)
		}
	}
	if len(w.Files) == 0 {
		return fmt.Errorf("%w: no file was written", ErrNotWritten)
	}
	return nil
}
