package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// demoOf is the demonstration with some threads: the digest of each file of its reports, and the most memory it took in MiB.
func demoOf(t *try, threads int) (tree, int) {
	t.Helper()
	folder := t.TempDir()
	c := command(t.Context(), folder, "demo", "--threads", fmt.Sprint(threads), "--quiet")
	e, peak := t.measured(c, 3<<10, exitDone)
	t.Logf("%d threads: %d MiB, %.1f s", threads, peak, e.took.Seconds())
	all, err := readTree(filepath.Join(folder, "demo", "reports"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range all {
		if len(data) > 64 {
			sum := sha256.Sum256([]byte(data))
			all[name] = hex.EncodeToString(sum[:])
		}
	}
	for _, ending := range []string{"report.pdf", "report.xlsx", "record.json"} {
		if n := len(slices.DeleteFunc(slices.Collect(maps.Keys(all)),
			func(name string) bool { return !strings.HasSuffix(name, "/"+ending) })); n < 4 {
			t.Errorf("the demonstration wrote %d files %s", n, ending)
		}
	}
	t.verified(filepath.Join(folder, "demo", "reports"))
	if err := os.RemoveAll(filepath.Join(folder, "demo")); err != nil {
		t.Error(err)
	}
	return all, peak
}

// The demonstration gives the same bytes however many threads it has, and needs less than a gigabyte.
func TestAttackThreads(t *testing.T) {
	var mu sync.Mutex
	var want tree // with two threads
	numbers := []int{1, 8, 16, 64}
	attack{name: "the demonstration with 1, 8, 16, 64 threads, against one with 2", whole: len(numbers), alone: true, try: func(t *try) {
		bounded := func(threads int) tree {
			got, peak := demoOf(t, threads)
			t.most("MiB", peak)
			if peak > 1<<10 {
				t.Errorf("%d threads: %d MiB", threads, peak)
			}
			return got
		}
		mu.Lock()
		defer mu.Unlock()
		if want == nil {
			want = bounded(2)
		}
		got := bounded(choose(t, numbers))
		want.same(t, got)
		t.add("files compared", len(got))
	}}.run(t)
}
