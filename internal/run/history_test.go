package run_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trailscribe/internal/manifest"
	"trailscribe/internal/run"
	"trailscribe/internal/run/historytest"
)

func TestHistoryOfAFolder(t *testing.T) {
	historytest.Run(t, func(t *testing.T) func(t *testing.T) historytest.Machine {
		base := t.TempDir()
		return func(*testing.T) historytest.Machine {
			return historytest.Machine{Base: base, History: run.NewLocal(base)}
		}
	})
}

func TestHistoryOfAnObjectStore(t *testing.T) {
	historytest.Run(t, func(*testing.T) func(t *testing.T) historytest.Machine {
		store := historytest.NewStore()
		return func(t *testing.T) historytest.Machine { return historytest.Machine{Base: t.TempDir(), History: store} }
	})
}

// Every reply may be lost once: the writer asks again and finds its own bytes.
func TestHistoryOfAnObjectStoreThatLosesReplies(t *testing.T) {
	historytest.Run(t, func(*testing.T) func(t *testing.T) historytest.Machine {
		store := historytest.NewStore()
		store.Fault = func(_ string, stored bool) error {
			if stored {
				return errors.New("the reply was lost")
			}
			return nil
		}
		return func(t *testing.T) historytest.Machine { return historytest.Machine{Base: t.TempDir(), History: store} }
	})
}

// A machine that ends while a run is copied has its number and the whole folder; the next run names it.
func TestRunThatIsCopiedInHalf(t *testing.T) {
	store := historytest.NewStore()
	mine, other := historytest.Machine{Base: t.TempDir(), History: store}, historytest.Machine{Base: t.TempDir(), History: store}
	k := historytest.Key("2026-10", "", "a")
	stopped := errors.New("the network is gone")
	store.Fault = func(key string, _ bool) error {
		if strings.HasSuffix(key, "/"+manifest.Name) {
			return stopped
		}
		return nil
	}
	if _, err := historytest.Seal(t, mine, k, "31 rows"); !errors.Is(err, stopped) {
		t.Fatal(err)
	}
	store.Fault = nil
	sealed, err := run.OpenFolder(filepath.Join(mine.Base, "monthly-security", "2026-10", "r1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), sealed.Name()); !errors.Is(err, manifest.ErrNone) {
		t.Errorf("half a run is whole: %v", err)
	}
	for range 2 {
		s, err := historytest.Seal(t, other, k, "31 rows")
		if err != nil || s.Name() != "monthly-security/2026-10/r2" {
			t.Fatal(s, err)
		}
		m, err := manifest.Read(s.FS())
		if err != nil || m.PreviousRun != sealed.Name() {
			t.Error(m.PreviousRun, err)
		}
	}
}

// Where the folder cannot be renamed nothing was taken.
func TestLocalHistoryTakesNothingWithoutTheFolder(t *testing.T) {
	base := t.TempDir()
	k := historytest.Key("2026-10", "", "a")
	h := run.NewLocal(base)
	refused := errors.New("no space")
	e := run.Entry{Key: k, Revision: 1, Manifest: &manifest.Manifest{}, Rename: func() (fs.FS, error) { return nil, refused }}
	if err := h.Add(t.Context(), e); !errors.Is(err, refused) {
		t.Error(err)
	}
	if n, err := h.Revisions(t.Context(), k); err != nil || len(n) > 0 {
		t.Error(n, err)
	}
	if end, err := h.End(t.Context(), k); err != nil || end != (run.End{}) {
		t.Error(end, err)
	}
}

// What is in the folder of this machine keeps its name, though the history does not know it.
func TestFolderThatTheHistoryDoesNotKnow(t *testing.T) {
	m := historytest.Machine{Base: t.TempDir(), History: historytest.NewStore()}
	k := historytest.Key("2026-10", "", "a")
	alone := historytest.Machine{Base: m.Base, History: run.NewLocal(m.Base)}
	before, err := historytest.Seal(t, alone, k, "31 rows")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(before.Path, manifest.Name))
	if err != nil {
		t.Fatal(err)
	}
	s, err := historytest.Seal(t, m, k, "32 rows")
	if err != nil || s.Revision != 2 {
		t.Fatal(s, err)
	}
	if now, err := os.ReadFile(filepath.Join(before.Path, manifest.Name)); err != nil || string(now) != string(kept) {
		t.Error("the run of the folder was altered", err)
	}
}
