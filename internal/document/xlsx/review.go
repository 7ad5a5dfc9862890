package xlsx

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
)

// lookup is where the choices of a drop-down stand: codes in one column, labels next to them.
type lookup struct {
	column  int
	choices []document.Choice
}

// listsSheet is hidden. A drop-down shows labels in the report's language; the codes next to them are what a filled workbook is read back
// by.
const listsSheet = "_lists"

// reviewer makes the reviewer columns from column first on: drop-down, date check, colours.
func (b *book) reviewer(sh string, first int, from, to int64, r *document.Review) {
	key := ""
	for _, c := range r.Choices {
		key += c.Code + "\x00" + c.Label + "\x00"
	}
	if b.lookups == nil {
		b.lookups = map[string]lookup{}
	}
	at, ok := b.lookups[key]
	if !ok {
		at = lookup{column: 1 + 2*len(b.lookups), choices: r.Choices}
		b.lookups[key] = at
		b.choices = append(b.choices, at)
	}
	labels, _ := excelize.ColumnNumberToName(at.column + 1)
	for i, k := range r.Columns {
		cells := address(first+i, from) + ":" + address(first+i, to)
		check := excelize.NewDataValidation(true)
		check.Sqref = cells
		switch k.Kind {
		case document.Chosen:
			check.SetSqrefDropList(fmt.Sprintf("%s!$%s$2:$%s$%d", listsSheet, labels, labels, 1+len(r.Choices)))
			check.SetError(excelize.DataValidationErrorStyleStop, cut(k.Label, 31), cut(b.d.Words.Choices, 254))
			b.toneFormats(sh, cells, r.Choices)
		case document.Dated:
			b.try(check.SetRange(36526, 73050, excelize.DataValidationTypeDate, excelize.DataValidationOperatorBetween)) // 2000 to 2099
			check.SetError(excelize.DataValidationErrorStyleStop, cut(k.Label, 31), cut(cmp.Or(b.d.Words.Date, k.Label), 254))
		default:
			continue
		}
		b.try(b.f.AddDataValidation(sh, check))
	}
}

// reviewWidth is how wide a reviewer's column is, in characters.
func reviewWidth(k document.ReviewColumn) float64 {
	switch {
	case k.Kind == document.Dated:
		return 13
	case k.Code == "comment":
		return 34
	}
	return 16
}

// lists writes the hidden sheet of choices.
func (b *book) lists() {
	if len(b.choices) == 0 {
		return
	}
	_, err := b.f.NewSheet(listsSheet)
	b.try(err)
	for _, l := range b.choices {
		b.try(b.f.SetCellStr(listsSheet, address(l.column, 1), "code"))
		b.try(b.f.SetCellStr(listsSheet, address(l.column+1, 1), "label"))
		for i, c := range l.choices {
			b.try(b.f.SetCellStr(listsSheet, address(l.column, int64(i+2)), c.Code))
			b.try(b.f.SetCellStr(listsSheet, address(l.column+1, int64(i+2)), c.Label))
		}
	}
	b.try(b.f.SetSheetVisible(listsSheet, false))
}

// toneFormats colours cells by the word they hold.
func (b *book) toneFormats(sh, cells string, choices []document.Choice) {
	var formats []excelize.ConditionalFormatOptions
	for _, c := range choices {
		if c.Tone == "" || c.Tone == document.Neutral {
			continue
		}
		tone := c.Tone
		id, ok := b.conditional[tone]
		if !ok {
			var err error
			id, err = b.f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Color: b.word(tone)},
				Fill: fill(pale(b.tone(tone), paleShare))})
			b.try(err)
			if b.conditional == nil {
				b.conditional = map[document.Tone]int{}
			}
			b.conditional[tone] = id
		}
		formats = append(formats, excelize.ConditionalFormatOptions{Type: "cell", Criteria: "==",
			Value: `"` + strings.ReplaceAll(c.Label, `"`, `""`) + `"`, Format: ptr(id)})
	}
	if len(formats) > 0 {
		b.try(b.f.SetConditionalFormat(sh, cells, formats))
	}
}

// progress says how many rows of a reviewed table have another choice than the first: counted live, with today's figure for programs that
// do not count.
func (g *page) progress(x document.Progress) {
	b := g.b
	var total int64
	var open []string
	for _, s := range b.tables[x.Ref] {
		r := b.reviews[x.Ref]
		cells := fmt.Sprintf("%[1]s!$%[2]s$%[3]d:$%[2]s$%[4]d", quote(s.sheet), column(r.column), s.first, s.last)
		open = append(open, fmt.Sprintf(`COUNTIF(%s,"%s")+COUNTBLANK(%[1]s)`, cells, formulaText(r.initial)))
		total += s.last - s.first + 1
	}
	if total == 0 {
		return
	}
	before, after, _ := strings.Cut(strings.ReplaceAll(x.Text, "{all}", b.number(total)), "{done}")
	cell := address(2, g.row)
	g.put(2, g.take(pageWidth), before+"0"+after, b.style("progress", func() *excelize.Style {
		return &excelize.Style{Font: b.font(12, true, b.color("critical")), Alignment: &excelize.Alignment{Vertical: "center"}}
	}))
	count := fmt.Sprintf(`"%s"&(%d-(%s))&"%s"`, formulaText(before), total, strings.Join(open, "+"), formulaText(after))
	b.formula(g.name, cell, count, before+"0"+after)
	if to := b.targets[x.Ref]; to != "" {
		b.try(b.f.SetCellHyperLink(g.name, cell, to, "Location"))
	}
	g.height(20)
	g.next()
	for _, note := range x.Notes {
		g.paragraph(document.Paragraph{Style: document.Note, Text: note})
	}
	g.gap(6)
}
