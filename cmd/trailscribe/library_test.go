package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trailscribe/internal/audit"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/source"
	"trailscribe/internal/style"
	"trailscribe/internal/terminal"
	"trailscribe/internal/testcase"
)

// ready is the program as a user without any configuration has it, in an empty folder.
func ready(t *testing.T) (*program, *setup) {
	t.Helper()
	env := func(string) string { return "" }
	p := &program{in: strings.NewReader(""), out: io.Discard, err: io.Discard, env: env, dir: t.TempDir(),
		now: func() time.Time { return time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC) }}
	p.term = terminal.New(terminal.Options{Out: io.Discard, Err: io.Discard, Env: env, Quiet: true})
	p.root() // registers flags with their defaults
	s, problems, err := p.openAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range problems {
		t.Errorf("the library has a problem: %v", x)
	}
	return p, s
}

// Every query of the library: its SQL is accepted, its cases hold, and they show at least one row and one that nearly is one.
func TestLibraryQueries(t *testing.T) {
	t.Parallel()
	p, s := ready(t)
	if len(s.queries.Queries) < 30 {
		t.Fatalf("%d queries: the library is not whole", len(s.queries.Queries))
	}
	for _, q := range s.queries.Queries {
		checked, problems := s.compile(q)
		for _, x := range problems {
			t.Errorf("%s: %v", q.ID, x)
		}
		if checked == nil {
			continue
		}
		for _, x := range q.LintRecurs(checked.Columns()) {
			t.Errorf("%s: %v", q.ID, x)
		}
		_, problems = q.CompilePopulation(s.definition.Catalog())
		for _, x := range problems {
			t.Errorf("%s: population: %v", q.ID, x)
		}
		cases, problems := s.queries.Cases(q)
		for _, x := range problems {
			t.Errorf("%s: cases: %v", q.ID, x)
		}
		if hit, miss := query.Covered(cases); !hit || !miss && q.Kind == query.KindException {
			t.Errorf("%s: its cases show a hit: %t, a near miss: %t", q.ID, hit, miss)
		}
		if q.Kind == query.KindException && (len(q.Key) == 0 || q.Why == "" || q.Fix == "") {
			t.Errorf("%s: an exception query says why it matters, what to do, and what identifies a row", q.ID)
		}
	}
	verdicts, err := p.runCases(context.Background(), s, s.queries.Queries)
	if err != nil {
		t.Fatal(err)
	}
	ran := map[string]bool{}
	for _, v := range verdicts {
		ran[v.Query] = true
		if !v.Passed() {
			t.Errorf("%s: %s: %s\n%s", v.Place, v.Query, v.Case, v.Diff)
		}
	}
	if len(ran) != len(s.queries.Queries) || len(verdicts) <= len(ran) {
		t.Errorf("%d cases of %d queries ran; the library has %d queries", len(verdicts), len(ran), len(s.queries.Queries))
	}
}

// A case that is wrong fails: otherwise the test above proves nothing.
func TestLibraryCaseThatIsWrongFails(t *testing.T) {
	t.Parallel()
	_, s := ready(t)
	q, err := s.one("root/console-login")
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := testcase.Run(context.Background(), s.queries, testcase.Options{
		Definition: s.definition, Hold: emptied, Open: caseEngine(0), Only: func(x *query.Query) bool { return x == q },
	})
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, v := range verdicts {
		if !v.Passed() {
			failed++
		}
	}
	if failed == 0 {
		t.Error("over logs that hold nothing every case of root/console-login passed")
	}
}

// emptied is the log files of cases without their records.
func emptied(files map[string][]byte) source.Source {
	for name := range files {
		files[name] = []byte(`{"Records":[]}`)
	}
	return memory(files)
}

