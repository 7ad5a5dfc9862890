package internal_test

import (
	"cmp"
	"flag"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	yaml3 "gopkg.in/yaml.v3"

	"trailscribe/internal/config"
	"trailscribe/internal/diag"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/period"
	"trailscribe/internal/query"
	"trailscribe/internal/relation"
	"trailscribe/internal/report"
	"trailscribe/internal/style"
	"trailscribe/internal/yaml"
)

// definitions loads files of every format through the loader that the program uses for it.
type definitions struct {
	t          *testing.T
	root       fs.FS
	frameworks framework.Set
	queries    *query.Set
	relation   *relation.Definition
	base       map[string][]byte // what themes, languages and reports are loaded with
	dir        string
}

func newDefinitions(t *testing.T) *definitions {
	t.Helper()
	d := &definitions{t: t, root: os.DirFS(".."), base: map[string][]byte{}, dir: t.TempDir()}
	l, bad := library.Open(library.Layer{Origin: library.BuiltIn, FS: d.root})
	if bad != nil {
		t.Fatal(bad)
	}
	if d.frameworks, bad = framework.Load(l); bad != nil {
		t.Fatal(bad)
	}
	if d.queries, bad = query.Load(l, d.frameworks); bad != nil {
		t.Fatal(bad)
	}
	if d.relation, bad = relation.Load(l); bad != nil {
		t.Fatal(bad)
	}
	d.base["templates/lang/en/messages.yaml"] = []byte("report: {title: {one: \"{n} row\", other: \"{n} rows\"}}\n")
	for _, p := range l.Paths("templates") {
		if strings.HasPrefix(p, "templates/fonts/") {
			d.base[p] = []byte("a font") // its name is what counts
		} else if f, ok := l.File(p); ok && path.Base(p) == "format.yaml" || path.Dir(p) == "templates/themes" {
			d.base[p] = f.Data
		}
	}
	return d
}

// library is one file over those of the base that it needs.
func (d *definitions) library(name, text string) *library.Library {
	files := fstest.MapFS{}
	if !strings.HasPrefix(name, "queries/") {
		for p, data := range d.base {
			files[p] = &fstest.MapFile{Data: data}
		}
	}
	if strings.HasSuffix(name, "_test.yaml") {
		files[strings.TrimSuffix(name, "_test.yaml")+".yaml"] = &fstest.MapFile{Data: []byte("id: a/b\n")}
	}
	files[name] = &fstest.MapFile{Data: []byte(text)}
	l, bad := library.Open(library.Layer{Origin: library.BuiltIn, FS: files})
	if bad != nil {
		d.t.Fatal(bad)
	}
	return l
}

// load gives what the program says about a file, and uses what it accepts as the program would.
func (d *definitions) load(name, text string) diag.Problems {
	switch dir := strings.Split(name, "/"); {
	case name == config.FileName:
		file := filepath.Join(d.dir, config.FileName)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			d.t.Fatal(err)
		}
		c, bad := config.Load(config.Options{Path: file, Formats: offered})
		if c != nil {
			c.Resolve(config.Request{}).Show()
			c.Facts()
			c.Athena.First()
		}
		return bad
	case strings.HasSuffix(name, "_test.yaml"):
		id := strings.TrimSuffix(strings.TrimPrefix(name, "queries/"), "_test.yaml")
		q, ok := d.queries.Get(id)
		if !ok {
			d.t.Fatalf("no query %s", id)
		}
		l, bad := query.Load(d.library(name, text), d.frameworks)
		if bad.Err() == nil {
			d.t.Fatal("the query of cases was accepted")
		}
		cases, bad := l.Cases(q)
		query.Covered(cases)
		return bad
	case dir[0] == "queries":
		set, bad := query.Load(d.library(name, text), d.frameworks)
		for _, q := range set.Queries {
			checked, more := q.Compile(d.relation.Catalog())
			bad = append(bad, more...)
			if checked != nil {
				bad = append(bad, q.LintRecurs(checked.Columns())...)
			}
		}
		return bad
	case strings.HasPrefix(name, "reports/frameworks/"):
		set, bad := framework.Load(d.library(name, text))
		for _, f := range set {
			f.Serves(map[string][]string{f.ID: {"1"}})
		}
		// What a framework says of others depends on which are there.
		return slices.DeleteFunc(bad, func(p diag.Problem) bool { return strings.Contains(p.Text, "there is no framework") })
	case strings.HasPrefix(name, "reports/calendars/"):
		c, bad := period.LoadCalendar(name, []byte(text))
		if c != nil {
			c.Covers(period.Period{From: time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 10, 4, 0, 0, 0, 0, time.UTC),
				Zone: "UTC"})
		}
		return bad
	case dir[0] == "reports":
		l := d.library(name, text)
		r, bad := report.Load(l, strings.TrimSuffix(dir[1], ".yaml"), d.queries, d.frameworks, offered)
		if r != nil {
			r.Queries()
		}
		return bad
	case strings.HasPrefix(name, "templates/themes/"):
		t, bad := style.LoadTheme(d.library(name, text), strings.TrimSuffix(dir[2], ".yaml"))
		if t != nil {
			t.On(t.Heat[0])
		}
		return bad
	case strings.HasPrefix(name, "templates/lang/"):
		l, bad := style.LoadLanguage(d.library(name, text), "en")
		if l != nil && bad.Err() == nil {
			at := time.Date(2026, 10, 3, 7, 0, 0, 0, time.UTC)
			_ = l.Day(at) + l.Span(at, at.AddDate(0, 3, 0)) + l.Bytes(1<<62) + l.Percent(0.31) + l.Float(1234567.891, 2) + l.Number(-1234567) +
				l.List([]string{"a", "b", "c"})
			l.Say("report.title", "n", 2)
		}
		return bad
	}
	d.t.Fatalf("%s is of no format that has a loader", name)
	return nil
}

