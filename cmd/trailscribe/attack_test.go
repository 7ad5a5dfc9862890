package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	attacksWanted = flag.String("attacks", "sample", "TestAttack…: how often each attack is tried: a number, sample, or whole")
	attackSeed    = flag.Uint64("seed", 1, "TestAttack…: number of the first try; the next has the next")
)

// attack is one row of the table in docs/reliability.md. A try follows from its number alone: its plan is the same whenever
// it is carried out, though what the system schedules is not.
type attack struct {
	name   string
	whole  int  // tries of the whole campaign
	sample int  // tries of an ordinary test run
	alone  bool // tries change something of the process, so that no two of them may run at the same time
	try    func(t *try)
}

// try is one try of an attack.
type try struct {
	*testing.T
	*rand.Rand
	number uint64 // its place in the campaign; it seeds Rand
	of     *counters
}

// choose gives the element of a list that is the try's turn: as many tries in a row as the list is long have all of them, and
// few of them stand apart.
func choose[E any](t *try, list []E) E {
	n := uint64(len(list))
	step := uint64(1)
	for s := n*618/1000 | 1; s < n; s++ { // near the golden section, and without a common divisor
		if gcd(s, n) == 1 {
			step = s
			break
		}
	}
	return list[t.number%n*step%n]
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// count counts something that happened besides the tries themselves.
func (t *try) count(what string) { t.add(what, 1) }

func (t *try) add(what string, n int) {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	t.of.happened[what] += n
}

// counters is what came of one attack.
type counters struct {
	name     string
	planned  int
	mu       sync.Mutex
	carried  int // out, to the end
	held     int
	happened map[string]int
	took     time.Duration
	cpu      time.Duration // of the test and of the processes that ended
}

var (
	tallies   []*counters
	talliesMu sync.Mutex
)

// run carries out the tries and fails where one failed, or where fewer were carried out than planned: nothing holds because
// it was skipped.
func (a attack) run(t *testing.T) {
	planned := a.sample
	switch *attacksWanted {
	case "sample":
		if testing.Short() {
			planned = min(planned, 1)
		}
	case "whole":
		planned = a.whole
	default:
		n, err := strconv.Atoi(*attacksWanted)
		if err != nil || n < 1 {
			t.Fatalf("-attacks is sample, whole or a number, not %q", *attacksWanted)
		}
		planned = n
	}
	if planned == 0 {
		t.Skip("only in the whole campaign: make attack")
	}
	all := &counters{name: a.name, planned: planned, happened: map[string]int{}}
	talliesMu.Lock()
	tallies = append(tallies, all)
	talliesMu.Unlock()
	top := t.Name()
	at, before := time.Now(), spent()
	t.Run("tries", func(t *testing.T) {
		for i := range planned {
			number := *attackSeed + uint64(i)
			t.Run(strconv.FormatUint(number, 10), func(t *testing.T) {
				if !a.alone {
					t.Parallel()
				}
				ended := false
				t.Cleanup(func() {
					all.mu.Lock()
					defer all.mu.Unlock()
					if ended || t.Failed() {
						all.carried++
					}
					if ended && !t.Failed() {
						all.held++
					}
					if t.Failed() {
						t.Logf("repeat it: go test ./cmd/trailscribe -count=1 -run '^%s$' -attacks 1 -seed %d", top, number)
					}
				})
				watchCanary(t)
				a.try(&try{T: t, Rand: rand.New(rand.NewPCG(number, 0x61747461636b)), number: number, of: all})
				ended = true
			})
		}
	})
	all.took, all.cpu = time.Since(at), spent()-before
	groundUntouched(t)
	if all.carried < planned {
		t.Errorf("%d tries were planned and %d carried out", planned, all.carried)
	}
}

// leaving is done after the tests.
var leaving []func()

func atExit(f func()) { leaving = append(leaving, f) }

// attacking prints the table of attacks after the tests.
type attacking struct{ *testing.M }

func (a attacking) Run() int {
	code := a.M.Run()
	for _, f := range leaving {
		f()
	}
	if len(tallies) == 0 || *attacksWanted == "sample" {
		return code
	}
	fmt.Fprintf(os.Stdout, "\n%-72s %8s %8s %8s %8s %8s %8s\n", "attack", "planned", "tried", "held", "failed", "seconds", "CPU-s")
	var took, cpu time.Duration
	for _, x := range tallies {
		took, cpu = took+x.took, cpu+x.cpu
		fmt.Fprintf(os.Stdout, "%-72s %8d %8d %8d %8d %8.0f %8.0f\n",
			x.name, x.planned, x.carried, x.held, x.carried-x.held, x.took.Seconds(), x.cpu.Seconds())
		var beside []string
		for what, n := range x.happened {
			beside = append(beside, fmt.Sprintf("%s: %d", what, n))
		}
		if slices.Sort(beside); len(beside) > 0 {
			fmt.Fprintf(os.Stdout, "    %s\n", strings.Join(beside, "; "))
		}
	}
	fmt.Fprintf(os.Stdout, "%-72s %8s %8s %8s %8s %8.0f %8.0f\n", "together", "", "", "", "", took.Seconds(), cpu.Seconds())
	return code
}
