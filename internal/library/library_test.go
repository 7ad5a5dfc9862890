package library_test

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/library"
	"trailscribe/queries"
	"trailscribe/reports"
	"trailscribe/templates"
)

func layer(origin library.Origin, files ...string) library.Layer {
	m := fstest.MapFS{}
	for _, f := range files {
		m[f] = &fstest.MapFile{Data: []byte(string(origin) + " " + f)}
	}
	return library.Layer{Origin: origin, FS: m}
}

func paths(files []library.File) []string {
	var out []string
	for _, f := range files {
		out = append(out, f.Path+" from "+string(f.Origin)+" over "+string(f.Hides))
	}
	return out
}

func TestLayers(t *testing.T) {
	l, bad := library.Open(
		layer("built in", "queries/root/a.yaml", "queries/root/a_test.yaml", "queries/root/b.yaml", "queries/root/b_test.yaml", "reports/r.yaml",
			"queries/root/.hidden.yaml", "queries/queries.go", "other/x.yaml"),
		layer("one", "queries/root/a.yaml", "reports/r.yaml"),
		layer("two", "queries/root/b.yaml", "queries/root/b_test.yaml", "queries/root/a.yaml"),
	)
	if bad != nil {
		t.Fatal(bad)
	}
	want := []string{
		"queries/root/a.yaml from two over one", // the last layer wins; its cases are gone with the query they belonged to
		"queries/root/b.yaml from two over built in",
		"queries/root/b_test.yaml from two over built in",
	}
	if diff := cmp.Diff(want, paths(l.Glob("queries/*/*.yaml"))); diff != "" {
		t.Error(diff)
	}
	f, ok := l.File("queries/root/a.yaml")
	if !ok || string(f.Data) != "two queries/root/a.yaml" || f.SHA256 != sha256.Sum256(f.Data) {
		t.Errorf("%+v", f)
	}
	for _, name := range []string{"queries/root/a_test.yaml", "queries/root/.hidden.yaml", "queries/queries.go", "other/x.yaml", "queries",
		"../x", ""} {
		if _, ok := l.File(name); ok {
			t.Errorf("%q is in the library", name)
		}
	}
	if got := l.Glob("[" /* no pattern */); got != nil {
		t.Error(got)
	}
	if diff := cmp.Diff([]string{"reports/r.yaml"}, l.Paths("reports")); diff != "" {
		t.Error(diff)
	}
}

// A layer may replace the cases alone: they then test the query as it is.
func TestCasesAlone(t *testing.T) {
	l, _ := library.Open(layer("built in", "queries/root/a.yaml", "queries/root/a_test.yaml"), layer("mine", "queries/root/a_test.yaml"))
	want := []string{"queries/root/a.yaml from built in over ", "queries/root/a_test.yaml from mine over built in"}
	if diff := cmp.Diff(want, paths(l.Glob("queries/root/*"))); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyLayer(t *testing.T) {
	_, bad := library.Open(layer("nothing", "logs/x.json"))
	if len(bad) != 1 || !bad[0].Warning || !strings.Contains(bad.Error(), "holds none of queries/") {
		t.Error(bad)
	}
}

// An unreadable file is a problem, not a file that is not there.
func TestUnreadable(t *testing.T) {
	_, bad := library.Open(library.Layer{Origin: "mine", FS: broken{fstest.MapFS{"queries/root/a.yaml": {Data: []byte("x")}}}})
	if bad.Err() == nil || !strings.Contains(bad.Error(), "reading queries/root/a.yaml of the library (mine): disk") {
		t.Error(bad)
	}
}

type broken struct{ fstest.MapFS }

func (b broken) Open(name string) (fs.File, error) {
	f, err := b.MapFS.Open(name)
	if info, e := fs.Stat(b.MapFS, name); e == nil && info.Mode().IsRegular() {
		return torn{f}, nil
	}
	return f, err
}

type torn struct{ fs.File }

func (torn) Read([]byte) (int, error) { return 0, errors.New("disk") }

// A link in the user's folder is followed to a file; a link that leads nowhere is a problem.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "reports"), 0o755); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(dir, "target.yaml")
	if err := os.WriteFile(target, []byte("id: x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, filepath.Join(dir, "reports", "x.yaml")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "reports", "y.yaml")); err != nil {
		t.Skip(err)
	}
	l, bad := library.Open(library.Layer{Origin: "mine", FS: os.DirFS(dir)})
	if _, ok := l.File("reports/x.yaml"); !ok {
		t.Error("the link was not followed")
	}
	if len(bad) != 1 || !strings.Contains(bad.Error(), "reports/y.yaml") {
		t.Error(bad)
	}
}

func TestEmbedded(t *testing.T) {
	all, bad := library.Open(library.Embedded(queries.FS, reports.FS, templates.FS, true))
	if bad != nil {
		t.Fatal(bad)
	}
	if len(all.Glob("reports/calendars/*.yaml")) < 5 {
		t.Error("the calendars are not embedded")
	}
	font, ok := all.File("templates/fonts/DroidSansFallbackFull.ttf")
	if !ok || len(font.Data) < 1<<21 || font.Origin != library.BuiltIn {
		t.Error("the fonts are not embedded")
	}
	none, bad := library.Open(library.Embedded(queries.FS, reports.FS, templates.FS, false))
	if bad != nil {
		t.Fatal(bad)
	}
	if n := len(none.Glob("queries/*/*")) + len(none.Glob("reports/*.yaml")); n != 0 {
		t.Errorf("%d built-in queries and reports are left", n)
	}
	if len(none.Glob("reports/calendars/*.yaml")) < 5 || len(none.Glob("templates/themes/*")) == 0 {
		t.Error("calendars and themes must stay")
	}
}

// A problem in a user's file must name a path that an editor can open.
func TestName(t *testing.T) {
	for want, f := range map[string]library.File{
		"queries/a/b.yaml":          {Path: "queries/a/b.yaml", Origin: library.BuiltIn},
		"queries/a/c.yaml":          {Path: "queries/a/c.yaml"}, // a saved run
		"audit/queries/a/b.yaml":    {Path: "queries/a/b.yaml", Origin: "audit"},
		"../audit/queries/a/b.yaml": {Path: "queries/a/b.yaml", Origin: "../audit/"},
		"C:/audit/queries/a/b.yaml": {Path: "queries/a/b.yaml", Origin: `C:\audit`},
	} {
		if got := f.Name(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestMount(t *testing.T) {
	m := library.Embedded(fstest.MapFS{"root/a.yaml": {Data: []byte("x")}}, nil, nil, true).FS
	if b, err := fs.ReadFile(m, "queries/root/a.yaml"); err != nil || string(b) != "x" {
		t.Error(string(b), err)
	}
	for _, name := range []string{"reports/x", "queries/../x", "root/a.yaml"} {
		if _, err := m.Open(name); err == nil {
			t.Errorf("%s opens", name)
		}
	}
}
