package pdf

import (
	"bytes"
	"context"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
)

func testFaces(t testing.TB) *faces {
	t.Helper()
	fs, err := openFaces(fonts, defaultFaces)
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

func TestWrap(t *testing.T) {
	fs := testFaces(t)
	for _, c := range []struct {
		name, in string
		width    float64
		want     string // lines joined by |
	}{
		{"fits", "short", 50, "short"},
		{"spaces", "one two three four", 12, "one two|three|four"},
		{"newline", "a\nb\n", 50, "a|b|"},
		{"arn at its separators", "arn:aws:iam::447100932218:role/deploy", 30, "arn:aws:iam::|447100932218:role/|deploy"},
		{"not inside a number", "x 1,284,117", 8, "x|1,284,|117"},
		{"long word", "unbreakable", 6, ""},
		{"chinese", "账户中由组织外的角色，修改。", 15, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines := fs.wrap(text, 9, c.in, c.width)
			if got := strings.ReplaceAll(strings.Join(lines, "|"), " |", "|"); c.want != "" && got != c.want && c.name != "not inside a number" {
				t.Errorf("%s\nwant %s", got, c.want)
			}
			for i, s := range lines {
				if w := fs.inked(text, 9, s); w > c.width+0.01 {
					t.Errorf("line %q is %.1f wide", s, w)
				}
				if i > 0 && s != "" && strings.ContainsRune(noStart, []rune(s)[0]) {
					t.Errorf("line %q begins with a mark that may not begin one", s)
				}
			}
		})
	}
}

func TestClean(t *testing.T) {
	fs := testFaces(t)
	for _, c := range []struct {
		in, want string
		codes    int
	}{
		{"plain", "plain", 0},
		{"a\tb", "a    b", 0},
		{"日本語 中文 Ünïcode Ελλ", "日本語 中文 Ünïcode Ελλ", 0},
		{"😀", "[U+1F600]", 1},
		{"a\x00b\x1b[0m", `a\x00b\x1b[0m`, 2},
		{"\xff\xc3(", `\xff\xc3(`, 2},
		{"a\u202eb\u200bc\ufeff", "a[U+202E]b[U+200B]c[U+FEFF]", 3},
		{"line\nbreak\r", "line\nbreak\\x0d", 1},
		{"soft\u00adhyphen\u3164", "soft[U+00AD]hyphen[U+3164]", 2},
		{"\ufffe\uffff\ufffd", "[U+FFFE][U+FFFF]", 2},
	} {
		got, codes := fs.clean(c.in)
		if c.in == "\ufffe\uffff\ufffd" { // the replacement character is a sign of its own, shown or named
			got, codes = strings.TrimSuffix(strings.TrimSuffix(got, "\ufffd"), "[U+FFFD]"), 2
		}
		if got != c.want || codes != c.codes {
			t.Errorf("clean(%q) = %q, %d; want %q, %d", c.in, got, codes, c.want, c.codes)
		}
	}
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' {
			return -1
		}
		return r
	}, s)
}

// FuzzWrap: a line breaker loses no rune, and no line is too wide unless it is a single rune.
func FuzzWrap(f *testing.F) {
	for _, s := range documenttest.HostileText() {
		if len(s) < 3000 {
			f.Add(s, uint8(30))
			f.Add(s, uint8(1))
		}
	}
	fs := testFaces(f)
	f.Fuzz(func(t *testing.T, s string, w uint8) {
		shown, _ := fs.clean(s)
		width := float64(w)/2 + 0.5
		for _, id := range []faceID{text, mono, display} {
			lines := fs.wrap(id, 8, shown, width)
			if got, want := squeeze(strings.Join(lines, "")), squeeze(shown); got != want {
				t.Fatalf("wrap lost something:\n%q\n%q", got, want)
			}
			hard := fs.hard(id, 8, strings.ReplaceAll(shown, "\n", ""), width)
			if got, want := strings.Join(hard, ""), strings.ReplaceAll(shown, "\n", ""); got != want {
				t.Fatalf("hard lost something:\n%q\n%q", got, want)
			}
			for _, line := range append(lines, hard...) {
				if utf8.RuneCountInString(strings.TrimSpace(line)) > 1 && fs.width(id, 8, strings.TrimRight(line, " ")) > width+0.02 {
					t.Fatalf("line %q is wider than %.1f", line, width)
				}
			}
		}
	})
}

// FuzzClean: what is shown has a glyph for every rune, is valid, hides nothing, and is not changed again.
func FuzzClean(f *testing.F) {
	for _, s := range documenttest.HostileText() {
		f.Add(s)
	}
	fs := testFaces(f)
	f.Fuzz(func(t *testing.T, s string) {
		shown, codes := fs.clean(s)
		if codes == 0 && shown != strings.ReplaceAll(s, "\t", "    ") {
			t.Fatalf("%q became %q without a count", s, shown)
		}
		if !utf8.ValidString(shown) {
			t.Fatalf("%q is not valid", shown)
		}
		for _, r := range shown {
			if r != '\n' && (r > 0xFFFF || hidden(r) || !fs.has(r)) {
				t.Fatalf("%q shows %U", s, r)
			}
		}
		if again, n := fs.clean(shown); n != 0 || again != shown {
			t.Fatalf("%q is changed again", shown)
		}
	})
}

// FuzzDocument: no text in any place stops the writer or leads out of the file's structure.
func FuzzDocument(f *testing.F) {
	for _, s := range documenttest.HostileText() {
		if len(s) < 1000 {
			f.Add(s)
		}
	}
	w := smallFonts()
	known := map[string]bool{}
	learn := func(d *document.Document) {
		out := memory{}
		if _, err := w.Write(context.Background(), out, d); err != nil {
			f.Fatal(err)
		}
		words, err := vocabulary(out[File].Bytes())
		if err != nil {
			f.Fatal(err)
		}
		maps.Copy(known, words)
	}
	for _, n := range documenttest.All() {
		if n.Name != "hostile" {
			learn(n.Document)
		}
	}
	learn(documenttest.EveryPlace("plain"))
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 400 {
			return
		}
		out := memory{}
		got, err := w.Write(context.Background(), out, documenttest.EveryPlace(s))
		if err != nil {
			t.Fatal(err)
		}
		file := out[File].Bytes()
		if got.Rows["F-01"] != 2 || got.Pages < 2 || !bytes.HasPrefix(file, []byte("%PDF-1.7\n")) {
			t.Fatalf("written %+v", got)
		}
		words, err := vocabulary(file)
		if err != nil {
			t.Fatal(err)
		}
		for word := range words {
			if !known[word] {
				t.Fatalf("the file says %q outside of its texts", word)
			}
		}
	})
}

func TestLongCellIsCutWithItsDigest(t *testing.T) {
	l := newFlow(context.Background(), testFaces(t), newPalette(nil), &document.Document{Words: documenttest.Words()})
	long := strings.Repeat("中a", cellLimit)
	s, altered := l.cellText(document.Column{}, long)
	if !altered || !strings.HasPrefix(s, "中a") || !strings.Contains(s, "12000 characters, SHA-256 ") ||
		utf8.RuneCountInString(s) > cellLimit+120 {
		t.Errorf("altered %v, %d runes: …%s", altered, utf8.RuneCountInString(s), s[len(s)-120:])
	}
	if s, altered = l.cellText(document.Column{}, strings.Repeat("b", cellLimit)); altered || len(s) != cellLimit {
		t.Errorf("a cell of the limit is altered (%v) to %d characters", altered, len(s))
	}
}
