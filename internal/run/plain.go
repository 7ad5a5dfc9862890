package run

import (
	"crypto/rand"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Plain is a folder of a user's into which files of a format go: a report that is rendered again. Each file is written next to its
// place and renamed when it is whole, so that no half of one is ever seen. It is an Output of documents and exports.
type Plain struct {
	dir   string
	files []*plainFile
}

// NewPlain makes the folder. ErrInside where it is in a finished run.
func NewPlain(dir string) (*Plain, error) {
	if err := CheckOutside(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("making the folder for the report: %w", err)
	}
	return &Plain{dir: dir}, nil
}

// plainFile has its name once it is closed.
type plainFile struct {
	*pending
	name string // as it was asked for
}

// Create opens a file of the folder.
func (p *Plain) Create(name string) (io.WriteCloser, error) {
	if !fs.ValidPath(name) || name == "." || !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, fmt.Errorf("%q is not a name inside the folder", name)
	}
	path := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return nil, err
	}
	f, err := beginAs(path, filepath.Join(filepath.Dir(path), ".writing-"+rand.Text()))
	if err != nil {
		return nil, err
	}
	file := &plainFile{f, name}
	p.files = append(p.files, file)
	return file, nil
}

// Names are the files that were asked for, in that order.
func (p *Plain) Names() []string {
	var names []string
	for _, f := range p.files {
		if !slices.Contains(names, f.name) {
			names = append(names, f.name)
		}
	}
	return names
}

// Discard removes the files that a writer which failed left unfinished. What was finished stays.
func (p *Plain) Discard() {
	for _, f := range p.files {
		f.abandon()
	}
}
