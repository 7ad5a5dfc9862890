package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// What can be wrong with a set of files.
const (
	Missing   = "missing"   // listed, not there
	Extra     = "extra"     // there, not listed
	Changed   = "changed"   // other bytes than listed
	Evidence  = "evidence"  // record.json is not the one the manifest names
	SumsDiff  = "sums"      // SHA256SUMS says something else than the manifest
	Unsigned  = "unsigned"  // a signature was asked for and there is none
	BadSigner = "signature" // the signature is not of a trusted key, or not over this manifest
	Odd       = "odd"       // neither a regular file nor a folder
	Empty     = "empty"     // a folder without a file
)

// Wrong is one difference between a folder and its manifest. What is one of the constants.
type Wrong struct{ What, Where, Expected, Found string }

// String is the difference in words.
func (w Wrong) String() string {
	s := w.What + ": " + w.Where
	if w.Expected != "" || w.Found != "" {
		s += fmt.Sprintf(" (expected %s, found %s)", orNothing(w.Expected), orNothing(w.Found))
	}
	return s
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// maxManifest is how large a manifest.json may be: some 200,000 files.
const maxManifest = 64 << 20

// maxSignature is how much of a signature is read: one by the largest keys has some kilobytes.
const maxSignature = 1 << 20

// ErrNone says that a folder has no manifest: the run was never finished.
var ErrNone = errors.New("no manifest.json: the folder is not a finished run")

// Read reads manifest.json alone. A manifest of another format, or not in its canonical form, is an error: two readers must never see two
// things.
func Read(fsys fs.FS) (*Manifest, error) {
	b, err := readUpTo(fsys, Name, maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", Name, err)
	}
	if len(b) > maxManifest {
		return nil, fmt.Errorf("reading %s: larger than %d bytes", Name, maxManifest)
	}
	return parse(b)
}

// readUpTo reads a file of at most this many bytes.
func readUpTo(fsys fs.FS, name string, most int) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if info.Size() > int64(most) {
		return nil, fmt.Errorf("it has %d bytes, at most %d can be right", info.Size(), most)
	}
	return io.ReadAll(io.LimitReader(f, int64(most)+1))
}

func parse(b []byte) (*Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("reading %s: %w", Name, err)
	}
	if m.Format != Format && m.Format != FirstFormat {
		return nil, fmt.Errorf("reading %s: the format is %.40q, this program reads up to %q; a newer version may be needed",
			Name, m.Format, Format)
	}
	if !bytes.Equal(b, m.Canonical()) {
		return nil, fmt.Errorf("reading %s: not in its canonical form: it was written or changed by something else", Name)
	}
	if named := m.Previous != "" && m.Format != FirstFormat; named != (m.PreviousRun != "") {
		return nil, fmt.Errorf("reading %s: of the run before it the digest is %.80q and the name %.80q", Name, m.Previous, m.PreviousRun)
	}
	for i, f := range m.Files {
		if !safe(f.Name) || f.Name == Name || f.Name == Signature || f.Size < 0 || len(f.SHA256) != 64 ||
			strings.Trim(f.SHA256, "0123456789abcdef") != "" {
			return nil, fmt.Errorf("reading %s: entry %d, %.80q, is not a file of a run", Name, i+1, f.Name)
		}
		if i > 0 && m.Files[i-1].Name >= f.Name {
			return nil, fmt.Errorf("reading %s: %.80q stands twice or out of order", Name, f.Name)
		}
	}
	return &m, nil
}

