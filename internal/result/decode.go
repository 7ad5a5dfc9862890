package result

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// maxLine is how long a row may be: far beyond the largest CloudTrail record, so that a broken file cannot fill the memory.
const maxLine = 256 << 20

// Decode reads what Encode wrote, as often as asked: open gives the lines from the beginning each time.
// It reads the lines through once to count them.
func Decode(open func() (io.ReadCloser, error)) (Set, error) {
	n, _, err := Sum(open)
	if err != nil {
		return nil, err
	}
	return Stored(open, n)
}

// Stored is Decode for a file whose number of rows is known. A file with more or fewer rows is an error at the end of All.
func Stored(open func() (io.ReadCloser, error), rows int64) (Set, error) {
	f, err := open()
	if err != nil {
		return nil, fmt.Errorf("reading a result: %w", err)
	}
	defer f.Close()
	l := lines{r: bufio.NewReaderSize(f, 1<<14)}
	cols, err := l.columns()
	if err != nil {
		return nil, err
	}
	return &stored{cols, rows, open}, nil
}

// Sum counts the rows of a result file without decoding them, and gives the SHA-256 of its lines.
func Sum(open func() (io.ReadCloser, error)) (rows int64, sum [32]byte, err error) {
	f, err := open()
	if err != nil {
		return 0, sum, fmt.Errorf("reading a result: %w", err)
	}
	defer f.Close()
	hash, buf, last := sha256.New(), make([]byte, 1<<16), byte('\n')
	for {
		n, err := f.Read(buf)
		if n > 0 {
			hash.Write(buf[:n])
			rows += int64(bytes.Count(buf[:n], []byte{'\n'}))
			last = buf[n-1]
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, sum, fmt.Errorf("reading a result: %w", err)
		}
	}
	if rows == 0 || last != '\n' {
		return 0, sum, errors.New("a result file is cut off: its last line has no end")
	}
	hash.Sum(sum[:0])
	return rows - 1, sum, nil
}

type stored struct {
	cols []Column
	n    int64
	open func() (io.ReadCloser, error)
}

func (s *stored) Columns() []Column { return s.cols }
func (s *stored) Count() int64      { return s.n }
func (s *stored) All() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		f, err := s.open()
		if err != nil {
			yield(nil, fmt.Errorf("reading a result: %w", err))
			return
		}
		defer f.Close()
		l := lines{r: bufio.NewReaderSize(f, 1<<16)}
		if _, err := l.columns(); err != nil {
			yield(nil, err)
			return
		}
		row, seen := make(Row, len(s.cols)), make(Row, len(s.cols))
		for n := int64(0); ; n++ {
			line, err := l.next()
			if err == io.EOF && n != s.n { //nolint:errorlint // the end of a text is io.EOF itself; a wrapped one is a transfer that broke off
				err = fmt.Errorf("a result has %d rows where %d were kept", n, s.n)
			}
			if err == io.EOF { //nolint:errorlint // the end of a text is io.EOF itself; a wrapped one is a transfer that broke off
				return
			}
			if err == nil {
				err = decodeRow(line, s.cols, row, seen)
			}
			if err != nil {
				yield(nil, fmt.Errorf("row %d: %w", n+1, err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// lines reads one line after another into a buffer that is used again.
type lines struct {
	r    *bufio.Reader
	long []byte
}

// next is the next line without its end, or io.EOF after the last one.
func (l *lines) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == nil {
		return line[:len(line)-1], nil
	}
	l.long = append(l.long[:0], line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(l.long) > maxLine {
			return nil, fmt.Errorf("longer than %d bytes", maxLine)
		}
		line, err = l.r.ReadSlice('\n')
		l.long = append(l.long, line...)
	}
	switch {
	case err == io.EOF && len(l.long) > 0:
		return nil, errors.New("a result file is cut off: its last line has no end")
	case err != nil:
		return nil, err
	}
	return l.long[:len(l.long)-1], nil
}

func (l *lines) columns() ([]Column, error) {
	line, err := l.next()
	if err == io.EOF { //nolint:errorlint // the end of a text is io.EOF itself; a wrapped one is a transfer that broke off
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the columns of a result: %w", err)
	}
	var h header
	if err := json.Unmarshal(line, &h); err != nil {
		return nil, fmt.Errorf("reading the columns of a result: %w", err)
	}
	for _, c := range h.Columns {
		if c.Kind == 0 {
			return nil, fmt.Errorf("reading the columns of a result: column %q has no kind", c.Name)
		}
	}
	return h.Columns, nil
}
