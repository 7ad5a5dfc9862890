package sql

import (
	"fmt"
	"strings"

	"trailscribe/internal/sql/ast"
)

// A format translator turns Trino's format into DuckDB's; parse says whether text is read.
type formatTranslator func(format string, parse bool) (string, error)

func emitDateFormat(translate formatTranslator) func(*emitter, *ast.Call, *resolved) string {
	return func(e *emitter, c *ast.Call, r *resolved) string {
		return "strftime(" + e.local(c.Args[0]) + ", " + e.format(c.Args[1], translate, false) + ")"
	}
}

func emitDateParse(translate formatTranslator) func(*emitter, *ast.Call, *resolved) string {
	return func(e *emitter, c *ast.Call, r *resolved) string {
		fn := "strptime("
		if e.try > 0 {
			fn = "try_strptime("
		}
		s := fn + e.as(c.Args[0], tVarchar) + ", " + e.format(c.Args[1], translate, true) + ")"
		if r.result.Kind == TimestampZoneType {
			return "timezone('UTC', " + s + ")"
		}
		return s
	}
}

func (e *emitter) format(x ast.Expr, translate formatTranslator, parse bool) string {
	lit, ok := x.(*ast.StringLit)
	if !ok {
		e.refuse(x, "the format is a literal", "")
		return "''"
	}
	s, err := translate(lit.Value, parse)
	if err != nil {
		e.refuse(x, err.Error(), "")
	}
	return ast.StringText(s)
}

var mysqlFormats = map[byte]string{'a': "%a", 'b': "%b", 'c': "%-m", 'd': "%d", 'e': "%-d", 'f': "%f", 'H': "%H", 'h': "%I", 'I': "%I",
	'i': "%M", 'j': "%j", 'k': "%-H", 'l': "%-I", 'M': "%B", 'm': "%m", 'p': "%p", 'r': "%I:%M:%S %p", 'S': "%S", 's': "%S",
	'T': "%H:%M:%S", 'v': "%V", 'W': "%A", 'x': "%G", 'Y': "%Y", 'y': "%y", '%': "%%"}

// mysqlFormat translates the formats of date_format and date_parse.
func mysqlFormat(s string, parse bool) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", fmt.Errorf("the format ends in %%")
		}
		d, ok := mysqlFormats[s[i]]
		if !ok || parse && (s[i] == 'v' || s[i] == 'x' || s[i] == 'W' || s[i] == 'a') {
			return "", fmt.Errorf("the format %%%c is not supported", s[i])
		}
		b.WriteString(d)
	}
	return b.String(), nil
}

var jodaFormats = map[string]string{"yyyy": "%Y", "y": "%Y", "yy": "%y", "M": "%-m", "MM": "%m", "MMM": "%b", "MMMM": "%B", "d": "%-d",
	"dd": "%d",
	"H":  "%-H", "HH": "%H", "h": "%-I", "hh": "%I", "m": "%-M", "mm": "%M", "s": "%-S", "ss": "%S", "SSS": "%g", "a": "%p",
	"E": "%a", "EE": "%a", "EEE": "%a", "EEEE": "%A", "D": "%-j", "DDD": "%j", "xxxx": "%G", "ww": "%V", "e": "%u"}

// jodaFormat translates the formats of format_datetime and parse_datetime.
func jodaFormat(s string, parse bool) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\'':
			end := strings.IndexByte(s[i+1:], '\'')
			if end < 0 {
				return "", fmt.Errorf("a quote in the format is not closed")
			}
			text := s[i+1 : i+1+end]
			if text == "" {
				text = "'"
			}
			b.WriteString(strings.ReplaceAll(text, "%", "%%"))
			i += end + 2
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			n := 1
			for i+n < len(s) && s[i+n] == c {
				n++
			}
			d, ok := jodaFormats[s[i:i+n]]
			if !ok || parse && strings.ContainsRune("ExweD", rune(c)) {
				return "", fmt.Errorf("the format %s is not supported", s[i:i+n])
			}
			b.WriteString(d)
			i += n
		default:
			if c == '%' {
				b.WriteByte('%')
			}
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), nil
}
