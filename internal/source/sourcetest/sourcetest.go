// Package sourcetest is the contract of a source as tests: every driver runs the same ones.
package sourcetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/source"
)

// Files are what a source under test holds, by key. Drivers put exactly these into theirs.
func Files() map[string][]byte {
	files := map[string][]byte{
		"a":        []byte("alpha"),
		"a-b":      []byte("sorts before a slash"),
		"a.d/x":    []byte("below a folder that sorts before a0"),
		"a0":       []byte("zero"),
		"empty":    {},
		".hidden":  []byte("hidden"),
		"_success": []byte("marker"),
		"big":      bytes.Repeat([]byte("0123456789abcdef"), 1<<14),
		"AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/01/x.json": []byte(`{"Records":[]}`),
		"names/a b & ü 'quoted' $(x).json":                            []byte("{}"),
	}
	for i := range 30 {
		files[fmt.Sprintf("many/%02d/file.json", i)] = []byte{byte(i)}
	}
	return files
}

// Run checks a source that holds Files. open may be called several times.
func Run(t *testing.T, open func(t *testing.T) source.Source) {
	ctx := context.Background()
	want := Files()
	sorted := make([]string, 0, len(want))
	for k := range want {
		sorted = append(sorted, k)
	}
	slices.Sort(sorted)

	t.Run("name", func(t *testing.T) {
		s := open(t)
		if s.Name() == "" || source.Identity(s) == "" {
			t.Errorf("name %q, identity %q", s.Name(), source.Identity(s))
		}
	})
	for _, prefix := range []string{"", "a", "a/", "a.", "many/1", "many/10/",
		"AWSLogs/111122223333/CloudTrail/us-east-1/2026/", "nothing", "."} {
		t.Run("list "+prefix, func(t *testing.T) {
			var keys, expected []string
			for o, err := range open(t).List(ctx, prefix) {
				if err != nil {
					t.Fatal(err)
				}
				keys = append(keys, o.Key)
				if o.Size != int64(len(want[o.Key])) || o.ETag == "" {
					t.Errorf("%+v", o)
				}
			}
			for _, k := range sorted {
				if strings.HasPrefix(k, prefix) {
					expected = append(expected, k)
				}
			}
			if !slices.Equal(keys, expected) {
				t.Errorf("%q\nwant %q", keys, expected)
			}
		})
	}
	t.Run("list is the same again", func(t *testing.T) {
		s := open(t)
		list := func() (l []source.Object) {
			for o, err := range s.List(ctx, "") {
				if err != nil {
					t.Fatal(err)
				}
				l = append(l, o)
			}
			return l
		}
		if a, b := fmt.Sprint(list()), fmt.Sprint(list()); a != b {
			t.Errorf("%s\n%s", a, b)
		}
	})
	t.Run("leaving the list early", func(t *testing.T) {
		n := 0
		for range open(t).List(ctx, "") {
			if n++; n == 2 {
				break
			}
		}
		if n != 2 {
			t.Error(n)
		}
	})
	t.Run("open", func(t *testing.T) {
		s := open(t)
		for listed, err := range s.List(ctx, "") {
			if err != nil {
				t.Fatal(err)
			}
			body, o, err := s.Open(ctx, listed.Key)
			if err != nil {
				t.Fatalf("%s: %v", listed.Key, err)
			}
			b, err := io.ReadAll(body)
			if err != nil || !bytes.Equal(b, want[listed.Key]) {
				t.Errorf("%s: %d bytes, %v", listed.Key, len(b), err)
			}
			if o.Key != listed.Key || o.Size != listed.Size || o.ETag != listed.ETag || !o.Modified.Equal(listed.Modified) {
				t.Errorf("opened %+v\nlisted %+v", o, listed)
			}
			if err := body.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("missing", func(t *testing.T) {
		if _, _, err := open(t).Open(ctx, "not/there"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		s := open(t)
		if _, _, err := s.Open(gone, "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("open: %v", err)
		}
		var last error
		for _, err := range s.List(gone, "") {
			last = err
		}
		if !errors.Is(last, context.Canceled) {
			t.Errorf("list: %v", last)
		}
	})
}

// RunSink checks a driver that takes copies: what is put there is what was in the source.
func RunSink(t *testing.T, open func(t *testing.T) interface {
	source.Source
	source.Sink
}, from source.Source) {
	ctx := context.Background()
	to := open(t)
	visible := func(o source.Object) bool { return !strings.HasPrefix(o.Key, ".") }
	var files, meta int
	for o, err := range from.List(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		if !visible(o) {
			continue
		}
		files++
		a, original, err := from.Open(ctx, o.Key)
		if err != nil {
			t.Fatal(err)
		}
		if err := to.Put(ctx, original, a); err != nil {
			t.Fatal(err)
		}
		a.Close()
		if a, _, err = from.Open(ctx, o.Key); err != nil {
			t.Fatal(err)
		}
		b, copied, err := to.Open(ctx, o.Key)
		if err != nil {
			t.Fatal(err)
		}
		x, _ := io.ReadAll(a)
		y, err := io.ReadAll(b)
		if err != nil || !bytes.Equal(x, y) {
			t.Errorf("%s: %d bytes of %d, %v", o.Key, len(y), len(x), err)
		}
		a.Close()
		b.Close()
		if fmt.Sprint(original.Meta) != fmt.Sprint(copied.Meta) {
			t.Errorf("%s: metadata %v, want %v", o.Key, copied.Meta, original.Meta)
		}
		meta += len(original.Meta)
	}
	if files == 0 || meta == 0 {
		t.Errorf("%d files, %d facts besides them", files, meta)
	}
	n := 0
	for _, err := range to.List(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != files {
		t.Errorf("the copy lists %d files, %d were copied", n, files)
	}
}
