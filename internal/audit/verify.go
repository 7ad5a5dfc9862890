package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"trailscribe/internal/manifest"
	"trailscribe/internal/run"
)

// NotRecorded is a manifest.Wrong beyond the manifest: a file of rows that is not the one record.json names.
const NotRecorded = "record"

// Verify proves a sealed run: every file against the manifest and nothing beside them, the manifest's signature where
// trusted keys are given, record.json against the evidence digest, and each file of rows against record.json.
// Differences are in wrong; err says that the folder could not be read as a run at all.
func Verify(ctx context.Context, fsys fs.FS, trusted [][]byte) (m *manifest.Manifest, wrong []manifest.Wrong, err error) {
	defer func() {
		if ended := ctx.Err(); ended != nil { // then a file that could not be read is not altered
			wrong, err = nil, fmt.Errorf("verifying the run: %w", ended)
		}
	}()
	if m, wrong, err = manifest.Check(fsys, trusted); err != nil {
		return nil, nil, err
	}
	s, err := run.Open(fsys)
	if errors.Is(err, run.ErrAltered) || errors.Is(err, fs.ErrNotExist) {
		return m, wrong, nil // the manifest has said so already
	}
	if err != nil {
		return m, wrong, err
	}
	bad := func(where string, err error) {
		wrong = append(wrong, manifest.Wrong{What: NotRecorded, Where: where, Expected: "what record.json names", Found: err.Error()})
	}
	for _, q := range s.Queries {
		if err := ctx.Err(); err != nil {
			return m, wrong, fmt.Errorf("verifying the run: %w", err)
		}
		if _, err := s.Rows(q.ID); err != nil {
			bad("results of "+q.ID, err)
		}
		var listed int64
		for _, err := range s.Exceptions(q.ID) {
			if err != nil {
				bad("exceptions of "+q.ID, err)
				break
			}
			listed++
		}
		if v := q.Verdict; q.ExceptionsSHA256 != "" && listed != v.Open+v.Waived {
			bad("exceptions of "+q.ID, fmt.Errorf("%d are listed, the verdict counts %d", listed, v.Open+v.Waived))
		}
	}
	for _, err := range s.InputFiles() {
		if err != nil {
			bad("inputs", err)
			break
		}
	}
	return m, wrong, nil
}
