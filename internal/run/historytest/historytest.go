// Package historytest is the contract of a history as tests: every implementation runs the same ones.
package historytest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"trailscribe/internal/manifest"
	"trailscribe/internal/run"
)

// Machine is one that makes runs: its folder of all runs, and the history that it shares with others.
type Machine struct {
	Base    string
	History run.History
}

// Key is a run of a plan; each plan is another letter.
func Key(period, variant, plan string) run.Key {
	return run.Key{Report: "monthly-security", Variant: variant, Period: period, Plan: strings.Repeat(plan, 64)}
}

// Run checks an implementation. share makes a history without runs; what it gives makes machines that share it.
func Run(t *testing.T, share func(t *testing.T) func(t *testing.T) Machine) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, a, b Machine)
	}{
		{"nothing is known at first", nothingAtFirst},
		{"a second machine gives the next revision", nextRevision},
		{"a second machine finds an equal run", equalRun},
		{"a run that is begun before another is sealed", begunBefore},
		{"two runs are ready for one number", oneNumber},
		{"two periods are ready for one place in the chain", onePlace},
		{"an altered or half run keeps its number", keepsNumber},
		{"variants and periods", variantsAndPeriods},
		{"many at the same time", manyAtOnce},
		{"the end of a context", endOfContext},
	} {
		t.Run(c.name, func(t *testing.T) {
			machine := share(t)
			c.test(t, machine(t), machine(t))
		})
	}
}

// begin writes a run up to its record. what is the answer that it has.
func begin(t testing.TB, m Machine, k run.Key, what string) (*run.Folder, *run.Record, error) {
	t.Helper()
	f, _, err := run.Create(t.Context(), m.Base, k, m.History)
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() { f.Close() })
	r := &run.Record{Report: k.Report, Variant: k.Variant, Period: run.Period{ID: k.Period}, Title: what}
	return f, r, record(t.Context(), f, r)
}

// record writes record.json and the report, which names the revision.
func record(ctx context.Context, f *run.Folder, r *run.Record) error {
	if _, err := f.WriteRecord(ctx, r); err != nil {
		return err
	}
	out, err := f.Create("report.txt")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s, revision %d\n", r.Title, r.Revision)
	return errors.Join(err, out.Close())
}

// Seal makes a run as an audit does: where another took its revision, record and report are written again.
func Seal(t testing.TB, m Machine, k run.Key, what string) (*run.Saved, error) {
	t.Helper()
	f, r, err := begin(t, m, k, what)
	if err != nil {
		return nil, err
	}
	s, err := finish(t, f, r)
	return s, errors.Join(err, f.Close())
}

