package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/document"
	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/manifest"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/run/historytest"
	"trailscribe/internal/style"
	"trailscribe/internal/unread"
	"trailscribe/internal/yaml"
)

var update = flag.Bool("update", false, "write the golden files")

func plan(t *testing.T, r Request) *Plan {
	t.Helper()
	p, problems := NewPlan(r)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

func perform(t *testing.T, base string, r Request, e *fake) *run.Saved {
	t.Helper()
	s, err := Run(context.Background(), plan(t, r), base, Parts{Engine: e})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

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

// lasting are the files of a run that two runs over the same inputs have in common.
func lasting(t *testing.T, dir string) map[string]string {
	all := tree(t, dir)
	for _, name := range []string{"journal.jsonl", "manifest.json", "SHA256SUMS"} {
		if all[name] == "" {
			t.Errorf("no %s", name)
		}
		delete(all, name)
	}
	return all
}

func golden(t *testing.T, name string, record []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, record, "", " "); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, b.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(want, b.Bytes()) {
		t.Errorf("%s differs (%v); go test -update writes it\n%s", path, err, cmp.Diff(string(want), b.String()))
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	e := memory()
	var steps []string
	p := plan(t, request())
	s, err := Run(context.Background(), p, t.TempDir(),
		Parts{Engine: e, Progress: func(e Event) { steps = append(steps, strings.TrimSuffix(e.Step+" "+e.Query, " ")) },
			Facts: map[string]string{"host": "h"}})
	if err != nil {
		t.Fatal(err)
	}
	if s.Incomplete() || ExitCode(s.Record, query.None) != 0 || ExitCode(s.Record, query.Critical) != 3 {
		t.Errorf("notices %+v, exit %d", s.Notices, ExitCode(s.Record, query.Critical))
	}
	want := []string{"open", "inputs", "query activity/by-account", "query root/console-login", "query iam/users", "query s3/public-read",
		"query root/console-login#population",
		"judge activity/by-account", "judge root/console-login", "judge iam/users", "judge s3/public-read", "record", "seal"}
	if !slices.Equal(steps, want) {
		t.Errorf("steps %q", steps)
	}
	sound(t, s)
	files := tree(t, s.Path)
	whole := *s.Record
	whole.Queries = slices.Clone(s.Queries)
	for i, q := range whole.Queries { // how SQL is laid out is not this package's
		if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(files["sql/"+strings.ReplaceAll(q.ID, "/", ".")+".sql"]))); q.SQL == "" ||
			q.SQLSHA256 != sum {
			t.Errorf("%s: the statement's digest is %s, the file's %s", q.ID, q.SQLSHA256, sum)
		}
		whole.Queries[i].SQL, whole.Queries[i].SQLSHA256 = "", ""
	}
	record, err := whole.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "record.json", record)
	for _, name := range []string{"sql/root.console-login.sql", "sql/root.console-login.population.sql",
		"library/queries/root/console-login.yaml", "library/reports/monthly-security.yaml", "library/reports/frameworks/cis-5.yaml",
		"results/root.console-login.population.jsonl.gz"} {
		if files[name] == "" {
			t.Errorf("no %s", name)
		}
	}
	if q := s.Query("root/console-login"); q.Columns[0].Kind != result.Instant || q.Verdict.Open != 2 || *q.Population != 7 ||
		q.Accounts != 2 {
		t.Errorf("%+v", q)
	}
	named := map[string]string{}
	for _, f := range s.Facts() {
		named[f.Name] = f.Value
	}
	if named["host"] != "h" || named["elapsed"] == "" {
		t.Errorf("facts %v", named)
	}
}

func TestTwoRunsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	first := lasting(t, perform(t, t.TempDir(), request(), memory()).Path)
	p := plan(t, request())
	s, err := Run(context.Background(), p, t.TempDir(), Parts{Engine: memory(), Parallel: 4, Facts: map[string]string{"host": "another"}})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first, lasting(t, s.Path)); d != "" {
		t.Error(d)
	}
}

func TestEqualRunMakesNoRevision(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	first := perform(t, base, request(), memory())
	if again := perform(t, base, request(), memory()); !again.Unchanged || again.Path != first.Path {
		t.Error(again.Path)
	}
	e := memory()
	e.rows["root/console-login"] = e.rows["root/console-login"][:1]
	if s := perform(t, base, request(), e); s.Unchanged || s.Revision != 2 {
		t.Error(s.Path)
	}
}

