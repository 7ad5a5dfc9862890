package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"trailscribe/internal/infra"
	"trailscribe/internal/regular"
	"trailscribe/internal/run"
)

func (p *program) infraPlanCommand() *cobra.Command {
	var f infraFlags
	var out string
	var detailed, destroy bool
	c := &cobra.Command{
		Use:   "plan",
		Short: "What is there, what should be, and what would change",
		Long: `Plan compares each resource with what the configuration and the bucket ask for and prints the differences, field
by field: + is added, ~ changed, - removed, with the reason. It changes nothing.

With --out the plan is saved; 'infra apply --plan' (or 'infra destroy --plan') then makes exactly these changes, or
none if what is there has moved meanwhile. Exit code 6 with --detailed-exitcode if there are changes; 1 if one of them
is not possible.`,
		Example: `  trailscribe infra plan
  trailscribe infra plan --component table --out plan.json
  trailscribe infra plan --destroy --out destroy.json
  trailscribe infra plan --detailed-exitcode`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			plan, _, err := p.makePlan(c, f, destroy)
			if err != nil {
				return err
			}
			if err := p.showChanges(plan); err != nil {
				return err
			}
			if out != "" {
				if err := savePlan(plan, p.at(out)); err != nil {
					return err
				}
				next := "'trailscribe infra apply --plan " + out + "' makes these changes"
				if destroy {
					next = "'trailscribe infra destroy --plan " + out + "' removes these"
				}
				p.term.Message("saved to " + out + "; " + next)
			}
			if detailed && len(plan.Changes()) > 0 {
				p.code = exitChanges
			}
			if len(plan.Blocked()) > 0 {
				p.code = exitError
			}
			return nil
		},
	}
	f.register(p, c)
	f.registerComponents(c)
	f.registerAdopt(c)
	c.Flags().StringVar(&out, "out", "", "save the plan to this file")
	c.Flags().BoolVar(&destroy, "destroy", false, "what 'infra destroy' would remove")
	c.Flags().BoolVar(&detailed, "detailed-exitcode", false, "end with exit code 6 if there are changes")
	return c
}

// makePlan asks AWS and compares.
func (p *program) makePlan(c *cobra.Command, f infraFlags, destroy bool) (*infra.Plan, *athenaSetup, error) {
	n := needContents
	if destroy {
		n = needCatalog
	}
	e, err := p.openAthenaSetup(c.Context(), f, n)
	if err != nil {
		return nil, nil, err
	}
	rs, err := e.resources(f.components)
	if err != nil {
		return nil, nil, err
	}
	build := infra.New
	if destroy {
		build = infra.NewDestroy
	} else if err := p.adviseLayout(c.Context(), e); err != nil {
		return nil, nil, err
	}
	plan, err := build(c.Context(), e.target, rs)
	if err != nil {
		return nil, nil, infraError(err)
	}
	return plan, e, nil
}

// showChanges prints the changes as data, and what stays as messages.
func (p *program) showChanges(plan *infra.Plan) error {
	if len(plan.Changes()) > 0 || p.flags.output != "table" {
		if err := p.term.Rows(changeRows(plan, p.flags.output == "table"), p.flags.output); err != nil {
			return err
		}
	}
	counts := map[string]int{}
	for _, c := range plan.Changes() {
		counts[c.Op]++
	}
	for _, s := range plan.Steps {
		switch {
		case s.Kept != "":
			p.term.Message(s.Ref + " stays: " + s.Kept)
		case len(s.Changes) == 0:
			p.term.Message(s.Ref + ": as it should be")
		}
	}
	p.term.Message(fmt.Sprintf("%s: %d to add, %d to change, %d to remove", plan.Target, counts[infra.Add], counts[infra.Modify],
		counts[infra.Remove]))
	if b := plan.Blocked(); len(b) > 0 {
		p.term.Warn(fmt.Sprintf("%d of these changes will not be made: %s", len(b), b[0].Blocked))
	}
	return nil
}

func savePlan(plan *infra.Plan, name string) error {
	if err := run.CheckOutside(name); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("saving the plan: %w", err)
	}
	if err := plan.Save(file); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("saving the plan: %w", err)
	}
	return nil
}

func loadPlan(name string) (*infra.Plan, error) {
	data, err := regular.Read(name, infra.MaxPlan)
	if err != nil {
		return nil, usage("make one with 'trailscribe infra plan --out FILE'", "the plan cannot be read: %w", err)
	}
	plan, err := infra.LoadPlan(data)
	if err != nil {
		return nil, usage("make one with 'trailscribe infra plan --out FILE'", "%s: %w", name, err)
	}
	return plan, nil
}
