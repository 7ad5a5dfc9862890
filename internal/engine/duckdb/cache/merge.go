package cache

import (
	"fmt"

	"github.com/parquet-go/parquet-go"

	"trailscribe/internal/regular"
)

// A day that is refreshed every hour gathers small parts. When there are more than manyParts below smallPart, they
// become one.
const (
	manyParts = 8
	smallPart = 8 << 20
)

// merge puts the small parts of a day together, if there are many.
func (r *refresh) merge(d *day) (bool, error) {
	var small, rest []part
	for _, p := range d.now.Parts {
		if p.Size < smallPart {
			small = append(small, p)
		} else {
			rest = append(rest, p)
		}
	}
	if len(small) <= manyParts {
		return false, nil
	}
	w, err := newPartWriter(d.folder, r.cache.plan, pageBytes(maxGroupBytes))
	if err != nil {
		return false, err
	}
	for _, p := range small {
		if err := w.copy(d.partPath(p)); err != nil {
			w.abort()
			return false, err
		}
	}
	if err := w.w.Flush(); err != nil {
		w.abort()
		return false, w.failed(err)
	}
	p, err := w.finish(d.folder)
	if err != nil {
		return false, err
	}
	gone := map[string]bool{}
	for _, q := range small {
		gone[q.Name] = true
		d.garbage = append(d.garbage, q.Name)
	}
	d.now.Parts = append(rest, p)
	for i := range d.now.Files {
		if gone[d.now.Files[i].Part] {
			d.now.Files[i].Part = p.Name
		}
	}
	return true, nil
}

// copy appends the rows of a part, gathering them into row groups of the usual size.
func (w *partWriter) copy(path string) error {
	f, err := regular.OpenPlain(path)
	if err != nil {
		return fmt.Errorf("merging cache files: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("merging cache files: %w", err)
	}
	pf, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		return fmt.Errorf("merging cache files: %w", err)
	}
	for _, g := range pf.RowGroups() {
		rows := g.Rows()
		n, err := parquet.CopyRows(w.w, rows)
		if e := rows.Close(); err == nil {
			err = e
		}
		if err != nil {
			return fmt.Errorf("merging cache files: %w", err)
		}
		w.rows += n
		w.pending += n
		if w.pending >= maxGroupRows {
			if err := w.w.Flush(); err != nil {
				return w.failed(err)
			}
			w.pending = 0
		}
	}
	return nil
}
