package mutation

// Traps are numbered from 1: what is the same text for both engines and not the same meaning.
var Traps = []Trap{
	{"whole numbers and decimals divide to doubles",
		"the session's integer_division holds for SQL this program did not print; what it prints says // itself"},
	{"division by zero gives NULL or infinity where Trino has an error, and the other way round", ""},
	{"date_diff counts the boundaries crossed, not the units passed", ""},
	{"the session's time zone decides hours, days and truncation",
		"with the zone pinned to UTC, taking the wall clock of UTC first changes nothing: it is a second lock on the same door"},
	{"AT TIME ZONE gives a wall clock instead of an instant, and turns a wall clock the other way", ""},
	{"JSON: objects as text, texts with quotes, numbers as written, wildcards as lists, malformed text as an error", ""},
	{"regular expressions and split_part: '' for nothing, the first match only, \\1 for $1, no look-ahead", ""},
	{"concat, greatest and least skip NULL, || takes numbers, substr from 0 is the whole text", ""},
	{"Sunday is 0, milliseconds count the seconds in", ""},
	{"text, numbers, booleans and dates become each other without a CAST, and CAST reads more than Trino's", ""},
	{"names and syntax of other databases",
		"the grammar has no QUALIFY, no arrows and no other operators: no rule is there to be removed; testdata/refuse.txtar holds each"},
	{"arrays and maps: NULL for what is not there, NULL elements, their order", ""},
	{"aggregates skip NULL or are 128 bits wide, dates become timestamps", ""},
	{"UNNEST of an array of rows is one column or one for each field",
		"that UNNEST is written as a sub-select and not as a join is for speed, 25 times; no answer depends on it"},
	{"keys of a log record and columns of the table in upper and lower case", ""},
	{"WITH RECURSIVE goes on without end, and with UNION until no row is new", "what would go on without end is not tried"},
}
