package cloudtrail

import (
	"errors"
	"io"
	"iter"
)

// Reading is the version of the rules by which files are read, refused or called foreign. Who keeps the outcome of reading a
// file keeps it under this number: a file that was called foreign by older rules may be a damaged log file by newer ones.
const Reading = 3

// Limits bound what one file may cost. A zero field means its default.
type Limits struct {
	File   int64 // decoded bytes of a file; default 8 GiB
	Record int64 // bytes of one record; default 16 MiB (CloudTrail's own cap is 256 KiB)
	Depth  int   // nesting; default 1,000
	Ratio  int64 // decoded bytes per stored byte, counted from 64 MiB on; default 200 (real logs stay below 50; deflate can do 1,032)

	window int // bytes looked at at first; tests make it tiny
}

func (l Limits) orDefault() Limits {
	if l.File <= 0 {
		l.File = 8 << 30
	}
	if l.Record <= 0 {
		l.Record = 16 << 20
	}
	if l.Depth <= 0 {
		l.Depth = 1000
	}
	if l.Ratio <= 0 {
		l.Ratio = 200
	}
	return l
}

// Shape is how the records are in a file.
type Shape string

// Shapes of a log file.
const (
	Records     Shape = "Records"      // {"Records":[…]}, as CloudTrail delivers
	Array       Shape = "array"        // […]
	Lines       Shape = "events"       // bare events, one or many, a line each or not
	Lookup      Shape = "LookupEvents" // answer of the API: events as text in CloudTrailEvent
	EventBridge Shape = "EventBridge"  // envelopes with the event in detail
)

// Stat is what a Log was, complete after its loop.
type Stat struct {
	Shape    Shape // of the first record; Records for a file without any
	Records  int64
	Stored   int64    // bytes read from the source
	Decoded  int64    // bytes after gunzip
	SHA256   [32]byte // of the decoded bytes, as CloudTrail's digests have it
	Undated  int64    // records without a readable eventTime
	Repaired int64    // records with invalid UTF-8, raw control characters or lone surrogates
	Repeated int64    // records with a key that stood twice or in two spellings
}

// Log is a log file being read.
type Log struct {
	r    io.Reader
	l    Limits
	stat Stat
	used bool
}

// Read prepares the records of one log file in every accepted shape, gzipped or not (told by content, not by name).
func Read(r io.Reader, l Limits) *Log { return &Log{r: r, l: l.orDefault()} }

// Stat is what the file was; complete after the loop has ended without an error.
func (l *Log) Stat() Stat { return l.stat }

// Records yields the records once; a Record is valid until the next step. An error is a *Refusal, comes last, and
// means that the records before it must not be used either.
func (l *Log) Records() iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		if l.used {
			yield(nil, errors.New("the records of a log file can be read only once"))
			return
		}
		l.used = true
		w := newWindow(l.r, l.l)
		defer w.free()
		d := &reading{window: w, log: l, yield: yield, p: w.parser}
		err := d.file()
		l.stat.Stored, l.stat.Decoded, l.stat.SHA256 = w.stored.n, w.decoded(), w.sum()
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}
