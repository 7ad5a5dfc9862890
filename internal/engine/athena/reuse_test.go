package athena

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/awsfake"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
)

// Rows of an earlier query are taken only where that was asked for; then it is said, and nothing is billed.
func TestReuse(t *testing.T) {
	d := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(2, 20)
	st := questions(t, d)[:3]
	perform := func(run string, minutes int) (rows map[string]string, spent engine.Spent, said []string) {
		e := w.engine(d, func(o *Options) {
			o.Mode, o.Reuse, o.Warn = Direct, minutes, func(s string) { said = append(said, s) }
		})
		s, err := open(t.Context(), e, october(run))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if rows, err = answers(t.Context(), s, st); err != nil {
			t.Fatal(err)
		}
		return rows, s.(engine.Metered).Spent(), said
	}
	first, paid, _ := perform("one", 0)
	if paid.Executions < len(st) || paid.Bytes == 0 {
		t.Fatalf("%+v", paid)
	}
	again, twice, said := perform("two", 0)
	if twice.Executions != paid.Executions || twice.Bytes != paid.Bytes || strings.Contains(strings.Join(said, " "), "earlier") {
		t.Errorf("without being asked: %+v %v, want %+v", twice, said, paid)
	}
	taken, free, said := perform("three", 60)
	if free.Executions != 0 || free.Bytes != 0 || free.Cost.Micros != 0 {
		t.Errorf("reused, and yet billed %+v", free)
	}
	n := 0
	for _, s := range said {
		if strings.Contains(s, "earlier, equal query, at most 60 minutes old") {
			n++
		}
	}
	if n < len(st) {
		t.Errorf("%d of %d statements say that their rows are reused: %q", n, len(st), said)
	}
	if cmp.Diff(first, again) != "" || cmp.Diff(first, taken) != "" {
		t.Error("the rows differ")
	}
}
