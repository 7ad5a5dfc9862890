package regular

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// MakeFolders makes the folders base/names[0]/names[1]… and gives the path of the last. base is the user's and may be a link. What
// is below it is the program's own: a link there, or anything else but a folder, is an error, because what is written and
// removed below would be somewhere else.
func MakeFolders(base string, mode fs.FileMode, names ...string) (string, error) {
	if err := os.MkdirAll(base, mode); err != nil {
		return "", err
	}
	path := base
	for _, name := range names {
		path = filepath.Join(path, name)
		if err := os.Mkdir(path, mode); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		if err := IsFolder(path); err != nil {
			return "", err
		}
	}
	return path, nil
}

// ErrForeign says that something the program did not make stands where it keeps a folder or file of its own.
var ErrForeign = errors.New("the program did not make it; remove it, or choose another folder")

// IsFolder gives ErrForeign unless a folder has the name, not a link to one. A name that nothing has gives fs.ErrNotExist.
func IsFolder(path string) error {
	info, err := os.Lstat(path)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is %s, not a folder: %w", path, Kind(info.Mode()), ErrForeign)
	}
	return err
}

// NewLock is the lock on a file that the program makes itself. A link with that name, whose target would be made or locked, or a
// FIFO, whose opening would wait, is ErrForeign.
func NewLock(path string, mode fs.FileMode) (*flock.Flock, error) {
	info, err := os.Lstat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is %s, not a file: %w", path, Kind(info.Mode()), ErrForeign)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return flock.New(path, flock.SetPermissions(mode), flock.SetFlag(os.O_CREATE|os.O_RDONLY|NonBlock|NoFollow)), nil
}

// Replace puts a whole file in place of whatever has the name: what a link leads to is not written to, and a FIFO is not waited for.
func Replace(path string, data []byte, mode fs.FileMode) error {
	part := filepath.Join(filepath.Dir(path), ".writing-"+rand.Text())
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		os.Remove(part) // the error that counts is the first one
	}
	return err
}

// RemoveOther removes what has the name unless it is a regular file, so that a file can take its place: a link itself, never what it
// leads to, or a folder with all in it. It is for names in folders that hold nothing but the program's own.
func RemoveOther(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().IsRegular() {
		return nil
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(path)
}

// Real is the full path without symbolic links of a path that need not exist: of what does not, the end is taken as it is.
func Real(path string) (string, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for there, rest := full, ""; ; there, rest = filepath.Dir(there), filepath.Join(filepath.Base(there), rest) {
		if real, err := filepath.EvalSymlinks(there); err == nil {
			return filepath.Join(real, rest), nil
		}
		if there == filepath.Dir(there) { // not even the root can be looked at: whoever goes there will be told why not
			return full, nil
		}
	}
}
