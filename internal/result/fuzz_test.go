package result

import (
	"io"
	"reflect"
	"strings"
	"testing"
)

// FuzzDecode: a result file is an error or rows that are written to the same rows again; how many there are is known before.
func FuzzDecode(f *testing.F) {
	f.Add(`{"columns":[{"name":"a","kind":"text"},{"name":"n","kind":"int"}]}` + "\n[\"x\",1]\n[null,null]\n")
	f.Add(`{"columns":[{"name":"a","kind":"instant"},{"name":"b","kind":"decimal"}]}` + "\n[\"2026-10-01T00:00:00.000Z\",\"1.50\"]\n[1]\n")
	f.Add(`{"columns":null}` + "\n[]\n")
	f.Add(`{"columns":[{"name":"a"}]}` + "\n")
	f.Add("{}\n[\n")
	f.Add("\n")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := Decode(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil })
		if err != nil {
			return
		}
		var rows []Row
		for row, err := range set.All() {
			if err != nil {
				return
			}
			if len(row) != len(set.Columns()) {
				t.Fatalf("%d cells in %d columns", len(row), len(set.Columns()))
			}
			rows = append(rows, append(Row{}, row...))
		}
		if int64(len(rows)) != set.Count() {
			t.Fatalf("%d rows, %d were counted", len(rows), set.Count())
		}
		again := collect(t, must(Decode(opener(encode(t, set.Columns(), rows...)))))
		if len(again) != len(rows) {
			t.Fatalf("%d rows are written as %d", len(rows), len(again))
		}
		for i := range rows {
			if !reflect.DeepEqual(rows[i], again[i]) {
				t.Fatalf("%#v is read again as %#v", rows[i], again[i])
			}
		}
	})
}
