package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"trailscribe/internal/manifest"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
)

// Remake gives what makes the report files of a run again: its report as its own library defines it, and the parts that write these files.
type Remake func(s *run.Saved, files []string) (*report.Report, Parts, error)

// remade makes the report files again and holds their bytes against the sealed ones. altered: something they are made from is not as it
// was sealed, so that they cannot prove anything.
func remade(ctx context.Context, s *run.Saved, m *manifest.Manifest, against Against, altered bool) Proof {
	p := Proof{Check: CheckReport}
	sealed := map[string]string{}
	for _, f := range m.Files {
		if s.PartOf(f.Name) == run.PartOutput {
			sealed[f.Name] = f.SHA256
		}
	}
	files := slices.Sorted(maps.Keys(sealed))
	skip := func(owed bool, format string, args ...any) Proof {
		p.State, p.Owed, p.Says = NotChecked, owed, fmt.Sprintf(format, args...)
		return p
	}
	switch {
	case len(files) == 0:
		return skip(false, "no report file is in the folder")
	case against.Remake == nil:
		return skip(false, "%s: not made again", names(files))
	case altered:
		return skip(false, "%s: what they are made from is not as it was sealed", names(files))
	}
	other := s.Tool != against.Tool || s.Format != run.Format
	made, err := makeAgain(ctx, s, files, against.Remake)
	if err != nil {
		if other {
			return skip(true, "%s; making them again failed: %v", writtenBy(s, against), err)
		}
		return skip(true, "making %s again failed: %v", names(files), err)
	}
	var differ []string
	for _, name := range files {
		got, ok := made[name]
		switch {
		case !ok:
			differ = append(differ, name)
			p.differs(NotRemade, name, "", sealed[name])
		case got != sealed[name]:
			differ = append(differ, name)
			p.differs(NotRemade, name, got, sealed[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(made)) {
		if _, ok := sealed[name]; !ok {
			differ = append(differ, name)
			p.differs(NotRemade, name, made[name], "")
		}
	}
	if other && len(differ) > 0 {
		p.Wrong = nil
		return skip(true, "%s could not be re-rendered identically: %s", names(differ), writtenBy(s, against))
	}
	p.Says = names(files) + ": made again from the record, the same bytes"
	return p
}

func writtenBy(s *run.Saved, against Against) string {
	text := fmt.Sprintf("written by version %s, this is %s", s.Tool, against.Tool)
	if s.Format != run.Format {
		text += fmt.Sprintf(" (%s, %s)", s.Format, run.Format)
	}
	return text
}

// digests takes the files of a report and keeps their SHA-256 only.
type digests map[string]string

func makeAgain(ctx context.Context, s *run.Saved, files []string, remake Remake) (digests, error) {
	r, parts, err := remake(s, files)
	if err != nil {
		return nil, err
	}
	out := digests{}
	return out, Render(ctx, s, r, out, parts)
}

// Create takes a file.
func (d digests) Create(name string) (io.WriteCloser, error) {
	return &hashed{sha256.New(), d, name}, nil
}

type hashed struct {
	sum interface {
		io.Writer
		Sum([]byte) []byte
	}
	to   digests
	name string
}

func (h *hashed) Write(b []byte) (int, error) { return h.sum.Write(b) }

// Close notes the digest. A file that is made twice is an error, as it is in a run folder.
func (h *hashed) Close() error {
	if _, twice := h.to[h.name]; twice {
		return errors.New("a format made " + h.name + " twice")
	}
	h.to[h.name] = hex.EncodeToString(h.sum.Sum(nil))
	return nil
}
