package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/audit"
	"trailscribe/internal/config"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/style"
	"trailscribe/internal/workpaper"
)

func (p *program) reportRunCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "run ID --source DIR",
		Short: "Write a report: PDF, workbook and the run folder that proves them",
		Long: `Run asks every query of a report over the logs of a period and writes the report into
OUT/REPORT/PERIOD/rN. A folder appears only when it is whole. The same command goes on where an
interrupted one ended; when nothing changed since the last revision, no new one is made.

With --engine athena the logs stay in their bucket: the period is read once into a staged copy that all
queries share, or each query reads the logs itself where that is cheaper. --estimate says beforehand what
either costs.`,
		Example: `  trailscribe report run monthly-security --source ./logs --period 2026-10 --out ./reports
  trailscribe report run cis-aws --source ./logs --format pdf,xlsx,csv --fail-on high
  trailscribe report run monthly-security --source ./logs --dry-run`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: p.completeReports,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := p.open()
			if err != nil {
				return err
			}
			r, problems := report.Load(s.library, args[0], s.queries, s.frameworks, p.formats.choice())
			if err := problems.Err(); err != nil {
				return err
			}
			set, err := p.resolve(s, r)
			if err != nil {
				return err
			}
			if _, err := failOn(set); err != nil {
				return err
			}
			saved, err := p.runReport(c.Context(), s, set, r)
			if err != nil || saved == nil {
				return err
			}
			code, reason, err := p.ended(set, saved)
			if err != nil {
				return err
			}
			if reason != "" {
				p.term.Message(fmt.Sprintf("exit code %d: %s", code, reason))
			}
			p.code = code
			return p.tell(s, set, r, saved, set.Text(config.Out))
		},
	}
	p.flags.registerSource(c)
	p.flags.registerPeriod(c)
	p.flags.registerStatements(c)
	p.flags.registerReport(c, p.formats)
	p.flags.registerCost(c)
	return c
}

// registerReport are the flags of commands that write reports.
func (f *flags) registerReport(c *cobra.Command, all formats) {
	p := c.Flags()
	p.StringVar(&f.out, "out", "", "folder to write into (default: reports-out, or defaults.out of the configuration)")
	p.StringSliceVar(&f.formats, "format", nil, all.help("the report's own"))
	p.StringVar(&f.theme, "theme", "", "look of the report (default: the report's own)")
	p.StringVar(&f.lang, "lang", "", "language of the report (default: en)")
	p.StringVar(&f.failOn, "fail-on", "", "end with 3 if there are findings of this severity and above: critical, high, medium, low, info")
	p.StringVar(&f.asOf, "as-of", "", "the time printed in the report (default: the end of the period)")
	p.BoolVar(&f.dryRun, "dry-run", false, "say what would be asked, and stop")
	p.StringVar(&f.preparer, "preparer", "", "who makes the report, for the sign-off page; also in the journal and the manifest")
	p.StringVar(&f.sign, "sign", "",
		"key that signs the manifest: a private key file, ssh-agent, ssh-agent:FINGERPRINT, kms:KEY, env:NAME or none")
}

// runReport plans and runs; nil for a dry run.
func (p *program) runReport(ctx context.Context, s *setup, set config.Settings, r *report.Report) (*run.Saved, error) {
	plan, err := p.plan(s, set, r)
	if err != nil {
		return nil, err
	}
	if p.flags.dryRun {
		return nil, p.showPlan(plan)
	}
	parts, err := p.parts(s, set)
	if err != nil {
		return nil, err
	}
	if err := p.checkOut(set, plan.Key.Series()); err != nil {
		return nil, err
	}
	if parts.Signer, err = p.signer(ctx, s, set); err != nil {
		return nil, err
	}
	e, err := p.openEngine(ctx, s, set)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	estimate, stop, err := p.weigh(ctx, s, set, e, plan)
	if stop || err != nil {
		return nil, err
	}
	if name, err := engineOf(set); err == nil && name == "athena" {
		if cfg, err := p.aws(ctx, s, set); err == nil {
			parts.Facts["caller"] = caller(ctx, cfg)
		}
	}
	parts.Engine, parts.Parallel, parts.Estimate = e, parallel(s, set), estimate
	if verifiesLogs(set) {
		parts.Integrity = func(ctx context.Context, scope audit.IntegrityScope) (*run.Integrity, error) {
			return p.proveLogs(ctx, set, scope)
		}
	}
	out := set.Text(config.Out)
	saved, err := audit.Run(ctx, plan, p.at(out), parts)
	p.term.Done()
	if err != nil {
		return nil, explain(err)
	}
	p.tellFallen(parts.Language)
	if in := saved.Inputs; in.Records != nil && *in.Records == 0 {
		p.term.Warn("the logs hold no record of this scope: " + p.whereLogsAre(ctx, set))
	}
	if parts.Signer != nil {
		p.term.Message("signed with the key " + parts.Signer.Fingerprint() + " of " + parts.Signer.Name())
	}
	return saved, nil
}

