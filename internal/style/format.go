package style

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/yaml"
)

// format is how a language writes dates, numbers and lists: templates/lang/<tag>/format.yaml.
type format struct {
	months, short      []string
	date, day          string
	span               map[string]string
	decimal, thousands string
	percent            string
	bytes              []string
	between, last      string
}

var (
	anyText     = &yaml.Shape{Kind: yaml.Text, Empty: true}
	formatShape = &yaml.Shape{Kind: yaml.Object, Title: "How a language writes dates, numbers and lists", Fields: []yaml.Field{
		{Name: "months", Shape: &yaml.Shape{Kind: yaml.List, AtLeast: 12, Item: &yaml.Shape{Kind: yaml.Text}},
			Help: "January to December, as {month}"},
		{Name: "months_short", Shape: &yaml.Shape{Kind: yaml.List, AtLeast: 12, Item: &yaml.Shape{Kind: yaml.Text}}, Help: "the same, as {mon}"},
		{Name: "date", Shape: &yaml.Shape{Kind: yaml.Text},
			Help: "a day in words, of {day} {month} {year}; a period of one day too, where span says nothing of day"},
		{Name: "day", Shape: &yaml.Shape{Kind: yaml.Text}, Help: "a day of the period, short, of {day} {month} {mon} {year}"},
		{Name: "span", Help: "a period in words, both ends in it", Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
			{Name: "day", Shape: &yaml.Shape{Kind: yaml.Text}, Help: "one day, of {day} {month} {year}"},
			{Name: "same_month", Shape: &yaml.Shape{Kind: yaml.Text}, Help: "of {from_day} {from_month} {from_year} {to_day} {to_month} {to_year}"},
			{Name: "same_year", Shape: &yaml.Shape{Kind: yaml.Text}},
			{Name: "other", Shape: &yaml.Shape{Kind: yaml.Text}},
			{Name: "clock", Shape: &yaml.Shape{Kind: yaml.Text}, Help: "where an end is not midnight, of {from} {to}"},
		}}},
		{Name: "decimal", Shape: anyText, Help: "sign before fractions"},
		{Name: "thousands", Shape: anyText, Help: "sign between groups of three digits"},
		{Name: "percent", Shape: &yaml.Shape{Kind: yaml.Text}, Help: "of {n}"},
		{Name: "bytes", Shape: &yaml.Shape{Kind: yaml.List, AtLeast: 6, Item: &yaml.Shape{Kind: yaml.Text}},
			Help: "bytes, kilobytes to petabytes (powers of 1,000), each of {n}"},
		{Name: "list", Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{{Name: "between", Shape: anyText},
			{Name: "last", Shape: anyText}}}, Help: "what stands between the items of a list"},
	}}
)

// FormatShape is what templates/lang/<tag>/format.yaml may hold.
func FormatShape() *yaml.Shape { return formatShape }

// loadFormat reads a language's format over base, which holds where the file or a key of it is not there. A later layer's English file need
// not have all keys, as with its sentences.
func loadFormat(l *library.Library, tag string, base format) (format, diag.Problems) {
	path := "templates/lang/" + tag + "/format.yaml"
	f, ok := l.File(path)
	if !ok {
		if base.date == "" {
			return base, diag.Problems{{At: diag.Pos{File: path}, Text: "the library has no such file", Rule: "language-unknown"}}
		}
		return base, nil
	}
	var bad diag.Problems
	lowest, ok := l.Lowest(path)
	partial := ok && lowest.Origin != f.Origin
	if tag == "en" && partial {
		base, bad = readFormat(lowest, true, base)
	}
	out, more := readFormat(f, tag == "en" && !partial, base)
	return out, append(bad, more...)
}

// readFormat reads one file over base. Where every key is asked for, one that is not there is a problem.
func readFormat(f library.File, every bool, base format) (format, diag.Problems) {
	v, bad := yaml.Decode(f.Name(), f.Data, formatShape)
	if v == nil || bad.Err() != nil {
		return base, bad
	}
	text := func(v *yaml.Value, to *string) {
		if v != nil {
			*to = v.Text()
		}
	}
	out := base
	out.span = map[string]string{}
	for k, s := range base.span {
		out.span[k] = s
	}
	for _, e := range v.Get("span").Entries() {
		out.span[e.Key.Value] = e.Value.Text()
	}
	if m := v.Get("months"); m != nil {
		out.months = m.Texts()
	}
	if m := v.Get("months_short"); m != nil {
		out.short = m.Texts()
	}
	if b := v.Get("bytes"); b != nil {
		out.bytes = b.Texts()
	}
	if text(v.Get("date"), &out.date); v.Get("date") != nil && v.Get("span").Get("day") == nil {
		out.span["day"] = out.date
	}
	text(v.Get("day"), &out.day)
	text(v.Get("decimal"), &out.decimal)
	text(v.Get("thousands"), &out.thousands)
	text(v.Get("percent"), &out.percent)
	text(v.Get("list").Get("between"), &out.between)
	text(v.Get("list").Get("last"), &out.last)
	if every {
		for _, k := range formatShape.Fields {
			if v.Get(k.Name) == nil {
				bad = append(bad, diag.Problem{At: v.Where(), Text: fmt.Sprintf("English lacks the key %q", k.Name), Rule: "yaml-missing"})
			}
		}
	}
	return out, bad
}

// Time is an instant or wall clock to the second: "2026-10-02 07:14:36". Milliseconds are shown where they are not zero.
func (l *Language) Time(t time.Time) string {
	if t.Nanosecond() >= int(time.Millisecond) {
		return t.Format("2006-01-02 15:04:05.000")
	}
	return t.Format("2006-01-02 15:04:05")
}