// Two machines with empty folders share a history. Where one is sealed while the other makes its report, the other makes it again: number,
// evidence digest and report agree.
func TestMachinesThatShareAHistory(t *testing.T) {
	t.Parallel()
	store := historytest.NewStore()
	var steps []string
	on := func(e *fake, sealing func()) *run.Saved {
		t.Helper()
		s, err := Run(t.Context(), plan(t, request()), t.TempDir(), Parts{Engine: e, History: store, Language: english(t),
			Writers: []document.Writer{lines{}}, Progress: func(e Event) {
				steps = append(steps, e.Step)
				if e.Step == StepSeal && sealing != nil {
					once := sealing
					sealing = nil
					once()
				}
			}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	fewer := memory()
	fewer.rows["root/console-login"] = fewer.rows["root/console-login"][:1]
	var first *run.Saved
	second := on(memory(), func() { first = on(fewer, nil) })
	if first.Revision != 1 || second.Revision != 2 || !slices.Contains(steps, StepTaken) {
		t.Fatal(first.Name(), second.Name(), steps)
	}
	m, wrong, err := manifest.Check(second.FS(), nil)
	if err != nil || len(wrong) > 0 || m.PreviousRun != first.Name() {
		t.Error(m, wrong, err)
	}
	v, err := verify(t, second.Path, whole(t, second.Path))
	if err != nil || v.ExitCode() == ExitMismatch {
		t.Error(v, err)
	}
	if again := on(memory(), nil); !again.Unchanged || again.Name() != second.Name() || again.Digest != second.Digest {
		t.Error(again.Name(), again.Unchanged)
	}
	// An equal run that is sealed first leaves nothing to seal.
	none := func() *fake {
		e := memory()
		e.rows["root/console-login"] = nil
		return e
	}
	var third *run.Saved
	if s := on(none(), func() { third = on(none(), nil) }); !s.Unchanged || s.Name() != third.Name() || third.Revision != 3 {
		t.Error(s.Name(), third.Name())
	}
}

// Each case changes one thing and names what must then stand in the record.
func TestWhatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(r *Request, e *fake)
		notices []string // with * where incomplete
		exit    int
		outcome map[string]finding.Outcome
		failed  []string // checks
	}{
		"query fails": {func(_ *Request, e *fake) {
			e.fail["root/console-login"] = &engine.Fault{Reason: engine.TimedOut, Hint: "shorten the period", Err: errors.New("30 minutes")}
		}, []string{"*query_failed"}, 4, map[string]finding.Outcome{"root/console-login": finding.NotEvaluated, "iam/users": finding.Shown},
			[]string{"queries"}},
		"rows break off": {func(_ *Request, e *fake) { e.broken["iam/users"] = errors.New("connection lost") },
			[]string{"*query_failed"}, 4, map[string]finding.Outcome{"iam/users": finding.NotEvaluated, "root/console-login": finding.Exceptions},
			[]string{"queries"}},
		"rows of the wrong type": {func(_ *Request, e *fake) { e.rows["iam/users"] = []result.Row{{"late", a1, "x"}} },
			[]string{"*query_failed"}, 4, map[string]finding.Outcome{"iam/users": finding.NotEvaluated}, []string{"queries"}},
		"key repeats": {func(_ *Request, e *fake) {
			e.rows["root/console-login"] = append(e.rows["root/console-login"], e.rows["root/console-login"][0])
		}, []string{"*query_failed"}, 4, map[string]finding.Outcome{"root/console-login": finding.NotEvaluated}, []string{"queries"}},
		"key column missing": {func(_ *Request, e *fake) {
			e.cols["s3/public-read"] = e.cols["root/console-login#population"]
		}, []string{"*query_failed"}, 4, map[string]finding.Outcome{"s3/public-read": finding.NotEvaluated}, []string{"queries"}},
		"population fails": {func(_ *Request, e *fake) { e.fail["root/console-login#population"] = errors.New("no") },
			[]string{"*population_failed"}, 4, map[string]finding.Outcome{"root/console-login": finding.Exceptions}, nil},
		"population of two rows": {func(_ *Request, e *fake) {
			e.rows["root/console-login#population"] = []result.Row{{int64(1)}, {int64(2)}}
		}, []string{"*population_failed"}, 4, nil, nil},
		"data events not logged": {func(_ *Request, e *fake) {
			e.in.Categories = []engine.Category{{Account: a1, Name: "management", Events: 6}, {Account: a2, Name: "management", Events: 6}}
		}, []string{"*not_logged"}, 4, map[string]finding.Outcome{"s3/public-read": finding.NotLogged, "iam/users": finding.Shown},
			[]string{"logged"}},
		"data events logged in one account": {func(_ *Request, e *fake) {
			e.in.Categories[3] = engine.Category{Account: a2, Name: "management", Events: 1}
		},
			[]string{"limited"}, 0, map[string]finding.Outcome{"s3/public-read": finding.Clear}, nil},
		"no logs": {func(r *Request, e *fake) {
			r.Accounts, r.Facts = nil, nil
			e.in = engine.Inputs{Listed: p64(0), Read: p64(0), Refused: p64(0), Skipped: p64(0), Records: p64(0), Events: p64(0), Undated: p64(0),
				Outside: p64(0), LeftOut: p64(0)}
			e.files, e.rows = nil, map[string][]result.Row{"root/console-login#population": {{int64(0)}}, "activity/by-account": {{nil, int64(0)}}}
		}, []string{"*no_logs", "*not_logged", "accounts_unnamed"}, 4, map[string]finding.Outcome{"root/console-login": finding.NotLogged,
			"iam/users": finding.NotLogged, "activity/by-account": finding.NotLogged, "s3/public-read": finding.NotLogged}, []string{"logged"}},
		"logs of another period only": {func(r *Request, e *fake) {
			r.Accounts = nil
			e.in.Cells, e.in.Categories, e.in.First, e.in.Last = nil, nil, time.Time{}, time.Time{}
			e.in.Records, e.in.Events, e.in.Outside = p64(0), p64(0), p64(13)
			e.rows = map[string][]result.Row{"root/console-login#population": {{int64(0)}}}
		}, []string{"*no_logs", "*not_logged", "accounts_unnamed"}, 4, map[string]finding.Outcome{"root/console-login": finding.NotLogged,
			"activity/by-account": finding.NotLogged}, []string{"logged"}},
		"gap": {func(_ *Request, e *fake) {
			e.in.Cells = slices.DeleteFunc(e.in.Cells, func(c engine.Cell) bool { return c.Account == a2 && c.Day.Equal(day(2)) })
			e.in.Cells[0].Events += 2
		}, []string{"*gaps"}, 4, nil, []string{"gaps"}},
		"refused file": {func(_ *Request, e *fake) {
			e.in.Read, e.in.Refused = p64(5), p64(1)
			e.files[1].State, e.files[1].Reason, e.files[0].Records = engine.FileRefused, unread.Because(unread.CutOff), 5
		}, []string{"*files_refused"}, 4, nil, []string{"refused"}},
		"undated records": {func(_ *Request, e *fake) { e.in.Undated = p64(3); e.files[0].Records += 3 },
			[]string{"*records_undated"}, 4, nil, []string{"undated"}},
		"files not accounted for": {func(_ *Request, e *fake) { e.in.Skipped = p64(1) }, []string{"*check_failed"}, 4, nil,
			[]string{"files"}},
		"records not accounted for": {func(_ *Request, e *fake) { e.files[2].Records++ }, []string{"*check_failed"}, 4, nil,
			[]string{"records"}},
		"more events than records": {func(_ *Request, e *fake) { e.in.Records = p64(11); e.files[0].Records = 1 }, []string{"*check_failed"},
			4, nil, []string{"duplicates"}},
		"event outside": {func(_ *Request, e *fake) { e.in.Last = day(4) }, []string{"*check_failed"}, 4, nil, []string{"inside"}},
		"file list too short": {func(_ *Request, e *fake) { e.files[0].Records += e.files[5].Records; e.files = e.files[:5] },
			[]string{"*check_failed"}, 4, nil, []string{"input_list"}},
		"period not over": {func(r *Request, _ *fake) { r.Now = day(3).Add(time.Hour) }, []string{"*period_open"}, 4, nil,
			[]string{"period"}},
		"files changed meanwhile": {func(_ *Request, e *fake) { e.changes = engine.Changes{Came: 2, Replaced: 1} }, []string{"*logs_changed"},
			4, nil, nil},
		"expected region silent": {func(r *Request, _ *fake) { r.Accounts[0].Expect = []string{"us-east-1", "eu-west-1"} },
			[]string{"*regions_silent"}, 4, nil, nil},
		"conflicting copies": {func(_ *Request, e *fake) { e.in.Conflicting = p64(1) }, []string{"*conflicting"}, 4, nil,
			[]string{"conflicting"}},
		"hostile cell": {func(_ *Request, e *fake) { e.rows["iam/users"] = []result.Row{{day(1), a1, "x\u202e"}} },
			[]string{"altered"}, 0, nil, nil},
		"limited scope": {func(r *Request, _ *fake) { r.OnlyAccounts, r.OnlyRegions = []string{a2, a1}, []string{"eu-west-1"} },
			[]string{"only_accounts", "only_regions"}, 0, nil, nil},
		"period just over": {func(r *Request, _ *fake) { r.Settle, r.Now = time.Hour, day(4).Add(time.Hour-1) },
			[]string{"*period_settling"}, 4, nil, []string{"period"}},
		"period over and settled":     {func(r *Request, _ *fake) { r.Settle, r.Now = time.Hour, day(4).Add(time.Hour) }, nil, 0, nil, nil},
		"period that need not settle": {func(r *Request, _ *fake) { r.Now = day(4) }, nil, 0, nil, nil},
		"period open, settling later": {func(r *Request, _ *fake) { r.Settle, r.Now = time.Hour, day(4).Add(-1) }, []string{"*period_open"}, 4,
			nil, []string{"period"}},
		"engine that sees no files": {func(_ *Request, e *fake) {
			e.in, e.files = engine.Inputs{Events: p64(12), Categories: e.in.Categories}, nil
		}, []string{"deliveries_unseen"}, 0, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, e := request(), memory()
			c.change(&r, e)
			s := perform(t, t.TempDir(), r, e)
			var got []string
			for _, n := range s.Notices {
				key := n.Key
				if n.Incomplete {
					key = "*" + key
				}
				got = append(got, key)
			}
			if want := append(slices.Clone(c.notices), "digests_unchecked"); !slices.Equal(got, want) {
				t.Errorf("notices %v, want %v", s.Notices, want)
			}
			if exit := ExitCode(s.Record, query.None); exit != c.exit {
				t.Errorf("exit %d, want %d", exit, c.exit)
			}
			for id, want := range c.outcome {
				if v := s.Query(id).Verdict; v.Outcome != want {
					t.Errorf("%s: %+v, want %v", id, v, want)
				}
			}
			var failed []string
			for _, x := range s.Checks {
				if x.State == run.CheckFail {
					failed = append(failed, x.Name)
				}
			}
			if !slices.Equal(failed, c.failed) {
				t.Errorf("failed checks %v, want %v", failed, c.failed)
			}
			sound(t, s)
		})
	}
}

