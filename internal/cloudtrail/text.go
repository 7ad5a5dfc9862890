package cloudtrail

import "unicode/utf8"

const hexDigits = "0123456789abcdef"

// unquote appends the text of a JSON string (s without its quotes, already scanned). Invalid UTF-8 and half surrogate
// pairs become U+FFFD, as Java's and Go's decoders do it.
func unquote(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			_, n := utf8.DecodeRune(s[i:])
			if n == 1 {
				dst = append(dst, "\uFFFD"...)
			} else {
				dst = append(dst, s[i:i+n]...)
			}
			i += n
			continue
		}
		if c != '\\' {
			dst = append(dst, c)
			i++
			continue
		}
		switch s[i+1] {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, n := codepoint(s[i:])
			dst = utf8.AppendRune(dst, r) // half a pair becomes U+FFFD
			i += n
			continue
		default:
			dst = append(dst, s[i+1])
		}
		i += 2
	}
	return dst
}

// codepoint reads the \u escape (or pair of them) s begins with; half a pair is returned as it is.
func codepoint(s []byte) (rune, int) {
	r := hex4(s[2:])
	if r >= 0xD800 && r < 0xDC00 && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if l := hex4(s[8:]); l >= 0xDC00 && l <= 0xDFFF {
			return (r-0xD800)<<10 | (l - 0xDC00) + 0x10000, 12
		}
	}
	return r, 6
}

func hex4(s []byte) (r rune) {
	for _, c := range s[:4] {
		switch {
		case c <= '9':
			c -= '0'
		case c >= 'a':
			c -= 'a' - 10
		default:
			c -= 'A' - 10
		}
		r = r<<4 | rune(c)
	}
	return r
}

// compact appends JSON (already scanned) without white space between its parts, and with odd text put right: what
// comes out is strict JSON. Numbers and escapes stay as they were written.
func compact(dst, v []byte) []byte {
	for i := 0; i < len(v); {
		c := v[i]
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
		case c != '"':
			dst = append(dst, c)
			i++
		default:
			dst, i = compactString(dst, v, i)
		}
	}
	return dst
}

func compactString(dst, v []byte, i int) ([]byte, int) {
	dst = append(dst, '"')
	i++
	for {
		c := v[i]
		switch {
		case c == '"':
			return append(dst, '"'), i + 1
		case c == '\\' && v[i+1] == 'u':
			r, n := codepoint(v[i:])
			if r >= 0xD800 && r <= 0xDFFF {
				dst = append(dst, `\ufffd`...)
			} else {
				dst = append(dst, v[i:i+n]...)
			}
			i += n
		case c == '\\':
			dst = append(dst, c, v[i+1])
			i += 2
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			i++
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			_, n := utf8.DecodeRune(v[i:])
			if n == 1 {
				dst = append(dst, "\uFFFD"...)
			} else {
				dst = append(dst, v[i:i+n]...)
			}
			i += n
		}
	}
}

// quote appends text as a JSON string.
func quote(dst []byte, s []byte) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
			i++
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			i++
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			_, n := utf8.DecodeRune(s[i:])
			if n == 1 {
				dst = append(dst, "\uFFFD"...)
			} else {
				dst = append(dst, s[i:i+n]...)
			}
			i += n
		}
	}
	return append(dst, '"')
}
