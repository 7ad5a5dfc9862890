package run

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"trailscribe/internal/lock"
	"trailscribe/internal/manifest"
	"trailscribe/internal/regular"
)

// WriteRecord writes record.json with the revision's number and gives the run as the writers of formats read it,
// before it is sealed.
func (f *Folder) WriteRecord(r *Record) (*Saved, error) {
	r.Format, r.Revision = Format, f.revision
	b, err := r.Canonical()
	if err != nil {
		return nil, err
	}
	if err := write(filepath.Join(f.dir, recordName), b); err != nil {
		return nil, err
	}
	s, err := parse(regular.Sealed(context.Background(), f.dir), b)
	if err != nil {
		return nil, err
	}
	s.Path = f.dir
	return s, nil
}

// Seal finishes the run: SHA256SUMS, signature, manifest.json, and the folder gets its name rN. After that nothing in it
// changes. facts go to the manifest. s signs it; nil: no signature. Where the record equals the last revision's but for
// its number, and that one has all formats of this one, no revision is made and the last one is given, Unchanged.
// The folder stays locked until Close.
func (f *Folder) Seal(ctx context.Context, r *Record, facts map[string]string, s manifest.Signer) (*Saved, error) {
	if err := f.ready(r); err != nil {
		return nil, err
	}
	if same, err := f.unchanged(r); same != nil || err != nil {
		return same, err
	}
	// Two periods of one series may be sealed at the same time: the chain of manifests has one line, so they take turns.
	turn, err := lock.Wait(ctx, filepath.Join(f.base, f.key.Series(), lockName), lock.Options{Mode: fileMode, Told: func(w lock.Waiting) {
		if f.Waiting != nil {
			f.Waiting(w.While("is sealing another run of " + f.key.Series()))
		}
	}})
	if err != nil {
		return nil, fmt.Errorf("waiting for another run of %s to be sealed: %w", f.key.Series(), err)
	}
	defer turn.Close()
	name := revisionName(f.revision)
	m := manifest.Manifest{Run: f.key.Series() + "/" + f.key.Period + "/" + name, Facts: facts}
	chain, err := ReadChain(regular.Sealed(ctx, filepath.Join(f.base, f.key.Series())))
	if err != nil {
		return nil, fmt.Errorf("looking for the run before: %w", err)
	}
	if end, ok := chain.End(); ok {
		m.Previous, m.PreviousRun = end.Digest, end.Manifest.Run
	}
	if err := f.closeJournal(); err != nil {
		return nil, err
	}
	record, err := r.Canonical()
	if err != nil {
		return nil, err
	}
	m.Evidence = digest(record)
	list, err := manifest.Build(regular.Sealed(ctx, f.dir), m)
	if err != nil {
		return nil, err
	}
	sums := list.SHA256SUMS()
	if err := write(filepath.Join(f.dir, manifest.Sums), sums); err != nil {
		return nil, err
	}
	list.Add(manifest.Sums, sums)
	if s != nil {
		signature, err := s.Sign(ctx, list.Canonical())
		if err != nil {
			return nil, fmt.Errorf("signing the manifest with %s: %w", s.Name(), err)
		}
		if err := write(filepath.Join(f.dir, manifest.Signature), signature); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := write(filepath.Join(f.dir, manifest.Name), list.Canonical()); err != nil {
		return nil, err
	}
	final := filepath.Join(f.period, name)
	if err := os.Rename(f.dir, final); err != nil {
		return nil, fmt.Errorf("giving the run its name %s: %w", name, err)
	}
	if err := errors.Join(syncDir(f.period), os.RemoveAll(f.notes)); err != nil {
		return nil, err
	}
	return OpenFolder(final)
}

// ready reports whether everything that belongs to the run is whole, and removes what does not belong to it.
func (f *Folder) ready(r *Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for o := range f.open {
		return fmt.Errorf("sealing the run: %s was not finished", filepath.Base(o.name))
	}
	want, err := r.Canonical()
	if err != nil {
		return err
	}
	got, err := regular.ReadPlain(filepath.Join(f.dir, recordName), maxRecord)
	if err != nil {
		return fmt.Errorf("sealing the run: %w", err)
	}
	if !bytes.Equal(want, got) {
		return errors.New("sealing the run: the record was changed after the report was made from it")
	}
	for i := range r.Queries {
		q := &r.Queries[i]
		for name, sum := range map[string]string{
			resultName(q.ID): q.SHA256, resultName(q.ID + PopulationSuffix): q.PopulationSHA256, exceptionName(q.ID): q.ExceptionsSHA256,
		} {
			_, err := os.Lstat(filepath.Join(f.dir, filepath.FromSlash(name)))
			switch {
			case sum != "" && err != nil:
				return fmt.Errorf("sealing the run: %s is in the record: %w", name, err)
			case sum == "" && err == nil: // kept before the query failed: no part of the record
				if err := os.Remove(filepath.Join(f.dir, filepath.FromSlash(name))); err != nil {
					return fmt.Errorf("sealing the run: %w", err)
				}
			}
		}
	}
	err = f.sweep(func(name string) bool {
		return filepath.Ext(name) == partSuffix || name == manifest.Sums || name == manifest.Name || name == manifest.Signature
	})
	if err = errors.Join(err, f.dropEmpty()); err != nil {
		return fmt.Errorf("sealing the run: %w", err)
	}
	return nil
}

// unchanged gives the last revision if it says the same as r in at least the same formats, and drops this run.
func (f *Folder) unchanged(r *Record) (*Saved, error) {
	numbers, err := revisions(f.period)
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	last, err := OpenFolder(filepath.Join(f.period, revisionName(numbers[len(numbers)-1])))
	if err != nil {
		return nil, nil // not finished, altered or of another format: nothing to be equal to
	}
	now, before := *r, *last.Record
	now.Revision, before.Revision = 0, 0
	a, err := now.Canonical()
	if err != nil {
		return nil, err
	}
	b, err := before.Canonical()
	if err != nil || !bytes.Equal(a, b) {
		return nil, err
	}
	m, wrong, err := manifest.Check(last.fsys, nil)
	if err != nil || len(wrong) > 0 || !last.whole() {
		return nil, nil // it cannot stand for this run
	}
	has := map[string]bool{}
	for _, file := range m.Files {
		has[file.Name] = true
	}
	for _, name := range f.outputs {
		if !has[name] {
			return nil, nil
		}
	}
	if err := f.closeJournal(); err != nil {
		return nil, err
	}
	if err := errors.Join(os.RemoveAll(f.dir), os.RemoveAll(f.notes)); err != nil {
		return nil, fmt.Errorf("removing a run that is equal to %s: %w", filepath.Base(last.Path), err)
	}
	last.Unchanged = true
	return last, nil
}

func (f *Folder) closeJournal() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.journal == nil {
		return nil
	}
	err := f.journal.Close()
	f.journal = nil
	if err != nil {
		return fmt.Errorf("closing the journal: %w", err)
	}
	return nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
