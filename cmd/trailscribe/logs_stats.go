package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"trailscribe/internal/config"
	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/style"
	"trailscribe/internal/terminal"
	"trailscribe/internal/workpaper"
)

func (p *program) logsCommand() *cobra.Command {
	return group("logs", "Look at log files", p.logsStatsCommand(), p.logsShowCommand(), p.logsVerifyCommand())
}

func (p *program) logsStatsCommand() *cobra.Command {
	var files bool
	c := &cobra.Command{
		Use:   "stats --source DIR",
		Short: "What is in a folder of logs: accounts, regions, days, events, files that cannot be read",
		Long: `Stats reads the log files of a folder (all of them without --period) and prints a line per account and
region. Files that could not be read or are not CloudTrail logs are listed with the reason on standard error,
or with --files as data. --output json holds all of it.`,
		Example: `  trailscribe logs stats --source ./logs
  trailscribe logs stats --source ./logs --files --output csv`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.logsStats(c, files) },
	}
	p.flags.registerSource(c)
	p.flags.registerWhen(c)
	c.Flags().BoolVar(&files, "files", false, "list every file with its state, size and SHA-256")
	return c
}

func (p *program) logsStats(c *cobra.Command, files bool) error {
	ctx := c.Context()
	s, err := p.open()
	if err != nil {
		return err
	}
	set, err := p.resolve(s, nil)
	if err != nil {
		return err
	}
	scope, limited, err := p.logsScope(s, set)
	if err != nil {
		return err
	}
	scope.Columns = map[string][]string{"events": {"eventid"}}
	if name, err := engineOf(set); err != nil {
		return err
	} else if name == "athena" && !limited {
		return usage("give --period: Athena bills what is read", "counting every log file of the table would read all of it")
	}
	words, err := s.language("en")
	if err != nil {
		return err
	}
	e, err := p.openEngine(c.Context(), s, set)
	if err != nil {
		return err
	}
	defer e.Close()
	session, err := e.Open(ctx, scope)
	if err != nil {
		return explain(err)
	}
	defer session.Close()
	in, err := session.Inputs(ctx)
	if err != nil {
		return explain(err)
	}
	p.term.Done()
	if files {
		if err := p.listFiles(c, session, words); err != nil {
			return err
		}
	} else if p.flags.output == "json" {
		if err := p.statsObject(ctx, session, in, words); err != nil {
			return err
		}
	} else if err := p.term.Rows(byRegion(in), p.flags.output); err != nil {
		return err
	}
	figure := func(n *int64) string {
		if n == nil {
			return "not observable"
		}
		return fmt.Sprint(*n)
	}
	noun := func(n *int64, one, many string) string {
		if n == nil {
			return "not observable " + many
		}
		return count(*n, one, many)
	}
	p.term.Message(fmt.Sprintf("%s: %s read, %s could not be read, %s are not log files of this scope",
		noun(in.Listed, "file", "files"), figure(in.Read), figure(in.Refused), figure(in.Skipped)))
	p.term.Message(fmt.Sprintf("%s: %s, %s conflicting, %s of other categories, %s outside the scope, %s undated",
		noun(in.Records, "record", "records"), noun(in.Events, "event", "events"), figure(in.Conflicting), figure(in.LeftOut), figure(in.Outside),
		figure(in.Undated)))
	if !files {
		shown := 0
		for f, err := range session.Files(ctx) {
			if err != nil {
				return explain(err)
			}
			if f.State == engine.FileRead {
				continue
			}
			if shown++; shown > 20 {
				p.term.Message("… more with --files")
				break
			}
			p.term.Message(fmt.Sprintf("%s: %s: %s", f.State, terminal.Line(f.Key), terminal.Line(workpaper.Unread(words, f.Reason))))
		}
	}
	p.tellConflicts(in)
	if in.Refused != nil && *in.Refused > 0 {
		p.code = exitIncomplete
	}
	return nil
}

