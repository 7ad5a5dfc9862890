package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/manifest"
	"trailscribe/internal/regular"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
	"trailscribe/internal/run/runtest"
)

// sound fails where a run that nobody touched is not proved.
func sound(t *testing.T, s *run.Saved) {
	t.Helper()
	v, err := Verify(context.Background(), s.FS(), Against{})
	if err != nil || len(v.Wrong()) > 0 || v.ExitCode() != ExitDone {
		t.Error(v, err)
	}
}

// sealed is a run with a report file.
func sealed(t *testing.T, base string, change func(r *Request, e *fake)) *run.Saved {
	t.Helper()
	r, e := request(), memory()
	if change != nil {
		change(&r, e)
	}
	s, err := Run(context.Background(), plan(t, r), base, Parts{Engine: e, Language: english(t), Writers: []document.Writer{lines{}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// whole holds a run against all that there is: the report made again, and the series that its folder is in.
func whole(t *testing.T, dir string) Against {
	t.Helper()
	parts := Parts{Language: english(t), Writers: []document.Writer{lines{}}}
	a := Against{Tool: "test", Remake: func(*run.Saved, []string) (*report.Report, Parts, error) { return request().Report, parts, nil }}
	series, place, ok := run.Place(dir)
	if !ok {
		return a
	}
	chain, err := run.ReadChain(os.DirFS(series))
	if err != nil {
		t.Fatal(err)
	}
	a.Chain, a.Place = chain, place
	return a
}

func verify(t *testing.T, dir string, a Against) (*Verified, error) {
	t.Helper()
	return Verify(context.Background(), regular.Sealed(context.Background(), dir), a)
}

// states are those of the checks: "files ok, record wrong".
func states(v *Verified) string {
	var all []string
	for _, p := range v.Proofs {
		all = append(all, p.Check+" "+p.State)
	}
	return strings.Join(all, ", ")
}

func proof(v *Verified, check string) Proof {
	return v.Proofs[slices.IndexFunc(v.Proofs, func(p Proof) bool { return p.Check == check })]
}

func TestVerifySaysWhatItProved(t *testing.T) {
	t.Parallel()
	s := sealed(t, t.TempDir(), nil)
	v, err := verify(t, s.Path, whole(t, s.Path))
	if err != nil {
		t.Fatal(err)
	}
	want := "files ok, record ok, definitions ok, statements ok, results ok, report ok, journal not-checked, chain ok, signature not-checked"
	if got := states(v); got != want || v.ExitCode() != ExitDone {
		t.Errorf("%s, exit code %d", got, v.ExitCode())
	}
	for _, p := range v.Proofs {
		if p.Says == "" {
			t.Errorf("%s says nothing", p.Check)
		}
	}
}

// Every file of a run, altered in ten ways.
func TestEachAlterationIsFound(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	s := sealed(t, base, nil)
	files, err := runtest.Files(s.Path)
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	dir := filepath.Join(base, "copies", "run")
	if err := runtest.Copy(s.Path, dir); err != nil {
		t.Fatal(err)
	}
	against := whole(t, dir)
	for _, name := range files {
		for _, a := range runtest.Alterations() {
			err := a.Do(filepath.Join(dir, filepath.FromSlash(name)))
			fsys := regular.Sealed(context.Background(), dir)
			if errors.Is(err, runtest.ErrNoEffect) {
				fsys, err = denied{fsys, name}, nil
			}
			if err != nil {
				t.Fatal(err)
			}
			v, err := Verify(context.Background(), fsys, against)
			if err == nil && v.ExitCode() != ExitMismatch {
				t.Errorf("%s of %s: %s", a.Name, name, states(v))
			}
			if err == nil && !slices.ContainsFunc(v.Wrong(), func(w manifest.Wrong) bool { return strings.HasPrefix(w.Where, name) }) {
				t.Errorf("%s of %s: it is not named in %v", a.Name, name, v.Wrong())
			}
			if err != nil && name != manifest.Name && name != manifest.Record {
				t.Errorf("%s of %s: %v", a.Name, name, err)
			}
			if err := runtest.Restore(dir, s.Path, name); err != nil {
				t.Fatal(err)
			}
		}
	}
	if v, err := verify(t, dir, against); err != nil || v.ExitCode() != ExitDone {
		t.Errorf("the folder was not restored: %v, %v", v, err)
	}
}

// denied is a folder one file of which may not be read.
type denied struct {
	fs.FS
	name string
}

func (d denied) Open(name string) (fs.File, error) {
	if name == d.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return d.FS.Open(name)
}

// Whoever alters a run and makes SHA256SUMS and the manifest fit is found by the record, by the report made again, or not at all: who
// ran it, when and what it cost is in the journal, which only a signature binds.
func TestEachForgeryIsFound(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	s := sealed(t, base, nil)
	forgeries, err := runtest.Forgeries(s.Path)
	if err != nil || len(forgeries) < 30 {
		t.Fatal(forgeries, err)
	}
	for i, f := range forgeries {
		dir := filepath.Join(base, "copies", fmt.Sprint(i))
		if err := f.Carry(s.Path, dir); err != nil {
			t.Fatal(err)
		}
		v, err := verify(t, dir, whole(t, dir))
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		switch {
		case f.Check == "" && (f.Name != "journal.jsonl" || v.ExitCode() != ExitDone || proof(v, CheckJournal).State != NotChecked):
			t.Errorf("%s: %s", f.Name, states(v))
		case f.Check != "" && (v.ExitCode() != ExitMismatch || proof(v, f.Check).State != Wrong):
			t.Errorf("%s: %s does not find it: %s", f.Name, f.Check, states(v))
		}
	}
}

// With trusted keys there is nothing that cannot be found, and who is not trusted cannot sign.
func TestVerifySignature(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	const auditor, stranger = runtest.Key(1), runtest.Key(2)
	unsigned := sealed(t, filepath.Join(base, "unsigned"), nil)
	signed, err := Run(context.Background(), plan(t, request()), filepath.Join(base, "signed"),
		Parts{Engine: memory(), Language: english(t), Writers: []document.Writer{lines{}}, Signer: auditor})
	if err != nil {
		t.Fatal(err)
	}
	trusted, problems := manifest.TrustedKeys([]byte(auditor.Public()))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	write := func(text string) func(dir string) error {
		return func(dir string) error {
			return os.WriteFile(filepath.Join(dir, manifest.Signature), []byte(text), 0o600)
		}
	}
	nothing := func(string) error { return nil }
	const unlooked = "a signature is present and was not checked: no allowed signers were given"
	remove := func(dir string) error { return os.Remove(filepath.Join(dir, manifest.Signature)) }
	for _, c := range []struct {
		name    string
		of      *run.Saved
		alter   func(dir string) error
		trusted [][]byte
		states  [2]string // of the journal and of the signature
		says    string
		exit    int
	}{
		{"none", unsigned, nothing, nil, [2]string{NotChecked, NotChecked}, "not signed: what was checked proves consistency", ExitDone},
		{"garbage", unsigned, write("garbage"), nil, [2]string{NotChecked, NotChecked}, unlooked, ExitDone},
		{"good, without keys", signed, nothing, nil, [2]string{NotChecked, NotChecked}, unlooked, ExitDone},
		{"none, with keys", unsigned, nothing, trusted, [2]string{NotChecked, Wrong}, "", ExitMismatch},
		{"garbage, with keys", unsigned, write("garbage"), trusted, [2]string{NotChecked, Wrong}, "", ExitMismatch},
		{"good, with keys", signed, nothing, trusted, [2]string{Proved, Proved}, "signed by the trusted key SHA256:", ExitDone},
		{"removed", signed, remove, trusted, [2]string{NotChecked, Wrong}, "", ExitMismatch},
		{"journal and manifest rewritten", signed, func(dir string) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "journal.jsonl"), nil, 0o600), runtest.Reseal(dir))
		}, trusted, [2]string{NotChecked, Wrong}, "", ExitMismatch},
		{"signed by somebody else", unsigned, func(dir string) error {
			b, err := os.ReadFile(filepath.Join(dir, manifest.Name))
			signature, _ := stranger.Sign(context.Background(), b)
			return errors.Join(err, write(string(signature))(dir))
		}, trusted, [2]string{NotChecked, Wrong}, "", ExitMismatch},
	} {
		dir := filepath.Join(base, "copies", c.name)
		if err := errors.Join(runtest.Copy(c.of.Path, dir), c.alter(dir)); err != nil {
			t.Fatal(err)
		}
		a := whole(t, dir)
		a.Trusted = c.trusted
		v, err := verify(t, dir, a)
		if err != nil {
			t.Fatal(err)
		}
		p := proof(v, CheckSignature)
		got := [2]string{proof(v, CheckJournal).State, p.State}
		if got != c.states || !strings.HasPrefix(p.Says, c.says) || v.ExitCode() != c.exit || proof(v, CheckFiles).State != Proved {
			t.Errorf("%s: %+v, %s, exit code %d", c.name, p, states(v), v.ExitCode())
		}
	}
}

