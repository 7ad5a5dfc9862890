package run

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/regular"
	"trailscribe/internal/result"
)

// kept is the note that a file is whole; it is written after the file, and gone once the run is sealed.
type kept struct {
	File   string         // relative to the folder
	Rows   int64          // lines after the first
	SHA256 string         // of the uncompressed lines
	Query  *Query         `json:",omitempty"` // of a result
	Inputs *engine.Inputs `json:",omitempty"` // of the list of inputs
	State  string         `json:",omitempty"` // of the log files, by their engine; of the list of inputs
}

func (f *Folder) notePath(name string) string { return filepath.Join(f.notes, name+".json") }

func (f *Folder) note(name string, k kept) error {
	b, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("noting that %s is whole: %w", k.File, err)
	}
	return write(f.notePath(name), b)
}

// noted reads a note and proves that its file is still what it says.
func (f *Folder) noted(name string) (k kept, ok bool) {
	b, err := regular.ReadPlain(f.notePath(name), maxRecord)
	if err != nil || json.Unmarshal(b, &k) != nil {
		return k, false
	}
	rows, sum, err := result.Sum(f.opener(k.File))
	return k, err == nil && rows == k.Rows && hex.EncodeToString(sum[:]) == k.SHA256
}

func (f *Folder) opener(name string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		in, err := regular.Sealed(context.Background(), f.dir).Open(name)
		if err != nil {
			return nil, err
		}
		return unpack(in, name)
	}
}

// store writes rows to a compressed file of the folder.
func (f *Folder) store(name string, cols []result.Column, rows iter.Seq2[result.Row, error]) (n int64, sum string, err error) {
	out, err := beginPacked(filepath.Join(f.dir, filepath.FromSlash(name)))
	if err != nil {
		return 0, "", err
	}
	defer out.file.abandon()
	n, digest, err := result.Encode(out, cols, rows)
	if err != nil {
		return 0, "", err
	}
	return n, hex.EncodeToString(digest[:]), out.Close()
}

// Result gives the rows of a query that an interrupted run kept whole, with what KeepResult said of them.
func (f *Folder) Result(query string) (result.Set, Query, bool) {
	if checkID(query) != nil {
		return nil, Query{}, false
	}
	k, ok := f.noted(dotted(query))
	if !ok || k.Query == nil || k.Query.ID != query {
		return nil, Query{}, false
	}
	set, err := result.Stored(f.opener(k.File), k.Rows)
	if err != nil {
		return nil, Query{}, false
	}
	return set, *k.Query, true
}

// KeepResult is the one place where rows are written: counted, profiled and hashed in the same pass. Of the Query it
// fills ID, Columns, Rows, SHA256, Profile, Accounts, First and Last. With an error nothing is kept.
func (f *Folder) KeepResult(query string, rows engine.Rows) (result.Set, Query, error) {
	defer rows.Close()
	if err := checkID(query); err != nil {
		return nil, Query{}, err
	}
	q := Query{ID: query}
	name := resultName(query)
	n, sum, err := f.store(name, rows.Columns(), profiled(rows.Columns(), rows.All(), &q))
	if err != nil {
		return nil, Query{}, fmt.Errorf("keeping the rows of %s: %w", query, err)
	}
	q.Rows, q.SHA256 = n, sum
	if err := f.note(dotted(query), kept{File: name, Rows: n, SHA256: sum, Query: &q}); err != nil {
		return nil, Query{}, err
	}
	set, err := result.Stored(f.opener(name), n)
	if err != nil {
		return nil, Query{}, fmt.Errorf("reading the rows of %s back: %w", query, err)
	}
	return set, q, nil
}

// saidColumns are how many of the columns of the list of log files the first format has: its reason is a sentence.
const saidColumns = 6

var inputColumns = []result.Column{
	{Name: "key", Kind: result.Text}, {Name: "size", Kind: result.Int}, {Name: "sha256", Kind: result.Text},
	{Name: "records", Kind: result.Int}, {Name: "state", Kind: result.Text}, {Name: "reason", Kind: result.Text},
	{Name: "reason_args", Kind: result.Text},
}

// KeepInputs writes what the rows rest on and the list of log files, in the state in which they were read.
func (f *Folder) KeepInputs(in engine.Inputs, state string, files iter.Seq2[engine.InputFile, error]) error {
	rows := func(yield func(result.Row, error) bool) {
		row := make(result.Row, len(inputColumns))
		for file, err := range files {
			row[0], row[1], row[2], row[3], row[4], row[5], row[6] = file.Key, file.Size, nil, file.Records, file.State, nil, nil
			if file.SHA256 != [32]byte{} {
				row[2] = hex.EncodeToString(file.SHA256[:])
			}
			if file.Reason.Kind != "" {
				row[5] = string(file.Reason.Kind)
			}
			if file.Reason.Args != "" {
				row[6] = file.Reason.Args
			}
			if !yield(row, err) {
				return
			}
		}
	}
	n, sum, err := f.store(inputsName, inputColumns, rows)
	if err != nil {
		return fmt.Errorf("keeping the list of log files: %w", err)
	}
	return f.note("inputs.", kept{File: inputsName, Rows: n, SHA256: sum, Inputs: &in, State: state})
}