func TestFailedQueryNamesItsReason(t *testing.T) {
	e := memory()
	e.fail["root/console-login"] = &engine.Fault{Reason: engine.TimedOut, Hint: "shorten the period", Err: errors.New("30 minutes")}
	q := perform(t, t.TempDir(), request(), e).Query("root/console-login")
	if q.Verdict.Reason != "timed out: 30 minutes; shorten the period" || q.SHA256 != "" || q.SQL == "" {
		t.Errorf("%+v", q)
	}
}

// An error of the disk is not an answer of the engine: the run stops, and no query is called not evaluated.
func TestDiskError(t *testing.T) {
	t.Parallel()
	base, e := t.TempDir(), memory()
	e.before = func(id string) {
		work, err := filepath.Glob(filepath.Join(base, "*", "*", ".work-????????????????"))
		if id != "iam/users" || err != nil || len(work) != 1 {
			return
		}
		results := filepath.Join(work[0], "results")
		if err := errors.Join(os.RemoveAll(results), os.WriteFile(results, nil, 0o644)); err != nil {
			t.Error(err)
		}
	}
	var path *fs.PathError
	if _, err := Run(context.Background(), plan(t, request()), base, Parts{Engine: e}); !errors.As(err, &path) {
		t.Errorf("the run ended with %v", err)
	}
}

