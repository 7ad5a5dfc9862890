// Package run is one run on disk: written, resumed, read back. The only code that knows the folder's file names.
package run

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/library"
	"trailscribe/internal/manifest"
	"trailscribe/internal/result"
)

var ErrLocked = errors.New("another run holds the folder")

// Fact differs from run to run: goes to the journal and the manifest, never to a report of a local run.
type Fact struct{ Step, Query, Name, Value string }

type Key struct {
	Report, Variant, Period string
	Plan                    string // digest of everything that was asked
}

// Folder is a run being written.
type Folder struct{ dir string }

// Create resumes the unfinished run of the same plan, or starts the next revision.
func Create(base string, k Key) (f *Folder, resumed bool, err error) { return nil, false, nil }

func (f *Folder) Keep(files []library.File) error                                    { return nil } // the definitions used, byte for byte
func (f *Folder) Note(Fact) error                                                    { return nil } // fsynced
func (f *Folder) Inputs() (engine.Inputs, bool)                                      { return engine.Inputs{}, false }
func (f *Folder) KeepInputs(engine.Inputs, iter.Seq2[engine.InputFile, error]) error { return nil }
func (f *Folder) Result(query string) (result.Set, bool)                             { return nil, false } // already there after a crash

// KeepResult is the one place where rows are written: counted, profiled and hashed in the same pass.
func (f *Folder) KeepResult(query string, rows engine.Rows) (result.Set, Query, error) {
	return nil, Query{}, nil
}
func (f *Folder) Exceptions(query string) (keep func(finding.Exception) error, done func() error, err error) {
	return nil, nil, nil
}
func (f *Folder) Create(name string) (io.WriteCloser, error) { return nil, nil } // report.pdf, data/x.csv
func (f *Folder) Seal(ctx context.Context, r *Record, facts map[string]string, s manifest.Signer) (*Saved, error) {
	return nil, nil
}
func (f *Folder) Close() error { return nil }

// Saved is a finished run, read from a folder or an archive.
type Saved struct {
	*Record
	Digest    string // SHA-256 of record.json in hex: the evidence digest
	Unchanged bool   // Seal made no new revision: this is the last one, whose record is equal
	fsys      fs.FS
}

func Open(fsys fs.FS) (*Saved, error)                                        { return nil, nil }
func (s *Saved) Rows(query string) (result.Set, error)                       { return nil, nil }
func (s *Saved) Exceptions(query string) iter.Seq2[finding.Exception, error] { return nil }
func (s *Saved) Library() library.Layer                                      { return library.Layer{FS: s.fsys} }

// InputFiles are the lines of inputs.jsonl.gz in key order; read again each time. (Used by workpaper.)
func (s *Saved) InputFiles() iter.Seq2[engine.InputFile, error] { return nil }

// Statement is the text of sql/<name>.sql: a query id, or "events" or "history" for the relation as it ran; "" where the run holds none. (Used by workpaper.)
func (s *Saved) Statement(name string) (string, error) { return "", nil }
func (s *Saved) Facts() []Fact                         { return nil }
func (s *Saved) Had(exception string) bool             { return false }

var _ finding.Previous = (*Saved)(nil)
