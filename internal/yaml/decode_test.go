package yaml

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var sample = &Shape{Kind: Object, Fields: []Field{
	{Name: "id", Shape: &Shape{Kind: Text}, Required: true, Help: "the name of the file"},
	{Name: "severity", Shape: OneOf("high", "medium", "low")},
	{Name: "columns", Shape: ListOf(&Shape{Kind: Object, Fields: []Field{{Name: "name", Shape: &Shape{Kind: Text}, Required: true}}})},
	{Name: "count", Shape: &Shape{Kind: Int, Min: 1, Max: 10}},
	{Name: "on", Shape: &Shape{Kind: Bool}},
	{Name: "controls", Shape: &Shape{Kind: Map, Item: Texts()}},
	{Name: "headline", Shape: &Shape{Kind: Either,
		Shapes: []*Shape{{Kind: Text}, {Kind: Map, Keys: []string{"one", "other"}, Item: &Shape{Kind: Text}}}}},
	{Name: "period", Shape: &Shape{Kind: Text, Bare: true}},
	{Name: "any", Shape: &Shape{Kind: Any}},
	{Name: "sql", Shape: &Shape{Kind: Text}},
	{Name: "ids", Shape: &Shape{Kind: Either, Hint: "write a list or a mapping", Shapes: []*Shape{
		ListOf(&Shape{Kind: Either, Shapes: []*Shape{{Kind: Text, Pattern: "[0-9]+", Like: "digits in quotes"}, {Kind: Object}}}),
		{Kind: Map, Pattern: "[0-9]+", Like: "digits in quotes", Item: &Shape{Kind: Text}},
	}}},
}}

