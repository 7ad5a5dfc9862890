package cloudtrail

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

// A file that holds a record is a log file, so anything else where a record should stand is damage, in every shape and at
// every place. A file without any record is foreign, whatever else it holds.
func TestForeignElementIsDamageBesideARecord(t *testing.T) {
	lookup := func(n int) string {
		return `{"EventId":"x","CloudTrailEvent":"` + strings.ReplaceAll(fmt.Sprintf(event, n), `"`, `\"`) + `"}`
	}
	envelope := func(n int) string { return `{"detail-type":"x","detail":` + fmt.Sprintf(event, n) + `}` }
	bare := func(n int) string { return fmt.Sprintf(event, n) }
	container := func(n int) string { return `{"Records":[` + fmt.Sprintf(event, n) + `]}` }
	shapes := []struct {
		name             string
		record           func(n int) string
		head, sep, tail  string
		scalars, cutTail bool // scalars: an element may be anything; cutTail: a text cut behind a record is not whole
	}{
		{"Records", bare, `{"Records":[`, ",", `]}`, true, true},
		{"Records with other keys", bare, `{"a":{"b":[1]},"Records":[`, ",", `],"NextToken":"x"}`, true, true},
		{"array", bare, `[`, ",", `]`, true, true},
		{"lines", bare, ``, "\n", "\n", false, false},
		{"one behind the other", bare, ``, "", ``, false, false},
		{"LookupEvents", lookup, `{"Events":[`, ",", `],"NextToken":"y"}`, true, true},
		{"LookupEvents, lines", lookup, ``, "\n", ``, false, false},
		{"EventBridge", envelope, `[`, ",", `]`, true, true},
		{"EventBridge, lines", envelope, ``, "\n", ``, false, false},
		{"containers, lines", container, ``, "\n", ``, false, false},
		{"containers in an array", container, `[`, ",", `]`, true, true},
	}
	foreign := []struct {
		name, text string
		scalar     bool
		after      string // what is said of it after a record
	}{
		{"null", `null`, true, "element null"},
		{"a number", `-1.5`, true, "element number"},
		{"a text", `"x"`, true, "element string"},
		{"a truth", `true`, true, "element bool"},
		{"a list", `[{}]`, true, "element list"},
		{"an empty object", `{}`, false, "no-keys"},
		{"another object", `{"foo":1,"bar":2}`, false, `other-keys (keys "foo", "bar"`},
		{"an S3 notification", `{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"2026-10-01T00:00:00Z","eventName":"ObjectCreated:Put"}`,
			false, "notification"},
		{"a digest", `{"digestStartTime":"2026-10-01T00:00:00Z","logFiles":[]}`, false, "digest"},
		{"an envelope of something else", `{"detail-type":"x","detail":{"instance-id":"i"}}`, false, "inside-foreign (key detail"},
		{"a lookup without an event", `{"EventId":"x","CloudTrailEvent":"{\"a\":1}"}`, false, "inside-foreign (key CloudTrailEvent"},
	}
	refused := func(t *testing.T, text string, kind Kind, says ...string) {
		t.Helper()
		for _, window := range []int{0, 16} {
			_, _, err := readAll(iotest.HalfReader(strings.NewReader(text)), Limits{window: window})
			var r *Refusal
			if !errors.As(err, &r) {
				t.Errorf("%.300s\n%v, not refused", text, err)
				return
			}
			if r.Kind != kind {
				t.Errorf("%.300s\nis %s, want %s: %s", text, r.Kind, kind, r)
			}
			for _, s := range says {
				if !strings.Contains(r.Error(), s) {
					t.Errorf("%.300s\n%s; want %q", text, r, s)
				}
			}
		}
	}
	for _, s := range shapes {
		list := func(elements ...string) string { return s.head + strings.Join(elements, s.sep) + s.tail }
		for _, f := range foreign {
			t.Run(s.name+"/"+f.name, func(t *testing.T) {
				if f.scalar && !s.scalars && f.name != "a list" { // a log file cannot begin with a scalar
					refused(t, list(s.record(1), f.text), Corrupt, "missing record")
					refused(t, list(s.record(1), f.text, s.record(2)), Corrupt, "missing record")
					refused(t, list(f.text, s.record(1)), Packed, "events-inside (found ")
					return
				}
				if f.name == "a list" && !s.scalars { // there it is a list of records
					f.after = "no-keys"
				}
				refused(t, list(f.text, s.record(1)), Corrupt, "before-records (found ", f.after)
				refused(t, list(f.text, f.text, s.record(1), s.record(2)), Corrupt, "before-records (found ", f.after)
				refused(t, list(s.record(1), f.text, s.record(2)), Corrupt, "after-records (n 1, found ", f.after)
				refused(t, list(s.record(1), s.record(2), f.text), Corrupt, "after-records (n 2, found ", f.after)
				refused(t, list(f.text), Foreign, f.after)
				refused(t, list(f.text, f.text), Foreign, f.after)
			})
		}
		t.Run(s.name+"/cut off", func(t *testing.T) {
			whole := list(s.record(1), s.record(2))
			refused(t, whole[:len(whole)-len(s.tail)-5], Truncated)
			if s.cutTail {
				refused(t, s.head+s.record(1), Truncated)
				refused(t, s.head+s.record(1)+s.sep, Truncated)
			}
			refused(t, list(s.record(1))+"}", Corrupt, "not-json (")
		})
	}
}

