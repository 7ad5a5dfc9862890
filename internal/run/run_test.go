package run

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/library"
	"trailscribe/internal/manifest"
	"trailscribe/internal/result"
	"trailscribe/internal/unread"
)

var update = flag.Bool("update", false, "write the golden files")

var key = Key{Report: "monthly-security", Period: "2026-10", Plan: strings.Repeat("ab", 32)}

var columns = []result.Column{{Name: "event_time", Kind: result.Instant}, {Name: "account_id", Kind: result.Text},
	{Name: "n", Kind: result.Int}, {Name: "note", Kind: result.Text}}

type rows struct {
	rows []result.Row
	err  error
}

func (r rows) Columns() []result.Column { return columns }
func (r rows) Stats() engine.Stats      { return engine.Stats{} }
func (r rows) Close() error             { return nil }
func (r rows) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		for _, row := range r.rows {
			if !yield(row, nil) {
				return
			}
		}
		if r.err != nil {
			yield(nil, r.err)
		}
	}
}

func at(day, hour int) time.Time { return time.Date(2026, 10, day, hour, 0, 0, 0, time.UTC) }

var sample = rows{rows: []result.Row{
	{at(2, 7), "111122223333", int64(1), "用户 said\nhello"},
	{at(1, 9), "444455556666", int64(-12345), nil},
	{at(9, 1), "111122223333", nil, "\x1b[31m"},
}}

var inputs = engine.Inputs{Listed: new(int64(2)), Read: new(int64(1)), Refused: new(int64(1)), Digest: "d", First: at(1, 9), Last: at(9, 1),
	Cells: []engine.Cell{{Account: "111122223333", Region: "eu-west-1", Day: at(1, 0), Files: 1, Events: 3}}}

func files(yield func(engine.InputFile, error) bool) {
	_ = yield(engine.InputFile{Key: "AWSLogs/a.json.gz", Size: 10, SHA256: [32]byte{1, 2}, Records: 3, State: engine.FileRead}, nil) &&
		yield(engine.InputFile{Key: "AWSLogs/b.json.gz", Size: 20, State: engine.FileRefused, Reason: unread.Because(unread.NotJSON, unread.Colon,
			12)}, nil)
}

var definitions = []library.File{{Path: "queries/root/console-login.yaml", Origin: library.BuiltIn,
	Data: []byte("id: root/console-login\n")}}

// stages are the steps of a run; each leaves the folder as a crash right after it would find it.
var stages = []struct {
	name string
	do   func(f *Folder, r *Record) error
}{
	{"keep", func(f *Folder, r *Record) error { return f.Keep(definitions) }},
	{"statement", func(f *Folder, r *Record) error { return f.KeepStatement("root/console-login", "SELECT 1") }},
	{"inputs", func(f *Folder, r *Record) error {
		if _, state, ok := f.Inputs(); ok {
			if state != "as it was" {
				return fmt.Errorf("the state of the log files is %q", state)
			}
			return nil
		}
		return f.KeepInputs(inputs, "as it was", files)
	}},
	{"result", func(f *Folder, r *Record) error {
		_, q, ok := f.Result("root/console-login")
		if !ok {
			var err error
			if _, q, err = f.KeepResult("root/console-login", sample); err != nil {
				return err
			}
		}
		q.SQLSHA256 = digest([]byte("SELECT 1"))
		r.Queries = []Query{q}
		for _, d := range definitions {
			r.Definitions = append(r.Definitions, Definition{Path: d.Path, Origin: string(d.Origin), SHA256: digest(d.Data)})
		}
		return nil
	}},
	{"exceptions", func(f *Folder, r *Record) error {
		keep, done, err := f.Exceptions("root/console-login")
		if err != nil {
			return err
		}
		err = errors.Join(keep(finding.Exception{ID: "00000000000000aa", Row: 0, Status: finding.StatusOpen, New: true,
			Pattern: "00000000000000cc"}),
			keep(finding.Exception{ID: "00000000000000bb", Row: 2, Status: finding.StatusWaived, Waiver: "W-1"}))
		r.Queries[0].ExceptionsSHA256, _ = done(err == nil)
		return err
	}},
	{"record", func(f *Folder, r *Record) error {
		in, _, _ := f.Inputs()
		r.Report, r.Period, r.As, r.Tool, r.Inputs, r.Files = key.Report, Period{"2026-10", at(1, 0), at(32, 0), "Europe/Berlin"}, at(32, 0),
			"test", in, f.Files()
		_, err := f.WriteRecord(context.Background(), r)
		return err
	}},
	{"format", func(f *Folder, r *Record) error {
		w, err := f.Create("report.pdf")
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, "%PDF-1.7\n")
		return errors.Join(err, w.Close())
	}},
	{"note", func(f *Folder, r *Record) error { return f.Note(Fact{Step: "run", Name: "caller", Value: "somebody"}) }},
}

