package workpaper

import (
	"fmt"
	"iter"
	"testing"

	"trailscribe/internal/engine"
	"trailscribe/internal/unread"
)

// A file that could not be read is listed, and so is each of a few that were left out; the many digests of a trail are one row.
func TestFilesNotRead(t *testing.T) {
	s, r := save(t, record())
	c := newComposer(s, r, english(t))
	files := func() iter.Seq2[engine.InputFile, error] {
		return func(yield func(engine.InputFile, error) bool) {
			for i := range 40 {
				f := engine.InputFile{Key: fmt.Sprintf("%02d.json.gz", i), Size: 10, State: engine.FileSkipped,
					Reason: unread.Because(unread.DigestPlace)}
				switch {
				case i == 7:
					f.State, f.Reason = engine.FileRefused, unread.Because(unread.Empty)
				case i == 8 || i == 9:
					f.Reason = unread.Because(unread.Hidden)
				case i > 30:
					f = engine.InputFile{Key: f.Key, State: engine.FileRead}
				}
				if !yield(f, nil) {
					return
				}
			}
		}
	}
	rows, more, err := c.filesNotRead(files)
	if err != nil || more != 0 {
		t.Fatal(more, err)
	}
	got := ""
	for _, x := range rows {
		got += fmt.Sprintln(x[0], x[1], x[3])
	}
	want := "refused 07.json.gz 10\nskipped 28 files, the first 00.json.gz 280\nskipped 08.json.gz 10\nskipped 09.json.gz 10\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
