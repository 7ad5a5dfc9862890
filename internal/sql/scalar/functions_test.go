package scalar

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJSONPath(t *testing.T) {
	for path, want := range map[string]string{
		"$": "$", "$.a": `$."a"`, "$.a.b[0].c": `$."a"."b"[0]."c"`, `$["a b"]`: `$."a b"`, `$['a']`: "", "$.x-amz-id": "",
		`$["x-amz-id"]`: `$."x-amz-id"`, "$.a:b_1": `$."a:b_1"`, "$.a.1": "", `$["1"]`: "", `$["a.b"][12]`: `$."a.b"[12]`,
		"$[0]": "$[0]", "$.ключ": `$."ключ"`, `$["a\b"]`: "", `$.a"b`: "", "a": "", "": "", "$a": "", "$.": "", "$..a": "", "$.a[*]": "",
		"$.*": "", "$[-1]": "", "$[a]": "", "$[0": "", `$["a`: "", "$.a b": "", "$.a.": "", "$[?(@.a)]": "",
	} {
		got, err := JSONPath(path)
		if want == "" && err == nil || want != "" && (err != nil || got != want) {
			t.Errorf("%s: %q %v, want %q", path, got, err, want)
		}
	}
}

func TestJSONScalar(t *testing.T) {
	for _, c := range []struct{ text, path, want string }{
		{`{"a":"x"}`, `$."a"`, "x"}, {` { "a" : 1.50 } `, `$."a"`, "1.50"}, {`{"a":-1E+2}`, `$."a"`, "-1E+2"}, {`{"a":true}`, `$."a"`, "true"},
		{`"s"`, "$", "s"}, {"7", "$", "7"},
		{`{"a":{"b":[0,{"c":"d"}]}}`, `$."a"."b"[1]."c"`, "d"}, {`{"a":"é\n\u00e9\"\\"}`, `$."a"`, "é\né\"\\"},
		{`{"a\u0062":"x"}`, `$."ab"`, "x"}, {`{"a":1,"a":2}`, `$."a"`, "1"},
		{`{"x":{"a":1},"a":2}`, `$."a"`, "2"}, {`[{"a":1},{"b":2}]`, `$[1]."b"`, "2"}, {`{"a":""}`, `$."a"`, ""},
		{`{"a":null}`, `$."a"`, "NULL"}, {`{"a":{}}`, `$."a"`, "NULL"}, {`{"a":[1]}`, `$."a"`, "NULL"}, {`{"a":[1]}`, `$."a"[1]`, "NULL"},
		{`{"a":1}`, `$."A"`, "NULL"}, {`{"a":1}`, `$."a"."b"`, "NULL"},
		{`{"a":1`, `$."a"`, "NULL"}, {`{"a":1}}`, `$."a"`, "NULL"}, {`{"a":1,}`, `$."a"`, "NULL"}, {`{a:1}`, `$."a"`, "NULL"}, {``, "$", "NULL"},
		{`{"a":01}`, `$."a"`, "NULL"}, {`{"a":"` + "\x01" + `"}`, `$."a"`, "NULL"},
		{`{"a":"\x"}`, `$."a"`, "NULL"}, {`{"a":tru}`, `$."a"`, "NULL"}, {`{"a":1.}`, `$."a"`, "NULL"}, {`{"a":-}`, `$."a"`, "NULL"},
		{strings.Repeat("[", 3000), "$", "NULL"},
	} {
		got, ok := JSONScalar(c.text, c.path)
		if !ok {
			got = "NULL"
		}
		if got != c.want {
			t.Errorf("%.60s %s: %q, want %q", c.text, c.path, got, c.want)
		}
	}
}

func TestDoubleText(t *testing.T) {
	for f, want := range map[float64]string{0: "0.0", 1: "1.0", -1.5: "-1.5", 1e7: "1.0E7", 9999999: "9999999.0", 1e-3: "0.001",
		1.2e-4: "1.2E-4", 123456.789: "123456.789", 1.0 / 3: "0.3333333333333333", 1e300: "1.0E300"} {
		if got := DoubleText(f); got != want {
			t.Errorf("%v: %s, want %s", f, got, want)
		}
	}
}

