package pdf

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain reports whether s is printable ASCII, which every face has.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7E {
			return false
		}
	}
	return true
}

// hidden are runes that print nothing or change what stands next to them, although fonts may have a glyph for them.
func hidden(r rune) bool {
	switch {
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Cc, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r), unicode.Is(unicode.Cs, r),
		unicode.Is(unicode.Co, r):
		return true
	case r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x034F, r == 0x17B4, r == 0x17B5, r >= 0x180B && r <= 0x180F,
		r >= 0xFE00 && r <= 0xFE0F:
		return true
	case r >= 0xFFF0 && r <= 0xFFFC, r&0xFFFE == 0xFFFE:
		return true
	}
	return false
}

// clean is s with every rune that cannot be seen on paper shown as a code: \x01 for a byte, [U+1F600] for a rune.
// Line breaks stay, tabs are four spaces; codes counts what was replaced. What is returned has a glyph for every rune.
func (fs *faces) clean(s string) (shown string, codes int) {
	if plain(s) {
		return s, 0
	}
	ok := true
	for i := 0; ok && i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		ok = !(r == utf8.RuneError && n == 1) && (r == '\n' || !hidden(r) && fs.has(r))
		i += n
	}
	if ok {
		return s, 0
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
			codes++
		case r == '\n':
			b.WriteByte('\n')
		case r == '\t': // space like any other: as wide as it needs to be seen
			b.WriteString("    ")
		case r < 0x20 || r == 0x7F:
			fmt.Fprintf(&b, `\x%02x`, r)
			codes++
		case hidden(r) || !fs.has(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
			codes++
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String(), codes
}

// line is clean for a place that has only one line: line breaks are spaces.
func (fs *faces) line(s string) string {
	s, _ = fs.clean(s)
	if strings.IndexByte(s, '\n') >= 0 {
		s = strings.ReplaceAll(s, "\n", " ")
	}
	return s
}
