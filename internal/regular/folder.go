package regular

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder is a folder of the user's as a file system: folders, regular files, and links to regular files wherever these are, as
// Kubernetes mounts its configuration. Everything else is ErrKind.
func Folder(dir string) fs.FS { return folder(dir) }

type folder string

// Open opens a folder or a regular file.
func (d folder) Open(name string) (fs.File, error) {
	path, err := localize(name)
	if err != nil {
		return nil, err
	}
	return openEither(filepath.Join(string(d), path), os.Stat, os.OpenFile)
}

// Stat describes what a name stands for, whatever it is.
func (d folder) Stat(name string) (fs.FileInfo, error) {
	path, err := localize(name)
	if err != nil {
		return nil, err
	}
	return os.Stat(filepath.Join(string(d), path))
}

// Sealed is a folder that the program made as a file system: folders and regular files only, and no link below dir is followed.
// dir itself may be a link, since a user names it. Once ctx has ended, opening and reading give its error, so that work over large
// files can be stopped.
func Sealed(ctx context.Context, dir string) fs.FS { return sealed{ctx, dir} }

type sealed struct {
	ctx context.Context // of the command that works with the folder: an fs.FS takes none with each call
	dir string
}

// Open opens a folder or a regular file.
func (s sealed) Open(name string) (fs.File, error) {
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	path, err := localize(name)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if err := plainFolders(root, filepath.Dir(path)); err != nil {
		return nil, err
	}
	f, err := openEither(path, root.Lstat, root.OpenFile)
	if err != nil {
		return nil, err
	}
	return &stoppable{f, s.ctx}, nil
}

// plainFolders gives ErrKind where a folder on the way is a link. What is opened below it afterwards is inside the root in any case.
func plainFolders(root *os.Root, path string) error {
	for i := 0; i <= len(path); i++ {
		if i < len(path) && !os.IsPathSeparator(path[i]) || path == "." {
			continue
		}
		info, err := root.Lstat(path[:i])
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return &fs.PathError{Op: "open", Path: path[:i], Err: errors.New("it is " + Kind(info.Mode()) + ", not a folder")}
		}
	}
	return nil
}

// openEither opens a folder, or a regular file as Open does.
func openEither(path string, look func(string) (fs.FileInfo, error),
	openFile func(string, int, fs.FileMode) (*os.File, error)) (*os.File, error) {
	info, err := look(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return open(path, look, openFile)
	}
	f, err := openFile(path, os.O_RDONLY|NonBlock, 0)
	if err != nil {
		return nil, err
	}
	got, err := f.Stat()
	if err == nil && !got.IsDir() {
		err = Check("open", path, fs.ModeDir)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func localize(name string) (string, error) {
	path, err := filepath.Localize(name)
	if err != nil {
		return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return path, nil
}

// stoppable is a file whose reading ends with a context. It has no WriteTo, with which io.Copy would go past Read.
type stoppable struct {
	file *os.File
	ctx  context.Context
}

// Stat describes the file.
func (f *stoppable) Stat() (fs.FileInfo, error) { return f.file.Stat() }

// Close closes the file.
func (f *stoppable) Close() error { return f.file.Close() }

// ReadDir lists a folder.
func (f *stoppable) ReadDir(n int) ([]fs.DirEntry, error) { return f.file.ReadDir(n) }

// Read reads unless the context has ended.
func (f *stoppable) Read(b []byte) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	return f.file.Read(b)
}
