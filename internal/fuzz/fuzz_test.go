package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFuzzFunctions(t *testing.T) {
	got, err := fuzzFunctions("x_test.go", `package x
import "testing"
func FuzzA(f *testing.F) {}
func FuzzB(t *testing.T) {}
func FuzzC() {}
func (x) FuzzD(f *testing.F) {}
func TestE(t *testing.T) {}
func FuzzF(other *testing.F) {}
// func FuzzG(f *testing.F) {}
var s = "func FuzzH(f *testing.F) {}"
`)
	if err != nil || !slices.Equal(got, []string{"FuzzA", "FuzzF"}) {
		t.Errorf("%q, %v", got, err)
	}
}

// The targets of the module are found, each once, those of internal and of external tests.
func TestFind(t *testing.T) {
	got, err := find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range got {
		if x.pkg == "" || x.dir == "" {
			t.Errorf("%+v", x)
		}
		names = append(names, x.String())
	}
	for _, want := range []string{"internal/yaml FuzzDecode", "internal/query FuzzLoad", "internal/document/pdf FuzzDocument"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s was not found", want)
		}
	}
	if once := slices.Compact(slices.Clone(names)); len(once) != len(names) || !slices.IsSorted(names) || len(names) < 40 {
		t.Errorf("%d targets: %q", len(names), names)
	}
}

const output = `fuzz: elapsed: 0s, gathering baseline coverage: 0/2 completed
fuzz: elapsed: 3s, execs: 100 (33/sec), new interesting: 1 (total: 3)
fuzz: elapsed: 5s, execs: 1234 (200/sec), new interesting: 7 (total: 9)
--- FAIL: FuzzX (5.00s)
    --- FAIL: FuzzX (0.00s)
        x_test.go:1: it broke

    Failing input written to testdata/fuzz/FuzzX/0123456789abcdef
    To re-run:
    go test -run=FuzzX/0123456789abcdef
FAIL
`

func TestResult(t *testing.T) {
	dir := t.TempDir()
	seed := filepath.Join(dir, "testdata", "fuzz", "FuzzX")
	if err := errors.Join(os.MkdirAll(seed, 0o755), os.WriteFile(filepath.Join(seed, "0123456789abcdef"),
		[]byte("go test fuzz v1\nstring(\"x\")\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	r := result{target: target{name: "FuzzX", path: "internal/x", dir: dir}, output: output, cpu: 2 * time.Second}
	if r.executions, r.found = counts(output); r.executions != 1234 || r.found != 7 || r.rate() != 617 {
		t.Errorf("%d executions, %d found, %g per second", r.executions, r.found, r.rate())
	}
	said := r.failure()
	for _, want := range []string{"it broke", "The failing input is internal/x/testdata/fuzz/FuzzX/0123456789abcdef\n", `string("x")`,
		"go test ./internal/x -run '^FuzzX$/^0123456789abcdef$'\n"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	late := "--- FAIL: FuzzX (2.17s)\n    context deadline exceeded\nFAIL\n"
	if !endedLate("fuzz: elapsed: 2s, execs: 9\n"+late) || endedLate(output) || endedLate(late+output) ||
		endedLate("--- FAIL: FuzzX (2.17s)\n    x_test.go:1: context deadline exceeded\nFAIL\n") {
		t.Error("the end of the time is not told from a failure")
	}
	r.output = "--- FAIL: FuzzX (0.00s)\n"
	if said := r.failure(); !strings.Contains(said, "before it was fuzzed") || !strings.Contains(said, "-run '^FuzzX$'") {
		t.Error(said)
	}
	if e, f := counts("fuzz: elapsed: 2s, execs: 253754 (123191/sec)\n"); e != 253754 || f != 0 { // built without instruments
		t.Error(e, f)
	}
	if e, f := counts(""); e != 0 || f != 0 {
		t.Error(e, f)
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		each               time.Duration
		failed, slow, left []string
		want               string
	}{
		{long, nil, nil, nil, ""},
		{long, []string{"a"}, []string{"b"}, nil, "1 targets failed"},
		{long, nil, []string{"b"}, nil, "too slow"},
		{time.Second, nil, []string{"b"}, []string{"c"}, ""},
		{long, nil, nil, []string{"c"}, "not every target"},
	} {
		err := verdict(io.Discard, options{each: c.each, only: regexp.MustCompile("")}, c.failed, c.slow, c.left)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v gives %v", c, err)
		}
	}
}
