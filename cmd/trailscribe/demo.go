package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"trailscribe/internal/config"
	"trailscribe/internal/demo"
	"trailscribe/internal/regular"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/source/dir"
)

// demoPeriod is the month the demonstration reports on; the month before it is history.
const demoPeriod = "2026-10"

// demoConfiguration is what a real place would write: facts that no log holds.
const demoConfiguration = `# The configuration of the demonstration. Change it and run
#   trailscribe report run monthly-security --config demo/trailscribe.yaml --period 2026-10 --out demo/reports
source: ./logs
cache: ./cache
entity: Example Corp
calendar: weekdays
accounts:
  - {id: "111122223333", name: production}
  - {id: "444455556666", name: development}
  - {id: "777788889999", name: security}
`

func (p *program) demoCommand() *cobra.Command {
	o := demo.Options{Few: true}
	var logsOnly bool
	var out string // its own: the flag --out of other commands has no default
	c := &cobra.Command{
		Use:   "demo",
		Short: "Sample logs of a made-up company, and every report made from them",
		Long: `Demo writes two months of sample CloudTrail logs with planted incidents, makes every report of the
library from them, and says where the files are and what they found. It needs no AWS account.
It ends with 0: what was planted is not a failure. It writes only into a folder that is new, empty or
an earlier demonstration's.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.runDemo(c, o, out, logsOnly) },
	}
	c.Flags().StringVar(&out, "out", "demo", "folder to write into")
	c.Flags().StringSliceVar(&p.flags.formats, "format", nil, p.formats.help("each report's own"))
	c.Flags().Int64Var(&o.Seed, "seed", 1, "another seed gives another company")
	c.Flags().IntVar(&o.Events, "events", 0, "about how many events to make (default 40000)")
	c.Flags().IntVar(&o.PerFile, "per-file", 0, "most events in one file (default 2000)")
	c.Flags().BoolVar(&logsOnly, "logs-only", false, "make the logs and no report")
	c.Flags().StringVar(&p.flags.lang, "lang", "", "language of the reports (default: en)")
	p.flags.registerTimeout(c)
	p.flags.registerMachine(c)
	return c
}

func (p *program) runDemo(c *cobra.Command, o demo.Options, out string, logsOnly bool) error {
	ctx := c.Context()
	caller, err := p.flags.level()
	if err != nil {
		return err
	}
	if _, err := localOf(p.flags.memory, p.flags.threads); err != nil {
		return err
	}
	if err := p.ownDemo(out); err != nil {
		return err
	}
	logs := filepath.Join(out, "logs")
	planted, err := p.makeLogs(ctx, logs, o)
	if err != nil {
		return err
	}
	people := p.flags.output == "table"
	told := struct {
		Logs    string    `json:"logs"`
		Planted int       `json:"planted_incidents"`
		Reports []toldRun `json:"reports"`
	}{logs, len(planted), []toldRun{}}
	end := func() error {
		switch p.flags.output {
		case "json":
			return p.term.Object(told)
		case "csv":
			rows := []result.Row{{"logs", logs}}
			for _, t := range told.Reports {
				rows = append(rows, result.Row{"report", t.Folder})
			}
			return p.term.Rows(result.Of([]result.Column{{Name: "what", Kind: result.Text}, {Name: "folder", Kind: result.Text}}, rows), "csv")
		}
		return nil
	}
	p.term.Message(fmt.Sprintf("sample logs with %s are in %s", count(len(planted), "planted incident", "planted incidents"), logs))
	if logsOnly {
		if people {
			p.term.Print(logs)
		}
		return end()
	}
	configuration := filepath.Join(out, config.FileName)
	if _, err := os.Lstat(p.at(configuration)); errors.Is(err, fs.ErrNotExist) { // what somebody changed there stays
		if err := regular.Replace(p.at(configuration), []byte(demoConfiguration), 0o644); err != nil {
			return fmt.Errorf("writing the configuration of the demonstration: %w", err)
		}
	}
	s, err := p.openConfig(configuration)
	if err != nil {
		return err
	}
	caller.Set(config.Period, demoPeriod, "demo") // before what the environment says
	caller.Set(config.Source, logs, originFlag)   // reports name the folder as the user did
	caller.Set(config.Out, filepath.Join(out, "reports"), "demo")
	for _, id := range report.IDs(s.library) {
		if people {
			p.term.Print("")
		}
		r, problems := report.Load(s.library, id, s.queries, s.frameworks, p.formats.choice())
		if err := problems.Err(); err != nil {
			return err
		}
		set := s.config.Resolve(config.Request{Caller: caller, Report: reportLevel(r)})
		saved, err := p.runReport(ctx, s, set, r)
		if err != nil {
			return fmt.Errorf("report %s: %w", id, err)
		}
		if people {
			if err := p.tell(s, set, r, saved, set.Text(config.Out)); err != nil {
				return err
			}
			continue
		}
		t, err := p.told(s, set, r, saved, filepath.Join(set.Text(config.Out), runFolder(saved)))
		if err != nil {
			return err
		}
		told.Reports = append(told.Reports, t)
	}
	return end()
}

// demoMark is in every folder that a demonstration made.
const demoMark = ".trailscribe-demo"

// ownDemo makes the folder of the demonstration. A folder with anything else in it is left alone: its logs are not ours to clear.
func (p *program) ownDemo(out string) error {
	if out == "" {
		return usage("leave it out, or name a new folder", "--out is empty")
	}
	if err := run.CheckOutside(p.at(out)); err != nil {
		return err
	}
	mark := filepath.Join(p.at(out), demoMark)
	found, err := os.ReadDir(p.at(out))
	if err == nil && len(found) > 0 {
		if _, err := os.Lstat(mark); err != nil {
			return usage("give another folder with --out", "%s holds files that no demonstration made", out)
		}
	}
	if err := os.MkdirAll(p.at(out), 0o755); err != nil {
		return fmt.Errorf("making the folder of the demonstration: %w", err)
	}
	if err := regular.Replace(mark, []byte("made by trailscribe demo, which clears logs/ here\n"), 0o644); err != nil {
		return fmt.Errorf("making the folder of the demonstration: %w", err)
	}
	return nil
}

func (p *program) makeLogs(ctx context.Context, logs string, o demo.Options) ([]demo.Planted, error) {
	if err := os.RemoveAll(p.at(logs)); err != nil {
		return nil, fmt.Errorf("clearing %s: %w", logs, err)
	}
	if err := os.MkdirAll(p.at(logs), 0o755); err != nil {
		return nil, fmt.Errorf("making the folder for sample logs: %w", err)
	}
	sink, err := dir.New(dir.Options{Root: p.at(logs), Create: true})
	if err != nil {
		return nil, err
	}
	p.term.Progress("making sample logs", 0, 0)
	planted, err := demo.Generate(ctx, o, sink)
	p.term.Done()
	if err != nil {
		return nil, fmt.Errorf("making sample logs in %s: %w", logs, err)
	}
	return planted, nil
}
