package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"trailscribe/internal/manifest"
)

// raced are jobs that share OUT and cache: one series of six periods, and another report.
var raced = []job{
	{"quick", "2026-10-29"}, {"quick", "2026-10-30"}, {"quick", "2026-10-31"},
	{"quick", "2026-10-29..2026-10-30"}, {"quick", "2026-10-30..2026-10-31"}, {"quick", attackPeriod},
	{"other", attackPeriod}, {"other", "2026-10-30"},
}

// Of several processes that want the same run, one writes it; the others are told that it is locked, or find it unchanged.
func TestAttackRaceForOneRun(t *testing.T) {
	attack{name: "2 to 4 processes for one run", whole: 30, sample: 1, try: func(t *try) {
		j := raced[t.IntN(len(raced))]
		race(t, slices.Repeat([]job{j}, 2+t.IntN(3)))
	}}.run(t)
}

// Several processes with one OUT and one cache do not disturb each other, whether they fill the cache or find it filled.
func TestAttackRaceBesideEachOther(t *testing.T) {
	attack{name: "2 to 6 processes: other reports, other periods, the same", whole: 15, try: func(t *try) {
		var jobs []job
		for range 2 + t.IntN(5) {
			jobs = append(jobs, raced[t.IntN(len(raced))])
		}
		race(t, jobs)
	}}.run(t)
}

// Six periods of a series that are sealed at the same time are one chain of manifests.
func TestAttackRaceForTheChain(t *testing.T) {
	attack{name: "six periods of a series sealed at once: one chain", whole: 6, try: func(t *try) {
		jobs := slices.Clone(raced[:6])
		t.Shuffle(len(jobs), func(a, b int) { jobs[a], jobs[b] = jobs[b], jobs[a] })
		out := race(t, jobs)
		names, err := filepath.Glob(filepath.Join(out, "quick", "*", "r1"))
		if err != nil || len(names) != len(jobs) {
			t.Fatalf("%d runs: %v", len(names), err)
		}
		digests, previous := map[string]bool{}, map[string]int{}
		for _, name := range names {
			m, err := manifest.Read(os.DirFS(name))
			if err != nil {
				t.Fatal(err)
			}
			digests[m.Digest()] = true
			previous[m.Previous]++
		}
		for p, n := range previous {
			if n > 1 || p != "" && !digests[p] {
				t.Errorf("%d manifests name %q as the one before them; it is one of the series: %v", n, p, digests[p])
			}
		}
	}}.run(t)
}

// race starts the jobs at once, each a process, and holds what they leave to what they write one after the other.
func race(t *try, jobs []job) (out string) {
	g := attackGround(t)
	folder := t.TempDir()
	out = filepath.Join(folder, "out")
	if t.IntN(2) == 0 {
		copyTree(t, g.cache, filepath.Join(folder, "cache"))
	}
	var started []*running
	for _, j := range jobs {
		r, err := begin(command(t.Context(), folder, g.runs(j, "out", "cache")...))
		if err != nil {
			t.Fatal(err)
		}
		started = append(started, r)
		t.count("processes")
	}
	done := map[job]int{}
	for i, r := range started {
		switch e := t.expects(r, exitDone, exitLocked); e.code {
		case exitDone:
			done[jobs[i]]++
			t.count("exit 0")
		case exitLocked:
			t.count("exit 8")
		}
	}
	for _, j := range jobs {
		if done[j] == 0 {
			t.Errorf("%v was not written by anybody", j)
		}
	}
	g.holds(t, out, jobs...)
	t.verified(out)
	t.unspilled(filepath.Join(folder, "cache"))
	return out
}
