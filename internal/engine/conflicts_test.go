package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
)

func TestConflicts(t *testing.T) {
	var c Conflicts
	c.Add("1", "a", "x", "f2", true)
	c.Add("1", "a", "x", "f3", true) // an equal copy
	c.Add("1", "a", "y", "f1", false)
	c.Add("1", "b", "x", "f1", true)
	c.Add("1", "b", "x", "f2", true) // equal copies are not a conflict
	c.Add("1", "c", "x", "f1", false)
	c.Add("1", "c", "y", "f2", false) // neither is a row
	c.Add("2", "a", "x", "f1", false)
	c.Add("2", "a", "y", "f1", true) // both in one file
	c.End()
	c.End()
	want := "[{1 a 2 [f1 f2]} {2 a 2 [f1]}]"
	if got := fmt.Sprint(c.List); got != want || c.Count != 2 {
		t.Errorf("%d: %s, want %s", c.Count, got, want)
	}
}

// However many there are, a bounded part is kept and all are counted.
func TestManyConflicts(t *testing.T) {
	var c Conflicts
	for i := range MostConflicts + 7 {
		for k := range MostConflictFiles + 3 {
			c.Add("1", fmt.Sprintf("%05d", i), fmt.Sprintf("%02d", k), fmt.Sprintf("file-%02d", 50-k), true)
		}
	}
	c.End()
	if c.Count != MostConflicts+7 || len(c.List) != MostConflicts || cap(c.List) > 2*MostConflicts {
		t.Errorf("%d counted, %d listed", c.Count, len(c.List))
	}
	last := c.List[MostConflicts-1]
	if last.EventID != fmt.Sprintf("%05d", MostConflicts-1) || last.Contents != MostConflictFiles+3 || len(last.Files) != MostConflictFiles {
		t.Errorf("%+v", last)
	}
	if !slices.IsSorted(last.Files) || last.Files[0] != fmt.Sprintf("file-%02d", 50-MostConflictFiles-2) {
		t.Errorf("the first files are not kept: %q", last.Files)
	}
}

func TestConflictOfAnOldRecord(t *testing.T) {
	var got []Conflict
	if err := json.Unmarshal([]byte(`["e-1", {"account":"1","event_id":"e-2","contents":2,"files":["f","g"]}]`), &got); err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got); s != "[{ e-1 0 []} {1 e-2 2 [f g]}]" {
		t.Error(s)
	}
}
