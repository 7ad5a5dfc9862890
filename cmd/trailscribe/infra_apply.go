package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"trailscribe/internal/infra"
	"trailscribe/internal/lake"
)

func (p *program) infraApplyCommand() *cobra.Command {
	var f infraFlags
	var saved, rollback, confirm string
	var yes bool
	var prove int
	c := &cobra.Command{
		Use:   "apply [PLAN]",
		Short: "Make the changes, then prove that the table sees the log files",
		Long: `Apply shows the plan, asks, makes the changes in order and stops at the first error. With --plan it makes exactly
the changes of a saved plan, or none if what is there is no longer what the plan saw. A plan to destroy is applied as
'infra destroy' would: the name of the database must be typed, or given with --confirm; --yes is not enough.

Afterwards it counts: for a few accounts, the newest day that has log files is asked of the table and compared with
the files in the bucket. A table that sees none of them ends with exit code 7. A count reads one day of one account
in one region; Athena bills at least 10 MB for it. --prove 0 leaves it out.

--rollback VERSION (or previous) writes an earlier version of the table back; 'infra status' names the versions.`,
		Example: `  trailscribe infra apply
  trailscribe infra apply --plan plan.json --yes
  trailscribe infra apply --rollback previous`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			name, err := planFile(saved, args)
			if err != nil {
				return err
			}
			if rollback != "" {
				if name != "" {
					return usage("do one after the other", "--rollback and a saved plan cannot be given together")
				}
				return p.infraRollback(c, f, rollback, yes)
			}
			plan, e, err := p.planToApply(c, f, name)
			if err != nil {
				return err
			}
			if plan.Purpose == infra.Destroying {
				return p.destroyPlan(c, f, plan, e, true, confirm)
			}
			if confirm != "" {
				return usage("--yes makes the changes without asking", "--confirm is for plans to destroy")
			}
			if err := p.applyPlan(c, f, plan, e, yes); err != nil {
				return err
			}
			if prove <= 0 || !holdsTable(plan) && !e.existing {
				return nil
			}
			return p.proveTable(c.Context(), e, prove)
		},
	}
	f.register(p, c)
	f.registerComponents(c)
	f.registerAdopt(c)
	c.Flags().StringVar(&saved, "plan", "", "a plan saved by 'infra plan --out'")
	c.Flags().StringVar(&confirm, "confirm", "", "the name of the database, to apply a plan to destroy without asking")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.Flags().IntVar(&prove, "prove", 3, "accounts to count afterwards; 0: none")
	c.Flags().StringVar(&rollback, "rollback", "", "write this version of the table back, or previous")
	return c
}

func holdsTable(plan *infra.Plan) bool {
	for _, s := range plan.Steps {
		if s.Component == "table" {
			return true
		}
	}
	return false
}

// planToApply is the saved plan, else one made now.
func (p *program) planToApply(c *cobra.Command, f infraFlags, saved string) (*infra.Plan, *athenaSetup, error) {
	if saved == "" {
		return p.makePlan(c, f, false)
	}
	plan, err := loadPlan(p.at(saved))
	if err != nil {
		return nil, nil, err
	}
	n := needContents
	if plan.Purpose == infra.Destroying {
		n = needCatalog
	}
	e, err := p.openAthenaSetup(c.Context(), f, n)
	return plan, e, err
}

func (p *program) applyPlan(c *cobra.Command, f infraFlags, plan *infra.Plan, e *athenaSetup, yes bool) error {
	rs, err := e.resources(componentsOf(f, plan))
	if err != nil {
		return err
	}
	if err := p.showChanges(plan); err != nil {
		return err
	}
	if len(plan.Changes()) == 0 {
		return nil
	}
	if len(plan.Blocked()) == 0 && !yes {
		if err := p.ask(c.Context(), "Make these changes? Type yes: ", "yes", "give --yes to make them without asking"); err != nil {
			return err
		}
	}
	err = plan.Apply(c.Context(), e.target, rs, func(d infra.Done) {
		if d.Err == nil {
			p.term.Message(d.Ref + ": done")
		}
	})
	return infraError(err)
}

// ask reads one line and holds it against what must be typed. Who interrupts need not type it first.
func (p *program) ask(ctx context.Context, question, want, hint string) error {
	p.term.Done()
	fmt.Fprint(p.err, question)
	var line string
	var err error
	answered := make(chan struct{})
	go func() { // reading cannot be interrupted: what waits here ends with the program
		line, err = bufio.NewReader(io.LimitReader(p.in, 1024)).ReadString('\n')
		close(answered)
	}()
	select {
	case <-answered:
	case <-ctx.Done():
		fmt.Fprintln(p.err)
		return ctx.Err()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if strings.TrimSpace(line) != want {
		fmt.Fprintln(p.err)
		return usage(hint, "not confirmed: nothing was changed")
	}
	return nil
}

func (p *program) infraRollback(c *cobra.Command, f infraFlags, version string, yes bool) error {
	e, err := p.openAthenaSetup(c.Context(), f, needCatalog)
	if err != nil {
		return err
	}
	if e.existing {
		return usage("", "the table is not kept by Trailscribe (catalog: existing)")
	}
	if !yes {
		if err := p.ask(c.Context(), fmt.Sprintf("Write version %s of the table %s.%s back? Type yes: ", version, e.Database, e.Table), "yes",
			"give --yes to do it without asking"); err != nil {
			return err
		}
	}
	back, err := e.Rollback(c.Context(), version)
	if err != nil {
		return infraError(err)
	}
	p.term.Message(fmt.Sprintf("table %s.%s is as it was in version %s; 'trailscribe infra plan' shows how that differs from "+
		"the configuration", e.Database, e.Table, back))
	return nil
}

// proveTable counts and says what came out. A table that sees nothing where files are ends with the code of a failed verification.
func (p *program) proveTable(ctx context.Context, e *athenaSetup, accounts int) error {
	now, err := e.Current(ctx)
	if err != nil {
		return infraError(err)
	}
	if now == nil { // somebody else's, with catalog: existing: apply does not make it
		p.term.Warn("the table " + e.Database + "." + e.Table + " is not there, so nothing was counted; make it, or name another with table:")
		return nil
	}
	p.term.Progress("counting", 0, 0)
	proofs, err := e.Prove(ctx, &counter{e: e, table: now}, p.now(), accounts)
	p.term.Done()
	if errors.Is(err, lake.ErrNothingToProve) {
		p.term.Warn(err.Error() + "; count again with 'trailscribe infra status --prove 3' when the trail has delivered")
		return nil
	}
	if errors.Is(err, lake.ErrNotCountable) { // what was to be made is made
		for _, line := range strings.Split(err.Error(), "\n") {
			p.term.Warn(line)
		}
	} else if err != nil {
		return infraError(err)
	}
	for _, x := range proofs {
		if text := proofText(x); x.Blind() {
			p.term.Error(errors.New(text), "compare the table's storage.location.template with the bucket; 'trailscribe "+
				"infra status' names what is wrong")
			p.code = exitMismatch
		} else {
			p.term.Message(text)
		}
	}
	return nil
}

func proofText(x lake.Proof) string {
	text := fmt.Sprintf("%s in %s on %s: the bucket has %s, the table gives %s from %d of them", x.Account, x.Region,
		x.Day.Format(time.DateOnly),
		count(x.Listed, "log file", "log files"), count(x.Rows, "record", "records"), x.Seen)
	if x.Seen > 0 && x.Seen < x.Listed {
		text += "; files without records give none"
	}
	return text
}
