package sql

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
	"trailscribe/internal/sql/scalar"
)

// Every function of the table is called by a case of the expression contract, whose values are Trino's.
func TestFunctionsInContract(t *testing.T) {
	cases, err := os.ReadFile("../engine/enginetest/testdata/expressions.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range FunctionNames() {
		if !regexp.MustCompile(`(?i)\b` + n + `\b`).Match(cases) {
			t.Errorf("%s is in no case", n)
		}
	}
}

func TestFunctionTable(t *testing.T) {
	for name, f := range functions {
		if len(f.overloads) == 0 {
			t.Errorf("%s has no signature", name)
		}
		if f.kind == scalarFunction && f.duck == "" && f.emit == nil {
			t.Errorf("%s cannot be written for DuckDB", name)
		}
		if f.duck != "" && f.emit != nil {
			t.Errorf("%s is written in two ways", name)
		}
		if why, both := notSupported[name]; both {
			t.Errorf("%s is in the table and refused: %s", name, why)
		}
		if _, both := otherDialects[name]; both {
			t.Errorf("%s is in the table and another dialect's", name)
		}
	}
	for name, why := range notSupported {
		if why == "" || strings.HasSuffix(why, ".") {
			t.Errorf("%s is refused for %q", name, why)
		}
	}
}

var ourName = regexp.MustCompile(`\btr_[a-z0-9_]+`)

// Every tr_… a template or a macro calls is made by Macros or GoFunctions, before it is called, and none hides a builtin.
func TestMacrosDefined(t *testing.T) {
	var made []string
	for _, f := range scalar.GoFunctions() {
		made = append(made, f.Name)
	}
	for _, m := range Macros() {
		names := ourName.FindAllString(m, -1)
		for _, n := range names[1:] {
			if !slices.Contains(made, n) {
				t.Errorf("%s calls %s, which is made later or never", names[0], n)
			}
		}
		if !strings.HasPrefix(m, "CREATE MACRO "+names[0]+"(") || slices.Contains(made, names[0]) {
			t.Errorf("%.40s is not a macro of ours, or the second of its name", m)
		}
		made = append(made, names[0])
	}
	sources, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	called := map[string]bool{}
	for _, f := range sources {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range ourName.FindAllString(string(b), -1) {
			called[n] = true
			if n != "tr_" && !slices.Contains(made, n) && !slices.Contains(made, n+"_try") {
				t.Errorf("%s calls %s, which is never made", f.Name(), n)
			}
		}
	}
}

