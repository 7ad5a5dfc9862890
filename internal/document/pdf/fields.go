package pdf

import "trailscribe/internal/document"

const (
	fieldLabel = 33.0 // width of the column of labels
	fieldSize  = 9.0  // of the texts, in points
	fieldLead  = 4.3
	fieldPad   = 1.0 // between two fields
)

func (l *flow) fieldLines(f document.Field) (labels, values []string) {
	id := text
	if f.Mono {
		id = mono
	}
	labels = l.capsLines(labelSize, f.Label, fieldLabel-3)
	if s, _ := l.clean(f.Text); s != "" {
		values = l.wrap(id, fieldSize, s, l.w-fieldLabel)
	}
	return labels, values
}

func (l *flow) fieldsHeight(fields []document.Field) float64 {
	h := 0.0
	for _, f := range fields {
		labels, values := l.fieldLines(f)
		h += max(float64(len(labels))*labelLead, float64(len(values))*fieldLead) + fieldPad
	}
	return h
}

// fields sets texts with their labels in a column to the left. A text that a page does not hold goes on on the next, line by line.
func (l *flow) fields(fields []document.Field) {
	p := l.palette
	defer l.end(l.begin(tagList))
	list := l.tag
	for _, f := range fields {
		item := l.tree.add(tagItem, list, "")
		name, body := l.tree.add(tagLabel, item, ""), l.tree.add(tagBody, item, "")
		labels, values := l.fieldLines(f)
		h := max(float64(len(labels))*labelLead, float64(len(values))*fieldLead)
		l.need(min(h, l.room()*0.5))
		page, top := l.page, l.y
		l.tag = name
		for i, s := range labels {
			l.caps(labelSize, p["accent"], l.l, top+3.2+float64(i)*labelLead, s)
		}
		l.tag = body
		id, c, to := text, p["ink"], l.places[f.Ref]
		if f.Mono {
			id = mono
		}
		if to != nil {
			c = p["accent"]
		}
		x := l.l + fieldLabel
		var parts [][]span
		if s, _ := l.clean(f.Text); l.linked(f.Links) {
			parts = l.spans(values, s, f.Links)
		}
		for i, s := range values {
			if l.y+fieldLead > l.bottom {
				l.newPage()
			}
			if to != nil {
				l.linkTo(x, l.y, l.width(id, fieldSize, s), fieldLead, to)
			}
			if parts != nil {
				l.putSpans(id, fieldSize, c, x, l.y+fieldLead*0.76, parts[i])
			} else {
				l.put(id, fieldSize, c, x, l.y+fieldLead*0.76, s)
			}
			l.y += fieldLead
		}
		if l.page == page {
			l.y = max(l.y, top+float64(len(labels))*labelLead)
		}
		l.y += fieldPad
	}
}
