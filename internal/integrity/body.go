package integrity

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// body is one file being decoded and hashed.
type body struct {
	sum   [32]byte
	class Class // "" where it is one whole gzip stream
	says  string
	watch bool // it may hold an event that starts, stops, changes or deletes a trail
}

// errRead is an error of the place that the file is read from, as opposed to one of its content.
type errRead struct{ err error }

func (e errRead) Error() string { return e.err.Error() }
func (e errRead) Unwrap() error { return e.err }

// faulty remembers what went wrong below the decoder.
type faulty struct {
	r   io.Reader
	err error
}

func (f *faulty) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// overlap is as long as the longest of watched, so that one that lies across two reads is seen.
const overlap = 15

// watched are event names in quotes, as JSON has them.
var watched = [][]byte{[]byte(`"StopLogging"`), []byte(`"StartLogging"`), []byte(`"DeleteTrail"`), []byte(`"UpdateTrail"`)}

// decoder is the memory of one decode.
type decoder struct {
	in  *bufio.Reader
	zip *gzip.Reader
	buf []byte
}

var decoders = sync.Pool{New: func() any {
	return &decoder{in: bufio.NewReaderSize(nil, 32<<10), zip: new(gzip.Reader), buf: make([]byte, overlap+32<<10)}
}}

// decode reads one gzip stream to its end and requires that nothing follows: readers differ in what they do with a second stream,
// so a file with one is not the file that was hashed. The decoded bytes go to w, too, if there is one. An error is an errRead.
func decode(r io.Reader, limit int64, w *bytes.Buffer) (body, error) {
	d := decoders.Get().(*decoder)
	defer decoders.Put(d)
	f := &faulty{r: r}
	d.in.Reset(f)
	defer d.in.Reset(nil)
	b, err := d.decode(limit, w)
	if f.err != nil {
		return body{}, errRead{f.err}
	}
	if err != nil {
		b.class, b.says = classify(err)
	}
	return b, nil
}

func (d *decoder) decode(limit int64, w *bytes.Buffer) (b body, err error) {
	if head, err := d.in.Peek(2); err != nil || head[0] != 0x1f || head[1] != 0x8b {
		if len(head) == 0 {
			b.class, b.says = Truncated, "it is empty"
		} else {
			b.class, b.says = NotGzip, "it is not compressed with gzip"
		}
		return b, nil
	}
	if err := d.zip.Reset(d.in); err != nil {
		return b, err
	}
	d.zip.Multistream(false)
	h := sha256.New()
	var n int64
	kept := 0 // bytes of the last read before overlap
	for {
		k, err := d.zip.Read(d.buf[overlap:])
		chunk := d.buf[overlap : overlap+k]
		if n += int64(k); n > limit {
			b.class, b.says = Malformed, fmt.Sprintf("it is larger than %d MiB when decoded; CloudTrail writes no such file", limit>>20)
			return b, nil
		}
		h.Write(chunk)
		if w != nil {
			w.Write(chunk)
		}
		if !b.watch && w == nil {
			seen := d.buf[overlap-kept : overlap+k]
			for _, name := range watched {
				b.watch = b.watch || bytes.Contains(seen, name)
			}
			kept = min(overlap, len(seen))
			copy(d.buf[overlap-kept:overlap], seen[len(seen)-kept:])
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return b, err
		}
	}
	h.Sum(b.sum[:0])
	if _, err := d.in.Peek(1); err == nil {
		b.class, b.says = TrailingData, "something follows the end of its gzip stream"
	}
	return b, nil
}

func classify(err error) (Class, string) {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return Truncated, "its gzip stream ends early"
	case errors.Is(err, gzip.ErrChecksum):
		return Modified, "its gzip checksum does not fit its content"
	case errors.Is(err, gzip.ErrHeader):
		return NotGzip, "its gzip header cannot be read"
	case errors.As(err, &corrupt):
		return Modified, "its compressed data are damaged"
	}
	return Modified, "it cannot be decompressed: " + err.Error()
}
