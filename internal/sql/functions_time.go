package sql

import "trailscribe/internal/sql/ast"

// timeFunctions. $L1 is the wall clock of the argument: of a timestamp with time zone the one in its own zone.
func timeFunctions() []*function {
	part := func(name, duck string) *function {
		return &function{name: name, sigs: "date : bigint; timestamp : bigint; instant : bigint", duck: duck}
	}
	clockPart := func(name, duck string) *function {
		return &function{name: name, sigs: "timestamp : bigint; instant : bigint; time : bigint", duck: duck}
	}
	return []*function{
		part("year", "year($L1)"), part("quarter", "quarter($L1)"), part("month", "month($L1)"), part("day day_of_month", "day($L1)"),
		{name: "day_of_week dow", sigs: "date : bigint; timestamp : bigint; instant : bigint", duck: "isodow($L1)",
			note: "Monday 1 to Sunday 7; DuckDB's dow has Sunday 0"},
		part("day_of_year doy", "dayofyear($L1)"), part("week week_of_year", "weekofyear($L1)"), part("year_of_week yow", "isoyear($L1)"),
		clockPart("hour", "hour($L1)"), clockPart("minute", "minute($L1)"), clockPart("second", "second($L1)"),
		{name: "millisecond", sigs: "timestamp : bigint; instant : bigint", duck: "(millisecond($L1) % 1000)",
			note: "of the second; DuckDB counts the seconds in"},
		{name: "date", sigs: "date : date; timestamp : date; instant : date; varchar : date",
			emit: func(e *emitter, c *ast.Call, r *resolved) string {
				return e.castTo(c.Args[0], tDate, false)
			}},
		{name: "last_day_of_month", sigs: "date : date; timestamp : date; instant : date", duck: "last_day($L1)"},
		{name: "date_trunc", sigs: "varchar, date : date; varchar, timestamp : timestamp; varchar, instant : instant", check: keepZoneOf(1),
			emit: emitDateTrunc},
		{name: "date_add", sigs: "varchar, bigint, date : date; varchar, bigint, timestamp : timestamp; varchar, bigint, instant : instant",
			check: keepZoneOf(2), emit: emitDateAdd},
		{name: "date_diff", sigs: "varchar, date, date : bigint; varchar, timestamp, timestamp : bigint; varchar, instant, instant : bigint",
			check: unitOfDiff, emit: emitDateDiff, note: "whole units that have passed; DuckDB's date_diff counts boundaries crossed"},
		{name: "date_format", sigs: "timestamp, varchar : varchar; instant, varchar : varchar", emit: emitDateFormat(mysqlFormat),
			note: "the format is a literal"},
		{name: "date_parse", sigs: "varchar, varchar : timestamp(3)", emit: emitDateParse(mysqlFormat), note: "the format is a literal"},
		{name: "format_datetime", sigs: "timestamp, varchar : varchar; instant, varchar : varchar", emit: emitDateFormat(jodaFormat),
			note: "the format is a literal"},
		{name: "parse_datetime", sigs: "varchar, varchar : timestamp(3) with time zone", emit: emitDateParse(jodaFormat),
			note: "the format is a literal without a zone"},
		{name: "from_iso8601_timestamp", sigs: "varchar : timestamp(3) with time zone", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			return e.convert("tr_iso8601("+e.as(c.Args[0], tVarchar)+")", "TIMESTAMPTZ")
		}, note: "strict ISO 8601; its zone counts as UTC, as it is in every CloudTrail record"},
		{name: "from_iso8601_date", sigs: "varchar : date", emit: func(e *emitter, c *ast.Call, r *resolved) string {
			return e.convert("tr_iso8601_date("+e.as(c.Args[0], tVarchar)+")", "DATE")
		}},
		{name: "to_iso8601", sigs: "date : varchar; timestamp : varchar; instant : varchar", emit: emitToISO},
		{name: "at_timezone", sigs: "timestamp(3) with time zone, varchar : timestamp(3) with time zone; instant, varchar : instant",
			check: func(k *checker, c *ast.Call, r *resolved) {
				k.zone(c.Args[1])
				r.result = zonedAt(c.Args[1], r.result.P)
			}, emit: func(e *emitter, c *ast.Call, r *resolved) string { return e.as(c.Args[0], r.params[0]) }},
		{name: "to_unixtime", sigs: "timestamp : double; instant : double", duck: "epoch($1)"},
		{name: "from_unixtime", sigs: "double : timestamp(3) with time zone", duck: "to_timestamp($1)"},
		{name: "to_milliseconds", sigs: "day : bigint", duck: "CAST(epoch($1) * 1000 AS BIGINT)"},
	}
}
