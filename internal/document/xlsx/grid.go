package xlsx

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
	"trailscribe/internal/style"
)

func column(n int) string {
	name, _ := excelize.ColumnNumberToName(n)
	return name
}

// clean is text for places that are not data cells: titles, labels, properties.
func clean(s string) string {
	shown, _ := result.Visible(s)
	return shown
}

// say writes text into a cell of the shell.
func (b *book) say(sheet, cell, s string) {
	shown, _ := text(s, b.d.Words)
	b.try(b.f.SetCellStr(sheet, cell, shown))
}

func (b *book) width(sheet string, col int, w float64) {
	b.try(b.f.SetColWidth(sheet, column(col), column(col), w))
}

// title is the head of every sheet: name, subtitle on a rule.
func (b *book) title(sh, title, sub string, last int) {
	b.try(b.f.SetRowHeight(sh, 1, 8))
	b.try(b.f.SetRowHeight(sh, 2, 27))
	b.try(b.f.SetRowHeight(sh, 3, 17))
	b.say(sh, "B2", title)
	b.say(sh, "B3", strings.ReplaceAll(sub, "\n", " "))
	b.try(b.f.SetCellStyle(sh, "B2", address(last, 2), b.style("title", func() *excelize.Style {
		return &excelize.Style{Font: b.font(18, true, b.color("navy")), Alignment: &excelize.Alignment{Vertical: "center"}}
	})))
	b.try(b.f.SetCellStyle(sh, "B3", address(last, 3), b.style("subtitle", func() *excelize.Style {
		return &excelize.Style{Font: b.font(9, false, b.color("grey")), Border: under(b.color("accent"), 2),
			Alignment: &excelize.Alignment{Vertical: "center"}}
	})))
}

func (b *book) pageSubtitle() string {
	var parts []string
	for _, s := range []string{b.d.Entity, b.d.Period, b.d.Ref} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "  ·  ")
}

// table is a small table on a page: real, with filters; references lead to their sheets.
func (g *page) table(t document.Table) {
	if g.first {
		g.compact(t)
		return
	}
	b := g.b
	if t.Note != "" && t.Shown >= t.Rows.Count() {
		g.paragraph(document.Paragraph{Style: document.Note, Text: t.Note})
	}
	if t.Rows.Count() == 0 {
		if t.Empty != "" {
			g.paragraph(document.Paragraph{Style: document.Note, Text: t.Empty})
		}
		return
	}
	labels := b.labels(&t)[1:] // no running number
	top := g.row
	head := func() {
		for i, label := range labels {
			style := b.head("left")
			if i >= len(t.Columns) {
				style = b.reviewHead()
			} else if align, _ := layoutOf(t.Columns[i]); align == "right" {
				style = b.head("right")
			}
			b.try(b.f.SetCellStr(g.name, address(2+i, top), label))
			b.try(b.f.SetCellStyle(g.name, address(2+i, top), address(2+i, top), style))
		}
		b.try(b.f.SetRowHeight(g.name, int(top), 21))
	}
	g.next()
	place := int64(-1)
	for row, err := range t.Rows.All() {
		if err != nil {
			b.try(fmt.Errorf("reading the rows of %q: %w", t.Title, err))
			return
		}
		place++
		b.target(t.TargetOf(row), g.name, address(2, g.row))
		tallest := 1.0
		for i, col := range t.Columns {
			cell := address(2+i, g.row)
			b.value(g.name, cell, col, row[i])
			_, format := layoutOf(col)
			if n, ok := row[i].(int64); ok && col.Form == document.FormSize {
				format = sizeFormat(n, b.d.Cell(col, n))
			}
			b.try(b.f.SetCellStyle(g.name, cell, cell, b.styleOf(col, true, t.Total && place == t.Rows.Count()-1, format)))
			b.lead(g.name, cell, col.LinksOf(row[i], row))
			if s, ok := row[i].(string); ok {
				tallest = max(tallest, lines(s, g.widths[i]))
			}
		}
		if t.Review != nil {
			for i, k := range t.Review.Columns {
				cell := address(2+len(t.Columns)+i, g.row)
				if k.Kind == document.Chosen {
					b.say(g.name, cell, b.initial(t.Review))
				}
				b.try(b.f.SetCellStyle(g.name, cell, cell, b.input(k.Kind == document.Dated)))
			}
		}
		g.height(max(16.5, 12.5*tallest+4))
		g.next()
	}
	head()
	last := g.row - 1
	if t.Total && last > top+1 {
		last-- // sorting and filtering leave it where it is
	}
	id := identifier(g.name)
	b.pageTables[id]++
	b.try(b.f.AddTable(g.name, &excelize.Table{Range: address(2, top) + ":" + address(1+len(labels), last),
		Name: fmt.Sprintf("P_%s_%d", id, b.pageTables[id]), StyleName: "TableStyleLight1", ShowRowStripes: ptr(false)}))
	head()
	for i, col := range t.Columns {
		if len(col.Values) > 0 {
			b.toneFormats(g.name, address(2+i, top+1)+":"+address(2+i, last), col.Values)
		}
		if !numeric(col.Form) {
			b.try(b.f.AddIgnoredErrors(g.name, address(2+i, top+1)+":"+address(2+i, last), excelize.IgnoredErrorsNumberStoredAsText))
		}
	}
	if t.Review != nil {
		b.reviewer(g.name, 2+len(t.Columns), top+1, last, t.Review)
	}
	g.gap(8)
}

