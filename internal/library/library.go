// Package library is the three folders queries, reports and templates, the user's laid over the embedded ones; origin and digest of each
// file.
package library

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"trailscribe/internal/diag"
	"trailscribe/internal/regular"
)

// Origin says where a file comes from: "built in" or the user's folder as it was given.
type Origin string

// BuiltIn is the origin of the embedded files.
const BuiltIn Origin = "built in"

// Folders are the three folders of a library.
var folders = []string{"queries", "reports", "templates"}

// File is one file of the library.
type File struct {
	Path   string // queries/root/console-login.yaml
	Origin Origin
	Hides  Origin // the file this one replaces, if any
	SHA256 [32]byte
	Data   []byte
}

// Name is what problems call the file: its path in the library, with the user's folder before it where it comes from one.
func (f File) Name() string {
	if f.Origin == BuiltIn || f.Origin == "" {
		return f.Path
	}
	return path.Join(strings.ReplaceAll(string(f.Origin), `\`, "/"), f.Path)
}

// Layer is a folder that holds any of queries/, reports/ and templates/.
type Layer struct {
	Origin Origin
	FS     fs.FS
}

// Library is layers laid over each other. It does not change after Open and may be used from several goroutines.
type Library struct {
	layers []Layer
	files  map[string]*entry
	paths  []string // sorted
}

type entry struct {
	origin, hides Origin
	under         *entry // the one it hides
	read          func() (File, error)
}

// Files up to this size are read when the library is opened, so that an unreadable one is a problem then; larger ones, the fonts, when
// asked for.
const eager = 1 << 20

// largest is how many bytes a file may have: a definition of this project has some kilobytes, a font with the letters of
// several languages some 20 MiB.
func largest(name string) int64 {
	if path.Ext(name) == ".yaml" {
		return 8 << 20
	}
	return 64 << 20
}

// Open lays the layers over each other: a later layer's file replaces the whole earlier one of the same path. A query and its cases are one
// unit: a layer that replaces queries/x.yaml also takes away an earlier layer's queries/x_test.yaml. Files whose name begins with a dot,
// and Go files, are not part of a library. A link counts as the file it leads to; one to a folder is a problem, because it is not followed,
// and so is a FIFO, a device or a socket where a definition could be. Problems, too: files that cannot be read, and as a warning a layer
// without any of the three folders.
func Open(layers ...Layer) (*Library, diag.Problems) {
	l := &Library{layers: layers, files: map[string]*entry{}}
	var bad diag.Problems
	for _, layer := range layers {
		own := map[string]*entry{}
		found := false
		for _, dir := range folders {
			err := fs.WalkDir(layer.FS, dir, func(name string, d fs.DirEntry, err error) error {
				if err != nil {
					if name == dir && errors.Is(err, fs.ErrNotExist) {
						return nil
					}
					bad = append(bad, problem(layer, name, err))
					return nil
				}
				found = true
				if strings.HasPrefix(path.Base(name), ".") && name != dir {
					if d.IsDir() {
						return fs.SkipDir
					}
					return nil
				}
				if d.IsDir() || strings.HasSuffix(name, ".go") {
					return nil
				}
				info, err := fs.Stat(layer.FS, name) // follows links
				if err != nil {
					bad = append(bad, problem(layer, name, err))
					return nil
				}
				definition := path.Ext(name) == ".yaml" || dir == "templates"
				if err := regular.Check("open", name, info.Mode()); err != nil {
					if definition || info.IsDir() {
						bad = append(bad, problem(layer, name, err))
					}
					return nil
				}
				if most := largest(name); definition && info.Size() > most {
					bad = append(bad, problem(layer, name, fmt.Errorf("%w: %d bytes, at most %d are read", regular.ErrSize, info.Size(), most)))
					return nil
				}
				e := &entry{origin: layer.Origin, read: sync.OnceValues(func() (File, error) { return read(layer, name) })}
				if info.Size() <= eager {
					if _, err := e.read(); err != nil {
						bad = append(bad, problem(layer, name, err))
						return nil
					}
				}
				own[name] = e
				return nil
			})
			if err != nil {
				bad = append(bad, problem(layer, dir, err))
			}
		}
		if !found {
			bad = append(bad, diag.Problem{At: diag.Pos{File: string(layer.Origin)}, Warning: true, Rule: "library-empty",
				Text: "the library folder holds none of queries/, reports/ and templates/"})
		}
		for name := range own {
			base, yes := strings.CutSuffix(name, ".yaml")
			if !yes || !strings.HasPrefix(name, "queries/") || strings.HasSuffix(base, "_test") {
				continue
			}
			if cases := base + "_test.yaml"; l.files[cases] != nil && own[cases] == nil {
				delete(l.files, cases)
			}
		}
		for name, e := range own {
			if old := l.files[name]; old != nil {
				e.hides, e.under = old.origin, old
			}
			l.files[name] = e
		}
	}
	for name := range l.files {
		l.paths = append(l.paths, name)
	}
	slices.Sort(l.paths)
	return l, bad.Sort()
}

func problem(l Layer, name string, err error) diag.Problem {
	return diag.Problem{At: diag.Pos{File: File{Path: name, Origin: l.Origin}.Name()},
		Text: fmt.Sprintf("reading %s of the library (%s): %v", name, l.Origin, err), Rule: "library-read",
		Hint: hint(err)}
}

func hint(err error) string {
	switch {
	case errors.Is(err, regular.ErrKind):
		return "a library holds files, and links to files; name a folder elsewhere as a library of its own"
	case errors.Is(err, regular.ErrSize):
		return "a library holds definitions and fonts only; move the file away"
	}
	return "check that the file exists and may be read"
}

func read(l Layer, name string) (File, error) {
	data, err := regular.ReadFile(l.FS, name, largest(name))
	if err != nil {
		return File{}, err
	}
	return File{Path: name, Origin: l.Origin, SHA256: sha256.Sum256(data), Data: data}, nil
}

// Glob gives the files whose path matches, sorted by path. The pattern is path.Match's: a star does not match a slash.
// A pattern that is not valid matches nothing.
func (l *Library) Glob(pattern string) []File {
	var out []File
	for _, name := range l.paths {
		if ok, err := path.Match(pattern, name); err != nil || !ok {
			continue
		}
		if f, ok := l.File(name); ok {
			out = append(out, f)
		}
	}
	return out
}

// File gives the file of a path. It is false where no layer holds it or where it can no longer be read.
func (l *Library) File(name string) (File, bool) {
	e := l.files[name]
	if e == nil {
		return File{}, false
	}
	f, err := e.read()
	if err != nil {
		return File{}, false
	}
	f.Hides = e.hides
	return f, true
}

// Lowest gives the file of a path that the first layer with such a path holds, however many layers hide it: for files that a
// later layer may give in part, since one written for an earlier version of the program lacks what came later.
func (l *Library) Lowest(name string) (File, bool) {
	e := l.files[name]
	if e == nil {
		return File{}, false
	}
	for e.under != nil {
		e = e.under
	}
	f, err := e.read()
	return f, err == nil
}

// Paths are all paths of the library below a folder ("templates/lang"), sorted, without reading the files.
func (l *Library) Paths(folder string) []string {
	var out []string
	for _, name := range l.paths {
		if strings.HasPrefix(name, folder+"/") {
			out = append(out, name)
		}
	}
	return out
}

// Embedded is the built-in layer: each embedded file system under its folder's name. Without content, the queries and the reports
// themselves are left out (library: {builtin: false}); frameworks, calendars and templates stay, because the user's own files need them.
func Embedded(queries, reports, templates fs.FS, content bool) Layer {
	m := mount{"queries": queries, "reports": reports, "templates": templates}
	if !content {
		delete(m, "queries")
		m["reports"] = without{reports}
	}
	return Layer{Origin: BuiltIn, FS: m}
}

type mount map[string]fs.FS

func (m mount) split(op, name string) (fs.FS, string, error) {
	if !fs.ValidPath(name) {
		return nil, "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	dir, rest, _ := strings.Cut(name, "/")
	if rest == "" {
		rest = "."
	}
	if f := m[dir]; f != nil {
		return f, rest, nil
	}
	return nil, "", &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

// Open opens a file below one of the folders.
func (m mount) Open(name string) (fs.File, error) {
	f, rest, err := m.split("open", name)
	if err != nil {
		return nil, err
	}
	return f.Open(rest)
}

// ReadDir lists a folder below one of the folders.
func (m mount) ReadDir(name string) ([]fs.DirEntry, error) {
	f, rest, err := m.split("readdir", name)
	if err != nil {
		return nil, err
	}
	return fs.ReadDir(f, rest)
}

// without is a reports folder without the reports, its folders only.
type without struct{ fs.FS }

func (w without) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(w.FS, name)
	if name != "." || err != nil {
		return list, err
	}
	return slices.DeleteFunc(list, func(d fs.DirEntry) bool { return !d.IsDir() }), nil
}
