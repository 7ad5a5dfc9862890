package sql

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"trailscribe/internal/sql/scalar"
)

// FuzzGoFunctions: a function that DuckDB calls ends, gives the type it says, writes UTF-8, and answers the same question alike.
func FuzzGoFunctions(f *testing.F) {
	for _, s := range []string{
		"", "a", "::ffff:192.0.2.1", "fe80::1%eth0", "192.0.2.0/24", "::ffff:10.0.0.0/104", `{"a":[1,{"b":"\ud83d\ude00"}],"a":2}`,
		`$."a"[0]."b"`, "1e400", "-0.0",
		"https://user@example.com:443/a%20b?x=1&x=%zz#f", "http://[::1]/", "//h", "mailto:x@y", "%", "e4b8ad", "c3", "中文", "ab\x00c", "zz_1",
	} {
		f.Add(s, "a", int64(1), 1.5, true)
		f.Add("x", s, int64(-36), math.SmallestNonzeroFloat64, false)
	}
	functions := scalar.GoFunctions()
	f.Fuzz(func(t *testing.T, a, b string, n int64, x float64, yes bool) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) || len(a)+len(b) > 1<<10 {
			return // a text of DuckDB is UTF-8
		}
		path, err := scalar.JSONPath(b)
		if err != nil {
			path = `$."a"`
		}
		for _, fn := range functions {
			var args []any
			texts := []string{a, b, a}
			if fn.Name == "tr_json_scalar" || fn.Name == "tr_json_extract" {
				texts[1] = path // the printer writes no other
			}
			for _, p := range fn.Params {
				switch p {
				case "VARCHAR", "VARCHAR...", "JSON":
					args, texts = append(args, texts[0]), texts[1:]
				case "VARCHAR[]":
					args = append(args, []any{a, nil, b})
				case "BIGINT":
					args = append(args, n)
				case "DOUBLE":
					args = append(args, x)
				case "BOOLEAN":
					args = append(args, yes)
				default:
					t.Fatalf("%s takes a %s", fn.Name, p)
				}
			}
			if fn.Call == nil {
				looks(t, fn, args, n)
				continue
			}
			got, err := fn.Call(args)
			again, errAgain := fn.Call(args)
			if !reflect.DeepEqual(got, again) || (err == nil) != (errAgain == nil) {
				t.Fatalf("%s(%q) gives %v (%v), then %v (%v)", fn.Name, args, got, err, again, errAgain)
			}
			if err != nil || got == nil {
				continue
			}
			want := map[string]reflect.Kind{"VARCHAR": reflect.String, "BIGINT": reflect.Int64, "DOUBLE": reflect.Float64,
				"BOOLEAN": reflect.Bool}[fn.Result]
			if k := reflect.TypeOf(got).Kind(); k != want {
				t.Fatalf("%s(%q) gives a %s", fn.Name, args, k)
			}
			if s, ok := got.(string); ok && !utf8.ValidString(s) {
				t.Fatalf("%s(%q) gives %q, which is not UTF-8", fn.Name, args, s)
			}
		}
	})
}

// looks is a guard: it says the same each time, nothing below zero, and no less at first than when it looks closely.
func looks(t *testing.T, fn scalar.GoFunction, args []any, n int64) {
	t.Helper()
	if fn.Length != nil {
		if bytes, err := fn.Length(max(n, 0)); err == nil && bytes < 0 {
			t.Fatalf("%s(%d) makes %d bytes", fn.Name, n, bytes)
		}
		return
	}
	bound, err := fn.Bound(args)
	if again, errAgain := fn.Bound(args); again != bound || (err == nil) != (errAgain == nil) {
		t.Fatalf("%s(%q) makes %d bytes (%v), then %d (%v)", fn.Name, args, bound, err, again, errAgain)
	}
	if err != nil {
		return
	}
	if fn.Exact == nil {
		return
	}
	if exact, err := fn.Exact(args); err == nil && (exact < 0 || exact > bound+scalar.EntryBytes) {
		t.Fatalf("%s(%q) makes %d bytes, and %d at most", fn.Name, args, exact, bound)
	}
}

