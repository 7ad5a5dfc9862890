package cloudtrail

import (
	"encoding/json"
	"testing"
	"time"
)

// FuzzComplete: a test event is refused, or is completed to a record that says what the event said.
func FuzzComplete(f *testing.F) {
	for _, s := range []string{`{}`, `{"eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","userIdentity":{"type":"Root"}}`,
		`{"eventTime":null,"EventID":"x","eventID":"y"}`, `{"a":"\ud800","b":1e400}`,
		`{"managementEvent":"false","eventCategory":null,"awsRegion":["x"]}`, `[]`, `{}{}`, `{}}`, `{"x":1,"x":2}`, "null"} {
		f.Add(s, 0)
	}
	at := time.Date(2026, 10, 14, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, event string, n int) {
		got, err := Complete([]byte(event), n, at)
		if err != nil {
			return
		}
		var given, full map[string]json.RawMessage
		if err := json.Unmarshal(got, &full); err != nil {
			t.Fatalf("%s: %v", got, err)
		}
		if err := json.Unmarshal([]byte(event), &given); err != nil {
			t.Fatal(err)
		}
		for k, v := range given {
			if string(v) != "null" && full[k] != nil && !sameJSON(full[k], v) {
				t.Fatalf("%s of %s became %s", k, event, full[k])
			}
		}
		again, err := Complete([]byte(event), n, at)
		if err != nil || string(again) != string(got) {
			t.Fatalf("%s, then %s (%v)", got, again, err)
		}
		if r, err := ParseRecord(got); err == nil && len(r.Clone().Raw) == 0 {
			t.Fatalf("%s is a record without text", got)
		}
	})
}

// sameJSON reports whether two values say the same, blanks and line feeds aside.
func sameJSON(a, b json.RawMessage) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(x) == string(y)
}
