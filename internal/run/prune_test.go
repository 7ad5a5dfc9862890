package run

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// unfinished makes a run that was begun and left, and gives its folders the age.
func unfinished(t *testing.T, base string, k Key, age time.Duration) string {
	t.Helper()
	f, _, err := createIn(base, k)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Note(Fact{Step: "start", Name: "x", Value: "y"}), f.KeepStatement("a/b", "SELECT 1"),
		write(f.notePath("a.b"), []byte("{}")), f.Close()); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(-age)
	for _, dir := range []string{f.dir, f.notes} {
		err := filepath.WalkDir(dir, func(name string, _ os.DirEntry, err error) error { return errors.Join(err, os.Chtimes(name, at, at)) })
		if err != nil {
			t.Fatal(err)
		}
	}
	return f.dir
}

func TestPrune(t *testing.T) {
	const day = 24 * time.Hour
	base := t.TempDir()
	plan := func(c string) string { return strings.Repeat(c, 64) }
	key := Key{Report: "monthly", Period: "2026-10", Plan: plan("a")}
	at := func(report, variant, period, c string) Key {
		return Key{Report: report, Variant: variant, Period: period, Plan: plan(c)}
	}
	old := unfinished(t, base, at("monthly", "", "2026-10", "b"), 31*day)
	young := unfinished(t, base, at("monthly", "", "2026-10", "c"), 29*day)
	other := unfinished(t, base, at("monthly", "", "2026-09", "d"), 40*day)
	variant := unfinished(t, base, at("monthly", "01234567", "2026-10", "e"), 40*day)
	foreign := unfinished(t, base, at("monthly-x", "", "2026-10", "f"), 40*day)
	running := unfinished(t, base, at("monthly", "", "2026-08", "1"), 40*day)
	noted := unfinished(t, base, at("monthly", "", "2026-07", "2"), 40*day)
	own := unfinished(t, base, key, 40*day)
	// one whose journal was written lately, though its folder is old
	if err := os.Chtimes(filepath.Join(noted, journalName), time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	// what is not ours: a file, a link out of the folder, a revision
	outside := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(outside, "x"), nil, 0o600), os.Mkdir(filepath.Join(base, "monthly", "2026-10", "r1"),
		0o700),
		os.WriteFile(filepath.Join(base, "monthly", "2026-10", ".work-file"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	linked := os.Symlink(outside, filepath.Join(base, "monthly", "2026-10", ".work-link")) == nil // not everywhere
	if linked {
		at := time.Now().Add(-31 * day)
		if err := errors.Join(os.Symlink(outside, filepath.Join(old, "sql", "link")), os.Chtimes(filepath.Join(old, "sql"), at, at)); err != nil {
			t.Fatal(err)
		}
	}
	// another process holds the lock of a period
	busy, _, err := createIn(base, at("monthly", "", "2026-08", "3"))
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()

	f, resumed, err := createIn(base, key)
	if err != nil || !resumed {
		t.Fatal(resumed, err)
	}
	defer f.Close()
	removed, err := f.Prune(time.Now().Add(-KeepUnfinished))
	want := []string{"monthly/2026-09/.work-" + plan("d")[:16], "monthly/2026-10/.work-" + plan("b")[:16], "monthly~01234567/2026-10/.work-" +
		plan("e")[:16]}
	if slices.Sort(removed); err != nil || !slices.Equal(removed, want) {
		t.Errorf("removed %q, want %q (%v)", removed, want, err)
	}
	for _, dir := range []string{old, other, variant} {
		for _, name := range []string{dir, dir + notesSuffix} {
			if _, err := os.Lstat(name); err == nil {
				t.Errorf("%s is still there", name)
			}
		}
	}
	for _, name := range []string{young, young + notesSuffix, foreign, running, running + notesSuffix, noted, own, own + notesSuffix, busy.dir,
		filepath.Join(outside, "x"), filepath.Join(base, "monthly", "2026-10", "r1"), filepath.Join(base, "monthly", "2026-10", ".work-file")} {
		if _, err := os.Lstat(name); err != nil {
			t.Errorf("%s is gone", name)
		}
	}
	if again, err := f.Prune(time.Now().Add(-KeepUnfinished)); len(again) != 0 || err != nil {
		t.Errorf("a second time: %q (%v)", again, err)
	}
	// once the other run has ended, its period's leftovers go
	if err := busy.Close(); err != nil {
		t.Fatal(err)
	}
	if removed, err := f.Prune(time.Now().Add(-KeepUnfinished)); err != nil ||
		!slices.Equal(removed, []string{"monthly/2026-08/.work-" + plan("1")[:16]}) {
		t.Errorf("%q (%v)", removed, err)
	}
}
