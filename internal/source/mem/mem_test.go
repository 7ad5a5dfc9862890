package mem

import (
	"testing"

	"trailscribe/internal/source"
	"trailscribe/internal/source/sourcetest"
)

func open(t *testing.T, o Options) *Source {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestContract(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T) source.Source { return open(t, Options{Files: sourcetest.Files()}) })
}

func TestSink(t *testing.T) {
	from := open(t, Options{Files: sourcetest.Files(), Meta: map[string]map[string]string{"a": {"signature": "ab12"}}})
	sourcetest.RunSink(t, func(t *testing.T) interface {
		source.Source
		source.Sink
	} {
		return open(t, Options{})
	}, from)
}

func TestSetChangesTheTag(t *testing.T) {
	s := open(t, Options{Files: map[string][]byte{"a": []byte("1")}})
	tag := func() (e string) {
		for o := range s.List(t.Context(), "") {
			e = o.ETag
		}
		return e
	}
	before := tag()
	s.Set("a", []byte("2"))
	if tag() == before {
		t.Error("same tag for other content")
	}
	s.Remove("a")
	if tag() != "" {
		t.Error("still there")
	}
}
