package run

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"sync"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/library"
	"trailscribe/internal/manifest"
	"trailscribe/internal/regular"
	"trailscribe/internal/result"
	"trailscribe/internal/unread"
)

// Saved is a finished run, read from a folder or an archive. It may be used from several goroutines.
type Saved struct {
	*Record
	Digest    string // SHA-256 of record.json in hex: the evidence digest
	Unchanged bool   // Seal made no new revision: this is the last one, whose record is equal
	Path      string // the folder on this machine, "" where the run is elsewhere
	fsys      fs.FS

	mu     sync.Mutex
	proven map[string]bool // files whose lines were found to be those of the record
	had    map[string]bool // ids of all exceptions, once asked

	naming sync.Once
	named  []Named
}

// ErrAltered says that a file of a run is not what its record or manifest says.
var ErrAltered = errors.New("the run was altered after it was made")

// How large a file may be that is read whole: record.json and the notes of an unfinished run; a statement and the journal.
const (
	maxRecord = 512 << 20
	maxText   = 64 << 20
)

// Open reads a finished run: a folder, or a prefix of an archive. A folder without manifest.json is not a run
// (manifest.ErrNone), a record.json that is not the one its manifest names is ErrAltered.
func Open(fsys fs.FS) (*Saved, error) {
	m, err := manifest.Read(fsys)
	if err != nil {
		return nil, fmt.Errorf("opening a run: %w", err)
	}
	b, err := regular.ReadFile(fsys, recordName, maxRecord)
	if errors.Is(err, regular.ErrKind) || errors.Is(err, regular.ErrSize) {
		return nil, fmt.Errorf("opening a run: %w: %w", err, ErrAltered)
	}
	if err != nil {
		return nil, fmt.Errorf("opening a run: %w", err)
	}
	if digest(b) != m.Evidence {
		return nil, fmt.Errorf("opening a run: %s has the digest %s, its manifest names %s: %w", recordName, digest(b), m.Evidence, ErrAltered)
	}
	return parse(fsys, b)
}

// OpenFolder is Open for a folder of this machine.
func OpenFolder(dir string) (*Saved, error) {
	s, err := Open(regular.Sealed(context.Background(), dir))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	s.Path = dir
	return s, nil
}

func parse(fsys fs.FS, b []byte) (*Saved, error) {
	var head struct{ Format string }
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, fmt.Errorf("opening a run: reading %s: %w", recordName, err)
	}
	if head.Format != Format && head.Format != FirstFormat {
		return nil, fmt.Errorf("opening a run: its format is %.40q, this program reads up to %q; a newer version may be needed",
			head.Format, Format)
	}
	s := &Saved{Record: &Record{}, Digest: digest(b), fsys: fsys, proven: map[string]bool{}}
	if err := json.Unmarshal(b, s.Record); err != nil {
		return nil, fmt.Errorf("opening a run: reading %s: %w", recordName, err)
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("opening a run: %w", err)
	}
	return s, nil
}

func (s *Saved) opener(name string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		f, err := s.fsys.Open(name)
		if err != nil {
			return nil, err
		}
		return unpack(f, name)
	}
}

