package pdf

import "trailscribe/internal/document"

const tilesAcross = 6

// tiles are big numbers in a row, each under a bar of its tone; more than six go on in further rows of equal length.
func (l *flow) tiles(b document.Tiles) {
	n := len(b.Tiles)
	if n == 0 {
		return
	}
	rows := (n + tilesAcross - 1) / tilesAcross
	across := max(2, (n+rows-1)/rows)
	const gap = 4.0
	w := (l.w - gap*float64(across-1)) / float64(across)
	for start := 0; start < n; start += across {
		row := b.Tiles[start:min(start+across, n)]
		labels, notes := 1, 0
		var labelLines, noteLines [][]string
		for _, t := range row {
			ls := l.clip(bold, 7, l.capsLines(7, t.Label, w-6), 3, w-6)
			s, _ := l.clean(t.Note)
			var ns []string
			if s != "" {
				ns = l.clip(text, 7.6, l.wrap(text, 7.6, s, w-6), 4, w-6)
			}
			labelLines, noteLines = append(labelLines, ls), append(noteLines, ns)
			labels, notes = max(labels, len(ls)), max(notes, len(ns))
		}
		h := 6.4 + float64(labels-1)*2.9 + 9 + float64(notes)*3.5 + 4.2
		if notes > 0 {
			h += 1.9
		}
		l.need(h)
		for i, t := range row {
			x := l.l + float64(i)*(w+gap)
			outer := l.begin(tagP)
			l.rect(x, l.y, w, h, l.palette["tint"])
			l.rect(x, l.y, w, 0.9, l.strong(t.Tone))
			for j, s := range labelLines[i] {
				l.caps(7, l.palette["grey"], x+3, l.y+6.4+float64(j)*2.9, s)
			}
			l.apart()
			y := l.y + 15.4 + float64(labels-1)*2.9
			s := l.line(t.Value)
			l.put(display, l.shrink(display, s, 20, 6, w-6), l.figure(t.Tone), x+3, y, s)
			l.apart()
			for j, s := range noteLines[i] {
				l.put(text, 7.6, l.palette["grey"], x+3, y+5.4+float64(j)*3.5, s)
			}
			l.end(outer)
		}
		l.y += h + gap
	}
	l.y += 2
}