func TestControls(t *testing.T) {
	t.Parallel()
	state := func(e *fake) string {
		var out []string
		for _, c := range perform(t, t.TempDir(), request(), e).Controls {
			out = append(out, c.ID+" "+c.State)
		}
		return strings.Join(out, ", ")
	}
	clear := memory()
	clear.rows["root/console-login"] = nil
	failed := memory()
	failed.fail["iam/users"] = errors.New("no")
	for _, c := range []struct {
		e    *fake
		want string
	}{
		{memory(), "1.6 exceptions, 1.15 shown, 3.8 met, 9.9 not-covered"}, // 3.8 is the same as 3.10 of cis-4
		{clear, "1.6 met, 1.15 shown, 3.8 met, 9.9 not-covered"},
		{failed, "1.6 not-evaluated, 1.15 not-evaluated, 3.8 met, 9.9 not-covered"},
	} {
		if got := state(c.e); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// interrupted is the folder of runs after one that was cancelled when root/console-login had been answered and iam/users was asked.
func interrupted(t *testing.T) (base string) {
	t.Helper()
	base, e := t.TempDir(), memory()
	ctx, stop := context.WithCancel(context.Background())
	e.before = func(id string) {
		if id == "iam/users" {
			stop()
		}
	}
	if _, err := Run(ctx, plan(t, request()), base, Parts{Engine: e}); !errors.Is(err, context.Canceled) ||
		!strings.Contains(err.Error(), "goes on from here") {
		t.Fatal(err)
	}
	return base
}

func TestInterruptedRunGoesOn(t *testing.T) {
	t.Parallel()
	whole := lasting(t, perform(t, t.TempDir(), request(), memory()).Path)
	base, e := interrupted(t), memory()
	s := perform(t, base, request(), e)
	if slices.Contains(e.asked, "root/console-login") || !slices.Contains(e.asked, "s3/public-read") || e.opened != 1 {
		t.Errorf("asked %v", e.asked)
	}
	if d := cmp.Diff(whole, lasting(t, s.Path)); d != "" {
		t.Error(d)
	}
}

func TestChangedLogsDropKeptResults(t *testing.T) {
	t.Parallel()
	base, e := interrupted(t), memory()
	e.in.Digest = "inputs-2"
	s := perform(t, base, request(), e)
	if !slices.Contains(e.asked, "root/console-login") || s.Inputs.Digest != "inputs-2" {
		t.Errorf("results over other log files were used; asked %v", e.asked)
	}
}

// A crash while results are dropped may leave some whose list of log files is gone: what they rest on is not known, so they are asked
// again.
func TestResultsWithoutInputsAreDropped(t *testing.T) {
	t.Parallel()
	base := interrupted(t)
	lists, err := filepath.Glob(filepath.Join(base, "*", "*", ".work-*", "inputs.jsonl.gz"))
	if err != nil || len(lists) != 1 {
		t.Fatal(lists, err)
	}
	if err := os.Remove(lists[0]); err != nil {
		t.Fatal(err)
	}
	e := memory()
	e.rows["root/console-login"] = e.rows["root/console-login"][:1]
	s := perform(t, base, request(), e)
	if q := s.Query("root/console-login"); !slices.Contains(e.asked, "root/console-login") || q.Rows != 1 {
		t.Errorf("%d rows; asked %v", q.Rows, e.asked)
	}
}

// The test binary plays a run that kills itself at the nth step.
func TestMain(m *testing.M) {
	if base := os.Getenv("AUDIT_TEST_BASE"); base != "" {
		kill(base, os.Getenv("AUDIT_TEST_STEP"))
		return
	}
	os.Exit(m.Run())
}

func kill(base, step string) {
	p, problems := NewPlan(request())
	if problems.Err() != nil {
		os.Exit(3)
	}
	n := 0
	_, err := Run(context.Background(), p, base, Parts{Engine: memory(), Progress: func(e Event) {
		if n++; n == len(step) {
			me, _ := os.FindProcess(os.Getpid())
			me.Kill()
			select {}
		}
	}})
	if err != nil {
		os.Exit(4)
	}
}

func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	whole := lasting(t, perform(t, t.TempDir(), request(), memory()).Path)
	for n := 1; ; n++ {
		base := t.TempDir()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "AUDIT_TEST_BASE="+base, "AUDIT_TEST_STEP="+strings.Repeat("x", n))
		err := cmd.Run()
		if err == nil {
			if n < 12 {
				t.Errorf("a run has only %d steps", n-1)
			}
			return
		}
		if code := cmd.ProcessState.ExitCode(); code > 0 && code != 1 {
			t.Fatalf("step %d: the run ended with %d", n, code)
		}
		for name := range tree(t, base) {
			if strings.Contains(name, "/r1/") {
				t.Fatalf("step %d: half a run is visible: %s", n, name)
			}
		}
		s := perform(t, base, request(), memory())
		if d := cmp.Diff(whole, lasting(t, s.Path)); d != "" || s.Revision != 1 {
			t.Errorf("step %d: r%d %s", n, s.Revision, d)
		}
	}
}

