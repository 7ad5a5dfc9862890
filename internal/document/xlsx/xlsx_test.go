package xlsx

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
)

var (
	update = flag.Bool("update", false, "write the golden files")
	keep   = flag.String("keep", "", "folder to leave the workbooks in, to be looked at")
)

type memory map[string]*bytes.Buffer

type closer struct{ *bytes.Buffer }

func (closer) Close() error { return nil }

func (m memory) Create(name string) (io.WriteCloser, error) {
	m[name] = &bytes.Buffer{}
	return closer{m[name]}, nil
}

func write(t testing.TB, d *document.Document) ([]byte, document.Written) {
	t.Helper()
	out := memory{}
	w, err := New(Options{}).Write(context.Background(), out, d)
	if err != nil {
		t.Fatal(err)
	}
	return out["report.xlsx"].Bytes(), w
}

// TestDocuments writes every sample document twice: the same bytes, readable by another reader of the format, every row there.
func TestDocuments(t *testing.T) {
	for _, named := range documenttest.All() {
		t.Run(named.Name, func(t *testing.T) {
			data, written := write(t, named.Document)
			again, _ := write(t, named.Document)
			if !bytes.Equal(data, again) {
				t.Error("the same document gave other bytes the second time")
			}
			if *keep != "" {
				if err := os.WriteFile(filepath.Join(*keep, named.Name+".xlsx"), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for _, s := range named.Document.Sections {
				for _, b := range s.Blocks {
					if x, ok := b.(document.Table); ok && x.Ref != "" && written.Rows[x.Ref] != x.Rows.Count() {
						t.Errorf("%s: %d rows written of %d", x.Ref, written.Rows[x.Ref], x.Rows.Count())
					}
				}
			}
			golden(t, named.Name, dump(t, data))
		})
	}
}

// dump is what each sheet says, cell by cell, with formulas and links: the first rows of each.
func dump(t testing.TB, data []byte) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b strings.Builder
	for _, sheet := range f.GetSheetList() {
		fmt.Fprintf(&b, "== %s\n", sheet)
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if i > 60 {
				fmt.Fprintf(&b, "… %d rows\n", len(rows))
				break
			}
			var cells []string
			for j, v := range row {
				at := address(j+1, int64(i+1))
				if formula, _ := f.GetCellFormula(sheet, at); formula != "" {
					v += " {=" + formula + "}"
				}
				if ok, to, _ := f.GetCellHyperLink(sheet, at); ok {
					v += " {->" + to + "}"
				}
				if v != "" {
					cells = append(cells, at+" "+strconv.Quote(v))
				}
			}
			if len(cells) > 0 {
				b.WriteString(strings.Join(cells, " | ") + "\n")
			}
		}
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs from the workbook; run with -update and read the difference", path)
	}
}
