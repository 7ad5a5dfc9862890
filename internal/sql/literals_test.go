package sql

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	if got, want := Names([]string{`a"b`, "C d"}), `"a""b", "C d"`; got != want {
		t.Errorf("Names gave %s, want %s", got, want)
	}
}

// A statement with a value that cannot be written is not used: the first reason is kept, whatever comes after it.
func TestLiteralsKeepTheFirstError(t *testing.T) {
	for _, d := range []Dialect{Trino, DuckDB} {
		l := Literals{Dialect: d}
		if got, want := l.List([]string{"a'b", ""})+" "+l.Of(nil), "'a''b', '' NULL"; got != want || l.Err != nil {
			t.Errorf("got %s, %v; want %s", got, l.Err, want)
		}
		for _, bad := range []any{"a\x00b", "a\xffb", struct{}{}, "fine"} {
			l.Of(bad)
		}
		if l.Err == nil || !strings.Contains(l.Err.Error(), "U+0000") {
			t.Errorf("the error is %v, want that of the first value", l.Err)
		}
	}
}
