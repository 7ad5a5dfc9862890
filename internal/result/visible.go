package result

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible is s as a reader may see it: every character that hides, reorders or breaks text is shown as a code, and
// altered counts how many were. Control characters and bytes that are not UTF-8 become \x1b, all others [U+202E]:
// C1 controls, bidi controls, zero-width and other invisible characters, the byte order mark, line and paragraph
// separators, noncharacters, private use characters, and U+FFFD, which stands where a lone surrogate was.
// Line feed and tab stay and are not counted: every format can show them, and log values hold indented JSON.
// Emoji presentation selectors (U+FE0E, U+FE0F) stay too.
//
// The form is for reading, not for reading back: a value may itself hold the text \x1b. The result file has the bytes.
func Visible(s string) (shown string, altered int) {
	i := 0
	for i < len(s) && (s[i] >= 0x20 && s[i] < 0x7f || s[i] == '\n' || s[i] == '\t') {
		i++
	}
	if i == len(s) {
		return s, 0
	}
	var b strings.Builder
	b.WriteString(s[:i])
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1, r < 0x20 && r != '\n' && r != '\t', r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, s[i])
			altered++
		case hidden(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
			altered++
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	if altered == 0 {
		return s, 0
	}
	return b.String(), altered
}

// hidden reports whether a reader cannot see r, or sees it do something to the text around it.
func hidden(r rune) bool {
	switch {
	case r < 0x80:
		return false
	case r < 0xa0: // C1
		return true
	case r == 0xfe0e, r == 0xfe0f:
		return false
	case r == 0xfffd, r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point,
		unicode.Variation_Selector) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r) // Arabic number signs and the like have a shape of their own
}
