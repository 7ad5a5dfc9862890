package manifest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// folder writes a small finished run and gives its path.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"record.json": "{}\n", "report.pdf": "%PDF", "results/root.console-login.jsonl.gz": "rows",
		"library/queries/root/ünïcode name.yaml": "id: x\n", "sub/manifest.json": "not ours",
	} {
		put(t, dir, name, text)
	}
	seal(t, dir)
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	p := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(name)), 0o755); err != nil {
		t.Fatal(err)
	}
}

func seal(t *testing.T, dir string) *Manifest {
	t.Helper()
	first, err := Build(os.DirFS(dir), Manifest{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, Sums, string(first.SHA256SUMS()))
	m, err := Build(os.DirFS(dir), Manifest{Run: "monthly/2026-10/r1", Evidence: hexSum([]byte("{}\n")),
		Facts: map[string]string{"host": "a", "at": "b"}})
	if err != nil {
		t.Fatal(err)
	}
	added := *first
	added.Files = slices.DeleteFunc(slices.Clone(first.Files), func(f File) bool { return f.Name == Sums })
	if added.Add(Sums, first.SHA256SUMS()); !slices.Equal(added.Files, m.Files) {
		t.Errorf("with %s added the list is %v, built from the folder it is %v", Sums, added.Files, m.Files)
	}
	put(t, dir, Name, string(m.Canonical()))
	return m
}

func TestCanonical(t *testing.T) {
	m := Manifest{Format: Format, Run: "m/2026-10/r1", Evidence: "e", Files: []File{{"a<b>.pdf", "application/pdf", 3, "00"}},
		Facts: map[string]string{"z": "1", "a": "2"}}
	want := `{
  "format": "trailscribe-manifest/2",
  "run": "m/2026-10/r1",
  "evidence": "e",
  "previous": "",
  "files": [
    {
      "name": "a<b>.pdf",
      "type": "application/pdf",
      "size": 3,
      "sha256": "00"
    }
  ],
  "facts": {
    "a": "2",
    "z": "1"
  }
}
`
	if got := string(m.Canonical()); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestBuildAndCheck(t *testing.T) {
	dir := folder(t)
	m, wrong, err := Check(os.DirFS(dir), nil)
	if err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
	var names []string
	for _, f := range m.Files {
		names = append(names, f.Name+" "+f.Type)
	}
	want := []string{"SHA256SUMS text/plain", "library/queries/root/ünïcode name.yaml application/yaml", "record.json application/json",
		"report.pdf application/pdf", "results/root.console-login.jsonl.gz application/gzip", "sub/manifest.json application/json"}
	if !reflect.DeepEqual(names, want) {
		t.Errorf("files %q", names)
	}
	if m.Digest() != hexSum(m.Canonical()) || len(m.Digest()) != 64 {
		t.Error(m.Digest())
	}
}

func TestSumsForSha256sum(t *testing.T) {
	tool, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("no sha256sum here")
	}
	dir := folder(t)
	cmd := exec.Command(tool, "--strict", "-c", Sums)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Count(out, []byte(": OK")) != 5 {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestCheckFinds(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(t *testing.T, dir string)
		want   []string
	}{
		{"changed", func(t *testing.T, dir string) { put(t, dir, "report.pdf", "%PDf") }, []string{"changed report.pdf"}},
		{"longer", func(t *testing.T, dir string) { put(t, dir, "report.pdf", "%PDF ") }, []string{"changed report.pdf"}},
		{"missing", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "report.pdf")) }, []string{"missing report.pdf"}},
		{"extra", func(t *testing.T, dir string) { put(t, dir, "results/b.jsonl.gz", "") }, []string{"extra results/b.jsonl.gz"}},
		{"folder in place of a file", func(t *testing.T, dir string) {
			os.Remove(filepath.Join(dir, "report.pdf"))
			put(t, dir, "report.pdf/x", "")
		}, []string{"missing report.pdf", "extra report.pdf/x"}},
		{"link", func(t *testing.T, dir string) {
			os.Rename(filepath.Join(dir, "report.pdf"), filepath.Join(dir, "..", filepath.Base(dir)+".pdf"))
			os.Symlink(filepath.Join(dir, "..", filepath.Base(dir)+".pdf"), filepath.Join(dir, "report.pdf"))
		}, []string{"odd report.pdf"}},
		{"sums", func(t *testing.T, dir string) { put(t, dir, Sums, "") }, []string{"changed SHA256SUMS", "sums SHA256SUMS"}},
		{"empty folder", func(t *testing.T, dir string) { mkdir(t, dir, "results/more/deep") },
			[]string{"empty results/more/", "empty results/more/deep/"}},
		{"empty hidden folder", func(t *testing.T, dir string) { mkdir(t, dir, ".cache") }, []string{"empty .cache/"}},
		{"hidden file", func(t *testing.T, dir string) { put(t, dir, "library/.x", "") }, []string{"extra library/.x"}},
		{"another signature", func(t *testing.T, dir string) { put(t, dir, "record.json.sig", "") }, []string{"extra record.json.sig"}},
		{"signature that is a folder", func(t *testing.T, dir string) { mkdir(t, dir, Signature) }, []string{"empty manifest.json.sig/"}},
		{"record not listed", func(t *testing.T, dir string) {
			os.Remove(filepath.Join(dir, Record))
			seal(t, dir)
		}, []string{"missing record.json"}},
		{"sums not listed", func(t *testing.T, dir string) {
			os.Remove(filepath.Join(dir, Sums))
			m, err := Build(os.DirFS(dir), Manifest{Evidence: hexSum([]byte("{}\n"))})
			if err != nil {
				t.Fatal(err)
			}
			put(t, dir, Name, string(m.Canonical()))
		}, []string{"missing SHA256SUMS"}},
		{"record", func(t *testing.T, dir string) { put(t, dir, Record, "{ }\n"); seal(t, dir) }, []string{"evidence record.json"}},
	} {
		dir := folder(t)
		c.change(t, dir)
		_, wrong, err := Check(os.DirFS(dir), nil)
		var got []string
		for _, w := range wrong {
			got = append(got, w.What+" "+w.Where)
			if w.String() == "" {
				t.Error("no words")
			}
		}
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q (%v), want %q", c.name, got, err, c.want)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for name, fsys := range map[string]fs.FS{
		"backslash":    fstest.MapFS{`a\b`: {}},
		"line feed":    fstest.MapFS{"a\nb": {}},
		"invalid utf8": fstest.MapFS{"a\xffb": {}},
		"link":         fstest.MapFS{"a": {Mode: fs.ModeSymlink, Data: []byte("b")}, "b": {}},
		"device":       fstest.MapFS{"a": {Mode: fs.ModeDevice}},
	} {
		if m, err := Build(fsys, Manifest{}); err == nil {
			t.Errorf("%s: listed %v", name, m.Files)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	sum := strings.Repeat("0", 64)
	file := func(files ...File) []byte {
		return (&Manifest{Format: Format, Files: files}).Canonical()
	}
	good := file(File{"a", "t", 1, sum})
	if _, err := parse(good); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"empty": {}, "other format": (&Manifest{Format: "trailscribe-manifest/3"}).Canonical(),
		"spaces": append([]byte(" "), good...), "second value": append(append([]byte{}, good...), "{}"...),
		"field twice": bytes.Replace(good, []byte(`"run": ""`), []byte(`"run": "a", "run": ""`), 1),
		"up":          file(File{"../a", "t", 1, sum}), "root": file(File{"/a", "t", 1, sum}), "dot": file(File{".", "t", 1, sum}),
		"inner up":  file(File{"a/../b", "t", 1, sum}),
		"backslash": file(File{`..\a`, "t", 1, sum}), "itself": file(File{Name, "t", 1, sum}), "signature": file(File{Signature, "t", 1, sum}),
		"twice": file(File{"a", "t", 1, sum}, File{"a", "t", 1, sum}), "order": file(File{"b", "t", 1, sum}, File{"a", "t", 1, sum}),
		"run before without its name": (&Manifest{Format: Format, Previous: sum}).Canonical(),
		"name without a digest":       (&Manifest{Format: Format, PreviousRun: "m/2026-09/r1"}).Canonical(),
		"first format with a name":    (&Manifest{Format: FirstFormat, Previous: sum, PreviousRun: "m/2026-09/r1"}).Canonical(),
		"size":                        file(File{"a", "t", -1, sum}), "digest": file(File{"a", "t", 1, "zz"}),
		"upper case": file(File{"a", "t", 1, strings.Repeat("A", 64)}),
	} {
		if _, err := parse(b); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	first := (&Manifest{Format: FirstFormat, Previous: sum}).Canonical()
	if m, err := parse(first); err != nil || m.Previous != sum {
		t.Error(err)
	}
	if _, _, err := Check(fstest.MapFS{}, nil); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add((&Manifest{Format: Format, Files: []File{{"a", "t", 1, strings.Repeat("0", 64)}}}).Canonical())
	f.Add((&Manifest{Format: FirstFormat, Previous: "d", Facts: map[string]string{"host": "h"}}).Canonical())
	f.Add([]byte(`{"format":"trailscribe-manifest/1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parse(b)
		if err != nil {
			return
		}
		if !bytes.Equal(m.Canonical(), b) {
			t.Fatalf("%q was read and is written as %q", b, m.Canonical())
		}
		for _, f := range m.Files {
			if !fs.ValidPath(f.Name) || strings.ContainsAny(f.Name, "\\\n") {
				t.Fatalf("the name %q was accepted", f.Name)
			}
		}
	})
}
