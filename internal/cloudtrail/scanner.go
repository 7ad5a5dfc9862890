package cloudtrail

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"trailscribe/internal/unread"
)

// scanner checks JSON text (RFC 8259) and finds where its values end, without building anything. It knows three kinds of
// text that are not strictly JSON and lets them pass as odd, because logs and their copies hold them and a record must
// not be lost for one byte: invalid UTF-8, raw control characters in strings, and \u escapes of half a surrogate pair.
//
// Positions are indexes into b. A negative position is a failure, and fault says which.
type scanner struct {
	b     []byte
	depth int // nesting allowed

	// What the values scanned since the caller cleared them contain.
	blank bool // white space outside strings
	esc   bool // a backslash
	odd   bool // text that needs repair

	fault faultKind
	at    int         // where
	what  unread.Word // what was expected there, for bad
}

type faultKind uint8

// manyElements bounds what a hostile record can make of a few bytes: {} costs two, a resource in memory eighty.
const manyElements = 100_000

const (
	sound faultKind = iota
	short           // the text ends inside a value
	bad             // not JSON
	deep            // nested deeper than depth
	many            // more elements than manyElements
)

func (s *scanner) short() int { s.fault, s.at = short, len(s.b); return -1 }
func (s *scanner) bad(i int, what unread.Word) int {
	s.fault, s.at, s.what = bad, i, what
	return -1
}

// space skips white space. It may return len(b).
func (s *scanner) space(i int) int {
	b := s.b
	if i < len(b) && b[i] > ' ' {
		return i
	}
	for ; i < len(b); i++ {
		switch b[i] {
		case ' ', '\n', '\t', '\r':
			s.blank = true
		default:
			return i
		}
	}
	return i
}

const (
	low  = 0x0101010101010101
	high = 0x8080808080808080
)

// str skips the string whose opening quote stands at i.
func (s *scanner) str(i int) int {
	b := s.b
	i++
	for {
		// Eight bytes at a time until a quote, a backslash, a control character or a byte beyond ASCII. The lowest
		// bit found is exact; bits above it may be false, and nobody looks at them.
		for i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			q, e := w^(low*'"'), w^(low*'\\')
			m := ((q-low)&^q | (e-low)&^e | (w-low*0x20)&^w | w) & high
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(b) {
			return s.short()
		}
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			if i = s.escape(i); i < 0 {
				return i
			}
		case c < 0x20:
			s.odd = true
			i++
		case c < utf8.RuneSelf:
			i++
		default:
			_, n := utf8.DecodeRune(b[i:])
			if n == 1 {
				if !utf8.FullRune(b[i:]) {
					return s.short()
				}
				s.odd = true
			}
			i += n
		}
	}
}

// escape skips the escape whose backslash stands at i.
func (s *scanner) escape(i int) int {
	b := s.b
	s.esc = true
	if i+1 >= len(b) {
		return s.short()
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
	default:
		return s.bad(i+1, unread.Escape)
	}
	r, end := s.hex(i + 2)
	if end < 0 {
		return end
	}
	if r < 0xD800 || r > 0xDFFF {
		return end
	}
	if r >= 0xDC00 {
		s.odd = true // a low half without a high one
		return end
	}
	// A high half: the low one must follow.
	if end >= len(b) {
		return s.short()
	}
	if b[end] != '\\' {
		s.odd = true
		return end
	}
	if end+1 >= len(b) {
		return s.short()
	}
	if b[end+1] != 'u' {
		s.odd = true
		return end
	}
	r, next := s.hex(end + 2)
	if next < 0 {
		return next
	}
	if r < 0xDC00 || r > 0xDFFF {
		s.odd = true
		return end // the second escape is looked at on its own
	}
	return next
}

// hex reads four hexadecimal digits.
func (s *scanner) hex(i int) (rune, int) {
	var r rune
	for j := i; j < i+4; j++ {
		if j >= len(s.b) {
			return 0, s.short()
		}
		c := s.b[j]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, s.bad(j, unread.HexDigits)
		}
		r = r<<4 | rune(c)
	}
	return r, i + 4
}

