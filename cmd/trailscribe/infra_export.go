package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/lake"
	"trailscribe/internal/result"
)

func (p *program) infraExportCommand() *cobra.Command {
	var f infraFlags
	c := &cobra.Command{
		Use:   "export TARGET",
		Short: "The same database, table and workgroup for Terraform, CloudFormation or as SQL",
		Long: `Export prints what 'infra apply' would make: terraform, cloudformation (JSON), or sql (the DDL of database and table).
Accounts, regions and the first day are those of the configuration, else those found in the bucket. Where all three
are configured, nothing is asked of AWS and no credentials are needed.`,
		Example:   `  trailscribe infra export terraform > trailscribe.tf`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: lake.Targets,
		RunE: func(c *cobra.Command, args []string) error {
			e, err := p.openAthenaSetup(c.Context(), f, needText)
			if err != nil {
				return err
			}
			text, err := e.Export(args[0], nil)
			if errors.Is(err, lake.ErrNoLogs) {
				return &codedError{code: exitError, err: err, hint: "set accounts, regions and first_day under athena:"}
			}
			if err != nil {
				return infraError(err)
			}
			if p.flags.output != "table" && args[0] != "cloudformation" { // which is JSON
				cols := []result.Column{{Name: "target", Kind: result.Text}, {Name: "text", Kind: result.Text}}
				return p.term.Rows(result.Of(cols, []result.Row{{args[0], text}}), p.flags.output)
			}
			p.term.Print(text)
			return nil
		},
	}
	f.register(p, c)
	return c
}

func (p *program) infraIAMCommand() *cobra.Command {
	var f infraFlags
	var keys []string
	c := &cobra.Command{
		Use:   "iam ROLE",
		Short: "The least permissions for a reader, an operator or a CI job",
		Long: `Iam prints an IAM policy with the names of this configuration and the partition of its region:

  reader    runs reports and queries
  operator  plans, applies, destroys, and counts
  ci        plans and looks; changes nothing and reads no event

Log files are readable only by way of Athena. With --account nothing is asked of AWS. Where logs or results are
encrypted with a KMS key, name its ARN with --kms-key; the key's own policy must allow it too.`,
		Example: `  trailscribe infra iam reader --account 111122223333
  trailscribe infra iam operator --kms-key arn:aws:kms:eu-central-1:111122223333:key/1234abcd`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: lake.Roles,
		RunE: func(c *cobra.Command, args []string) error {
			if f.account != "" && !accountPattern.MatchString(f.account) {
				return usage("an account id is twelve digits", "--account %q is not an account id", f.account)
			}
			for _, k := range keys {
				if !strings.HasPrefix(k, "arn:") || !strings.Contains(k, ":kms:") {
					return usage("write arn:aws:kms:region:account:key/id", "--kms-key %q is not an ARN of a key", k)
				}
			}
			e, err := p.openAthenaSetup(c.Context(), f, needNames)
			if err != nil {
				return err
			}
			text, err := e.Policy(args[0], keys)
			if err != nil {
				return infraError(err)
			}
			p.term.Print(text)
			if len(text) > 6144 {
				p.term.Message("a managed policy holds 6,144 characters without blanks; take the blanks out or attach this one inline")
			}
			return nil
		},
	}
	f.register(p, c)
	c.Flags().StringVar(&f.account, "account", "", "account of the catalog and the workgroup (default: the caller's)")
	c.Flags().StringArrayVar(&keys, "kms-key", nil, "ARN of a KMS key of logs or results; may be repeated")
	return c
}
