package run

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"trailscribe/internal/manifest"
	"trailscribe/internal/regular"
)

// ErrInside says that something would be written into a finished run, which never changes.
var ErrInside = errors.New("a finished run never changes")

// CheckOutside gives ErrInside where a path, which need not exist, is a finished run or is inside one. Links are followed, since
// what counts is where a file would be.
func CheckOutside(path string) error {
	full, err := regular.Real(path)
	if err != nil {
		return fmt.Errorf("looking for a run around %s: %w", path, err)
	}
	for dir := full; ; dir = filepath.Dir(dir) {
		if finished(dir) {
			return fmt.Errorf("%s is in the run %s: %w", path, dir, ErrInside)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// finished reports whether a folder holds a manifest of ours, altered or not. Other programs, too, have files of that name.
func finished(dir string) bool {
	f, err := regular.Open(filepath.Join(dir, manifest.Name))
	if err != nil {
		return errors.Is(err, regular.ErrKind) && recorded(dir)
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, 4<<10))
	return err != nil || bytes.Contains(head, []byte(manifest.Family)) || recorded(dir)
}

func recorded(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, recordName))
	return !errors.Is(err, fs.ErrNotExist)
}
