// Package regular opens regular files and nothing else. A name that a user or somebody else chose may stand for a FIFO, whose
// opening waits for a writer, or for a device, whose reading never ends. Both are refused before a byte is read, and files are
// read up to a size that the caller gives.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ErrKind says that a name is not a regular file but a folder, a FIFO, a device, a socket or, where links are not followed, a link.
var ErrKind = errors.New("not a regular file")

// ErrSize says that a file is larger than what is read of its kind.
var ErrSize = errors.New("the file is too large")

// Check gives ErrKind, with the kind in words, unless the mode is that of a regular file.
func Check(op, name string, mode fs.FileMode) error {
	if mode.IsRegular() {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: fmt.Errorf("it is %s, %w", Kind(mode), ErrKind)}
}

// Kind is what a file of that mode is, in words: "a folder".
func Kind(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "a file"
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}

// Open opens a regular file for reading; a link counts as what it leads to. Opening never waits.
func Open(name string) (*os.File, error) {
	return open(name, os.Stat, os.OpenFile)
}

// OpenPlain is Open for files that the program made itself: a symbolic link with that name is ErrKind. Links in the path before
// the name are followed.
func OpenPlain(name string) (*os.File, error) {
	return open(name, os.Lstat, os.OpenFile)
}

// OpenIn is Open for a name below a root: a link counts as what it leads to as long as that is below the root too.
func OpenIn(root *os.Root, name string) (*os.File, error) {
	return open(name, root.Stat, root.OpenFile)
}

// open looks before it opens, because opening a device can do something, and again afterwards, because another file may have
// taken the name in between. In that moment the opened file must be the one that was looked at.
func open(name string, look func(string) (fs.FileInfo, error), open func(string, int, fs.FileMode) (*os.File, error)) (*os.File, error) {
	seen, err := look(name)
	if err != nil {
		return nil, err
	}
	if err := Check("open", name, seen.Mode()); err != nil {
		return nil, err
	}
	f, err := open(name, os.O_RDONLY|NonBlock, 0)
	if err != nil {
		return nil, err
	}
	got, err := f.Stat()
	if err == nil {
		err = Check("open", name, got.Mode())
	}
	if err == nil && !os.SameFile(seen, got) {
		err = &fs.PathError{Op: "open", Path: name, Err: errors.New("another file took its place")}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Read reads a whole regular file of at most this many bytes; a link counts as what it leads to. A larger one is ErrSize.
func Read(name string, most int64) ([]byte, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return All(f, most)
}

// ReadPlain is Read without following a link.
func ReadPlain(name string, most int64) ([]byte, error) {
	f, err := OpenPlain(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return All(f, most)
}

// ReadFile reads a whole regular file of a file system, of at most this many bytes.
func ReadFile(fsys fs.FS, name string, most int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return All(f, most)
}

// All reads the rest of an open regular file. Its size is looked at first, so that nothing is read of one that is too large,
// and again while it is read, because a file may grow and some files of the system have no size.
func All(f fs.File, most int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	name := info.Name()
	if err := Check("read", name, info.Mode()); err != nil {
		return nil, err
	}
	if info.Size() > most {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%w: %d bytes, at most %d are read", ErrSize, info.Size(), most)}
	}
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%w: more than %d bytes", ErrSize, most)}
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}
