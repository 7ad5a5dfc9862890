package terminal

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"trailscribe/internal/result"
)

// full takes so many bytes.
type full struct {
	bytes.Buffer
	room int
}

var errFull = errors.New("no space left on device")

func (f *full) Write(b []byte) (int, error) {
	n := min(len(b), f.room-f.Len())
	f.Buffer.Write(b[:n])
	if n < len(b) {
		return n, errFull
	}
	return n, nil
}

func TestStreamKeepsTheFirstError(t *testing.T) {
	w := &full{room: 5}
	s := NewStream(w)
	if _, err := io.WriteString(s, "1234"); err != nil || s.Err() != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(s, "5678"); !errors.Is(err, errFull) {
		t.Error(err)
	}
	w.room = 100 // somebody made room: what came before is lost all the same
	if _, err := io.WriteString(s, "9"); !errors.Is(err, errFull) || !errors.Is(s.Err(), errFull) || w.String() != "12345" {
		t.Error(err, w)
	}
	s = NewStream(short1{})
	if _, err := io.WriteString(s, "x"); !errors.Is(err, io.ErrShortWrite) {
		t.Error(err)
	}
}

// short1 breaks the promise of a writer.
type short1 struct{}

func (short1) Write([]byte) (int, error) { return 0, nil }

func TestSafeWriter(t *testing.T) {
	const hostile = "a\x1b]0;title\x07\tb\u202e\u009bc\r\n\xffé王"
	const want = `a\x1b]0;title\x07` + "\t" + `b[U+202E][U+009B]c\x0d` + "\n" + `\xffé王`
	var whole bytes.Buffer
	if n, err := io.WriteString(Safe(&whole), hostile); n != len(hostile) || err != nil || whole.String() != want {
		t.Errorf("%d %v %q", n, err, &whole)
	}
	var pieces bytes.Buffer
	w := Safe(&pieces)
	for i := range len(hostile) {
		if n, err := w.Write([]byte(hostile[i : i+1])); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	if pieces.String() != want {
		t.Errorf("byte by byte %q", &pieces)
	}
	if _, err := io.WriteString(Safe(&full{}), "x"); !errors.Is(err, errFull) {
		t.Error(err)
	}
	var b bytes.Buffer
	if s := strings.Repeat("plain text\n", 1000); second(io.WriteString(Safe(&b), s)) != nil || b.String() != s {
		t.Error("plain text is changed")
	}
}

// However text is cut into pieces, it comes out as it would whole, and nothing in it commands a screen.
func FuzzSafe(f *testing.F) {
	f.Add("a\u202e\x1b[31m", 2)
	f.Add("\xf0\x9f\x98", 1)
	f.Fuzz(func(t *testing.T, s string, at int) {
		var whole, pieces bytes.Buffer
		w := Safe(&whole)
		_, err := io.WriteString(w, s)
		at = max(0, min(at, len(s)))
		p := Safe(&pieces)
		_, err1 := io.WriteString(p, s[:at])
		_, err2 := io.WriteString(p, s[at:])
		if err := errors.Join(err, err1, err2, w.Flush(), p.Flush()); err != nil {
			t.Fatal(err)
		}
		if _, altered := result.Visible(whole.String()); altered > 0 || whole.String() != pieces.String() || whole.String() != safe(s) {
			t.Errorf("%q gives %q, in pieces %q", s, &whole, &pieces)
		}
	})
}

func second[T any](_ T, err error) error { return err }
