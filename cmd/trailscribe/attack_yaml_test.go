package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/config"
	"trailscribe/queries"
	"trailscribe/reports"
	"trailscribe/templates"
)

// readsYAML is a kind of file of a user's, and what reads it. LIB and FILE are put in.
type readsYAML struct {
	file string // below the folder of the try
	args []string
}

// yamlReaders are ordered as docs/configuration.md has them.
var yamlReaders = []readsYAML{
	{"trailscribe.yaml", []string{"config", "show"}},
	{"lib/queries/zz/attack.yaml", []string{"query", "lint", "--library", "lib", "zz/attack"}},
	{"lib/queries/root/console-login_test.yaml", []string{"query", "test", "--library", "lib", "root/console-login"}},
	{"lib/reports/attack.yaml", []string{"report", "show", "--library", "lib", "attack"}},
	{"lib/reports/frameworks/attack.yaml", []string{"query", "list", "--library", "lib"}},
	{"lib/reports/calendars/weekdays.yaml", []string{"report", "run", "cis-aws", "--library", "lib", "--source", ".", "--dry-run"}},
	{"lib/templates/themes/navy.yaml", []string{"report", "render", "RUN", "--out", "again", "--library", "lib"}},
	{"lib/templates/lang/en/messages.yaml", []string{"report", "run", "cis-aws", "--library", "lib", "--source", ".", "--dry-run"}},
}

// yamlBombs, made only where they are used, since the processes of the campaign are this program too, grow, nest, refer to themselves,
// name types of other languages, or are not text.
var yamlBombs = map[string]func() string{
	"laughs":         func() string { return laughs(10) },
	"laughs in keys": func() string { return strings.ReplaceAll(laughs(10), "- *", "- ? *") },
	"one anchor 10,000 times": func() string {
		return "a: &a \"" + strings.Repeat("x", 100_000) + "\"\nb:\n" + strings.Repeat("  - *a\n", 10_000)
	},
	"an anchor in itself":      func() string { return "a: &a [*a, *a]\n" },
	"an anchor in its mapping": func() string { return "a: &a {b: *a, <<: *a}\n" },
	"merges of merges":         func() string { return "a: &a {x: 1}\n" + merges(2000) },
	"lists 100,000 deep":       func() string { return strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) },
	"lists that do not close":  func() string { return strings.Repeat("[", 1_000_000) },
	"mappings 100,000 deep":    func() string { return strings.Repeat("{a: ", 100_000) + "1" + strings.Repeat("}", 100_000) },
	"dashes 100,000 deep":      func() string { return strings.Repeat("- ", 100_000) + "x\n" },
	"indents 3,000 deep":       func() string { return ladder(3000) },
	"questions 10,000 deep":    func() string { return strings.Repeat("? ", 10_000) + "x\n" },
	"a million keys":           func() string { return keys(1_000_000) },
	"a key of 5 MB":            func() string { return strings.Repeat("k", 5<<20) + ": 1\n" },
	"a text of 7 MB":           func() string { return "a: \"" + strings.Repeat("x", 7<<20) + "\"\n" },
	"a text of 100 MB":         func() string { return "a: \"" + strings.Repeat("x", 100<<20) + "\"\n" },
	"zeros":                    func() string { return strings.Repeat("\x00", 1<<20) },
	"a comment of 7 MB":        func() string { return "#" + strings.Repeat("x", 7<<20) + "\n" },
	"a million comments":       func() string { return strings.Repeat("#\n", 1_000_000) },
	"a million documents":      func() string { return strings.Repeat("---\n", 1_000_000) },
	"two documents":            func() string { return "id: a\n---\nid: b\n" },
	"a tag of Python":          func() string { return "a: !!python/object/apply:os.system [\"touch zq\"]\n" },
	"a tag of JavaScript":      func() string { return "a: !<tag:yaml.org,2002:js/function> 'function(){}'\n" },
	"binary":                   func() string { return "a: !!binary \"" + strings.Repeat("QUJD", 100_000) + "\"\n" },
	"an include":               func() string { return "a: !include ../canary/etc/passwd\nb: !!file ../canary/etc/passwd\n" },
	"numbers without measure": func() string {
		return "a: 1e99999999\nb: 0x" + strings.Repeat("f", 100_000) + "\nc: " + strings.Repeat("9", 100_000) + "\nd: .inf\ne: 1:99:99\n"
	},
	"times without measure":      func() string { return "a: 9999999-99-99\nb: 2026-02-30\nc: 0000-00-00T99:99:99Z\n" },
	"a version of YAML":          func() string { return "%YAML 9.9\n%TAG ! tag:x,2000:\n---\na: 1\n" },
	"bytes that are not UTF-8":   func() string { return "a: \"\xff\xfe\xc0\x80\xed\xa0\x80\"\n" },
	"UTF-16":                     func() string { return "\xff\xfea\x00:\x00 \x001\x00\n\x00" },
	"only a byte order mark":     func() string { return "\ufeff" },
	"tabs":                       func() string { return "a:\n\t- b\n\t\tc: d\n" },
	"keys that stand twice":      func() string { return "id: a\nid: b\n<<: {id: c}\n" },
	"keys that are not texts":    func() string { return "{[a, b]: 1, {c: d}: 2, null: 3, ~: 4, true: 5}\n" },
	"aliases of nothing":         func() string { return "a: *zq\n<<: *zr\n" },
	"a block with a wide indent": func() string { return "a: |9\n         x\nb: >-99\n  x\n" },
	"quotes that do not close":   func() string { return "a: \"" + strings.Repeat("\\u0041", 500_000) },
	"escapes":                    func() string { return "a: \"" + strings.Repeat(`\U0001F600\x00\u202e\e[2J`, 50_000) + "\"\n" },
	"nothing":                    func() string { return "" },
	"null":                       func() string { return "null\n" },
	"a list":                     func() string { return "- a\n- b\n" },
	"a text":                     func() string { return "text\n" },
	"colons":                     func() string { return strings.Repeat("a: ", 100_000) + "\n" },
	"commas":                     func() string { return "[" + strings.Repeat(",", 500_000) + "]" },
	"ampersands":                 func() string { return strings.Repeat("&a ", 100_000) + "x\n" },
	"exclamation marks":          func() string { return strings.Repeat("!a ", 100_000) + "x\n" },
}

