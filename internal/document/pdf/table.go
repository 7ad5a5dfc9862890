package pdf

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

const (
	sampleRows  = 300  // rows that column widths are measured from; Column.Width tells of the others
	cellLimit   = 6000 // characters of a cell that are printed; what follows is said in numbers
	tableSize   = 8.2
	zebraSize   = 7.2
	triedRows   = 40  // of them, rows that widths are tried with
	sampleWords = 400 // characters of a cell that are measured
)

// face says how the values of a form are set, whether they are kept on one line, and whether they stand right.
func formOf(c document.Column) (id faceID, whole, right bool) {
	switch c.Form {
	case document.FormRef:
		return mono, true, false
	case document.FormID:
		if c.Short { // among many columns
			return text, true, false
		}
		return mono, true, false
	case document.FormAccount, document.FormIP: // names and addresses are narrower so, and columns are many
		return text, true, false
	case document.FormCode:
		return text, false, false
	case document.FormARN, document.FormJSON:
		return mono, false, false
	case document.FormTime, document.FormLocalTime, document.FormDate, document.FormRegion, document.FormStatus:
		return text, true, false
	case document.FormNumber, document.FormBytes, document.FormSize, document.FormMoney, document.FormPercent:
		return text, true, true
	}
	switch c.Kind {
	case result.Int, result.Decimal, result.Float:
		return text, true, true
	case result.Instant, result.Local, result.Date, result.Bool:
		return text, true, false
	}
	return text, false, false
}

// cellText is what a reader sees of a value, with what cannot be printed shown as codes. altered reports whether it differs from the
// value's text.
func (l *flow) cellText(c document.Column, v any) (s string, altered bool) {
	switch {
	case c.Short && l.d.Paper != nil:
		s = l.d.Paper(c, v)
	case l.d.Cell != nil:
		s = l.d.Cell(c, v)
	case v != nil:
		s = fmt.Sprint(v)
	}
	if len(s) > cellLimit {
		if cut, ok := l.shorten(s); ok {
			s, altered = cut, true
		}
	}
	if plain(s) {
		return s, altered
	}
	s, n := result.Visible(s)
	s, m := l.clean(s)
	return s, altered || n+m > 0
}

// shorten cuts a very long cell and says how long it is and what its digest is.
func (l *flow) shorten(s string) (string, bool) {
	n := utf8.RuneCountInString(s)
	if n <= cellLimit {
		return s, false
	}
	at, seen := 0, 0
	for at = range s {
		if seen == cellLimit {
			break
		}
		seen++
	}
	sum := sha256.Sum256([]byte(s))
	said := cmp.Or(l.d.Words.Truncated, "… [{characters}, SHA-256 {sha256}]")
	said = strings.NewReplacer("{characters}", strconv.Itoa(n), "{sha256}", fmt.Sprintf("%x", sum)).Replace(said)
	return s[:at] + " " + said, true
}

// choice is the value of a status column that a code stands for.
func choice(c document.Column, v any) (document.Choice, bool) {
	code, ok := v.(string)
	if !ok {
		return document.Choice{}, false
	}
	for _, ch := range c.Values {
		if ch.Code == code {
			return ch, true
		}
	}
	return document.Choice{}, false
}

// cell is a value as it is set in a grid.
func (l *flow) gridCell(c document.Column, v any, row result.Row) (cell gridCell, altered bool) {
	if ch, ok := choice(c, v); ok && c.Form == document.FormStatus {
		return gridCell{text: l.line(ch.Label), pill: true, tone: ch.Tone}, false
	}
	if links := c.LinksOf(v, row); l.linked(links) {
		cell.links = links
	}
	cell.text, altered = l.cellText(c, v)
	return cell, altered
}

// printedRows are the rows of a table that a paged format prints.
func (l *flow) printedRows(b document.Table) result.Set {
	switch {
	case b.Paper != nil:
		return b.Paper
	case b.Rows == nil:
		return result.Of(nil, nil)
	}
	return result.Head(b.Rows, b.Shown)
}