func TestLocked(t *testing.T) {
	t.Parallel()
	base, e := t.TempDir(), memory()
	e.before = func(id string) {
		if id != "iam/users" {
			return
		}
		if _, err := Run(context.Background(), plan(t, request()), base, Parts{Engine: memory()}); !errors.Is(err, run.ErrLocked) {
			t.Error(err)
		}
	}
	perform(t, base, request(), e)
}

func TestCostGuard(t *testing.T) {
	t.Parallel()
	r, e := request(), memory()
	r.MaxCost, e.cost = engine.Money{Micros: 1_000_000, Currency: "USD"}, 1_000_001
	if _, err := Run(context.Background(), plan(t, r), t.TempDir(), Parts{Engine: e}); !errors.Is(err, ErrCost) || e.opened > 0 {
		t.Error(err)
	}
	e.cost--
	if _, err := Run(context.Background(), plan(t, r), t.TempDir(), Parts{Engine: e}); err != nil {
		t.Error(err)
	}
	e.mode, e.opened = "direct", 0 // without a figure
	if _, err := Run(context.Background(), plan(t, r), t.TempDir(), Parts{Engine: e}); !errors.Is(err, ErrCost) || e.opened > 0 {
		t.Errorf("a cost that nobody knows was allowed: %v", err)
	}
}