func TestDecodeProblems(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"several at once", "idd: x\nseverity: hgih\ncount: 11\non: yes\n",
			`q.yaml:1:1: the file lacks the key "id" [yaml-missing]
q.yaml:1:1: unknown key "idd"; did you mean "id"?; allowed: any, columns, controls, count, headline, id, ids, on, period, severity, sql [yaml-unknown-key]
q.yaml:2:11: severity cannot be "hgih"; did you mean "high"?; allowed: high, medium, low [yaml-value]
q.yaml:3:8: count is 11; it must be from 1 to 10 [yaml-range]
q.yaml:4:5: on must be true or false, this is the text "yes" [yaml-type]`},
		{"number for text", "id: 1.10\n", `q.yaml:1:5: id must be a text; without quotes 1.10 is read as a number [yaml-type]`},
		{"number in a list of ids", "id: a\ncontrols: {cis: [1.6, \"4.3\"]}\n",
			`q.yaml:2:18: controls.cis[0] must be a text; without quotes 1.6 is read as a number [yaml-type]`},
		{"bare period", "id: a\nperiod: 2026\n", ""},
		{"date is a text", "id: 2026-10-01\n", ""},
		{"nothing", "id:\n", `q.yaml:1:4: id has no value; it must be a text [yaml-type]`},
		{"wrong kinds", "id: [a]\ncolumns: {name: x}\nheadline: [x]\n",
			`q.yaml:1:5: id must be a text, this is a list [yaml-type]
q.yaml:2:10: columns must be a list, this is a mapping [yaml-type]
q.yaml:3:11: headline must be a text or a mapping of keys to values, this is a list [yaml-type]`},
		{"nested unknown", "id: a\ncolumns:\n  - {nam: x}\n",
			`q.yaml:3:5: columns[0] lacks the key "name" [yaml-missing]
q.yaml:3:6: unknown key "nam" in columns[0]; did you mean "name"?; allowed: name [yaml-unknown-key]`},
		{"plural key", "id: a\nheadline: {one: x, others: y}\n",
			`q.yaml:2:20: unknown key "others" in headline; did you mean "other"?; allowed: one, other [yaml-unknown-key]`},
		{"duplicate", "id: a\nid: b\n", `q.yaml:2:1: the key "id" appears twice; first in line 1 [yaml-duplicate]`},
		{"anchor", "id: &a x\n", `q.yaml:1:5: the anchor &a: anchors are not allowed [yaml-alias]`},
		{"bomb", "id: x\nany: &a [x,x]\nsql: [*a,*a]\n", `q.yaml:2:6: the anchor &a: anchors are not allowed [yaml-alias]`},
		{"merge", "id: a\nany: {<<: {a: 1}}\n", `q.yaml:2:7: <<: merging is not allowed [yaml-alias]`},
		{"tag", "id: !!str 1.10\n", `q.yaml:1:5: the tag !!str: tags are not allowed [yaml-tag]`},
		{"two documents", "id: a\n---\nid: b\n", `q.yaml:2:1: the file holds more than one document [yaml-documents]`},
		{"one document, marked", "---\nid: a\n...\n", ""},
		{"empty", "# nothing\n", `q.yaml:1:1: the file is empty [yaml-empty]`},
		{"empty text", "id: \"\"\n", `q.yaml:1:5: id is empty [yaml-empty]`},
		{"not UTF-8", "id: a\nsql: \xff\n", `q.yaml:2:1: the file is not UTF-8 [yaml-encoding]`},
		{"UTF-16", "i\x00d\x00:\x00 \x00a\x00", `q.yaml:1:1: the file contains a control character [yaml-syntax]`},
		{"scalar file", "hello\n", `q.yaml:1:1: the file must be a mapping of keys to values, this is the text "hello" [yaml-type]`},
		{"syntax: colon", "id: a\nsql: a: b\n", `q.yaml:2:1: a colon stands where no key is expected [yaml-syntax]`},
		{"syntax: tab", "id: a\ncolumns:\n\t- name: x\n", `q.yaml:3:1: a character stands here that cannot begin a value [yaml-syntax]`},
		{"syntax: indent", "id: a\ncolumns:\n  - name: x\n sql: y\n", `q.yaml:4:2: the line does not fit the mapping it stands in [yaml-syntax]`},
		{"syntax: bracket", "id: a\ncontrols: {a: [b\nsql: x\n", `q.yaml:2:1: a list or mapping in brackets is not closed [yaml-syntax]`},
		{"syntax: quote", "id: \"a\nsql: x\n", `q.yaml:1:1: a quoted text is not closed [yaml-syntax]`},
		{"leading zero", "id: a\nany: {accountId: 012345678901}\n",
			`q.yaml:2:18: any.accountId: without quotes 012345678901 is read as a number and loses its leading zero [yaml-type]`},
		{"octal", "id: a\ncount: 010\n", `q.yaml:2:8: count: the zero before 010 makes it an octal number to some readers [yaml-type]`},
		{"sexagesimal is a text", "id: 09:00\n", ""},
		{"infinity", "id: a\nany: .inf\n", `q.yaml:2:6: any: .inf is not a number that JSON can hold [yaml-type]`},
		{"keys in quotes", "id: a\nids: {\"1\": x, '02': y}\n", ""},
		{"keys without quotes", "id: a\nids: {1: x, 02: y, true: z}\n",
			`q.yaml:2:7: the key 1 of ids must be a text; without quotes it is read as a number [yaml-type]
q.yaml:2:13: the key 02 of ids must be a text; without quotes it is read as a number [yaml-type]
q.yaml:2:20: the key "true" of ids must be digits in quotes [yaml-value]`},
		{"nothing, where several kinds may stand", "id: a\nids: [~, {}, \"1\"]\n",
			`q.yaml:2:7: ids[0] has no value; it must be a text or a mapping of keys to values [yaml-type]`},
		{"a list in a list", "id: a\nids: [[]]\n",
			`q.yaml:2:7: ids[0] must be a text or a mapping of keys to values, this is a list [yaml-type]`},
		{"complex key", "id: a\n? [x]\n: y\n", `q.yaml:2:3: a key must be a text [yaml-key]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, bad := Decode("q.yaml", []byte(tt.in), sample)
			if diff := cmp.Diff(tt.want, bad.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeDepth(t *testing.T) {
	_, bad := Decode("q.yaml", []byte("id: a\nany: "+strings.Repeat("[", 200)+strings.Repeat("]", 200)), sample)
	if len(bad) != 1 || bad[0].Rule != "yaml-depth" {
		t.Fatal(bad)
	}
	_, bad = Decode("q.yaml", []byte(strings.Repeat("[", 200000)), sample) // the parser's own limit
	if len(bad) != 1 || bad[0].Rule != "yaml-syntax" {
		t.Fatal(bad)
	}
}

func TestValues(t *testing.T) {
	v, bad := Decode("q.yaml", []byte("id: a\nany: {n: 1.50, i: 0x1F, b: true, z: ~, t: 2026-10-01, q: \"1.10\", l: [1, x], \"k\\\"\": "+
		"<&>, big: 123456789012345678901}\ncount: 7\non: true\n"), sample)
	if bad != nil {
		t.Fatal(bad)
	}
	if got, want := string(v.Get("any").JSON()),
		`{"n":1.50,"i":31,"b":true,"z":null,"t":"2026-10-01","q":"1.10","l":[1,"x"],"k\"":"<&>","big":123456789012345678901}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want := map[string]any{"n": 1.5, "i": int64(31), "b": true, "z": nil, "t": "2026-10-01", "q": "1.10", "l": []any{int64(1), "x"},
		`k"`: "<&>", "big": 123456789012345678901.0}
	if diff := cmp.Diff(want, v.Get("any").Any()); diff != "" {
		t.Error(diff)
	}
	if v.Get("count").Int() != 7 || !v.Get("on").Bool() || v.Get("nothing").Get("below").Text() != "" {
		t.Error("accessors")
	}
}

