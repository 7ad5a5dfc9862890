package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"trailscribe/internal/manifest"
	"trailscribe/internal/run"
)

// What Verify finds beyond the manifest: manifest.Wrong.What.
const (
	NotRecorded = "record"     // not the file that record.json names
	NotOfRun    = "not-of-run" // listed in the manifest, and nothing that a run has
	NotRemade   = "report"     // not what the program makes of the record
	BadChain    = "chain"      // another run of the series names another manifest
)

// States of a check of Verify.
const (
	Proved     = "ok"
	Wrong      = "wrong"
	NotChecked = "not-checked"
)

// The checks of Verify, in the order in which they are made.
const (
	CheckFiles       = "files"
	CheckRecord      = "record"
	CheckDefinitions = "definitions"
	CheckStatements  = "statements"
	CheckResults     = "results"
	CheckReport      = "report"
	CheckJournal     = "journal"
	CheckChain       = "chain"
	CheckSignature   = "signature"
)

// CheckNames are the checks in their order, StateNames what each may come to, WrongNames the differences that Verify finds.
var (
	CheckNames = []string{CheckFiles, CheckRecord, CheckDefinitions, CheckStatements, CheckResults, CheckReport, CheckJournal,
		CheckChain, CheckSignature}
	StateNames = []string{Proved, Wrong, NotChecked}
	WrongNames = []string{manifest.Missing, manifest.Extra, manifest.Changed, manifest.Evidence, manifest.SumsDiff, manifest.Unsigned,
		manifest.BadSigner, manifest.Odd, manifest.Empty, NotRecorded, NotOfRun, NotRemade, BadChain}
)

// Proof is what one check of a sealed run came to.
type Proof struct {
	Check string // one of the constants
	State string
	Says  string // what was proved, or why it was not checked; "" where it is wrong
	Owed  bool   // it was asked for and could not be made: the run is not proved in full
	Wrong []manifest.Wrong
}

// differs notes a difference.
func (p *Proof) differs(what, where, expected, found string) {
	p.Wrong = append(p.Wrong, manifest.Wrong{What: what, Where: where, Expected: expected, Found: found})
}

// Verified is what Verify found.
type Verified struct {
	Manifest *manifest.Manifest
	Proofs   []Proof
}

// Wrong are the differences of all checks.
func (v *Verified) Wrong() (all []manifest.Wrong) {
	for _, p := range v.Proofs {
		all = append(all, p.Wrong...)
	}
	return all
}

// ExitCode is 7 if anything is wrong, else 4 if something that was asked for could not be checked, else 0.
func (v *Verified) ExitCode() int {
	code := ExitDone
	for _, p := range v.Proofs {
		switch {
		case p.State == Wrong:
			return ExitMismatch
		case p.Owed:
			code = ExitIncomplete
		}
	}
	return code
}

// Against is what a run is held against beyond itself. The zero value holds a run against its manifest and its record only.
type Against struct {
	// Trusted are public keys as manifest.Check takes them; with any, the manifest must be signed by one of them.
	Trusted [][]byte

	// Chain is the series that the run is in, nil where it is not known; Place is the run's name by the path of its folder. Series: the
	// whole series is verified, so that a run before this one which is not there is owed.
	Chain  *run.Chain
	Place  string
	Series bool
	Unread error // why the series could not be read

	// Remake gives what makes the report files again, nil: they are not made. Tool is the version of this program.
	Remake Remake
	Tool   string
}

