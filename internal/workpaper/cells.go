package workpaper

import (
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

// none is shown where there is no value: a figure that was not observed is never printed as 0.
const none = "–"

// cell is the text a reader sees for a value.
func (c *composer) cell(col document.Column, v any) string {
	if v == nil {
		return none
	}
	if col.Form == document.FormStatus {
		if code, ok := v.(string); ok {
			for _, choice := range col.Values {
				if choice.Code == code {
					return choice.Label
				}
			}
		}
	}
	switch v := v.(type) {
	case string:
		if col.Form == document.FormMoney {
			if f, err := strconv.ParseFloat(v, 64); err == nil {
				return c.l.Float(f, col.Digits)
			}
		}
		if col.Form == document.FormAccount {
			if name := c.names[v]; name != "" {
				return v + " " + name
			}
		}
		return v
	case bool:
		if v {
			return c.say("value.yes")
		}
		return c.say("value.no")
	case int64:
		switch col.Form {
		case document.FormBytes, document.FormSize:
			return c.l.Bytes(v)
		case document.FormPercent:
			return c.l.Percent(float64(v))
		case document.FormID, document.FormCode, document.FormText:
			return strconv.FormatInt(v, 10)
		}
		return c.l.Number(v)
	case float64:
		if col.Form == document.FormPercent {
			return c.l.Percent(v)
		}
		return c.l.Value(v, 2)
	case time.Time:
		if col.Kind == result.Date || col.Form == document.FormDate {
			return c.l.Day(v)
		}
		return c.l.Time(v)
	}
	return none
}

// paper is the text of a cell where there is little room: an account by its name, a long id by its beginning and its end, a service
// without its domain, a time without its year. The workbook holds the whole value.
func (c *composer) paper(col document.Column, v any) string {
	switch x := v.(type) {
	case string:
		switch col.Form {
		case document.FormAccount:
			return c.accountWord(x)
		case document.FormID:
			if r := []rune(x); len(r) > longHex && hexWord.MatchString(x) {
				return x[:8] + "…" + x[len(x)-4:]
			}
		case document.FormText, document.FormCode:
			return strings.TrimSuffix(c.cell(col, v), ".amazonaws.com")
		}
	case time.Time:
		if col.Kind != result.Date && col.Form != document.FormDate && x.Year() == c.local(c.s.Period.From).Year() {
			return c.l.DayMonth(x) + " " + x.Format("15:04:05")
		}
	}
	return c.cell(col, v)
}

// observed is a figure of the inputs, or the words for one that this engine cannot see.
func (c *composer) observed(n *int64) string {
	if n == nil {
		return c.say("value.not_observable")
	}
	return c.l.Number(*n)
}

// column of a small table composed here.
func column(name, label string, kind result.Kind, form document.Form) document.Column {
	return document.Column{Name: name, Label: label, Kind: kind, Form: form, Width: len([]rune(label))}
}

// table is a small table held in memory: widths from its cells.
func (c *composer) table(title string, cols []document.Column, rows []result.Row) document.Table {
	plain := make([]result.Column, len(cols))
	for i, col := range cols {
		plain[i] = result.Column{Name: col.Name, Kind: col.Kind}
		for _, r := range rows {
			cols[i].Width = max(cols[i].Width, len([]rune(c.cell(col, r[i]))))
		}
	}
	return document.Table{Title: title, Columns: cols, Rows: result.Of(plain, rows), Shown: int64(len(rows))}
}
