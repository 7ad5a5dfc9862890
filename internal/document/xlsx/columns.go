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
		case col.Form == document.FormSize: // the cell keeps every byte
			return "right", `[>=999950000]#,##0.0,,," GB";[>=999950]#,##0.0,," MB";#,##0.0," kB"`
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
