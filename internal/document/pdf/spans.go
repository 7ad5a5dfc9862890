package pdf

import (
	"slices"
	"strings"
	"unicode"

	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// span is a piece of a line that leads to one place; to is nil for what stands between links.
type span struct {
	text string
	to   *place
}

// linked reports whether one of the links leads somewhere in this file.
func (l *flow) linked(links []document.Link) bool {
	for _, k := range links {
		if l.places[k.Ref] != nil {
			return true
		}
	}
	return false
}

// spans cuts the lines of a text where its links begin and end. Lines differ from the text in spaces alone, so that all but these are
// counted; a link that goes on on the next line is one span on each.
func (l *flow) spans(lines []string, s string, links []document.Link) [][]span {
	type stretch struct {
		from, to int // of the runes of the text that are not spaces
		place    *place
	}
	var all []stretch
	at := 0
	for _, k := range links {
		word, _ := l.clean(k.Text)
		i := strings.Index(s[at:], word)
		if i < 0 { // another language may have the parts in another order
			at, i = 0, strings.Index(s, word)
		}
		if i < 0 || word == "" {
			continue
		}
		from := solid(s[:at+i])
		if p := l.places[k.Ref]; p != nil {
			all = append(all, stretch{from, from + solid(word), p})
		}
		at += i + len(word)
	}
	slices.SortStableFunc(all, func(a, b stretch) int { return a.from - b.from })
	out := make([][]span, len(lines))
	n := 0
	for i, line := range lines {
		start := 0
		var now *place
		for j, r := range line {
			if unicode.IsSpace(r) {
				continue
			}
			for len(all) > 0 && n >= all[0].to {
				all = all[1:]
			}
			var p *place
			if len(all) > 0 && n >= all[0].from {
				p = all[0].place
			}
			if p != now && j > start {
				out[i] = append(out[i], span{line[start:j], now})
				start = j
			}
			now = p
			n++
		}
		if start < len(line) || len(line) == 0 {
			out[i] = append(out[i], span{line[start:], now})
		}
	}
	return out
}

// solid is the number of runes that are not spaces.
func solid(s string) (n int) {
	for _, r := range s {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// putSpans sets a line of spans, each in an element of its own, so that every link has its own text.
func (l *flow) putSpans(id faceID, size float64, c style.RGB, x, y float64, line []span) {
	for _, s := range line {
		outer := l.begin(tagSpan)
		color := c
		if s.to != nil {
			color = l.palette["accent"]
			l.linkTo(x, y-size*0.37, l.inked(id, size, s.text), size*0.47, s.to)
		}
		x += l.put(id, size, color, x, y, s.text)
		l.end(outer)
	}
}
