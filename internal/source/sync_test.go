package source_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"

	"trailscribe/internal/source"
	"trailscribe/internal/source/mem"
)

// broken fails where it is told to.
type broken struct {
	*mem.Source
	list, open, have, put error
}

func (b broken) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for o, err := range b.Source.List(ctx, prefix) {
			if !yield(o, err) {
				return
			}
			if b.list != nil {
				yield(source.Object{}, b.list)
				return
			}
		}
	}
}

func (b broken) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	if b.open != nil && key == "b" {
		return nil, source.Object{}, b.open
	}
	return b.Source.Open(ctx, key)
}

func (b broken) Have(ctx context.Context, o source.Object) (bool, error) {
	if b.have != nil {
		return false, b.have
	}
	return b.Source.Have(ctx, o)
}

func (b broken) Put(ctx context.Context, o source.Object, r io.Reader) error {
	if b.put != nil {
		return b.put
	}
	return b.Source.Put(ctx, o, r)
}

func memory(t *testing.T, files map[string][]byte) *mem.Source {
	t.Helper()
	s, err := mem.New(mem.Options{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSyncErrors(t *testing.T) {
	trouble := errors.New("trouble")
	for name, c := range map[string]struct {
		from, to broken
		files    int64
		says     string
	}{
		"list": {from: broken{list: trouble}, files: 1, says: "listing memory"},
		"open": {from: broken{open: trouble}, files: 1, says: `opening "b"`},
		"have": {to: broken{have: trouble}, says: `looking for "a"`},
		"put":  {to: broken{put: trouble}, says: `copying "a"`},
	} {
		c.from.Source = memory(t, map[string][]byte{"a": []byte("1"), "b": []byte("22")})
		c.to.Source = memory(t, nil)
		files, _, err := source.Sync(t.Context(), c.from, c.to, nil)
		if !errors.Is(err, trouble) || !strings.Contains(err.Error(), c.says) || files != c.files {
			t.Errorf("%s: %d files, %v", name, files, err)
		}
	}
}

func TestSyncWants(t *testing.T) {
	from := memory(t, map[string][]byte{"a": []byte("1"), "b": []byte("22"), "c": []byte("333")})
	to := memory(t, map[string][]byte{"c": []byte("xxx")})
	files, bytes, err := source.Sync(t.Context(), from, to, func(o source.Object) bool { return o.Key != "a" })
	if files != 1 || bytes != 2 || err != nil {
		t.Error(files, bytes, err)
	}
}
