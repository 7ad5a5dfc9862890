package dir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/regular"
	"trailscribe/internal/source"
	"trailscribe/internal/source/mem"
	"trailscribe/internal/source/sourcetest"
	"trailscribe/internal/unread"
)

func open(t *testing.T, root string) *Source {
	t.Helper()
	s, err := New(Options{Root: root, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t *testing.T, root, key string, body []byte) {
	t.Helper()
	p := filepath.Join(root, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, body, 0o666); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, s *Source) (l []source.Object) {
	t.Helper()
	for o, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		l = append(l, o)
	}
	return l
}

func TestContract(t *testing.T) {
	root := t.TempDir()
	for k, b := range sourcetest.Files() {
		put(t, root, k, b)
	}
	if err := os.MkdirAll(filepath.Join(root, "empty folder", "in it"), 0o777); err != nil {
		t.Fatal(err)
	}
	sourcetest.Run(t, func(t *testing.T) source.Source { return open(t, root) })
}

func TestSink(t *testing.T) {
	from, err := mem.New(mem.Options{Files: sourcetest.Files(),
		Meta: map[string]map[string]string{"a": {"signature": "ab12", "signature-algorithm": "SHA256withRSA"}}})
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.RunSink(t, func(t *testing.T) interface {
		source.Source
		source.Sink
	} {
		return open(t, filepath.Join(t.TempDir(), "copy"))
	}, from)
}

func TestNew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	put(t, filepath.Dir(file), "f", nil)
	for root, says := range map[string]string{"": "no folder", file: "is a file", file + "-none": "opening the folder"} {
		if _, err := New(Options{Root: root}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", root, err)
		}
	}
}

func TestNothingOutsideIsRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need rights there")
	}
	base := t.TempDir()
	put(t, base, "secret", []byte("secret"))
	put(t, base, "elsewhere/x", []byte("secret"))
	root := filepath.Join(base, "logs")
	put(t, root, "real", []byte("fine"))
	for link, to := range map[string]string{
		"out": "../secret", "absolute": filepath.Join(base, "secret"), "nowhere": "nothing", "inside": "real",
		"folder": "../elsewhere", "circle": ".", "passwd": "/etc/passwd",
	} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, root)
	got := map[string]string{}
	for _, o := range list(t, s) {
		got[o.Key] = o.Class
		body, _, err := s.Open(t.Context(), o.Key)
		if (o.Key == "real" || o.Key == "inside") != (err == nil) {
			t.Errorf("%s: %v", o.Key, err)
		}
		if err == nil {
			if b, _ := io.ReadAll(body); string(b) != "fine" {
				t.Errorf("%s: %q", o.Key, b)
			}
			body.Close()
		}
	}
	for k, class := range map[string]string{"real": "", "inside": "", "out": "LINK", "absolute": "LINK", "nowhere": "LINK", "passwd": "LINK"} {
		if c, ok := got[k]; !ok || c != class {
			t.Errorf("%s: listed %v, class %q", k, ok, c)
		}
	}
	for _, key := range []string{"../secret", "/etc/passwd", "real/../../secret", "", ".", "..", "a\x00b", "folder/x", "circle/real"} {
		if body, _, err := s.Open(t.Context(), key); err == nil {
			b, _ := io.ReadAll(body)
			if key != "circle/real" { // inside, by a detour: harmless
				t.Errorf("%q opened: %q", key, b)
			}
			body.Close()
		}
	}
	if err := s.Put(t.Context(), source.Object{Key: "../escaped"}, strings.NewReader("x")); err == nil {
		t.Error("wrote outside")
	}
	if _, err := os.Stat(filepath.Join(base, "escaped")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file outside appeared")
	}
}

func TestPipesAreNoFiles(t *testing.T) {
	root := t.TempDir()
	if err := mkfifo(filepath.Join(root, "pipe.json")); err != nil {
		t.Skip(err)
	}
	s := open(t, root)
	if l := list(t, s); len(l) != 0 {
		t.Error(l)
	}
	if _, _, err := s.Open(t.Context(), "pipe.json"); err == nil {
		t.Error("opened")
	}
	// Nor do those next to a log file keep anybody waiting.
	put(t, root, "a.json", []byte("{}"))
	if err := mkfifo(filepath.Join(root, metaName("a.json"))); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Open(t.Context(), "a.json"); !errors.Is(err, regular.ErrKind) {
		t.Error(err)
	}
	if err := mkfifo(filepath.Join(root, ".a.json.partial")); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), source.Object{Key: "a.json", Meta: map[string]string{"a": "b"}}, strings.NewReader("{}")); err != nil {
		t.Error(err)
	}
	if _, o, err := s.Open(t.Context(), "a.json"); err != nil || o.Meta["a"] != "b" {
		t.Error(o, err)
	}
}

