package yaml

import (
	"reflect"
	"testing"
)

func TestSet(t *testing.T) {
	const file = `# the place
timezone: UTC   # of reports
name: 'it''s'
list: [a, b] # two
defaults:
  # what reports say
  language: en
  theme:

accounts:
  - id: "111122223333"
    name: dev
sql: |
  SELECT 1

# the end
`
	replace := func(old, new string) string {
		i := indexOf(file, old)
		return file[:i] + new + file[i+len(old):]
	}
	for _, tt := range []struct {
		path  string
		value any
		want  string
	}{
		{"timezone", "Europe/Berlin", replace("UTC ", "Europe/Berlin ")},
		{"name", "x: y", replace("'it''s'", `"x: y"`)},
		{"list", []string{"c", "1.10"}, replace("[a, b]", `[c, "1.10"]`)},
		{"list.1", "z", replace("b]", "z]")},
		{"defaults.language", "no", replace("language: en", `language: "no"`)},
		{"defaults.theme", "navy", replace("theme:", "theme: navy")},
		{"defaults.period", "2026", replace("  theme:\n", "  theme:\n  period: \"2026\"\n")},
		{"accounts.0.name", "prod", replace("dev", "prod")},
		{"accounts.0.since", "2026-01-01", replace("name: dev\n", "name: dev\n    since: \"2026-01-01\"\n")},
		{"engine", "duckdb", replace("  SELECT 1\n", "  SELECT 1\nengine: duckdb\n")},
		{"automation.roles", []string{"*/ci"}, replace("  SELECT 1\n", "  SELECT 1\nautomation:\n  roles: [\"*/ci\"]\n")},
		{"late_days", 3, replace("  SELECT 1\n", "  SELECT 1\nlate_days: 3\n")},
	} {
		got, err := Set([]byte(file), tt.path, tt.value)
		if err != nil {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		if string(got) != tt.want {
			t.Errorf("%s:\n%s", tt.path, got)
		}
	}
	for _, path := range []string{"accounts", "sql", "name.x", "", "a..b", "accounts.7.name"} {
		if got, err := Set([]byte(file), path, "x"); err == nil {
			t.Errorf("%q: no error, gave\n%s", path, got)
		}
	}
	for in, want := range map[string]string{"": "a: b\n", "# c": "# c\na: b\n", "x: 1": "x: 1\na: b", "x: 1\r\n": "x: 1\r\na: b\r\n", "\ufeffa: c\n": "\ufeffa: b\n"} {
		if got, err := Set([]byte(in), "a", "b"); err != nil || string(got) != want {
			t.Errorf("%q: got %q %v, want %q", in, got, err, want)
		}
	}
}

func indexOf(s, old string) int {
	for i := range s {
		if len(s)-i >= len(old) && s[i:i+len(old)] == old {
			return i
		}
	}
	panic("not in the file: " + old)
}

// Whatever is set is read back, and nothing else has changed.
func FuzzSet(f *testing.F) {
	for _, s := range []string{"", "x", "1.10", "yes", "null", "~", "- a", "a: b", "#", " a", "汉字", "a\nb", "\u2028", "'", "0x1F", "2026-10-01", "=", "<<", "\u0000", "..."} {
		f.Add("a: 1\nb: [x, y] # c\n", s)
	}
	f.Fuzz(func(t *testing.T, file, value string) {
		out, err := Set([]byte(file), "b", value)
		if err != nil {
			return
		}
		before, _ := parse("", []byte(file))
		after, bad := parse("", out)
		if bad != nil {
			t.Fatal(bad)
		}
		if got := after.Get("b").Any(); got != any(value) {
			t.Fatalf("wrote %q, read %q", value, got)
		}
		for _, e := range before.Entries() {
			if e.Key.Value != "b" && !reflect.DeepEqual(e.Value.Any(), after.Get(e.Key.Value).Any()) {
				t.Fatalf("%s changed", e.Key.Value)
			}
		}
	})
}
