package sql

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// macros are the functions of Trino that DuckDB can be taught in its own language. All are named tr_…: none hides a function
// of DuckDB. A macro is a text put in place of the call, so an argument that stands in it twice is written twice.
// An error is a failed cast whose text says what is wrong: unlike error() it may stand inside TRY.
var macros = []string{
	// text
	`tr_split(s, d, n) AS CASE WHEN s IS NULL OR d IS NULL OR n IS NULL THEN NULL WHEN n < 1 OR n > 2147483647 THEN [CAST(CAST('split takes a limit from 1 to 2147483647, not ' || n AS BIGINT) AS VARCHAR)] WHEN len(string_split(s, d)) <= n THEN string_split(s, d) ELSE list_append(list_slice(string_split(s, d), 1, n - 1), array_to_string(list_slice(string_split(s, d), n, len(string_split(s, d))), d)) END`,
	`tr_substr(s, f) AS CASE WHEN s IS NULL OR f IS NULL THEN NULL WHEN f = 0 OR f < -length(s) OR f > length(s) THEN '' ELSE substr(s, f) END`,
	`tr_substr_n(s, f, n) AS CASE WHEN s IS NULL OR f IS NULL OR n IS NULL THEN NULL WHEN f = 0 OR f < -length(s) OR f > length(s) OR n <= 0 THEN '' ELSE substr(s, f, least(n, length(s))) END`,
	// numbers
	`tr_double_divide(a, b) AS CASE WHEN b = 0 THEN CASE WHEN a > 0 THEN CAST('Infinity' AS DOUBLE) WHEN a < 0 THEN CAST('-Infinity' AS DOUBLE) WHEN a = 0 THEN CAST('NaN' AS DOUBLE) END * CASE WHEN CAST(b AS VARCHAR) = '-0.0' THEN -1 ELSE 1 END ELSE a / b END`,
	`tr_padded(q, s) AS lpad(CAST(abs(q) AS VARCHAR), CAST(greatest(s + 1, length(CAST(abs(q) AS VARCHAR))) AS INTEGER), '0')`,
	`tr_decimal_text(q, s) AS CASE WHEN q < 0 THEN '-' ELSE '' END || CASE WHEN s = 0 THEN CAST(abs(q) AS VARCHAR) ELSE substr(tr_padded(q, s), 1, length(tr_padded(q, s)) - s) || '.' || substr(tr_padded(q, s), length(tr_padded(q, s)) - s + 1) END`,
	`tr_half_up(n, d) AS CASE WHEN (n < 0) = (d < 0) THEN (2 * abs(n) + abs(d)) // (2 * abs(d)) ELSE -((2 * abs(n) + abs(d)) // (2 * abs(d))) END`,
	`tr_decimal_divide(n, d, s) AS tr_decimal_text(tr_half_up(n, CASE WHEN d = 0 THEN CAST('division by zero: ' || n AS HUGEINT) ELSE d END), s)`,
	`tr_decimal_mod(n, d, s) AS tr_decimal_text(n % CASE WHEN d = 0 THEN CAST('division by zero: ' || n AS HUGEINT) ELSE d END, s)`,
	`tr_width_bucket(x, a, b, n) AS CASE WHEN n < 1 OR a = b THEN CAST('width_bucket needs a range and a count above 0: ' || n AS BIGINT) WHEN x < least(a, b) THEN CASE WHEN a < b THEN 0 ELSE n + 1 END WHEN x >= greatest(a, b) AND a < b THEN n + 1 WHEN x > greatest(a, b) THEN 0 ELSE CAST(floor(n * abs(x - a) / abs(b - a)) AS BIGINT) + 1 END`,
	// arrays
	`tr_contains(a, x) AS CASE WHEN list_contains(a, x) THEN true WHEN a IS NULL OR x IS NULL OR list_count(a) < len(a) THEN NULL ELSE false END`,
	`tr_array_position(a, x) AS CASE WHEN a IS NOT NULL AND x IS NOT NULL THEN coalesce(list_position(a, x), 0) END`,
	`tr_array_join(a, d) AS array_to_string(list_filter(a, lambda e: e IS NOT NULL), d)`,
	`tr_array_distinct(a) AS list_filter(a, lambda e, i: list_position(a, e) = i OR e IS NULL AND i = len(list_slice(list_transform(a, lambda f: f IS NULL), 1, i)) - len(list_filter(list_slice(a, 1, i), lambda f: f IS NULL)) + len(list_filter(list_slice(a, 1, i), lambda f: f IS NULL)) AND len(list_filter(list_slice(a, 1, i), lambda f: f IS NULL)) = 1)`,
	`tr_array_max(a) AS CASE WHEN list_count(a) = len(a) THEN list_max(a) END`,
	`tr_array_min(a) AS CASE WHEN list_count(a) = len(a) THEN list_min(a) END`,
	`tr_array_intersect(a, b) AS CASE WHEN b IS NOT NULL THEN tr_array_distinct(list_filter(a, lambda e: coalesce(list_contains(b, e), false) OR e IS NULL AND list_count(b) < len(b))) END`,
	`tr_array_union(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN tr_array_distinct(list_concat(a, b)) END`,
	`tr_array_except(a, b) AS CASE WHEN b IS NOT NULL THEN tr_array_distinct(list_filter(a, lambda e: NOT (coalesce(list_contains(b, e), false) OR e IS NULL AND list_count(b) < len(b)))) END`,
	`tr_array_remove(a, x) AS CASE WHEN x IS NOT NULL THEN list_filter(a, lambda e: e IS DISTINCT FROM x) END`,
	`tr_arrays_overlap(a, b) AS CASE WHEN list_has_any(a, b) THEN true WHEN a IS NULL OR b IS NULL OR list_count(a) < len(a) OR list_count(b) < len(b) THEN NULL ELSE false END`,
	`tr_array_concat(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN list_concat(a, b) END`,
	`tr_slice(a, f, n) AS CASE WHEN a IS NULL OR f IS NULL OR n IS NULL THEN NULL WHEN f = 0 OR n < 0 THEN list_slice(a, CAST('slice counts from 1: ' || f || ', ' || n AS BIGINT), 0) WHEN f > len(a) OR f < -len(a) THEN list_slice(a, 1, 0) WHEN f > 0 THEN list_slice(a, f, f + least(n, len(a)) - 1) ELSE list_slice(a, len(a) + f + 1, len(a) + f + least(n, len(a))) END`,
	`tr_sequence_end(a, b, s) AS CASE WHEN s = 0 OR s > 0 AND a > b OR s < 0 AND a < b OR (CAST(b AS HUGEINT) - a) // s >= 10000 THEN CAST('no sequence of at most 10,000 goes from ' || a || ' to ' || b || ' by ' || s AS BIGINT) ELSE b END`,
	`tr_sequence_by(a, b, s) AS generate_series(a, tr_sequence_end(a, b, s), s)`,
	`tr_sequence(a, b) AS tr_sequence_by(a, b, CASE WHEN a <= b THEN 1 ELSE -1 END)`,
	`tr_any(t) AS CASE WHEN list_contains(t, true) THEN true WHEN t IS NULL OR list_count(t) < len(t) THEN NULL ELSE false END`,
	`tr_all(t) AS CASE WHEN list_contains(t, false) THEN false WHEN t IS NULL OR list_count(t) < len(t) THEN NULL ELSE true END`,
	// time
	`tr_iso8601(s) AS CASE WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?') THEN regexp_replace(s, 'T([0-9]{2}:[0-9]{2})([Z+-])', 'T\1:00\2') WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{4,9}(Z|[+-][0-9]{2}(:?[0-9]{2})?)?') THEN regexp_replace(s, '(\.[0-9]{3})[0-9]+', '\1') WHEN s IS NOT NULL THEN 'not an ISO 8601 timestamp: ' || s END`,
	`tr_iso8601_date(s) AS CASE WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN s WHEN s IS NOT NULL THEN 'not an ISO 8601 date: ' || s END`,
	`tr_milliseconds(t) AS make_timestamp(CAST(floor((epoch_us(t) + 500) / CAST(1000 AS DOUBLE)) AS BIGINT) * 1000)`,
	`tr_seconds(t) AS make_timestamp(CAST(floor((epoch_us(t) + 500000) / CAST(1000000 AS DOUBLE)) AS BIGINT) * 1000000)`,
	`tr_interval_ms(i) AS CAST(round(epoch(i) * 1000) AS BIGINT)`,
	`tr_sequence_days(a, b, s) AS CAST(generate_series(a, CASE WHEN tr_sequence_end(epoch_ms(a), epoch_ms(b), tr_interval_ms(s)) IS NOT NULL THEN b END, s) AS DATE[])`,
	`tr_interval_text(i) AS CASE WHEN epoch(i) < 0 THEN '-' ELSE '' END || printf('%d %02d:%02d:%02d.%03d', abs(tr_interval_ms(i)) // 86400000, abs(tr_interval_ms(i)) // 3600000 % 24, abs(tr_interval_ms(i)) // 60000 % 60, abs(tr_interval_ms(i)) // 1000 % 60, abs(tr_interval_ms(i)) % 1000)`,
	`tr_months_text(i) AS CASE WHEN datepart('year', i) * 12 + datepart('month', i) < 0 THEN '-' ELSE '' END || printf('%d-%d', abs(datepart('year', i) * 12 + datepart('month', i)) // 12, abs(datepart('year', i) * 12 + datepart('month', i)) % 12)`,
	// JSON
	`tr_json_size(j, p) AS CASE WHEN json_valid(j) THEN CASE json_type(j, p) WHEN 'ARRAY' THEN CAST(json_array_length(j, p) AS BIGINT) WHEN 'OBJECT' THEN len(json_keys(j, p)) WHEN NULL THEN NULL ELSE CASE WHEN json_type(j, p) IS NOT NULL THEN 0 END END END`,
	`tr_json_array_length(j) AS CASE WHEN json_valid(j) THEN CASE WHEN json_type(j) = 'ARRAY' THEN CAST(json_array_length(j) AS BIGINT) END END`,
	`tr_json_array_contains(j, x) AS CASE WHEN json_valid(j) THEN CASE WHEN json_type(j) = 'ARRAY' THEN list_contains(CAST(CAST(j AS VARCHAR) AS JSON[]), to_json(x)) END END`,
	`tr_json_double(j) AS CASE WHEN regexp_full_match(CAST(j AS VARCHAR), '-?[0-9]+') THEN CAST(j AS VARCHAR) ELSE tr_double_text(CAST(j AS DOUBLE)) END`,
	`tr_json_text(j) AS CASE json_type(j) WHEN 'NULL' THEN NULL WHEN 'DOUBLE' THEN tr_json_double(j) WHEN 'OBJECT' THEN CAST(CAST('a JSON object is no single value: ' || CAST(j AS VARCHAR) AS BIGINT) AS VARCHAR) WHEN 'ARRAY' THEN CAST(CAST('a JSON array is no single value: ' || CAST(j AS VARCHAR) AS BIGINT) AS VARCHAR) ELSE json_extract_string(j, '$') END`,
	`tr_json_text_try(j) AS CASE json_type(j) WHEN 'NULL' THEN NULL WHEN 'DOUBLE' THEN tr_json_double(j) WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL ELSE json_extract_string(j, '$') END`,
}

