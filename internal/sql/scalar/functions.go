package scalar

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// GoFunction is a scalar function written in Go. DuckDB calls it with values that are not NULL; with a NULL it gives NULL itself.
// Types are DuckDB's: VARCHAR, JSON, BIGINT, DOUBLE, BOOLEAN, and of parameters VARCHAR[], a list that list_filter or list_transform has
// made. A last parameter that ends in "..." may be there any number of times. It keeps no state, so it may be called from several
// threads, and no text that it is given: its memory is the database's and ends with the call. A part of such a text may be its result.
//
// One of the functions is set. Those without Call give their first argument back, if its type is Result: they look at what is to be
// made of the arguments before it is made. An error of theirs that is not a LimitError is an error of the statement all the same.
type GoFunction struct {
	Name   string
	Params []string
	Result string
	Call   func(args []any) (any, error) // arguments as string, int64, float64, bool, []any of string and nil; a nil result is NULL

	// Length gives how many bytes will be made of a text of so many bytes, or of a number.
	Length func(n int64) (bytes int64, err error)
	// Bound gives how many bytes will be made at most, and Exact how many, where Bound is too many. Exact may be nil.
	Bound, Exact func(args []any) (bytes int64, err error)
}

// GoFunctions are what DuckDB cannot be taught by macros.
func GoFunctions() []GoFunction {
	text := func(f func(string) (string, error)) func([]any) (any, error) {
		return func(a []any) (any, error) { return f(a[0].(string)) }
	}
	try := func(f func(string) (string, error)) func([]any) (any, error) {
		return func(a []any) (any, error) {
			s, err := f(a[0].(string))
			if err != nil {
				return nil, nil
			}
			return s, nil
		}
	}
	part := func(f func(uri) string) func([]any) (any, error) {
		return func(a []any) (any, error) {
			if u, ok := parseURI(a[0].(string)); ok {
				return f(u), nil
			}
			return nil, nil
		}
	}
	// longer is a function whose text may be longer than the one it is given
	longer := func(what string, f func(string) (string, error)) func([]any) (any, error) {
		return func(a []any) (any, error) {
			s, err := f(a[0].(string))
			if err == nil && len(s) > len(a[0].(string)) {
				err = textLimit(what, int64(len(s)))
			}
			return s, err
		}
	}
	one := []string{"VARCHAR"}
	called := func(name string, params []string, result string, call func(a []any) (any, error)) GoFunction {
		return GoFunction{Name: name, Params: params, Result: result, Call: call}
	}
	return append(guards(), []GoFunction{
		called("tr_depth", []string{"BIGINT", "BIGINT"}, "BIGINT", func(a []any) (any, error) {
			if a[0].(int64) > a[1].(int64) {
				return nil, limitError("WITH RECURSIVE goes on after %d steps", a[1])
			}
			return a[0], nil
		}),
		called("tr_ip", one, "VARCHAR", text(IPText)),
		called("tr_ip_try", one, "VARCHAR", try(IPText)),
		called("tr_ip_in", []string{"VARCHAR", "VARCHAR"}, "BOOLEAN", func(a []any) (any, error) { return IPIn(a[0].(string), a[1].(string)) }),
		called("tr_double_text", []string{"DOUBLE"}, "VARCHAR", func(a []any) (any, error) { return DoubleCast(a[0].(float64)), nil }),
		called("tr_json_parse", one, "VARCHAR", longer("json_parse", CanonicalJSON)),
		called("tr_json_parse_try", one, "VARCHAR", func(a []any) (any, error) {
			s, err := CanonicalJSON(a[0].(string))
			if err != nil {
				return nil, nil
			}
			return longer("json_parse", func(string) (string, error) { return s, nil })(a)
		}),
		called("tr_json_scalar", []string{"VARCHAR", "VARCHAR"}, "VARCHAR", func(a []any) (any, error) {
			if s, ok := JSONScalar(a[0].(string), a[1].(string)); ok {
				return s, nil
			}
			return nil, nil
		}),
		called("tr_json_extract", []string{"VARCHAR", "VARCHAR"}, "VARCHAR", func(a []any) (any, error) {
			if s, ok := JSONExtract(a[0].(string), a[1].(string)); ok {
				return s, nil
			}
			return nil, nil
		}),
		called("tr_url_host", one, "VARCHAR", part(func(u uri) string { return u.host })),
		called("tr_url_path", one, "VARCHAR", part(func(u uri) string { return decoded(u.path) })),
		called("tr_url_query", one, "VARCHAR", part(func(u uri) string { return decoded(u.query) })),
		called("tr_url_parameter", []string{"VARCHAR", "VARCHAR"}, "VARCHAR", func(a []any) (any, error) {
			if s, ok := uriParameter(a[0].(string), a[1].(string)); ok {
				return s, nil
			}
			return nil, nil
		}),
		called("tr_from_utf8", one, "VARCHAR", longer("from_utf8", func(s string) (string, error) {
			b, err := hex.DecodeString(s)
			return string([]rune(string(b))), err // a byte that is not UTF-8 becomes U+FFFD
		})),
		called("tr_concat", []string{"VARCHAR", "VARCHAR..."}, "VARCHAR", func(a []any) (any, error) { return together(a) }),
		called("tr_join", []string{"VARCHAR[]", "VARCHAR"}, "VARCHAR",
			func(a []any) (any, error) { return joined(a[0].([]any), a[1].(string), nil) }),
		called("tr_join_all", []string{"VARCHAR[]", "VARCHAR", "VARCHAR"}, "VARCHAR",
			func(a []any) (any, error) { return joined(a[0].([]any), a[1].(string), a[2]) }),
		called("tr_replace", []string{"VARCHAR", "VARCHAR", "VARCHAR"}, "VARCHAR", func(a []any) (any, error) {
			return replaceAll(a[0].(string), a[1].(string), a[2].(string))
		}),
		called("tr_split_part", []string{"VARCHAR", "VARCHAR", "BIGINT"}, "VARCHAR",
			func(a []any) (any, error) { return splitPart(a[0].(string), a[1].(string), a[2].(int64)) }),
		called("tr_pad", []string{"VARCHAR", "BIGINT", "VARCHAR", "BOOLEAN"}, "VARCHAR", func(a []any) (any, error) {
			return pad(a[0].(string), a[1].(int64), a[2].(string), a[3].(bool))
		}),
		called("tr_strpos", []string{"VARCHAR", "VARCHAR", "BIGINT"}, "BIGINT",
			func(a []any) (any, error) { return position(a[0].(string), a[1].(string), a[2].(int64)) }),
		called("tr_levenshtein", []string{"VARCHAR", "VARCHAR"}, "BIGINT", func(a []any) (any, error) {
			r, s := []rune(a[0].(string)), []rune(a[1].(string))
			if len(r) > 0 && int64(len(r))*int64(len(s)-1) > MaxEdits {
				return nil, limitError("levenshtein_distance compares texts of %d and %d characters, and the product may be %d at most", len(r), len(s),
					MaxEdits)
			}
			return levenshtein(r, s), nil
		}),
		called("tr_hamming", []string{"VARCHAR", "VARCHAR"}, "BIGINT", func(a []any) (any, error) {
			r, s := []rune(a[0].(string)), []rune(a[1].(string))
			if len(r) != len(s) {
				return nil, errors.New("hamming_distance takes two texts of one length")
			}
			n := int64(0)
			for i := range r {
				if r[i] != s[i] {
					n++
				}
			}
			return n, nil
		}),
		called("tr_url_encode", one, "VARCHAR", longer("url_encode", func(s string) (string, error) {
			return strings.NewReplacer("~", "%7E", "%2A", "*").Replace(url.QueryEscape(s)), nil
		})),
		called("tr_to_base", []string{"BIGINT", "BIGINT"}, "VARCHAR", func(a []any) (any, error) {
			if r := a[1].(int64); r >= 2 && r <= 36 {
				return strconv.FormatInt(a[0].(int64), int(r)), nil
			}
			return nil, fmt.Errorf("a radix is from 2 to 36, not %d", a[1])
		}),
		called("tr_from_base", []string{"VARCHAR", "BIGINT"}, "BIGINT", func(a []any) (any, error) {
			if r := a[1].(int64); r < 2 || r > 36 {
				return nil, fmt.Errorf("a radix is from 2 to 36, not %d", r)
			}
			n, err := strconv.ParseInt(a[0].(string), int(a[1].(int64)), 64)
			if err != nil || strings.Contains(a[0].(string), "_") {
				return nil, fmt.Errorf("%q is not a number of base %d", a[0], a[1])
			}
			return n, nil
		}),
	}...)
}

