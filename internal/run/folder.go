package run

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"trailscribe/internal/library"
	"trailscribe/internal/lock"
	"trailscribe/internal/regular"
)

// Folder is a run being written. It may be used from several goroutines.
type Folder struct {
	key      Key
	base     string      // the folder of all runs
	period   string      // the folder of the revisions
	dir      string      // where this run is written
	made     os.FileInfo // that folder
	notes    string      // next to it: notes on what is whole
	revision int
	history  History
	lock     *lock.Lock

	// Waiting is told, in a sentence, while another run of the series is being sealed and this one has to wait; nil: nobody is.
	Waiting func(sentence string)

	mu      sync.Mutex
	journal *os.File
	open    map[*output]bool
	outputs []string // files made with Create
}

// Create resumes the unfinished run of the same plan, or starts the next revision that the history gives. base is the folder of all runs
// on this machine. It takes the lock of report and period there: ErrLocked where another process has it. What an interrupted run left
// half-written is removed.
func Create(ctx context.Context, base string, k Key, history History) (f *Folder, resumed bool, err error) {
	if err := k.check(); err != nil {
		return nil, false, err
	}
	if err := CheckOutside(base); err != nil {
		return nil, false, err
	}
	period, err := regular.MakeFolders(base, dirMode, k.Series(), k.Period)
	if err != nil {
		return nil, false, fmt.Errorf("making the folder of the run: %w", err)
	}
	held, err := lock.Try(filepath.Join(period, lockName), lock.Options{Mode: fileMode})
	if errors.Is(err, lock.ErrHeld) {
		return nil, false, fmt.Errorf("%s: %w (%w); wait until it has ended", period, ErrLocked, err)
	}
	if err != nil {
		return nil, false, fmt.Errorf("locking %s: %w", period, err)
	}
	f = &Folder{key: k, base: base, period: period, history: history, lock: held, open: map[*output]bool{}}
	f.dir = filepath.Join(period, workPrefix+k.Plan[:min(16, len(k.Plan))])
	f.notes = f.dir + notesSuffix
	defer func(made *Folder) { // an error returns no folder, and its lock must be given up all the same
		if err != nil {
			err = errors.Join(err, made.Close())
		}
	}(f)
	if err := f.number(ctx); err != nil {
		return nil, false, err
	}
	_, err = os.Lstat(f.dir)
	resumed = err == nil
	for _, dir := range []string{f.dir, f.notes} {
		if _, err := regular.MakeFolders(period, dirMode, filepath.Base(dir)); err != nil {
			return nil, false, fmt.Errorf("making the folder of the run: %w", err)
		}
	}
	if f.made, err = os.Lstat(f.dir); err != nil {
		return nil, false, fmt.Errorf("making the folder of the run: %w", err)
	}
	if err := f.clean(); err != nil {
		return nil, false, err
	}
	if f.journal, err = openJournal(f.dir); err != nil {
		return nil, false, err
	}
	return f, resumed, nil
}

// number takes the next revision, behind those of the history and those in the folder of this machine.
func (f *Folder) number(ctx context.Context) error {
	known, err := f.history.Revisions(ctx, f.key)
	if err != nil {
		return err
	}
	here, err := NewLocal(f.base).Revisions(ctx, f.key)
	if err != nil {
		return err
	}
	f.revision = 1
	if all := append(known, here...); len(all) > 0 {
		f.revision = slices.Max(all) + 1
	}
	return nil
}

// revisionsIn are the numbers N of the folders rN, sorted.
func revisionsIn(entries []fs.DirEntry) (numbers []int) {
	for _, e := range entries {
		if n, ok := revision(e.Name()); ok && e.IsDir() {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers
}

func revisionName(n int) string { return "r" + strconv.Itoa(n) }

func revision(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, "r")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n > 0 && n < 1_000_000 && strconv.Itoa(n) == digits
}

// clean removes everything of an interrupted run but its journal and the files with a note.
func (f *Folder) clean() error {
	keep := map[string]bool{journalName: true}
	notes, err := f.listNotes()
	if err != nil {
		return fmt.Errorf("clearing what an interrupted run left: %w", err)
	}
	for _, note := range notes {
		var n struct{ File string }
		if b, err := regular.ReadPlain(note, maxRecord); err == nil && json.Unmarshal(b, &n) == nil {
			keep[n.File] = true
		}
	}
	if err := f.sweep(func(name string) bool { return !keep[name] }); err != nil {
		return fmt.Errorf("clearing what an interrupted run left: %w", err)
	}
	return nil
}

// listNotes are the paths of the notes on what is whole.
func (f *Folder) listNotes() (notes []string, err error) {
	entries, err := os.ReadDir(f.notes)
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".json" {
			notes = append(notes, filepath.Join(f.notes, e.Name()))
		}
	}
	return notes, err
}