// table sets a table of the document: title and note, then the rows that a paged format prints.
func (l *flow) table(b document.Table) error {
	if b.Paper != nil {
		b.Rows, b.Shown = b.Paper, b.Paper.Count()
	}
	shown := b.Shown
	var count int64
	if b.Rows != nil {
		count = b.Rows.Count()
	}
	title := l.line(b.Title)
	if b.Ref != "" {
		l.rows[b.Ref] += 0
	}
	l.tableHead(b, title)
	var index []int
	var g grid
	for i, c := range b.Columns {
		if !printed(c) {
			continue
		}
		index = append(index, i)
		id, whole, right := formOf(c)
		g.columns = append(g.columns, gridColumn{label: l.line(c.Label), face: id, whole: whole, right: right})
	}
	if count == 0 || len(index) == 0 {
		l.emptyTable(b.Empty)
		return nil
	}
	shown = min(shown, count)
	if shown <= 0 {
		l.y += 3
		return nil
	}
	g.rows = shown
	g.title, g.size, g.zebra = cmp.Or(title, l.headWords), tableSize, b.Zebra
	if b.Ref != "" && !strings.HasPrefix(title, b.Ref) {
		g.title = strings.TrimSpace(l.line(b.Ref) + "  " + title)
	}
	if b.Zebra {
		g.size = zebraSize
	}
	if err := l.measure(&g, b, index, min(shown, sampleRows)); err != nil {
		return fmt.Errorf("read the rows of %s: %w", name(b), err)
	}
	g.fit(l)
	highest := l.highest(b)
	cells := make([]gridCell, len(index))
	n, err := g.draw(l, func(yield func([]gridCell, error) bool) {
		place := int64(-1)
		for row, err := range result.Head(b.Rows, shown).All() {
			if err != nil {
				yield(nil, err)
				return
			}
			place++
			for i, at := range index {
				var v any
				if at < len(row) {
					v = row[at]
				}
				var altered bool
				cells[i], altered = l.gridCell(b.Columns[at], v, row)
				cells[i].total = b.Total && place == count-1
				if n, ok := v.(int64); ok && b.Columns[at].Tint != "" && highest[at] > 0 {
					cells[i].tone, cells[i].share = b.Columns[at].Tint, float64(n)/float64(highest[at])
				}
				if altered {
					l.altered[b.Ref]++
				}
			}
			cells[0].target = b.TargetOf(row)
			if !yield(cells, nil) {
				return
			}
		}
	})
	if b.Ref != "" {
		l.rows[b.Ref] += n
	}
	if err != nil {
		return fmt.Errorf("print the rows of %s: %w", name(b), err)
	}
	l.y += 4
	return nil
}

// highest is the largest number of each tinted column.
func (l *flow) highest(b document.Table) map[int]int64 {
	out := map[int]int64{}
	for i, c := range b.Columns {
		if c.Tint == "" {
			continue
		}
		for row := range b.Rows.All() {
			if n, ok := row[i].(int64); ok {
				out[i] = max(out[i], n)
			}
		}
	}
	return out
}

func name(b document.Table) string {
	if b.Ref != "" {
		return b.Ref
	}
	return strconv.Quote(b.Title)
}

// tableHead sets the title with its note. The table of a card is its evidence and stands under a small title; others are listed in the
// contents.
func (l *flow) tableHead(b document.Table, title string) {
	note, _ := l.clean(b.Note)
	under := b.Ref == "" && l.y == l.headAt // directly under a heading
	if under && title == l.headWords {
		title = ""
	}
	_, evidence := l.carded[b.Ref]
	if evidence {
		title = "" // the card has just said it
	}
	elsewhere := b.Shown <= 0 && b.Rows != nil && b.Rows.Count() > 0 // only said to stand in the workbook
	if b.Ref != "" && evidence || under || title == "" && b.Ref == "" || elsewhere {
		l.gap(1)
		if elsewhere {
			l.need(8)
		} else {
			l.need(tableStart(b))
		}
		l.reach(b.Ref, l.y)
		if title == "" && note == "" {
			return
		}
		w := 0.0
		if title != "" {
			title = l.cut(bold, 9.2, title, l.w)
			l.as(tagH3, func() { w = l.put(bold, 9.2, l.palette["navy"], l.l, l.y+3.4, title) + 3 })
		}
		outer := l.begin(tagP)
		defer l.end(outer)
		if note != "" {
			if n := l.width(text, 8.2, note); w+n > l.w || strings.Contains(note, "\n") {
				if w > 0 {
					l.y += 4.6
				}
				l.linkedLines(text, 8.2, 3.9, l.palette["grey"], l.l, l.wrap(text, 8.2, note, l.w), note, b.Links)
				l.y += 1.4
				return
			}
			if l.linked(b.Links) {
				l.putSpans(text, 8.2, l.palette["grey"], l.l+w, l.y+3.4, l.spans([]string{note}, note, b.Links)[0])
			} else {
				l.put(text, 8.2, l.palette["grey"], l.l+w, l.y+3.4, note)
			}
		}
		l.y += 6.2
		return
	}
	if b.Ref != "" && !strings.HasPrefix(title, b.Ref) {
		title = strings.TrimSpace(l.line(b.Ref) + "  " + title)
	}
	l.subhead(b.Ref, title, 26)
	defer l.end(l.begin(tagP))
	if note != "" {
		l.linkedLines(text, 8.2, 3.9, l.palette["grey"], l.l, l.wrap(text, 8.2, note, l.w), note, b.Links)
		l.y += 1.4
	}
}

