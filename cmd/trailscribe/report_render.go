package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/audit"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/regular"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

func (p *program) reportRenderCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "render RUN",
		Short: "Make the files of a sealed run again, also in another language, look or format",
		Long: `Render reads a run folder and writes its report again. It asks no engine and reads no
configuration and no library but the run's own: the same run gives the same bytes on any machine.
The sealed folder is never changed; files go to --out.`,
		Example: `  trailscribe report render reports-out/monthly-security/2026-10/r1 --out again
  trailscribe report render reports-out/monthly-security/2026-10/r1 --format csv --out data`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return p.renderRun(c, args[0]) },
	}
	c.Flags().StringVar(&p.flags.out, "out", "", "folder to write into (required)")
	c.Flags().StringSliceVar(&p.flags.formats, "format", nil, p.formats.help(strings.Join(p.formats.choice().Usual, ", ")))
	c.Flags().StringVar(&p.flags.theme, "theme", "", "look (default: the run's own)")
	c.Flags().StringVar(&p.flags.lang, "lang", "", "language (default: the run's own)")
	return c
}

func (p *program) renderRun(c *cobra.Command, dir string) error {
	if p.flags.out == "" {
		return usage("name a folder outside the run: a sealed run never changes", "report render needs --out")
	}
	if err := run.CheckOutside(p.at(p.flags.out)); err != nil {
		return err
	}
	if info, err := os.Stat(p.at(dir)); err != nil || !info.IsDir() {
		return usage("give the folder rN of a run", "%s is not a folder", dir)
	}
	saved, err := run.Open(regular.Sealed(c.Context(), p.at(dir)))
	if err != nil {
		return &codedError{code: exitUsage, err: fmt.Errorf("%s: %w", dir, err), hint: "give the folder rN of a run"}
	}
	if err := unaltered(c, p.at(dir)); err != nil {
		return err
	}
	want := p.flags.formats
	if len(want) == 0 {
		want = p.formats.choice().Usual
	}
	r, parts, err := p.remake(saved, want, p.flags.lang, p.flags.theme)
	if err != nil {
		return err
	}
	parts.Progress = p.progress
	out, err := run.NewPlain(p.at(p.flags.out))
	if err != nil {
		return err
	}
	if err := audit.Render(c.Context(), saved, r, out, parts); err != nil {
		out.Discard()
		return err
	}
	p.term.Done()
	p.tellFallen(parts.Language)
	var names []string
	for _, name := range out.Names() {
		names = append(names, filepath.Join(p.flags.out, filepath.FromSlash(name)))
	}
	return p.printFiles(names)
}

// printFiles prints the names of files that were written.
func (p *program) printFiles(names []string) error {
	if p.flags.output == "table" {
		for _, name := range names {
			p.term.Print(name)
		}
		return nil
	}
	var rows []result.Row
	for _, name := range names {
		rows = append(rows, result.Row{name})
	}
	return p.term.Rows(result.Of([]result.Column{{Name: "file", Kind: result.Text}}, rows), p.flags.output)
}

// remake is what it takes to write a run again: its report, and the parts for some formats. The look and the fonts are this program's, the
// content the run's own: its definitions, as its record names them, lie over the built-in ones, and those that changed since have no say.
// "" is the run's own language, and its own theme.
func (p *program) remake(saved *run.Saved, want []string, tag, theme string) (*report.Report, audit.Parts, error) {
	var parts audit.Parts
	lib, problems := library.Open(builtin(true), saved.Library())
	if err := problems.Err(); err != nil {
		return nil, parts, err
	}
	frameworks, problems := framework.Load(lib)
	if err := problems.Err(); err != nil {
		return nil, parts, err
	}
	queries, problems := query.Load(lib, frameworks)
	if err := problems.Err(); err != nil {
		return nil, parts, err
	}
	r, problems := report.Load(lib, saved.Report, queries, frameworks, p.formats.choice())
	if err := problems.Err(); err != nil {
		return nil, parts, err
	}
	s := &setup{library: lib, frameworks: frameworks, queries: queries}
	var err error
	if parts.Language, err = s.language(cmp.Or(tag, saved.Language)); err != nil {
		return nil, parts, err
	}
	parts.Writers, parts.Exports, err = p.formats.writers(s, want, cmp.Or(theme, saved.Theme))
	return r, parts, err
}

// unaltered reports whether what a report is made from is as it was sealed; a report that was made from it may be lost.
func unaltered(c *cobra.Command, dir string) error {
	v, err := audit.Verify(c.Context(), regular.Sealed(c.Context(), dir), audit.Against{})
	if err != nil {
		return &codedError{code: exitMismatch, err: fmt.Errorf("verifying %s: %w", dir, err)}
	}
	for _, w := range v.Wrong() {
		if !run.Output(w.Where) {
			return fmt.Errorf("%w: %s", run.ErrAltered, w)
		}
	}
	return nil
}
