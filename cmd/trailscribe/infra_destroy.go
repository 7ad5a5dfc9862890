package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"trailscribe/internal/infra"
)

func (p *program) infraDestroyCommand() *cobra.Command {
	var f infraFlags
	var confirm string
	c := &cobra.Command{
		Use:   "destroy",
		Short: "Remove what Trailscribe made, never log files",
		Long: `Destroy removes the table, the database, the workgroup and the results bucket as far as they carry Trailscribe's
mark. It asks for the name of the database to be typed; --confirm gives it without asking.

What others made stays, so do a database that holds other tables and a bucket that holds objects. No object in S3 is
removed.`,
		Example: `  trailscribe infra destroy
  trailscribe infra destroy --component table --confirm trailscribe`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			plan, e, err := p.makePlan(c, f, true)
			if err != nil {
				return err
			}
			if err := p.showChanges(plan); err != nil {
				return err
			}
			if len(plan.Changes()) == 0 {
				return nil
			}
			if confirm == "" {
				if err := p.ask(fmt.Sprintf("To remove these, type the name of the database (%s): ", e.Database), e.Database, "give --confirm "+e.Database+" to remove them without asking"); err != nil {
					return err
				}
			} else if confirm != e.Database {
				return usage("it is the name of the database", "--confirm %q is not %s: nothing was removed", confirm, e.Database)
			}
			rs, err := e.resources(f.components)
			if err != nil {
				return err
			}
			err = plan.Apply(c.Context(), e.target, rs, func(d infra.Done) {
				if d.Err == nil {
					p.term.Message(d.Ref + ": removed")
				}
			})
			return infraError(err)
		},
	}
	f.register(p, c)
	f.registerComponents(c)
	c.Flags().StringVar(&confirm, "confirm", "", "the name of the database, to remove without asking")
	return c
}
