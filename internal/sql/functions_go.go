package sql

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// GoFunction is a scalar function written in Go. DuckDB calls it with values that are not NULL; with a NULL it gives NULL itself.
// Types are DuckDB's: VARCHAR, BIGINT, DOUBLE, BOOLEAN. It keeps no state, so it may be called from several threads, and no text
// that it is given: its memory is the database's and ends with the call. A part of such a text may be its result.
type GoFunction struct {
	Name   string
	Params []string
	Result string
	Call   func(args []any) (any, error) // arguments as string, int64, float64, bool; a nil result is NULL
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
	one := []string{"VARCHAR"}
	return []GoFunction{
		{"tr_depth", []string{"BIGINT", "BIGINT"}, "BIGINT", func(a []any) (any, error) {
			if a[0].(int64) > a[1].(int64) {
				return nil, limitError("WITH RECURSIVE goes on after %d steps", a[1])
			}
			return a[0], nil
		}},
		{"tr_ip", one, "VARCHAR", text(IPText)},
		{"tr_ip_try", one, "VARCHAR", try(IPText)},
		{"tr_ip_in", []string{"VARCHAR", "VARCHAR"}, "BOOLEAN", func(a []any) (any, error) { return IPIn(a[0].(string), a[1].(string)) }},
		{"tr_double_text", []string{"DOUBLE"}, "VARCHAR", func(a []any) (any, error) { return doubleCast(a[0].(float64)), nil }},
		{"tr_json_parse", one, "VARCHAR", text(CanonicalJSON)},
		{"tr_json_parse_try", one, "VARCHAR", try(CanonicalJSON)},
		{"tr_json_scalar", []string{"VARCHAR", "VARCHAR"}, "VARCHAR", func(a []any) (any, error) {
			if s, ok := jsonScalar(a[0].(string), a[1].(string)); ok {
				return s, nil
			}
			return nil, nil
		}},
		{"tr_json_extract", []string{"VARCHAR", "VARCHAR"}, "VARCHAR", func(a []any) (any, error) {
			if s, ok := jsonExtract(a[0].(string), a[1].(string)); ok {
				return s, nil
			}
			return nil, nil
		}},
		{"tr_url_host", one, "VARCHAR", part(func(u uri) string { return u.host })},
		{"tr_url_path", one, "VARCHAR", part(func(u uri) string { return decoded(u.path) })},
		{"tr_url_query", one, "VARCHAR", part(func(u uri) string { return decoded(u.query) })},
		{"tr_url_parameter", []string{"VARCHAR", "VARCHAR"}, "VARCHAR", func(a []any) (any, error) {
			if s, ok := uriParameter(a[0].(string), a[1].(string)); ok {
				return s, nil
			}
			return nil, nil
		}},
		{"tr_from_utf8", one, "VARCHAR", func(a []any) (any, error) {
			b, err := hex.DecodeString(a[0].(string))
			return string([]rune(string(b))), err // a byte that is no UTF-8 becomes U+FFFD
		}},
		{"tr_pad", []string{"VARCHAR", "BIGINT", "VARCHAR", "BOOLEAN"}, "VARCHAR", func(a []any) (any, error) {
			return pad(a[0].(string), a[1].(int64), a[2].(string), a[3].(bool))
		}},
		{"tr_strpos", []string{"VARCHAR", "VARCHAR", "BIGINT"}, "BIGINT", func(a []any) (any, error) { return position(a[0].(string), a[1].(string), a[2].(int64)) }},
		{"tr_levenshtein", []string{"VARCHAR", "VARCHAR"}, "BIGINT", func(a []any) (any, error) { return levenshtein([]rune(a[0].(string)), []rune(a[1].(string))), nil }},
		{"tr_hamming", []string{"VARCHAR", "VARCHAR"}, "BIGINT", func(a []any) (any, error) {
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
		}},
		{"tr_url_encode", one, "VARCHAR", text(func(s string) (string, error) {
			return strings.NewReplacer("~", "%7E", "%2A", "*").Replace(url.QueryEscape(s)), nil
		})},
		{"tr_to_base", []string{"BIGINT", "BIGINT"}, "VARCHAR", func(a []any) (any, error) {
			if r := a[1].(int64); r >= 2 && r <= 36 {
				return strconv.FormatInt(a[0].(int64), int(r)), nil
			}
			return nil, fmt.Errorf("a radix is from 2 to 36, not %d", a[1])
		}},
		{"tr_from_base", []string{"VARCHAR", "BIGINT"}, "BIGINT", func(a []any) (any, error) {
			if r := a[1].(int64); r < 2 || r > 36 {
				return nil, fmt.Errorf("a radix is from 2 to 36, not %d", r)
			}
			n, err := strconv.ParseInt(a[0].(string), int(a[1].(int64)), 64)
			if err != nil || strings.Contains(a[0].(string), "_") {
				return nil, fmt.Errorf("%q is no number of base %d", a[0], a[1])
			}
			return n, nil
		}},
	}
}

// maxPad is the longest text lpad and rpad make here; Trino's limit is two thousand million.
const maxPad = 1 << 20

// pad is lpad and rpad: text is made n characters long, by cutting its end or by repeating fill.
func pad(text string, n int64, fill string, left bool) (string, error) {
	if fill == "" {
		return "", errors.New("lpad and rpad need something to fill with, not an empty text")
	}
	if n < 0 || n > maxPad {
		return "", fmt.Errorf("lpad and rpad make texts of 0 to %d characters, not %d", maxPad, n)
	}
	r := []rune(text)
	if int64(len(r)) >= n {
		return string(r[:n]), nil
	}
	missing, f := int(n)-len(r), []rune(fill)
	out := make([]rune, missing)
	for i := range out {
		out[i] = f[i%len(f)]
	}
	if left {
		return string(out) + text, nil
	}
	return text + string(out), nil
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
