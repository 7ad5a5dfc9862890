// Fuzz runs every fuzz target of the module: make fuzz. It finds them in the source, so a new one is run without
// being listed anywhere. It stops at the first that fails, with the failing input and the command that runs it again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"time"
)

// options are the flags.
type options struct {
	each     time.Duration  // for which a target is fuzzed
	total    time.Duration  // after which no other target is begun; 0: no limit
	only     *regexp.Regexp // package and name of the targets to run
	workers  int
	jobs     int
	guided   bool
	all      bool    // go on after a failure
	leastCPU float64 // executions per second of processor time; a target below is too slow
}

// long is the time from which on a target that is too slow is an error. In less time its seeds may be all that was run.
const long = 20 * time.Second

func main() {
	var o options
	flag.DurationVar(&o.each, "time", 30*time.Second, "how long each target is fuzzed")
	flag.DurationVar(&o.total, "total", 0, "begin no other target after this time, builds included; 0: no limit")
	only := flag.String("only", "", "a regular expression for targets, such as 'internal/yaml FuzzDecode'")
	flag.IntVar(&o.workers, "parallel", runtime.GOMAXPROCS(0), "processes that fuzz a target at the same time")
	flag.IntVar(&o.jobs, "jobs", 1, "targets that are fuzzed at the same time")
	flag.BoolVar(&o.guided, "guided", true, "build with the instruments by which fuzzing finds new code; without, inputs are mutated blindly")
	flag.BoolVar(&o.all, "all", false, "go on with the other targets after one has failed")
	flag.Float64Var(&o.leastCPU, "least", 10, "executions per second of processor time; a target with fewer is too slow to find anything")
	list := flag.Bool("list", false, "list the targets and run none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := func() (err error) {
		if o.only, err = regexp.Compile(*only); err != nil {
			return err
		}
		targets, err := find(ctx)
		if err != nil {
			return err
		}
		if *list {
			for _, t := range targets {
				fmt.Println(t)
			}
			return nil
		}
		return run(ctx, os.Stdout, o, targets)
	}()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

// run fuzzes the targets, o.jobs at the same time, and prints their results in the order of the targets.
func run(ctx context.Context, out io.Writer, o options, targets []target) error {
	temp, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	began := time.Now()
	var failed, slow, left []string
	executions := int64(0)
	end := false
	var done []chan outcome
	next := func(n int) {
		x := <-done[n]
		switch {
		case x.skipped:
			return
		case x.left:
			left = append(left, targets[n].String())
			return
		}
		executions += x.executions
		fmt.Fprintln(out, x.result)
		if x.err != nil {
			fmt.Fprintf(out, "%s\n%s", x.err, x.failure())
			failed = append(failed, targets[n].String())
			end = end || !o.all
		} else if x.rate() < o.leastCPU {
			slow = append(slow, targets[n].String())
		}
	}
	binary, built := "", ""
	for n, t := range targets {
		answer := make(chan outcome, 1)
		done = append(done, answer)
		if n >= o.jobs {
			next(n - o.jobs)
		}
		switch {
		case end || !o.only.MatchString(t.String()):
			answer <- outcome{skipped: true}
			continue
		case o.total > 0 && time.Since(began) > o.total:
			answer <- outcome{left: true}
			continue
		}
		if built != t.pkg {
			binary, built = filepath.Join(temp, fmt.Sprintf("%d.test", n)), t.pkg
			if err := build(ctx, o, t, binary); err != nil {
				return err
			}
		}
		go func(binary string) {
			r, err := fuzz(ctx, o, t, binary)
			answer <- outcome{result: r, err: err}
		}(binary)
	}
	for n := max(0, len(targets)-o.jobs); n < len(targets); n++ {
		next(n)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	fmt.Fprintf(out, "%d executions in %s\n", executions, time.Since(began).Round(time.Second))
	return verdict(out, o, failed, slow, left)
}

// outcome is what became of one target.
type outcome struct {
	result
	err     error
	skipped bool // it was not asked for
	left    bool // the time was over
}

// verdict says what was found and what was not tried.
func verdict(out io.Writer, o options, failed, slow, left []string) error {
	for _, t := range slow {
		fmt.Fprintf(out, "too slow: %s has fewer than %g executions per second of processor time\n", t, o.leastCPU)
	}
	for _, t := range left {
		fmt.Fprintf(out, "not run: %s, because the time of -total is over\n", t)
	}
	switch {
	case len(failed) > 0:
		return fmt.Errorf("%d targets failed: %q", len(failed), failed)
	case len(slow) > 0 && o.each >= long:
		return fmt.Errorf("%d targets are too slow to find anything; give them less to do", len(slow))
	case len(left) > 0 && o.each >= long:
		return errors.New("not every target was run")
	}
	return nil
}