// Verify proves a sealed run: every file against the manifest and nothing besides them; record.json against the evidence digest, and
// with it every definition, statement and row; the report files against what the program makes of these; the chain of manifests; and
// the signature. err says that the folder could not be read as a run at all, or that ctx has ended.
func Verify(ctx context.Context, fsys fs.FS, against Against) (v *Verified, err error) {
	defer func() {
		if ended := ctx.Err(); ended != nil { // then a file that could not be read is not altered
			v, err = nil, fmt.Errorf("verifying the run: %w", ended)
		}
	}()
	m, wrong, err := manifest.Check(fsys, against.Trusted)
	if err != nil {
		return nil, err
	}
	v = &Verified{Manifest: m}
	signature, wrong := signed(fsys, m, against.Trusted, wrong)
	wrong = slices.DeleteFunc(wrong, func(w manifest.Wrong) bool { return leftEmpty(m, w) })

	record := Proof{Check: CheckRecord, Says: "record.json is the one that the manifest names; its SHA-256 is the evidence digest"}
	s, err := run.Open(fsys)
	switch {
	case err == nil && s.Name() != m.Run:
		record.differs(NotRecorded, manifest.Name, "the run "+s.Name(), "the run "+m.Run)
	case err == nil:
	case slices.ContainsFunc(wrong, func(w manifest.Wrong) bool { return w.Where == manifest.Record }), errors.Is(err, run.ErrAltered):
		record.differs(manifest.Evidence, manifest.Record, m.Evidence, err.Error())
	default:
		return nil, err
	}
	wrong = slices.DeleteFunc(wrong, func(w manifest.Wrong) bool { return w.What == manifest.Evidence }) // said of the record
	var named []Proof
	if err == nil {
		wrong = append(wrong, strangers(s, m)...)
		if named, err = proveNamed(ctx, s, m); err != nil {
			return nil, err
		}
	}
	says := fmt.Sprintf("%d files are as the manifest lists them, and nothing else is there", len(m.Files))
	v.add(Proof{Check: CheckFiles, Wrong: wrong, Says: says})
	v.add(record)
	if s == nil {
		why := "record.json cannot be trusted"
		for _, check := range []string{CheckDefinitions, CheckStatements, CheckResults, CheckReport} {
			v.add(Proof{Check: check, State: NotChecked, Says: why})
		}
	}
	for _, p := range named {
		v.add(p)
	}
	if s != nil {
		v.add(remade(ctx, s, m, against, len(v.Wrong()) > 0))
	}
	v.add(journal(signature))
	v.add(chained(m, against))
	v.add(signature)
	return v, nil
}

// add gives a proof its state where it has none.
func (v *Verified) add(p Proof) {
	switch {
	case len(p.Wrong) > 0:
		p.State, p.Says, p.Owed = Wrong, "", false
	case p.State == "":
		p.State = Proved
	}
	v.Proofs = append(v.Proofs, p)
}

// leftEmpty reports whether a difference is a folder that programs which wrote the first format left empty where each query failed.
func leftEmpty(m *manifest.Manifest, w manifest.Wrong) bool {
	return m.Format == manifest.FirstFormat && w.What == manifest.Empty && (w.Where == "results/" || w.Where == "exceptions/")
}

// strangers are the files of a manifest that no run has. Report files are not among them: they are made again.
func strangers(s *run.Saved, m *manifest.Manifest) (wrong []manifest.Wrong) {
	for _, f := range m.Files {
		if s.PartOf(f.Name) == run.PartNone {
			const expected = "a file that the record names"
			wrong = append(wrong, manifest.Wrong{What: NotOfRun, Where: f.Name, Expected: expected, Found: f.SHA256})
		}
	}
	return wrong
}

