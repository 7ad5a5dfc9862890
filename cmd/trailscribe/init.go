package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/config"
	"trailscribe/internal/regular"
	"trailscribe/internal/run"
)

func (p *program) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "A commented configuration, folders for your own queries, schemas for your editor",
		Long: `Init writes trailscribe.yaml with every setting explained, the folders audit/queries, audit/reports and
audit/templates for definitions of your own, and JSON Schemas that editors complete from.
It never writes over a file.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return p.initialise(dir)
		},
	}
}

func (p *program) initialise(dir string) error {
	if err := run.CheckOutside(p.at(dir)); err != nil {
		return err
	}
	for _, d := range []string{"audit/queries", "audit/reports", "audit/templates", ".trailscribe/schemas"} {
		if _, err := regular.MakeFolders(p.at(dir), 0o755, strings.Split(d, "/")...); err != nil {
			return fmt.Errorf("making the folders of a new configuration: %w", err)
		}
	}
	if err := p.writeNew(filepath.Join(dir, "trailscribe.yaml"), []byte(config.Template())); err != nil {
		return err
	}
	for _, s := range schemas(p.formats.choice()) {
		path := filepath.Join(dir, ".trailscribe", "schemas", s.name+".schema.json")
		if err := regular.Replace(p.at(path), s.shape.JSONSchema(), 0o644); err != nil { // schemas are ours: the newest is right
			return fmt.Errorf("writing a schema: %w", err)
		}
	}
	p.term.Message("next: set source in trailscribe.yaml, then 'trailscribe report run monthly-security'")
	return p.printFiles([]string{filepath.Join(dir, "trailscribe.yaml")})
}

func (p *program) writeNew(path string, data []byte) error {
	f, err := os.OpenFile(p.at(path), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &codedError{code: exitUsage, err: fmt.Errorf("%s is there already", path),
			hint: "init never writes over a file; remove it or choose another folder"}
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if _, err = f.Write(data); err == nil {
		err = f.Close()
	}
	return err
}
