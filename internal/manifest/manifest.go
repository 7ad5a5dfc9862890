// Package manifest proves a set of files: list, digests, chain, signature. It imports nothing of ours, so that a verifier is small enough
// to read.
package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
)

// The files of this package in a folder. None of the first two lists itself.
const (
	Name      = "manifest.json"
	Signature = "manifest.json.sig"
	Sums      = "SHA256SUMS" // the same digests for `sha256sum -c SHA256SUMS`
	Record    = "record.json"
)

// Format is the version of manifest.json that is written; Family begins the formats of all versions. The first version is read
// too: its manifests do not name the run before them.
const (
	Family      = "trailscribe-manifest/"
	Format      = Family + "2"
	FirstFormat = Family + "1"
)

// File is one file of the set.
type File struct {
	Name   string `json:"name"` // relative to the folder, forward slashes
	Type   string `json:"type"` // media type, by the name's ending
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// Manifest lists every file of a folder but manifest.json and its signature.
type Manifest struct {
	Format      string            `json:"format"`
	Run         string            `json:"run"`                    // report/period/rN
	Evidence    string            `json:"evidence"`               // SHA-256 of record.json: the number printed on page one
	Previous    string            `json:"previous"`               // SHA-256 of the manifest before it in the same series, "" for the first
	PreviousRun string            `json:"previous_run,omitempty"` // Run of that manifest; none for the first and in the first format
	Files       []File            `json:"files"`                  // sorted by name
	Facts       map[string]string `json:"facts"`                  // who, when, where, which build: what differs from run to run
}

// Canonical is the one form in which a manifest is written, hashed and signed: JSON with the fields in the order of
// the type, map keys sorted, two spaces of indentation, no HTML escapes, a line feed at the end.
func (m *Manifest) Canonical() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	c := *m
	if c.Files == nil {
		c.Files = []File{}
	}
	if c.Facts == nil {
		c.Facts = map[string]string{}
	}
	if err := e.Encode(c); err != nil {
		return nil // strings, numbers and a map of strings always encode
	}
	return b.Bytes()
}

// Digest is the SHA-256 of the canonical form in hex: what the next manifest of the series names as Previous.
func (m *Manifest) Digest() string { return hexSum(m.Canonical()) }

// Build lists and hashes what is in fsys, and gives m with Format and Files set. manifest.json and its signature are
// left out. What is neither a regular file nor a folder is an error, and so is a name that SHA256SUMS could not hold.
func Build(fsys fs.FS, m Manifest) (*Manifest, error) {
	m.Format, m.Files = Format, nil
	names, err := list(fsys)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		f, err := digest(fsys, name, math.MaxInt64-1)
		if err != nil {
			return nil, err
		}
		m.Files = append(m.Files, f)
	}
	return &m, nil
}

// Add lists a file that Build did not see, such as SHA256SUMS, which is made from the list.
func (m *Manifest) Add(name string, data []byte) {
	f := File{Name: name, Type: mediaType(name), Size: int64(len(data)), SHA256: hexSum(data)}
	at, _ := slices.BinarySearchFunc(m.Files, name, func(f File, name string) int { return strings.Compare(f.Name, name) })
	m.Files = slices.Insert(m.Files, at, f)
}

// list is every file of fsys that a manifest lists, sorted.
func list(fsys fs.FS) (names []string, err error) {
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("listing the files of a run: %w", err)
		case d.IsDir(), name == Name, name == Signature:
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%q is not a regular file: a run holds files and folders only; remove it", name)
		case !safe(name):
			return fmt.Errorf("%q cannot stand in a manifest: the name has a backslash or a control character; rename it", name)
		}
		names = append(names, name)
		return nil
	})
	slices.Sort(names)
	return names, err
}

// safe reports whether name is a plain relative path below the folder that every tool reads the same way.
func safe(name string) bool {
	return fs.ValidPath(name) && name != "." && !strings.ContainsFunc(name, func(r rune) bool {
		return r < 0x20 || r == 0x7f || r == '\\' || r == '\ufffd'
	})
}

// digest hashes a file. Of one that is larger than most bytes it reads no more than one byte beyond: Size is most+1 then.
func digest(fsys fs.FS, name string, most int64) (File, error) {
	in, err := fsys.Open(name)
	if err != nil {
		return File{}, fmt.Errorf("hashing a file of a run: %w", err)
	}
	defer in.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(in, most+1))
	if err != nil {
		return File{}, fmt.Errorf("hashing %s: %w", name, err)
	}
	return File{Name: name, Type: mediaType(name), Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// mediaType is by a list of our own: the one of package mime depends on the machine.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".pdf":
		return "application/pdf"
	case ".xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case ".json":
		return "application/json"
	case ".jsonl":
		return "application/x-ndjson"
	case ".gz":
		return "application/gzip"
	case ".csv":
		return "text/csv"
	case ".sql":
		return "application/sql"
	case ".yaml", ".yml":
		return "application/yaml"
	case ".html":
		return "text/html"
	case ".txt", ".md":
		return "text/plain"
	}
	if name == Sums {
		return "text/plain"
	}
	return "application/octet-stream"
}

// SHA256SUMS is the list as `sha256sum -c` reads it, for every file but SHA256SUMS itself.
func (m *Manifest) SHA256SUMS() []byte {
	var b bytes.Buffer
	for _, f := range m.Files {
		if f.Name != Sums {
			fmt.Fprintf(&b, "%s  %s\n", f.SHA256, f.Name)
		}
	}
	return b.Bytes()
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
