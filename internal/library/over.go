package library

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"time"
)

// Over is a folder of built-in files with the library's own files of a folder over it: a face that a user's theme names is found
// where the theme is.
func (l *Library) Over(folder string, builtIn fs.FS) fs.FS { return over{l, folder, builtIn} }

type over struct {
	l       *Library
	folder  string
	builtIn fs.FS
}

// Open opens a file of the library, or the built-in one.
func (o over) Open(name string) (fs.File, error) {
	full := path.Join(o.folder, name)
	if e := o.l.files[full]; fs.ValidPath(name) && e != nil && e.origin != BuiltIn {
		f, err := e.read()
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		return &opened{Reader: bytes.NewReader(f.Data), name: path.Base(name), size: int64(len(f.Data))}, nil
	}
	return o.builtIn.Open(name)
}

// opened is a file of a library that was read whole.
type opened struct {
	io.Reader
	name string
	size int64
}

func (f *opened) Stat() (fs.FileInfo, error) { return f, nil }
func (f *opened) Close() error               { return nil }

// Name is the file's name without its folder.
func (f *opened) Name() string { return f.name }

// Size is the file's bytes.
func (f *opened) Size() int64 { return f.size }

// Mode says that the file can only be read.
func (f *opened) Mode() fs.FileMode { return 0o444 }

// ModTime is not known: a library has no clock.
func (f *opened) ModTime() time.Time { return time.Time{} }

// IsDir is false.
func (f *opened) IsDir() bool { return false }

// Sys is nothing.
func (f *opened) Sys() any { return nil }