// value writes a typed value into a cell of the shell.
func (b *book) value(sh, cell string, col document.Column, v any) {
	switch v := v.(type) {
	case nil:
		b.try(b.f.SetCellStr(sh, cell, ""))
	case int64:
		if numeric(col.Form) && digits(strconv.FormatInt(v, 10)) <= mostDigits {
			b.try(b.f.SetCellInt(sh, cell, v))
			return
		}
		b.say(sh, cell, strconv.FormatInt(v, 10))
	case float64:
		b.try(b.f.SetCellFloat(sh, cell, v, -1, 64))
	case string:
		if col.Form == document.FormStatus {
			v = b.d.Cell(col, v)
		}
		if col.Form == document.FormMoney && digits(v) <= mostDigits {
			if f, err := strconv.ParseFloat(v, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
				b.try(b.f.SetCellFloat(sh, cell, f, -1, 64))
				return
			}
		}
		b.say(sh, cell, v)
	default:
		b.say(sh, cell, b.d.Cell(col, v))
	}
}

// checks are tie-outs; where the observed figure is a sheet's rows, it is a formula and the result follows it.
func (g *page) checks(k document.Checks) {
	b := g.b
	if k.Title != "" {
		g.heading(k.Title)
	}
	g.height(21)
	for i, label := range k.Head {
		style := b.head("left")
		if i == 2 || i == 3 {
			style = b.head("right")
		}
		g.put(2+i, 2+i, label, style)
	}
	g.next()
	var results []document.Choice
	body := b.cellStyle(document.Column{Kind: result.Text, Form: document.FormText}, true)
	figure := b.style("figure", func() *excelize.Style {
		a := right()
		a.WrapText = true
		return &excelize.Style{Font: b.font(size, false, b.color("ink")), Border: under(pale(b.color("rule"), 0.7), 1),
			CustomNumFmt: ptr("#,##0"), Alignment: a}
	})
	top := g.row
	for _, r := range k.Rows {
		if r.Only == "page" {
			continue
		}
		for i, s := range []string{r.Ref, r.Name, r.Expected, r.Observed, r.Result.Text, r.How} {
			style := body
			if i == 2 || i == 3 {
				style = figure
			}
			g.put(2+i, 2+i, s, style)
		}
		if spans := b.tables[r.Count]; r.Number != nil && len(spans) > 0 {
			b.try(b.f.SetCellInt(g.name, address(4, g.row), *r.Number))
			var counts []string
			var counted int64
			for _, s := range spans {
				counted += s.last - s.first + 1
				counts = append(counts, fmt.Sprintf("COUNT(%s!$B$%d:$B$%d)", quote(s.sheet), s.first, s.last))
			}
			b.try(b.f.SetCellInt(g.name, address(5, g.row), *r.Number))
			b.formula(g.name, address(5, g.row), strings.Join(counts, "+"), strconv.FormatInt(counted, 10))
			result := b.d.Words.Pass
			if counted != *r.Number {
				result = b.d.Words.Fail
			}
			b.formula(g.name, address(6, g.row), fmt.Sprintf(`IF(D%d=E%d,"%s","%s")`, g.row, g.row, formulaText(b.d.Words.Pass),
				formulaText(b.d.Words.Fail)), result)
		}
		results = append(results, document.Choice{Label: r.Result.Text, Tone: r.Result.Tone})
		g.height(max(16.5, 12.5*max(lines(r.Name, g.widths[1]), lines(r.How, g.widths[5]), lines(r.Expected, g.widths[2]),
			lines(r.Observed, g.widths[3]))+4))
		g.next()
	}
	if len(k.Rows) > 0 {
		b.toneFormats(g.name, address(6, top)+":"+address(6, g.row-1),
			unique(append(results, document.Choice{Label: b.d.Words.Pass, Tone: document.Good},
				document.Choice{Label: b.d.Words.Fail, Tone: document.Critical})))
	}
	g.gap(8)
}

func formulaText(s string) string { return strings.ReplaceAll(clean(s), `"`, `""`) }

func unique(all []document.Choice) []document.Choice {
	seen := map[string]bool{}
	var out []document.Choice
	for _, c := range all {
		if !seen[c.Label] {
			seen[c.Label] = true
			out = append(out, c)
		}
	}
	return out
}

