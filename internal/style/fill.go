package style

import (
	"fmt"
	"strings"

	"golang.org/x/text/feature/plural"
	xlang "golang.org/x/text/language"
)

// fill chooses the form that the count asks for in the language of the forms and fills its placeholders. key names the text where a
// placeholder stays empty.
func (l *Language) fill(key string, of xlang.Tag, forms map[string]string, args []any) string {
	values := map[string]string{}
	var count int64
	counted := 0 // 1: the first whole number, 2: the argument n
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		n, whole := wholeNumber(args[i+1])
		if whole && (counted == 0 || name == "n" && counted < 2) {
			count, counted = n, 1
			if name == "n" {
				counted = 2
			}
		}
		switch v := args[i+1].(type) {
		case string:
			values[name] = v
		case float64:
			values[name] = l.Float(v, -1)
		default:
			if whole {
				values[name] = l.Number(n)
			} else {
				values[name] = fmt.Sprint(v)
			}
		}
	}
	text, ok := forms["other"]
	if counted > 0 {
		if t, has := forms[pluralForm(of, count)]; has {
			text, ok = t, true
		}
	}
	if !ok {
		for _, f := range pluralForms { // no form fits: the last there is, never nothing
			if t, has := forms[f]; has {
				text = t
			}
		}
	}
	return expand(text, func(name string) string {
		v, ok := values[name]
		if !ok {
			l.lack(key + " {" + name + "}")
			return "{" + name + "}"
		}
		return v
	})
}

// pluralForm is the CLDR category of a whole number in a language.
func pluralForm(tag xlang.Tag, n int64) string {
	if n > 1_000_000 || n < -1_000_000 { // the rules look at the last six digits of large numbers
		n = 1_000_000 + max(n%1_000_000, -(n%1_000_000)) // the smallest number has no opposite
	} else if n < 0 {
		n = -n
	}
	switch plural.Cardinal.MatchPlural(tag, int(n), 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}

func wholeNumber(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case uint32:
		return int64(n), true
	case uint8:
		return int64(n), true
	}
	return 0, false
}

// expand replaces each {name}. Values are not looked at again, so a value that holds braces stays as it is.
func expand(text string, value func(name string) string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			break
		}
		j := strings.IndexByte(text[i:], '}')
		if j < 0 {
			break
		}
		b.WriteString(text[:i])
		b.WriteString(value(text[i+1 : i+j]))
		text = text[i+j+1:]
	}
	b.WriteString(text)
	return b.String()
}
