// Package dir is a source.
package dir

import (
	"context"
	"io"
	"iter"

	"trailscribe/internal/source"
)

type Options struct{ Root string }

type Source struct{ o Options }

func New(o Options) (*Source, error) { return &Source{o}, nil }

func (s *Source) Name() string { return s.o.Root }
func (s *Source) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(func(source.Object, error) bool) {}
}
func (s *Source) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	return nil, source.Object{}, nil
}

var _ source.Source = (*Source)(nil)
