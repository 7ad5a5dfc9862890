package pdf

import (
	"testing"
	"unicode/utf8"

	"trailscribe/internal/document/documenttest"
)

// No text of a report, but for the sign in a cell of a matrix, is set in type that cannot be read on paper, in any document.
func TestTypeCanBeRead(t *testing.T) {
	for _, n := range documenttest.All() {
		told := map[float64]bool{}
		for i, p := range lay(t, n.Document).pages {
			for _, m := range p.marks {
				if size := set(m.face, float64(m.size)); (m.kind == textMark || m.kind == capsMark) && size < leastSize-0.01 &&
					utf8.RuneCountInString(m.text) > 1 && !told[size] {
					told[size] = true
					t.Errorf("%s, page %d: %.40q is set in %.2f points", n.Name, i+1, m.text, size)
				}
			}
		}
	}
}
