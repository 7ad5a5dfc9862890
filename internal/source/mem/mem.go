// Package mem is a source of files in memory, for tests and for the cases next to queries.
package mem

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"trailscribe/internal/source"
)

// Options are the files by key, and what the source calls itself.
type Options struct {
	Name    string                       // "" is "memory"
	Files   map[string][]byte            // key -> content; copied by New
	Meta    map[string]map[string]string // metadata of a key, such as digest signatures
	Classes map[string]string            // storage class of a key
}

// Source holds files in memory. It is a source.Source and a source.Sink, for several goroutines.
type Source struct {
	name    string
	mu      sync.RWMutex
	objects map[string]object
}

type object struct {
	source.Object
	body []byte
}

// New takes the files of the options.
func New(o Options) (*Source, error) {
	s := &Source{name: o.Name, objects: map[string]object{}}
	if s.name == "" {
		s.name = "memory"
	}
	for k, body := range o.Files {
		s.set(source.Object{Key: k, Class: o.Classes[k], Meta: o.Meta[k]}, body)
	}
	return s, nil
}

// Name is what the source calls itself.
func (s *Source) Name() string { return s.name }

// Set adds a file or replaces its content.
func (s *Source) Set(key string, body []byte) {
	s.mu.RLock()
	o := s.objects[key].Object
	s.mu.RUnlock()
	o.Key = key
	s.set(o, body)
}

// Remove takes a file away.
func (s *Source) Remove(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, key)
}

func (s *Source) set(o source.Object, body []byte) {
	o.Size = int64(len(body))
	o.ETag = fmt.Sprintf("%x", sha256.Sum256(body))
	if o.Modified.IsZero() {
		o.Modified = time.Unix(0, 0).UTC()
	}
	o.Meta = maps.Clone(o.Meta)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[o.Key] = object{o, bytes.Clone(body)}
}

// List yields the files as they are when it is called, sorted by key.
func (s *Source) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		s.mu.RLock()
		var list []source.Object
		for k, o := range s.objects {
			if strings.HasPrefix(k, prefix) {
				o.Meta = maps.Clone(o.Meta)
				list = append(list, o.Object)
			}
		}
		s.mu.RUnlock()
		slices.SortFunc(list, func(a, b source.Object) int { return strings.Compare(a.Key, b.Key) })
		for _, o := range list {
			if err := ctx.Err(); err != nil {
				yield(source.Object{}, err)
				return
			}
			if !yield(o, nil) {
				return
			}
		}
	}
}

// Open reads one file.
func (s *Source) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	if err := ctx.Err(); err != nil {
		return nil, source.Object{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	o, ok := s.objects[key]
	if !ok {
		return nil, source.Object{}, &fs.PathError{Op: "open", Path: key, Err: fs.ErrNotExist}
	}
	o.Meta = maps.Clone(o.Meta)
	return io.NopCloser(bytes.NewReader(o.body)), o.Object, nil
}

// Put stores a copy of an object with its metadata.
func (s *Source) Put(_ context.Context, o source.Object, body io.Reader) error {
	b, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("reading %q: %w", o.Key, err)
	}
	s.set(source.Object{Key: o.Key, Modified: o.Modified, Class: o.Class, Meta: o.Meta}, b)
	return nil
}

var (
	_ source.Source = (*Source)(nil)
	_ source.Sink   = (*Source)(nil)
)