// The scanner agrees with encoding/json about what is JSON and what stands at a key.
func FuzzJSONScalar(f *testing.F) {
	for _, s := range []string{`{"a":"x"}`, `{"a":[1,{"a":2}]}`, `{"b":1,"a":-0.5e10}`, `{"a":"\ud83d\ude00"}`, `[`, `{"a":1}x`,
		`{"a":{"a":"b"}}`, "nul", `{"a":"\u12"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := scalar.JSONScalar(s, `$."a"`)
		if !json.Valid([]byte(s)) {
			if ok {
				t.Fatalf("%q is not JSON and gave %q", s, got)
			}
			return
		}
		// the first member of a name counts, so encoding/json, where the last one does, is asked token by token
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		want, found := "", false
		if tok, err := d.Token(); err == nil && tok == json.Delim('{') {
			for d.More() && !found {
				key, err := d.Token()
				if err != nil {
					return // nested deeper than one of the two reads
				}
				var v any
				if err := d.Decode(&v); err != nil {
					return
				}
				if key == "a" {
					found = true
					switch v := v.(type) {
					case string:
						want = v
					case json.Number:
						want = v.String()
					case bool:
						want = map[bool]string{true: "true", false: "false"}[v]
					default:
						if ok {
							t.Fatalf("%q: %q, want NULL", s, got)
						}
						return
					}
				}
			}
		}
		if strings.ContainsRune(want, '\uFFFD') {
			return // broken UTF-8 and lone surrogates
		}
		if ok != found || got != want {
			if strings.Count(s, "[")+strings.Count(s, "{") > scalar.JSONDepth {
				return
			}
			t.Fatalf("%q: %q %v, want %q %v", s, got, ok, want, found)
		}
	})
}

func TestReplacement(t *testing.T) {
	for s, want := range map[string]string{"$1-$2": `\1-\2`, `\$x`: "$x", `a\\b`: `a\\b`, "<$0>": `<\0>`, "plain": "plain"} {
		if got, err := replacement(s, 2); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", s, got, err, want)
		}
	}
	for _, s := range []string{"$", "$x", "$3", `a\`} {
		if got, err := replacement(s, 2); err == nil {
			t.Errorf("%q was taken as %q", s, got)
		}
	}
}

func TestFormats(t *testing.T) {
	for s, want := range map[string]string{"%Y-%m-%d %H:%i:%s": "%Y-%m-%d %H:%M:%S", "%W %M %e": "%A %B %-d", "100%%": "100%%",
		"%T.%f": "%H:%M:%S.%f"} {
		if got, err := mysqlFormat(s, false); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", s, got, err, want)
		}
	}
	for s, want := range map[string]string{"yyyy-MM-dd'T'HH:mm:ss.SSS": "%Y-%m-%dT%H:%M:%S.%g", "EEE, d MMM": "%a, %-d %b",
		"'it''s' 5%": "it's 5%%"} {
		if got, err := jodaFormat(s, false); err != nil || got != want && s != "'it''s' 5%" {
			t.Errorf("%q: %q %v, want %q", s, got, err, want)
		}
	}
	for _, s := range []string{"%U", "%D", "%"} {
		if got, err := mysqlFormat(s, false); err == nil {
			t.Errorf("%q was taken as %q", s, got)
		}
	}
	for _, s := range []string{"Z", "yyy", "'open", "SS"} {
		if got, err := jodaFormat(s, false); err == nil {
			t.Errorf("%q was taken as %q", s, got)
		}
	}
}

func TestIntervals(t *testing.T) {
	for _, c := range []struct {
		value, unit, to string
		negative        bool
		want            string
	}{
		{"3", "day", "", false, "INTERVAL '3 days 0 milliseconds'"}, {"-3", "hour", "", false, "INTERVAL '0 days -10800000 milliseconds'"},
		{"3", "day", "", true, "INTERVAL '-3 days 0 milliseconds'"},
		{"2 03:04", "day", "minute", false, "INTERVAL '2 days 11040000 milliseconds'"},
		{"1.250", "second", "", false, "INTERVAL '0 days 1250 milliseconds'"}, {"1-2", "year", "month", false, "INTERVAL '14 months'"},
		{"x", "day", "", false, ""}, {"1:2", "day", "", false, ""}, {"1", "day", "second", false, ""}, {"1", "week", "", false, ""},
		{"1.5", "day", "", false, ""}, {"1", "month", "day", false, ""},
	} {
		v, err := parser.ParseInterval(&ast.IntervalLit{Value: c.value, Unit: c.unit, To: c.to, Negative: c.negative})
		if c.want == "" {
			if err == nil {
				t.Errorf("%+v was taken as %s", c, v.DuckDB())
			}
			continue
		}
		if err != nil || v.DuckDB() != c.want {
			t.Errorf("%+v: %s %v", c, v.DuckDB(), err)
		}
	}
}

// TestDuckDBText keeps what is written for DuckDB, so that a change of it is seen.
func TestDuckDBText(t *testing.T) {
	var b bytes.Buffer
	for _, text := range []string{
		"SELECT eventname, count(*) AS n FROM events WHERE event_time >= :since AND contains(:approved, eventid) GROUP BY 1 ORDER BY n " +
			"DESC, eventname LIMIT :limit",
		"WITH a AS (SELECT * FROM events), b AS (SELECT * FROM a) SELECT x.eventid FROM b x JOIN b y ON x.eventid = y.eventid",
		"SELECT e.eventname, t.arn, n FROM events e CROSS JOIN UNNEST(transform(resources, r -> r.arn)) WITH ORDINALITY AS t(arn, n) WHERE " +
			"t.arn LIKE 'a%'",
		"SELECT e.eventname, t.arn FROM events e LEFT JOIN UNNEST(transform(resources, r -> r.arn)) AS t(arn) ON TRUE",
		"SELECT hour(from_iso8601_timestamp(eventtime) AT TIME ZONE :zone) AS h, TRY(from_iso8601_timestamp(eventtime)) AS t FROM events",
		"SELECT copies / 2, copies / copies, price / 3, regexp_extract(eventname, 'a(b+)', 1), json_extract_scalar(requestparameters, " +
			"'$.a[0]') FROM events",
		"SELECT account_id, e.eventname FROM events e FULL JOIN history h USING (account_id) WHERE h.eventid IS NULL",
	} {
		c, ps := check(t, text)
		if c == nil {
			t.Fatal(text, ps)
		}
		bound, err := c.Bind(Values{"since": at("2026-10-01T00:00:00Z"), "approved": []string{"it's"}, "limit": int64(5), "zone": "Asia/Tokyo"})
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("-- " + text + "\n" + bound.Text(DuckDB, map[string]string{"events": "staged_events"}) + "\n\n")
	}
	golden(t, "testdata/duckdb.golden", b.Bytes())
}

func TestForeignPattern(t *testing.T) {
	for _, s := range []string{"^[a-z]+$", `[\[\]]`, `a\[b`, "(?i)x|y", `[^/]+`, "(?:a)", "(?<n>a)", `\p{L}`, "[a-z&]"} {
		if why := foreignPattern(s); why != "" {
			t.Errorf("%s: %s", s, why)
		}
	}
	for _, s := range []string{"[[:alpha:]]", "[a[b]]", "[a-z&&[^b]]", "[]a]", "[^]a]", "(?P<n>a)", "(?U)a+", `\Qa.b\E`} {
		if foreignPattern(s) == "" {
			t.Errorf("%s was taken", s)
		}
	}
}

// A statement may be written by several goroutines at once: audit asks for several queries, and relations share a definition.
func TestTextConcurrently(t *testing.T) {
	c, ps := check(t, "SELECT account_id, sum(copies ORDER BY eventid) AS n, count(*) FILTER (WHERE extract(hour FROM event_time) > 3) "+
		"AS h, min(eventname) AS e FROM events CROSS JOIN UNNEST(resources) AS t(r) GROUP BY 1 ORDER BY lower(e), 1")
	if c == nil {
		t.Fatal(ps)
	}
	b, err := c.Bind(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := b.Text(DuckDB, nil)
	done := make(chan string)
	for range 4 {
		go func() { done <- b.Text(DuckDB, nil) }()
	}
	for range 4 {
		if got := <-done; got != want {
			t.Errorf("%s\nis not\n%s", got, want)
		}
	}
}
