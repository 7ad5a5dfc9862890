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

// ideographic reports whether a line may be broken on either side of r.
func ideographic(r rune) bool {
	return r >= 0x2E80 && r <= 0x9FFF || r >= 0xAC00 && r <= 0xD7A3 || r >= 0xF900 && r <= 0xFAFF || r >= 0xFF00 && r <= 0xFFEF
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

func lower(r rune) bool { return r >= 'a' && r <= 'z' }

func upper(r rune) bool { return r >= 'A' && r <= 'Z' }

// breakable says whether a line may end between a and b; p stands before a, and before is how many runes are on the line up to a.
func breakable(p, a, b rune, before int) bool {
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
	case '/', '@', '=', '&', '?', '|', ';':
		return true
	case '-', '_', ':', '.', ',', '–':
		return !(digit(p) && digit(b)) && !(a == '-' && upper(p) && digit(b)) // not inside 1,284, 12:30, 2026-10-02 or SHA-256
	}
	return false
}

// wrap breaks s into lines of at most width millimetres. It breaks at spaces, after the punctuation of paths and ARNs, between ideographs,
// else anywhere. It loses no rune but all but one of the spaces at which it breaks, and those at the end of a paragraph.
func (fs *faces) wrap(id faceID, size float64, s string, width float64) []string {
	limit := int32(width * perMM / set(id, size) * 1000)
	if strings.IndexByte(s, '\n') < 0 && fs.fits(id, s, limit) {
		return []string{s}
	}
	var out []string
	for para := range strings.SplitSeq(s, "\n") {
		if n := len(out); n > 0 && !strings.HasSuffix(out[n-1], " ") {
			out[n-1] += " "
		}
		out = fs.breakLines(out, id, para, limit)
	}
	return out
}

// fits reports whether s is at most limit wide; it stops at the first rune that is too much.
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

// chance is the last place on a line where it may be broken, of one kind.
type chance struct {
	at    int   // byte offset
	width int32 // of the line up to there
}

// kinds of chances, the best first. A line broken at a better one reads better, if it is not too short.
const (
	atSpace   = iota // after a space, between ideographs
	atMark           // after the separators of paths, ARNs and addresses
	atHyphen         // after a hyphen, an underscore, a full stop
	atCapital        // between the words of AuthorizeSecurityGroupIngress; no column is made narrower for it
	chanceKinds
)

func kindOf(r, next rune) int {
	switch {
	case r == ' ' || ideographic(r) || ideographic(next):
		return atSpace
	case r == '-' || r == '_' || r == '.' || r == ',' || r == '–':
		return atHyphen
	}
	return atMark
}

// least share of the width that a line must have for a chance of a kind to be taken before a later one of another kind, in tenths.
var leastFull = [chanceKinds]int32{7, 5, 5, 5}

func (fs *faces) breakLines(out []string, id faceID, s string, limit int32) []string {
	start, w, runes := 0, int32(0), 0
	var chances [chanceKinds]chance
	before := ' '
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		_, a := fs.pick(id, r)
		if w+a > limit && r != ' ' && i > start {
			cut := 0
			for k, c := range chances {
				if c.at > start && c.width*10 >= limit*leastFull[k] {
					cut = c.at
					break
				}
			}
			if cut == 0 {
				for _, c := range chances {
					cut = max(cut, c.at)
				}
			}
			if cut <= start {
				cut = i
			}
			line := strings.TrimRight(s[start:cut], " ")
			if len(line) < cut-start {
				line = s[start : start+len(line)+1] // one space stays, unseen: who copies the text finds words apart
			}
			out = append(out, line)
			start = cut
			for start < len(s) && s[start] == ' ' {
				start++
			}
			i, w, runes, chances = start, 0, 0, [chanceKinds]chance{}
			continue
		}
		w += a
		runes++
		i += n
		if i < len(s) {
			next, _ := utf8.DecodeRuneInString(s[i:])
			switch {
			case breakable(before, r, next, runes):
				chances[kindOf(r, next)] = chance{i, w}
			case lower(before) && lower(r) && upper(next):
				chances[atCapital] = chance{i, w}
			}
		}
		before = r
	}
	return append(out, strings.TrimRight(s[start:], " "))
}

// token is the width of the widest part of s that wrap would not break of its own accord.
func (fs *faces) token(id faceID, size float64, s string) float64 {
	var widest, w int32
	runes, before := 0, ' '
	for i, r := range s {
		_, a := fs.pick(id, r)
		if r == ' ' || r == '\n' {
			w, runes, before = 0, 0, r
			continue
		}
		w += a
		runes++
		widest = max(widest, w)
		_, own := utf8.DecodeRuneInString(s[i:])
		if next, n := utf8.DecodeRuneInString(s[i+own:]); n > 0 && breakable(before, r, next, runes) {
			w = 0
		}
		before = r
	}
	return float64(widest) / 1000 * set(id, size) / perMM
}

// hard breaks s at the width, after a space if there is one near, keeping every space: for query texts.
func (fs *faces) hard(id faceID, size float64, s string, width float64) []string {
	limit := int32(width * perMM / set(id, size) * 1000)
	var out []string
	start, w := 0, int32(0)
	space, spaceW := 0, int32(0)
	for i, r := range s {
		_, a := fs.pick(id, r)
		for w+a > limit && i > start { // what follows the space can be too wide as well
			cut := i
			if space > start && spaceW*10 >= limit*7 {
				cut, w = space, w-spaceW
			} else {
				w = 0
			}
			out = append(out, s[start:cut])
			start = cut
		}
		w += a
		if r == ' ' {
			space, spaceW = i+1, w
		}
	}
	return append(out, s[start:])
}

// cut is s shortened to one line of width, with an ellipsis where something was left out: only for running headers, whose full text
// stands elsewhere.
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
