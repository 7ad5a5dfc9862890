package run

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"trailscribe/internal/manifest"
	"trailscribe/internal/regular"
)

// Part is what a file of a run folder is, by its name and the record.
type Part uint8

// The parts of a run folder. The record proves those that it names.
const (
	PartNone       Part = iota // nothing that belongs to the run
	PartOwn                    // record.json, SHA256SUMS
	PartDefinition             // of library/, named by the record
	PartStatement              // of sql/, named by the record
	PartRows                   // results, exceptions and the list of log files, named by the record by the digest of their lines
	PartUnnamed                // what a record of the first format does not name, though the run has it
	PartJournal                // who, when and what it cost
	PartOutput                 // report.*, appendix.* and data/*: made from the rest
)

// Named is a file that record.json names with its SHA-256.
type Named struct {
	Path   string
	Query  string // id of the query that it is of, "" for what is of all
	Part   Part   // PartDefinition, PartStatement or PartRows
	SHA256 string // of its bytes; of rows, of the uncompressed lines
	Count  int64  // of rows, how many; -1: the record does not say
}

// Named are the files that the record names, sorted by path.
func (s *Saved) Named() []Named {
	s.naming.Do(func() { s.named = s.names() })
	return s.named
}

func (s *Saved) name(path string) (Named, bool) {
	all := s.Named()
	i, ok := slices.BinarySearchFunc(all, path, func(n Named, path string) int { return strings.Compare(n.Path, path) })
	if !ok {
		return Named{}, false
	}
	return all[i], true
}

func (s *Saved) names() (all []Named) {
	of := ""
	add := func(part Part, name, sum string, count int64) {
		if sum != "" {
			all = append(all, Named{Path: name, Query: of, Part: part, SHA256: sum, Count: count})
		}
	}
	for _, d := range s.Definitions {
		add(PartDefinition, libraryName+"/"+d.Path, d.SHA256, -1)
	}
	for _, st := range s.Statements {
		add(PartStatement, statementName(st.Name), st.SHA256, -1)
	}
	for i := range s.Queries {
		q := &s.Queries[i]
		of = q.ID
		add(PartStatement, statementName(q.ID), q.SQLSHA256, -1)
		add(PartStatement, statementName(q.ID+PopulationSuffix), q.PopulationSQL, -1)
		add(PartRows, resultName(q.ID), q.SHA256, q.Rows)
		add(PartRows, resultName(q.ID+PopulationSuffix), q.PopulationSHA256, 1)
		add(PartRows, exceptionName(q.ID), q.ExceptionsSHA256, -1)
	}
	of = ""
	add(PartRows, inputsName, s.Files.SHA256, s.Files.Count)
	slices.SortStableFunc(all, func(a, b Named) int { return cmp.Compare(a.Path, b.Path) })
	return all
}

// Prove reads a named file and gives ErrAltered where it is not what the record names; a file that is not there is fs.ErrNotExist.
func (s *Saved) Prove(n Named) error {
	if n.Part == PartRows {
		_, err := s.stored(n.Path, n.Count, n.SHA256)
		return err
	}
	_, err := s.text(n)
	return err
}

// text is the content of a named file that is not rows.
func (s *Saved) text(n Named) ([]byte, error) {
	b, err := regular.ReadFile(s.fsys, n.Path, maxText)
	if errors.Is(err, regular.ErrKind) || errors.Is(err, regular.ErrSize) {
		return nil, fmt.Errorf("%s: %w: %w", n.Path, err, ErrAltered)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.Path, err)
	}
	if sum := digest(b); sum != n.SHA256 {
		return nil, fmt.Errorf("%s has the digest %s, the record says %s: %w", n.Path, sum, n.SHA256, ErrAltered)
	}
	return b, nil
}

// whole reports whether every named file is what the record names.
func (s *Saved) whole() bool {
	return !slices.ContainsFunc(s.Named(), func(n Named) bool { return s.Prove(n) != nil })
}

// Output reports whether a name in a run's folder is, or is below, what is made from the rest of the run and can be made again: what
// people and machines open.
func Output(name string) bool {
	return strings.HasPrefix(name, dataName+"/") || strings.HasPrefix(name, "report.") || strings.HasPrefix(name, "appendix.")
}

// PartOf says what a file of the folder is.
func (s *Saved) PartOf(name string) Part {
	switch name {
	case recordName, manifest.Sums:
		return PartOwn
	case journalName:
		return PartJournal
	}
	if n, ok := s.name(name); ok {
		return n.Part
	}
	if s.Format == FirstFormat && s.unnamed(name) {
		return PartUnnamed
	}
	if Output(name) && strings.Count(name, "/") < 2 {
		return PartOutput
	}
	return PartNone
}

// unnamed reports whether a run of the first format may have a file without its record naming it.
func (s *Saved) unnamed(name string) bool {
	for _, st := range []string{"events", "history", "populations"} {
		if name == statementName(st) {
			return true
		}
	}
	return slices.ContainsFunc(s.Queries, func(q Query) bool {
		return name == statementName(q.ID+PopulationSuffix) || name == resultName(q.ID+PopulationSuffix)
	})
}

// namedLibrary is the folder library/ as the record names it: only the files that it lists, each held to its digest when it is opened.
type namedLibrary struct{ s *Saved }

// Open opens a folder, or a definition whose bytes are those that the record names.
func (d namedLibrary) Open(name string) (fs.File, error) {
	at := path.Join(libraryName, name)
	f, err := d.s.fsys.Open(at)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		return f, nil
	}
	f.Close()
	if err != nil {
		return nil, err
	}
	n, ok := d.s.name(at)
	if !ok || n.Part != PartDefinition {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	b, err := d.s.text(n)
	if err != nil {
		return nil, err
	}
	return &readFile{bytes.NewReader(b), info}, nil
}

// ReadDir lists the folders and the definitions that the record names.
func (d namedLibrary) ReadDir(name string) ([]fs.DirEntry, error) {
	at := path.Join(libraryName, name)
	entries, err := fs.ReadDir(d.s.fsys, at)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		_, ok := d.s.name(path.Join(at, e.Name()))
		return !ok && !e.IsDir()
	}), err
}

// readFile is a file that was read already.
type readFile struct {
	io.Reader
	info fs.FileInfo
}

// Stat describes the file.
func (f *readFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close does nothing.
func (f *readFile) Close() error { return nil }