// A value that was not written answers everything: a loader goes on after a shape was wrong, and must find nothing there.
func TestNotWritten(t *testing.T) {
	v, _ := Decode("q.yaml", []byte("id: [x]\nany: ~\n"), sample)
	for name, x := range map[string]*Value{"no such key": v.Get("on"), "below a list": v.Get("id").Get("x"),
		"below nothing": v.Get("any").Get("x"), "below what is not there": v.Get("on").Get("x").Get("y")} {
		if x != nil {
			t.Errorf("%s: %v", name, x)
		}
		p := x.Problem("a problem")
		if x.Text() != "" || x.Scalar().Value != "" || x.Where().Line != 0 || x.Key("x").Value != "" ||
			len(x.Nodes())+len(x.Texts())+len(x.Items())+len(x.Entries()) != 0 ||
			x.Bool() || x.Int() != 0 || x.Number() != 0 || x.IsList() || x.IsMap() || x.IsNull() || x.IsText() || x.Any() != nil ||
			string(x.JSON()) != "null" || p.Text != "a problem" || p.At.Line != 0 {
			t.Errorf("%s has something to say", name)
		}
	}
}

// Every character of every way to write a scalar must be found where it stands.
func TestPlace(t *testing.T) {
	for name, in := range map[string]string{
		"plain":             "sql: SELECT ⋄x\n",
		"plain folded":      "sql: SELECT a\n  FROM ⋄x\n\n\n  WHERE y\n",
		"double":            `sql: "a \"\t⋄x"` + "\n",
		"double unicode":    `sql: "a \u00e4\x41\U0001F600 ⋄x"` + "\n",
		"double folded":     "sql: \"a\n\n   b \\\n   c\n  ⋄x  \"\n",
		"single":            "sql: 'it''s ⋄x'\n",
		"single folded":     "sql: 'a   \n  b''\n  ⋄x'\n",
		"literal":           "sql: |\n  SELECT a\n  FROM ⋄x\n",
		"literal, first":    "sql: |\n  ⋄x\n",
		"literal, strip":    "sql: |-\n  SELECT\n\n    ⋄x\n\n",
		"literal, keep":     "sql: |+\n  SELECT\n\n    ⋄x\n\n",
		"literal, indent":   "sql: |4\n      SELECT\n     ⋄x\n",
		"literal, 2-":       "sql: |2-\n    SELECT\n   ⋄x\n",
		"literal, comment":  "sql: | # the text\n  SELECT\n  ⋄x\n",
		"literal, blank":    "sql: |\n\n  \n  SELECT\n   \n  ⋄x\n",
		"literal, tab":      "sql: |\n  SELECT\n  \ta\t⋄x\n",
		"literal, CRLF":     "sql: |\r\n  SELECT\r\n  ⋄x\r\n",
		"literal, no end":   "sql: |\n  SELECT\n  ⋄x",
		"literal, CJK":      "sql: |\n  SELECT '中文'\n  WHERE '汉字' = ⋄x\n",
		"literal, next key": "sql: |\n  SELECT\n  ⋄x\n\n# comment\nid: a\n",
		"folded":            "sql: >\n  SELECT a\n  FROM b\n\n  ⋄x\n",
		"folded, more":      "sql: >-\n  SELECT a\n    FROM b\n    c\n  d\n  e ⋄x\n",
		"folded, CRLF":      "sql: >\r\n  SELECT a\r\n  b ⋄x\r\n",
		"BOM":               "\ufeffsql: SELECT ⋄x\n",
		"line separator":    "id: a\u2028\nsql: |\n  SELECT\n  ⋄x\n",
		"in a list":         "columns:\n  - sql: |\n      a\n      ⋄x\n",
		"in flow":           "columns: [{sql: a ⋄x, b: c}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			clean := strings.Replace(in, "⋄", "", 1)
			before := strings.TrimPrefix(in[:strings.Index(in, "⋄")], "\ufeff")
			wantLine, wantCol := 1, 1
			for _, r := range strings.ReplaceAll(before, "\r\n", "\n") {
				if isBreak(r) {
					wantLine, wantCol = wantLine+1, 1
				} else {
					wantCol++
				}
			}
			v, bad := Decode("q.yaml", []byte(clean), &Shape{Kind: Any})
			if bad != nil {
				t.Fatal(bad)
			}
			n := find(v, "sql")
			if n == nil {
				t.Fatal("no sql")
			}
			value := []rune(n.node.Value)
			at := strings.LastIndex(n.node.Value, "x")
			char := len([]rune(n.node.Value[:at]))
			p := n.node.Place(char)
			if p.Line != wantLine || p.Col != wantCol {
				t.Errorf("x is at %d:%d, want %d:%d (value %q)", p.Line, p.Col, wantLine, wantCol, n.node.Value)
			}
			// No two characters share a place, but for the several breaks one fold stands for; places never go back.
			last := fmt.Sprint(n.node.Place(0))
			for i := range value {
				q := n.node.Place(i)
				if q.Line < n.node.At.Line || i > 0 && value[i] != '\n' && fmt.Sprint(q) == last {
					t.Errorf("character %d %q at %v, the one before at %v", i, value[i], q, last)
				}
				last = fmt.Sprint(q)
			}
			n.node.Place(-1)
			n.node.Place(len(value) + 100)
		})
	}
}

