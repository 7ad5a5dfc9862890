package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/spf13/cobra"

	"trailscribe/internal/engine/athena"
	"trailscribe/internal/infra"
	"trailscribe/internal/lake"
	"trailscribe/internal/result"
)

func (p *program) infraStatusCommand() *cobra.Command {
	var f infraFlags
	var prove int
	c := &cobra.Command{
		Use:   "status",
		Short: "Whether everything is there, and whether the table can see every log file",
		Long: `Status looks at each resource, names accounts and regions that have log files and are missing in the table, days
before its range, and everything else that would make Athena answer with zero rows and no error. It changes nothing
and runs no query; with --prove N it counts N accounts as 'infra apply' does.`,
		Example: `  trailscribe infra status
  trailscribe infra status --prove 3 --output json
  trailscribe infra status --catalog existing`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.infraStatus(c, f, prove) },
	}
	f.register(p, c)
	f.registerComponents(c)
	c.Flags().IntVar(&prove, "prove", 0, "count this many accounts; Athena bills at least 10 MB for each")
	return c
}

func (p *program) infraStatus(c *cobra.Command, f infraFlags, prove int) error {
	ctx := c.Context()
	e, err := p.openAthenaSetup(ctx, f, needContents)
	if err != nil {
		return err
	}
	rs, err := e.resources(f.components)
	if err != nil {
		return err
	}
	cols := []result.Column{{Name: "state", Kind: result.Text}, {Name: "subject", Kind: result.Text}, {Name: "detail", Kind: result.Text},
		{Name: "next", Kind: result.Text}}
	var rows []result.Row
	var failed error
	add := func(state, subject, detail, next string) {
		row := result.Row{state, subject, detail, nil}
		if next != "" {
			row[3] = next
		}
		rows = append(rows, row)
		if state == lake.Wrong || state == "blind" || state == "missing" {
			p.code = exitMismatch
		}
	}
	for _, r := range rs {
		s, err := r.Read(ctx)
		if err != nil {
			return infraError(fmt.Errorf("reading the %s: %w", r.Ref(), err))
		}
		state, detail, next := resourceState(s, r.Diff(s))
		add(state, r.Ref(), detail, next)
	}
	if e.existing || includes(f.components, "table") {
		now, err := e.Current(ctx)
		if err != nil {
			return infraError(err)
		}
		if now != nil || e.existing {
			for _, x := range e.Inspect(now) {
				add(x.Weight, x.Subject, x.Text, x.Hint)
			}
		}
		if prove > 0 && now != nil {
			proofs, err := e.Prove(ctx, &counter{e: e, table: now}, p.now(), prove)
			switch {
			case errors.Is(err, lake.ErrNothingToProve):
				add(lake.Notice, "control count", err.Error(), "count again when the trail has delivered")
			case errors.Is(err, lake.ErrNotCountable):
				for _, line := range strings.Split(err.Error(), "\n") {
					add(lake.Notice, "control count", line, "")
				}
			case err != nil: // the state is printed first: it may say why
				failed = infraError(err)
				add(lake.Wrong, "control count", failed.Error(), "")
			}
			for _, x := range proofs {
				state := "proven"
				if x.Blind() {
					state = "blind"
				}
				add(state, "control count", proofText(x), "")
			}
		}
	}
	left, err := p.orphans(c)
	if err != nil {
		return infraError(err)
	}
	for _, o := range left {
		add(lake.Notice, "staged table "+o.Table, "made "+o.Made.UTC().Format(time.RFC3339)+" at "+o.Place+
			": of a run that still goes on, or left by one that was killed", "the next run drops those older than a day")
	}
	notes, err := e.Notes(ctx)
	if err != nil {
		return infraError(err)
	}
	for _, x := range notes {
		add(x.Weight, x.Subject, x.Text, x.Hint)
	}
	if err := p.term.Rows(result.Of(cols, rows), p.flags.output); err != nil {
		return err
	}
	p.term.Message(fmt.Sprintf("%s: log files of %s in %s%s", e.target,
		count(len(e.Found.Accounts()), "account", "accounts"), count(len(e.Found.Regions()), "region", "regions"), since(e.Found)))
	if !e.existing && includes(f.components, "table") {
		versions, err := e.Versions(ctx)
		if err != nil {
			return infraError(err)
		}
		if text := versionText(versions); text != "" {
			p.term.Message(text)
		}
	}
	return failed
}

// orphans are staged copies in the database, which a killed run may have left behind.
func (p *program) orphans(c *cobra.Command) ([]athena.Orphan, error) {
	s, err := p.open()
	if err != nil {
		return nil, err
	}
	set, err := p.resolve(s, nil)
	if err != nil {
		return nil, err
	}
	e, err := p.openAthena(c.Context(), s, set)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	left, err := e.Orphans(c.Context())
	var none *types.EntityNotFoundException
	if errors.As(err, &none) { // no database yet
		return nil, nil
	}
	return left, err
}

func includes(components []string, name string) bool {
	return len(components) == 0 || slices.Contains(components, name)
}

func since(f lake.Found) string {
	if f.First.IsZero() {
		return ""
	}
	return ", the first of " + f.First.Format("2006-01-02")
}

// resourceState says how a resource is.
func resourceState(s infra.State, changes []infra.Change) (state, detail, next string) {
	owner := "made by Trailscribe"
	if !s.Ours {
		owner = "not made by Trailscribe"
	}
	switch {
	case !s.Exists:
		return "missing", "it is not there", "trailscribe infra apply"
	case len(changes) == 0:
		return "ok", owner, ""
	}
	var fields []string
	for _, c := range changes {
		fields = append(fields, c.Op+" "+cmp.Or(c.Field, c.Ref))
	}
	return "differs", owner + "; " + strings.Join(fields, ", "), "trailscribe infra plan"
}

func versionText(all []lake.Version) string {
	var ids []string
	for _, v := range all {
		id := v.ID
		if v.Current {
			id += " (current)"
		}
		if ids = append(ids, id); len(ids) == 10 && len(all) > 10 {
			ids = append(ids, fmt.Sprintf("… %d in all", len(all)))
			break
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return "versions of the table: " + strings.Join(ids, ", ")
}
