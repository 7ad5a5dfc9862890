package workpaper_test

import (
	"fmt"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/engine"
	"trailscribe/internal/unread"
	"trailscribe/internal/workpaper"
)

// A file that could not be read is listed, and so is each of a few that were left out; the many digests of a trail are one row.
func TestFilesNotRead(t *testing.T) {
	s, r := saveOver(t, func(yield func(engine.InputFile, error) bool) {
		for i := range 40 {
			f := engine.InputFile{Key: fmt.Sprintf("%02d.json.gz", i), Size: 10, State: engine.FileSkipped,
				Reason: unread.Because(unread.DigestPlace)}
			switch {
			case i == 7:
				f.State, f.Reason = engine.FileRefused, unread.Because(unread.Empty)
			case i == 8 || i == 9:
				f.Reason = unread.Because(unread.Hidden)
			case i > 30:
				f.State, f.Reason = engine.FileRead, unread.Reason{}
			}
			if !yield(f, nil) {
				return
			}
		}
	}, record())
	d, err := workpaper.Compose(s, r, english(t))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, section := range d.Sections {
		for _, b := range section.Blocks {
			if table, ok := b.(document.Table); ok && table.Title == "Files that were not read" {
				for x, err := range table.Rows.All() {
					if err != nil {
						t.Fatal(err)
					}
					got += fmt.Sprintln(x[0], x[1], x[3])
				}
			}
		}
	}
	want := "refused 07.json.gz 10\nskipped 28 files, the first 00.json.gz 280\nskipped 08.json.gz 10\nskipped 09.json.gz 10\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