func laughs(n int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 [lol]\n")
	for i := range n {
		fmt.Fprintf(&b, "a%d: &a%[1]d\n%s", i+1, strings.Repeat(fmt.Sprintf("  - *a%d\n", i), 10))
	}
	return b.String()
}

func merges(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "m%d: &m%[1]d\n  <<: [*a, *a%s]\n", i, map[bool]string{true: fmt.Sprintf(", *m%d, *m%[1]d", i-1)}[i > 0])
	}
	return b.String()
}

func ladder(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func keys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	return b.String()
}

// Files of YAML that are made to fill memory, to take for ever or to run something are refused with a short message.
func TestAttackYAMLBombs(t *testing.T) {
	names := slices.Sorted(maps.Keys(yamlBombs))
	attack{name: "YAML bombs: aliases, depth, size, tags, bytes, in 8 kinds of files", whole: 3 * len(names), sample: 2, try: func(t *try) {
		folder, name, x := t.TempDir(), choose(t, names), yamlReaders[t.IntN(len(yamlReaders))]
		at := filepath.Join(folder, filepath.FromSlash(x.file))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(yamlBombs[name]()), 0o644)); err != nil {
			t.Fatal(err)
		}
		e, peak := t.measured(command(t.Context(), folder, t.reading(x)...), 2<<10, exitDone, exitError, exitUsage)
		t.count(fmt.Sprintf("exit %d", e.code))
		t.most("MiB", peak)
		t.Logf("%s in %s: exit code %d, %d MiB, %.1f s", name, x.file, e.code, peak, e.took.Seconds())
		if peak > refusing {
			t.Errorf("%s in %s: %d MiB", name, x.file, peak)
		}
		if n := len(e.out) + len(e.err); n > 1<<20 && e.code == exitUsage {
			t.Errorf("%s in %s: the message has %d bytes", name, x.file, n)
		}
		plain(t, e)
		if strings.Contains(e.out+e.err, canaryText) {
			t.Errorf("%s in %s: a file outside was read:\n%s", name, x.file, e.err)
		}
		if _, err := os.Lstat(filepath.Join(folder, "zq")); err == nil {
			t.Errorf("%s in %s ran something", name, x.file)
		}
	}}.run(t)
}

// reading are the arguments that read a kind of file.
func (t *try) reading(x readsYAML) []string {
	args := slices.Clone(x.args)
	if i := slices.Index(args, "RUN"); i >= 0 {
		attackGround(t)
		args[i], _ = sealed()
	}
	return args
}