// FuzzJSONPath: a path is refused, or is one that DuckDB's form takes apart into the same keys and indices.
func FuzzJSONPath(f *testing.F) {
	for _, s := range []string{"$", "$.a", `$["a b"].c[0]`, `$["a\"b"]`, "$.a..b", "$[*]", "$.1", "$[99999999999]", "$.a[", `$["`, "$.ä:_",
		"a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		path, err := scalar.JSONPath(s)
		if err != nil {
			return
		}
		rest := strings.TrimPrefix(path, "$")
		for n := 0; rest != ""; n++ {
			if strings.HasPrefix(rest, "[") {
				end := strings.IndexByte(rest, ']')
				if end < 2 || strings.Trim(rest[1:end], "0123456789") != "" {
					t.Fatalf("%q becomes %q", s, path)
				}
				rest = rest[end+1:]
				continue
			}
			key, after, ok := scalar.NextKey(rest)
			if !ok || len(after) >= len(rest) || n > len(s) {
				t.Fatalf("%q becomes %q, of which %q is left", s, path, rest)
			}
			if !strings.Contains(s, strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(key)) {
				t.Fatalf("%q becomes %q with the key %q", s, path, key)
			}
			rest = after
		}
		if _, ok := scalar.JSONExtract(`{"a":{"b":[1]}}`, path); ok && path != "$" && !strings.Contains(s, "a") {
			t.Fatalf("%q finds something", s)
		}
	})
}

// FuzzTimestamp: a timestamp literal is refused, or is a time that is written as a literal of the same time.
func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{"2026-10-01", "2026-1-2 3:04", "2026-10-01 23:59:59.123456789 Europe/Berlin", "2026-10-01 00:00 +14:00",
		"2026-10-01 01:00 Local", "2026-10-01 01:00 ../x", "0000-01-01", "2026-10-25 02:30 Europe/Berlin"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, zone, p, err := readTimestamp(s)
		if err != nil {
			return
		}
		if p < 0 || p > 12 || zone == "Local" || strings.Contains(zone, "..") {
			t.Fatalf("%q is %v in %q with %d digits", s, at, zone, p)
		}
		again, _, _, err := readTimestamp(at.UTC().Format("2006-01-02 15:04:05.999999999") + " UTC")
		if at.Year() >= 1 && at.Year() <= 9999 && (err != nil || !again.Equal(at)) {
			t.Fatalf("%q is %v, which reads as %v (%v)", s, at, again, err)
		}
	})
}

// FuzzFormats: formats of dates and patterns of both languages are refused with a reason or translated into text that can be a literal.
func FuzzFormats(f *testing.F) {
	for _, s := range []string{"%Y-%m-%d %H:%i:%s.%f", "%", "%%", "%x", "yyyy-MM-dd'T'HH:mm:ss.SSSZ", "'", "''", "y'", "[a-z]+(?<x>b)\\k<x>",
		`\p{L}`, "(?i)a", "[[:alpha:]&&[^a]]", `\Qa\E`, "a{2000}", "$1x$22", `\$`, "${a}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, parse := range []bool{false, true} {
			for _, translate := range []func(string, bool) (string, error){mysqlFormat, jodaFormat} {
				if got, err := translate(s, parse); err == nil && utf8.ValidString(s) && !utf8.ValidString(got) {
					t.Fatalf("the format %q becomes %q", s, got)
				}
			}
		}
		if what := foreignPattern(s); what != "" && what != foreignPattern(s+"a") { // what follows does not change what stands before
			t.Fatalf("the pattern %q has %s, and with a letter behind it %s", s, what, foreignPattern(s+"a"))
		}
		for groups := range 4 {
			if got, err := replacement(s, groups); err == nil && utf8.ValidString(s) && !utf8.ValidString(got) {
				t.Fatalf("the replacement %q becomes %q", s, got)
			}
		}
	})
}
