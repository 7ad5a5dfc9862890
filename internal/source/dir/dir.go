// Package dir is a source that is a folder: a copy of a trail's bucket, or any folder with log files.
package dir

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"trailscribe/internal/regular"
	"trailscribe/internal/source"
	"trailscribe/internal/unread"
)

// Options say which folder.
type Options struct {
	Root string
	Name string // of the folder as the user gave it; "": Root
	// Create makes the folder if it is missing: for a copy that is about to be made.
	Create bool
	// Without are folders that are not listed wherever they are in Root, by whatever path or link they are named. They need not exist.
	Without []string
	// Made is asked of each folder, with the names in it: whether something else than the source of the logs made it. It
	// gives nil, or says of a file below that folder, by its path from there and its size, why it is not a log file; "": it may be one.
	Made func(folder fs.FS, names []fs.DirEntry) func(name string, size int64) (why unread.Reason)
}

// Source is a folder. It is a source.Source and a source.Sink. Nothing outside the folder is read or written: symbolic
// links that lead out are listed as empty names would be, and cannot be opened.
type Source struct {
	o        Options
	root     *os.Root
	identity string
}

// metaSuffix marks the file that keeps an object's metadata next to it, such as the signature of a digest. It begins with
// a dot in its folder, so that no reader takes it for a log file.
const metaSuffix = ".trailscribe-meta.json"

// New opens the folder.
func New(o Options) (*Source, error) {
	if o.Root == "" {
		return nil, errors.New("no folder of log files was named")
	}
	if o.Create {
		if err := os.MkdirAll(o.Root, 0o777); err != nil {
			return nil, fmt.Errorf("making the folder for log files: %w", err)
		}
	}
	info, err := os.Stat(o.Root)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of log files: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("opening the folder of log files: %s is a file; name its folder", o.Root)
	}
	root, err := os.OpenRoot(o.Root)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of log files: %w", err)
	}
	abs, err := filepath.Abs(o.Root)
	if err == nil {
		if real, err := filepath.EvalSymlinks(abs); err == nil {
			abs = real
		}
	} else {
		abs = o.Root
	}
	return &Source{o, root, abs}, nil
}

// Close frees the folder.
func (s *Source) Close() error { return s.root.Close() }

// Name is the folder as the user gave it.
func (s *Source) Name() string { return cmp.Or(s.o.Name, s.o.Root) }

// Identity is the folder's full path without symbolic links.
func (s *Source) Identity() string { return "dir:" + s.identity }

// List walks the folder. Hidden files are listed too, as Athena lists them; only the metadata files of copies are not.
// A symbolic link to a file inside the folder counts as that file; links to folders are not followed, because they can
// make circles and count files twice.
func (s *Source) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		w := &walk{s: s, ctx: ctx, prefix: prefix, yield: yield}
		for _, name := range s.o.Without {
			if info, err := os.Stat(name); err == nil {
				w.without = append(w.without, info)
			}
		}
		_ = w.folder(".", "", nil)
	}
}

var errStop = errors.New("stop")

// walk is one listing.
type walk struct {
	s       *Source
	ctx     context.Context
	prefix  string
	yield   func(source.Object, error) bool
	without []fs.FileInfo
}

// folder yields the files of one folder and those below, in the order of their keys: "a-b" stands before "a/b", so folders
// are sorted as if their names ended in a slash. not says of a file, by its key, why it is not a log file; nil: of none.
func (w *walk) folder(folder, key string, not func(key string, size int64) unread.Reason) error {
	fail := func(err error) error {
		w.yield(source.Object{}, err)
		return errStop
	}
	if err := w.ctx.Err(); err != nil {
		return fail(err)
	}
	f, err := w.s.root.Open(folder)
	if err != nil {
		return fail(fmt.Errorf("listing the folder %q: %w", folder, err))
	}
	entries, err := f.ReadDir(-1)
	f.Close()
	if err != nil {
		return fail(fmt.Errorf("listing the folder %q: %w", folder, err))
	}
	sortEntries(entries)
	if w.s.o.Made != nil {
		if made := w.s.o.Made(below{w.s.root, folder}, entries); made != nil {
			not = func(k string, size int64) unread.Reason { return made(strings.TrimPrefix(k, key), size) }
		}
	}
	for _, e := range entries {
		k := key + e.Name()
		if e.IsDir() {
			k += "/"
			if !strings.HasPrefix(k, w.prefix) && !strings.HasPrefix(w.prefix, k) || w.left(e) {
				continue
			}
			if err := w.folder(filepath.Join(folder, e.Name()), k, not); err != nil {
				return err
			}
			continue
		}
		if !strings.HasPrefix(k, w.prefix) || isMeta(e.Name()) {
			continue
		}
		o, ok, err := w.s.entry(filepath.Join(folder, e.Name()), k, e)
		if err != nil {
			return fail(fmt.Errorf("listing %q: %w", k, err))
		}
		if ok && not != nil {
			o.Not = not(k, o.Size)
		}
		if ok && !w.yield(o, nil) {
			return errStop
		}
	}
	return nil
}