// stored gives the lines of a file after proving once that they are those of the record. rows < 0: not known.
func (s *Saved) stored(name string, rows int64, sum string) (result.Set, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.proven[name] {
		n, got, err := result.Sum(s.opener(name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if h := hex.EncodeToString(got[:]); h != sum || rows >= 0 && n != rows {
			return nil, fmt.Errorf("%s has %d rows and the digest %s, the record says %d and %s: %w", name, n, h, rows, sum, ErrAltered)
		}
		s.proven[name] = true
	}
	if rows < 0 {
		return result.Decode(s.opener(name))
	}
	return result.Stored(s.opener(name), rows)
}

// Rows are the rows of a query, proven to be those of the record. A query that gave none because it was not evaluated
// has no columns and no rows; an id that the run does not hold is an error.
func (s *Saved) Rows(query string) (result.Set, error) {
	q := s.Query(query)
	if q == nil {
		return nil, fmt.Errorf("the run of %s has no query %s", s.Report, query)
	}
	if q.SHA256 == "" {
		return result.Of(q.Columns, nil), nil
	}
	set, err := s.stored(resultName(query), q.Rows, q.SHA256)
	if err == nil && !slices.Equal(set.Columns(), q.Columns) {
		err = fmt.Errorf("%s has other columns than the record says: %w", resultName(query), ErrAltered)
	}
	if err != nil {
		return nil, err
	}
	return set, nil
}

// Exceptions are the exceptions of a query in the order of its rows; none for evidence, metrics and queries the run does not hold.
func (s *Saved) Exceptions(query string) iter.Seq2[finding.Exception, error] {
	return func(yield func(finding.Exception, error) bool) {
		q := s.Query(query)
		if q == nil || q.ExceptionsSHA256 == "" {
			return
		}
		set, err := s.stored(exceptionName(query), -1, q.ExceptionsSHA256)
		if err != nil {
			yield(finding.Exception{}, err)
			return
		}
		for r, err := range set.All() {
			var e finding.Exception
			if err == nil && len(r) != len(exceptionColumns) && !(s.Format == FirstFormat && len(r) == unpatterned) {
				err = fmt.Errorf("%s: %d columns", exceptionName(query), len(r))
			}
			if err == nil {
				e.ID, _ = r[0].(string)
				e.Row, _ = r[1].(int64)
				e.Status, _ = r[2].(string)
				e.Waiver, _ = r[3].(string)
				e.New, _ = r[4].(bool)
				if len(r) > unpatterned {
					e.Pattern, _ = r[5].(string)
				}
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// InputFiles are the lines of inputs.jsonl.gz in key order; read again each time. None where the run keeps no list.
func (s *Saved) InputFiles() iter.Seq2[engine.InputFile, error] {
	return func(yield func(engine.InputFile, error) bool) {
		if s.Files.SHA256 == "" {
			return
		}
		set, err := s.stored(inputsName, s.Files.Count, s.Files.SHA256)
		if err != nil {
			yield(engine.InputFile{}, err)
			return
		}
		for r, err := range set.All() {
			var f engine.InputFile
			if err == nil && len(r) != len(inputColumns) && !(s.Format == FirstFormat && len(r) == saidColumns) {
				err = fmt.Errorf("%s: %d columns", inputsName, len(r))
			}
			if err == nil {
				f.Key, _ = r[0].(string)
				f.Size, _ = r[1].(int64)
				f.Records, _ = r[3].(int64)
				f.State, _ = r[4].(string)
				f.Reason = readReason(r[5:])
				if sum, ok := r[2].(string); ok {
					var b []byte
					if b, err = hex.DecodeString(sum); err == nil && copy(f.SHA256[:], b) != len(f.SHA256) {
						err = fmt.Errorf("%s: %q is not a SHA-256", inputsName, sum)
					}
				}
			}
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}

// readReason is a reason by its columns: kind and arguments, or the sentence of the first format.
func readReason(cells []any) (why unread.Reason) {
	kind, _ := cells[0].(string)
	if len(cells) == 1 && kind != "" {
		return unread.Because(unread.Said, kind)
	}
	why.Kind = unread.Kind(kind)
	if len(cells) > 1 {
		why.Args, _ = cells[1].(string)
	}
	return why
}

// Statement is the text of sql/<name>.sql: a query id, or "events" or "history" for the relation as it ran; "" where the run holds none.
// A text that is not the one the record names is ErrAltered; one that a record of the first format does not name is as it is there.
func (s *Saved) Statement(name string) (string, error) {
	if err := checkID(name); err != nil {
		return "", err
	}
	at := statementName(name)
	n, ok := s.name(at)
	if !ok && s.PartOf(at) != PartUnnamed {
		return "", nil
	}
	var b []byte
	var err error
	if ok {
		b, err = s.text(n)
	} else if b, err = regular.ReadFile(s.fsys, at, maxText); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the statement of %s: %w", name, err)
	}
	return string(b), nil
}

// Library is the run's own copy of every definition it used, as a layer to open a library with: the files that the record names and no
// others. One that was altered is an error when it is opened.
func (s *Saved) Library() library.Layer {
	return library.Layer{Origin: library.Origin("run " + s.Report + " " + s.Period.ID), FS: namedLibrary{s}}
}

// FS is the folder, for what reads all of a run: verification, archives.
func (s *Saved) FS() fs.FS { return s.fsys }

// Had reports whether the run has an exception of that id. A run whose lists cannot be read has none here; Exceptions gives the error.
func (s *Saved) Had(exception string) bool {
	s.mu.Lock()
	loaded := s.had
	s.mu.Unlock()
	if loaded == nil {
		loaded = map[string]bool{}
		for _, q := range s.Queries {
			for e, err := range s.Exceptions(q.ID) {
				if err == nil {
					loaded[e.ID] = true
				}
			}
		}
		s.mu.Lock()
		s.had = loaded
		s.mu.Unlock()
	}
	return loaded[exception]
}

var _ finding.Previous = (*Saved)(nil)

// RecordFile is record.json as it is in the folder: what the evidence digest is over.
func (s *Saved) RecordFile() ([]byte, error) {
	b, err := regular.ReadFile(s.fsys, recordName, maxRecord)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", recordName, err)
	}
	if digest(b) != s.Digest {
		return nil, fmt.Errorf("reading %s: it is not what the evidence digest is over: %w", recordName, ErrAltered)
	}
	return b, nil
}