// matrix is one small cell per state, with its mark; the legend stands above.
func (g *page) matrix(m document.Matrix) {
	b := g.b
	if m.Note != "" {
		g.paragraph(document.Paragraph{Style: document.Note, Text: m.Note})
	}
	state := func(t document.Tone) int {
		return b.style("matrix-"+string(t), func() *excelize.Style {
			ground := b.tone(t)
			if t == document.Neutral || t == document.Muted {
				ground = pale(b.color("mid"), 0.28)
			}
			white := []excelize.Border{{Type: "left", Color: "FFFFFF", Style: 2}, {Type: "right", Color: "FFFFFF", Style: 2},
				{Type: "top", Color: "FFFFFF", Style: 2}, {Type: "bottom", Color: "FFFFFF", Style: 2}}
			ink := hexOf(style.On(rgb(ground), rgb(b.color("white")), rgb(b.color("grey")), rgb(b.color("ink"))))
			return &excelize.Style{Font: b.font(8, true, ink), Fill: fill(ground), Border: white,
				Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}}
		})
	}
	plain := b.style("legend", func() *excelize.Style {
		return &excelize.Style{Font: b.font(8.5, false, b.color("grey")), Alignment: &excelize.Alignment{Vertical: "center"}}
	})
	for _, l := range m.Legend {
		g.put(4, 4, l.Mark, state(l.Tone))
		b.say(g.name, address(5, g.row), l.Text)
		b.try(b.f.SetCellStyle(g.name, address(5, g.row), address(5, g.row), plain))
		g.height(15)
		g.next()
	}
	g.gap(6)
	g.height(18)
	g.put(2, 2, "", b.head("left"))
	g.put(3, 3, "", b.head("left"))
	small := b.style("head-day", func() *excelize.Style {
		return &excelize.Style{Font: b.font(7.5, true, "FFFFFF"), Fill: fill(b.color("navy")),
			Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}}
	})
	for i, label := range m.Columns {
		g.put(4+i, 4+i, label, small)
	}
	g.put(4+len(m.Columns), 4+len(m.Columns), "", b.head("right"))
	top := g.row
	g.next()
	text := b.cellStyle(document.Column{Kind: result.Text, Form: document.FormText}, false)
	number := b.cellStyle(document.Column{Kind: result.Int, Form: document.FormText}, false)
	var group string
	for i, r := range m.Rows {
		name := r.Group
		if i > 0 && name == group {
			name = ""
		}
		group = r.Group
		g.put(2, 2, name, text)
		g.put(3, 3, r.Label, text)
		for j, c := range r.Cells {
			g.put(4+j, 4+j, c.Mark, state(c.Tone))
		}
		g.put(4+len(m.Columns), 4+len(m.Columns), r.Note, number)
		g.height(17)
		g.next()
	}
	b.try(b.f.SetPanes(g.name, &excelize.Panes{Freeze: true, XSplit: 3, YSplit: int(top), TopLeftCell: address(4, top+1),
		ActivePane: "bottomRight"}))
	g.gap(8)
}

// heatLabel is the width left of a heat map for the names of its rows.
const heatLabel = 9

// heat is a chart made of cells: a row per series, a column per category, coloured by value.
func (g *page) heat(c document.Chart) {
	b := g.b
	g.chartTitle(c, 2, g.last())
	labelTo := g.take(heatLabel)
	if c.Empty != "" || len(c.Series) == 0 {
		if c.Empty != "" {
			g.paragraph(document.Paragraph{Style: document.Note, Text: c.Empty})
		}
		return
	}
	label := b.style("heat-label", func() *excelize.Style {
		return &excelize.Style{Font: b.font(8, false, b.color("grey")), Alignment: &excelize.Alignment{Horizontal: "right", Vertical: "center",
			Indent: 1}}
	})
	white := []excelize.Border{{Type: "left", Color: "FFFFFF", Style: 1}, {Type: "right", Color: "FFFFFF", Style: 1},
		{Type: "top", Color: "FFFFFF", Style: 1}, {Type: "bottom", Color: "FFFFFF", Style: 1}}
	cell := b.style("heat", func() *excelize.Style {
		return &excelize.Style{Font: b.font(7, false, b.color("ink")), Border: white, CustomNumFmt: ptr("#,##0;;"),
			Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", ShrinkToFit: true}}
	})
	top := g.row
	for _, s := range c.Series {
		g.put(2, labelTo, s.Name, label)
		for i := range c.Categories {
			at := address(labelTo+1+i, g.row)
			v := 0.0
			if i < len(s.Points) && !math.IsNaN(s.Points[i]) {
				v = s.Points[i]
			}
			b.try(b.f.SetCellFloat(g.name, at, v, -1, 64))
			b.try(b.f.SetCellStyle(g.name, at, at, cell))
		}
		g.height(16)
		g.next()
	}
	cells := address(labelTo+1, top) + ":" + address(labelTo+len(c.Categories), g.row-1)
	b.try(b.f.SetConditionalFormat(g.name, cells, []excelize.ConditionalFormatOptions{{Type: "3_color_scale", Criteria: "=", MinType: "min",
		MidType: "percentile", MidValue: "75", MaxType: "max", MinColor: "#" + b.color("tint"), MidColor: "#" + pale(b.heat(), 0.45),
		MaxColor: "#" + b.heat()}}))
	axis := b.style("heat-axis", func() *excelize.Style {
		return &excelize.Style{Font: b.font(7.5, false, b.color("grey")), Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "top"}}
	})
	for i, name := range c.Categories {
		g.put(labelTo+1+i, labelTo+1+i, name, axis)
	}
	g.next()
	g.gap(8)
}