// left reports whether a folder is one of those that are not listed.
func (w *walk) left(e fs.DirEntry) bool {
	if len(w.without) == 0 {
		return false
	}
	info, err := e.Info()
	return err == nil && slices.ContainsFunc(w.without, func(x fs.FileInfo) bool { return os.SameFile(x, info) })
}

// below is the regular files below a folder of the source.
type below struct {
	root   *os.Root
	folder string
}

func (b below) Open(name string) (fs.File, error) {
	path, err := local(name)
	if err != nil {
		return nil, err
	}
	return regular.OpenIn(b.root, filepath.Join(b.folder, path))
}

// entry describes one file; ok is false for what is not a file: a socket, a pipe, a link to a folder, a file just deleted.
func (s *Source) entry(path, key string, e fs.DirEntry) (o source.Object, ok bool, err error) {
	var info fs.FileInfo
	if e.Type()&fs.ModeSymlink != 0 {
		// Stat through the root: a link that leads out of the folder is an error. It is listed, so that it is counted;
		// opening it says why it cannot be read.
		info, err = s.root.Stat(path)
		if err != nil {
			return source.Object{Key: key, Class: "LINK"}, true, nil
		}
	} else {
		info, err = e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return o, false, nil
		}
		if err != nil {
			return o, false, err
		}
	}
	if !info.Mode().IsRegular() {
		return o, false, nil
	}
	return object(key, info), true, nil
}

func object(key string, info fs.FileInfo) source.Object {
	return source.Object{Key: key, Size: info.Size(), Modified: info.ModTime().UTC(),
		ETag: fmt.Sprintf("%x-%x%s", info.Size(), info.ModTime().UnixNano(), changed(info))}
}

// Open reads one file.
func (s *Source) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	if err := ctx.Err(); err != nil {
		return nil, source.Object{}, err
	}
	path, err := local(key)
	if err != nil {
		return nil, source.Object{}, err
	}
	f, err := regular.OpenIn(s.root, path)
	if err != nil {
		return nil, source.Object{}, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, source.Object{}, err
	}
	o := object(key, info)
	if o.Meta, err = s.meta(path); err != nil {
		f.Close()
		return nil, source.Object{}, err
	}
	return f, o, nil
}

// local turns a key into a path of this system. Keys come from buckets and may hold anything.
func local(key string) (string, error) {
	path, err := filepath.Localize(key)
	if err != nil || key == "." {
		return "", &fs.PathError{Op: "open", Path: key, Err: fs.ErrInvalid}
	}
	if runtime.GOOS == "windows" && strings.ContainsAny(key, `:\`) {
		return "", &fs.PathError{Op: "open", Path: key, Err: fs.ErrInvalid}
	}
	return path, nil
}

func metaName(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+metaSuffix)
}

func isMeta(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, metaSuffix)
}

// maxMeta is how many bytes the metadata of an object may have: S3 takes 2 KB of a user's.
const maxMeta = 1 << 20

// meta reads the metadata a copy keeps next to an object; most objects have none.
func (s *Source) meta(path string) (map[string]string, error) {
	f, err := regular.OpenIn(s.root, metaName(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var b []byte
	if err == nil {
		defer f.Close()
		b, err = regular.All(f, maxMeta)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the metadata next to %q: %w", path, err)
	}
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("reading the metadata next to %q: %w", path, err)
	}
	return m, nil
}

// Put copies an object into the folder: to a hidden name first, then renamed, so that no half file is ever seen.
func (s *Source) Put(ctx context.Context, o source.Object, body io.Reader) (err error) {
	path, err := local(o.Key)
	if err != nil {
		return err
	}
	folder := filepath.Dir(path)
	if err := s.root.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	if len(o.Meta) > 0 {
		b, err := json.Marshal(o.Meta)
		if err != nil {
			return err
		}
		f, err := s.create(metaName(path))
		if err != nil {
			return err
		}
		_, err = f.Write(b)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	partial := filepath.Join(folder, "."+filepath.Base(path)+".partial")
	f, err := s.create(partial)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			_ = s.root.Remove(partial) // the error that counts is the first one
		}
	}()
	n, err := io.Copy(f, reader{ctx, body})
	if err != nil {
		return err
	}
	if o.Size > 0 && n != o.Size {
		return fmt.Errorf("%d bytes came, %d were announced", n, o.Size)
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if !o.Modified.IsZero() {
		if err := s.root.Chtimes(partial, o.Modified, o.Modified); err != nil {
			return err
		}
	}
	return s.root.Rename(partial, path)
}

// create makes a new file. What has the name is removed and not written to: writing into a FIFO would wait.
func (s *Source) create(path string) (*os.File, error) {
	if err := s.root.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return s.root.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
}

// reader stops a copy when the context ends.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(b)
}

var (
	_ source.Source     = (*Source)(nil)
	_ source.Sink       = (*Source)(nil)
	_ source.Identified = (*Source)(nil)
)
