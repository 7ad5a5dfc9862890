// Run takes away one rule of the translation to DuckDB after the other and looks whether a test notices. It is run from the
// module's root: make mutation.
//
// Nothing in the tree is changed: a mutated file is put in place of the true one for one build, by go build -overlay. What is
// built is the printer alone, without DuckDB; its statements are run by this program and compared with Trino's recorded answers.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"sync"
	"text/tabwriter"

	"trailscribe/internal/sql/mutation"
)

func main() {
	only := flag.String("only", "", "a regular expression for the mutations to make")
	workers := flag.Int("workers", 2, "how many at once")
	answer := flag.Bool("answer", false, "answer every expression with what this program is linked with, as gob; for its own use")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := func() error {
		if *answer {
			return answerAll(ctx, os.Stdout)
		}
		return run(ctx, os.Stdout, *only, *workers)
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutation:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// outcome is what became of a mutation.
type outcome struct {
	kills int
	first string // what was noticed first
	err   error
}

func run(ctx context.Context, out io.Writer, only string, workers int) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	var chosen []mutation.Mutation
	for _, m := range mutation.All() {
		if pattern.MatchString(m.ID) {
			chosen = append(chosen, m)
		}
	}
	temp, err := os.MkdirTemp("", "mutation")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	t, err := prepare(ctx, temp)
	if err != nil {
		return err
	}
	defer t.base.db.Close()

	outcomes := make([]outcome, len(chosen))
	next := make(chan int)
	var wait sync.WaitGroup
	for range max(1, workers) {
		wait.Go(func() {
			for i := range next {
				o := t.try(ctx, chosen[i])
				outcomes[i] = o
				fmt.Fprintf(os.Stderr, "%s %s\n", o.word(), chosen[i].ID)
			}
		})
	}
	for i := range chosen {
		next <- i
	}
	close(next)
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return report(out, chosen, outcomes)
}

func (o outcome) word() string {
	switch {
	case o.err != nil:
		return "error   "
	case o.kills == 0:
		return "SURVIVED"
	}
	return "killed  "
}

// report prints a line for each mutation, by trap; what survived makes it an error.
func report(out io.Writer, ms []mutation.Mutation, outcomes []outcome) error {
	var bad []string
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for n := range len(mutation.Traps) + 1 {
		n = (n + 1) % (len(mutation.Traps) + 1) // those of no trap come last
		title, without := "other functions and forms", ""
		if n > 0 {
			title, without = fmt.Sprintf("%d. %s", n, mutation.Traps[n-1].Title), mutation.Traps[n-1].Without
		}
		fmt.Fprintf(w, "\n%s\n", title)
		for i, m := range ms {
			if m.Trap != n {
				continue
			}
			o := outcomes[i]
			noticed := fmt.Sprintf("%d\t%s", o.kills, o.first)
			if o.err != nil {
				noticed = "-\t" + o.err.Error()
			}
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", strings.TrimSpace(o.word()), m.ID, m.Rule, noticed)
			if o.err != nil || o.kills == 0 {
				bad = append(bad, m.ID)
			}
		}
		if without != "" {
			fmt.Fprintf(w, "  none for: %s\n", without)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%d rules taken away, %d noticed\n", len(ms), len(ms)-len(bad))
	if len(bad) > 0 {
		return fmt.Errorf("no test notices, or there was an error: %s", strings.Join(bad, ", "))
	}
	return nil
}

func (o *outcome) note(noticed string) {
	if noticed == "" {
		return
	}
	if o.kills++; o.kills == 1 {
		o.first = strings.Join(strings.Fields(noticed), " ")
		if r := []rune(o.first); len(r) > 150 {
			o.first = string(r[:150]) + "…"
		}
	}
}

func (o *outcome) add(p outcome) {
	if o.kills == 0 {
		o.first = p.first
	}
	o.kills += p.kills
}