// Owner is a random name of this unfinished run, kept next to it: whoever goes on with the run has the same, and the same run
// in another folder, perhaps on another machine, has another.
func (f *Folder) Owner() (string, error) {
	name := filepath.Join(f.notes, "owner")
	if b, err := regular.ReadPlain(name, ownerLength); err == nil && len(b) == ownerLength {
		return string(b), nil
	}
	owner := strings.ToLower(rand.Text())[:ownerLength]
	if err := write(name, []byte(owner)); err != nil {
		return "", fmt.Errorf("naming the unfinished run: %w", err)
	}
	return owner, nil
}

const ownerLength = 16

// root is the folder that Create made.
func (f *Folder) root() (*os.Root, error) {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, err
	}
	if now, err := root.Stat("."); err != nil || !os.SameFile(now, f.made) {
		return nil, errors.Join(fmt.Errorf("%s is another folder than a moment ago", f.dir), err, root.Close())
	}
	return root, nil
}

// sweep removes the files of the run that drop chooses. Nothing outside the folder that Create made is removed, whatever links it
// holds or takes its place.
func (f *Folder) sweep(drop func(name string) bool) error {
	root, err := f.root()
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !drop(name) {
			return err
		}
		return root.Remove(name)
	})
}

// Revision is the number this run gets when it is sealed, unless another run takes it before.
func (f *Folder) Revision() int { return f.revision }

// Keep writes the definitions used, byte for byte, under library/.
func (f *Folder) Keep(files []library.File) error {
	for _, file := range files {
		if !fs.ValidPath(file.Path) || strings.Contains(file.Path, `\`) || strings.HasSuffix(file.Path, partSuffix) {
			return fmt.Errorf("the definition %.80q cannot be kept: it is not a plain path", file.Path)
		}
		if err := write(filepath.Join(f.dir, libraryName, filepath.FromSlash(file.Path)), file.Data); err != nil {
			return err
		}
	}
	return nil
}

// KeepStatement writes the text of a statement as it ran, byte for byte, so that its SHA-256 is the one in the record: name is a query's
// id, or events or history.
func (f *Folder) KeepStatement(name, text string) error {
	if err := checkID(name); err != nil {
		return err
	}
	return write(filepath.Join(f.dir, filepath.FromSlash(statementName(name))), []byte(text))
}

// dropEmpty removes the folders that hold nothing: those of results and exceptions where each query failed.
func (f *Folder) dropEmpty() error {
	root, err := f.root()
	if err != nil {
		return err
	}
	defer root.Close()
	var folders []string
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && name != "." {
			folders = append(folders, name)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Backward(folders) { // what is inside comes before what it is in
		left, err := fs.ReadDir(root.FS(), name)
		if err == nil && len(left) == 0 {
			err = root.Remove(name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// output is a file of a format being written. It does not exist before Close.
type output struct {
	*pending
	of *Folder
}

// Create opens a file of a format: report.pdf, data/x.csv. The file is there after Close; one that is never closed keeps the run from
// being sealed.
func (f *Folder) Create(name string) (io.WriteCloser, error) {
	top, _, inside := strings.Cut(name, "/")
	if !fs.ValidPath(name) || strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == '\\' || r == 0x7f }) ||
		strings.HasSuffix(name, partSuffix) || strings.HasPrefix(name, ".") {
		return nil, fmt.Errorf("a format cannot write %.80q: it is not a plain path", name)
	}
	if inside && top != dataName || !inside && reserved(name) {
		return nil, fmt.Errorf("a format cannot write %s: the name belongs to the run itself", name)
	}
	p, err := begin(filepath.Join(f.dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	o := &output{p, f}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open[o] = true
	if !slices.Contains(f.outputs, name) { // a format is written again where another run took the revision
		f.outputs = append(f.outputs, name)
	}
	return o, nil
}

func reserved(name string) bool {
	switch name {
	case recordName, journalName, inputsName, "integrity.json", "manifest.json", "manifest.json.sig", "SHA256SUMS", libraryName, "results",
		"exceptions", "sql":
		return true
	}
	return false
}

func (o *output) Close() error {
	err := o.pending.Close()
	o.of.mu.Lock()
	defer o.of.mu.Unlock()
	delete(o.of.open, o)
	return err
}

// Close gives up the lock. What was kept stays in place for the same plan to go on with.
func (f *Folder) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var err error
	if f.journal != nil {
		err = f.journal.Close()
		f.journal = nil
	}
	for o := range f.open {
		o.abandon()
		delete(f.open, o)
	}
	return errors.Join(err, f.lock.Close())
}