func TestTagNoticesARestoredTime(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("no change time here")
	}
	root := t.TempDir()
	put(t, root, "a", []byte("one"))
	s := open(t, root)
	before := list(t, s)[0]
	time.Sleep(20 * time.Millisecond) // past the clock tick of the file system
	put(t, root, "a", []byte("two"))
	if err := os.Chtimes(filepath.Join(root, "a"), before.Modified, before.Modified); err != nil {
		t.Fatal(err)
	}
	after := list(t, s)[0]
	if !after.Modified.Equal(before.Modified) || after.Size != before.Size || after.ETag == before.ETag {
		t.Errorf("%+v\n%+v", before, after)
	}
}

func TestIdentity(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	if err := os.Mkdir("logs", 0o777); err != nil {
		t.Fatal(err)
	}
	a, b := open(t, "logs"), open(t, filepath.Join(root, "logs"))
	if a.Name() != "logs" || source.Identity(a) != source.Identity(b) {
		t.Errorf("%q %q %q", a.Name(), source.Identity(a), source.Identity(b))
	}
}

func TestPutLeavesNoHalfFile(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	err := s.Put(t.Context(), source.Object{Key: "x/a", Size: 10}, strings.NewReader("short"))
	if err == nil || !strings.Contains(err.Error(), "announced") {
		t.Error(err)
	}
	if l := list(t, s); len(l) != 0 {
		t.Error(l)
	}
	if err := s.Put(t.Context(), source.Object{Key: "x/a", Size: 5, Modified: time.Unix(1000, 0)}, strings.NewReader("short")); err != nil {
		t.Fatal(err)
	}
	if l := list(t, s); len(l) != 1 || l[0].Modified.Unix() != 1000 {
		t.Error(l)
	}
}

// Folders of the user's own program are left out by what they are, not by how they are called; and what another program made is
// listed with the reason, but not the files next to it.
func TestFoldersThatAreNotLogs(t *testing.T) {
	root := t.TempDir()
	for _, k := range []string{"a.json", "out/x.json", "out/deep/y.json", "out2/z.json", "made/.mark", "made/one/1.json", "made/two/2.json",
		"made/two/.mark", "made/zzz.json"} {
		put(t, root, k, []byte(k))
	}
	linked := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(root, "out"), linked); err != nil {
		t.Skip(err)
	}
	for name, without := range map[string]string{"path": filepath.Join(root, "out"), "link": linked,
		"detour": filepath.Join(root, "out2", "..", "out"), "missing": filepath.Join(root, "nothing"), "source": root} {
		s, err := New(Options{Root: root, Without: []string{without, filepath.Join(root, "not there")},
			Made: func(folder fs.FS, names []fs.DirEntry) func(string, int64) unread.Reason {
				if !slices.ContainsFunc(names, func(e fs.DirEntry) bool { return e.Name() == ".mark" }) {
					return nil
				}
				b, err := fs.ReadFile(folder, ".mark")
				if err != nil {
					t.Error(err)
				}
				return func(name string, size int64) unread.Reason {
					if name == "zzz.json" || name == ".mark" {
						return unread.Reason{}
					}
					return unread.Because(unread.OwnRun, fmt.Sprintf("%s says %s of %d", b, name, size))
				}
			}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		got := map[string]string{}
		for _, o := range list(t, s) {
			got[o.Key] = o.Not.String()
		}
		want := map[string]string{"a.json": "", "out2/z.json": "", "made/.mark": "", "made/zzz.json": "", "made/two/.mark": "",
			"made/one/1.json": "own-run (run made/.mark says one/1.json of 15)", "made/two/2.json": "own-run (run made/two/.mark says 2.json of 15)"}
		if name == "missing" || name == "source" {
			want["out/x.json"], want["out/deep/y.json"] = "", ""
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
