package xlsx

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

// headRow is where the header of a table's own sheet stands where no texts are above it; mostTexts are at most above it.
const (
	headRow   = 6
	mostTexts = 5
)

// texts are those of a finding that head the sheet of its rows: condition, criteria, effect, recommendation.
func (p *plan) texts() []document.Field {
	if p.card == nil || p.part != document.Findings {
		return nil
	}
	all := slices.DeleteFunc(slices.Clone(p.card.Fields), func(f document.Field) bool { return f.Only == "page" })
	return all[:min(len(all), mostTexts)]
}

// head is where the header of the plan's table stands; rows begin below it.
func (p *plan) head() int64 { return headRow + int64(len(p.texts())) }

// sampled rows tell how large a sheet will be.
const sampled = 500

// parts spreads a table over as many sheets as it needs.
func (b *book) parts(t *document.Table, card *document.Card, s document.Section) ([]*plan, error) {
	want := t.Sheet
	if want == "" {
		want = t.Ref
	}
	rows := t.Rows.Count()
	per, err := b.rowsPerSheet(t)
	if err != nil {
		return nil, err
	}
	of := int((rows + per - 1) / per)
	of = max(of, 1)
	var plans []*plan
	for i := range of {
		first := int64(i) * per
		plans = append(plans, &plan{name: b.sheetName(want), part: s.Part, number: s.Number, title: t.Title, table: t, card: card, first: first,
			n: min(per, rows-first), index: i, of: of})
	}
	return plans, nil
}

// rowsPerSheet is the format's limit, or fewer where wide rows would make the sheet's XML too large.
func (b *book) rowsPerSheet(t *document.Table) (int64, error) {
	most := int64(mostRows - headRow - mostTexts)
	if t.Rows.Count() < 100_000 {
		return most, nil
	}
	e := b.encoder(make([]int, len(t.Columns)+16))
	var n int64
	for row, err := range result.Head(t.Rows, sampled).All() {
		if err != nil {
			return 0, fmt.Errorf("reading the rows of %s: %w", t.Ref, err)
		}
		b.row(e, t, row, n, headRow+1+n)
		n++
	}
	if n == 0 {
		return most, nil
	}
	average := int64(len(e.B))/n + 1
	return max(min(most, int64(mostXML)/(average*3/2)), 1000), nil
}

func (b *book) encoder(styles []int) *rowEncoder {
	e := &rowEncoder{words: b.d.Words, styles: styles}
	for i, style := range styles {
		e.quoted = append(e.quoted, b.quoted[style])
		name, _ := excelize.ColumnNumberToName(i + 2) // column A is the margin
		e.columns = append(e.columns, name)
	}
	return e
}

// row encodes one row: running number, values, reviewer cells.
func (b *book) row(e *rowEncoder, t *document.Table, row result.Row, n, at int64) {
	e.start(at)
	e.int(0, n+1)
	for i, col := range t.Columns {
		e.value(i+1, col, row[i], b.d.Cell)
	}
	if t.Review != nil {
		for i, k := range t.Review.Columns {
			if k.Kind == document.Chosen {
				e.string(len(t.Columns)+1+i, b.initial(t.Review))
			} else {
				e.empty(len(t.Columns) + 1 + i)
			}
		}
	}
	e.end()
}

func (b *book) initial(r *document.Review) string {
	for _, c := range r.Choices {
		if c.Code == r.Initial {
			return c.Label
		}
	}
	return ""
}

// freeze keeps the header of a table and its first columns in view.
func (b *book) freeze(sh string, head int64) {
	b.try(b.f.SetPanes(sh, &excelize.Panes{Freeze: true, XSplit: 3, YSplit: int(head), TopLeftCell: address(4, head+1),
		ActivePane: "bottomRight"}))
}