func find(v *Value, key string) *Value {
	if x := v.Get(key); x != nil {
		return x
	}
	for _, x := range v.items {
		if y := find(x, key); y != nil {
			return y
		}
	}
	return nil
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"id: a\n", "sql: |2-\n    a\n", "a: &b [*b]\n", "? [x]\n: y", "\"a\\\n b\": 'c'''", "a: >+\n\n  b\n\n",
		"{a: 1, b: [c, {d: e}]}", "a: b\n---\nc: d", "a: 012\nb: .nan", "- - - x\n", "\t", "%YAML 1.1\n---\na: b\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, s := range []*Shape{sample, {Kind: Any}} {
			v, bad := Decode("f.yaml", []byte(in), s)
			if v == nil && bad.Err() == nil {
				t.Fatal("neither value nor problem")
			}
			for _, p := range bad {
				if p.At.Line < 1 || p.At.Col < 1 {
					t.Fatalf("a problem without a place: %v", p)
				}
			}
			v.JSON()
			walk(v, func(x *Value) {
				for i := 0; i <= len([]rune(x.node.Value)); i += 7 {
					x.node.Place(i)
				}
			})
		}
	})
}

func walk(v *Value, f func(*Value)) {
	if v == nil {
		return
	}
	f(v)
	for _, x := range v.items {
		walk(x, f)
	}
}

// Large files must not take time or memory with the square of their size: each of these takes well under a second, or the test runs out
// of time.
func TestDecodeLarge(t *testing.T) {
	for name, in := range map[string]string{
		"one long line":  "any: [" + strings.Repeat("a,", 60_000) + "]\n",
		"many lines":     "any:\n" + strings.Repeat("- abc\n", 60_000),
		"blank lines":    "any: |\n" + strings.Repeat("      \n", 30_000) + "  a\n",
		"wide indent":    "any: |\n" + strings.Repeat(strings.Repeat(" ", 2000)+"x\n", 200),
		"broken at end":  "any:\n" + strings.Repeat("- abc\n", 20_000) + "x\n",
		"open brackets":  strings.Repeat("[", 5_000),
		"open mappings":  strings.Repeat("{a: ", 2_000),
		"quotes":         "any: \"" + strings.Repeat("\\n", 50_000) + "\"\n",
		"question marks": strings.Repeat("? ", 5_000),
	} {
		v, bad := Decode("q.yaml", []byte(in), &Shape{Kind: Any})
		if v == nil && bad == nil {
			t.Errorf("%s: neither value nor problem", name)
		}
		walk(v, func(x *Value) { x.node.Place(len(x.node.Value) / 2) })
	}
}
