package result

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
)

func numbers(n int) Set {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{int64(i)}
	}
	return Of([]Column{{"n", Int}}, rows)
}

func TestWith(t *testing.T) {
	base := numbers(3)
	set := With(base, []Column{{"status", Text}}, func(n int64, r Row) (Row, error) {
		return Row{fmt.Sprintf("row %d is %d", n, r[0])}, nil
	})
	if want := []Column{{"n", Int}, {"status", Text}}; !reflect.DeepEqual(set.Columns(), want) || set.Count() != 3 {
		t.Fatal(set.Columns(), set.Count())
	}
	if len(base.Columns()) != 1 {
		t.Fatal("the set below was changed")
	}
	for range 2 {
		got := collect(t, set)
		if want := (Row{int64(2), "row 2 is 2"}); len(got) != 3 || !reflect.DeepEqual(got[2], want) {
			t.Fatal(got)
		}
	}
	stop := errors.New("no status")
	var err error
	for _, e := range With(base, nil, func(int64, Row) (Row, error) { return nil, stop }).All() {
		err = e
		break
	}
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
}

func TestHead(t *testing.T) {
	for _, c := range []struct{ have, ask, want int64 }{{3, 0, 0}, {3, 2, 2}, {3, 3, 3}, {3, 9, 3}, {0, 2, 0}} {
		h := Head(numbers(int(c.have)), c.ask)
		if got := collect(t, h); int64(len(got)) != c.want || h.Count() != c.want {
			t.Errorf("the first %d of %d: %d rows, counted %d", c.ask, c.have, len(got), h.Count())
		}
	}
	for range Head(numbers(3), 3).All() { // leaving early stops the set below
		break
	}
}

func TestKindNames(t *testing.T) {
	for k := Text; k <= Date; k++ {
		b, err := k.MarshalText()
		var back Kind
		if err != nil || back.UnmarshalText(b) != nil || back != k || string(b) != k.String() {
			t.Errorf("%d is %q, reads back as %d (%v)", k, b, back, err)
		}
	}
	if _, err := Kind(0).MarshalText(); err == nil {
		t.Error("a column without a kind was written")
	}
	if new(Kind).UnmarshalText([]byte("")) == nil || new(Kind).UnmarshalText([]byte("blob")) == nil {
		t.Error("an unknown kind was read")
	}
}
