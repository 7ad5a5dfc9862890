package awsfake

import (
	"strings"

	"trailscribe/internal/sql"
)

// quoteText is a text for DuckDB. The parser of DuckDB ends at a NUL, so that is put in by a function; bytes that are not UTF-8 are
// read as U+FFFD, as from_utf8 of Trino reads them.
func quoteText(s string) string {
	value := sql.Literals{Dialect: sql.DuckDB}
	parts := strings.Split(strings.ToValidUTF8(s, "\uFFFD"), "\x00")
	for i := range parts {
		parts[i] = value.Of(parts[i])
	}
	if len(parts) > 1 {
		return "(" + strings.Join(parts, " || chr(0) || ") + ")"
	}
	return parts[0]
}