// Files of the library that are altered somewhere are read, or refused with their name and the place; nothing panics.
func TestAttackAlteredYAML(t *testing.T) {
	attack{name: "files of configuration and library altered somewhere", whole: 300, sample: 6, try: func(t *try) {
		folder, x := t.TempDir(), yamlReaders[t.IntN(6)]
		text := t.altered(t.shippedYAML(x.file))
		at := filepath.Join(folder, filepath.FromSlash(x.file))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
		args := slices.Clone(x.args)
		code, out, said := inProcessIn(t, folder, args...)
		plain(t, ended{out: out, err: said})
		t.count(fmt.Sprintf("exit %d", code))
		switch {
		case code != exitDone && code != exitUsage && !(code == exitError && args[1] == "test"): // a case that fails
			t.Errorf("%q: exit code %d\n%s\n--- of\n%s", args, code, said, text)
		case code == exitUsage && !strings.Contains(out+said, filepath.Base(x.file)):
			t.Errorf("%q: the message does not name the file\n%s\n--- of\n%s", args, said, text)
		}
	}}.run(t)
}

// shippedYAML is a good file of a kind.
func (t *try) shippedYAML(file string) string {
	t.Helper()
	read := func(fsys fs.FS, names ...string) string {
		return string(must(fs.ReadFile(fsys, names[t.IntN(len(names))])))
	}
	switch {
	case file == config.FileName:
		var b strings.Builder // every setting switched on
		for _, line := range strings.Split(config.Template(), "\n") {
			if rest, ok := strings.CutPrefix(line, "# "); ok && strings.Contains(rest, ":") && t.IntN(2) == 0 {
				line = rest
			}
			b.WriteString(line + "\n")
		}
		return b.String()
	case strings.HasSuffix(file, "_test.yaml"):
		return read(queries.FS, "root/console-login_test.yaml")
	case strings.Contains(file, "/queries/"):
		all := must(fs.Glob(queries.FS, "*/*.yaml"))
		all = slices.DeleteFunc(all, func(name string) bool { return strings.HasSuffix(name, "_test.yaml") })
		name := all[t.IntN(len(all))]
		return strings.Replace(read(queries.FS, name), "id: "+strings.TrimSuffix(name, ".yaml"), "id: zz/attack", 1)
	case strings.Contains(file, "/frameworks/"):
		return read(reports.FS, must(fs.Glob(reports.FS, "frameworks/*.yaml"))...)
	case strings.Contains(file, "/calendars/"):
		return read(reports.FS, "calendars/weekdays.yaml")
	case strings.Contains(file, "/themes/"):
		return read(templates.FS, "themes/navy.yaml")
	case strings.Contains(file, "/lang/"):
		return read(templates.FS, "lang/en/messages.yaml")
	}
	name := must(fs.Glob(reports.FS, "*.yaml"))[0]
	return strings.Replace(read(reports.FS, name), "id: "+strings.TrimSuffix(name, ".yaml"), "id: attack", 1)
}

// oddValues are put in the place of values and keys.
var oddValues = []string{
	"", "~", "null", "[]", "{}", "[[]]", "{a: {b: c}}", "[a, b]", "\"\"", "0", "-1", "1e999", "true", "2026-02-30", "*zq", "&zq x", "!!int x",
	"!zq x", "|\n  x",
	"\"\\u0000\"", "\"\\e[2J\"", "../../canary/etc/passwd", "'''", "\"", ":", "- -", "? x", "@", "`", "%", "\t", "é", "\"\\ud800\"",
	"<<: {a: b}", "99999999999999999999",
	"\"" + strings.Repeat("x", 10_000) + "\"",
}

// altered changes one to three lines of a text.
func (t *try) altered(text string) string {
	lines := strings.Split(text, "\n")
	for range 1 + t.IntN(3) {
		i := t.IntN(len(lines))
		key, value, pair := strings.Cut(lines[i], ": ")
		odd := oddValues[t.IntN(len(oddValues))]
		switch t.IntN(8) {
		case 0:
			lines = slices.Delete(lines, i, i+1)
		case 1:
			lines = slices.Insert(lines, i, lines[i])
		case 2:
			lines[i] = " " + lines[i]
		case 3:
			lines[i] = strings.TrimPrefix(lines[i], " ")
		case 4:
			j := t.IntN(len(lines))
			lines[i], lines[j] = lines[j], lines[i]
		case 5:
			lines[i] = strings.Replace(lines[i], strings.TrimSpace(lines[i]), odd, 1)
		default:
			if pair && t.IntN(4) > 0 {
				lines[i] = key + ": " + odd
			} else if pair {
				lines[i] = odd + ": " + value
			} else {
				lines[i] += odd
			}
		}
		if len(lines) == 0 {
			lines = []string{""}
		}
	}
	return strings.Join(lines, "\n")
}
