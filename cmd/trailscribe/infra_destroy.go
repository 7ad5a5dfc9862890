package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"trailscribe/internal/infra"
)

func (p *program) infraDestroyCommand() *cobra.Command {
	var f infraFlags
	var saved, confirm string
	c := &cobra.Command{
		Use:   "destroy [PLAN]",
		Short: "Remove what Trailscribe made, never log files",
		Long: `Destroy removes the table, the database, the workgroup and the results bucket as far as they carry Trailscribe's
mark. It asks for the name of the database to be typed; --confirm gives it without asking.

With a plan saved by 'infra plan --destroy --out' it removes exactly what the plan says, or nothing if what is there is
no longer what the plan saw.

What others made stays, so do a database that holds other tables and a bucket that holds objects. No object in S3 is
removed.`,
		Example: `  trailscribe infra destroy
  trailscribe infra destroy --component table --confirm trailscribe
  trailscribe infra destroy --plan destroy.json --confirm trailscribe`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			name, err := planFile(saved, args)
			if err != nil {
				return err
			}
			if name == "" {
				plan, e, err := p.makePlan(c, f, true)
				if err != nil {
					return err
				}
				return p.destroyPlan(c, f, plan, e, false, confirm)
			}
			plan, err := loadPlan(p.at(name))
			if err != nil {
				return err
			}
			if plan.Purpose != infra.Destroying {
				return usage("'trailscribe infra apply --plan "+name+"' makes its changes", "%s is not a plan to destroy", name)
			}
			e, err := p.openAthenaSetup(c.Context(), f, needCatalog)
			if err != nil {
				return err
			}
			return p.destroyPlan(c, f, plan, e, true, confirm)
		},
	}
	f.register(p, c)
	f.registerComponents(c)
	c.Flags().StringVar(&saved, "plan", "", "a plan saved by 'infra plan --destroy --out'")
	c.Flags().StringVar(&confirm, "confirm", "", "the name of the database, to remove without asking")
	return c
}

// destroyPlan shows what would be removed, has the database's name typed, and removes it. A saved plan is held against what
// is there before anybody is asked.
func (p *program) destroyPlan(c *cobra.Command, f infraFlags, plan *infra.Plan, e *athenaSetup, saved bool, confirm string) error {
	rs, err := e.resources(componentsOf(f, plan))
	if err != nil {
		return err
	}
	if err := p.showChanges(plan); err != nil {
		return err
	}
	if saved {
		if err := plan.Verify(c.Context(), e.target, rs); err != nil {
			return infraError(err)
		}
	}
	if len(plan.Changes()) == 0 {
		return nil
	}
	if confirm == "" {
		if err := p.ask(c.Context(), fmt.Sprintf("To remove these, type the name of the database (%s): ", e.Database), e.Database,
			"give --confirm "+e.Database+" to remove them without asking"); err != nil {
			return err
		}
	} else if confirm != e.Database {
		return usage("it is the name of the database", "--confirm %q is not %s: nothing was removed", confirm, e.Database)
	}
	return infraError(plan.Apply(c.Context(), e.target, rs, func(d infra.Done) {
		if d.Err == nil {
			p.term.Message(d.Ref + ": removed")
		}
	}))
}

// componentsOf are those asked for; a saved plan knows which it was made for.
func componentsOf(f infraFlags, plan *infra.Plan) []string {
	if len(f.components) > 0 {
		return f.components
	}
	var all []string
	for _, s := range plan.Steps {
		all = append(all, s.Component)
	}
	return all
}

// planFile is the saved plan that was named, as an argument or with --plan; "" for none.
func planFile(flag string, args []string) (string, error) {
	if len(args) == 0 {
		return flag, nil
	}
	if flag != "" && flag != args[0] {
		return "", usage("name one", "two plans were given: %s and --plan %s", args[0], flag)
	}
	return args[0], nil
}
