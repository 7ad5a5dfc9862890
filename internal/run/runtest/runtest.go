// Package runtest alters sealed run folders, as somebody would who has them: for tests of what verification finds.
package runtest

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"trailscribe/internal/manifest"
)

// ErrNoEffect says that an alteration changes nothing here: permissions do not bind this user.
var ErrNoEffect = errors.New("this user reads every file")

// Copy copies a folder of plain files.
func Copy(from, to string) error { return os.CopyFS(to, os.DirFS(from)) }

// Files are the files of a folder, sorted, with slashes.
func Files(dir string) (files []string, err error) {
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	return files, err
}

// Alteration changes one file of a run folder and nothing else.
type Alteration struct {
	Name string
	Do   func(path string) error
}

// Alterations are ten ways to alter any file, also an empty one.
func Alterations() []Alteration {
	rewrite := func(change func([]byte) []byte) func(string) error {
		return func(path string) error {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(path, change(b), 0o600)
		}
	}
	return []Alteration{
		{"flip", rewrite(func(b []byte) []byte {
			if len(b) == 0 {
				return []byte{0}
			}
			b[len(b)/2] ^= 1
			return b
		})},
		{"append", rewrite(func(b []byte) []byte { return append(b, '\n') })},
		{"truncate", rewrite(func(b []byte) []byte {
			if len(b) == 0 {
				return []byte{0}
			}
			return b[:len(b)-1]
		})},
		{"empty", rewrite(func(b []byte) []byte {
			if len(b) == 0 {
				return []byte{0}
			}
			return nil
		})},
		{"rename", func(path string) error { return os.Rename(path, path+renamed) }},
		{"remove", os.Remove},
		{"link to the same bytes", func(path string) error {
			return errors.Join(os.Rename(path, away(path)), os.Symlink(away(path), path))
		}},
		{"link to itself", func(path string) error { return errors.Join(os.Remove(path), os.Symlink(filepath.Base(path), path)) }},
		{"folder", func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }},
		{"unreadable", func(path string) error {
			if err := os.Chmod(path, 0); err != nil {
				return err
			}
			f, err := os.Open(path)
			if err != nil {
				return nil
			}
			return errors.Join(ErrNoEffect, f.Close())
		}},
	}
}

const renamed = ".old"

func away(path string) string {
	return filepath.Join(filepath.Dir(filepath.Dir(path)), "."+filepath.Base(path))
}

// Restore undoes any of the Alterations of a file of a copied folder: it is that of the original again.
func Restore(dir, original, name string) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	b, err := os.ReadFile(filepath.Join(original, filepath.FromSlash(name)))
	return errors.Join(err, os.RemoveAll(path), os.RemoveAll(path+renamed), os.RemoveAll(away(path)), os.WriteFile(path, b, 0o600))
}

// Reseal makes SHA256SUMS and manifest.json fit what is in the folder, as whoever alters it would. The signature, if any, stays.
func Reseal(dir string) error {
	m, err := manifest.Read(os.DirFS(dir))
	if err != nil {
		return err
	}
	return ResealAs(dir, *m)
}

// ResealAs is Reseal with another manifest in place of the one in the folder.
func ResealAs(dir string, m manifest.Manifest) error {
	record, err := os.ReadFile(filepath.Join(dir, manifest.Record))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(record)
	m.Evidence = hex.EncodeToString(sum[:])
	if err := os.Remove(filepath.Join(dir, manifest.Sums)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	list, err := manifest.Build(os.DirFS(dir), m)
	if err != nil {
		return err
	}
	list.Format = m.Format
	sums := list.SHA256SUMS()
	list.Add(manifest.Sums, sums)
	return errors.Join(os.WriteFile(filepath.Join(dir, manifest.Sums), sums, 0o600),
		os.WriteFile(filepath.Join(dir, manifest.Name), list.Canonical(), 0o600))
}

// Forgery is an alteration of a run folder whose manifest is rebuilt afterwards.
type Forgery struct {
	Name  string
	Check string // the check of the verification that must find it; "": nothing but a signature can
	Do    func(dir string) error
}

// Forgeries are those that a folder offers: each file altered in a way that keeps it readable, and files added and taken away.
func Forgeries(dir string) (all []Forgery, err error) {
	files, err := Files(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		f := Forgery{Name: name, Do: func(dir string) error { return Touch(filepath.Join(dir, filepath.FromSlash(name))) }}
		top, _, _ := strings.Cut(name, "/")
		switch {
		case name == manifest.Name, name == manifest.Signature, name == manifest.Sums:
			continue
		case name == "journal.jsonl":
			f.Do = func(dir string) error {
				return replace(filepath.Join(dir, name), `"value":"`, `"value":"not `)
			}
		case name == manifest.Record:
			f.Check = "report"
			f.Do = func(dir string) error { return replace(filepath.Join(dir, name), `"entity":"`, `"entity":"Not `) }
		case top == "library":
			f.Check = "definitions"
		case top == "sql":
			f.Check = "statements"
		case top == "results", top == "exceptions", name == "inputs.jsonl.gz":
			f.Check = "results"
		default:
			f.Check = "report"
		}
		all = append(all, f)
		if f.Check != "" && name != manifest.Record && !strings.HasPrefix(name, "report.") {
			remove := func(dir string) error { return os.Remove(filepath.Join(dir, filepath.FromSlash(name))) }
			all = append(all, Forgery{Name: name + " removed", Check: f.Check, Do: remove})
		}
	}
	for _, add := range []struct{ name, check string }{
		{"library/templates/lang/en/more.yaml", "files"}, {"library/queries/root/another.yaml", "files"}, {"sql/another.sql", "files"},
		{"results/another.jsonl.gz", "files"}, {"exceptions/another.jsonl.gz", "files"}, {"notes.pdf", "files"}, {".hidden", "files"},
		{"record.json.sig", "files"}, {"report.html", "report"}, {"data/another.csv", "report"},
	} {
		all = append(all, Forgery{Name: add.name + " added", Check: add.check, Do: func(dir string) error {
			path := filepath.Join(dir, filepath.FromSlash(add.name))
			return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("x"), 0o600))
		}})
	}
	return all, nil
}

// Carry copies a run folder, forges it there and makes the manifest fit.
func (f Forgery) Carry(from, to string) error {
	if err := Copy(from, to); err != nil {
		return err
	}
	if err := f.Do(to); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	return Reseal(to)
}

// Touch changes what a file says and keeps its form: one letter or digit, of what is packed too.
func Touch(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	packed := strings.HasSuffix(path, ".gz")
	if packed {
		if b, err = unpacked(b); err != nil {
			return err
		}
	}
	at := bytes.LastIndexFunc(b, func(r rune) bool { return r >= 'a' && r < 'z' || r >= '0' && r < '9' })
	if at >= 0 {
		b[at]++
	} else { // an empty list
		b = append(b, '\n')
	}
	if packed {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, err := w.Write(b)
		if err = errors.Join(err, w.Close()); err != nil {
			return err
		}
		b = out.Bytes()
	}
	return os.WriteFile(path, b, 0o600)
}

func unpacked(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func replace(path, old, text string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Contains(b, []byte(old)) {
		return fmt.Errorf("%s does not hold %s", path, old)
	}
	return os.WriteFile(path, bytes.Replace(b, []byte(old), []byte(text), 1), 0o600)
}
