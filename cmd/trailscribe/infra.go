package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/spf13/cobra"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/config"
	"trailscribe/internal/engine"
	"trailscribe/internal/infra"
	"trailscribe/internal/lake"
	"trailscribe/internal/result"
	"trailscribe/internal/source/s3"
)

// infraFlags are those of the infra commands.
type infraFlags struct {
	account    string
	components []string
	catalog    string
	adopt      bool
}

func (p *program) infraCommand() *cobra.Command {
	c := group("infra", "Make and keep the Athena database, table and workgroup",
		p.infraPlanCommand(), p.infraApplyCommand(), p.infraStatusCommand(), p.infraDestroyCommand(), p.infraExportCommand(), p.infraIAMCommand())
	c.Long = `Infra makes what reports on Athena need: a workgroup with a scan limit, a database, and a table over the
trail's bucket whose partitions are computed from account, region and day. What is there is compared field by
field before anything is changed. Log files are listed, never read, written or removed.

The names stand under athena: in trailscribe.yaml; only logs: is needed. Credentials are found as the AWS
command line finds them.`
	return c
}

func (f *infraFlags) register(p *program, c *cobra.Command) {
	c.Flags().StringVar(&p.flags.awsProfile, "aws-profile", "", "profile of the shared AWS files (default: athena.profile, else AWS_PROFILE)")
	c.Flags().StringVar(&p.flags.awsRegion, "aws-region", "", "AWS region (default: athena.region, else AWS_REGION)")
	c.Flags().StringVar(&f.catalog, "catalog", "", "managed: database and table are kept by Trailscribe; existing: a "+
		"table made by others is used as it is")
}

func (f *infraFlags) registerComponents(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.components, "component", nil, "only these: results, workgroup, database, table")
}

func (f *infraFlags) registerAdopt(c *cobra.Command) {
	c.Flags().BoolVar(&f.adopt, "adopt", false, "take over a table or workgroup of that name that was made otherwise")
}

// athenaSetup is a lake with its clients.
type athenaSetup struct {
	*lake.Lake
	athena   *athena.Client
	sdk      aws.Config
	config   *config.Config
	existing bool   // the table is somebody else's
	target   string // account and region
}

// what of the Athena setup a command needs besides the configuration.
type need uint8

const (
	needNames    need = iota // the account's number
	needCatalog              // AWS is asked, the bucket is not
	needContents             // accounts, regions and days in the bucket
	needText                 // accounts, regions and the first day, from the bucket only where they are not configured
)

// openAthenaSetup reads the configuration and, as far as needed, asks AWS who is calling and what is in the bucket.
func (p *program) openAthenaSetup(ctx context.Context, f infraFlags, n need) (*athenaSetup, error) {
	cfg, problems := config.Load(config.Options{Path: p.flags.config, Dir: p.dir, Env: p.env, Formats: p.formats.choice()})
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if f.catalog != "" {
		if err := oneOf("catalog", f.catalog, []string{"managed", "existing"}); err != nil {
			return nil, err
		}
	}
	a := cfg.Athena
	if !a.Logs.IsSet() {
		return nil, usage("write logs: s3://bucket/prefix under athena: in trailscribe.yaml; the prefix is what stands before AWSLogs",
			"the configuration does not say where the trail's log files lie")
	}
	caller, err := p.flags.level()
	if err != nil {
		return nil, err
	}
	sdk, err := p.aws(ctx, &setup{config: cfg}, cfg.Resolve(config.Request{Caller: caller}))
	if err != nil {
		return nil, err
	}
	s := lake.Settings{
		Partition: awsconfig.Partition(sdk.Region), Region: sdk.Region, Account: f.account,
		Database: cmp.Or(a.Database.Value, config.DefaultDatabase), Table: cmp.Or(a.Table.Value, config.DefaultTable),
		Workgroup:    cmp.Or(a.Workgroup.Value, config.DefaultWorkgroup),
		Organization: a.Organization.Value, Accounts: a.Accounts.Values, Regions: a.Regions.Values, FirstDay: a.First(),
		ScanLimit: scanLimit(cfg, sdk.Region), Expiry: cfg.Athena.ResultsDays, Adopt: f.adopt,
		Existing: cmp.Or(f.catalog, a.Catalog.Value) == config.CatalogExisting,
	}
	for _, x := range []struct {
		setting config.Setting
		place   *awsconfig.Place
	}{{a.Logs, &s.Logs}, {a.Output, &s.Output}, {a.Staging, &s.Staging}} {
		if x.setting.IsSet() {
			if *x.place, err = awsconfig.ParsePlace(x.setting.Value); err != nil {
				return nil, &codedError{code: exitUsage, err: fmt.Errorf("%s: %w", x.setting.Origin, err)}
			}
		}
	}
	if err := s.Check(); err != nil {
		return nil, &codedError{code: exitUsage, err: err, hint: "see the section athena: in trailscribe.yaml"}
	}
	if n == needText {
		n = needNames
		if len(s.Accounts) == 0 || len(s.Regions) == 0 || s.FirstDay.IsZero() {
			n = needContents
		}
	} else if s.Account == "" {
		who, err := sts.NewFromConfig(sdk).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return nil, infraError(fmt.Errorf("asking who is calling: %w", err))
		}
		s.Account = aws.ToString(who.Account)
	}
	e := &athenaSetup{
		config: cfg, sdk: sdk, athena: athena.NewFromConfig(sdk), existing: s.Existing,
		target: "account " + s.Account + ", region " + s.Region,
	}
	store := s3.NewClient(sdk)
	var found lake.Found
	if n == needContents {
		p.term.Progress("listing the bucket", 0, 0)
		found, err = lake.Discover(ctx, store, s)
		p.term.Done()
		if err != nil {
			return nil, infraError(err)
		}
	}
	e.Lake, err = lake.New(s, found, glue.NewFromConfig(sdk), e.athena, store)
	if err != nil {
		return nil, &codedError{code: exitUsage, err: err, hint: "see the section athena: in trailscribe.yaml"}
	}
	return e, nil
}