// createIn is Create in a folder that is its own history.
func createIn(base string, k Key) (*Folder, bool, error) {
	return Create(context.Background(), base, k, NewLocal(base))
}

func perform(t *testing.T, base string, k Key) *Saved {
	t.Helper()
	f, _, err := createIn(base, k)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r Record
	for _, s := range stages {
		if err := s.do(f, &r); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
	}
	s, err := f.Seal(context.Background(), &r, map[string]string{"host": "h"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// tree is every file below dir with its bytes.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		all[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func names(m map[string]string) []string {
	var n []string
	for name := range m {
		n = append(n, name)
	}
	slices.Sort(n)
	return n
}

func TestFolder(t *testing.T) {
	base := t.TempDir()
	s := perform(t, base, key)
	if s.Path != filepath.Join(base, "monthly-security", "2026-10", "r1") || s.Revision != 1 || s.Unchanged {
		t.Error(s.Path, s.Revision, s.Unchanged)
	}
	want := []string{".lock", "2026-10/.lock", "2026-10/r1/SHA256SUMS", "2026-10/r1/exceptions/root.console-login.jsonl.gz",
		"2026-10/r1/inputs.jsonl.gz", "2026-10/r1/journal.jsonl",
		"2026-10/r1/library/queries/root/console-login.yaml", "2026-10/r1/manifest.json", "2026-10/r1/record.json", "2026-10/r1/report.pdf",
		"2026-10/r1/results/root.console-login.jsonl.gz", "2026-10/r1/sql/root.console-login.sql"}
	if got := names(tree(t, filepath.Join(base, "monthly-security"))); !slices.Equal(got, want) {
		t.Errorf("files\n%s", strings.Join(got, "\n"))
	}
	m, wrong, err := manifest.Check(s.FS(), nil)
	if err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
	if m.Run != "monthly-security/2026-10/r1" || m.Evidence != s.Digest || m.Previous != "" || m.Facts["host"] != "h" {
		t.Errorf("%+v", m)
	}
	readBack(t, s)
	golden(t, "record.json", tree(t, s.Path)["record.json"])
}

// readBack holds what perform wrote.
func readBack(t *testing.T, s *Saved) {
	t.Helper()
	set, err := s.Rows("root/console-login")
	if err != nil {
		t.Fatal(err)
	}
	var got []result.Row
	for r, err := range set.All() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, append(result.Row{}, r...))
	}
	if !reflect.DeepEqual(got, sample.rows) || set.Count() != 3 {
		t.Errorf("rows %v", got)
	}
	var ex []finding.Exception
	for e, err := range s.Exceptions("root/console-login") {
		if err != nil {
			t.Fatal(err)
		}
		ex = append(ex, e)
	}
	if len(ex) != 2 || ex[0] != (finding.Exception{ID: "00000000000000aa", Status: "open", New: true, Pattern: "00000000000000cc"}) ||
		ex[1] != (finding.Exception{ID: "00000000000000bb", Row: 2, Status: "waived", Waiver: "W-1"}) {
		t.Errorf("exceptions %+v", ex)
	}
	if !s.Had("00000000000000aa") || s.Had("00000000000000cc") {
		t.Error("Had")
	}
	var in, wantIn []engine.InputFile
	for f, err := range s.InputFiles() {
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, f)
	}
	files(func(f engine.InputFile, _ error) bool { wantIn = append(wantIn, f); return true })
	if !reflect.DeepEqual(in, wantIn) {
		t.Errorf("inputs %+v", in)
	}
	if d := cmp.Diff(inputs, s.Inputs, cmp.Transformer("empty", func(c []engine.Category) int { return len(c) }),
		cmp.Transformer("none", func(c []engine.Conflict) int { return len(c) })); d != "" {
		t.Error(d)
	}
	if text, err := s.Statement("root/console-login"); err != nil || text != "SELECT 1" {
		t.Errorf("statement %q (%v)", text, err)
	}
	if text, err := s.Statement("events"); err != nil || text != "" {
		t.Errorf("statement %q (%v)", text, err)
	}
	if b, err := fs.ReadFile(s.Library().FS, definitions[0].Path); err != nil || !bytes.Equal(b, definitions[0].Data) {
		t.Errorf("definition %q (%v)", b, err)
	}
	if facts := s.Facts(); len(facts) != 1 || facts[0].Value != "somebody" || facts[0].At.IsZero() {
		t.Errorf("facts %+v", facts)
	}
	if _, err := s.Rows("root/other"); err == nil {
		t.Error("rows of a query that the run does not hold")
	}
	q := s.Query("root/console-login")
	want := []Profile{{Longest: 19}, {Longest: 12}, {Longest: 6, Nulls: 1}, {Longest: 9, Nulls: 1, Altered: 1}}
	if !reflect.DeepEqual(q.Profile, want) || q.Accounts != 2 || !q.First.Equal(at(1, 9)) || !q.Last.Equal(at(9, 1)) {
		t.Errorf("profile %+v, %d accounts, %v to %v", q.Profile, q.Accounts, q.First, q.Last)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s differs (%v); go test -update writes it\n%s", path, err, cmp.Diff(string(want), got))
	}
}

