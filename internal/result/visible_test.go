package result

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		altered        int
	}{
		{"plain", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root", 0},
		{"empty", "", "", 0},
		{"line feed and tab stay", "{\n\t\"a\": 1\n}", "{\n\t\"a\": 1\n}", 0},
		{"carriage return", "a\r\nb", "a\\x0d\nb", 1},
		{"escape sequence", "a\x1b[31mred", `a\x1b[31mred`, 1},
		{"nul and delete", "\x00\x7f", `\x00\x7f`, 2},
		{"c1", "a\u0085b\u009b", "a[U+0085]b[U+009B]", 2},
		{"right-to-left override", "exe.\u202egpj", "exe.[U+202E]gpj", 1},
		{"bidi isolates and marks", "\u2066\u2069\u200e\u200f\u061c", "[U+2066][U+2069][U+200E][U+200F][U+061C]", 5},
		{"zero width", "ad\u200bmin\u200d\u2060", "ad[U+200B]min[U+200D][U+2060]", 3},
		{"byte order mark", "\ufeffname", "[U+FEFF]name", 1},
		{"soft hyphen", "ad\u00admin", "ad[U+00AD]min", 1},
		{"line separators", "a\u2028b\u2029", "a[U+2028]b[U+2029]", 2},
		{"noncharacters", "\ufffe\uffff\ufdd0\U0001ffff", "[U+FFFE][U+FFFF][U+FDD0][U+1FFFF]", 4},
		{"tags", "\U000e0041", "[U+E0041]", 1},
		{"hangul filler", "\u3164", "[U+3164]", 1},
		{"hidden selector", "a\ufe01", "a[U+FE01]", 1},
		{"private use", "\ue000", "[U+E000]", 1},
		{"replacement of a lone surrogate", "a\ufffdb", "a[U+FFFD]b", 1},
		{"invalid byte", "a\xffb", `a\xffb`, 1},
		{"surrogate in bytes", "\xed\xa0\x80", `\xed\xa0\x80`, 3},
		{"cut character", "a\xe4\xb8", `a\xe4\xb8`, 2},
		{"other scripts stay", "用户 Zoë ❤️ مدير", "用户 Zoë ❤️ مدير", 0},
		{"arabic number sign has a shape", "\u0600", "\u0600", 0},
	} {
		got, n := Visible(c.in)
		if got != c.want || n != c.altered {
			t.Errorf("%s: Visible(%q) = %q, %d; want %q, %d", c.name, c.in, got, n, c.want, c.altered)
		}
	}
}

func FuzzVisible(f *testing.F) {
	for _, s := range []string{"", "a\x1b\u202e\xff", "用户", "\ufffe\n\t"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		shown, n := Visible(s)
		if !utf8.ValidString(shown) || strings.ContainsAny(shown, "\x00\x1b\r\x7f\u202e\u200b\ufeff\ufffd") {
			t.Fatalf("%q is not safe to show", shown)
		}
		if again, m := Visible(shown); again != shown || m != 0 {
			t.Fatalf("%q is altered again to %q", shown, again)
		}
		if (n == 0) != (shown == s) {
			t.Fatalf("%d characters altered, but %q became %q", n, s, shown)
		}
	})
}