func (l *flow) emptyTable(s string) {
	s, _ = l.clean(s)
	if s == "" {
		s = "–"
	}
	lines := l.wrap(italic, 8.6, s, l.w-8)
	h := float64(len(lines))*4.2 + 5
	l.need(min(h, l.room()))
	l.rect(l.l, l.y, l.w, h, l.palette["tint"])
	y := l.y
	defer l.end(l.begin(tagP))
	for i, s := range lines {
		l.put(italic, 8.6, l.palette["grey"], l.l+4, y+5.6+float64(i)*4.2, s)
	}
	l.y += h + 4
}

// measure finds how wide the columns would like to be, from the first rows and from what the document says of the others.
func (l *flow) measure(g *grid, b document.Table, index []int, n int64) error {
	longest := make([]int, len(index))
	for i := range g.columns {
		c := &g.columns[i]
		c.natural = l.width(bold, g.headSize(), c.label)
		c.least = l.token(bold, g.headSize(), c.label)
		if c.natural > 34 || !c.whole && c.natural > 20 { // a long label is wrapped rather than a column widened
			c.natural = max(c.least, 20)
		}
	}
	place, last := int64(-1), b.Rows.Count()-1
	for row, err := range result.Head(b.Rows, n).All() {
		if err != nil {
			return err
		}
		place++
		var tried []gridCell
		for i, at := range index {
			var v any
			if at < len(row) {
				v = row[at]
			}
			cell, _ := l.gridCell(b.Columns[at], v, row)
			cell.total = b.Total && place == last
			l.widen(&g.columns[i], cell, g, &longest[i])
			if len(g.sample) < triedRows {
				tried = append(tried, cell)
			}
		}
		if tried != nil {
			g.sample = append(g.sample, tried)
		}
	}
	for i, at := range index {
		c, want := &g.columns[i], b.Columns[at].Width
		if want <= utf8.RuneCountInString(b.Columns[at].Label) {
			want = 0 // the label is what is widest
		}
		if longest[i] > 0 && want > longest[i] && b.Columns[at].Form != document.FormStatus && !b.Columns[at].Short && b.Paper == nil {
			c.natural = min(c.natural*float64(want)/float64(longest[i]), 400)
		}
		if c.whole && c.natural > 110 { // not an id after all
			c.whole = false
		}
	}
	return nil
}

// widen takes a cell into account for the width of its column.
func (l *flow) widen(c *gridColumn, cell gridCell, g *grid, longest *int) {
	if cell.pill {
		w := l.width(bold, pillSize, cell.text) + 3.8
		c.natural = max(c.natural, w)
		return
	}
	for s := range strings.SplitSeq(cell.text, "\n") {
		if len(s) > sampleWords {
			*longest = max(*longest, utf8.RuneCountInString(s))
			c.natural = 400
			s = s[:sampleWords]
			for !utf8.ValidString(s) && s != "" {
				s = s[:len(s)-1]
			}
		}
		if n := utf8.RuneCountInString(s); n > *longest {
			*longest = n
		}
		c.natural = max(c.natural, l.width(cell.face(c.face), g.size, s))
		if !c.whole {
			c.least = max(c.least, min(l.token(c.face, g.size, s), 34))
		}
	}
}