// A run of each format, as the command line once wrote it. They are never written again: what an old run means must not change.
func TestOldFormats(t *testing.T) {
	oldRun(t, "trailscribe-run-1", "da5a3afc12d1fa1ed2d7ff37e3272d02609430ddacfab4fcea9a7650d6212286", "d322108f26773ac4", unread.Said,
		map[string]Part{
			"sql/events.sql": PartUnnamed, "sql/root.sign-in.population.sql": PartUnnamed, "results/root.sign-in.population.jsonl.gz": PartUnnamed,
		})
	oldRun(t, "trailscribe-run-2", "fa96473aa0a6cffac18a8b96f1645e21842197bfc06726dd33aa96def8264c48", "2e5c3e126a1b7743", unread.CutOffRecord,
		map[string]Part{
			"sql/events.sql": PartStatement, "sql/root.sign-in.population.sql": PartStatement, "results/root.sign-in.population.jsonl.gz": PartRows,
		})
}

func oldRun(t *testing.T, format, digest, exception string, refused unread.Kind, parts map[string]Part) {
	t.Helper()
	dir := filepath.Join("testdata", format)
	if _, wrong, err := manifest.Check(os.DirFS(dir), nil); err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
	s, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range parts {
		if got := s.PartOf(name); got != want {
			t.Errorf("%s: %s is %d, want %d", format, name, got, want)
		}
	}
	if text, err := s.Statement("events"); err != nil || !strings.Contains(text, "SELECT") {
		t.Errorf("%s: the relation is %.40q (%v)", format, text, err)
	}
	if !s.whole() {
		t.Errorf("%s: a file is not the one that the record names", format)
	}
	if s.Digest != digest || !s.Incomplete() || s.Report != "small" || s.Period.ID != "2026-10-02" || len(s.Controls) == 0 ||
		len(s.Coverage.Rows) != 1 {
		t.Errorf("%+v", s.Record)
	}
	counts := map[string]int{}
	for _, q := range s.Queries {
		set, err := s.Judged(q.ID)
		if err != nil {
			t.Fatal(err)
		}
		for r, err := range set.All() {
			if err != nil || len(r) != len(set.Columns()) {
				t.Fatal(r, err)
			}
			counts[q.ID]++
		}
		if text, err := s.Statement(q.ID); err != nil || text != q.SQL {
			t.Errorf("%s: statement %q (%v)", q.ID, text, err)
		}
	}
	for f, err := range s.InputFiles() {
		if err != nil {
			t.Fatal(err)
		}
		counts[f.State]++
		if _, err := f.Reason.Arguments(); err != nil || f.State == engine.FileRefused && f.Reason.Kind != refused {
			t.Errorf("%s: %s was not read because of %s (%v)", format, f.Key, f.Reason, err)
		}
	}
	if want := map[string]int{"root/sign-in": 1, "activity/by-name": 2, "read": 1, "refused": 1}; !reflect.DeepEqual(counts, want) {
		t.Errorf("%v", counts)
	}
	q := s.Query("root/sign-in")
	if q.Verdict.Outcome != finding.Exceptions || q.Verdict.Open != 1 || *q.Population != 2 || !s.Had(exception) || len(s.Facts()) == 0 {
		t.Errorf("%+v", q)
	}
	if _, err := fs.Stat(s.Library().FS, "queries/root/sign-in.yaml"); err != nil {
		t.Error(err)
	}
}