// tableSheet lays out one sheet of a table: title, the finding's own sentence, links back, header, rows.
func (b *book) tableSheet(p *plan) {
	t := p.table
	f, sh := b.f, p.name
	labels := b.labels(t)
	last := 1 + len(labels) // column of the last label, A is the margin
	b.try(f.SetColWidth(sh, "A", "A", 2))
	b.title(sh, strings.TrimSpace(t.Ref+"  "+t.Title), b.subtitle(p), last)
	b.textsAbove(p, last)
	head := p.head()

	// styles and widths of the columns
	styles := []int{b.style("row-number", func() *excelize.Style {
		return &excelize.Style{Font: b.font(size, false, b.dim()), Border: under(pale(b.color("rule"), 0.7), 1), Alignment: right()}
	})}
	b.width(sh, 2, max(6.5, float64(len(strconv.FormatInt(p.first+p.n, 10)))+3))
	for i, col := range t.Columns {
		styles = append(styles, b.cellStyle(col, false))
		b.width(sh, i+3, widthOf(col))
		if col.Hidden {
			name, _ := excelize.ColumnNumberToName(i + 3)
			b.try(f.SetColVisible(sh, name, false))
		}
	}
	if t.Review != nil {
		for i, k := range t.Review.Columns {
			styles = append(styles, b.input(k.Kind == document.Dated))
			b.width(sh, len(t.Columns)+3+i, reviewWidth(k))
		}
	}
	if p.n == 0 {
		b.header(sh, head, 2, t, labels)
		b.say(sh, address(3, head+1), t.Empty)
		b.try(f.SetCellStyle(sh, address(3, head+1), address(3, head+1), b.style("empty", func() *excelize.Style {
			return &excelize.Style{Font: b.font(size, false, b.color("grey")), Alignment: &excelize.Alignment{Vertical: "center"}}
		})))
		b.freeze(sh, head)
		b.written.Rows[t.Ref] += 0
		return
	}

	from, to := head+1, head+p.n
	table := fmt.Sprintf("T_%s_%d", identifier(t.Ref), p.index+1)
	b.header(sh, head, 2, t, labels)
	b.try(f.AddTable(sh, &excelize.Table{Range: address(2, head) + ":" + address(last, to), Name: table, StyleName: "TableStyleLight1",
		ShowRowStripes: ptr(false)}))
	b.header(sh, head, 2, t, labels) // AddTable writes plain header cells over ours
	b.freeze(sh, head)
	b.try(f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("%s!$%d:$%d", quote(sh),
		head, head), Scope: sh}))
	for i, col := range t.Columns {
		if len(col.Values) > 0 {
			b.toneFormats(sh, address(i+3, from)+":"+address(i+3, to), col.Values)
		}
		if !numeric(col.Form) {
			b.try(f.AddIgnoredErrors(sh, address(i+3, from)+":"+address(i+3, to), excelize.IgnoredErrorsNumberStoredAsText))
		}
	}
	if t.Review != nil {
		b.reviewer(sh, len(t.Columns)+3, from, to, t.Review)
	}
	for _, style := range styles {
		b.quotedStyle(style) // while the rows are poured it is too late
	}
	b.sizes[p.file] = "A1:" + address(last, to)
	b.inject[p.file] = func(emit func([]byte) error) error { return b.pourRows(p, styles, emit) }
}

// textsAbove writes what a finding's card says between the links and the header, a row each.
func (b *book) textsAbove(p *plan, last int) {
	label := b.style("above-label", func() *excelize.Style {
		return &excelize.Style{Font: b.font(8, true, b.color("accent")), Alignment: &excelize.Alignment{Vertical: "top"}}
	})
	value := b.style("above", func() *excelize.Style {
		return &excelize.Style{Font: b.font(size, false, b.color("ink")), NumFmt: 49,
			Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}
	})
	end, room := 4, 0.0 // the columns that the text may take, to the width of a page
	for ; room < pageWidth-20 && end <= max(last, 5); end++ {
		w, err := b.f.GetColWidth(p.name, column(end))
		b.try(err)
		room += w
	}
	for i, x := range p.texts() {
		row := int64(5 + i)
		b.say(p.name, address(2, row), x.Label)
		b.try(b.f.SetCellStyle(p.name, address(2, row), address(2, row), label))
		b.say(p.name, address(4, row), x.Text)
		b.try(b.f.MergeCell(p.name, address(4, row), address(end-1, row)))
		b.try(b.f.SetCellStyle(p.name, address(4, row), address(end-1, row), value))
		b.try(b.f.SetRowHeight(p.name, int(row), 12.5*min(lines(x.Text, room), 3)+3))
	}
}

