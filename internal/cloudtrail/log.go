package cloudtrail

import (
	"io"
	"iter"
)

// Limits bound what one file may cost. A zero field means its default.
type Limits struct {
	File   int64 // decoded bytes of a file; default 8 GiB
	Record int64 // bytes of one record; default 16 MiB (CloudTrail's own cap is 256 KiB)
	Depth  int   // nesting; default 1,000
	Ratio  int64 // decoded bytes per stored byte, counted from 64 MiB on; default 200 (real logs stay below 50; deflate can do 1,032)
}

// Shape is how the records lie in a file.
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
	Shape    Shape
	Records  int64
	Stored   int64    // bytes read from the source
	Decoded  int64    // bytes after gunzip
	SHA256   [32]byte // of the decoded bytes, as CloudTrail's digests have it
	Repaired int64    // records with invalid UTF-8, raw control characters or lone surrogates
	Repeated int64    // records with a key that stood twice or in two spellings
}

// Log is a log file being read.
type Log struct {
	r    io.Reader
	l    Limits
	stat Stat
}

// Read prepares the records of one log file in every accepted shape, gzipped or not (told by content, not by name).
func Read(r io.Reader, l Limits) *Log { return &Log{r: r, l: l} }

// Records yields the records once; a Record is valid until the next step. An error is a *Refusal, comes last, and
// means that the records before it must not be used either.
func (l *Log) Records() iter.Seq2[*Record, error] {
	return func(func(*Record, error) bool) {}
}

// Stat is what the file was; complete after the loop has ended without an error.
func (l *Log) Stat() Stat { return l.stat }
