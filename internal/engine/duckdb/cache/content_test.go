package cache

import (
	"encoding/json"
	"fmt"
	"testing"

	"trailscribe/internal/cloudtrail"
)

// digest is the content of one record.
func digest(t *testing.T, raw string) string {
	t.Helper()
	r, err := cloudtrail.ParseRecord([]byte(raw))
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	b := newBatch()
	b.begin(cloudtrail.ParseKey("x.json"), 1)
	b.add(&r)
	if len(b.contents.digests) != contentSize {
		t.Fatalf("%d bytes for a record", len(b.contents.digests))
	}
	return fmt.Sprintf("%x", b.contents.digests)
}

// A change in any column is another content, and no two changes give the same.
func TestContentTellsRecordsApart(t *testing.T) {
	// full is a record with a value in each column, but for what change says of a path.
	var full func(ns []cloudtrail.Node, path string, change map[string]any) map[string]any
	full = func(ns []cloudtrail.Node, path string, change map[string]any) map[string]any {
		m := map[string]any{}
		for _, n := range ns {
			p := path + "." + n.Name
			v, changed := change[p]
			switch {
			case changed && v == "absent":
				continue
			case changed:
			case n.Kind == cloudtrail.LeafNode:
				v = "v"
			case n.Kind == cloudtrail.MapNode:
				v = map[string]any{"k": "v"}
			case n.Kind == cloudtrail.ListNode:
				v = []any{full(n.Fields, p, change)}
			default:
				v = full(n.Fields, p, change)
			}
			m[n.Name] = v
		}
		return m
	}
	record := func(change map[string]any) string {
		raw, err := json.Marshal(full(cloudtrail.Tree(), "", change))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	seen := map[string]string{}
	differs := func(what, raw string) {
		t.Helper()
		d := digest(t, raw)
		if before, again := seen[d]; again {
			t.Errorf("%s has the content of %s", what, before)
		}
		seen[d] = what
	}
	plain := record(nil)
	differs("the record", plain)
	var walk func(ns []cloudtrail.Node, path string)
	walk = func(ns []cloudtrail.Node, path string) {
		for _, n := range ns {
			p := path + "." + n.Name
			changes := map[string]any{"absent": "absent", "changed": "w"}
			if len(ns) == 1 {
				delete(changes, "absent") // a row without its only field is the empty row
			}
			switch n.Kind {
			case cloudtrail.LeafNode:
				changes["empty"] = ""
			case cloudtrail.RowNode:
				changes["changed"] = map[string]any{}
			case cloudtrail.MapNode:
				changes["changed"], changes["longer"] = map[string]any{}, map[string]any{"k": "v", "l": nil}
				changes["shifted"], changes["null"] = map[string]any{"kv": ""}, map[string]any{"k": nil}
			case cloudtrail.ListNode:
				changes["changed"], changes["null element"], changes["empty element"] = []any{}, []any{nil}, []any{map[string]any{}}
				changes["two"] = []any{map[string]any{"arn": "v"}, map[string]any{"type": "v"}}
			}
			for how, v := range changes {
				differs(p+" "+how, record(map[string]any{p: v}))
			}
			walk(n.Fields, p)
		}
	}
	walk(cloudtrail.Tree(), "")
	if len(seen) < 220 {
		t.Errorf("only %d records were compared", len(seen))
	}
	// Values do not run into each other.
	differs("shifted right", record(map[string]any{".eventsource": "vv", ".eventname": ""}))
	differs("shifted left", record(map[string]any{".eventsource": "", ".eventname": "vv"}))

	for what, raw := range map[string]string{
		"equal":               record(nil),
		"null as absent":      plain,
		"with a field more":   `{"somethingNew":{"a":1},` + plain[1:],
		"with other spelling": `{"eventName":"v",` + plain[1:],
	} {
		if digest(t, raw) != digest(t, plain) {
			t.Errorf("%s: another content, and the columns are equal", what)
		}
	}
	if digest(t, `{"eventName":"a","eventID":"1","errorCode":null}`) != digest(t, `{"eventID":"1","eventName":"a"}`) {
		t.Error("null is another content than nothing, or the order of fields counts")
	}
	if digest(t, `{"eventName":"a","eventID":"1","requestParameters":{"a": 1,  "b":2}}`) != digest(t,
		`{"eventName":"a","eventID":"1","requestParameters":{"a":1,"b":2}}`) {
		t.Error("spacing of JSON is another content")
	}
	if digest(t, `{"eventName":"a","eventID":"1","requestParameters":{"a":1,"b":2}}`) == digest(t,
		`{"eventName":"a","eventID":"1","requestParameters":{"b":2,"a":1}}`) {
		t.Error("JSON with its keys in another order is another text in the column, but has the same content")
	}
}
