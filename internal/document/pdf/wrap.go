package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Marks that may not begin or end a line in Chinese and Japanese text (the usual kinsoku sets), and in Latin text.
const (
	noStart = "，。、；：？！）】》」』〉〕”’…‥％‰℃・ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.;:?!)]}%»"
	noEnd   = "（【《「『〈〔“‘([{«"
)

// ideographic tells whether a line may be broken on either side of r.
func ideographic(r rune) bool {
	return r >= 0x2E80 && r <= 0x9FFF || r >= 0xAC00 && r <= 0xD7A3 || r >= 0xF900 && r <= 0xFAFF || r >= 0xFF00 && r <= 0xFFEF
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

// breakable says whether a line may end between a and b, where before is how many runes stand on the line up to a.
func breakable(a, b rune, before int) bool {
	switch {
	case b == ' ':
		return false
	case a == ' ':
		return true
	case b >= 0x300 && unicode.Is(unicode.Mn, b):
		return false
	case ideographic(a) || ideographic(b):
		return !strings.ContainsRune(noStart, b) && !strings.ContainsRune(noEnd, a)
	case before < 3 || strings.ContainsRune(noStart, b):
		return false
	}
	switch a {
	case '/', '_', '@', '=', '&', '?', '|', ';':
		return true
	case '-', ':', '.', ',', '–':
		return !(digit(a) || digit(b)) || a == '-' && !digit(b)
	}
	return false
}

// wrap breaks s into lines of at most width millimetres. It breaks at spaces, after the punctuation of paths and ARNs, between ideographs,
// else anywhere. It loses no rune but the spaces at which it breaks and those at the end of a line.
func (fs *faces) wrap(id faceID, size float64, s string, width float64) []string {
	limit := int32(width * perMM / set(id, size) * 1000)
	if strings.IndexByte(s, '\n') < 0 && fs.fits(id, s, limit) {
		return []string{s}
	}
	var out []string
	for para := range strings.SplitSeq(s, "\n") {
		out = fs.breakLines(out, id, para, limit)
	}
	return out
}

// fits tells whether s is at most limit wide; it stops at the first rune that is too much.
func (fs *faces) fits(id faceID, s string, limit int32) bool {
	var w int32
	for _, r := range s {
		_, a := fs.pick(id, r)
		if w += a; w > limit {
			return false
		}
	}
	return true
}

func (fs *faces) breakLines(out []string, id faceID, s string, limit int32) []string {
	start, w, runes := 0, int32(0), 0
	space, mark := 0, 0 // byte offsets of the last chances on this line: after a space, after something else
	spaceW := int32(0)  // width of the line up to the space
	flush := func(end int) {
		out = append(out, strings.TrimRight(s[start:end], " "))
		start = end
		for start < len(s) && s[start] == ' ' {
			start++
		}
		w, runes, space, mark, spaceW = 0, 0, start, start, 0
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		_, a := fs.pick(id, r)
		if w+a > limit && r != ' ' && i > start {
			cut := max(space, mark)
			if space > start && spaceW*10 >= limit*7 { // a line broken at a space reads better, if it is not too short
				cut = space
			}
			if cut <= start {
				cut = i
			}
			flush(cut)
			i = start
			continue
		}
		w += a
		runes++
		i += n
		if i < len(s) {
			next, _ := utf8.DecodeRuneInString(s[i:])
			if breakable(r, next, runes) {
				if r == ' ' {
					space, spaceW = i, w
				} else {
					mark = i
				}
			}
		}
	}
	return append(out, strings.TrimRight(s[start:], " "))
}

// token is the width of the widest part of s that wrap would not break of its own accord.
func (fs *faces) token(id faceID, size float64, s string) float64 {
	var widest, w int32
	runes := 0
	for i, r := range s {
		_, a := fs.pick(id, r)
		if r == ' ' || r == '\n' {
			w, runes = 0, 0
			continue
		}
		w += a
		runes++
		widest = max(widest, w)
		_, own := utf8.DecodeRuneInString(s[i:])
		if next, n := utf8.DecodeRuneInString(s[i+own:]); n > 0 && breakable(r, next, runes) {
			w = 0
		}
	}
	return float64(widest) / 1000 * set(id, size) / perMM
}

// hard breaks s at the width and nowhere else, keeping every space: for query texts.
func (fs *faces) hard(id faceID, size float64, s string, width float64) []string {
	limit := int32(width * perMM / set(id, size) * 1000)
	var out []string
	start, w := 0, int32(0)
	for i, r := range s {
		_, a := fs.pick(id, r)
		if w+a > limit && i > start {
			out = append(out, s[start:i])
			start, w = i, 0
		}
		w += a
	}
	return append(out, s[start:])
}

// cut is s shortened to one line of width, with an ellipsis where something was left out: only for running headers, whose full text stands elsewhere.
func (fs *faces) cut(id faceID, size float64, s string, width float64) string {
	limit := int32(width * perMM / set(id, size) * 1000)
	if fs.fits(id, s, limit) {
		return s
	}
	_, dots := fs.pick(id, '…')
	w := dots
	for i, r := range s {
		_, a := fs.pick(id, r)
		if w+a > limit {
			return strings.TrimRight(s[:i], " ·") + "…"
		}
		w += a
	}
	return s
}
