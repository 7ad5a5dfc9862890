package pdf

import (
	"cmp"
	"slices"

	"trailscribe/internal/document"
)

// checks is the table of tie-outs.
func (l *flow) checks(b document.Checks) error {
	b.Rows = slices.DeleteFunc(slices.Clone(b.Rows), func(r document.CheckRow) bool { return r.Only == "sheet" })
	if b.Title == "" && len(b.Rows) == 0 {
		return nil
	}
	if l.line(b.Title) != l.headWords || l.y != l.headAt {
		l.subhead("", b.Title, 26)
	}
	if len(b.Rows) == 0 {
		l.emptyTable("")
		return nil
	}
	g := grid{title: cmp.Or(l.line(b.Title), l.headWords), size: tableSize, columns: []gridColumn{
		{face: mono, whole: true}, {face: text}, {face: text, right: true}, {face: text, right: true}, {face: text, whole: true}, {face: text},
	}}
	rows := make([][]gridCell, len(b.Rows))
	for i := range g.columns {
		c := &g.columns[i]
		c.label = l.line(b.Head[i])
		c.natural, c.least = l.width(bold, g.headSize(), c.label), l.token(bold, g.headSize(), c.label)
	}
	for i, r := range b.Rows {
		for _, s := range []string{r.Ref, r.Name, r.Expected, r.Observed, r.Result.Text, r.How} {
			s, _ = l.clean(s)
			rows[i] = append(rows[i], gridCell{text: s})
		}
		rows[i][4] = gridCell{text: l.line(r.Result.Text), pill: r.Result.Text != "", tone: r.Result.Tone}
		if links := []document.Link{{Text: rows[i][3].text, Ref: r.Count}}; l.linked(links) {
			rows[i][3].links = links
		}
		if l.linked(r.Links) {
			rows[i][1].links = r.Links
		}
		rows[i][0].target = r.Ref
		var longest int
		for j := range g.columns {
			l.widen(&g.columns[j], rows[i][j], &g, &longest)
		}
	}
	for i := range g.columns {
		c := &g.columns[i]
		c.whole = c.whole && c.natural <= 40
	}
	g.sample, g.rows = rows, int64(len(rows))
	g.fit(l)
	_, err := g.draw(l, func(yield func([]gridCell, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	})
	l.y += 4
	return err
}
