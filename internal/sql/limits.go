package sql

import (
	"fmt"
	"strings"
)

// overLimit begins every error that says that a statement makes more than it may; see "How much a statement may make" in docs/sql.md.
const overLimit = "over the limit: "

// limitError is an error of a statement that makes more than it may.
func limitError(format string, args ...any) error {
	return fmt.Errorf(overLimit+format, args...)
}

// OverLimit reports whether an engine's error says that the statement makes more than it may, and gives what it says of that.
func OverLimit(text string) (what string, is bool) {
	_, what, is = strings.Cut(text, overLimit)
	what, _, _ = strings.Cut(what, "\n")
	return what, is
}
