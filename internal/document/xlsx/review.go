package xlsx

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
)

// lookup is where the choices of a drop-down stand: codes in one column, labels beside them.
type lookup struct {
	column  int
	choices []document.Choice
}

// listsSheet is hidden. A drop-down shows labels in the report's language; the codes beside them are what a filled workbook is read back
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
	list := excelize.NewDataValidation(true)
	list.Sqref = address(first, from) + ":" + address(first, to)
	list.SetSqrefDropList(fmt.Sprintf("%s!$%s$2:$%s$%d", listsSheet, labels, labels, 1+len(r.Choices)))
	list.SetError(excelize.DataValidationErrorStyleStop, cut(r.Status, 31), cut(b.d.Words.Choices, 254))
	b.try(b.f.AddDataValidation(sh, list))
	date := excelize.NewDataValidation(true)
	date.Sqref = address(first+2, from) + ":" + address(first+2, to)
	b.try(date.SetRange(36526, 73050, excelize.DataValidationTypeDate, excelize.DataValidationOperatorBetween)) // 2000 to 2099
	date.SetError(excelize.DataValidationErrorStyleStop, cut(r.On, 31), cut(r.On, 254))
	b.try(b.f.AddDataValidation(sh, date))
	b.toneFormats(sh, address(first, from)+":"+address(first, to), r.Choices)
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
				Fill: fill(pale(b.tone(tone), 0.14))})
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

// word is a tone's colour dark enough to be read on its pale ground.
func (b *book) word(t document.Tone) string {
	switch t {
	case document.Medium:
		return "7A5200"
	case document.Muted, document.Info:
		return b.color("grey")
	}
	return b.tone(t)
}
