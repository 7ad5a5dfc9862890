package relation

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
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

// fits is what a glob means, written down without a regular expression: * is any text and ? one character, of one line.
func fits(glob, text []rune) bool {
	if len(glob) == 0 {
		return len(text) == 0
	}
	switch glob[0] {
	case '*':
		for i := 0; ; i++ {
			if fits(glob[1:], text[i:]) {
				return true
			}
			if i == len(text) || text[i] == '\n' {
				return false
			}
		}
	case '?':
		return len(text) > 0 && text[0] != '\n' && fits(glob[1:], text[1:])
	}
	return len(text) > 0 && text[0] == glob[0] && fits(glob[1:], text[1:])
}

// FuzzPattern: the expression fits what the globs fit. A configuration and a log are UTF-8 once they are read.
func FuzzPattern(f *testing.F) {
	f.Add("ci-*", "", "ci-deploy")
	f.Add("[a-z", `\`, `\`)
	f.Add("a?c*", "a|b", "abc\n")
	f.Add("^$", "x{2}|y", "xx")
	f.Fuzz(func(t *testing.T, one, other, text string) {
		if !utf8.ValidString(one+other+text) || strings.Count(one+other, "*") > 4 || len(text) > 200 {
			return
		}
		expression := pattern([]string{one, other})
		re, err := regexp.Compile(expression)
		if err != nil {
			t.Fatalf("%q and %q give no expression: %v", one, other, err)
		}
		want := one != "" && fits([]rune(one), []rune(text)) || other != "" && fits([]rune(other), []rune(text))
		if got := re.MatchString(text); got != want {
			t.Errorf("%q and %q over %q: %v, want %v (%s)", one, other, text, got, want, expression)
		}
		if again := pattern([]string{other, one}); again != expression {
			t.Errorf("the order of the globs counts: %s, %s", expression, again)
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
			t.Errorf("%s is not a parameter of the statement", name)
		}
	}
	if (Settings{}).Values()["zone"] != "UTC" {
		t.Error("without a zone it is UTC")
	}
}