// A report of another version need not have the same bytes: that is neither proved nor wrong.
func TestReportOfAnotherVersion(t *testing.T) {
	t.Parallel()
	s := sealed(t, t.TempDir(), nil)
	for _, c := range []struct {
		name, tool string
		writer     document.Writer
		err        error
		state      string
		exit       int
		says       string
	}{
		{"same version, same bytes", "test", lines{}, nil, Proved, ExitDone, "made again from the record, the same bytes"},
		{"same version, other bytes", "test", titled{}, nil, Wrong, ExitMismatch, ""},
		{"other version, same bytes", "next", lines{}, nil, Proved, ExitDone, "the same bytes"},
		{"other version, other bytes", "next", titled{}, nil, NotChecked, ExitIncomplete,
			"report.txt could not be re-rendered identically: written by version test, this is next"},
		{"same version that fails", "test", lines{}, errors.New("no fonts"), NotChecked, ExitIncomplete,
			"making report.txt again failed: no fonts"},
		{"other version that fails", "next", lines{}, errors.New("no fonts"), NotChecked, ExitIncomplete,
			"written by version test, this is next; making them again failed: no fonts"},
	} {
		a := Against{Tool: c.tool, Remake: func(*run.Saved, []string) (*report.Report, Parts, error) {
			return request().Report, Parts{Language: english(t), Writers: []document.Writer{c.writer}}, c.err
		}}
		v, err := verify(t, s.Path, a)
		if err != nil {
			t.Fatal(err)
		}
		if p := proof(v, CheckReport); p.State != c.state || !strings.Contains(p.Says, c.says) || v.ExitCode() != c.exit {
			t.Errorf("%s: %+v, exit code %d", c.name, p, v.ExitCode())
		}
	}
}