// value skips the value that begins at i (no white space before it); depth is how many containers are around it.
func (s *scanner) value(i, depth int) int {
	if i >= len(s.b) {
		return s.short()
	}
	switch s.b[i] {
	case '"':
		return s.str(i)
	case '{':
		return s.object(i, depth)
	case '[':
		return s.array(i, depth)
	case 't':
		return s.word(i, "true")
	case 'f':
		return s.word(i, "false")
	case 'n':
		return s.word(i, "null")
	}
	return s.number(i)
}

func (s *scanner) object(i, depth int) int {
	if depth >= s.depth {
		s.fault, s.at = deep, i
		return -1
	}
	i = s.space(i + 1)
	if i < len(s.b) && s.b[i] == '}' {
		return i + 1
	}
	for {
		if i = s.key(i); i < 0 {
			return i
		}
		if i = s.value(i, depth+1); i < 0 {
			return i
		}
		var more bool
		if i, more = s.after(i, '}'); !more {
			return i
		}
	}
}

func (s *scanner) array(i, depth int) int {
	if depth >= s.depth {
		s.fault, s.at = deep, i
		return -1
	}
	i = s.space(i + 1)
	if i < len(s.b) && s.b[i] == ']' {
		return i + 1
	}
	for {
		if i = s.value(i, depth+1); i < 0 {
			return i
		}
		var more bool
		if i, more = s.after(i, ']'); !more {
			return i
		}
	}
}

// key skips a key, the colon and white space, to where the value begins.
func (s *scanner) key(i int) int {
	if i = s.quoted(i); i < 0 {
		return i
	}
	return s.colon(i)
}

func (s *scanner) colon(i int) int {
	i = s.space(i)
	if i >= len(s.b) {
		return s.short()
	}
	if s.b[i] != ':' {
		return s.bad(i, unread.Colon)
	}
	return s.space(i + 1)
}

// after stands behind a value: more, at the next value or key, or not more, behind the closing bracket (or failed).
func (s *scanner) after(i int, closing byte) (next int, more bool) {
	i = s.space(i)
	if i >= len(s.b) {
		return s.short(), false
	}
	switch s.b[i] {
	case ',':
		return s.space(i + 1), true
	case closing:
		return i + 1, false
	}
	if closing == '}' {
		return s.bad(i, unread.CommaOrBrace), false
	}
	return s.bad(i, unread.CommaOrBracket), false
}

func (s *scanner) word(i int, w string) int {
	for j := range len(w) {
		if i+j >= len(s.b) {
			return s.short()
		}
		if s.b[i+j] != w[j] {
			return s.bad(i, unread.Value)
		}
	}
	return i + len(w)
}

// number skips a number. It needs the byte behind it: every number of interest stands in an object.
func (s *scanner) number(i int) int {
	b := s.b
	start := i
	if b[i] == '-' {
		i++
	}
	digits := func() bool {
		from := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > from || i >= len(b) // at the end the caller sees that it is short
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else if !digits() {
		return s.bad(start, unread.Value)
	}
	if i < len(b) && b[i] == '.' {
		i++
		if !digits() {
			return s.bad(i, unread.Digit)
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return s.bad(i, unread.Digit)
		}
	}
	if i >= len(b) {
		return s.short()
	}
	return i
}

// refusal is what a fault is to the reader of a file; base is the number of decoded bytes before b.
func (s *scanner) refusal(base int64, record int64) *Refusal {
	r := &Refusal{Record: record, Offset: base + int64(s.at)}
	switch s.fault {
	case short:
		r.Kind, r.Reason = Truncated, unread.Because(unread.CutOffRecord)
	case deep:
		r.Kind, r.Reason = TooDeep, unread.Because(unread.TooDeep, s.depth)
	case many:
		r.Kind, r.Reason = RecordTooLarge, unread.Because(unread.TooMany, manyElements)
	default:
		r.Kind, r.Reason = NotJSON, unread.Because(unread.NotJSON, s.what, r.Offset)
	}
	return r
}

// quoted skips a string that must stand at i.
func (s *scanner) quoted(i int) int {
	if i >= len(s.b) {
		return s.short()
	}
	if s.b[i] != '"' {
		return s.bad(i, unread.Key)
	}
	return s.str(i)
}