// Macros are the statements that teach DuckDB the functions the DuckDB printer writes, in the order they must run. The Go
// functions of GoFunctions come first: some macros call them.
func Macros() []string {
	out := make([]string, len(macros))
	for i, m := range macros {
		out[i] = "CREATE MACRO " + m
	}
	return out
}

// GoFunction is a scalar function written in Go. DuckDB calls it with values that are not NULL; with a NULL it gives NULL itself.
// Types are DuckDB's: VARCHAR, BIGINT, DOUBLE, BOOLEAN. It keeps no state, so it may be called from several threads.
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

// IPText is the address as Trino's type ipaddress shows it: IPv4 where it is one, also inside IPv6, else IPv6 by RFC 5952.
// The zone of an IPv6 address (fe80::1%eth0) is left out.
func IPText(s string) (string, error) {
	bare, _, zone := strings.Cut(s, "%")
	a, err := netip.ParseAddr(bare)
	if err != nil || zone && (!a.Is6() || strings.Contains(bare, ".")) {
		return "", fmt.Errorf("%q is not an IP address", s)
	}
	return a.Unmap().String(), nil
}

// IPIn is contains('10.0.0.0/8', ip) for an address as IPText gives it. As in Trino, bits behind the network's length are an
// error, and an IPv4 address lies in a network of IPv6 as ::ffff:10.0.0.1.
func IPIn(network, ip string) (bool, error) {
	p, err := netip.ParsePrefix(network)
	if err != nil {
		return false, fmt.Errorf("%q is not a network such as 10.0.0.0/8", network)
	}
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return false, fmt.Errorf("%q is not an IP address", ip)
	}
	switch {
	case p.Addr().Is4In6() && p.Bits() >= 96:
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	case p.Addr().Is4In6():
		return inBits(p.Addr().As16(), a.As16(), p.Bits()), nil
	}
	if p.Masked() != p {
		return false, fmt.Errorf("%q is not a network: it has bits behind its length of %d; %s is meant", network, p.Bits(), p.Masked())
	}
	if p.Addr().Is6() {
		return inBits(p.Addr().As16(), a.As16(), p.Bits()), nil
	}
	return p.Contains(a), nil
}

// inBits tells whether the first n bits are the same. netip does not find an IPv4 address in a network of IPv6.
func inBits(a, b [16]byte, n int) bool {
	for i := range n {
		if mask := byte(0x80) >> (i % 8); a[i/8]&mask != b[i/8]&mask {
			return false
		}
	}
	return true
}

// DoubleText is a double as Java, Trino's client and Trino's JSON write it: 1.0, 0.001, 1.0E7, 1.0E-4.
func DoubleText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		if math.Signbit(f) {
			return "-0.0"
		}
		return "0.0"
	}
	if a := math.Abs(f); a >= 1e-3 && a < 1e7 {
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	mantissa, exp, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, 64), "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exp)
	return mantissa + "E" + strconv.Itoa(n)
}

// doubleCast is a double as Trino casts it to varchar: 1.0E0, 1.0E-4, 1.23456789E5, 0E0.
func doubleCast(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return DoubleText(f)
	}
	mantissa, exp, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, 64), "E")
	if !strings.Contains(mantissa, ".") && f != 0 {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exp)
	return mantissa + "E" + strconv.Itoa(n)
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
