package xlsx

import (
	"bytes"
	"os"
	"testing"

	"github.com/xuri/excelize/v2"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
	"trailscribe/internal/library"
	"trailscribe/internal/style"
	"trailscribe/templates"
)

// Every style of a workbook can be read on its ground: small text, and large figures, as WCAG 2.1 asks for at level AA.
func TestEveryStyleStandsOut(t *testing.T) {
	for _, n := range documenttest.All() {
		data, _ := write(t, n.Document)
		book, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for id := 0; ; id++ {
			s, err := book.GetStyle(id)
			if err != nil {
				break
			}
			if s.Font == nil || s.Font.Color == "" {
				continue
			}
			seen++
			ground := "FFFFFF"
			if len(s.Fill.Color) > 0 {
				ground = s.Fill.Color[0]
			}
			least := style.Enough
			if s.Font.Size >= 18 || s.Font.Size >= 14 && s.Font.Bold {
				least = style.EnoughLarge
			}
			if ratio := style.Contrast(rgb(s.Font.Color), rgb(ground)); ratio < least {
				t.Errorf("%s: style %d has a contrast of %.2f: %s in %.1f points on %s", n.Name, id, ratio, s.Font.Color, s.Font.Size, ground)
			}
		}
		if seen < 5 {
			t.Errorf("%s: %d styles have a colour", n.Name, seen)
		}
		book.Close()
	}
}

// Words that are coloured by their value, figures of a heat map and words on a full tone can be read too, in the theme that ships as well.
func TestTonesStandOut(t *testing.T) {
	lib, bad := library.Open(library.Embedded(os.DirFS("../../../queries"), os.DirFS("../../../reports"), templates.FS, false))
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	theme, bad := style.LoadTheme(lib, "navy")
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	for _, b := range []*book{{}, {theme: theme}} {
		for _, tone := range []document.Tone{document.Neutral, document.Good, document.Critical, document.High, document.Medium, document.Low,
			document.Info, document.Accent, document.Muted} {
			full := b.tone(tone)
			for what, ratio := range map[string]float64{"word": style.Contrast(rgb(b.word(tone)), rgb(pale(full, paleShare))),
				"word on a tone": style.Contrast(rgb(b.onTone(tone)), rgb(full))} {
				if ratio < style.Enough {
					t.Errorf("%s %s: contrast %.2f", what, tone, ratio)
				}
			}
		}
		if ratio := style.Contrast(rgb(b.color("ink")), rgb(b.heat())); ratio < style.Enough {
			t.Errorf("the largest figure of a heat map: contrast %.2f", ratio)
		}
	}
	for name, c := range palette { // what stands in for a theme is the theme that ships
		if want, ok := theme.Colors[name]; ok && hexOf(want) != c {
			t.Errorf("%s is %s in the theme, %s without one", name, hexOf(want), c)
		}
	}
}
