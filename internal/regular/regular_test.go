package regular

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestReadLooksAtTheSizeBeforeAndWhileReading(t *testing.T) {
	name := write(t, filepath.Join(t.TempDir(), "a"), "12345")
	if b, err := Read(name, 5); err != nil || string(b) != "12345" {
		t.Errorf("%q %v", b, err)
	}
	if _, err := Read(name, 4); !errors.Is(err, ErrSize) || !strings.Contains(err.Error(), "5 bytes, at most 4") {
		t.Error(err)
	}
	if _, err := All(&growing{}, 10); !errors.Is(err, ErrSize) || !strings.Contains(err.Error(), "more than 10 bytes") {
		t.Error(err)
	}
	if _, err := Read(filepath.Join(filepath.Dir(name), "none"), 1); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// growing says that it is empty and never ends.
type growing struct{ read int }

func (g *growing) Stat() (fs.FileInfo, error) {
	return fstest.MapFS{"g": {}}.Stat("g")
}
func (g *growing) Close() error { return nil }
func (g *growing) Read(b []byte) (int, error) {
	if g.read += len(b); g.read > 1<<16 {
		return 0, errors.New("read on and on")
	}
	return len(b), nil
}

func TestFoldersAreRefusedAsFiles(t *testing.T) {
	dir := t.TempDir()
	for name, err := range map[string]error{"Read": second(Read(dir, 9)), "ReadPlain": second(ReadPlain(dir, 9)),
		"ReadFile": second(ReadFile(Folder(filepath.Dir(dir)), filepath.Base(dir), 9)),
		"sealed":   second(ReadFile(Sealed(context.Background(), dir), ".", 9))} {
		if !errors.Is(err, ErrKind) || !strings.Contains(err.Error(), "a folder") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// Both file systems are what the standard library's own test asks of one.
func TestFileSystems(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), "1")
	write(t, filepath.Join(dir, "deep", "er", "b"), "2")
	for name, fsys := range map[string]fs.FS{"folder": Folder(dir), "sealed": Sealed(context.Background(), dir)} {
		if err := fstest.TestFS(fsys, "a", "deep/er/b"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, bad := range []string{"../x", "/a", "deep/../a", "", "a\x00", "none", "a/b"} {
			if f, err := fsys.Open(bad); err == nil {
				f.Close()
				t.Errorf("%s: %q was opened", name, bad)
			}
		}
	}
}

func TestSealedStopsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), strings.Repeat("x", 1<<20))
	ctx, stop := context.WithCancel(context.Background())
	f, err := Sealed(ctx, dir).Open("a")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	stop()
	if n, err := io.Copy(io.Discard, f); n > 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d bytes were read after the end: %v", n, err)
	}
	if _, err := Sealed(ctx, dir).Open("a"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