// switchedOn is the template of the configuration with all settings in force and without what explains them.
func switchedOn() string {
	var on strings.Builder
	for line := range strings.Lines(config.Template()) {
		if setting := strings.TrimPrefix(line, "#"); !strings.HasPrefix(setting, " ") || strings.HasPrefix(setting, "  ") {
			on.WriteString(setting)
		}
	}
	return on.String()
}

// shipped are all YAML files that come with the program, and the template of the configuration.
func (d *definitions) shipped() map[string]string {
	files := map[string]string{config.FileName: switchedOn()}
	for _, dir := range []string{"queries", "reports", "templates"} {
		err := fs.WalkDir(d.root, dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(name, ".yaml") {
				return err
			}
			data, err := fs.ReadFile(d.root, name)
			files[name] = string(data)
			return err
		})
		if err != nil {
			d.t.Fatal(err)
		}
	}
	return files
}

// check loads one text and says what is wrong with how it was received: a panic, a problem without a place, or none where there must be
// one.
func (d *definitions) check(name, text string, mustFail bool) (wrong string, bad diag.Problems) {
	defer func() {
		if r := recover(); r != nil {
			wrong = fmt.Sprintf("panic: %v", r)
		}
	}()
	bad = d.load(name, text)
	if mustFail && bad.Err() == nil {
		return "it is accepted", bad
	}
	lines := strings.Split(text, "\n")
	for _, p := range bad {
		switch at := p.At; {
		case p.Text == "" || p.Rule == "" && !strings.HasPrefix(name, "queries/"):
			return fmt.Sprintf("a problem without text or rule: %#v", p), bad
		case at.File == "" || at.Line < 1 || at.Col < 1:
			return fmt.Sprintf("a problem without a place: %#v", p), bad
		case at.Line > len(lines) || at.Col > len([]rune(lines[at.Line-1]))+1:
			return fmt.Sprintf("a place outside the file: %v", p), bad
		}
	}
	return "", bad
}

var everyNth = flag.Int("nth", 3, "of the mutations of a kind of node, try each n-th; 1: all, as make fuzz does")

// Whatever stands anywhere in a definition: no panic, and each problem has a place in the file. Each kind of node of each format becomes
// what mutations knows, in the smallest file that has such a node; of the other nodes of all files some become something.
func TestDefinitionsMutated(t *testing.T) {
	d := newDefinitions(t)
	files := d.shipped()
	names := slices.SortedFunc(maps.Keys(files), func(a, b string) int { return cmp.Or(len(files[a])-len(files[b]), strings.Compare(a, b)) })
	seen := map[string]bool{}
	loads := 0
	for _, name := range names {
		if wrong, bad := d.check(name, files[name], false); wrong != "" || bad != nil {
			t.Fatalf("%s as it is shipped: %s %v", name, wrong, bad)
		}
		var doc yaml3.Node
		if err := yaml3.Unmarshal([]byte(files[name]), &doc); err != nil {
			t.Fatal(err)
		}
		shape := shapeOf(name)
		for i, s := range sites(&doc, shape) {
			class := fmt.Sprintf("%p%s", shape, s.class)
			first := !seen[class]
			seen[class] = true
			for j, m := range mutations {
				if s.key && !m.key || !(first && (j+len(seen))%*everyNth == 0) && j != pick(name, i) {
					continue
				}
				text := mutated(&doc, s, m)
				if text == "" {
					continue
				}
				loads++
				if wrong, _ := d.check(name, text, m.bad); wrong != "" {
					t.Errorf("%s: %s becomes %s: %s\n%s", name, s.path, m.name, wrong, text)
				}
			}
		}
	}
	t.Logf("%d mutations in %d files, %d kinds of nodes", loads, len(names), len(seen))
	if loads < 4000 {
		t.Errorf("%d mutations only: the files or their nodes were not found", loads)
	}
}

// shapeOf is the shape of the format that a file is of.
func shapeOf(name string) *yaml.Shape {
	for _, f := range formats {
		if ok, err := path.Match(f.files, name); name == config.FileName && f.name == "config" || err == nil && ok &&
			(f.except == "" || !strings.HasSuffix(name, f.except)) {
			return f.shape
		}
	}
	return nil
}

// pick chooses a mutation for a node, always the same one; for most nodes none.
func pick(name string, i int) int {
	h := fnv.New32a()
	fmt.Fprint(h, name, i)
	return int(h.Sum32() % uint32(8*len(mutations)))
}