// english is the shipped language.
func english(t *testing.T) *style.Language {
	t.Helper()
	lib, problems := library.Open(library.Embedded(nil, nil, os.DirFS("../../templates"), true))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	l, problems := style.LoadLanguage(lib, "en")
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFormats(t *testing.T) {
	t.Parallel()
	l, base := english(t), t.TempDir()
	parts := func(w ...document.Writer) Parts { return Parts{Engine: memory(), Language: l, Writers: w} }
	p := plan(t, request())
	if _, err := Run(context.Background(), p, base, parts(lines{}, faulty{})); err == nil ||
		!strings.Contains(err.Error(), "faulty: no font") {
		t.Fatal(err)
	}
	for _, lie := range []int64{1, -1} {
		if _, err := Run(context.Background(), p, base, parts(lines{lie})); !errors.Is(err, ErrNotWritten) {
			t.Fatal(err)
		}
	}
	s, err := Run(context.Background(), p, base, parts(lines{}))
	if err != nil {
		t.Fatal(err)
	}
	files := tree(t, s.Path)
	if s.Revision != 1 || files["report.pdf"] != "" || !strings.Contains(files["report.txt"], "e2") {
		t.Errorf("r%d has %v", s.Revision, slices.Sorted(maps.Keys(files)))
	}
	out := memoryOutput{}
	if err := Render(context.Background(), s, p.Request.Report, out, parts(lines{})); err != nil ||
		out["report.txt"].String() != files["report.txt"] {
		t.Errorf("rendering again gives other bytes (%v)", err)
	}
	// Placeholders that a writer fills are not the composer's; keys without words are.
	if missing := slices.DeleteFunc(l.Missing(), func(k string) bool { return strings.HasSuffix(k, "}") }); len(missing) > 0 {
		t.Errorf("no words for %q", missing)
	}
}

// Every key that a record can hold has words in the shipped language.
func TestWords(t *testing.T) {
	l := english(t)
	for _, key := range []string{"no_logs", "query_failed", "population_failed", "gaps", "files_refused", "records_undated", "regions_silent",
		"not_logged", "logs_changed", "period_open", "period_settling", "check_failed",
		"limited", "only_accounts", "only_regions", "results_reused", "deliveries_unseen", "conflicting", "altered"} {
		if !l.Has("notice." + key) {
			t.Errorf("no words for notice.%s", key)
		}
	}
	for _, key := range append([]string{"refused", "undated", "conflicting", "gaps", "period", "queries"}, structural...) {
		if !l.Has("check."+key+".name") || !l.Has("check."+key+".how") {
			t.Errorf("no words for check.%s", key)
		}
	}
	for _, key := range []string{"over", "not_over", "settling", "any", "inside", "no_events", "not_observable"} {
		if !l.Has("figure." + key) {
			t.Errorf("no words for figure.%s", key)
		}
	}
}

func TestParams(t *testing.T) {
	settings := func(change func(*Request)) map[string]run.Setting {
		r := request()
		change(&r)
		p := plan(t, r)
		out := map[string]run.Setting{}
		for _, s := range p.params["root/console-login"] {
			out[s.Name] = s
		}
		return out
	}
	for name, c := range map[string]struct {
		change        func(*Request)
		value, origin string
	}{
		"query":    {func(*Request) {}, "[]", "query"},
		"defaults": {func(r *Request) { give(r, "defaults", "approved", "d", "unknown", "x") }, `["d"]`, "defaults"},
		"report": {func(r *Request) {
			give(r, "report", "approved", "r")
			give(r, "defaults", "approved", "d")
		}, `["r"]`, "report"},
		"flag": {func(r *Request) {
			give(r, "flag", "approved", "f")
			give(r, "report", "approved", "r")
		}, `["f"]`, "flag"},
		"flag before the one": {func(r *Request) {
			give(r, "flag", "approved", "f")
			give(r, "report", "root/console-login.approved", "r")
		}, `["f"]`, "flag"},
		"one before all": {func(r *Request) {
			give(r, "flag", "approved", "all", "root/console-login.approved", "one, two")
		}, `["one","two"]`, "flag"},
	} {
		if got := settings(c.change)["approved"]; got.Value != c.value || got.Origin != c.origin {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := settings(func(*Request) {})["organization"]; got.Value != `["111122223333","444455556666"]` || got.Origin != "fact accounts" {
		t.Errorf("%+v", got)
	}
	if got := settings(func(r *Request) { r.Facts = nil })["organization"]; got.Value != "[]" {
		t.Errorf("%+v", got)
	}
}

// give adds a level of parameters behind those that are there: name, value, name, value.
func give(r *Request, origin string, pairs ...string) {
	g := Given{Origin: origin, Values: map[string]report.Value{}, Any: origin == "defaults"}
	if origin == "flag" {
		g.Hint = "--param"
	}
	for i := 0; i < len(pairs); i += 2 {
		g.Values[pairs[i]] = node(pairs[i+1])
	}
	r.Given = append(r.Given, g)
}

func TestPlanRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Request)
		want   string
	}{
		"unknown parameter": {func(r *Request) { give(r, "flag", "aproved", "x") },
			`--param: no query of the report has the parameter "aproved"`},
		"unknown parameter of report": {func(r *Request) { give(r, "report", "root/other.x", "1") }, "reports/monthly-security.yaml"},
		"two types": {func(r *Request) {
			r.Report.Sections[0].Queries[1].Params = []query.Param{{Name: "approved", Type: "int", Default: int64(1)}}
		}, "in one report a name has one type"},
		"empty period":         {func(r *Request) { r.Period.To = r.Period.From }, "is empty"},
		"no queries":           {func(r *Request) { r.Report.Sections, r.Report.Summary = nil, nil }, "has no queries"},
		"no SQL":               {func(r *Request) { r.Report.Sections[0].Queries[1].SQL = node("DROP TABLE events") }, ""},
		"negative days":        {func(r *Request) { r.LateDays = -1 }, "late days"},
		"fact of another type": {func(r *Request) { r.Facts = map[string][]string{"accounts": {"two words"}} }, "fact accounts"},
	} {
		r := request()
		c.change(&r)
		p, problems := NewPlan(r)
		if p != nil || problems.Err() == nil || !strings.Contains(problems.Error(), c.want) {
			t.Errorf("%s: %v", name, problems)
		}
	}
	if _, problems := NewPlan(Request{}); problems.Err() == nil {
		t.Error("a plan without a report")
	}
}