// pourRows is called while the archive is written.
func (b *book) pourRows(p *plan, styles []int, emit func([]byte) error) error {
	e := b.encoder(styles)
	var links []byte
	var leading []int // columns with links
	for i, col := range p.table.Columns {
		if col.To != "" || col.Form == document.FormRef {
			leading = append(leading, i)
		}
	}
	b.poured[p.file] = &links
	var n, size int64
	for row, err := range p.table.Rows.All() {
		if err != nil {
			return fmt.Errorf("reading the rows of %s: %w", p.table.Ref, err)
		}
		if n >= p.first+p.n {
			break
		}
		if n >= p.first {
			at := p.head() + 1 + n - p.first
			b.row(e, p.table, row, n, at)
			links = b.rowLinks(links, p.table, leading, row, at, n-p.first)
			b.written.Rows[p.table.Ref]++
			if len(e.B) > 256<<10 {
				if size += int64(len(e.B)); size > mostXML+mostXML/4 {
					return fmt.Errorf("sheet %s grows past what the format can hold: write its rows as csv", p.name)
				}
				if err := b.ctx.Err(); err != nil {
					return err
				}
				if err := emit(e.B); err != nil {
					return err
				}
				e.B = e.B[:0]
			}
		}
		n++
	}
	b.written.Altered[p.table.Ref] += e.Altered
	return emit(e.B)
}

// labels are the header texts, unique without regard to case: Excel repairs a table where they are not.
func (b *book) labels(t *document.Table) []string {
	all := []string{b.d.Words.RowNumber}
	for _, c := range t.Columns {
		all = append(all, c.Label)
	}
	if r := t.Review; r != nil {
		for _, k := range r.Columns {
			all = append(all, k.Label)
		}
	}
	seen := map[string]bool{}
	for i, label := range all {
		label = strings.Join(strings.Fields(clean(label)), " ")
		if label == "" {
			label = "-"
		}
		unique := label
		for n := 2; seen[strings.ToLower(unique)]; n++ {
			unique = fmt.Sprintf("%s (%d)", label, n)
		}
		seen[strings.ToLower(unique)] = true
		all[i] = unique
	}
	return all
}

// header writes the header cells from column first on; labels include the running number.
func (b *book) header(sh string, row int64, first int, t *document.Table, labels []string) {
	b.try(b.f.SetRowHeight(sh, int(row), 21))
	for i, label := range labels {
		cell := address(first+i, row)
		b.try(b.f.SetCellStr(sh, cell, label))
		style := b.head("left")
		switch {
		case i > len(t.Columns):
			style = b.reviewHead()
		case i == 0:
			style = b.head("right")
		default:
			if align, _ := layoutOf(t.Columns[i-1]); align == "right" {
				style = b.head("right")
			}
		}
		b.try(b.f.SetCellStyle(sh, cell, cell, style))
	}
}

func (b *book) subtitle(p *plan) string {
	var parts []string
	switch {
	case len(p.texts()) > 0: // its texts stand below
		parts = append(parts, p.card.Title)
	case p.card != nil && len(p.card.Fields) > 0 && p.card.Fields[0].Only != "page":
		parts = append(parts, p.card.Fields[0].Text)
	}
	if p.of > 1 {
		parts = append(parts, strings.NewReplacer("{part}", strconv.Itoa(p.index+1), "{parts}", strconv.Itoa(p.of),
			"{first}", b.number(p.first+1), "{last}", b.number(p.first+p.n), "{rows}", b.number(p.table.Rows.Count())).Replace(b.d.Words.Part))
	}
	if len(parts) == 0 {
		parts = append(parts, b.d.Period)
	}
	return strings.Join(parts, "  ·  ")
}

func (b *book) number(n int64) string {
	return b.d.Cell(document.Column{Kind: result.Int, Form: document.FormNumber}, n)
}

func identifier(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, s)
}
