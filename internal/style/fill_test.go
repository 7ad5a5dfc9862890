package style_test

import (
	"math"
	"testing"
)

// The plural form of a number is that of its last digits, whatever its size and sign: the smallest number has no opposite, and
// taking its absolute value ended in a panic.
func TestPluralOfLargeNumbers(t *testing.T) {
	l := load(t, "en", map[string]string{"templates/lang/en/messages.yaml": "a:\n  b: {one: one, other: other}\n"})
	for n, want := range map[int64]string{1: "one", -1: "one", 0: "other", 2: "other", 1_000_001: "other", math.MaxInt64: "other",
		math.MinInt64: "other"} {
		if got := l.Fill(map[string]string{"one": "one", "other": "other"}, "n", n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
