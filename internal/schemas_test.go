package internal_test

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"trailscribe/internal/config"
	"trailscribe/internal/framework"
	"trailscribe/internal/period"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/style"
	"trailscribe/internal/yaml"
)

var updateSchemas = flag.Bool("update", false, "write templates/schemas anew from the shapes")

// offered are the formats of runs: those of the program, which a test of cmd/trailscribe compares with the schemas that are kept.
var offered = yaml.Choice{Names: []string{"pdf", "xlsx", "json", "csv", "csv-safe"}, Usual: []string{"pdf", "xlsx"}}

// The file formats with their schema, the files that are of it, and text of each that a schema must refuse.
var formats = []struct {
	name   string
	shape  *yaml.Shape
	files  string // glob from the project's root
	except string
	wrong  string
}{
	{"query", query.Shape(), "queries/*/*.yaml", "_test.yaml",
		"id: a/b\ntitle: T\nquestion: Q\nkind: exeption\nlog_scope: [management]\nwhy: W\ncolumns: [{name: n, label: N, type: text}]\nsql: S\n"},
	{"query-test", query.CaseShape(), "queries/*/*_test.yaml", "", "cases: [{name: x}]\n"},
	{"report", report.Shape(offered), "reports/*.yaml", "", "id: r\ntitle: T\nsection: []\n"},
	{"framework", framework.Shape(), "reports/frameworks/*.yaml", "",
		"id: x\ntitle: T\nversion: 5.0\npublisher: P\ncontrols: [{id: \"1\", name: n, family: f, strength: full}]\n"},
	{"calendar", period.CalendarShape(), "reports/calendars/*.yaml", "", "id: x\ntitle: T\nweekend: [funday]\n"},
	{"config", config.Shape(offered), "", "", "engine: trino\n"},
	{"messages", style.MessageShape(), "templates/lang/*/messages.yaml", "", "a: [b]\n"},
	{"language-format", style.FormatShape(), "templates/lang/*/format.yaml", "", "months: [January]\n"},
	{"theme", style.ThemeShape(), "templates/themes/*.yaml", "", "name: x\ncolors: {navy: blue}\n"},
}

// Each schema is what its shape gives, is a valid schema of draft 2020-12, accepts every shipped file and refuses a wrong one.
func TestSchemas(t *testing.T) {
	for _, f := range formats {
		t.Run(f.name, func(t *testing.T) {
			text := f.shape.JSONSchema()
			file := filepath.Join("..", "templates", "schemas", f.name+".schema.json")
			if *updateSchemas {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if old, err := os.ReadFile(file); err != nil || !bytes.Equal(old, text) {
				t.Errorf("%s is not what the shape gives (%v): go test ./internal -run TestSchemas -update", file, err)
			}
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			c := jsonschema.NewCompiler()
			c.DefaultDraft(jsonschema.Draft2020)
			if err := c.AddResource("x.json", doc); err != nil {
				t.Fatal(err)
			}
			s, err := c.Compile("x.json")
			if err != nil {
				t.Fatal(err)
			}
			validate := func(name string, data []byte) error {
				v, bad := yaml.Decode(name, data, &yaml.Shape{Kind: yaml.Any})
				if bad.Err() != nil {
					t.Errorf("%s: %v", name, bad)
				}
				x, err := jsonschema.UnmarshalJSON(bytes.NewReader(v.JSON()))
				if err != nil {
					t.Fatal(err)
				}
				return s.Validate(x)
			}
			if err := validate("wrong.yaml", []byte(f.wrong)); err == nil {
				t.Error("the schema accepts a wrong file")
			}
			if _, bad := yaml.Decode("wrong.yaml", []byte(f.wrong), f.shape); bad.Err() == nil {
				t.Error("the shape accepts a wrong file")
			}
			root := os.DirFS("..")
			names, err := fs.Glob(root, f.files)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				if f.except != "" && strings.HasSuffix(name, f.except) {
					continue
				}
				data, err := fs.ReadFile(root, name)
				if err != nil {
					t.Fatal(err)
				}
				if err := validate(name, data); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// A file that names a schema for editors must name one that is there.
func TestModelines(t *testing.T) {
	root := os.DirFS("..")
	for _, dir := range []string{"queries", "reports", "templates"} {
		err := fs.WalkDir(root, dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yaml") {
				return err
			}
			data, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			first, _, _ := strings.Cut(string(data), "\n")
			if ref, ok := strings.CutPrefix(first, "# yaml-language-server: $schema="); ok {
				if _, err := fs.Stat(root, path.Join(path.Dir(name), ref)); err != nil {
					t.Errorf("%s names the schema %s: %v", name, ref, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

var modeline = regexp.MustCompile(`(?m)^# yaml-language-server: \$schema=(\S+)$`)

// Every shipped file, and every example of the pages, names the schema that an editor completes it from.
func TestFilesNameTheirSchema(t *testing.T) {
	for _, f := range formats {
		files, err := filepath.Glob(filepath.Join("..", f.files))
		if err != nil || f.files == "" {
			continue
		}
		for _, file := range files {
			if f.except != "" && strings.HasSuffix(file, f.except) {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m := modeline.FindSubmatch(text)
			if m == nil {
				t.Errorf("%s names no schema", file)
				continue
			}
			want := filepath.Join("..", "templates", "schemas", f.name+".schema.json")
			if got := filepath.Join(filepath.Dir(file), string(m[1])); got != want {
				t.Errorf("%s names %s, want %s", file, got, want)
			}
		}
	}
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?m)^```yaml.*\n(# .*\\.yaml)\n(.*)\n").FindAllStringSubmatch(string(text), -1) {
			if !modeline.MatchString(m[2]) {
				t.Errorf("%s: the example %q names no schema in its second line", page, m[1])
			}
		}
	}
}