// titled is another version of lines.
type titled struct{ lines }

func (w titled) Write(ctx context.Context, out document.Output, d *document.Document) (document.Written, error) {
	changed := *d
	changed.Title += "!"
	return w.lines.Write(ctx, out, &changed)
}

// Three runs of a series, one after the other.
func TestVerifyFollowsTheChain(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	var runs []*run.Saved
	for i := range 3 {
		runs = append(runs, sealed(t, base, func(_ *Request, e *fake) { e.in.Digest = fmt.Sprint("inputs-", i) }))
	}
	const period = "monthly-security/2026-10-01..2026-10-03/"
	const first, second, third = period + "r1", period + "r2", period + "r3"
	all := [3]string{Proved, Proved, Proved}
	forge := runtest.Forgery{Do: func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "journal.jsonl"), nil, 0o600)
	}}
	reseal := func(change func(m *manifest.Manifest)) func(dir string) error {
		return func(dir string) error {
			m, err := manifest.Read(os.DirFS(dir))
			if err != nil {
				return err
			}
			change(m)
			return runtest.ResealAs(dir, *m)
		}
	}
	rewrite := func(dir string) error { return errors.Join(forge.Do(dir), runtest.Reseal(dir)) }
	for _, c := range []struct {
		name          string
		of            int // run that is altered
		alter         func(dir string) error
		states, exits [3]string // of each run's chain; of the exit code of each run and of the series
		says          string    // some run says
	}{
		{"nothing", 0, func(string) error { return nil }, all, [3]string{"00", "00", "00"},
			"the run before it, " + second + ", is the one that it names"},
		{"first rewritten", 0, rewrite, [3]string{Wrong, Wrong, Proved}, [3]string{"77", "77", "00"}, first + " (expected"},
		{"second rewritten", 1, rewrite, [3]string{Proved, Wrong, Wrong}, [3]string{"00", "77", "77"}, second + " (expected"},
		{"last rewritten, which only a signature could tell", 2, rewrite, all, [3]string{"00", "00", "00"}, "the first run of its series"},
		{"second gone", 1, os.RemoveAll, [3]string{Proved, "", NotChecked}, [3]string{"00", "", "04"},
			"predecessor not found: " + second + " is not in this series"},
		{"manifest of the second gone", 1, func(dir string) error { return os.Remove(filepath.Join(dir, manifest.Name)) },
			[3]string{Proved, "", Wrong}, [3]string{"00", "", "77"}, "no manifest.json"},
		{"third says that it is the first", 2, reseal(func(m *manifest.Manifest) { m.Previous, m.PreviousRun = "", "" }),
			[3]string{NotChecked, Proved, NotChecked}, [3]string{"04", "00", "04"}, "2 runs of the series say that they are the first"},
		{"third names a run that never was", 2, reseal(func(m *manifest.Manifest) {
			m.PreviousRun = "monthly-security/2026-09/r1"
			m.Previous = strings.Repeat("0", 64)
		}),
			[3]string{Proved, Proved, NotChecked}, [3]string{"00", "00", "04"}, "predecessor not found: monthly-security/2026-09/r1"},
		{"second in the place of the third", 2, func(dir string) error {
			return errors.Join(os.RemoveAll(dir), runtest.Copy(filepath.Join(filepath.Dir(dir), "r2"), dir))
		}, [3]string{Proved, Proved, NotChecked}, [3]string{"00", "00", "04"}, "the folder does not lie where it was sealed, " + second},
		{"manifest of another run", 2, reseal(func(m *manifest.Manifest) { m.Run = second }),
			[3]string{Proved, Proved, NotChecked}, [3]string{"00", "00", "77"}, "the run " + third},
	} {
		copies := filepath.Join(t.TempDir(), "monthly-security")
		if err := runtest.Copy(filepath.Join(base, "monthly-security"), copies); err != nil {
			t.Fatal(err)
		}
		place := func(i int) string {
			return filepath.Join(copies, "2026-10-01..2026-10-03", filepath.Base(runs[i].Path))
		}
		if err := c.alter(place(c.of)); err != nil {
			t.Fatal(err)
		}
		said := ""
		for i := range runs {
			a := whole(t, place(i))
			exits := ""
			for _, a.Series = range []bool{false, true} {
				v, err := verify(t, place(i), a)
				if err != nil {
					if c.states[i] != "" {
						t.Errorf("%s: r%d: %v", c.name, i+1, err)
					}
					continue
				}
				p := proof(v, CheckChain)
				if p.State != c.states[i] {
					t.Errorf("%s: r%d: %+v", c.name, i+1, p)
				}
				exits += fmt.Sprint(v.ExitCode())
				said += p.Says + fmt.Sprintln(v.Wrong())
			}
			if exits != c.exits[i] {
				t.Errorf("%s: r%d: exit codes %s, want %s\n%s", c.name, i+1, exits, c.exits[i], said)
			}
		}
		if !strings.Contains(said, c.says) {
			t.Errorf("%s: no run says %q:\n%s", c.name, c.says, said)
		}
	}
}

