package query

import "testing"

func TestSentence(t *testing.T) {
	values := map[string]string{"actor": "a[b]{c}", "policy": "P"}
	value := func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	for template, want := range map[string]string{
		"{actor} granted {policy}":                   "a[b]{c} granted P",
		"{actor} granted {policy}[ to {target}]":     "a[b]{c} granted P",
		"{actor}[ granted {policy}][ to {target}] x": "a[b]{c} granted P x",
		"no value": "no value",
	} {
		if got, ok := Sentence(template, value); got != want || !ok {
			t.Errorf("%s: %q %t, want %q", template, got, ok, want)
		}
	}
	if _, ok := Sentence("{actor} granted to {target}", value); ok {
		t.Error("a sentence without one of its values was said")
	}
}
