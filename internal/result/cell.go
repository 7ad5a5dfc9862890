package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

var errSyntax = errors.New("not an array with one cell per column")

// decodeRow reads a line into row. seen holds each column's last value that was not null: an equal cell is given the
// same value again, which saves most allocations, because log columns repeat.
func decodeRow(b []byte, cols []Column, row, seen Row) error {
	if len(b) < 2 || b[0] != '[' || b[len(b)-1] != ']' {
		return errSyntax
	}
	b = b[1:]
	for i := range cols {
		if i > 0 {
			if b[0] != ',' {
				return errSyntax
			}
			b = b[1:]
		}
		if len(b) > 4 && string(b[:4]) == "null" {
			row[i], b = nil, b[4:]
			continue
		}
		v, rest, err := decodeCell(b, cols[i].Kind, seen[i])
		if err == nil && len(rest) == 0 {
			err = errSyntax
		}
		if err != nil {
			return fmt.Errorf("column %q: %w", cols[i].Name, err)
		}
		row[i], seen[i], b = v, v, rest
	}
	if len(b) != 1 || b[0] != ']' {
		return errSyntax
	}
	return nil
}

func decodeCell(b []byte, k Kind, last any) (v any, rest []byte, err error) {
	switch k {
	case Text, Decimal:
		text, escaped, rest, err := quoted(b)
		if err != nil {
			return nil, nil, err
		}
		if !escaped {
			if s, ok := last.(string); ok && s == string(text) {
				return last, rest, nil
			}
		} else if text, err = unescape(text); err != nil {
			return nil, nil, err
		}
		s := string(text)
		if k == Decimal && !decimal(s) {
			return nil, nil, fmt.Errorf("%.40q is not a decimal", s)
		}
		return s, rest, nil
	case Int:
		n := numberLen(b)
		i, err := parseInt(b[:n])
		if err != nil {
			return nil, nil, err
		}
		if l, ok := last.(int64); ok && l == i {
			return last, b[n:], nil
		}
		return i, b[n:], nil
	case Float:
		n := numberLen(b)
		if !json.Valid(b[:n]) { // ParseFloat takes hexadecimal, Inf and underscores
			return nil, nil, fmt.Errorf("%.40q is not a number", b[:n])
		}
		f, err := strconv.ParseFloat(string(b[:n]), 64)
		if err != nil {
			return nil, nil, fmt.Errorf("%.40q is not a finite number", b[:n])
		}
		return f, b[n:], nil
	case Bool:
		if bytes.HasPrefix(b, []byte("true")) {
			return true, b[4:], nil
		}
		if bytes.HasPrefix(b, []byte("false")) {
			return false, b[5:], nil
		}
		return nil, nil, errors.New("no truth value")
	}
	text, escaped, rest, err := quoted(b)
	if err != nil {
		return nil, nil, err
	}
	t, ok := parseTime(text, k)
	if !ok || escaped {
		return nil, nil, fmt.Errorf("%.40q is not of the kind %s", text, k)
	}
	if l, ok := last.(time.Time); ok && l.Equal(t) {
		return last, rest, nil
	}
	return t, rest, nil
}

// numberLen is how many bytes at the beginning of b can belong to a number.
func numberLen(b []byte) (n int) {
	for n < len(b) && b[n] != ',' && b[n] != ']' {
		n++
	}
	return n
}

func parseInt(b []byte) (int64, error) {
	digits := b
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		digits = b[1:]
	}
	if len(digits) == 0 || len(digits) > 19 || len(digits) > 1 && digits[0] == '0' || neg && digits[0] == '0' {
		return 0, fmt.Errorf("%.40q is not a whole number", b)
	}
	var u uint64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%.40q is not a whole number", b)
		}
		u = u*10 + uint64(c-'0')
	}
	switch {
	case neg && u <= 1<<63:
		return -int64(u), nil
	case !neg && u <= math.MaxInt64:
		return int64(u), nil
	}
	return 0, fmt.Errorf("%.40q is beyond 64 bits", b)
}

// quoted is the inside of the string at the beginning of b, and what follows it.
func quoted(b []byte) (text []byte, escaped bool, rest []byte, err error) {
	if len(b) == 0 || b[0] != '"' {
		return nil, false, nil, errors.New("no string")
	}
	for i := 1; i < len(b); i++ {
		c := b[i]
		if plain[c] {
			continue
		}
		switch {
		case c == '"':
			text = b[1:i]
			if !utf8.Valid(text) {
				return nil, false, nil, errors.New("a string that is not UTF-8")
			}
			return text, escaped, b[i+1:], nil
		case c == '\\':
			escaped = true
			i++
		case c < 0x20:
			return nil, false, nil, fmt.Errorf("control character %#02x in a string", c)
		}
	}
	return nil, false, nil, errors.New("a string without an end")
}

func unescape(s []byte) ([]byte, error) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		if i++; i == len(s) {
			return nil, errors.New("a string that ends in a backslash")
		}
		switch c := s[i]; c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, ok := hex4(s[i+1:])
			if !ok {
				return nil, errors.New(`\u without four hexadecimal digits`)
			}
			i += 4
			if r >= 0xd800 && r < 0xdc00 && i+2 < len(s) && s[i+1] == '\\' && s[i+2] == 'u' {
				if low, ok := hex4(s[i+3:]); ok && low >= 0xdc00 && low < 0xe000 {
					r = 0x10000 + (r-0xd800)<<10 + (low - 0xdc00)
					i += 6
				}
			}
			switch {
			case r >= 0xdc80 && r <= 0xdcff: // a byte that was not UTF-8
				out = append(out, byte(r))
			default:
				out = utf8.AppendRune(out, r) // any other lone surrogate becomes U+FFFD
			}
		default:
			return nil, fmt.Errorf("unknown escape \\%c", c)
		}
	}
	return out, nil
}

func hex4(s []byte) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for _, c := range s[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// parseTime reads exactly the form that Encode writes for k.
func parseTime(b []byte, k Kind) (time.Time, bool) {
	want := len(instantForm)
	switch k {
	case Local:
		want = len(localForm)
	case Date:
		want = len(dateForm)
	}
	if len(b) != want || b[4] != '-' || b[7] != '-' {
		return time.Time{}, false
	}
	y, ok1 := digits(b[0:4])
	m, ok2 := digits(b[5:7])
	d, ok3 := digits(b[8:10])
	if !ok1 || !ok2 || !ok3 || m < 1 || m > 12 {
		return time.Time{}, false
	}
	var hh, mm, ss, ms int
	if k != Date {
		var ok4, ok5, ok6, ok7 bool
		hh, ok4 = digits(b[11:13])
		mm, ok5 = digits(b[14:16])
		ss, ok6 = digits(b[17:19])
		ms, ok7 = digits(b[20:23])
		if !ok4 || !ok5 || !ok6 || !ok7 || hh > 23 || mm > 59 || ss > 59 ||
			b[10] != 'T' || b[13] != ':' || b[16] != ':' || b[19] != '.' || k == Instant && b[23] != 'Z' {
			return time.Time{}, false
		}
	}
	t := time.Date(y, time.Month(m), d, hh, mm, ss, ms*int(time.Millisecond), time.UTC)
	return t, t.Day() == d // 31 February is none
}

func digits(b []byte) (n int, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