// same holds two runs against each other; journal, manifest and sums may differ between runs over the same inputs.
func same(t *testing.T, a, b map[string]string) {
	t.Helper()
	for _, m := range []map[string]string{a, b} {
		for _, name := range []string{"journal.jsonl", "manifest.json", "SHA256SUMS"} {
			if m[name] == "" {
				t.Errorf("no %s", name)
			}
			delete(m, name)
		}
	}
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
}

func TestResumeAfterEveryStep(t *testing.T) {
	whole := tree(t, perform(t, t.TempDir(), key).Path)
	work := filepath.Join(key.Report, key.Period, ".work-"+key.Plan[:16])
	for stop := range stages {
		base := t.TempDir()
		f, resumed, err := createIn(base, key)
		if err != nil || resumed {
			t.Fatal(resumed, err)
		}
		var r Record
		for _, s := range stages[:stop+1] {
			if err := s.do(f, &r); err != nil {
				t.Fatal(err)
			}
		}
		f.lock.Close() // a process that dies gives up its lock and nothing else
		for name, b := range map[string]string{"results/root.other.jsonl.gz": "half", "report.xlsx.part": "half", "SHA256SUMS": "half"} {
			p := filepath.Join(base, work, filepath.FromSlash(name))
			if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(b), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		j, err := os.OpenFile(filepath.Join(base, work, "journal.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(j, `{"at":"2026-`) // torn
		j.Close()

		f, resumed, err = createIn(base, key)
		if err != nil || !resumed {
			t.Fatal(resumed, err)
		}
		_, _, has := f.Result("root/console-login")
		if want := stop >= 3; has != want {
			t.Errorf("after %s: the result is there: %v", stages[stop].name, has)
		}
		f.Close()
		s := perform(t, base, key)
		same(t, tree(t, s.Path), whole)
		whole = tree(t, s.Path)
		for _, x := range s.Facts() {
			if x.Value != "somebody" {
				t.Errorf("after %s: torn fact %+v", stages[stop].name, x)
			}
		}
	}
}

func TestResumeDoesNotTrustAlteredResults(t *testing.T) {
	base := t.TempDir()
	f, _, err := createIn(base, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.KeepResult("root/console-login", sample); err != nil {
		t.Fatal(err)
	}
	if err := f.KeepInputs(inputs, "", files); err != nil {
		t.Fatal(err)
	}
	p := filepath.Join(f.dir, "results", "root.console-login.jsonl.gz")
	b, _ := os.ReadFile(p)
	if err := os.WriteFile(p, b[:len(b)-1], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := f.Result("root/console-login"); ok {
		t.Error("a cut result was trusted")
	}
	if err := f.Forget(); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := f.Inputs(); ok {
		t.Error("inputs were not forgotten")
	}
	f.Close()
}

func TestKeepResultOfFailedQuery(t *testing.T) {
	base := t.TempDir()
	f, _, err := createIn(base, key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stopped := errors.New("engine stopped")
	if _, _, err := f.KeepResult("root/console-login", rows{sample.rows, stopped}); !errors.Is(err, stopped) {
		t.Fatal(err)
	}
	if _, _, ok := f.Result("root/console-login"); ok {
		t.Error("half a result was kept")
	}
	if got := names(tree(t, f.dir)); !slices.Equal(got, []string{"journal.jsonl"}) {
		t.Error(got)
	}
}

func TestLock(t *testing.T) {
	base := t.TempDir()
	f, _, err := createIn(base, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := createIn(base, key); !errors.Is(err, ErrLocked) {
		t.Fatal(err)
	}
	other := key
	other.Period = "2026-09"
	g, _, err := createIn(base, other)
	if err != nil {
		t.Fatal("another period is locked too", err)
	}
	g.Close()
	f.Close()
	f, _, err = createIn(base, key)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

func TestRevisions(t *testing.T) {
	base := t.TempDir()
	first := perform(t, base, key)
	again := perform(t, base, key)
	if !again.Unchanged || again.Path != first.Path || again.Digest != first.Digest {
		t.Fatalf("an equal run became %s", again.Path)
	}
	if got := names(tree(t, filepath.Dir(first.Path))); slices.ContainsFunc(got,
		func(n string) bool { return strings.HasPrefix(n, ".work") }) {
		t.Error(got)
	}
	late := key
	late.Plan = strings.Repeat("cd", 32)
	f, _, err := createIn(base, late)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r Record
	for _, s := range stages {
		if err := s.do(f, &r); err != nil {
			t.Fatal(err)
		}
	}
	w, err := f.Create("data/more.csv") // a format that r1 does not have
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	second, err := f.Seal(context.Background(), &r, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if second.Unchanged || second.Revision != 2 || filepath.Base(second.Path) != "r2" {
		t.Fatal(second.Path)
	}
	m1, err1 := manifest.Read(first.FS())
	m2, err2 := manifest.Read(second.FS())
	if err1 != nil || err2 != nil || m2.Previous != m1.Digest() {
		t.Error("r2 does not name r1 as the run before it", err1, err2)
	}
	f.Close()

	next := key
	next.Period = "2026-11"
	m3, err := manifest.Read(perform(t, base, next).FS())
	if err != nil || m3.Previous != m2.Digest() {
		t.Error("the next period does not name r2 as the run before it", err)
	}
	other := key
	other.Variant = "eu-only"
	v := perform(t, base, other)
	if m, err := manifest.Read(v.FS()); err != nil || m.Previous != "" || !strings.Contains(filepath.ToSlash(v.Path),
		"/monthly-security~eu-only/2026-10/r1") {
		t.Error("a variant is a series of its own", v.Path, err)
	}
}

// An altered revision cannot stand for a new run, and its number is not used again.
func TestUnchangedNeedsAWholeRun(t *testing.T) {
	base := t.TempDir()
	first := perform(t, base, key)
	if err := os.WriteFile(filepath.Join(first.Path, "report.pdf"), []byte("forged"), 0o644); err != nil {
		t.Fatal(err)
	}
	if s := perform(t, base, key); s.Unchanged || s.Revision != 2 {
		t.Error(s.Path)
	}
	if err := os.Remove(filepath.Join(first.Path, "manifest.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFolder(first.Path); !errors.Is(err, manifest.ErrNone) {
		t.Error(err)
	}
}

func TestAlteredRunsAreNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		use  func(s *Saved) error
	}{
		"rows":       {"results/root.console-login.jsonl.gz", func(s *Saved) error { _, err := s.Rows("root/console-login"); return err }},
		"exceptions": {"exceptions/root.console-login.jsonl.gz", func(s *Saved) error { return first(s.Exceptions("root/console-login")) }},
		"inputs":     {"inputs.jsonl.gz", func(s *Saved) error { return first(s.InputFiles()) }},
	} {
		base := t.TempDir()
		s := perform(t, base, key)
		if err := c.use(s); err != nil {
			t.Fatal(err)
		}
		p := filepath.Join(s.Path, filepath.FromSlash(c.file))
		in, err := os.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		z, err := unpack(in, c.file)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		z.Close()
		out, err := beginPacked(p)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.SplitAfter(b, []byte("\n"))
		out.Write(bytes.Join(lines[:len(lines)-2], nil)) // one row fewer
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = OpenFolder(s.Path); err != nil {
			t.Fatal(err)
		}
		if err := c.use(s); !errors.Is(err, ErrAltered) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := perform(t, t.TempDir(), key)
	s.Queries[0].Columns[0].Name = "another"
	if _, err := s.Rows("root/console-login"); !errors.Is(err, ErrAltered) {
		t.Errorf("other columns than the record says: %v", err)
	}
	p := filepath.Join(s.Path, "record.json")
	b, _ := os.ReadFile(p)
	os.WriteFile(p, bytes.Replace(b, []byte(`"rows":3`), []byte(`"rows":2`), 1), 0o644)
	if _, err := OpenFolder(s.Path); !errors.Is(err, ErrAltered) {
		t.Error(err)
	}
}

func first[T any](all iter.Seq2[T, error]) error {
	for _, err := range all {
		return err
	}
	return nil
}

// A record whose lists do not fit each other was not written by this program; nobody who reads it may come to index past an end.
func TestRecordThatContradictsItself(t *testing.T) {
	query := Query{ID: "a/b", Columns: []result.Column{{Name: "x", Kind: result.Text}}}
	for name, change := range map[string]func(r *Record){
		"query twice": func(r *Record) { r.Queries = []Query{query, query} },
		"query id":    func(r *Record) { r.Queries = []Query{{ID: "../a"}} },
		"profile":     func(r *Record) { query.Profile = make([]Profile, 2); r.Queries = []Query{query} },
		"states": func(r *Record) {
			r.Coverage = Coverage{Days: []string{"2026-10-01"}, Rows: []CoverageRow{{Files: []int64{1}, Events: []int64{1}}}}
		},
		"files": func(r *Record) {
			r.Coverage = Coverage{Days: []string{"2026-10-01"}, Rows: []CoverageRow{{States: []string{Logs}, Events: []int64{1}}}}
		},
		"more than a day": func(r *Record) {
			r.Coverage = Coverage{Rows: []CoverageRow{{States: []string{Logs}, Files: []int64{1}, Events: []int64{1}}}}
		},
	} {
		r := Record{Format: Format}
		change(&r)
		b, err := r.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parse(fstest.MapFS{}, b); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestNames(t *testing.T) {
	for _, k := range []Key{
		{Report: "..", Period: "2026-10", Plan: "ab"}, {Report: "a/b", Period: "2026-10", Plan: "ab"},
		{Report: "", Period: "2026-10", Plan: "ab"}, {Report: "a~b", Period: "2026-10", Plan: "ab"},
		{Report: "a", Period: "..", Plan: "ab"}, {Report: "a", Period: `x\y`, Plan: "ab"}, {Report: "a", Period: "2026-10", Variant: ".hidden",
			Plan: "ab"}, {Report: "a", Period: "2026-10", Plan: "../x"}, {Report: "a", Period: "2026-10"},
	} {
		if f, _, err := createIn(t.TempDir(), k); err == nil {
			f.Close()
			t.Errorf("%+v was accepted", k)
		}
	}
	span := Key{Report: "a", Period: "2026-10-01..2026-10-16", Plan: "ab"}
	f, _, err := createIn(t.TempDir(), span)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, id := range []string{"", "/", "../x", "a/../b", "a.b/c", "a/", "/a", `a\b`, "a/b c", "a//b", ".a/b"} {
		if _, _, err := f.KeepResult(id, sample); err == nil {
			t.Errorf("the query id %q was accepted", id)
		}
	}
	for _, name := range []string{"../x.pdf", "/x.pdf", `a\b.pdf`, "record.json", "manifest.json", "library/x", "results/x.gz", "results",
		".hidden", "x.part", "a\nb", "."} {
		if _, err := f.Create(name); err == nil {
			t.Errorf("a format may write %q", name)
		}
	}
	if f.Keep([]library.File{{Path: "../x.yaml"}}) == nil || f.KeepStatement("../x", "") == nil {
		t.Error("a definition left the folder")
	}
}

func TestSealRefuses(t *testing.T) {
	base := t.TempDir()
	f, _, err := createIn(base, key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r Record
	for _, s := range stages {
		if err := s.do(f, &r); err != nil {
			t.Fatal(err)
		}
	}
	w, err := f.Create("report.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seal(context.Background(), &r, nil, nil); err == nil {
		t.Error("sealed with a file that was not finished")
	}
	w.Close()
	r.Title = "another"
	if _, err := f.Seal(context.Background(), &r, nil, nil); err == nil {
		t.Error("sealed with another record than the report was made from")
	}
	r.Title = ""
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := f.Seal(ctx, &r, nil, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(f.period); slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "r1" }) {
		t.Error("a run became visible")
	}
}

type signer struct{}

func (signer) Fingerprint() string { return "SHA256:x" }

func (signer) Name() string { return "test" }
func (signer) Sign(_ context.Context, message []byte) ([]byte, error) {
	return append([]byte("signed "), message...), nil
}

func TestSealSigns(t *testing.T) {
	f, _, err := createIn(t.TempDir(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r Record
	for _, s := range stages {
		if err := s.do(f, &r); err != nil {
			t.Fatal(err)
		}
	}
	s, err := f.Seal(context.Background(), &r, nil, signer{})
	if err != nil {
		t.Fatal(err)
	}
	all := tree(t, s.Path)
	if all["manifest.json.sig"] != "signed "+all["manifest.json"] {
		t.Error("the signature is not over the manifest's bytes")
	}
}

func TestDisplayWidth(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "ab\nabcd\na": 4, "a\n": 1, "用户": 4, "a\n用户x": 5, "é": 1, "abcdef\né": 6} {
		if got := displayWidth(s); got != want {
			t.Errorf("%q is %d wide, want %d", s, got, want)
		}
	}
}
