//go:build unix

package regular

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// odd makes one of each kind of file in a folder and says which word an error must have. A link to a file is apart: user files may be one.
func odd(t *testing.T, dir string) map[string]string {
	t.Helper()
	write(t, filepath.Join(dir, "file"), "inside")
	write(t, filepath.Join(dir, "real", "file"), "inside")
	err := errors.Join(syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600), os.Symlink("pipe", filepath.Join(dir, "to-pipe")),
		os.Symlink("/dev/zero", filepath.Join(dir, "to-zero")), os.Symlink("real", filepath.Join(dir, "to-folder")),
		os.Symlink("loop", filepath.Join(dir, "loop")), os.Symlink("file", filepath.Join(dir, "to-file")))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{"pipe": "a pipe", "to-pipe": "a pipe", "to-zero": "a device", "to-folder": "a folder", "loop": "too many",
		"real": "a folder"}
	short, err := os.MkdirTemp("", "s") //nolint:usetesting // the path of a socket is at most some hundred characters long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	l, err := net.Listen("unix", filepath.Join(short, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if err := os.Symlink(filepath.Join(short, "s"), filepath.Join(dir, "to-socket")); err != nil {
		t.Fatal(err)
	}
	kinds["to-socket"] = "a socket"
	return kinds
}

// Each call returns at once: a test that waits for a writer fails by the time limit of the test.
func TestOddFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	for name, word := range odd(t, dir) {
		path := filepath.Join(dir, name)
		for how, err := range map[string]error{"Read": second(Read(path, 1<<20)), "Folder": second(ReadFile(Folder(dir), name, 1<<20))} {
			if err == nil || !strings.Contains(err.Error(), word) || word != "too many" && !errors.Is(err, ErrKind) {
				t.Errorf("%s %s: %v", how, name, err)
			}
		}
		for how, err := range map[string]error{"ReadPlain": second(ReadPlain(path, 1<<20)),
			"Sealed": second(ReadFile(Sealed(context.Background(), dir), name, 1<<20))} {
			if !errors.Is(err, ErrKind) {
				t.Errorf("%s %s: %v", how, name, err)
			}
		}
	}
}

// Only a user's own files may be links.
func TestLinksToFiles(t *testing.T) {
	dir := t.TempDir()
	odd(t, dir)
	link := filepath.Join(dir, "to-file")
	for how, read := range map[string]func() ([]byte, error){
		"Read":          func() ([]byte, error) { return Read(link, 10) },
		"Folder":        func() ([]byte, error) { return ReadFile(Folder(dir), "to-file", 10) },
		"Folder within": func() ([]byte, error) { return ReadFile(Folder(dir), "to-folder/file", 10) },
	} {
		if b, err := read(); err != nil || string(b) != "inside" {
			t.Errorf("%s: %q %v", how, b, err)
		}
	}
	for how, err := range map[string]error{
		"ReadPlain":     second(ReadPlain(link, 10)),
		"Sealed":        second(ReadFile(Sealed(context.Background(), dir), "to-file", 10)),
		"Sealed within": second(ReadFile(Sealed(context.Background(), dir), "to-folder/file", 10)),
	} {
		if err == nil || !strings.Contains(err.Error(), "a symbolic link") {
			t.Errorf("%s: %v", how, err)
		}
	}
	if _, err := fs.ReadDir(Sealed(context.Background(), dir), "to-folder"); err == nil {
		t.Error("a link to a folder was listed")
	}
	if b, err := ReadFile(Sealed(context.Background(), filepath.Join(dir, "to-folder")), "file", 10); err != nil || string(b) != "inside" {
		t.Errorf("a folder that the user names by a link: %q %v", b, err)
	}
}

// A file that takes the name between looking and opening is refused, and opening a FIFO then does not wait.
func TestAnotherFileTakesThePlace(t *testing.T) {
	dir := t.TempDir()
	odd(t, dir)
	name := write(t, filepath.Join(dir, "a"), "1")
	for _, other := range []string{"file", "pipe", "real"} {
		swap := func(string, int, fs.FileMode) (*os.File, error) {
			return os.OpenFile(filepath.Join(dir, other), os.O_RDONLY|NonBlock, 0)
		}
		if f, err := open(name, os.Lstat, swap); err == nil {
			f.Close()
			t.Errorf("%s was taken for the file", other)
		}
	}
}

// Real follows links as far as there is something, and takes the rest as it is.
func TestReal(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(top, "a"), 0o755), os.Symlink("a", filepath.Join(top, "link")),
		os.Symlink("gone", filepath.Join(top, "dead"))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(top)
	for path, want := range map[string]string{"a": "a", "link": "a", "link/x/y": "a/x/y", "a/../link/": "a", "none/x": "none/x",
		"dead": "dead", ".": "", "link/../none": "none"} {
		if got, err := Real(path); err != nil || got != filepath.Join(top, want) {
			t.Errorf("%s: %s, %v; want %s", path, got, err, want)
		}
	}
}
