package xlsx

import (
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

// layoutOf is how a column is aligned and which number format its cells have; "@" is text.
func layoutOf(col document.Column) (align, format string) {
	switch col.Kind {
	case result.Instant, result.Local:
		return "left", "yyyy-mm-dd hh:mm:ss"
	case result.Date:
		return "left", "yyyy-mm-dd"
	case result.Int, result.Decimal, result.Float:
		if !numeric(col.Form) {
			return "right", "@"
		}
		switch {
		case col.Form == document.FormPercent:
			return "right", `0.0"%"`
		case col.Form == document.FormMoney:
			return "right", strings.TrimSuffix("#,##0."+strings.Repeat("0", col.Digits), ".")
		case col.Kind == result.Float:
			return "right", "#,##0.00"
		case col.Kind == result.Decimal:
			return "right", "#,##0.######"
		}
		return "right", "#,##0"
	}
	return "left", "@"
}

// sizeFormat is the number format of a size, in the unit in which shown, the text a reader sees elsewhere, has it; the cell
// keeps every byte. (excelize, when it shows a cell in our tests, takes three commas for two; spreadsheets do not.) A unit stands behind
// the figure; where it does not, the bytes are shown.
func sizeFormat(bytes int64, shown string) string {
	unit := strings.TrimLeft(shown, "-0123456789.,'’\u00a0\u202f ")
	scale := 0
	for f := float64(max(bytes, -bytes)); f >= 999.95 && scale < 5; f /= 1000 {
		scale++
	}
	if unit == "" || scale == 0 || strings.ContainsAny(unit, "\"\\0123456789") {
		return "#,##0"
	}
	return "#,##0.0" + strings.Repeat(",", scale) + `" ` + unit + `"`
}

// widthOf is the width of a column in characters of the sheet's font, from its longest value and its label.
func widthOf(col document.Column) float64 {
	w := float64(max(col.Width, len([]rune(col.Label))))
	least, most := 8.0, 46.0
	switch col.Kind {
	case result.Instant, result.Local:
		return 19
	case result.Date:
		return 12.5
	}
	switch col.Form {
	case document.FormAccount:
		return 15
	case document.FormID:
		most = 68
	case document.FormARN:
		most = 60
	case document.FormIP:
		most = 28
	case document.FormStatus, document.FormRegion:
		least, most = 11, 22
	}
	return min(max(w*1.02+3, least), most)
}
