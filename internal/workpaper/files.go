package workpaper

import (
	"encoding/hex"
	"iter"

	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/unread"
)

// fileSet is the run's list of input files as rows, read from the run each time it is asked.
type fileSet struct {
	s      *run.Saved
	reason func(unread.Reason) string
}

func (f fileSet) Columns() []result.Column {
	return []result.Column{{Name: "state", Kind: result.Text}, {Name: "key", Kind: result.Text}, {Name: "reason", Kind: result.Text},
		{Name: "size", Kind: result.Int}, {Name: "records", Kind: result.Int}, {Name: "sha256", Kind: result.Text}}
}

func (f fileSet) Count() int64 { return f.s.Files.Count }

func (f fileSet) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		row := make(result.Row, 6)
		for file, err := range f.s.InputFiles() {
			if err != nil {
				yield(nil, err)
				return
			}
			row[0], row[1], row[2], row[3], row[4], row[5] = file.State, file.Key, nil, file.Size, nil, nil
			if file.Reason.Kind != "" {
				row[2] = f.reason(file.Reason)
			}
			if file.SHA256 != [32]byte{} {
				row[4], row[5] = file.Records, hex.EncodeToString(file.SHA256[:])
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}
