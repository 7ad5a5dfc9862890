package athena

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// csvReader reads the object that Athena writes for a query's results. Every value stands in quotes and nothing at all is
// NULL; readers that take both for an empty text lose the difference, and with a single column whole rows.
type csvReader struct {
	r    *bufio.Reader
	line int
}

func newCSV(r io.Reader) *csvReader { return &csvReader{r: bufio.NewReaderSize(r, 1<<16)} }

// mostCell is the most bytes of one row: Athena refuses longer ones itself.
const mostCell = 64 << 20

// read gives the next row, io.EOF after the last. A value without quotes is taken as it stands.
func (c *csvReader) read(cells []*string) ([]*string, error) {
	cells = cells[:0]
	c.line++
	for first := true; ; first = false {
		b, err := c.r.ReadByte()
		if errors.Is(err, io.EOF) && first {
			return nil, io.EOF
		}
		if errors.Is(err, io.EOF) {
			return nil, c.broken("it ends within a row")
		}
		if err != nil {
			return nil, err
		}
		switch b {
		case '\n':
			return append(cells, nil), nil
		case ',':
			cells = append(cells, nil)
			continue
		}
		var s string
		var next byte
		if b == '"' {
			s, next, err = c.quoted()
		} else {
			s, next, err = c.bare(b)
		}
		if err != nil {
			return nil, err
		}
		cells = append(cells, &s)
		if next == '\n' {
			return cells, nil
		}
	}
}

// quoted reads up to the closing quote and the character behind it; two quotes are one of the text.
func (c *csvReader) quoted() (string, byte, error) {
	var out []byte
	for {
		part, err := c.r.ReadSlice('"')
		out = append(out, part...)
		if len(out) > mostCell {
			return "", 0, c.broken("a value is too long")
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) {
			return "", 0, c.broken("a quote is not closed")
		}
		if err != nil {
			return "", 0, err
		}
		b, err := c.r.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return "", 0, c.broken("the last row has no end")
		case err != nil:
			return "", 0, err
		case b == '"':
			continue // the quote that ReadSlice took stays
		case b == ',' || b == '\n':
			return string(out[:len(out)-1]), b, nil
		}
		return "", 0, c.broken("a comma is missing behind a quote")
	}
}

func (c *csvReader) bare(b byte) (string, byte, error) {
	out := []byte{b}
	for {
		b, err := c.r.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return "", 0, c.broken("the last row has no end")
		case err != nil:
			return "", 0, err
		case b == ',' || b == '\n':
			return string(out), b, nil
		}
		if out = append(out, b); len(out) > mostCell {
			return "", 0, c.broken("a value is too long")
		}
	}
}

func (c *csvReader) broken(why string) error {
	return fmt.Errorf("the results object is broken at row %d: %s", c.line, why)
}
