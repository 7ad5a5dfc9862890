package relation

import (
	"reflect"
	"regexp"
	"testing"
	"time"
)

func TestPattern(t *testing.T) {
	for _, c := range []struct {
		globs []string
		text  string
		fits  bool
	}{
		{nil, "", false},
		{nil, "-", false},
		{nil, "a b", false},
		{[]string{""}, "", false},
		{[]string{"*"}, "anything", true},
		{[]string{"ci-*"}, "ci-deploy", true},
		{[]string{"ci-*"}, "xci-deploy", false},
		{[]string{"ci-?"}, "ci-1", true},
		{[]string{"ci-?"}, "ci-12", false},
		{[]string{"ci-?"}, "ci-ü", true},
		{[]string{"CI-*"}, "ci-1", false},
		{[]string{"a.b"}, "axb", false},
		{[]string{"a.b"}, "a.b", true},
		{[]string{"a|b"}, "a", false},
		{[]string{"a|b", "c"}, "a|b", true},
		{[]string{"a", "b"}, "b", true},
		{[]string{"a", "b"}, "ab", false},
		{[]string{`a\`, "[x]", "(", "^$", "a{2}"}, "[x]", true},
		{[]string{`a\`, "[x]", "(", "^$", "a{2}"}, "x", false},
		{[]string{`a\`, "[x]", "(", "^$", "a{2}"}, "aa", false},
		{[]string{"arn:aws:iam::*:role/ci-*"}, "arn:aws:iam::111122223333:role/path/ci-x", false},
		{[]string{"arn:aws:iam::*:role/*ci-*"}, "arn:aws:iam::111122223333:role/path/ci-x", true},
	} {
		if got := regexp.MustCompile(pattern(c.globs)).MatchString(c.text); got != c.fits {
			t.Errorf("%q over %q gives %v (%s)", c.globs, c.text, got, pattern(c.globs))
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("ci-*", "ci-deploy")
	f.Add("[a-z", `\`)
	f.Fuzz(func(t *testing.T, glob, text string) {
		re, err := regexp.Compile(pattern([]string{glob}))
		if err != nil {
			t.Fatalf("%q gives no expression: %v", glob, err)
		}
		if plain := regexp.QuoteMeta(glob) == glob && glob != ""; plain && re.MatchString(text) != (text == glob) {
			t.Errorf("%q over %q", glob, text)
		}
	})
}

func TestValues(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 10, d, 0, 0, 0, 0, time.UTC) }
	got := Settings{
		Zone: "Europe/Berlin", Weekend: []time.Weekday{time.Sunday, time.Friday, time.Sunday},
		Holidays: []time.Time{day(5), day(1), day(5)},
	}.Values()
	want := map[string]any{
		"zone": "Europe/Berlin", "automation_roles": nothing, "automation_sessions": nothing,
		"weekend": []int64{5, 7}, "holidays": []time.Time{day(1), day(5)}, "workdays": []time.Time{},
	}
	if !reflect.DeepEqual(map[string]any(got), want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for name := range got {
		if types()[name] == "" {
			t.Errorf("%s is no parameter of the statement", name)
		}
	}
	if (Settings{}).Values()["zone"] != "UTC" {
		t.Error("without a zone it is UTC")
	}
}
