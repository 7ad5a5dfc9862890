package engine

import (
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzConflict: a conflict that is read, of this format or of the first, is written so that it is read as the same.
func FuzzConflict(f *testing.F) {
	for _, s := range []string{`"id"`, `{"account":"111122223333","event_id":"id","contents":2,"files":["a","b"]}`, `null`, `[]`,
		`{"files":null}`, `"\ud800"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var c, again Conflict
		if json.Unmarshal(b, &c) != nil {
			return
		}
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatalf("%q was read and cannot be written: %v", b, err)
		}
		if err := json.Unmarshal(written, &again); err != nil || !reflect.DeepEqual(c, again) {
			t.Errorf("%q is %+v, and after writing %+v, %v", b, c, again, err)
		}
	})
}
