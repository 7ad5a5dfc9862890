package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"trailscribe/internal/audit"
	"trailscribe/internal/diag"
	"trailscribe/internal/manifest"
	"trailscribe/internal/regular"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
)

func (p *program) verifyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "verify FOLDER",
		Short: "Check that a run folder is whole and unaltered",
		Long: `Verify takes the folder of a run, or a folder of runs: then it verifies each.

It holds every file against the manifest, record.json against the evidence digest, and definitions,
statements and rows against record.json. It makes the report files again and compares the bytes, and
follows the manifests to the run before and after. Each check is ok, wrong or not checked; the page
"What verify proves" in docs/reliability.md says what follows from it.

Compare the evidence digest with the one you were given: whoever can rewrite the whole folder can
make another one that is consistent in itself. A signature rules that out: see --sign of report run.
With --allowed-signers the manifest must be signed by one of these keys. ssh-keygen signs as well:

  ssh-keygen -Y sign -n trailscribe-manifest -f KEY FOLDER/manifest.json`,
		Example: `  trailscribe verify reports-out/monthly-security/2026-10/r1
  trailscribe verify reports-out
  trailscribe verify reports-out/monthly-security/2026-10/r1 --allowed-signers auditor.pub --output json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return p.verify(c.Context(), args[0]) },
	}
	c.Flags().StringVar(&p.flags.allowedSigners, "allowed-signers", "",
		"file of public keys, as .pub files or ssh-keygen's allowed signers; a run must be signed by one")
	return c
}

func (p *program) verify(ctx context.Context, dir string) error {
	if info, err := os.Stat(p.at(dir)); err != nil || !info.IsDir() {
		return usage("give the folder rN of a run, or a folder of runs", "%s is not a folder", dir)
	}
	against := audit.Against{Tool: version, Remake: p.remakeFiles}
	if p.flags.allowedSigners != "" {
		var err error
		if against.Trusted, err = p.trustedKeys(p.flags.allowedSigners); err != nil {
			return err
		}
	}
	top := p.at(dir)
	folders, err := run.Find(top)
	if err != nil {
		return err
	}
	if len(folders) == 0 { // say of the folder itself that it is not a run
		folders = []string{top}
	}
	against.Series = folders[0] != top
	chains := map[string]*run.Chain{}
	t := &verification{p: p}
	defer p.term.Done()
	for i, folder := range folders {
		p.term.Progress("verifying", int64(i), int64(len(folders)))
		this := against
		series, place, ok := run.Place(folder)
		if ok && chains[series] == nil {
			chains[series], this.Unread = run.ReadChain(regular.Sealed(ctx, series))
		}
		if ok {
			this.Chain, this.Place = chains[series], place
		}
		v, err := audit.Verify(ctx, regular.Sealed(ctx, folder), this)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		t.tell(p.asGiven(folder, dir), v, err)
	}
	return t.end()
}

// remakeFiles is the audit.Remake for the formats that wrote these files.
func (p *program) remakeFiles(s *run.Saved, files []string) (*report.Report, audit.Parts, error) {
	return p.remake(s, p.formats.of(s, files), "", "")
}

// trustedKeys reads --allowed-signers.
func (p *program) trustedKeys(path string) ([][]byte, error) {
	text, err := regular.Read(p.at(path), 1<<20)
	if err != nil {
		return nil, usage("name a file of public keys, such as KEY.pub", "reading the allowed signers: %w", err)
	}
	keys, wrong := manifest.TrustedKeys(text)
	var problems diag.Problems
	for _, k := range wrong {
		at := diag.Pos{File: path, Line: k.Line, Col: k.Col, Text: k.Source}
		problems = append(problems, diag.Problem{At: at, Width: k.Width, Text: k.Text, Rule: "trusted-key"})
	}
	if len(problems) > 0 {
		return nil, problems
	}
	if len(keys) == 0 {
		return nil, usage("write one a line: ssh-ed25519 AAAA…", "%s holds no key that is trusted for a manifest", path)
	}
	return keys, nil
}

// verification tells what was found, run by run.
type verification struct {
	p    *program
	rows []result.Row
	runs int
}

// tell is about one run; err says that it could not be read as one.
func (t *verification) tell(folder string, v *audit.Verified, err error) {
	t.runs++
	table := t.p.flags.output == "table"
	name := filepath.ToSlash(folder)
	if err != nil {
		t.p.code = exitMismatch
		t.rows = append(t.rows, result.Row{name, nil, "files", audit.Wrong, err.Error(), nil, nil, nil, nil})
		if table {
			t.p.term.Error(fmt.Errorf("verifying %s: %w", folder, err), "")
		}
		return
	}
	code := v.ExitCode()
	if code == exitMismatch || t.p.code == exitDone {
		t.p.code = code
	}
	if table {
		t.p.term.Print(fmt.Sprintf("%s, evidence digest %s", v.Manifest.Run, v.Manifest.Evidence))
	}
	for _, proof := range v.Proofs {
		if table {
			t.print(proof)
		}
		if len(proof.Wrong) == 0 {
			t.rows = append(t.rows, result.Row{name, v.Manifest.Evidence, proof.Check, proof.State, proof.Says, nil, nil, nil, nil})
		}
		for _, w := range proof.Wrong {
			t.rows = append(t.rows, result.Row{name, v.Manifest.Evidence, proof.Check, proof.State, explained(w),
				w.What, w.Where, orNull(w.Expected), orNull(w.Found)})
		}
	}
	if table {
		t.p.term.Print(verdicts[code])
	}
}

// verdicts are the last line about a run, by exit code.
var verdicts = map[int]string{
	exitDone:       "ok: the folder is consistent with its evidence digest; compare that with the one you were given",
	exitIncomplete: "incomplete: nothing wrong was found, and not everything could be checked",
	exitMismatch:   "wrong: the folder is not as it was sealed",
}

func (t *verification) print(proof audit.Proof) {
	states := map[string]string{audit.Proved: "ok", audit.Wrong: "wrong", audit.NotChecked: "not checked"}
	line := func(says string) {
		t.p.term.Print(fmt.Sprintf("  %-11s  %-11s  %s", states[proof.State], proof.Check, says))
	}
	for _, w := range proof.Wrong {
		line(fmt.Sprintf("%s: %s", w, explained(w)))
	}
	if len(proof.Wrong) == 0 {
		line(proof.Says)
	}
}

// explained says what a difference means.
func explained(w manifest.Wrong) string {
	switch w.What {
	case manifest.Missing:
		return "it was removed"
	case manifest.Extra, manifest.Empty:
		return "it was added after the run was sealed"
	case manifest.Changed, manifest.Odd:
		return "it was altered after the run was sealed"
	case manifest.SumsDiff:
		return "it does not say what manifest.json says"
	case manifest.Evidence:
		return "the record is not the one under the evidence digest"
	case manifest.Unsigned:
		return "nobody signed the manifest"
	case manifest.BadSigner:
		return "no trusted key signed this manifest"
	case audit.NotRecorded:
		return "it is not the one that was in the folder when the record was written"
	case audit.NotOfRun:
		return "nothing that a run has; the manifest was rewritten to list it"
	case audit.NotRemade:
		return "it is not what this program makes of the record; it was replaced, or what it was made from was"
	case audit.BadChain:
		return "one of the two runs was rewritten after the other was sealed"
	}
	return ""
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// verifyColumns are those of --output json and csv: a row for each check that is ok or was not made, and one for each difference.
var verifyColumns = []struct {
	name, what string
	values     []string // it has one of these; nil: any
	null       bool
}{
	{name: "folder", what: "the folder of the run as it was given, or below the folder that was given"},
	{name: "evidence_digest", what: "SHA-256 of record.json by the manifest; null where the folder could not be read as a run", null: true},
	{name: "check", what: "what was checked", values: audit.CheckNames},
	{name: "state", what: "what the check came to", values: audit.StateNames},
	{name: "says", what: "what was proved, why it was not checked, or what the difference means"},
	{name: "what", what: "kind of the difference; null where the state is not wrong", values: audit.WrongNames, null: true},
	{name: "where", what: "what differs: a file of the folder, or another run of the series", null: true},
	{name: "expected", what: "a digest, or words", null: true},
	{name: "found", what: "a digest, or words", null: true},
}

// verifySchema is the JSON Schema of --output json.
func verifySchema() []byte {
	properties := map[string]any{}
	var required []string
	for _, c := range verifyColumns {
		shape := map[string]any{"description": c.what, "type": "string"}
		var values []any
		for _, v := range c.values {
			values = append(values, v)
		}
		if c.null {
			shape["type"] = []string{"string", "null"}
			values = append(values, nil)
		}
		if c.values != nil {
			shape["enum"] = values
		}
		properties[c.name] = shape
		required = append(required, c.name)
	}
	b, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "What 'trailscribe verify --output json' prints", "type": "array",
		"items": map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false},
	}, "", "  ")
	if err != nil { // texts, lists and maps of them always encode
		return nil
	}
	return append(b, '\n')
}

// end prints the rows for a machine, or how many runs there were.
func (t *verification) end() error {
	if t.p.flags.output != "table" {
		var cols []result.Column
		for _, c := range verifyColumns {
			cols = append(cols, result.Column{Name: c.name, Kind: result.Text})
		}
		return t.p.term.Rows(result.Of(cols, t.rows), t.p.flags.output)
	}
	if t.runs > 1 {
		in := map[int]string{exitDone: "ok", exitIncomplete: "incomplete", exitMismatch: "wrong"}
		t.p.term.Print(fmt.Sprintf("%d runs: %s", t.runs, in[t.p.code]))
	}
	return nil
}