func TestPlanKey(t *testing.T) {
	base := plan(t, request())
	if base.Key.Variant != "" || base.Key.Plan != plan(t, request()).Key.Plan || len(base.Scope.Run) != 16 {
		t.Errorf("%+v", base.Key)
	}
	for name, change := range map[string]func(*Request){
		"tool":      func(r *Request) { r.Tool = "other" },
		"build":     func(r *Request) { r.Build = "other" },
		"params":    func(r *Request) { r.Asked = map[string]string{"approved": "e1"} },
		"scope":     func(r *Request) { r.OnlyRegions = []string{"eu-west-1"} },
		"settings":  func(r *Request) { r.Settings[0].Value = "x" },
		"accounts":  func(r *Request) { r.Accounts[0].Since = day(2) },
		"late days": func(r *Request) { r.LateDays = 3 },
		"query":     func(r *Request) { r.Report.Sections[0].Queries[1].File.SHA256[5] = 1 },
		"source":    func(r *Request) { r.Source = "s3://x" },
		"relation":  func(r *Request) { r.Relation["zone"] = "Europe/Berlin" },
	} {
		r := request()
		change(&r)
		p := plan(t, r)
		if p.Key.Plan == base.Key.Plan {
			t.Errorf("%s does not change the plan", name)
		}
		if want := name == "params" || name == "scope"; (p.Key.Variant != "") != want {
			t.Errorf("%s: variant %q", name, p.Key.Variant)
		}
	}
	later := request()
	later.Now = day(25)
	if plan(t, later).Key.Plan != base.Key.Plan {
		t.Error("the present time changes the plan")
	}
}

