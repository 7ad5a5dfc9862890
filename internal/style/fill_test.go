package style_test

import (
	"math"
	"slices"
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

// What a language lacks is English, with the plurals of English: French has "one" for none, Chinese has no "one" at all.
func TestEnglishFallbackHasEnglishPlurals(t *testing.T) {
	english := map[string]string{"one": "{n} file", "other": "{n} files"}
	for _, tag := range []string{"fr", "zh-CN", "pl"} {
		l := load(t, tag, map[string]string{
			"templates/lang/en/messages.yaml":               "a: {one: \"{n} file\", other: \"{n} files\"}\n",
			"templates/lang/" + tag + "/messages.yaml":      "b: b\n",
			"templates/lang/" + tag + "/queries/own/q.yaml": "refused: {one: \"{n} uno\", other: \"{n} alia\"}\n",
			"queries/own/q.yaml":                            "id: own/q\n",
		})
		for n, want := range map[int]string{0: "0 files", 1: "1 file", 2: "2 files"} {
			if got := l.Say("a", "n", n); got != want {
				t.Errorf("%s: message: got %q, want %q", tag, got, want)
			}
			if got := l.Forms("queries/own/q.yaml", "headline", english, "n", n); got != want {
				t.Errorf("%s: headline: got %q, want %q", tag, got, want)
			}
		}
		want := map[string]string{"fr": "0 uno", "zh-CN": "0 alia", "pl": "0 alia"}[tag]
		if got := l.Forms("queries/own/q.yaml", "refused", english, "n", 0); got != want {
			t.Errorf("%s: own forms: got %q, want %q", tag, got, want)
		}
		fallen := l.Fallen()
		if !slices.Contains(fallen, "queries/own/q.yaml headline") || slices.Contains(fallen, "queries/own/q.yaml refused") {
			t.Errorf("%s: fallen %q", tag, fallen)
		}
	}
}
