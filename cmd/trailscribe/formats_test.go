package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/config"
	"trailscribe/internal/document"
	"trailscribe/internal/export"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
	"trailscribe/internal/style"
)

// headings is a made-up format of a document: its titles and how many rows each table has.
type headings struct{ theme *style.Theme }

func (headings) Format() string  { return "headings" }
func (headings) Files() []string { return []string{"report.headings"} }
func (h headings) Write(_ context.Context, out document.Output, d *document.Document) (document.Written, error) {
	w := document.Written{Files: h.Files(), Rows: map[string]int64{}}
	f, err := out.Create("report.headings")
	if err != nil {
		return w, err
	}
	fmt.Fprintln(f, d.Title)
	for _, s := range d.Sections {
		for _, b := range s.Blocks {
			if t, ok := b.(document.Table); ok && t.Ref != "" {
				w.Rows[t.Ref] += t.Rows.Count()
				fmt.Fprintln(f, t.Ref, t.Rows.Count())
			}
		}
	}
	return w, f.Close()
}

// ids is a made-up format of a run, for programs.
type ids struct{}

func (ids) Format() string            { return "ids" }
func (ids) Files(*run.Saved) []string { return []string{"data/ids.txt"} }
func (x ids) Write(_ context.Context, out export.Output, s *run.Saved) (export.Written, error) {
	w := export.Written{Files: x.Files(s), Rows: map[string]int64{}}
	f, err := out.Create("data/ids.txt")
	if err != nil {
		return w, err
	}
	for _, q := range s.Queries {
		w.Rows[q.ID] = q.Rows
		fmt.Fprintln(f, q.ID)
	}
	return w, f.Close()
}

// A new format is a package and a line of shipped: everything else takes its name from there.
func TestNewFormatIsOneLine(t *testing.T) {
	t.Parallel()
	more := append(slices.Clone(shipped),
		format{name: "headings", document: func(t *style.Theme, _ fs.FS) document.Writer { return headings{t} }},
		format{name: "ids", export: func() export.Writer { return ids{} }})
	dir := t.TempDir()
	logs := filepath.Join(dir, "logs")
	for name, text := range logsForWords {
		if err := os.MkdirAll(logs, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(logs, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"HOME": dir}
	tell := func(all formats, args ...string) (int, string) {
		var out bytes.Buffer
		code := all.main(t.Context(), dir, args, strings.NewReader(""), &out, &out, func(n string) string { return env[n] })
		return code, out.String()
	}
	ask := func(more ...string) []string {
		return append([]string{"report", "run", "s3-activity", "--source", "logs", "--period", "2026-10-05..2026-10-08", "--cache", "cache",
			"--quiet"}, more...)
	}
	written := func(out, how string, names ...string) string {
		t.Helper()
		folders, err := filepath.Glob(filepath.Join(dir, out, "s3-activity", "*", "r1"))
		if err != nil || len(folders) != 1 {
			t.Fatalf("%s: %v, %v", how, folders, err)
		}
		for _, name := range names {
			if data, err := os.ReadFile(filepath.Join(folders[0], name)); err != nil || len(data) == 0 {
				t.Errorf("%s: %v", how, err)
			}
		}
		return folders[0]
	}

	if code, said := tell(more, ask("--out", "by-flag", "--format", "headings,ids")...); code != exitIncomplete {
		t.Fatalf("by a flag: exit code %d\n%s", code, said)
	}
	folder := written("by-flag", "by a flag", "report.headings", "data/ids.txt")

	own, err := fs.ReadFile(builtin(true).FS, "reports/s3-activity.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "lib", "reports"), 0o755); err != nil {
		t.Fatal(err)
	}
	// ownReport is the same report with other formats, or none: then those of the configuration hold.
	ownReport := func(formats string) {
		lines := slices.DeleteFunc(strings.Split(string(own), "\n"), func(l string) bool { return strings.HasPrefix(l, "formats:") })
		if err := os.WriteFile(filepath.Join(dir, "lib", "reports", "s3-activity.yaml"), []byte(strings.Join(lines, "\n")+formats),
			0o644); err != nil {
			t.Fatal(err)
		}
	}
	ownReport("")
	if err := os.WriteFile(filepath.Join(dir, config.FileName), []byte("defaults: {formats: [headings]}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, said := tell(more, ask("--out", "by-config", "--library", "lib")...); code != exitIncomplete {
		t.Fatalf("by the configuration: exit code %d\n%s", code, said)
	}
	written("by-config", "by the configuration", "report.headings")

	env["TRAILSCRIBE_FORMATS"] = "ids"
	if code, said := tell(more, ask("--out", "by-environment")...); code != exitIncomplete {
		t.Fatalf("by the environment: exit code %d\n%s", code, said)
	}
	written("by-environment", "by the environment", "data/ids.txt")
	delete(env, "TRAILSCRIBE_FORMATS")

	ownReport("\nformats: [ids, headings]\n")
	if code, said := tell(more, ask("--out", "by-report", "--library", "lib")...); code != exitIncomplete {
		t.Fatalf("by a report: exit code %d\n%s", code, said)
	}
	written("by-report", "by a report", "report.headings", "data/ids.txt")

	if code, said := tell(more, "report", "render", folder, "--out", "again", "--format", "headings"); code != exitDone {
		t.Errorf("render ends with %d\n%s", code, said)
	}
	if code, said := tell(more, "verify", folder); code != exitDone || !strings.Contains(said, "report.headings") {
		t.Errorf("verify ends with %d\n%s", code, said)
	}
	for _, args := range [][]string{{"schema", "config"}, {"schema", "report"}, {"report", "run", "--help"}, {"report", "render", "--help"},
		{"demo", "--help"}, {"__complete", "report", "run", "--format", ""}} {
		if code, said := tell(more, args...); code != exitDone || !strings.Contains(said, "headings") || !strings.Contains(said, "ids") {
			t.Errorf("%v ends with %d and does not name the formats\n%s", args, code, said)
		}
	}

	// The same names mean nothing to a program without these lines.
	if code, said := tell(shipped, ask("--out", "none")...); code != exitUsage || !strings.Contains(said, `cannot be "headings"`) {
		t.Errorf("a format that is not there: exit code %d\n%s", code, said)
	}
}

// Editors read the schemas of templates/schemas: they name the formats of this program.
func TestSchemasNameTheFormats(t *testing.T) {
	for name, shape := range map[string]interface{ JSONSchema() []byte }{"config": config.Shape(shipped.choice()),
		"report": report.Shape(shipped.choice())} {
		want, err := os.ReadFile(filepath.Join("..", "..", "templates", "schemas", name+".schema.json"))
		if err != nil || !bytes.Equal(want, shape.JSONSchema()) {
			t.Errorf("the schema of %s is kept with other formats: %v", name, err)
		}
	}
	for _, f := range shipped {
		if (f.document == nil) == (f.export == nil) {
			t.Errorf("the format %s is of a document or of a run", f.name)
		}
		if f.document != nil && f.document(nil, nil).Format() != f.name || f.export != nil && f.export().Format() != f.name {
			t.Errorf("the format %s calls itself otherwise", f.name)
		}
	}
}
