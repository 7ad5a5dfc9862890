package terminal

import (
	"io"
	"os"
	"sync"
	"unicode/utf8"
)

// Stream is a stream of the program whose first error is kept: whoever wrote and did not look, what was lost is known at the end.
// After an error nothing more is written, so that what there is has no hole.
type Stream struct {
	w   io.Writer
	mu  sync.Mutex
	err error
}

// NewStream keeps the first error of writing to w.
func NewStream(w io.Writer) *Stream { return &Stream{w: w} }

// Write writes bytes as they are.
func (s *Stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	s.err = err
	return n, err
}

// Err is the first error of writing.
func (s *Stream) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// file is the file below a stream, nil where there is none.
func file(w io.Writer) *os.File {
	if s, ok := w.(*Stream); ok {
		w = s.w
	}
	f, _ := w.(*os.File)
	return f
}

// Safe is a writer for text that others compose: each character that a screen would obey or hide becomes a code on its way to w
// (result.Visible). Line feeds and tabs stay.
func Safe(w io.Writer) *SafeWriter { return &SafeWriter{w: w} }

// SafeWriter is what Safe gives.
type SafeWriter struct {
	w  io.Writer
	mu sync.Mutex
	// rest is the beginning of a character whose other bytes come with the next call.
	rest []byte
}

// Write writes text. The beginning of a character at its end waits for the rest.
func (s *SafeWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := append(s.rest, b...)
	whole := len(text)
	for i := 1; i < utf8.UTFMax && i <= len(text); i++ {
		if at := len(text) - i; utf8.RuneStart(text[at]) {
			if !utf8.FullRune(text[at:]) {
				whole = at
			}
			break
		}
	}
	s.rest = append([]byte(nil), text[whole:]...)
	if _, err := s.w.Write([]byte(safe(string(text[:whole])))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Flush writes what waits for the rest of a character that does not come.
func (s *SafeWriter) Flush() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rest) == 0 {
		return nil
	}
	_, err := s.w.Write([]byte(safe(string(s.rest))))
	s.rest = nil
	return err
}
