package sql

// macros are the functions of Trino that DuckDB can be taught in its own language. All are named tr_…: none hides a function
// of DuckDB. A macro is a text put in place of the call, so an argument that stands in it twice is written twice.
// An error is a failed cast whose text says what is wrong: unlike error() it may stand inside TRY.
var macros = []string{
	// text
	`tr_split_all(s, d) AS CASE WHEN s = '' AND d <> '' THEN [''] ELSE string_split(tr_parts(s, d), d) END`,
	`tr_regexp_split(s, p) AS CASE WHEN s = '' THEN [''] ELSE string_split_regex(tr_matches(s, p), p) END`,
	`tr_split(s, d, n) AS CASE WHEN s IS NULL OR d IS NULL OR n IS NULL THEN NULL WHEN n < 1 OR n > 2147483647
		THEN [CAST(CAST('split takes a limit from 1 to 2147483647, not ' || n AS BIGINT) AS VARCHAR)] WHEN len(tr_split_all(s, d)) <= n
		THEN tr_split_all(s, d) ELSE list_append(list_slice(string_split(s, d), 1, n - 1), array_to_string(list_slice(string_split(s, d), n,
		len(string_split(s, d))), d)) END`,
	`tr_substr(s, f) AS CASE WHEN s IS NULL OR f IS NULL THEN NULL WHEN f = 0 OR f < -length(s) OR f > length(s) THEN '' ELSE substr(s, f)
		END`,
	`tr_substr_n(s, f, n) AS CASE WHEN s IS NULL OR f IS NULL OR n IS NULL THEN NULL WHEN f = 0 OR f < -length(s) OR f > length(s) OR n <= 0
		THEN '' ELSE substr(s, f, least(n, length(s))) END`,
	// numbers
	`tr_double_divide(a, b) AS CASE WHEN b = 0 THEN CASE WHEN a > 0 THEN CAST('Infinity' AS DOUBLE) WHEN a < 0
		THEN CAST('-Infinity' AS DOUBLE) WHEN a = 0 THEN CAST('NaN' AS DOUBLE) END * CASE WHEN CAST(b AS VARCHAR) = '-0.0' THEN -1 ELSE 1 END
		ELSE a / b END`,
	`tr_padded(q, s) AS lpad(CAST(abs(q) AS VARCHAR), CAST(greatest(s + 1, length(CAST(abs(q) AS VARCHAR))) AS INTEGER), '0')`,
	`tr_decimal_text(q, s) AS CASE WHEN q < 0 THEN '-' ELSE '' END || CASE WHEN s = 0 THEN CAST(abs(q) AS VARCHAR)
		ELSE substr(tr_padded(q, s), 1, length(tr_padded(q, s)) - s) || '.' || substr(tr_padded(q, s), length(tr_padded(q, s)) - s + 1) END`,
	`tr_half_up(n, d) AS CASE WHEN (n < 0) = (d < 0) THEN (2 * abs(n) + abs(d)) // (2 * abs(d)) ELSE -((2 * abs(n) + abs(d)) // (2 * abs(d)))
		END`,
	`tr_decimal_divide(n, d, s) AS tr_decimal_text(tr_half_up(n, CASE WHEN d = 0 THEN CAST('division by zero: ' || n AS HUGEINT) ELSE d
		END), s)`,
	`tr_decimal_mod(n, d, s) AS tr_decimal_text(n % CASE WHEN d = 0 THEN CAST('division by zero: ' || n AS HUGEINT) ELSE d END, s)`,
	`tr_width_bucket(x, a, b, n) AS CASE WHEN n < 1 OR a = b THEN CAST('width_bucket needs a range and a count above 0: ' || n AS BIGINT)
		WHEN x < least(a, b) THEN CASE WHEN a < b THEN 0 ELSE n + 1 END WHEN x >= greatest(a, b) AND a < b THEN n + 1 WHEN x > greatest(a, b)
		THEN 0 ELSE CAST(floor(n * abs(x - a) / abs(b - a)) AS BIGINT) + 1 END`,
	// arrays
	`tr_contains(a, x) AS CASE WHEN list_contains(a, x) THEN true WHEN a IS NULL OR x IS NULL OR list_count(a) < len(a) THEN NULL ELSE false
		END`,
	`tr_array_position(a, x) AS CASE WHEN a IS NOT NULL AND x IS NOT NULL THEN coalesce(list_position(a, x), 0) END`,
	`tr_array_join(a, d) AS tr_join(list_filter(a, lambda e: e IS NOT NULL), d)`,
	`tr_array_distinct(a) AS list_filter(a, lambda e, i: CASE WHEN tr_go(i > 0) THEN list_position(a, e) = i END)`,
	`tr_array_max(a) AS CASE WHEN list_count(a) = len(a) THEN list_max(a) END`,
	`tr_array_min(a) AS CASE WHEN list_count(a) = len(a) THEN list_min(a) END`,
	`tr_array_intersect(a, b) AS CASE WHEN b IS NOT NULL THEN tr_array_distinct(list_filter(a, lambda e: coalesce(list_contains(b, e), false)
		OR e IS NULL AND list_count(b) < len(b))) END`,
	`tr_array_union(a, b) AS tr_array_distinct(CASE WHEN tr_entries(len(a) + len(b), 0) IS NOT NULL THEN list_concat(a, b) END)`,
	`tr_array_except(a, b) AS CASE WHEN b IS NOT NULL THEN tr_array_distinct(list_filter(a, lambda e: NOT (coalesce(list_contains(b, e),
		false) OR e IS NULL AND list_count(b) < len(b)))) END`,
	`tr_array_remove(a, x) AS CASE WHEN x IS NOT NULL THEN list_filter(a, lambda e: e IS DISTINCT FROM x) END`,
	`tr_arrays_overlap(a, b) AS CASE WHEN list_has_any(a, b) THEN true WHEN a IS NULL OR b IS NULL OR list_count(a) < len(a)
		OR list_count(b) < len(b) THEN NULL ELSE false END`,
	`tr_flatten(a) AS CASE WHEN tr_entries(coalesce(CAST(list_sum(list_transform(a, lambda e: len(e))) AS BIGINT), 0), 0) IS NOT NULL
		THEN flatten(a) END`,
	`tr_slice(a, f, n) AS CASE WHEN a IS NULL OR f IS NULL OR n IS NULL THEN NULL WHEN f = 0 OR n < 0
		THEN list_slice(a, CAST('slice counts from 1: ' || f || ', ' || n AS BIGINT), 0) WHEN f > len(a) OR f < -len(a) THEN list_slice(a, 1, 0)
		WHEN f > 0 THEN list_slice(a, f, f + least(n, len(a)) - 1) ELSE list_slice(a, len(a) + f + 1, len(a) + f + least(n, len(a))) END`,
	`tr_sequence_by(a, b, s) AS generate_series(a, tr_upto(b, a, s), s)`,
	`tr_sequence(a, b) AS tr_sequence_by(a, b, CASE WHEN a <= b THEN 1 ELSE -1 END)`,
	`tr_any(t) AS CASE WHEN list_contains(t, true) THEN true WHEN t IS NULL OR list_count(t) < len(t) THEN NULL ELSE false END`,
	`tr_all(t) AS CASE WHEN list_contains(t, false) THEN false WHEN t IS NULL OR list_count(t) < len(t) THEN NULL ELSE true END`,
	// time
	`tr_iso8601(s) AS CASE WHEN regexp_full_match(s,
		'[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?')
		THEN regexp_replace(s, 'T([0-9]{2}:[0-9]{2})([Z+-])', 'T\1:00\2')
		WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{4,9}(Z|[+-][0-9]{2}(:?[0-9]{2})?)?')
		THEN regexp_replace(s, '(\.[0-9]{3})[0-9]+', '\1') WHEN s IS NOT NULL THEN 'not an ISO 8601 timestamp: ' || s END`,
	`tr_iso8601_date(s) AS CASE WHEN regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN s WHEN s IS NOT NULL
		THEN 'not an ISO 8601 date: ' || s END`,
	`tr_milliseconds(t) AS make_timestamp(CAST(floor((epoch_us(t) + 500) / CAST(1000 AS DOUBLE)) AS BIGINT) * 1000)`,
	`tr_seconds(t) AS make_timestamp(CAST(floor((epoch_us(t) + 500000) / CAST(1000000 AS DOUBLE)) AS BIGINT) * 1000000)`,
	`tr_interval_ms(i) AS CAST(round(epoch(i) * 1000) AS BIGINT)`,
	`tr_sequence_days(a, b, s) AS CAST(generate_series(a, CASE WHEN tr_upto(epoch_ms(b), epoch_ms(a), tr_interval_ms(s)) IS NOT NULL THEN b
		END, s) AS DATE[])`,
	`tr_interval_text(i) AS CASE WHEN epoch(i) < 0 THEN '-' ELSE '' END
		|| printf('%d %02d:%02d:%02d.%03d', abs(tr_interval_ms(i)) // 86400000, abs(tr_interval_ms(i)) // 3600000 % 24, abs(tr_interval_ms(i))
		// 60000 % 60, abs(tr_interval_ms(i)) // 1000 % 60, abs(tr_interval_ms(i)) % 1000)`,
	`tr_months_text(i) AS CASE WHEN datepart('year', i) * 12 + datepart('month', i) < 0 THEN '-' ELSE '' END
		|| printf('%d-%d', abs(datepart('year', i) * 12 + datepart('month', i)) // 12, abs(datepart('year', i) * 12 + datepart('month', i)) %
		12)`,
	// JSON
	`tr_json_size(j, p) AS CASE WHEN json_valid(j) THEN CASE json_type(j, p) WHEN 'ARRAY' THEN CAST(json_array_length(j, p) AS BIGINT)
		WHEN 'OBJECT' THEN len(json_keys(j, p)) WHEN NULL THEN NULL ELSE CASE WHEN json_type(j, p) IS NOT NULL THEN 0 END END END`,
	`tr_json_array_length(j) AS CASE WHEN json_valid(j) THEN CASE WHEN json_type(j) = 'ARRAY' THEN CAST(json_array_length(j) AS BIGINT) END
		END`,
	`tr_json_array_contains(j, x) AS CASE WHEN json_valid(j) THEN CASE WHEN json_type(j) = 'ARRAY'
		THEN list_contains(CAST(CAST(j AS VARCHAR) AS JSON[]), to_json(x)) END END`,
	`tr_json_double(j) AS CASE WHEN regexp_full_match(CAST(j AS VARCHAR), '-?[0-9]+') THEN CAST(j AS VARCHAR)
		ELSE tr_double_text(CAST(j AS DOUBLE)) END`,
	`tr_json_text(j) AS CASE json_type(j) WHEN 'NULL' THEN NULL WHEN 'DOUBLE' THEN tr_json_double(j) WHEN 'OBJECT'
		THEN CAST(CAST('a JSON object is not a single value: ' || CAST(j AS VARCHAR) AS BIGINT) AS VARCHAR) WHEN 'ARRAY'
		THEN CAST(CAST('a JSON array is not a single value: ' || CAST(j AS VARCHAR) AS BIGINT) AS VARCHAR) ELSE json_extract_string(j, '$') END`,
	`tr_json_text_try(j) AS CASE json_type(j) WHEN 'NULL' THEN NULL WHEN 'DOUBLE' THEN tr_json_double(j) WHEN 'OBJECT' THEN NULL WHEN 'ARRAY'
		THEN NULL ELSE json_extract_string(j, '$') END`,
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
