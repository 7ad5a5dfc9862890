package scalar

import (
	"fmt"
	"strings"
)

// Limits of single values, see "How much a statement may make" in docs/sql.md. MaxText, MaxEntries, MaxRepeat and MaxEdits are those of
// Trino 435 for ||, sequence, repeat and levenshtein_distance.
const (
	MaxText    = 1 << 20   // bytes of a text that a function makes
	MaxArray   = 1_000_000 // entries of an array that a function makes
	MaxEntries = 10_000    // entries that sequence and repeat make
	MaxRepeat  = 1_000_000 // bytes of the entries that repeat makes
	MaxEdits   = 1_000_000 // product of the lengths that levenshtein_distance compares, one of them less one
)

// overLimit begins every error that says that a statement makes more than it may.
const overLimit = "over the limit: "

// LimitError is an error of a statement that makes more than it may. TRY does not make NULL of it.
type LimitError struct{ What string }

func (e *LimitError) Error() string { return overLimit + e.What }

func limitError(format string, args ...any) error {
	return &LimitError{fmt.Sprintf(format, args...)}
}

// textLimit is the error of a text of n bytes that is too long, nil if it is not.
func textLimit(what string, n int64) error {
	if n <= MaxText {
		return nil
	}
	return limitError("%s makes a text of %d bytes, and at most %d are allowed", what, n, MaxText)
}

// arrayLimit is the error of an array of n entries that is too long, nil if it is not.
func arrayLimit(what string, n int64) error {
	if n <= MaxArray {
		return nil
	}
	return limitError("%s makes an array of %d entries, and at most %d are allowed", what, n, MaxArray)
}

// trinoLimits begin Trino's messages of the same limits. Source: its release 435, classes ConcatFunction, ConcatWsFunction,
// AbstractListaggAggregationState, SequenceFunction, RepeatFunction, StringFunctions and QueryPlanner.
var trinoLimits = []string{
	"Concatenated string is too large",
	"Concatenated string has the length in bytes larger than the maximum output length",
	"result of sequence function must not have more than",
	"count argument of repeat function must be less than",
	"result of repeat function must not take more than",
	"The combined inputs for Levenshtein distance are too large",
	"Recursion depth limit exceeded",
}

// OverLimit reports whether an engine's error says that the statement makes more than it may, and gives what it says of that.
func OverLimit(text string) (what string, is bool) {
	if _, what, is = strings.Cut(text, overLimit); !is {
		for _, begins := range trinoLimits {
			if i := strings.Index(text, begins); i >= 0 {
				what, is = text[i:], true
				break
			}
		}
	}
	what, _, _ = strings.Cut(what, "\n")
	return what, is
}