// tellFallen warns of texts that the language of a report does not have.
func (p *program) tellFallen(l *style.Language) {
	if l == nil {
		return
	}
	if n := len(l.Fallen()); n > 0 {
		p.term.Warn(fmt.Sprintf("%s in English, because the language %s does not have them; 'trailscribe query lint' says "+
			"which of its sentences are missing",
			count(n, "text is", "texts are"), l.Tag))
	}
	// A placeholder that is left is for a format to fill: {page} of a page's number.
	missing := slices.DeleteFunc(l.Missing(), func(key string) bool { return strings.HasSuffix(key, "}") })
	if len(missing) > 0 {
		p.term.Warn(fmt.Sprintf("the report shows %s in ⟨ ⟩ that no language file has: %s", count(len(missing), "text", "texts"),
			strings.Join(missing, ", ")))
	}
}

// showPlan prints what a run would ask.
func (p *program) showPlan(plan *audit.Plan) error {
	cols := []result.Column{{Name: "statement", Kind: result.Text}, {Name: "title", Kind: result.Text},
		{Name: "parameters", Kind: result.Text}}
	var rows []result.Row
	for _, x := range plan.Statements {
		row := result.Row{x.ID, nil, nil}
		if q, ok := plan.Request.Queries.Get(x.ID); ok {
			row[1] = q.Title
		}
		var params []string
		for _, v := range plan.Params(x.ID) {
			params = append(params, fmt.Sprintf("%s=%s (%s)", v.Name, v.Value, v.Origin))
		}
		if len(params) > 0 {
			row[2] = strings.Join(params, "; ")
		}
		rows = append(rows, row)
	}
	p.term.Message(fmt.Sprintf("%s for %s to %s (%s), plan %.12s; nothing was read", plan.Key.Report,
		plan.Scope.From.Format("2006-01-02 15:04"), plan.Scope.To.Format("2006-01-02 15:04"), plan.Request.Period.Zone, plan.Key.Plan))
	return p.term.Rows(result.Of(cols, rows), p.flags.output)
}

// tell prints the verdict and where the files are.
func (p *program) tell(s *setup, set config.Settings, r *report.Report, saved *run.Saved, out string) error {
	folder := filepath.Join(out, runFolder(saved))
	switch p.flags.output {
	case "json":
		t, err := p.told(s, set, r, saved, folder)
		if err != nil {
			return err
		}
		return p.term.Object(t)
	case "csv":
		var rows []result.Row
		add := func(name string, v any) { rows = append(rows, result.Row{name, fmt.Sprint(v)}) }
		add("report", saved.Report)
		add("period", saved.Period.ID)
		add("revision", saved.Revision)
		add("folder", folder)
		add("evidence_digest", saved.Digest)
		add("incomplete", saved.Incomplete())
		add("unchanged", saved.Unchanged)
		for _, q := range saved.Queries {
			add("outcome "+q.ID, q.Verdict.Outcome)
			add("rows "+q.ID, q.Rows)
		}
		return p.term.Rows(result.Of([]result.Column{{Name: "name", Kind: result.Text}, {Name: "value", Kind: result.Text}}, rows),
			p.flags.output)
	}
	l, err := s.language(set.Text(config.Language))
	if err != nil {
		return err
	}
	for _, line := range workpaper.Brief(saved, r, l) {
		p.term.Print(line)
	}
	state := "written"
	if saved.Unchanged {
		state = "unchanged since"
	}
	p.term.Print(fmt.Sprintf("\n%s %s", state, folder))
	for _, name := range written(p.at(folder)) {
		p.term.Print("  " + name)
	}
	p.term.Print("evidence digest " + saved.Digest)
	return nil
}

// runFolder is where a run is below --out.
func runFolder(s *run.Saved) string {
	name := s.Report
	if s.Variant != "" {
		name += "~" + s.Variant
	}
	return filepath.Join(name, s.Period.ID, fmt.Sprintf("r%d", s.Revision))
}

// written are the files of a run that people and machines open; the rest proves them.
func written(folder string) []string {
	var names []string
	for _, pattern := range []string{"report.*", "appendix.*", "data/*"} {
		found, err := fs.Glob(os.DirFS(folder), pattern) // not of the whole path, which may hold a bracket
		if err != nil {                                  // the pattern is ours
			continue
		}
		names = append(names, found...)
	}
	return names
}