// What comes behind something foreign does not make it a damaged log file, unless it is a record.
func TestForeignStaysForeign(t *testing.T) {
	for name, text := range map[string]string{
		"then cut off":    `{"level":"info"}` + "\n" + `{"level":`,
		"then no JSON":    `{"level":"info"}` + "\n" + `hello`,
		"then too large":  `{"level":"info"}` + "\n" + `{"level":"` + strings.Repeat("x", 5000) + `"}`,
		"an endless list": `[1` + strings.Repeat(",1", 5000) + `]`,
		"nested too deep": `[{"a":1},` + strings.Repeat("[", 2000),
	} {
		_, _, err := readAll(strings.NewReader(text), Limits{Record: 4096, window: 64})
		var r *Refusal
		if !errors.As(err, &r) || r.Kind != Foreign {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{ // what may hold records is not simply of another kind
		"records in a key":                   `{"hits":[` + events(2, ",") + `]}`,
		"a line with a time and an event":    "2026-10-07T08:05:00.000Z " + events(1, ""),
		"events far behind the beginning":    strings.Repeat("# comment\n", 3000) + events(1, ""),
		"an answer of the API of CloudWatch": `{"logStreamName":"s","message":` + strconv.Quote(events(1, "")) + `}`,
		"a tar archive":                      strings.Repeat("a", 257) + "ustar\x0000",
		"compressed twice":                   zipped(zipped(events(1, ""))),
		"Avro":                               "Obj\x01...",
	} {
		for _, window := range []int{0, 64} {
			_, _, err := readAll(iotest.OneByteReader(strings.NewReader(text)), Limits{window: window})
			var r *Refusal
			if !errors.As(err, &r) || r.Kind != Packed {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	_, _, err := readAll(strings.NewReader(`{"level":"info"}`+strings.Repeat(" ", 100)), Limits{File: 64})
	var r *Refusal
	if !errors.As(err, &r) || r.Kind != Foreign {
		t.Errorf("a foreign file that is too large: %v", err)
	}
}

// An event that stands as text in a wrapper of CloudTrail and cannot be read is damage even if it is the only one.
func TestBrokenEventInAWrapper(t *testing.T) {
	for text, kind := range map[string]Kind{
		`{"Events":[{"CloudTrailEvent":"{\"eventName\":"}]}`:                   Truncated,
		`{"Events":[{"CloudTrailEvent":"{\"eventName\":tru}"}]}`:               Corrupt,
		`{"Events":[{"CloudTrailEvent":"{\"eventName\":\"x\"} and more"}]}`:    Corrupt,
		`{"Events":[{"CloudTrailEvent":null}]}`:                                Foreign,
		`{"Events":[` + `{"CloudTrailEvent":"{\"eventName\":1}"}` + `],"a":1}`: Foreign,
	} {
		_, _, err := readAll(strings.NewReader(text), Limits{})
		var r *Refusal
		if !errors.As(err, &r) || r.Kind != kind {
			t.Errorf("%s: %v, want %s", text, err, kind)
		}
	}
}