// logsScope is the log files of --period, else all of them; limited reports whether there is a period.
func (p *program) logsScope(s *setup, set config.Settings) (scope engine.Scope, limited bool, err error) {
	if limited = set.Get(config.Period).Origin == originFlag; limited {
		when, _, err := resolvePeriod(set, nil, p.now())
		if err != nil {
			return scope, limited, err
		}
		scope.Scope = relation.Scope{From: when.From, To: when.To, LateDays: s.config.LateDays}
	} else { // everything: CloudTrail began in 2013; a day of slack for clocks
		scope.Scope = relation.Scope{From: time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC), To: p.now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 2)}
	}
	if scope.Values, _, _, err = s.relationValues("UTC"); err != nil {
		return scope, limited, err
	}
	scope.Accounts, scope.Regions = set.List(config.ScopeAccounts).Values, set.List(config.ScopeRegions).Values
	return scope, limited, nil
}

func byRegion(in engine.Inputs) result.Set {
	cols := []result.Column{{Name: "account", Kind: result.Text}, {Name: "region", Kind: result.Text}, {Name: "first_day", Kind: result.Date},
		{Name: "last_day", Kind: result.Date}, {Name: "days", Kind: result.Int}, {Name: "files", Kind: result.Int},
		{Name: "refused", Kind: result.Int}, {Name: "events", Kind: result.Int}}
	var rows []result.Row
	for _, c := range in.Cells { // sorted by account, region, day
		if n := len(rows); n == 0 || rows[n-1][0] != c.Account || rows[n-1][1] != c.Region {
			rows = append(rows, result.Row{c.Account, c.Region, c.Day, c.Day, int64(0), int64(0), int64(0), int64(0)})
		}
		r := rows[len(rows)-1]
		r[3] = c.Day
		r[4] = r[4].(int64) + 1
		r[5] = r[5].(int64) + c.Files
		r[6] = r[6].(int64) + c.Refused
		r[7] = r[7].(int64) + c.Events
	}
	return result.Of(cols, rows)
}

// statsObject prints what people are told in words and in the table as one object. What cannot be observed is null.
func (p *program) statsObject(ctx context.Context, session engine.Session, in engine.Inputs, words *style.Language) error {
	type unread struct {
		File   string `json:"file"`
		State  string `json:"state"`
		Reason string `json:"reason"`
	}
	told := struct {
		Regions []map[string]any  `json:"regions"`
		Files   map[string]*int64 `json:"files"`
		Records map[string]*int64 `json:"records"`
		Unread  []unread          `json:"unread"`
		Differ  []engine.Conflict `json:"differ"`
	}{[]map[string]any{}, map[string]*int64{"listed": in.Listed, "read": in.Read, "refused": in.Refused, "skipped": in.Skipped,
		"bytes": in.Bytes},
		map[string]*int64{"records": in.Records, "events": in.Events, "conflicting": in.Conflicting, "other_categories": in.LeftOut,
			"outside": in.Outside, "undated": in.Undated}, []unread{}, append([]engine.Conflict{}, in.Conflicts...)}
	regions := byRegion(in)
	for row, err := range regions.All() {
		if err != nil {
			return err
		}
		object := map[string]any{}
		for i, col := range regions.Columns() {
			object[col.Name] = row[i]
			if day, ok := row[i].(time.Time); ok {
				object[col.Name] = day.Format(time.DateOnly)
			}
		}
		told.Regions = append(told.Regions, object)
	}
	for f, err := range session.Files(ctx) {
		if err != nil {
			return explain(err)
		}
		if f.State != engine.FileRead {
			told.Unread = append(told.Unread, unread{f.Key, f.State, workpaper.Unread(words, f.Reason)})
		}
	}
	return p.term.Object(told)
}

func (p *program) listFiles(c *cobra.Command, session engine.Session, words *style.Language) error {
	cols := []result.Column{{Name: "file", Kind: result.Text}, {Name: "state", Kind: result.Text}, {Name: "reason", Kind: result.Text},
		{Name: "bytes", Kind: result.Int}, {Name: "records", Kind: result.Int}, {Name: "sha256", Kind: result.Text}}
	var rows []result.Row
	for f, err := range session.Files(c.Context()) {
		if err != nil {
			return explain(err)
		}
		row := result.Row{f.Key, f.State, nil, f.Size, f.Records, nil}
		if f.Reason.Kind != "" {
			row[2] = workpaper.Unread(words, f.Reason)
		}
		if f.SHA256 != [32]byte{} {
			row[5] = fmt.Sprintf("%x", f.SHA256)
		}
		rows = append(rows, row)
	}
	return p.term.Rows(result.Of(cols, rows), p.flags.output)
}