// proveNamed holds every file that the record names against it.
func proveNamed(ctx context.Context, s *run.Saved, m *manifest.Manifest) ([]Proof, error) {
	definitions, statements, results := Proof{Check: CheckDefinitions}, Proof{Check: CheckStatements}, Proof{Check: CheckResults}
	of := map[run.Part]*Proof{run.PartDefinition: &definitions, run.PartStatement: &statements, run.PartRows: &results}
	count := map[run.Part]int{}
	failed := map[string]bool{}
	for _, n := range s.Named() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		count[n.Part]++
		if err := s.Prove(n); err != nil {
			failed[n.Query] = true
			found := err.Error()
			if errors.Is(err, fs.ErrNotExist) {
				found = ""
			}
			of[n.Part].differs(NotRecorded, n.Path, n.SHA256, found)
		}
	}
	for i := range s.Queries {
		q := &s.Queries[i]
		if failed[q.ID] {
			continue
		}
		if err := agree(s, q); err != nil {
			results.differs(NotRecorded, "rows and exceptions of "+q.ID, "what record.json says of them", err.Error())
		}
	}
	definitions.Says = fmt.Sprintf("%d files of library/ are those that the record names", count[run.PartDefinition])
	statements.Says = fmt.Sprintf("%d files of sql/ are those that the record names", count[run.PartStatement])
	results.Says = fmt.Sprintf("%d files of rows, exceptions and inputs have the lines that the record names", count[run.PartRows])
	unnamed := map[string]int{}
	for _, f := range m.Files {
		if s.PartOf(f.Name) == run.PartUnnamed {
			unnamed[path.Dir(f.Name)]++
		}
	}
	for dir, p := range map[string]*Proof{"sql": &statements, "results": &results} {
		if n := unnamed[dir]; n > 0 {
			p.State, p.Owed = NotChecked, true
			p.Says += fmt.Sprintf("; %d more: the record of this format (%s) does not name them", n, s.Format)
		}
	}
	return []Proof{definitions, statements, results}, nil
}

// agree holds the rows and exceptions of a query against what the record says of them besides their digests.
func agree(s *run.Saved, q *run.Query) error {
	if _, err := s.Rows(q.ID); err != nil {
		return err
	}
	var listed int64
	for _, err := range s.Exceptions(q.ID) {
		if err != nil {
			return err
		}
		listed++
	}
	if v := q.Verdict; q.ExceptionsSHA256 != "" && listed != v.Listed() {
		return fmt.Errorf("%d exceptions are listed, the verdict counts %d", listed, v.Listed())
	}
	return nil
}

// journal says what holds journal.jsonl and the facts of the manifest, which no record names: who ran it, when, and what it cost.
func journal(signature Proof) Proof {
	p := Proof{Check: CheckJournal, Says: "journal.jsonl (who, when, cost) is under the signature"}
	if signature.State != Proved {
		p.State = NotChecked
		p.Says = "journal.jsonl (who, when, cost) is held by the manifest alone: " +
			"without a signature, whoever rewrites that can change it"
	}
	return p
}

// signed says who signed the manifest, and takes what is wrong with the signature out of all that is wrong.
func signed(fsys fs.FS, m *manifest.Manifest, trusted [][]byte, wrong []manifest.Wrong) (p Proof, rest []manifest.Wrong) {
	p = Proof{Check: CheckSignature, State: NotChecked}
	for _, w := range wrong {
		if w.What == manifest.Unsigned || w.What == manifest.BadSigner {
			p.Wrong = append(p.Wrong, w)
		} else {
			rest = append(rest, w)
		}
	}
	switch {
	case len(p.Wrong) > 0:
		p.State = Wrong
	case len(trusted) > 0:
		by, err := manifest.SignedBy(fsys, m, trusted)
		if err != nil { // Check has just found it good
			p.differs(manifest.BadSigner, manifest.Signature, "a signature of a trusted key", err.Error())
			break
		}
		p.State, p.Says = Proved, "signed by the trusted key "+by
	case manifest.HasSignature(fsys):
		p.Says = "a signature is present and was not checked: no allowed signers were given"
	case m.Facts[run.FactSigningKey] != "":
		p.differs(manifest.Unsigned, manifest.Name, "a signature of the key "+m.Facts[run.FactSigningKey], "no "+manifest.Signature)
	default:
		p.Says = "not signed: what was checked proves consistency, not origin"
	}
	return p, rest
}

// names joins a few names and counts the others.
func names(list []string) string {
	const most = 4
	if len(list) > most {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", len(list)-most)
	}
	return strings.Join(list, ", ")
}