func seal(t testing.TB, m Machine, k run.Key, what string) *run.Saved {
	t.Helper()
	s, err := Seal(t, m, k, what)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func finish(t testing.TB, f *run.Folder, r *run.Record) (*run.Saved, error) {
	for {
		s, err := f.Seal(t.Context(), r, nil, nil)
		if !errors.Is(err, run.ErrTaken) {
			return s, err
		}
		if err := record(t.Context(), f, r); err != nil {
			return nil, err
		}
	}
}

// follows holds a run against the one that must be before it; nil: it must be the first.
func follows(t testing.TB, h run.History, s, before *run.Saved) {
	t.Helper()
	opened, err := h.Open(t.Context(), s.Name())
	if err != nil {
		t.Fatal(err)
	}
	m, wrong, err := manifest.Check(opened.FS(), nil)
	if err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
	var want run.End
	if before != nil {
		b, err := manifest.Read(before.FS())
		if err != nil {
			t.Fatal(err)
		}
		want = run.End{Run: b.Run, Digest: b.Digest()}
	}
	if got := (run.End{Run: m.PreviousRun, Digest: m.Previous}); got != want {
		t.Errorf("%s names %+v as the run before it, want %+v", m.Run, got, want)
	}
	text, err := fs.ReadFile(opened.FS(), "report.txt")
	if want := fmt.Sprintf("revision %d\n", s.Revision); err != nil || !bytes.HasSuffix(text, []byte(want)) || m.Run != s.Name() {
		t.Errorf("%s has the report %q (%v), want one that ends with %q", m.Run, text, err, want)
	}
}

func revisions(t testing.TB, h run.History, k run.Key, want ...int) {
	t.Helper()
	if got, err := h.Revisions(t.Context(), k); err != nil || !slices.Equal(got, want) {
		t.Errorf("revisions of %s %s are %v (%v), want %v", k.Series(), k.Period, got, err, want)
	}
}

func nothingAtFirst(t *testing.T, a, _ Machine) {
	k := Key("2026-10", "", "a")
	revisions(t, a.History, k)
	if end, err := a.History.End(t.Context(), k); err != nil || end != (run.End{}) {
		t.Errorf("the end is %+v (%v)", end, err)
	}
	for _, name := range []string{"monthly-security/2026-10/r1", "monthly-security/2026-10", "../r1", "/etc/r1", ""} {
		if s, err := a.History.Open(t.Context(), name); err == nil {
			t.Errorf("%q opened %s", name, s.Name())
		}
	}
}

func nextRevision(t *testing.T, a, b Machine) {
	k := Key("2026-10", "", "a")
	first := seal(t, a, k, "31 rows")
	second := seal(t, b, k, "32 rows")
	third := seal(t, a, k, "33 rows")
	if first.Revision != 1 || second.Revision != 2 || third.Revision != 3 {
		t.Fatal(first.Name(), second.Name(), third.Name())
	}
	if filepath.Base(second.Path) != "r2" || filepath.Dir(filepath.Dir(filepath.Dir(second.Path))) != b.Base {
		t.Errorf("r2 is at %s on the machine of %s", second.Path, b.Base)
	}
	follows(t, a.History, first, nil)
	follows(t, a.History, second, first)
	follows(t, b.History, third, second)
	revisions(t, b.History, k, 1, 2, 3)
}

func equalRun(t *testing.T, a, b Machine) {
	k := Key("2026-10", "", "a")
	first := seal(t, a, k, "31 rows")
	for _, m := range []Machine{b, a, b} {
		s := seal(t, m, Key("2026-10", "", "b"), "31 rows")
		if !s.Unchanged || s.Digest != first.Digest || s.Name() != first.Name() {
			t.Errorf("an equal run is %s, unchanged %t", s.Name(), s.Unchanged)
		}
		work, err := filepath.Glob(filepath.Join(m.Base, "*", "*", ".work-*"))
		if err != nil || len(work) > 0 {
			t.Errorf("the work of an equal run is left: %v (%v)", work, err)
		}
	}
	revisions(t, a.History, k, 1)
	second := seal(t, b, k, "32 rows")
	if s := seal(t, a, k, "31 rows"); s.Unchanged || s.Revision != 3 { // only the last one counts
		t.Error(s.Name(), s.Unchanged)
	} else {
		follows(t, a.History, s, second)
	}
}

// begunBefore: the number is the one of the moment of sealing, also where another run came in between. A history whose folders are one
// has a lock, so that the second run begins after the first.
func begunBefore(t *testing.T, a, b Machine) {
	k := Key("2026-10", "", "a")
	slow, r, err := begin(t, a, k, "31 rows")
	if err != nil {
		t.Fatal(err)
	}
	other, r2, err := begin(t, b, Key("2026-10", "", "b"), "32 rows")
	if errors.Is(err, run.ErrLocked) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	first, err := finish(t, other, r2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Seal(t.Context(), r, nil, nil); !errors.Is(err, run.ErrTaken) {
		t.Fatalf("sealed with a number that another run has: %v", err)
	}
	if err := slow.Note(run.Fact{Step: "taken", Name: "a", Value: "b"}); err != nil {
		t.Errorf("the run cannot go on: %v", err)
	}
	if err := record(t.Context(), slow, r); err != nil {
		t.Fatal(err)
	}
	second, err := finish(t, slow, r)
	if err != nil || second.Revision != 2 {
		t.Fatal(second, err)
	}
	follows(t, a.History, first, nil)
	follows(t, a.History, second, first)

	// A run that lost its number to an equal one is not a revision.
	if err := errors.Join(slow.Close(), other.Close()); err != nil {
		t.Fatal(err)
	}
	slow, r, err = begin(t, a, k, "33 rows")
	if err != nil {
		t.Fatal(err)
	}
	third := seal(t, b, k, "33 rows")
	if s, err := finish(t, slow, r); err != nil || !s.Unchanged || s.Name() != third.Name() {
		t.Error(s, err)
	}
	revisions(t, a.History, k, 1, 2, 3)
}

// ready is a sealed folder of revision 1 that is next to all runs, as an entry of a history.
func ready(t *testing.T, m Machine, k run.Key, previous run.End) (e run.Entry, renamed *int) {
	t.Helper()
	dir := t.TempDir()
	r := &run.Record{Format: run.Format, Report: k.Report, Variant: k.Variant, Period: run.Period{ID: k.Period}, Revision: 1,
		Title: t.Name() + dir}
	b, err := r.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(manifest.Record, b)
	write("report.txt", []byte("revision 1\n"))
	sum := sha256.Sum256(b)
	list, err := manifest.Build(os.DirFS(dir), manifest.Manifest{Run: r.Name(), Evidence: hex.EncodeToString(sum[:]),
		Previous: previous.Digest, PreviousRun: previous.Run})
	if err != nil {
		t.Fatal(err)
	}
	sums := list.SHA256SUMS()
	write(manifest.Sums, sums)
	list.Add(manifest.Sums, sums)
	write(manifest.Name, list.Canonical())
	renamed = new(int)
	return run.Entry{Key: k, Revision: 1, Manifest: list, Rename: func() (fs.FS, error) {
		*renamed++
		final := filepath.Join(m.Base, filepath.FromSlash(list.Run))
		if err := os.MkdirAll(filepath.Dir(final), 0o750); err != nil {
			return nil, err
		}
		return os.DirFS(final), os.Rename(dir, final)
	}}, renamed
}

// oneNumber: both machines have asked, and both have a run with the number that they were told.
func oneNumber(t *testing.T, a, b Machine) {
	k := Key("2026-10", "", "a")
	mine, _ := ready(t, a, k, run.End{})
	other, renamed := ready(t, b, k, run.End{})
	if err := a.History.Add(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	if err := b.History.Add(t.Context(), other); !errors.Is(err, run.ErrTaken) || *renamed > 0 {
		t.Errorf("the second of one number: %v, renamed %d times", err, *renamed)
	}
	end := run.End{Run: mine.Manifest.Run, Digest: mine.Manifest.Digest()}
	if got, err := b.History.End(t.Context(), k); err != nil || got != end {
		t.Errorf("the end is %+v (%v), want %+v", got, err, end)
	}
	revisions(t, b.History, k, 1)
	if s, err := b.History.Open(t.Context(), end.Run); err != nil || s.Digest != mine.Manifest.Evidence {
		t.Errorf("another run has the name %s (%v)", end.Run, err)
	}
}

func onePlace(t *testing.T, a, b Machine) {
	october, november := Key("2026-10", "", "a"), Key("2026-11", "", "a")
	mine, _ := ready(t, a, october, run.End{})
	other, renamed := ready(t, b, november, run.End{})
	if err := a.History.Add(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	if err := b.History.Add(t.Context(), other); !errors.Is(err, run.ErrMoved) || *renamed > 0 {
		t.Errorf("the second of one place: %v, renamed %d times", err, *renamed)
	}
	revisions(t, b.History, november)
	forged, renamed := ready(t, b, november, run.End{Run: mine.Manifest.Run, Digest: strings.Repeat("0", 64)})
	if err := b.History.Add(t.Context(), forged); !errors.Is(err, run.ErrMoved) || *renamed > 0 {
		t.Errorf("a predecessor of another digest: %v, renamed %d times", err, *renamed)
	}
	again, renamed := ready(t, b, november, run.End{Run: mine.Manifest.Run, Digest: mine.Manifest.Digest()})
	if err := b.History.Add(t.Context(), again); err != nil || *renamed != 1 {
		t.Errorf("behind the end: %v, renamed %d times", err, *renamed)
	}
	revisions(t, a.History, november, 1)
}

// keepsNumber: a number that was once given is not given again, whatever became of the run.
func keepsNumber(t *testing.T, a, b Machine) {
	k := Key("2026-10", "", "a")
	first := seal(t, a, k, "31 rows")
	if err := os.WriteFile(filepath.Join(first.Path, "report.txt"), []byte("forged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(first.Path, manifest.Name)); err != nil {
		t.Fatal(err)
	}
	for _, m := range []Machine{a, b} { // of one the folder counts, of the other the history
		if s := seal(t, m, k, "32 rows"); s.Revision != 2 {
			t.Error(s.Name(), s.Unchanged)
		}
	}
	revisions(t, a.History, k, 1, 2)
}

func variantsAndPeriods(t *testing.T, a, b Machine) {
	first := seal(t, a, Key("2026-10", "", "a"), "31 rows")
	november := seal(t, b, Key("2026-11", "", "a"), "31 rows")
	again := seal(t, a, Key("2026-10", "", "a"), "32 rows")
	follows(t, a.History, november, first)
	follows(t, a.History, again, november)
	variant := seal(t, b, Key("2026-10", "eu-only", "a"), "31 rows")
	if variant.Revision != 1 || variant.Unchanged || !strings.HasPrefix(variant.Name(), "monthly-security~eu-only/") {
		t.Error(variant.Name(), variant.Unchanged)
	}
	follows(t, b.History, variant, nil)
	revisions(t, a.History, Key("2026-10", "", "a"), 1, 2)
	revisions(t, a.History, Key("2026-10", "eu-only", "a"), 1)
	revisions(t, a.History, Key("2026-12", "", "a"))
}

// manyAtOnce: whatever the order, each number is taken once and the chain is one line.
func manyAtOnce(t *testing.T, a, b Machine) {
	const each = 6
	periods := []string{"2026-10", "2026-11"}
	var all []*run.Saved
	var mu sync.Mutex
	var wait sync.WaitGroup
	for i, m := range []Machine{a, b} {
		for _, period := range periods {
			wait.Go(func() {
				for n := range each {
					s := sealUnlocked(t, m, Key(period, "", string("ab"[i])), fmt.Sprintf("%d rows of machine %d", n, i))
					mu.Lock()
					all = append(all, s)
					mu.Unlock()
				}
			})
		}
	}
	wait.Wait()
	if t.Failed() {
		return
	}
	for _, period := range periods {
		var want []int
		for n := range 2 * each {
			want = append(want, n+1)
		}
		revisions(t, a.History, Key(period, "", "a"), want...)
	}
	before := map[string]bool{}
	for _, s := range all {
		m, err := manifest.Read(s.FS())
		if err != nil {
			t.Fatal(err)
		}
		if before[m.PreviousRun] {
			t.Errorf("two runs name %q as the one before", m.PreviousRun)
		}
		before[m.PreviousRun] = true
	}
	if len(before) != 2*each*len(periods) {
		t.Errorf("%d places in the chain, want %d", len(before), 2*each*len(periods))
	}
}

// sealUnlocked is seal that waits while another run of the same folder holds it.
func sealUnlocked(t *testing.T, m Machine, k run.Key, what string) *run.Saved {
	for {
		s, err := Seal(t, m, k, what)
		if errors.Is(err, run.ErrLocked) {
			continue
		}
		if err != nil {
			t.Error(err)
		}
		return s
	}
}

func endOfContext(t *testing.T, a, _ Machine) {
	k := Key("2026-10", "", "a")
	e, renamed := ready(t, a, k, run.End{})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := a.History.Add(ctx, e); !errors.Is(err, context.Canceled) || *renamed > 0 {
		t.Errorf("%v, renamed %d times", err, *renamed)
	}
	revisions(t, a.History, k)
}
