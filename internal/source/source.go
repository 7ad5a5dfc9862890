// Package source is where log files lie: listing, opening and copying them.
package source

import (
	"context"
	"io"
	"iter"
	"time"

	"trailscribe/internal/unread"
)

// Object is one file of a source.
type Object struct {
	Key      string // relative to the source, forward slashes
	Size     int64  // as stored, in bytes
	ETag     string // changes when the content changes; opaque
	Modified time.Time
	Class    string            // storage class; Glacier objects are listed, never opened
	Not      unread.Reason     // why it is not a log file, where the source knows who made it; listed, never opened
	Meta     map[string]string // digest signatures live here
}

// Source lists and opens log files. It does not know what is in them.
type Source interface {
	Name() string // as a report prints it
	// List yields every object whose key begins with prefix, sorted by key byte by byte, hidden names too. An error ends
	// the listing: what came before it is not the whole.
	List(ctx context.Context, prefix string) iter.Seq2[Object, error]
	// Open reads one object; the Object describes the bytes that will be read, also if it changed since it was listed.
	// A key that does not exist is an error that wraps fs.ErrNotExist.
	Open(ctx context.Context, key string) (io.ReadCloser, Object, error)
}

// Sink takes copies of objects.
type Sink interface {
	Put(ctx context.Context, o Object, body io.Reader) error
}

// Identified is an ability of sources whose Name is not unique, such as a folder given relative to where one stands.
type Identified interface {
	Identity() string // the same for the same place, whatever it is called
}

// Identity tells one source from another: what Identified says, else the name.
func Identity(s Source) string {
	if i, ok := s.(Identified); ok {
		return i.Identity()
	}
	return s.Name()
}
