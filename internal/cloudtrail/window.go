package cloudtrail

import (
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"sync"

	kflate "github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"trailscribe/internal/unread"
)

// windowSize is how much decoded text is held at first. It grows for a record that does not fit, up to Limits.Record.
const windowSize = 512 << 10

// window is the part of the decoded text that is looked at. buf[pos:end] is not yet used.
type window struct {
	src     io.Reader // decoded text
	stored  counter
	limits  Limits
	hash    hash.Hash
	buf     []byte
	pos     int
	end     int
	base    int64 // decoded bytes before buf[0]
	eof     bool
	trouble error // what fill returns when the text before it is used up
	in      *bufio.Reader
	gz      *gzip.Reader
	parser  *parser

	gzipped bool
}

// counter counts what is read from the source and keeps its error apart from those of gzip.
type counter struct {
	r   io.Reader
	n   int64
	err error
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// workspace is what reading a file needs and the next file can use again.
type workspace struct {
	buf    []byte
	in     *bufio.Reader
	parser *parser
	gz     *gzip.Reader
}

var workspaces = sync.Pool{New: func() any {
	return &workspace{buf: make([]byte, windowSize), in: bufio.NewReaderSize(nil, 64<<10), parser: newParser(Limits{}.orDefault())}
}}

func newParser(l Limits) *parser { return &parser{scanner: scanner{depth: l.Depth}} }

func newWindow(r io.Reader, l Limits) *window {
	ws := workspaces.Get().(*workspace)
	w := &window{limits: l, hash: sha256.New(), buf: ws.buf, in: ws.in, gz: ws.gz, parser: ws.parser}
	if l.window > 0 {
		w.buf = make([]byte, l.window)
	}
	w.parser.depth = l.Depth
	w.stored.r = r
	return w
}

func (w *window) free() {
	if cap(w.buf) > 4*windowSize || cap(w.buf) < windowSize {
		w.buf = make([]byte, windowSize) // do not keep what one huge record needed
	}
	p := w.parser
	p.b = nil
	p.rec = Record{space: p.rec.space[:0]}
	if cap(p.rec.space) > 1000 {
		p.rec.space = nil
	}
	if cap(p.arena) > 4*windowSize {
		p.arena = nil
	}
	w.in.Reset(nil)
	// From here on another goroutine may be using all of it.
	workspaces.Put(&workspace{buf: w.buf[:cap(w.buf)], in: w.in, parser: p, gz: w.gz})
	w.buf, w.in, w.gz, w.parser = nil, nil, nil, nil
}

func (w *window) decoded() int64 { return w.base + int64(w.end) }

func (w *window) sum() (s [32]byte) {
	w.hash.Sum(s[:0])
	return s
}

// next is the first byte at or behind pos that is not white space; io.EOF at the end of the text.
func (w *window) next() (byte, error) {
	for {
		for ; w.pos < w.end; w.pos++ {
			switch c := w.buf[w.pos]; c {
			case ' ', '\n', '\t', '\r':
			default:
				return c, nil
			}
		}
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
}

// fill reads on. It drops what is before pos, and makes the window larger when it is full. io.EOF: there is no more.
func (w *window) fill() error {
	if w.trouble != nil {
		return w.trouble
	}
	if w.eof {
		return io.EOF
	}
	if w.src == nil {
		if err := w.start(); err != nil {
			return err
		}
	}
	if w.pos > 0 {
		copy(w.buf, w.buf[w.pos:w.end])
		w.base += int64(w.pos)
		w.end -= w.pos
		w.pos = 0
	}
	if w.end > len(w.buf)/2 {
		grown := make([]byte, 2*len(w.buf))
		copy(grown, w.buf[:w.end])
		w.buf = grown
	}
	// Fill it to the brim: a value that did not fit is scanned again from its beginning, so reads must not be small.
	from := w.end
	// An error counts after the text before it has been looked at, whatever the size of the window.
	for w.end < len(w.buf) && !w.eof && w.trouble == nil {
		n, err := w.src.Read(w.buf[w.end:])
		w.end += n
		if err == io.EOF {
			w.eof = true
		} else if err != nil {
			w.trouble = w.unreadable(err)
		} else {
			w.trouble = w.check()
		}
	}
	w.hash.Write(w.buf[from:w.end])
	if from == 0 && w.base == 0 && bytes.HasPrefix(w.buf[:w.end], []byte("\xEF\xBB\xBF")) {
		w.pos = 3 // the byte order mark some editors write
	}
	if w.end > from {
		return nil
	}
	if w.trouble != nil {
		return w.trouble
	}
	return io.EOF
}

// start looks whether the text is gzipped.
func (w *window) start() error {
	w.in.Reset(&w.stored)
	head, err := w.in.Peek(2)
	if err != nil && err != io.EOF { //nolint:errorlint // the end of a text is io.EOF itself; a wrapped one is a transfer that broke off
		return w.unreadable(err)
	}
	w.src = w.in
	if !bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return nil
	}
	w.gzipped = true
	if w.gz == nil {
		w.gz, err = gzip.NewReader(w.in)
	} else {
		err = w.gz.Reset(w.in)
	}
	if err != nil {
		return w.unreadable(err)
	}
	w.src = w.gz
	return nil
}

// check holds the limits of the file.
func (w *window) check() error {
	n := w.decoded()
	if n > w.limits.File {
		return &Refusal{Kind: FileTooLarge, Offset: n, Reason: unread.Because(unread.FileTooLarge, w.limits.File)}
	}
	const harmless = 64 << 20
	if n > harmless && w.gzipped && n/w.limits.Ratio > w.stored.n {
		return &Refusal{Kind: Bomb, Offset: n, Reason: unread.Because(unread.Bomb, w.limits.Ratio, n>>20<<20)}
	}
	return nil
}

// unreadable tells errors of the source from damaged gzip.
func (w *window) unreadable(err error) error {
	at := w.decoded()
	var corrupt kflate.CorruptInputError
	var corrupt2 flate.CorruptInputError
	switch {
	case w.stored.err != nil:
		return &Refusal{Kind: Unreadable, Offset: at, Reason: unread.Failed(w.stored.err), Err: w.stored.err}
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return &Refusal{Kind: Truncated, Offset: at, Reason: unread.Because(unread.GzipCutOff), Err: err}
	case errors.Is(err, gzip.ErrChecksum):
		return &Refusal{Kind: Corrupt, Offset: at, Reason: unread.Because(unread.GzipChecksum), Err: err}
	case errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt), errors.As(err, &corrupt2):
		return &Refusal{Kind: Corrupt, Offset: at, Reason: unread.Because(unread.GzipDamaged), Err: err}
	}
	return &Refusal{Kind: Unreadable, Offset: at, Reason: unread.Because(unread.CannotDecode), Err: err}
}