func TestDoubleCast(t *testing.T) {
	for f, want := range map[float64]string{0: "0E0", 1: "1.0E0", -1.5: "-1.5E0", 1e7: "1.0E7", 1e-3: "1.0E-3", 123456.789: "1.23456789E5",
		1.0 / 3: "3.333333333333333E-1", 1e300: "1.0E300", math.Inf(-1): "-Infinity"} {
		if got := DoubleCast(f); got != want {
			t.Errorf("%v: %s, want %s", f, got, want)
		}
	}
}

func TestIP(t *testing.T) {
	for s, want := range map[string]string{"10.1.2.3": "10.1.2.3", "::ffff:10.1.2.3": "10.1.2.3", "2001:DB8:0:0::1": "2001:db8::1",
		"010.1.2.3": "", "ec2.amazonaws.com": "", "fe80::1%eth0": "fe80::1", "10.0.0.1%eth0": "", "::ffff:10.1.2.3%x": "",
		"1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0", "": "", "10.1.2.3/8": "", " 10.1.2.3": ""} {
		if got, err := IPText(s); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v", s, got, err)
		}
	}
	for _, c := range []struct {
		network, ip string
		in          bool
	}{{"10.0.0.0/8", "10.255.0.1", true}, {"10.0.0.0/8", "11.0.0.1", false}, {"2001:db8::/32", "2001:db8::1", true},
		{"10.0.0.0/8", "2001:db8::1", false}, {"0.0.0.0/0", "1.1.1.1", true}, {"::ffff:10.0.0.0/104", "10.1.1.1", true},
		{"::/0", "10.0.0.1", true}, {"::/96", "10.0.0.1", false}, {"::ffff:10.0.0.0/24", "10.0.0.1", true}, {"0.0.0.0/0", "2001:db8::1", false}} {
		if got, err := IPIn(c.network, c.ip); got != c.in || err != nil {
			t.Errorf("%s in %s: %v %v", c.ip, c.network, got, err)
		}
	}
	for _, n := range []string{"10.0.0.0", "10.0.0.5/8", "10.0.0.0/33", "2001:db8::1/32", "", "x/8"} {
		if _, err := IPIn(n, "10.0.0.1"); err == nil {
			t.Errorf("%q was taken for a network", n)
		}
	}
}

func TestCanonicalJSON(t *testing.T) {
	for s, want := range map[string]string{` { "b" : 1.50, "a": "<é>" } `: `{"a":"<é>","b":1.5}`, `{"a":1,"a":2e2}`: `{"a":200.0}`,
		"\"\\u0007\\u2028\"": "\"\\u0007\u2028\"", "[1, null]": "[1,null]", `"x"`: `"x"`, "": "", "{} x": "", "{": "", "nul": ""} {
		if got, err := CanonicalJSON(s); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v, want %q", s, got, err, want)
		}
	}
}

// FuzzCanonicalJSON: JSON is written with keys sorted, means the same, and is not changed again; what is not JSON is refused.
func FuzzCanonicalJSON(f *testing.F) {
	for _, s := range []string{`{"b":1,"a":[1.0,2e3,-0]}`, `{"a":1,"a":2}`, `"\u00e4\ud83d\ude00\/"`, `[`, "", "nul", `{"a":1}x`, " 1 ",
		"1e400", "[[[]]]", `"` + "\x7f" + `"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := CanonicalJSON(s)
		if !json.Valid([]byte(s)) {
			if err == nil {
				t.Fatalf("%q is not JSON and is written as %q", s, got)
			}
			return
		}
		if err != nil {
			return // deeper or larger than Trino takes it
		}
		if again, err := CanonicalJSON(got); err != nil || again != got {
			t.Fatalf("%q is written as %q, and that as %q (%v)", s, got, again, err)
		}
		// The last member of a name counts for encoding/json; a text with a name twice is compared no further.
		was, is := meaning(t, s), meaning(t, got)
		if was != nil && !strings.ContainsRune(s, utf8.RuneError) && utf8.ValidString(s) && !reflect.DeepEqual(was, is) {
			t.Fatalf("%q is written as %q", s, got)
		}
	})
}

// meaning is a JSON text as numbers, texts, lists and objects.
func meaning(t *testing.T, s string) any {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader([]byte(s)))
	if err := d.Decode(&v); err != nil {
		return nil // a number beyond those of a float64, which Trino writes as "Infinity"
	}
	return v
}