// Day is the short form of a date used in tables, "2026-10-02".
func (l *Language) Day(t time.Time) string { return t.Format(time.DateOnly) }

// DayMonth is a day of the period, short, where the year is known: "2 Oct".
func (l *Language) DayMonth(t time.Time) string {
	return l.mark(l.words(l.format.day, map[string]time.Time{"": t}))
}

// words fills {day}, {month} and {year}, with the prefix of each time.
func (l *Language) words(form string, times map[string]time.Time) string {
	return expand(form, func(name string) string {
		prefix, part := "", name
		if i := strings.LastIndexByte(name, '_'); i >= 0 {
			prefix, part = name[:i], name[i+1:]
		}
		t, ok := times[prefix]
		switch {
		case ok && part == "day":
			return strconv.Itoa(t.Day())
		case ok && part == "month" && int(t.Month()) <= len(l.format.months):
			return l.format.months[t.Month()-1]
		case ok && part == "mon" && int(t.Month()) <= len(l.format.short):
			return l.format.short[t.Month()-1]
		case ok && part == "year":
			return strconv.Itoa(t.Year())
		}
		l.lack("format.yaml {" + name + "}")
		return "{" + name + "}"
	})
}

// Span is a half-open period in words: "1 July – 30 September 2026". The times are in the zone the period is meant in; where one is not
// midnight there, both are given to the second, and the end is then not in it.
func (l *Language) Span(from, to time.Time) string {
	midnight := func(t time.Time) bool { h, m, s := t.Clock(); return h == 0 && m == 0 && s == 0 && t.Nanosecond() == 0 }
	if !midnight(from) || !midnight(to) || !from.Before(to) {
		return l.mark(expand(l.format.span["clock"], func(name string) string {
			if name == "from" {
				return l.Time(from)
			}
			return l.Time(to)
		}))
	}
	last := to.AddDate(0, 0, -1)
	form, t := "other", map[string]time.Time{"from": from, "to": last, "": from}
	switch {
	case from.Year() == last.Year() && from.YearDay() == last.YearDay():
		form = "day"
	case from.Year() == last.Year() && from.Month() == last.Month():
		form = "same_month"
	case from.Year() == last.Year():
		form = "same_year"
	}
	return l.mark(l.words(l.format.span[form], t))
}

// Number is a whole number with its thousands: "1,234,567".
func (l *Language) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	return sign + l.group(s)
}

func (l *Language) group(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(l.format.thousands)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Float is a number with that many digits after the decimal sign; with a negative count, as many as it needs.
func (l *Language) Float(f float64, digits int) string {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return "–"
	}
	s := strconv.FormatFloat(f, 'f', digits, 64)
	sign := ""
	if strings.HasPrefix(s, "-") {
		s = s[1:]
		if strings.Trim(s, "0.") != "" { // no "-0"
			sign = "-"
		}
	}
	whole, frac, has := strings.Cut(s, ".")
	out := sign + l.group(whole)
	if has {
		out += l.format.decimal + frac
	}
	return out
}

// Value is a number of a table with that many digits after the decimal sign, in scientific form where that would show other digits
// than the number has: from a quadrillion on, and where nothing but zeros would be left of a number that is not zero.
func (l *Language) Value(f float64, digits int) string {
	switch size := math.Abs(f); {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case size >= 1e15, f != 0 && digits >= 0 && size < math.Pow10(-digits)/2:
		return strings.Replace(strconv.FormatFloat(f, 'e', -1, 64), ".", l.format.decimal, 1)
	}
	return l.Float(f, digits)
}

// Percent is a share of a hundred with one digit where it is not whole: "12.5%". What is not quite nothing or not quite all never looks so.
func (l *Language) Percent(f float64) string {
	n := ""
	switch {
	case f > 0 && f < 0.05:
		n = "<" + l.Float(0.1, 1)
	case f > 99.95 && f < 100:
		n = ">" + l.Float(99.9, 1)
	default:
		f = math.Round(f*10) / 10
		if f == math.Trunc(f) {
			n = l.Float(f, 0)
		} else {
			n = l.Float(f, 1)
		}
	}
	return expand(l.format.percent, func(string) string { return n })
}

// Bytes is a size in powers of 1,000, as AWS bills: "41.7 GB".
func (l *Language) Bytes(n int64) string {
	unit, f := 0, float64(n)
	for math.Abs(f) >= 999.95 && unit+1 < len(l.format.bytes) {
		f, unit = f/1000, unit+1
	}
	digits := 1
	if unit == 0 {
		digits = 0
	}
	if len(l.format.bytes) == 0 {
		return l.Number(n)
	}
	return expand(l.format.bytes[unit], func(string) string { return l.Float(f, digits) })
}

// BytesUnit is the unit that a size of n bytes is written in, such as "GB", and how many bytes it is, so that figures side by side
// have one unit.
func (l *Language) BytesUnit(n float64) (unit string, bytes float64) {
	i, of := 0, 1.0
	for math.Abs(n/of) >= 999.95 && i+1 < len(l.format.bytes) {
		i, of = i+1, of*1000
	}
	if len(l.format.bytes) == 0 {
		return "", 1
	}
	return strings.TrimSpace(expand(l.format.bytes[i], func(string) string { return "" })), of
}

// List joins items in words: "a, b and c".
func (l *Language) List(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	n := len(items) - 1
	return l.mark(strings.Join(items[:n], l.format.between) + l.format.last + items[n])
}
