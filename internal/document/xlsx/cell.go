package xlsx

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"trailscribe/internal/document"
	"trailscribe/internal/result"
)

// Limits of the format (Microsoft, "Excel specifications and limits").
const (
	mostRows       = 1_048_576
	mostCharacters = 32_767  // UTF-16 units in a cell
	kept           = 32_000  // of a longer text; the rest is in the run folder
	mostDigits     = 15      // of a number; a longer one is written as text
	mostXML        = 3 << 30 // bytes of one sheet: past 4 GiB the archive would need fields that Excel calls damage
)

var epoch = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// serial is a wall clock as Excel counts it: days since 30 December 1899.
func serial(t time.Time) float64 {
	t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	return float64(t.UnixMilli()-epoch.UnixMilli()) / 86_400_000 // a Duration ends after 292 years, and Sub does not say so
}

// text makes a string fit for a cell: what cannot be shown becomes a code, what is too long is cut and says so. altered reports whether a
// reader sees something else.
func text(s string, w document.Words) (shown string, altered bool) {
	shown, n := result.Visible(s)
	altered = n > 0
	if len(shown) > mostCharacters && utf16Length(shown) > mostCharacters { // never more units than bytes
		sum := sha256.Sum256([]byte(s))
		note := strings.NewReplacer("{characters}", strconv.Itoa(utf8.RuneCountInString(s)), "{sha256}",
			hex.EncodeToString(sum[:])).Replace(w.Truncated)
		shown, altered = cut(shown, kept)+note, true
	}
	return shown, altered
}

func utf16Length(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

func cut(s string, units int) string {
	n := 0
	for i, r := range s {
		n += utf16.RuneLen(r)
		if n > units {
			return s[:i]
		}
	}
	return s
}

// literal keeps the text _x0041_ from being read as the letter A (ECMA-376 part 1, 22.4.2.4 bstr).
func literal(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if escaped(s[i:]) {
			b.WriteString("_x005F")
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func escaped(s string) bool {
	if len(s) < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return false
	}
	for _, c := range []byte(s[2:6]) {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

// rowEncoder appends the XML of rows to B. Text is inline: shared strings would save 7 % of the file and cost a table of all of them.
type rowEncoder struct {
	B       []byte
	columns []string // A, B, …
	styles  []int
	quoted  []int // the same for texts that a spreadsheet might take for a formula
	words   document.Words
	number  []byte
	Altered int64
}

// start and end frame one row.
func (e *rowEncoder) start(row int64) {
	e.number = strconv.AppendInt(e.number[:0], row, 10)
	e.B = append(append(append(e.B, `<row r="`...), e.number...), `">`...)
}
func (e *rowEncoder) end() { e.B = append(e.B, `</row>`...) }

func (e *rowEncoder) open(i int) { e.openAs(i, e.styles[i]) }

func (e *rowEncoder) openAs(i, style int) {
	b := append(e.B, `<c r="`...)
	b = append(b, e.columns[i]...)
	b = append(b, e.number...)
	b = append(b, `" s="`...)
	b = strconv.AppendInt(b, int64(style), 10)
	e.B = append(b, '"')
}

func (e *rowEncoder) empty(i int) {
	e.open(i)
	e.B = append(e.B, `/>`...)
}

func (e *rowEncoder) int(i int, n int64) {
	e.open(i)
	e.B = append(strconv.AppendInt(append(e.B, `><v>`...), n, 10), `</v></c>`...)
}

func (e *rowEncoder) float(i int, f float64) {
	e.open(i)
	e.B = append(strconv.AppendFloat(append(e.B, `><v>`...), f, 'f', -1, 64), `</v></c>`...)
}

func (e *rowEncoder) string(i int, s string) {
	shown, altered := text(s, e.words)
	if altered {
		e.Altered++
	}
	if shown == "" {
		e.empty(i)
		return
	}
	style := e.styles[i]
	if result.Formula(shown) {
		style = e.quoted[i]
	}
	e.openAs(i, style)
	e.B = append(e.B, ` t="inlineStr"><is><t`...)
	if c, d := shown[0], shown[len(shown)-1]; c <= ' ' || d <= ' ' {
		e.B = append(e.B, ` xml:space="preserve"`...)
	}
	e.B = append(e.B, '>')
	e.escape(literal(shown))
	e.B = append(e.B, `</t></is></c>`...)
}

func (e *rowEncoder) escape(s string) {
	b, last := e.B, 0
	for i := 0; i < len(s); i++ {
		var with string
		switch s[i] {
		case '&':
			with = "&amp;"
		case '<':
			with = "&lt;"
		case '>':
			with = "&gt;"
		case '\r':
			with = "&#13;"
		default:
			continue
		}
		b = append(append(b, s[last:i]...), with...)
		last = i + 1
	}
	e.B = append(b, s[last:]...)
}

// value writes one value of a result by its kind. A number that Excel would round stays text.
func (e *rowEncoder) value(i int, col document.Column, v any, shown func(document.Column, any) string) {
	switch v := v.(type) {
	case nil:
		e.empty(i)
	case string:
		if col.Kind == result.Decimal && digits(v) <= mostDigits && numeric(col.Form) {
			if f, err := strconv.ParseFloat(v, 64); err == nil && !math.IsInf(f, 0) {
				e.float(i, f)
				return
			}
		}
		if col.Form == document.FormStatus && len(col.Values) > 0 {
			v = shown(col, v)
		}
		e.string(i, v)
	case int64:
		if n := strconv.FormatInt(v, 10); digits(n) > mostDigits || !numeric(col.Form) {
			e.string(i, n)
			return
		}
		e.int(i, v)
	case float64:
		e.float(i, v)
	case time.Time:
		// The format counts a 29 February 1900 that never was, and ends with the year 9999.
		if v.Before(time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)) || v.Year() > 9999 {
			e.string(i, shown(col, v))
			return
		}
		e.float(i, serial(v))
	default:
		e.string(i, shown(col, v))
	}
}

func numeric(f document.Form) bool {
	switch f {
	case document.FormID, document.FormAccount, document.FormText, document.FormCode, document.FormStatus, document.FormRef, document.FormJSON:
		return false
	}
	return true
}

func digits(s string) int {
	n := 0
	for _, c := range []byte(s) {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}