// Inputs are those that an interrupted run, or this one, kept, with the state of the log files that they were counted in.
func (f *Folder) Inputs() (in engine.Inputs, state string, ok bool) {
	k, ok := f.noted("inputs.")
	if !ok || k.Inputs == nil {
		return engine.Inputs{}, "", false
	}
	return *k.Inputs, k.State, true
}

// Files says what the list of log files holds; zero before KeepInputs.
func (f *Folder) Files() FileList {
	k, ok := f.noted("inputs.")
	if !ok {
		return FileList{}
	}
	return FileList{Count: k.Rows, SHA256: k.SHA256}
}

// RecordsRead is the number of records in the files read, by the list of log files; false where no file has a figure.
func (f *Folder) RecordsRead() (n int64, ok bool) {
	k, ok := f.noted("inputs.")
	if !ok || k.Rows == 0 {
		return 0, false
	}
	set, err := result.Stored(f.opener(k.File), k.Rows)
	if err != nil {
		return 0, false
	}
	for r, err := range set.All() {
		if err != nil {
			return 0, false
		}
		if records, _ := r[3].(int64); r[4] == engine.FileRead {
			n += records
		}
	}
	return n, n > 0
}

// Hashes are those of the log files that were read, by key, as the list of log files has them.
func (f *Folder) Hashes() (map[string][32]byte, error) {
	out := map[string][32]byte{}
	k, ok := f.noted("inputs.")
	if !ok || k.Rows == 0 {
		return out, nil
	}
	set, err := result.Stored(f.opener(k.File), k.Rows)
	if err != nil {
		return nil, fmt.Errorf("reading the list of log files: %w", err)
	}
	for r, err := range set.All() {
		if err != nil {
			return nil, fmt.Errorf("reading the list of log files: %w", err)
		}
		key, _ := r[0].(string)
		text, _ := r[2].(string)
		if b, err := hex.DecodeString(text); err == nil && len(b) == 32 && r[4] == engine.FileRead {
			out[key] = [32]byte(b)
		}
	}
	return out, nil
}

// Recount counts and hashes the kept rows of a query again, from the file.
func (f *Folder) Recount(query string) (rows int64, sha256 string, err error) {
	if err := checkID(query); err != nil {
		return 0, "", err
	}
	n, sum, err := result.Sum(f.opener(resultName(query)))
	if err != nil {
		return 0, "", fmt.Errorf("counting the kept rows of %s: %w", query, err)
	}
	return n, hex.EncodeToString(sum[:]), nil
}

// Forget drops everything kept: the log files are no longer those that it rests on.
func (f *Folder) Forget() error {
	notes, err := f.listNotes()
	for _, n := range notes {
		err = errors.Join(err, os.Remove(n))
	}
	if err := errors.Join(err, f.clean()); err != nil {
		return fmt.Errorf("dropping the results of an interrupted run: %w", err)
	}
	return nil
}

var exceptionColumns = []result.Column{
	{Name: "id", Kind: result.Text}, {Name: "row", Kind: result.Int}, {Name: "status", Kind: result.Text},
	{Name: "waiver", Kind: result.Text}, {Name: "new", Kind: result.Bool}, {Name: "pattern", Kind: result.Text},
}

// unpatterned are how many of the columns of exceptions the first format has.
const unpatterned = 5

// Exceptions opens the list of a query's exceptions. keep takes them in the order of the rows; done(true) closes the
// list and gives the SHA-256 of its lines, done(false) drops it.
func (f *Folder) Exceptions(query string) (keep func(finding.Exception) error, done func(ok bool) (sha256 string, err error), err error) {
	if err := checkID(query); err != nil {
		return nil, nil, err
	}
	out, err := beginPacked(filepath.Join(f.dir, filepath.FromSlash(exceptionName(query))))
	if err != nil {
		return nil, nil, err
	}
	w := result.NewEncoder(out, exceptionColumns)
	row := make(result.Row, len(exceptionColumns))
	keep = func(e finding.Exception) error {
		row[0], row[1], row[2], row[3], row[4], row[5] = e.ID, e.Row, e.Status, orNull(e.Waiver), e.New, orNull(e.Pattern)
		return w.Add(row)
	}
	done = func(ok bool) (string, error) {
		defer out.file.abandon()
		if !ok {
			return "", nil
		}
		_, sum, err := w.Close()
		if err != nil {
			return "", fmt.Errorf("keeping the exceptions of %s: %w", query, err)
		}
		return hex.EncodeToString(sum[:]), out.Close()
	}
	return keep, done, nil
}
