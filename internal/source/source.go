// Package source is where log files lie.
package source

import (
	"context"
	"io"
	"iter"
	"time"
)

type Object struct {
	Key      string // relative to the source, forward slashes
	Size     int64
	ETag     string
	Modified time.Time
	Class    string            // storage class; Glacier objects are listed, never opened
	Meta     map[string]string // digest signatures live here
}

type Source interface {
	Name() string // as a report prints it
	List(ctx context.Context, prefix string) iter.Seq2[Object, error]
	Open(ctx context.Context, key string) (io.ReadCloser, Object, error)
}

// Versioned is an ability some sources have: delete markers and older versions.
type Versioned interface {
	Versions(ctx context.Context, prefix string) iter.Seq2[Object, error]
}

type Sink interface {
	Have(ctx context.Context, o Object) (bool, error)
	Put(ctx context.Context, o Object, body io.Reader) error
}

// Sync copies what want accepts, and the metadata beside it.
func Sync(ctx context.Context, from Source, to Sink, want func(Object) bool) (files, bytes int64, err error) {
	return 0, 0, nil
}