func TestExitCode(t *testing.T) {
	q := func(severity string, open int64) run.Query {
		return run.Query{Severity: severity, Verdict: finding.Verdict{Open: open}}
	}
	for _, c := range []struct {
		r      run.Record
		failOn query.Severity
		want   int
	}{
		{run.Record{Queries: []run.Query{q("critical", 1)}}, query.None, 0},
		{run.Record{Queries: []run.Query{q("medium", 1)}}, query.High, 0},
		{run.Record{Queries: []run.Query{q("high", 1)}}, query.High, 3},
		{run.Record{Queries: []run.Query{q("critical", 0)}}, query.Low, 0},
		{run.Record{Queries: []run.Query{q("strange", 1)}}, query.Critical, 3},
		{run.Record{Queries: []run.Query{q("high", 1)}, Notices: []run.Notice{{Incomplete: true}}}, query.High, 4},
		{run.Record{Notices: []run.Notice{{Key: "altered"}}}, query.Low, 0},
	} {
		if got := ExitCode(&c.r, c.failOn); got != c.want {
			t.Errorf("%+v at %v: %d, want %d", c.r, c.failOn, got, c.want)
		}
	}
}

// Run folders of every format ever written must render, from their own definitions and the templates alone.
func TestOldRunsRender(t *testing.T) {
	folders, err := filepath.Glob("../run/testdata/trailscribe-run-*")
	if err != nil || len(folders) == 0 {
		t.Fatal("no old runs", err)
	}
	for _, dir := range folders {
		s, err := run.OpenFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		lib, problems := library.Open(s.Library())
		frameworks, more := framework.Load(lib)
		problems = append(problems, more...)
		queries, more := query.Load(lib, frameworks)
		problems = append(problems, more...)
		r, more := report.Load(lib, s.Report, queries, frameworks, yaml.Choice{Names: []string{"lines", "pdf", "xlsx", "json", "csv"}})
		if err := append(problems, more...).Err(); err != nil {
			t.Fatal(err)
		}
		first, again := memoryOutput{}, memoryOutput{}
		parts := Parts{Language: english(t), Writers: []document.Writer{lines{}}}
		if err := errors.Join(Render(context.Background(), s, r, first, parts), Render(context.Background(), s, r, again, parts)); err != nil {
			t.Fatal(err)
		}
		text := first["report.txt"].String()
		if text != again["report.txt"].String() || !strings.Contains(text, "192.0.2.1") || !strings.Contains(text, s.Digest) {
			t.Errorf("%s renders as\n%s", dir, text)
		}
	}
}
