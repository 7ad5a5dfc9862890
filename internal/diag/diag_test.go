package diag

import (
	"strings"
	"testing"
)

func TestSort(t *testing.T) {
	at := func(line, col int) Pos { return Pos{File: "f", Line: line, Col: col} }
	got := Problems{
		{At: at(2, 3), Text: "follows"},
		{At: at(2, 3), Text: "decides", Decides: true},
		{At: at(2, 3), Text: "follows too", Warning: true},
		{At: at(2, 4), Text: "next to it"},
		{At: at(1, 1), Text: "first of two"},
		{At: at(1, 1), Text: "second of two"},
		{At: Pos{File: "e"}, Text: "another file"},
		{Text: "nowhere"},
		{Text: "nowhere, decides", Decides: true},
	}.Sort()
	want := "nowhere\nnowhere, decides\ne: another file\nf:1:1: first of two\nf:1:1: second of two\nf:2:3: decides\nf:2:4: next to it"
	if got.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", got.Error(), want)
	}
	if again := got.Sort(); again.Error() != want {
		t.Errorf("sorted again\n%s", again.Error())
	}
	if s := (Problems)(nil).Sort(); len(s) != 0 || strings.TrimSpace(s.Error()) != "" {
		t.Errorf("%v", s)
	}
}