// resources are the setup's, without those of others, and of these the ones asked for.
func (e *athenaSetup) resources(components []string) ([]infra.Resource, error) {
	all := e.Resources()
	if e.existing {
		var ours []infra.Resource
		for _, r := range all {
			if c := r.Component(); c != "database" && c != "table" {
				ours = append(ours, r)
			}
		}
		all = ours
	}
	rs, err := infra.Pick(all, components)
	if err != nil {
		return nil, usage("the database and the table are not kept with catalog: existing, results only with output:", "--component: %w", err)
	}
	return rs, nil
}

// scanLimit is how many bytes max_per_run pays for in a region; 0 where no such limit is set.
func scanLimit(c *config.Config, region string) int64 {
	most, _ := c.Cost.MaxPerRun.Micros()
	return engine.Money{Micros: most}.Buys(price(c, region))
}

// infraError says errors of AWS in plain words; those of our own stay as they are, with what to do.
func infraError(err error) error {
	if err == nil {
		return nil
	}
	var coded *codedError
	if errors.As(err, &coded) {
		return err
	}
	switch {
	case errors.Is(err, infra.ErrMoved):
		return &codedError{code: exitError, err: err, hint: "nothing more was changed; look with 'trailscribe infra plan' and apply that"}
	case errors.Is(err, infra.ErrBlocked), errors.Is(err, lake.ErrNoLogs):
		return &codedError{code: exitError, err: err, hint: "'trailscribe infra plan' shows every change"}
	}
	var call *smithy.OperationError
	if errors.As(err, &call) {
		return inPlainWords(err)
	}
	return &codedError{code: exitError, err: err}
}

// adviseLayout prints what is known about the place of the logs, as status does.
func (p *program) adviseLayout(ctx context.Context, e *athenaSetup) error {
	notes, err := e.LayoutNotes(ctx)
	if err != nil {
		return infraError(err)
	}
	for _, x := range notes {
		text := x.Subject + ": " + x.Text
		if x.Hint != "" {
			text += "; " + x.Hint
		}
		p.term.Warn(text)
	}
	return nil
}

// changeRows are changes as a table.
func changeRows(p *infra.Plan, people bool) result.Set {
	cols := []result.Column{{Name: "change", Kind: result.Text}, {Name: "resource", Kind: result.Text}, {Name: "field", Kind: result.Text},
		{Name: "old", Kind: result.Text}, {Name: "new", Kind: result.Text}, {Name: "reason", Kind: result.Text}}
	var rows []result.Row
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	for _, c := range p.Changes() {
		reason := c.Reason
		if c.Blocked != "" {
			reason = "NOT POSSIBLE: " + c.Blocked
			if c.Reason != "" {
				reason = c.Reason + "; " + reason
			}
		}
		old, now := c.Old, c.New
		if people && c.Field == lake.ScanLimit {
			old, now = inUnits(old), inUnits(now)
		}
		rows = append(rows, result.Row{c.Op, c.Ref, null(c.Field), null(old), null(now), reason})
	}
	return result.Of(cols, rows)
}

// inUnits is a number of bytes as people read it; other texts stay.
func inUnits(text string) string {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return size(n)
	}
	return text
}
