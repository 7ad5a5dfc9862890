package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"trailscribe/internal/audit"
	"trailscribe/internal/regular"
	"trailscribe/internal/result"
)

func (p *program) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify RUN",
		Short: "Check that a run folder is whole and unaltered",
		Long: `Verify compares every file of a run folder with its manifest and the evidence digest with the record.
Exit code 7 if anything is missing, altered or added.`,
		Example: "  trailscribe verify reports-out/monthly-security/2026-10/r1",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if info, err := os.Stat(args[0]); err != nil || !info.IsDir() {
				return usage("give the folder rN of a run", "%s is no folder", args[0])
			}
			_, wrong, err := audit.Verify(c.Context(), regular.Sealed(c.Context(), args[0]), nil)
			if err != nil {
				return &codedError{code: exitMismatch, err: fmt.Errorf("verifying %s: %w", args[0], err)}
			}
			if len(wrong) == 0 && p.flags.output == "table" {
				p.term.Print("every file is as it was sealed")
				return nil
			}
			if len(wrong) > 0 {
				p.code = exitMismatch
			}
			var rows []result.Row
			for _, w := range wrong {
				rows = append(rows, result.Row{w.What, w.Where, w.Expected, w.Found})
			}
			return p.term.Rows(result.Of([]result.Column{{Name: "what", Kind: result.Text}, {Name: "where", Kind: result.Text}, {Name: "expected", Kind: result.Text}, {Name: "found", Kind: result.Text}}, rows), p.flags.output)
		},
	}
}
