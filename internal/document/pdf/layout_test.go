package pdf

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func lay(t testing.TB, d *document.Document) *flow {
	t.Helper()
	l, err := New(Options{Fonts: fonts}).layout(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// placedText is every text of a layout with its place, page by page: what a reader sees, in the order in which it is set.
func placedText(l *flow) string {
	var b strings.Builder
	names := [...]string{"display", "text", "bold", "italic", "mono", "fallback"}
	for i, p := range l.pages {
		shape := "portrait"
		if p.landscape {
			shape = "landscape"
		}
		fmt.Fprintf(&b, "== page %d %s, %d marks, %d links\n", i+1, shape, len(p.marks), len(p.links))
		for _, m := range p.marks {
			if m.kind == textMark || m.kind == capsMark {
				fmt.Fprintf(&b, "%6.1f %6.1f %-7s %4.1f %s\n", m.x, m.y, names[m.face], m.size, strings.TrimRight(m.text, " "))
			}
		}
	}
	return b.String()
}

func TestGoldenLayout(t *testing.T) {
	for name, d := range map[string]*document.Document{"full": documenttest.Full(), "chinese": documenttest.Chinese(),
		"empty": documenttest.Empty()} {
		t.Run(name, func(t *testing.T) {
			got := placedText(lay(t, d))
			file := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("layout differs (-want +got); run with -update if it is meant:\n%s", diff)
			}
		})
	}
}

// box is the area that a text takes, a little smaller than its letters reach.
type box struct {
	x1, y1, x2, y2 float64
	text           string
}

func boxes(l *flow, p *page) []box {
	var out []box
	for _, m := range p.marks {
		if m.kind != textMark && m.kind != capsMark {
			continue
		}
		w := l.inked(m.face, float64(m.size), m.text)
		if m.kind == capsMark {
			w += float64(utf8.RuneCountInString(strings.TrimRight(m.text, " "))-1) * tracking / perMM
		}
		h := float64(m.size) / perMM
		x, y := float64(m.x), float64(m.y)
		out = append(out, box{x, y - 0.62*h, x + w, y, m.text})
	}
	return out
}

// Text must not run into other text nor over the page's edge: what only looking used to find.
func TestNothingOverlaps(t *testing.T) {
	for _, n := range documenttest.All() {
		t.Run(n.Name, func(t *testing.T) {
			l := lay(t, n.Document)
			for i, p := range l.pages {
				w, h := p.size()
				bs := boxes(l, p)
				for j, a := range bs {
					if a.x1 < margin-0.5 || a.x2 > w-margin+0.6 || a.y1 < 5 || a.y2 > h-4 {
						t.Errorf("page %d: %.60q at %.1f–%.1f, %.1f leaves the page", i+1, a.text, a.x1, a.x2, a.y2)
					}
					for _, b := range bs[j+1:] {
						if a.x1+0.3 < b.x2 && b.x1+0.3 < a.x2 && a.y1+0.3 < b.y2 && b.y1+0.3 < a.y2 {
							t.Errorf("page %d: %.60q (%.1f–%.1f, %.1f) runs into %.60q (%.1f–%.1f, %.1f)", i+1, a.text, a.x1, a.x2, a.y2, b.text, b.x1, b.x2,
								b.y2)
						}
					}
				}
			}
		})
	}
}

// A heading never stands alone at the end of a page.
func TestNoOrphanHeading(t *testing.T) {
	for _, n := range documenttest.All() {
		l := lay(t, n.Document)
		for _, e := range l.entries {
			_, h := e.place.page.size()
			below := false
			for _, m := range e.place.page.marks {
				if m.kind == textMark && float64(m.y) > e.place.y+9 && float64(m.y) < h-bottomDrop+1 && !(m.face == bold && m.size == h2Size) &&
					!(m.face == display && m.size == h1Size) {
					below = true
				}
			}
			if !below && !(n.Name == "empty" && e.text == "Method") { // a section without blocks
				t.Errorf("%s: nothing stands below the heading %.50q", n.Name, e.text)
			}
		}
	}
}

func TestContentsNameThePages(t *testing.T) {
	l := lay(t, documenttest.Full())
	want := map[string]int{}
	for _, e := range l.entries {
		for i, p := range l.pages {
			if p == e.place.page {
				want[e.label()] = i + 1
			}
		}
	}
	contents := l.pages[1]
	for label, page := range want {
		label = strings.TrimPrefix(label, strings.SplitN(label, "  ", 2)[0]+"  ")
		for _, m := range contents.marks {
			if m.text != label && !strings.HasSuffix(m.text, "  "+label) {
				continue
			}
			found := false
			for _, n := range contents.marks {
				if math.Abs(float64(n.y-m.y)) < 0.1 && n.text == fmt.Sprint(page) {
					found = true
				}
			}
			if !found {
				t.Errorf("the line of %q does not name page %d", label, page)
			}
		}
	}
	if len(contents.links) < len(want)-1 { // headings of the third level are bookmarks only
		t.Errorf("%d links on the contents page, want %d", len(contents.links), len(want)-1)
	}
}

func TestLandscapeIsForWideTables(t *testing.T) {
	l := lay(t, documenttest.Full())
	for i, p := range l.pages {
		wide := false
		for _, m := range p.marks {
			wide = wide || m.text == "Change ticket" || m.text == "Estimate, staged, USD"
		}
		if wide != p.landscape {
			t.Errorf("page %d: landscape %v, wide table %v", i+1, p.landscape, wide)
		}
	}
}

func TestHiddenColumnsAreNotPrinted(t *testing.T) {
	text := placedText(lay(t, documenttest.Full()))
	for _, s := range []string{"key-0", "key-3"} {
		if strings.Contains(text, s) {
			t.Errorf("the value %q of a hidden column is printed", s)
		}
	}
}

// The head of a table comes again on each of its pages, under the words that say so.
func TestTableHeadRepeats(t *testing.T) {
	l := lay(t, documenttest.Many(300))
	for i, p := range l.pages[2:] {
		rows, heads, again := 0, 0, 0
		for _, m := range p.marks {
			switch {
			case m.text == "018833904417":
				rows++
			case m.text == "Event ID":
				heads++
			case strings.HasSuffix(m.text, "continued"):
				again++
			}
		}
		if rows == 0 || heads != 1 || i > 0 && again != 1 {
			t.Errorf("page %d: %d rows, %d heads, %d times continued", i+3, rows, heads, again)
		}
	}
}

func TestNiceSteps(t *testing.T) {
	for _, c := range []struct {
		span float64
		n    int
		want float64
	}{{1, 3, 0.5}, {10, 3, 5}, {5840, 3, 2000}, {3, 3, 1}, {1e18, 3, 5e17}, {0.07, 3, 0.05}} {
		if got := niceStep(c.span, c.n); math.Abs(got-c.want) > c.want*1e-9 {
			t.Errorf("niceStep(%v, %d) = %v, want %v", c.span, c.n, got, c.want)
		}
	}
	l := lay(t, documenttest.Empty())
	a := l.axis(-3, 8)
	if a.low > -3 || a.high < 8 || len(a.ticks) < 3 || len(a.ticks) != len(a.labels) {
		t.Errorf("axis(-3, 8) = %+v", a)
	}
}
