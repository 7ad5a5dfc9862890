package pdf

import (
	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// gridHeight is what fieldGrid takes on the cover.
func (l *flow) gridHeight(fields []document.Field, w float64) float64 {
	h := 0.0
	for row := range fieldRows(fields, w) {
		h += l.fieldRowHeight(row, w, 6.6, 9.8, 4.6)
	}
	return h
}

// mostAcross is how many fields stand side by side on the widest page.
const mostAcross = 3

// across is how many fields stand side by side in a width: two on an upright page, three on a landscape one.
func across(w float64) int {
	if w > 220 {
		return mostAcross
	}
	return 2
}

// fieldRows are fields that stand side by side in a width, wide ones alone.
func fieldRows(fields []document.Field, w float64) func(yield func([]document.Field) bool) {
	return func(yield func([]document.Field) bool) {
		for i := 0; i < len(fields); {
			n := 1
			for !fields[i].Wide && n < across(w) && i+n < len(fields) && !fields[i+n].Wide {
				n++
			}
			if !yield(fields[i : i+n]) {
				return
			}
			i += n
		}
	}
}

const fieldGap = 8.0

func (l *flow) fieldWidth(row []document.Field, w float64) float64 {
	if row[0].Wide {
		return w
	}
	n := float64(across(w))
	return (w - fieldGap*(n-1)) / n
}

func (l *flow) fieldLines(f document.Field, w, label, size float64) (labels, values []string) {
	id := text
	if f.Mono {
		id = mono
	}
	s, _ := l.clean(f.Text)
	labels = l.capsLines(label, f.Label, w)
	if s != "" {
		values = l.wrap(id, size, s, w)
	}
	return labels, values
}

func (l *flow) fieldRowHeight(row []document.Field, w, label, size, lead float64) float64 {
	h := 0.0
	for _, f := range row {
		labels, values := l.fieldLines(f, l.fieldWidth(row, w), label, size)
		h = max(h, float64(len(labels))*labelLead+float64(len(values))*lead)
	}
	return h + 1.6 + 3.2
}

// fieldGrid sets labels with their texts side by side; the columns of a row go on to the next page together, line by line.
func (l *flow) fieldGrid(fields []document.Field, label, size, lead float64, labelColor style.RGB, ruled bool, air float64) {
	p := l.palette
	defer l.end(l.begin(tagList))
	list := l.tag
	for row := range fieldRows(fields, l.w) {
		var names, texts [mostAcross]tag
		for i := range row {
			item := l.tree.add(tagItem, list, "")
			names[i], texts[i] = l.tree.add(tagLabel, item, ""), l.tree.add(tagBody, item, "")
		}
		w := l.fieldWidth(row, l.w)
		var labels, values [mostAcross][]string
		ln, vn := 0, 0
		for i, f := range row {
			labels[i], values[i] = l.fieldLines(f, w, label, size)
			ln, vn = max(ln, len(labels[i])), max(vn, len(values[i]))
		}
		h := float64(ln)*labelLead + float64(vn)*lead + 1.6
		l.need(min(h, l.room()*0.5))
		if ruled {
			for i := range row {
				x := l.l + float64(i)*(w+fieldGap)
				l.rule(x, l.y-2.4, x+w, 0.15, p["rule"])
			}
			l.y += 1
		}
		for j := range ln {
			if l.y+labelLead > l.bottom {
				l.newPage()
			}
			for i := range row {
				l.tag = names[i]
				if j < len(labels[i]) {
					l.caps(label, labelColor, l.l+float64(i)*(w+fieldGap), l.y+2.4, labels[i][j])
				}
			}
			l.y += labelLead
		}
		l.y += 0.6
		for j := range vn {
			if l.y+lead > l.bottom {
				l.newPage()
			}
			for i, f := range row {
				if j >= len(values[i]) {
					continue
				}
				l.tag = texts[i]
				id, c := text, p["ink"]
				if f.Mono {
					id = mono
				}
				x := l.l + float64(i)*(w+fieldGap)
				to := l.places[f.Ref]
				if to != nil {
					c = p["accent"]
					l.linkTo(x, l.y, l.width(id, size, values[i][j]), lead, to)
				}
				l.put(id, size, c, x, l.y+lead*0.76, values[i][j])
			}
			l.y += lead
		}
		l.y += 2.2
		if ruled {
			l.y += 1 + air
		}
	}
}
