package result

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"iter"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// The file of a result is JSON lines. Line 1 is {"columns":[{"name":"event_time","kind":"instant"},…]}; each further
// line is a row: an array with one cell per column, in their order. An empty cell is null; Text and Decimal are strings,
// Int and Float numbers, Instant "2026-10-02T07:14:36.000Z", Local the same without Z, Date "2026-10-02".
// The same rows always give the same bytes. A byte of a text that is not UTF-8 is written as a lone surrogate, \udc80 to
// \udcff, so that nothing is lost and the line is still JSON (Python's surrogateescape is the same).

// The forms of the three kinds of time, always to the millisecond.
const (
	instantForm = "2006-01-02T15:04:05.000Z"
	localForm   = "2006-01-02T15:04:05.000"
	dateForm    = "2006-01-02"
)

// Encode writes cols and rows to w; n counts the rows and sum is the SHA-256 of all lines. Times are cut to the
// millisecond, which is what both engines keep. It stops at the first error of rows, of w, or of a cell that is not what its column's kind
// says.
func Encode(w io.Writer, cols []Column, rows iter.Seq2[Row, error]) (n int64, sum [32]byte, err error) {
	e := NewEncoder(w, cols)
	for row, err := range rows {
		if err == nil {
			err = e.Add(row)
		}
		if err != nil {
			return e.n, sum, err
		}
	}
	return e.Close()
}

// Encoder writes a result file row by row, for a caller that is handed its rows.
type Encoder struct {
	cols []Column
	out  *bufio.Writer
	hash hash.Hash
	line []byte
	n    int64
	err  error
}

// NewEncoder writes the columns to w. An error of w is given by Add or Close.
func NewEncoder(w io.Writer, cols []Column) *Encoder {
	e := &Encoder{cols: cols, hash: sha256.New()}
	e.out = bufio.NewWriterSize(io.MultiWriter(w, e.hash), 1<<16)
	head, err := json.Marshal(header{append([]Column{}, cols...)})
	if err == nil {
		_, err = e.out.Write(append(head, '\n'))
	}
	if err != nil {
		e.err = fmt.Errorf("writing the columns of a result: %w", err)
	}
	return e
}

// Add writes a row.
func (e *Encoder) Add(row Row) error {
	if e.err != nil {
		return e.err
	}
	if len(row) != len(e.cols) {
		return fmt.Errorf("row %d has %d cells, its result has %d columns", e.n+1, len(row), len(e.cols))
	}
	e.line = append(e.line[:0], '[')
	for i, v := range row {
		if i > 0 {
			e.line = append(e.line, ',')
		}
		var ok bool
		if e.line, ok = appendCell(e.line, e.cols[i].Kind, v); !ok {
			return fmt.Errorf("row %d: column %q: %T %.40q is not of the type %s", e.n+1, e.cols[i].Name, v, fmt.Sprint(v), e.cols[i].Kind)
		}
	}
	if _, err := e.out.Write(append(e.line, ']', '\n')); err != nil {
		e.err = fmt.Errorf("writing row %d: %w", e.n+1, err)
		return e.err
	}
	e.n++
	return nil
}

// Close writes what is left and gives the number of rows and the SHA-256 of all lines. It does not close the writer below.
func (e *Encoder) Close() (n int64, sum [32]byte, err error) {
	if e.err == nil {
		if err := e.out.Flush(); err != nil {
			e.err = fmt.Errorf("writing a result: %w", err)
		}
	}
	e.hash.Sum(sum[:0])
	return e.n, sum, e.err
}

type header struct {
	Columns []Column `json:"columns"`
}

// AppendCell appends v as a cell of the result file; false where v is not what k says.
func AppendCell(b []byte, k Kind, v any) ([]byte, bool) { return appendCell(b, k, v) }

func appendCell(b []byte, k Kind, v any) ([]byte, bool) {
	if v == nil {
		return append(b, "null"...), true
	}
	switch k {
	case Text:
		if s, ok := v.(string); ok {
			return appendText(b, s), true
		}
	case Decimal:
		if s, ok := v.(string); ok && decimal(s) {
			return append(append(append(b, '"'), s...), '"'), true
		}
	case Int:
		if i, ok := v.(int64); ok {
			return strconv.AppendInt(b, i, 10), true
		}
	case Float:
		if f, ok := v.(float64); ok && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return appendFloat(b, f), true
		}
	case Bool:
		if t, ok := v.(bool); ok {
			return strconv.AppendBool(b, t), true
		}
	case Instant, Local, Date:
		if t, ok := v.(time.Time); ok {
			t = t.UTC()
			if y := t.Year(); y < 0 || y > 9999 {
				return b, false
			}
			form := instantForm
			switch {
			case k == Local:
				form = localForm
			case k == Date && t.Equal(t.Truncate(24*time.Hour)):
				form = dateForm
			case k == Date:
				return b, false
			}
			return append(t.AppendFormat(append(b, '"'), form), '"'), true
		}
	}
	return b, false
}

// appendFloat writes the shortest number that reads back as f, in the form of ECMAScript and encoding/json.
func appendFloat(b []byte, f float64) []byte {
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// decimal reports whether s is an exact number: digits with an optional sign and one point between digits.
func decimal(s string) bool {
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	point := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
		case c == '.' && !point && i > 0 && i < len(s)-1:
			point = true
		default:
			return false
		}
	}
	return s != ""
}

const hexDigits = "0123456789abcdef"

// plain marks the bytes that stand in a JSON string as they are.
var plain = func() (p [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		p[c] = c != '"' && c != '\\'
	}
	return p
}()

func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			if r, n := utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			page := "\\u00"
			if c >= utf8.RuneSelf {
				page = "\\udc"
			}
			b = append(append(b, page...), hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(b, s[from:]...), '"')
}
