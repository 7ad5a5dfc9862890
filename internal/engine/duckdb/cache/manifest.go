package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"trailscribe/internal/regular"
	"trailscribe/internal/source"
	"trailscribe/internal/unread"
)

// manifest is what the cache knows of one delivery day (or of the loose files): its Parquet files and what was found in
// each log file. A Parquet file that no manifest names does not exist.
type manifest struct {
	Parts []part `json:"parts"`
	Files []file `json:"files"`
}

// part is a Parquet file. A part whose bytes differ from size and checksum is thrown away with everything in it.
type part struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	CRC  uint32 `json:"crc32c"`
	Rows int64  `json:"rows"`
}

// file is a log file as it was read.
type file struct {
	Key      string        `json:"key"`
	Size     int64         `json:"size"`
	ETag     string        `json:"etag,omitempty"`
	Modified int64         `json:"modified,omitempty"` // nanoseconds since 1970
	SHA256   string        `json:"sha256,omitempty"`
	Decoded  int64         `json:"decoded,omitempty"`
	Records  int64         `json:"records,omitempty"`
	Undated  int64         `json:"undated,omitempty"`
	Repaired int64         `json:"repaired,omitempty"`
	Repeated int64         `json:"repeated,omitempty"`
	State    string        `json:"state"`
	Reason   unread.Reason `json:"reason,omitzero"`
	Shape    string        `json:"shape,omitempty"`
	Part     string        `json:"part,omitempty"` // where its rows are; "" without rows
}

// same reports whether the object is still the one that was read.
func (f *file) same(o source.Object) bool {
	return f.Size == o.Size && f.ETag == o.ETag && f.Modified == stamp(o)
}

func stamp(o source.Object) int64 {
	if o.Modified.IsZero() {
		return 0
	}
	return o.Modified.UnixNano()
}

const manifestName = "manifest.json"

var errDamaged = errors.New("damaged")

// maxManifest is how large a manifest may be: some millions of log files of one day.
const maxManifest = 1 << 30

// isPart reports whether a file of a day's folder is called as a part is.
func isPart(name string) bool { return name == filepath.Base(name) && strings.HasPrefix(name, "part-") }

// unusable reports whether a file of the cache is of no use, whatever it was: it is written again.
func unusable(err error) bool {
	return errors.Is(err, regular.ErrKind) || errors.Is(err, regular.ErrSize) || errors.Is(err, fs.ErrPermission)
}

// loadManifest reads the manifest of a day's folder. A missing one is an empty one; a damaged one is errDamaged.
func loadManifest(folder string) (*manifest, error) {
	b, err := regular.ReadPlain(filepath.Join(folder, manifestName), maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return &manifest{}, nil
	}
	if unusable(err) {
		return nil, errDamaged
	}
	if err != nil {
		return nil, fmt.Errorf("reading the cache: %w", err)
	}
	return parseManifest(b)
}

// parseManifest reads what save wrote; anything else is errDamaged.
func parseManifest(b []byte) (*manifest, error) {
	// The first line is the SHA-256 of the rest.
	sum, body, ok := bytes.Cut(b, []byte("\n"))
	want := sha256.Sum256(body)
	if !ok || string(sum) != hex.EncodeToString(want[:]) {
		return nil, errDamaged
	}
	var m manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, errDamaged
	}
	for _, p := range m.Parts {
		if !isPart(p.Name) {
			return nil, errDamaged
		}
	}
	return &m, nil
}

// save replaces the manifest of a folder in one step.
func (m *manifest) save(folder string) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("writing the cache: %w", err)
	}
	sum := sha256.Sum256(body)
	f, err := os.CreateTemp(folder, tempPrefix+"*.json")
	if err != nil {
		return fmt.Errorf("writing the cache: %w", err)
	}
	_, err = f.Write(append([]byte(hex.EncodeToString(sum[:])+"\n"), body...))
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = replace(f.Name(), filepath.Join(folder, manifestName))
	}
	if err != nil {
		os.Remove(f.Name()) // the error that counts is the first one
		return fmt.Errorf("writing the cache: %w", err)
	}
	return nil
}

// replace gives a finished file its name, whatever has it.
func replace(finished, name string) error {
	if err := regular.RemoveOther(name); err != nil {
		return err
	}
	return os.Rename(finished, name)
}

// intact compares a part with its checksum.
func (p *part) intact(folder string) (bool, error) {
	f, err := regular.OpenPlain(filepath.Join(folder, p.Name))
	if errors.Is(err, fs.ErrNotExist) || unusable(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading the cache: %w", err)
	}
	defer f.Close()
	sum := crc32.New(castagnoli)
	n, err := io.CopyBuffer(struct{ io.Writer }{sum}, io.LimitReader(f, p.Size+1), make([]byte, 256<<10))
	if err != nil {
		return false, nil // an unreadable disk block: as good as damaged
	}
	return n == p.Size && sum.Sum32() == p.CRC, nil
}

// Made says of a folder that a cache made, with its manifest, which files below it are the cache's; nil of any other folder.
func Made(folder fs.FS) func(name string) bool {
	b, err := regular.ReadFile(folder, manifestName, maxManifest)
	if err != nil {
		return nil
	}
	m, err := parseManifest(b)
	if err != nil {
		return nil
	}
	return func(name string) bool {
		return name == manifestName || slices.ContainsFunc(m.Parts, func(p part) bool { return p.Name == name })
	}
}