// pad is lpad and rpad: text is made n characters long, by cutting its end or by repeating fill.
func pad(text string, n int64, fill string, left bool) (string, error) {
	what := "rpad"
	if left {
		what = "lpad"
	}
	if fill == "" {
		return "", errors.New(what + " needs something to fill with, not an empty text")
	}
	if n < 0 || n > math.MaxInt32 {
		return "", fmt.Errorf("%s makes texts of 0 to %d characters, not %d", what, math.MaxInt32, n)
	}
	missing := int(n) - utf8.RuneCountInString(text)
	if missing <= 0 {
		return firstRunes(text, int(n)), nil
	}
	times, rest := missing/utf8.RuneCountInString(fill), firstRunes(fill, missing%utf8.RuneCountInString(fill))
	if err := textLimit(what, int64(len(text))+int64(times)*int64(len(fill))+int64(len(rest))); err != nil {
		return "", err
	}
	filled := strings.Repeat(fill, times) + rest
	if left {
		return filled + text, nil
	}
	return text + filled, nil
}

// firstRunes is the first n characters of a text.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// levenshtein counts the characters to change, add or drop.
func levenshtein(a, b []rune) int64 {
	row := make([]int64, len(b)+1)
	for j := range row {
		row[j] = int64(j)
	}
	for i := range a {
		before := row[0]
		row[0] = int64(i) + 1
		for j := range b {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(row[j+1]+1, row[j]+1, change)
		}
	}
	return row[len(b)]
}

// position is strpos(text, part, n): where the nth part begins, counted in characters from 1, or from the end for n below 0;
// 0 where it is not. Parts may overlap.
func position(text, part string, n int64) (int64, error) {
	switch {
	case n == 0:
		return 0, errors.New("strpos counts from 1, or from -1 at the end")
	case part == "":
		return 1, nil
	case n > 0:
		for at := -1; ; {
			next := strings.Index(text[at+1:], part)
			if next < 0 {
				return 0, nil
			}
			if at += 1 + next; n == 1 {
				return int64(utf8.RuneCountInString(text[:at])) + 1, nil
			}
			n--
		}
	}
	for end := len(text); ; {
		at := strings.LastIndex(text[:end], part)
		if at < 0 {
			return 0, nil
		}
		if n == -1 {
			return int64(utf8.RuneCountInString(text[:at])) + 1, nil
		}
		n++
		end = at + len(part) - 1
	}
}
