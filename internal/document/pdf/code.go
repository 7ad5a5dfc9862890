package pdf

import (
	"strconv"
	"strings"

	"trailscribe/internal/document"
)

const codeLead = 3.75

// codeKeep is how much of a query of n lines stands together: a short one wholly.
func codeKeep(n int) float64 {
	if h := float64(n)*codeLead + 5; h < 45 {
		return h
	}
	return 24
}

// code is a query's text on a tinted ground with line numbers; it goes on over pages. Every space is kept.
func (l *flow) code(b document.Code) {
	if b.Text == "" && b.Title == "" {
		return
	}
	const size, lead = 7.2 / 0.86, codeLead
	type row struct {
		number, text string
		last         bool // of its line of the query
	}
	var rows []row
	shown, _ := l.clean(strings.ReplaceAll(strings.ReplaceAll(b.Text, "\r\n", "\n"), "\t", "    "))
	for i, s := range strings.Split(shown, "\n") {
		lines := l.hard(mono, size, s, l.w-14)
		for j, s := range lines {
			n := ""
			if j == 0 {
				n = strconv.Itoa(i + 1)
			}
			rows = append(rows, row{n, s, j == len(lines)-1})
		}
	}
	if b.Title != "" || b.Ref != "" {
		keep := codeKeep(len(rows))
		if b.Ref != "" {
			l.subhead(b.Ref, b.Title, keep)
		} else { // under a heading that is listed already
			l.gap(1)
			l.need(6.4 + keep)
			s, _ := l.clean(b.Title)
			l.as(tagH3, func() { l.lines(bold, 9.2, 4.4, l.palette["navy"], l.l, l.wrap(bold, 9.2, s, l.w)) })
			l.y += 1.6
		}
	}
	defer l.end(l.begin(tagP))
	for len(rows) > 0 {
		fit := int((l.bottom - l.y - 5) / lead)
		if fit < 1 || fit < 3 && fit < len(rows) {
			l.newPage()
			continue
		}
		part := rows[:min(fit, len(rows))]
		rows = rows[len(part):]
		h := float64(len(part))*lead + 5
		l.rect(l.l, l.y, l.w, h, l.palette["tint"])
		l.rect(l.l, l.y, 0.8, h, l.palette["accent"])
		y := l.y + 5
		for _, r := range part {
			l.artifact(func() { l.right(mono, leastSize/0.86, l.dim(), l.l+8, y, r.number) })
			l.put(mono, size, l.palette["ink"], l.l+11, y, r.text)
			if r.last {
				l.apart()
			}
			y += lead
		}
		l.y += h
		if len(rows) > 0 {
			l.newPage()
		}
	}
	l.y += 4
}