// Every report plans: each of its queries compiles and binds, and stands in it once.
func TestLibraryReports(t *testing.T) {
	t.Parallel()
	p, s := ready(t)
	all, problems := report.All(s.library, s.queries, s.frameworks, shipped.choice())
	for _, x := range problems {
		t.Errorf("%v", x)
	}
	if len(all) < 4 {
		t.Fatalf("%d reports", len(all))
	}
	for _, r := range all {
		t.Run(r.ID, func(t *testing.T) {
			if r.FailOnSet {
				t.Error("a shipped report sets no fail_on")
			}
			asked := map[string]string{}
			for _, sec := range r.Sections {
				if len(sec.Queries) == 0 {
					t.Errorf("section %q asks nothing", sec.Title)
				}
				for _, q := range sec.Queries {
					if first, twice := asked[q.ID]; twice {
						t.Errorf("%s stands in %q and in %q", q.ID, first, sec.Title)
					}
					asked[q.ID] = sec.Title
				}
			}
			set, err := p.resolve(s, r)
			if err != nil {
				t.Fatal(err)
			}
			request, _, err := request(s, set, r, p.now())
			if err != nil {
				t.Fatal(err)
			}
			plan, problems := audit.NewPlan(request)
			for _, x := range problems {
				t.Errorf("%v", x)
			}
			if plan == nil {
				t.Fatal("there is no plan")
			}
			planned := map[string]int{}
			for _, x := range plan.Statements {
				planned[x.ID]++
			}
			for _, q := range r.Queries() {
				if planned[q.ID] != 1 {
					t.Errorf("%s is asked %d times", q.ID, planned[q.ID])
				}
			}
			again, _ := audit.NewPlan(request)
			if again == nil || again.Key != plan.Key {
				t.Error("the same request has two plans")
			}
		})
	}
}

// Every YAML file of the library is read by something, and none is left over: a file that nothing loads is checked by nothing.
func TestLibraryFilesAreKnown(t *testing.T) {
	t.Parallel()
	p, s := ready(t)
	known := map[string]bool{}
	for _, q := range s.queries.Queries {
		known["queries/"+q.ID+".yaml"] = true
		known["queries/"+q.ID+"_test.yaml"] = true
	}
	for _, id := range report.IDs(s.library) {
		known["reports/"+id+".yaml"] = true
	}
	for _, id := range s.frameworks.IDs() {
		known["reports/frameworks/"+id+".yaml"] = true
	}
	for _, tag := range style.Languages(s.library) {
		if _, err := s.language(tag); err != nil {
			t.Errorf("language %s: %v", tag, err)
		}
	}
	for _, f := range s.library.Glob("templates/themes/*.yaml") {
		if _, problems := style.LoadTheme(s.library, strings.TrimSuffix(filepath.Base(f.Path), ".yaml")); len(problems) > 0 {
			t.Errorf("%v", problems)
		}
	}
	for _, f := range s.library.Glob("reports/calendars/*.yaml") {
		s.config.Calendar.Value = strings.TrimSuffix(filepath.Base(f.Path), ".yaml")
		if _, _, err := s.calendar(); err != nil {
			t.Errorf("%v", err)
		}
	}
	for _, folder := range []string{"queries", "reports"} {
		for _, path := range s.library.Paths(folder) {
			if strings.HasSuffix(path, ".yaml") && !known[path] && !strings.HasPrefix(path, "reports/calendars/") {
				t.Errorf("nothing reads %s", path)
			}
		}
	}
	if wrote, err := os.ReadDir(p.dir); err != nil || len(wrote) > 0 {
		t.Errorf("loading the library wrote %v (%v)", wrote, err)
	}
}

// Flags of commands share variables: one that sets another default would change it for all.
func TestFlagsHaveTheDefaultTheyShow(t *testing.T) {
	p := &program{in: strings.NewReader(""), out: io.Discard, err: io.Discard, env: func(string) string { return "" }}
	n := 0
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, set := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
			set.VisitAll(func(f *pflag.Flag) {
				if n++; f.Value.String() != f.DefValue {
					t.Errorf("%s: --%s says its default is %q and has %q", c.CommandPath(), f.Name, f.DefValue, f.Value)
				}
			})
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(p.root())
	if n < 50 {
		t.Errorf("%d flags", n)
	}
}
