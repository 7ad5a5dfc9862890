package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/config"
	"trailscribe/internal/engine"
	"trailscribe/internal/result"
)

func (p *program) logsShowCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "show EVENT-ID... --source DIR",
		Short: "The record of an event as it stands in the log, with its file and the SHA-256 of that",
		Long: `Show prints the JSON of the records with these event ids as it stands in the log files, with the file, the
SHA-256 of the file's decoded bytes (the one that CloudTrail's digest files and reports have) and the number of the
record in it. Copies of an event are printed one after the other. The files of the period are searched, all of them
without --period; those in the cache are not read again.`,
		Example: `  trailscribe logs show 1e9f6f0a-5d1c-4b7e-8f6a-0d5f4f7c2a11 --source ./logs
  trailscribe logs show 1e9f6f0a-5d1c-4b7e-8f6a-0d5f4f7c2a11 --source ./logs --output json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || slices.Contains(args, "") {
				return usage("rows of a report and of the workbook have it in the column Event id", "give the id of an event")
			}
			return nil
		},
		RunE: func(c *cobra.Command, ids []string) error { return p.logsShow(c, ids) },
	}
	p.flags.registerSource(c)
	p.flags.registerWhen(c)
	return c
}

func (p *program) logsShow(c *cobra.Command, ids []string) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	set, err := p.resolve(s, nil)
	if err != nil {
		return err
	}
	if name, err := engineOf(set); err != nil {
		return err
	} else if name == "athena" {
		return usage("give --engine duckdb with --source s3://BUCKET/PREFIX and a --period: only its files are read",
			"records are shown from log files, not from Athena's table")
	}
	scope, limited, err := p.logsScope(s, set)
	if err != nil {
		return err
	}
	if x := set.Get(config.Source).Value; strings.HasPrefix(x, "s3://") && !limited {
		return usage("give --period", "without a period every log file of %s would be downloaded", x)
	}
	e, err := p.openEngine(c.Context(), s, set)
	if err != nil {
		return err
	}
	defer e.Close()
	finder, ok := e.(engine.Locator)
	if !ok {
		return errors.New("this engine does not find records in log files")
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	found, err := finder.Locate(c.Context(), scope, ids)
	if err != nil {
		return explain(err)
	}
	p.term.Done()
	if err := p.printRecords(found.Records); err != nil {
		return err
	}
	missing := slices.DeleteFunc(ids, func(id string) bool {
		return slices.ContainsFunc(found.Records, func(r engine.Location) bool { return r.EventID == id })
	})
	if len(missing) == 0 {
		return nil
	}
	err = fmt.Errorf("no record of %s in %s", strings.Join(missing, ", "), count(found.Files, "log file", "log files"))
	if found.Refused > 0 {
		return &codedError{code: exitIncomplete, err: fmt.Errorf("%w; %s could not be read, see trailscribe logs stats", err,
			count(found.Refused, "log file", "log files"))}
	}
	return &codedError{code: exitError, err: err}
}

// printRecords writes records as JSON objects with their place, or as text: the place, then the record with a line for each value.
func (p *program) printRecords(records []engine.Location) error {
	if p.flags.output != "table" {
		cols := []result.Column{{Name: "event_id", Kind: result.Text}, {Name: "file", Kind: result.Text}, {Name: "sha256", Kind: result.Text},
			{Name: "number", Kind: result.Int}, {Name: "record", Kind: result.Text}}
		var rows []result.Row
		for _, r := range records {
			rows = append(rows, result.Row{r.EventID, r.File, fmt.Sprintf("%x", r.SHA256), r.Number, string(r.Raw)})
		}
		return p.term.Rows(result.Of(cols, rows), p.flags.output)
	}
	for i, r := range records {
		if i > 0 {
			p.term.Print("")
		}
		p.term.Print(fmt.Sprintf("file    %s\nsha256  %x\nrecord  %d", r.File, r.SHA256, r.Number))
		var b bytes.Buffer
		if err := json.Indent(&b, r.Raw, "", "  "); err != nil {
			return fmt.Errorf("print record %d of %s: %w", r.Number, r.File, err)
		}
		p.term.Print(b.String())
	}
	return p.data.Err()
}