// Check compares a folder or an archive prefix with its manifest: every file and folder, and nothing besides them. trusted are
// public keys as OpenSSH writes them ("ssh-ed25519 AAAA…"); with any, the manifest must be signed by one of them. Without any, a
// signature is not looked at.
// Differences are in wrong, sorted by file; err says that the manifest itself could not be read. fsys should refuse to open what
// is not a regular file, since a FIFO waits and a device never ends; of no file more is read than the manifest says it has.
func Check(fsys fs.FS, trusted [][]byte) (m *Manifest, wrong []Wrong, err error) {
	if m, err = Read(fsys); err != nil {
		return nil, nil, err
	}
	there := map[string]bool{}
	var folders []string
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("listing the files of a run: %w", err)
		case d.IsDir():
			folders = append(folders, name)
		case !d.Type().IsRegular():
			wrong = append(wrong, Wrong{What: Odd, Where: name, Expected: "a file", Found: d.Type().String()})
			there[name] = false
		case name != Name && name != Signature:
			there[name] = true
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	wrong = append(wrong, empty(folders, there)...)
	for _, name := range []string{Record, Sums} {
		if !slices.ContainsFunc(m.Files, func(f File) bool { return f.Name == name }) {
			wrong = append(wrong, Wrong{What: Missing, Where: name, Expected: "an entry in " + Name})
		}
	}
	sums := there[Sums]
	for _, want := range m.Files {
		regular, known := there[want.Name]
		delete(there, want.Name)
		if !known {
			wrong = append(wrong, Wrong{What: Missing, Where: want.Name, Expected: want.SHA256})
		}
		if !regular {
			continue
		}
		got, err := digest(fsys, want.Name, want.Size)
		switch {
		case err == nil && got.Size > want.Size:
			wrong = append(wrong, Wrong{What: Changed, Where: want.Name, Expected: want.SHA256,
				Found: fmt.Sprintf("a file of more than %d bytes", want.Size)})
		case err != nil:
			wrong = append(wrong, Wrong{What: Changed, Where: want.Name, Expected: want.SHA256, Found: err.Error()})
		case got.SHA256 != want.SHA256 || got.Size != want.Size:
			wrong = append(wrong, Wrong{What: Changed, Where: want.Name, Expected: want.SHA256, Found: got.SHA256})
		}
		if want.Name == Record && want.SHA256 != m.Evidence {
			wrong = append(wrong, Wrong{What: Evidence, Where: Record, Expected: m.Evidence, Found: want.SHA256})
		}
	}
	for name, regular := range there {
		if regular {
			wrong = append(wrong, Wrong{What: Extra, Where: name})
		}
	}
	if want := m.SHA256SUMS(); sums {
		if got, err := readUpTo(fsys, Sums, len(want)); err != nil || !bytes.Equal(got, want) {
			wrong = append(wrong, Wrong{What: SumsDiff, Where: Sums})
		}
	}
	if len(trusted) > 0 {
		switch _, err := SignedBy(fsys, m, trusted); {
		case errors.Is(err, fs.ErrNotExist):
			wrong = append(wrong, Wrong{What: Unsigned, Where: Name, Expected: Signature})
		case err != nil:
			wrong = append(wrong, Wrong{What: BadSigner, Where: Signature, Expected: "a signature of a trusted key", Found: err.Error()})
		}
	}
	slices.SortFunc(wrong, func(a, b Wrong) int {
		if c := strings.Compare(a.Where, b.Where); c != 0 {
			return c
		}
		return strings.Compare(a.What, b.What)
	})
	return m, wrong, nil
}

// empty are the folders without a file: no part of a run, and a place to put something in later.
func empty(folders []string, files map[string]bool) (wrong []Wrong) {
	used := map[string]bool{".": true}
	for name := range files {
		for dir := path.Dir(name); !used[dir]; dir = path.Dir(dir) {
			used[dir] = true
		}
	}
	for _, dir := range folders {
		if !used[dir] {
			wrong = append(wrong, Wrong{What: Empty, Where: dir + "/"})
		}
	}
	return wrong
}

// HasSignature reports whether something is where the signature of a manifest belongs, whatever it is.
func HasSignature(fsys fs.FS) bool {
	_, err := fs.Stat(fsys, Signature)
	return !errors.Is(err, fs.ErrNotExist)
}

// SignedBy gives the fingerprint, as ssh-keygen -l prints it, of the trusted key that signed the manifest. trusted are as for Check.
// fs.ErrNotExist: it is not signed; any other error: the signature is not of a trusted key, or not over this manifest.
func SignedBy(fsys fs.FS, m *Manifest, trusted [][]byte) (fingerprint string, err error) {
	signature, err := readUpTo(fsys, Signature, maxSignature)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", Signature, err)
	}
	return verify(m.Canonical(), signature, trusted)
}