// A copy of one run, anywhere: what is next to it cannot be held against it.
func TestVerifyARunAlone(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	sealed(t, base, nil)
	s := sealed(t, base, func(_ *Request, e *fake) { e.in.Digest = "other" })
	dir := filepath.Join(t.TempDir(), "copied")
	if err := runtest.Copy(s.Path, dir); err != nil {
		t.Fatal(err)
	}
	v, err := verify(t, dir, whole(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	if p := proof(v, CheckChain); p.State != NotChecked || !strings.HasPrefix(p.Says, "predecessor not found") || v.ExitCode() != ExitDone {
		t.Errorf("%+v, exit code %d", p, v.ExitCode())
	}
	if v, err = verify(t, s.Path, Against{Unread: errors.New("not allowed")}); err != nil {
		t.Fatal(err)
	}
	if p := proof(v, CheckChain); p.State != NotChecked || !strings.HasSuffix(p.Says, "not allowed") || v.ExitCode() != ExitDone {
		t.Errorf("%+v, exit code %d", p, v.ExitCode())
	}
}

// What a record of the first format does not name is not called proved.
func TestVerifyOldRun(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "run", "testdata", run.FirstFormat[:15]+"-1")
	v, err := verify(t, dir, Against{})
	if err != nil {
		t.Fatal(err)
	}
	want := "files ok, record ok, definitions ok, statements not-checked, results not-checked, report not-checked, " +
		"journal not-checked, chain ok, signature not-checked"
	if got := states(v); got != want || v.ExitCode() != ExitIncomplete {
		t.Errorf("%s, exit code %d", got, v.ExitCode())
	}
	forgeries, err := runtest.Forgeries(dir)
	if err != nil {
		t.Fatal(err)
	}
	base := t.TempDir()
	for i, f := range forgeries {
		if f.Check != CheckDefinitions && !strings.HasPrefix(f.Name, "sql/root.sign-in.sql") && f.Name != "inputs.jsonl.gz" {
			continue
		}
		copied := filepath.Join(base, fmt.Sprint(i))
		if err := f.Carry(dir, copied); err != nil {
			t.Fatal(err)
		}
		if v, err := verify(t, copied, Against{}); err != nil || v.ExitCode() != ExitMismatch {
			t.Errorf("%s is not found (%v)", f.Name, err)
		}
	}
}
