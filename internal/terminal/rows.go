package terminal

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"trailscribe/internal/result"
)

// Formats are the values of --output.
func Formats() []string { return []string{"table", "json", "csv"} }

// Rows writes a result to Out as a table, JSON or CSV. Whatever its length, it is not held in memory.
//
// A table is for reading: of a value that is wider than 256 characters the rest is cut, which a warning says.
//
// JSON is one array of objects with the columns in order: whole numbers, numbers and truth values as such; exact decimals as texts, so that
// no digit is lost; instants as 2026-10-02T07:14:36.000Z, wall clocks without the Z, dates as 2026-10-02. Characters that a screen would
// obey or hide are escaped, which a reader of JSON undoes.
//
// CSV has a header, and empty cells for null. Cells stay as they are, for other programs to read: a cell that begins with = + - or @ is not
// changed, so a file that people open with a spreadsheet comes from --format csv of a report instead. On a screen, what it would obey or
// hide is shown as a code.
func (t *Terminal) Rows(s result.Set, format string) error {
	t.Done()
	w := bufio.NewWriterSize(t.Out, 1<<16)
	var err error
	var cut int64
	switch format {
	case "table", "":
		cut, err = t.table(w, s)
	case "json":
		err = writeJSON(w, s)
	case "csv":
		err = t.csv(w, s)
	default:
		return fmt.Errorf("there is no output format %q; allowed: %s", format, strings.Join(Formats(), ", "))
	}
	if err != nil {
		return fmt.Errorf("printing rows: %w", err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("printing rows: %w", err)
	}
	if cut > 0 {
		t.Warn(fmt.Sprintf("%s cut to %d characters, which … shows; --output json or csv prints them whole", longValues(cut), widest))
	}
	return nil
}

func longValues(n int64) string {
	if n == 1 {
		return "1 long value is"
	}
	return fmt.Sprintf("%d long values are", n)
}

// cell is the text of a value; "" for null.
func cell(k result.Kind, v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	case time.Time:
		switch k {
		case result.Date:
			return x.Format(time.DateOnly)
		case result.Local:
			return x.Format("2006-01-02 15:04:05.999")
		}
		return x.UTC().Format("2006-01-02T15:04:05.999Z")
	}
	return fmt.Sprint(v)
}

func numeric(k result.Kind) bool {
	return k == result.Int || k == result.Decimal || k == result.Float
}

func writeJSON(w *bufio.Writer, s result.Set) error {
	cols := s.Columns()
	names := make([][]byte, len(cols))
	for i, c := range cols {
		names[i] = append(jsonText(nil, c.Name), ':')
	}
	n := 0
	if err := w.WriteByte('['); err != nil {
		return err
	}
	var b []byte
	for row, err := range s.All() {
		if err != nil {
			return err
		}
		b = b[:0]
		if n++; n > 1 {
			b = append(b, ',')
		}
		b = append(b, '\n', '{')
		for i, c := range cols {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, names[i]...)
			switch v := row[i].(type) {
			case nil:
				b = append(b, "null"...)
			case int64:
				b = strconv.AppendInt(b, v, 10)
			case float64:
				f, err := json.Marshal(v)
				if err != nil {
					return err
				}
				b = append(b, f...)
			case bool:
				b = strconv.AppendBool(b, v)
			case time.Time:
				form := "2006-01-02T15:04:05.000Z"
				if c.Kind == result.Local {
					form = "2006-01-02T15:04:05.000"
				} else if c.Kind == result.Date {
					form = time.DateOnly
				}
				b = append(append(append(b, '"'), v.UTC().Format(form)...), '"')
			default:
				b = jsonText(b, cell(c.Kind, v))
			}
		}
		b = append(b, '}')
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	end := "]\n"
	if n > 0 {
		end = "\n]\n"
	}
	_, err := w.WriteString(end)
	return err
}

// jsonText writes a JSON text with everything escaped that a screen would obey or hide.
func jsonText(b []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	escape := func(u rune) {
		b = append(b, '\\', 'u', hexDigits[u>>12&15], hexDigits[u>>8&15], hexDigits[u>>4&15], hexDigits[u&15])
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == utf8.RuneError && n == 1: // no UTF-8: JSON cannot hold the byte
			b = append(b, `\ufffd`...)
		case r < 0x20 || r >= 0x7f && (unicode.IsControl(r) || !unicode.IsGraphic(r)) || altered(s[i:i+n]):
			if r > 0xffff {
				r -= 0x10000
				escape(0xd800 + r>>10)
				escape(0xdc00 + r&0x3ff)
			} else {
				escape(r)
			}
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return append(b, '"')
}

func altered(s string) bool {
	if len(s) == 1 {
		return false
	}
	_, n := result.Visible(s)
	return n > 0
}

func (t *Terminal) csv(w io.Writer, s result.Set) error {
	cols := s.Columns()
	cw := csv.NewWriter(w)
	line := make([]string, len(cols))
	for i, c := range cols {
		line[i] = c.Name
	}
	show := func() {
		if t.outLive {
			for i := range line {
				line[i] = safe(line[i])
			}
		}
	}
	show()
	if err := cw.Write(line); err != nil {
		return err
	}
	for row, err := range s.All() {
		if err != nil {
			return err
		}
		for i, c := range cols {
			line[i] = cell(c.Kind, row[i])
		}
		show()
		if err := cw.Write(line); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}
