package dir

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzKey: a key, which a bucket may call as it likes, leads to a file of the folder or to none. The metadata next to it is read or is
// an error.
func FuzzKey(f *testing.F) {
	for _, key := range []string{"a/b.json", "../secret", "/etc/passwd", "a/../../secret", ".", "", "a//b.json", "a\x00b", "a\\..\\secret",
		"C:secret", "link/secret", strings.Repeat("x", 300)} {
		f.Add(key, `{"a":"b"}`)
		f.Add(key, `[1]`)
	}
	top := f.TempDir()
	root := filepath.Join(top, "logs")
	for name, text := range map[string]string{"secret": "secret", "logs/a/b.json": "inside"} {
		path := filepath.Join(top, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			f.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			f.Fatal(err)
		}
	}
	if err := os.Symlink(top, filepath.Join(root, "link")); err != nil {
		f.Skip(err)
	}
	f.Fuzz(func(t *testing.T, key, meta string) {
		if err := os.WriteFile(filepath.Join(root, "a", metaName("b.json")), []byte(meta), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := New(Options{Root: root})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		in, o, err := s.Open(t.Context(), key)
		if err != nil {
			return
		}
		defer in.Close()
		data, err := io.ReadAll(in)
		if err != nil || string(data) != "inside" || o.Key != key {
			t.Fatalf("%q gives %q as %q (%v)", key, data, o.Key, err)
		}
	})
}
