package internal_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/engine"
	"trailscribe/internal/result"
)

type rows struct{ n int64 }

func (r rows) Columns() []result.Column {
	return []result.Column{{Name: "event_time", Kind: result.Instant}, {Name: "eventid", Kind: result.Text}}
}
func (r rows) Count() int64 { return r.n }
func (r rows) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		row := make(result.Row, 2)
		for i := range r.n {
			row[0], row[1] = nil, fmt.Sprint(i)
			if !yield(row, nil) {
				return
			}
		}
	}
}
func (rows) Stats() engine.Stats { return engine.Stats{} }
func (rows) Close() error        { return nil }

type folder map[string]bool

func (f folder) Create(name string) (io.WriteCloser, error) {
	f[name] = true
	return nopc{io.Discard}, nil
}

type nopc struct{ io.Writer }

func (nopc) Close() error { return nil }

type lines struct{}

func (lines) Format() string { return "lines" }
func (lines) Write(_ context.Context, out document.Output, d *document.Document) (document.Written, error) {
	w := document.Written{Rows: map[string]int64{}}
	for _, s := range d.Sections {
		for _, b := range s.Blocks {
			if t, ok := b.(document.Table); ok {
				f, err := out.Create(t.Ref + ".txt")
				if err != nil {
					return w, err
				}
				for r, err := range result.Head(t.Rows, t.Shown).All() {
					if err != nil {
						return w, err
					}
					fmt.Fprintln(f, r...)
					w.Rows[t.Ref]++
				}
				f.Close()
			}
		}
	}
	return w, nil
}

// One row, engine to cell: engine.Rows -> result.Set -> status joined on -> document.Table -> writer.
func TestRowPath(t *testing.T) {
	var _ engine.Rows = rows{}
	var kept result.Set = rows{214}
	status := map[int64]string{3: "waived"}
	joined := result.With(kept, []result.Column{{Name: "status", Kind: result.Text}}, func(n int64, _ result.Row) (result.Row, error) {
		return result.Row{status[n]}, nil
	})
	if got := len(joined.Columns()); got != 3 {
		t.Fatal(got)
	}
	d := &document.Document{Sections: []document.Section{{Blocks: []document.Block{document.Table{Ref: "F-02", Rows: joined, Shown: 25}}}}}
	out := folder{}
	w, err := lines{}.Write(context.Background(), out, d)
	if err != nil || w.Rows["F-02"] != 25 || !out["F-02.txt"] {
		t.Fatal(w, err, out)
	}
	w2, _ := lines{}.Write(context.Background(), out, d) // a Set is read again
	if w2.Rows["F-02"] != 25 {
		t.Fatal(w2)
	}
}
