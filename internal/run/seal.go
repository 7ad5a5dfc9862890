package run

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"trailscribe/internal/manifest"
	"trailscribe/internal/regular"
)

// WriteRecord writes record.json with the revision's number as the history is now, and gives the run as the writers of formats read it,
// before it is sealed.
func (f *Folder) WriteRecord(ctx context.Context, r *Record) (*Saved, error) {
	if err := f.number(ctx); err != nil {
		return nil, err
	}
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

// Seal finishes the run: SHA256SUMS, signature, manifest.json, and the history takes it, under which the folder gets its name rN. After
// that nothing in it changes. facts go to the manifest. s signs it; nil: no signature. Where the record equals the last revision's but
// for its number, and that one has all formats of this one, no revision is made and the last one is given, Unchanged.
// ErrTaken: another run was sealed with this number; write the record again, and what is made from it. The folder stays locked until Close.
func (f *Folder) Seal(ctx context.Context, r *Record, facts map[string]string, s manifest.Signer) (*Saved, error) {
	if err := f.ready(r); err != nil {
		return nil, err
	}
	if same, err := f.unchanged(ctx, r, s); same != nil || err != nil {
		return same, err
	}
	if err := f.closeJournal(); err != nil {
		return nil, err
	}
	record, err := r.Canonical()
	if err != nil {
		return nil, err
	}
	for {
		list, err := f.writeManifest(ctx, manifest.Manifest{Run: f.key.name(f.revision), Evidence: digest(record), Facts: facts}, s)
		if err != nil {
			return nil, err
		}
		err = f.history.Add(ctx, Entry{Key: f.key, Revision: f.revision, Manifest: list, Waiting: f.Waiting,
			Rename: func() (fs.FS, error) { return f.rename(ctx) }})
		switch {
		case err == nil:
			return OpenFolder(f.final())
		case errors.Is(err, ErrTaken):
			return nil, errors.Join(err, f.openJournal())
		case !errors.Is(err, ErrMoved):
			return nil, err
		}
		if err := f.dropManifest(); err != nil {
			return nil, err
		}
	}
}

// writeManifest writes SHA256SUMS, the signature and manifest.json, which names the run before it.
func (f *Folder) writeManifest(ctx context.Context, m manifest.Manifest, s manifest.Signer) (*manifest.Manifest, error) {
	before, err := f.history.End(ctx, f.key)
	if err != nil {
		return nil, err
	}
	m.Previous, m.PreviousRun = before.Digest, before.Run
	if s != nil {
		m.Facts = maps.Clone(m.Facts)
		if m.Facts == nil {
			m.Facts = map[string]string{}
		}
		m.Facts[FactSigningKey] = s.Fingerprint()
	}
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
	return list, write(filepath.Join(f.dir, manifest.Name), list.Canonical())
}

func (f *Folder) final() string { return filepath.Join(f.period, revisionName(f.revision)) }

// rename gives the folder its name on this machine.
func (f *Folder) rename(ctx context.Context) (fs.FS, error) {
	if err := os.Rename(f.dir, f.final()); err != nil {
		return nil, fmt.Errorf("giving the run its name %s: %w", filepath.Base(f.final()), err)
	}
	if err := errors.Join(syncDir(f.period), os.RemoveAll(f.notes)); err != nil {
		return nil, err
	}
	return regular.Sealed(ctx, f.final()), nil
}

// isManifest reports whether a file of the folder is made by Seal.
func isManifest(name string) bool {
	return name == manifest.Sums || name == manifest.Name || name == manifest.Signature
}

// dropManifest removes what writeManifest wrote.
func (f *Folder) dropManifest() error {
	if err := f.sweep(isManifest); err != nil {
		return fmt.Errorf("removing a manifest that names another run before it: %w", err)
	}
	return nil
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
	err = f.sweep(func(name string) bool { return filepath.Ext(name) == partSuffix || isManifest(name) })
	if err = errors.Join(err, f.dropEmpty()); err != nil {
		return fmt.Errorf("sealing the run: %w", err)
	}
	return nil
}

// unchanged gives the last revision if it says the same as r in at least the same formats, signed if this one is to be, and drops this run.
func (f *Folder) unchanged(ctx context.Context, r *Record, s manifest.Signer) (*Saved, error) {
	numbers, err := f.history.Revisions(ctx, f.key)
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	last, err := f.history.Open(ctx, f.key.name(numbers[len(numbers)-1]))
	if ended := ctx.Err(); ended != nil {
		return nil, ended
	}
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
	if s != nil && m.Facts[FactSigningKey] != s.Fingerprint() {
		return nil, nil // not signed, or with another key
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
		return nil, fmt.Errorf("removing a run that is equal to %s: %w", last.Name(), err)
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

// openJournal goes on with the journal that was closed.
func (f *Folder) openJournal() (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.journal, err = openJournal(f.dir)
	return err
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
