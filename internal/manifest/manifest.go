// Package manifest proves a set of files: list, digests, chain, signature. It imports nothing of ours, so that a verifier is small enough to read.
package manifest

import (
	"context"
	"io/fs"
)

type File struct {
	Name, Type string
	Size       int64
	SHA256     string
}

type Manifest struct {
	Format   string
	Run      string // report/period/rN
	Evidence string // SHA-256 of record.json: the number printed on page one
	Previous string // SHA-256 of the manifest before it in the same series, "" for the first
	Files    []File
	Facts    map[string]string // who, when, where, which build: what differs from run to run
}

func (m *Manifest) Canonical() []byte { return nil }

type Signer interface {
	Name() string
	Sign(ctx context.Context, message []byte) (signature []byte, err error)
}

type Wrong struct{ What, Where, Expected, Found string }

// Build lists and hashes what lies in a folder; Check compares a folder or an archive prefix, seen as fs.FS, with its manifest.
func Build(fsys fs.FS, m Manifest) (*Manifest, error) { return nil, nil }
func Check(fsys fs.FS, trusted [][]byte) (m *Manifest, wrong []Wrong, err error) {
	return nil, nil, nil
}
