package run

import (
	"context"
	"errors"
	"io/fs"

	"trailscribe/internal/manifest"
)

// History is where the sealed runs of a series are known, whoever made them: the folder of all runs, or an archive that several
// machines share. A run takes its revision, the run before it and whether anything changed from here, and from nowhere else.
//
// Nobody holds a lock between asking and adding. Add decides, as a conditional write does: where another run came first it changes
// nothing and says so, and the caller asks again. internal/run/historytest is the contract of implementations.
type History interface {
	// Revisions are the numbers in use for a report, variant and period, ascending. One whose run is not whole is in use.
	Revisions(ctx context.Context, k Key) ([]int, error)

	// End is the run of the series that the next one names as the run before it; the zero End where there is none.
	End(ctx context.Context, k Key) (End, error)

	// Open reads a sealed run by its name. It is an error of manifest.ErrNone or fs.ErrNotExist where no such run is whole.
	Open(ctx context.Context, name string) (*Saved, error)

	// Add takes the revision of a run and makes the run the end of its series. ErrTaken: the number is in use. ErrMoved: the end of
	// the series is not the run that the manifest names as the one before it. After either nothing has changed, on the machine of the
	// caller nor in the history. Any other error may have come after the number was taken.
	Add(ctx context.Context, e Entry) error
}

// What another run may have done between asking and adding.
var (
	ErrTaken = errors.New("the revision is taken by another run")
	ErrMoved = errors.New("another run of the series was sealed")
)

// End is the last run of a series.
type End struct {
	Run    string // its name: report[~variant]/period/rN
	Digest string // of its manifest
}

// Entry is a finished run that is to be added.
type Entry struct {
	Key      Key
	Revision int
	Manifest *manifest.Manifest // names the run and the one before it

	// Rename gives the folder its final name on this machine and returns it as it is there then. Add calls it once, when nothing can
	// keep the run from its number any more; what is copied elsewhere is copied from what it gives.
	Rename func() (fs.FS, error)

	// Waiting is told, in a sentence, while another run of the series is being added and this one has to wait; nil: nobody is.
	Waiting func(sentence string)
}

// name is the run as its manifest names it.
func (k Key) name(revision int) string {
	return k.Series() + "/" + k.Period + "/" + revisionName(revision)
}
