// Package errno says what to do about an error of the operating system: a full disk, a right that is missing, a limit of the process.
package errno

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
)

// steps are the errors that a user can do something about. The message before the hint names the file.
var steps = []struct {
	is   error
	text string
}{
	{syscall.ENOSPC, "make room on that disk, or name a folder on another one with --cache or --out; the same command then goes on"},
	{syscall.EDQUOT, "your quota on that disk is used up: make room, or name a folder on another one with --cache or --out"},
	{syscall.EFBIG, "a process may write files up to a size only: allow larger ones ('ulimit -f unlimited'), or use another disk"},
	{syscall.EMFILE, "a process may have only so many files open at once: allow more ('ulimit -n 4096') and run the command again"},
	{syscall.ENFILE, "the system has too many files open: end other programs, or raise its limit, and run the command again"},
	{syscall.EROFS, "that disk can only be read: name a folder on another one with --cache or --out"},
	{fs.ErrPermission, "see who may read and write it ('ls -ld'), or name another folder; --cache and --out say where files go"},
	{syscall.ENOTDIR, "a part of that path is a file and not a folder: name another folder"},
	{syscall.EISDIR, "it is a folder where a file must be: remove it, or name another one"},
	{syscall.ENAMETOOLONG, "name a folder with a shorter path"},
	{syscall.ELOOP, "its symbolic links lead in a circle, or where none may be: name the folder itself"},
	{syscall.EIO, "the disk gives errors: check it, or name a folder on another one with --cache or --out"},
}

// Hint is what to do about an error; "" where it is not one of the operating system, or where its text says all there is.
func Hint(err error) string {
	for _, s := range steps {
		if errors.Is(err, s.is) {
			return s.text
		}
	}
	return ""
}

// textError is an error whose text alone says what the system said: a library that is not written in Go passes no number on.
type textError struct {
	error
	is syscall.Errno
}

func (e *textError) Unwrap() []error { return []error{e.error, e.is} }

// FromText gives the error as what its text says that it is, for errors.Is and Hint; err itself where it says nothing of the kind.
func FromText(err error) error {
	if err == nil {
		return nil
	}
	text := strings.ToLower(err.Error())
	for _, n := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EMFILE, syscall.ENFILE, syscall.EROFS,
		syscall.EACCES, syscall.EIO} {
		if strings.Contains(text, strings.ToLower(n.Error())) {
			return &textError{err, n}
		}
	}
	return err
}
