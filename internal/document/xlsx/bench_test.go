package xlsx

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
	"trailscribe/internal/result"
)

type folder string

func (f folder) Create(name string) (io.WriteCloser, error) {
	return os.Create(filepath.Join(string(f), name))
}

// twenty is the sample table of many rows with columns like those of CloudTrail events, twenty in all.
func twenty(n int64) *document.Document {
	d := documenttest.Many(n)
	for i, s := range d.Sections {
		for j, x := range s.Blocks {
			t, ok := x.(document.Table)
			if !ok || t.Ref == "" {
				continue
			}
			var more []result.Column
			for k := range 20 - len(t.Columns) {
				name := fmt.Sprintf("more%d", k)
				more = append(more, result.Column{Name: name, Kind: result.Text})
				t.Columns = append(t.Columns, document.Column{Name: name, Label: name, Kind: result.Text, Form: document.FormText, Width: 20})
			}
			t.Rows = result.With(t.Rows, more, func(n int64, r result.Row) (result.Row, error) {
				add := make(result.Row, len(more))
				for k := range add {
					add[k] = []string{"eu-central-1", "ec2.amazonaws.com", "aws-cli/2.15.30 Python/3.11.8 Linux/5.10", "AssumedRole"}[(n+int64(k))%4]
				}
				return add, nil
			})
			d.Sections[i].Blocks[j] = t
		}
	}
	return d
}

// BenchmarkRows writes 1,048,570 rows of 20 columns: the most one sheet holds. Compare with BenchmarkStreamWriter in the same run.
func BenchmarkRows(b *testing.B) {
	d := twenty(1_048_570)
	for b.Loop() {
		if _, err := New(Options{}).Write(context.Background(), folder(b.TempDir()), d); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStreamWriter writes the same values with excelize's own stream writer.
func BenchmarkStreamWriter(b *testing.B) {
	d := twenty(1_048_570)
	var t document.Table
	for _, s := range d.Sections {
		for _, x := range s.Blocks {
			if k, ok := x.(document.Table); ok && k.Ref != "" {
				t = k
			}
		}
	}
	for b.Loop() {
		f := excelize.NewFile()
		w, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			b.Fatal(err)
		}
		n := 1
		row := make([]any, len(t.Columns))
		for r, err := range t.Rows.All() {
			if err != nil {
				b.Fatal(err)
			}
			copy(row, r)
			if err := w.SetRow(fmt.Sprintf("A%d", n), row); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
		if err := f.SaveAs(filepath.Join(b.TempDir(), "s.xlsx")); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}
