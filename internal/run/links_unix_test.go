//go:build unix

package run

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"trailscribe/internal/regular"
)

// What the program made below the user's folder is never followed if it has become a link, and what it leads to stays as it is.
func TestLinksInPlaceOfOwnFoldersAreRefused(t *testing.T) {
	key := Key{Report: "monthly", Period: "2026-10", Plan: "abc"}
	for name, place := range map[string]string{
		"report": "monthly", "period": "monthly/2026-10", "work": "monthly/2026-10/.work-abc", "notes": "monthly/2026-10/.work-abc.kept",
		"lock": "monthly/2026-10/.lock", "revision": "monthly/2026-10/r1",
	} {
		for _, kind := range []string{"link", "dangling link", "FIFO"} {
			base, elsewhere := t.TempDir(), t.TempDir()
			precious := filepath.Join(elsewhere, "target", "precious")
			path := filepath.Join(base, filepath.FromSlash(place))
			err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Mkdir(filepath.Dir(precious), 0o755),
				os.WriteFile(precious, []byte("x"), 0o600))
			switch kind {
			case "link":
				target := filepath.Dir(precious)
				if name == "lock" {
					target = precious
				}
				err = errors.Join(err, os.Symlink(target, path))
			case "dangling link":
				err = errors.Join(err, os.Symlink(filepath.Join(elsewhere, "new"), path))
			case "FIFO":
				err = errors.Join(err, syscall.Mkfifo(path, 0o600))
			}
			if err != nil {
				t.Fatal(err)
			}
			f, _, err := createIn(base, key)
			if err == nil {
				f.Close()
			}
			if !errors.Is(err, regular.ErrForeign) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s as %s: %v", name, kind, err)
			}
			if got := below(t, elsewhere); len(got) != 2 {
				t.Errorf("%s as %s: elsewhere there is %v", name, kind, got)
			}
			if b, err := os.ReadFile(precious); string(b) != "x" {
				t.Errorf("%s as %s: %v", name, kind, err)
			}
		}
	}
	link := filepath.Join(t.TempDir(), "out") // the user's own folder may be a link
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	f, _, err := createIn(link, key)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// Links inside the folder of an unfinished run are removed before anything is written or trusted.
func TestLinksInsideAnUnfinishedRunAreRemoved(t *testing.T) {
	base, elsewhere := t.TempDir(), t.TempDir()
	key := Key{Report: "monthly", Period: "2026-10", Plan: "abc"}
	f, _, err := createIn(base, key)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	precious := filepath.Join(elsewhere, "precious")
	err = errors.Join(os.WriteFile(precious, []byte("x"), 0o600), os.Symlink(precious, filepath.Join(f.dir, recordName+partSuffix)),
		os.Symlink(elsewhere, filepath.Join(f.dir, "results")), os.Symlink(precious, filepath.Join(f.notes, "owner")),
		os.Symlink(precious, filepath.Join(f.notes, "owner"+partSuffix)))
	if err != nil {
		t.Fatal(err)
	}
	f, resumed, err := createIn(base, key)
	if err != nil || !resumed {
		t.Fatal(resumed, err)
	}
	defer f.Close()
	if owner, err := f.Owner(); err != nil || len(owner) != ownerLength {
		t.Error(owner, err)
	}
	if err := errors.Join(os.Symlink(precious, filepath.Join(f.dir, "report.pdf"+partSuffix)),
		write(filepath.Join(f.dir, "report.pdf"), []byte("pdf"))); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(f.dir, "results")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the link is there", err)
	}
	if b, err := os.ReadFile(precious); string(b) != "x" || len(below(t, elsewhere)) != 1 {
		t.Error(string(b), err, below(t, elsewhere))
	}
	// A folder that is exchanged while the run goes on is not cleared.
	if err := errors.Join(os.Rename(f.dir, f.dir+"-moved"), os.Symlink(elsewhere, f.dir)); err != nil {
		t.Fatal(err)
	}
	if err := f.Forget(); err == nil {
		t.Error("another folder was cleared")
	}
	if got := below(t, elsewhere); len(got) != 1 {
		t.Error(got)
	}
}

// The journal is a file of the run and never somebody else's.
func TestJournalThroughALink(t *testing.T) {
	base := t.TempDir()
	key := Key{Report: "monthly", Period: "2026-10", Plan: "abc"}
	precious := filepath.Join(t.TempDir(), "precious")
	work := filepath.Join(base, "monthly", "2026-10", ".work-abc")
	if err := errors.Join(os.MkdirAll(work, 0o755), os.WriteFile(precious, []byte("no line"), 0o600),
		os.Symlink(precious, filepath.Join(work, journalName))); err != nil {
		t.Fatal(err)
	}
	if f, _, err := createIn(base, key); err == nil {
		f.Close()
		t.Error("a link was taken for the journal")
	}
	if b, err := os.ReadFile(precious); string(b) != "no line" {
		t.Errorf("%q %v", b, err)
	}
}

// Files and folders of a run have 0640 and 0750, less what the umask takes.
func TestModes(t *testing.T) {
	for _, mask := range []int{0, 0o022, 0o077} {
		old := syscall.Umask(mask)
		base := t.TempDir()
		f, _, err := createIn(filepath.Join(base, "out"), Key{Report: "monthly", Period: "2026-10", Plan: "abc"})
		if err == nil {
			err = errors.Join(write(filepath.Join(f.dir, "sql", "a.sql"), nil), f.Note(Fact{Name: "a", At: time.Now()}), f.Close())
		}
		p, plainErr := NewPlain(filepath.Join(base, "plain"))
		if plainErr == nil {
			w, createErr := p.Create("data/a.csv")
			if plainErr = createErr; createErr == nil {
				plainErr = w.Close()
			}
		}
		syscall.Umask(old)
		if err := errors.Join(err, plainErr); err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{"out", "plain"} {
			n := 0
			err := filepath.WalkDir(filepath.Join(base, dir), func(path string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				info, err := d.Info()
				if err != nil {
					return err
				}
				n++
				want := fs.FileMode(fileMode)
				if d.IsDir() {
					want = dirMode
				}
				if want &^= fs.FileMode(mask); info.Mode().Perm() != want {
					t.Errorf("umask %03o: %s has %04o, want %04o", mask, path, info.Mode().Perm(), want)
				}
				return nil
			})
			if err != nil || n < 3 {
				t.Error(n, err)
			}
		}
	}
}
