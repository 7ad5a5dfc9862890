package pdf

import (
	"math"
	"strings"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
	"trailscribe/internal/style"
)

var tones = []document.Tone{document.Neutral, document.Good, document.Critical, document.High, document.Medium, document.Low, document.Info,
	document.Accent, document.Muted, "unknown"}

// readable fails where text on a ground has less contrast than WCAG 2.1 asks for at level AA.
func readable(t *testing.T, what string, text, ground style.RGB) {
	t.Helper()
	if ratio := style.Contrast(text, ground); ratio < style.Enough {
		t.Errorf("%s: contrast %.2f of text %v on %v", what, ratio, text, ground)
	}
}

func TestTextStandsOutFromItsGround(t *testing.T) {
	l := lay(t, documenttest.Empty())
	p := l.palette
	for _, tone := range tones {
		readable(t, "pill "+string(tone), p.on(p.fill(tone)), p.fill(tone))
		for _, ground := range []string{"white", "tint", "zebra"} {
			readable(t, "word "+string(tone)+" on "+ground, p.word(tone), p[ground])
			if ratio := style.Contrast(p.figure(tone), p[ground]); ratio < style.EnoughLarge {
				t.Errorf("figure %s: contrast %.2f on %s", tone, ratio, ground)
			}
		}
		ground, mark := l.cellColors(tone)
		readable(t, "matrix "+string(tone), mark, ground)
		for i := range 101 { // the shades of a cell that stands for a share
			ground := style.Mix(p["white"], p.fill(tone), 0.12+0.78*float64(i)/100)
			readable(t, "share "+string(tone), p.on(ground), ground)
		}
	}
	for i := range 501 {
		ground := style.Shade(heatRamp, float64(i)/500)
		readable(t, "heat", p.on(ground), ground)
	}
	for _, text := range []string{"ink", "grey", "navy", "accent"} {
		for _, ground := range []string{"white", "tint", "zebra"} {
			readable(t, text+" on "+ground, p[text], p[ground])
		}
	}
	for _, text := range []string{"white", "band", "bandtext", "bandrule"} {
		readable(t, text+" on the band", p[text], p["navy"])
	}
}

// labOf is a colour in CIE L*a*b* (D65), of linear red, green and blue.
func labOf(c [3]float64) [3]float64 {
	f := func(v float64) float64 {
		if v > 0.008856 {
			return math.Cbrt(v)
		}
		return 7.787*v + 16.0/116
	}
	x := f((0.4124*c[0] + 0.3576*c[1] + 0.1805*c[2]) / 0.95047)
	y := f(0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2])
	z := f((0.0193*c[0] + 0.1192*c[1] + 0.9505*c[2]) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func linear(c style.RGB) (out [3]float64) {
	for i, v := range []uint8{c.R, c.G, c.B} {
		s := float64(v) / 255
		if s <= 0.04045 {
			out[i] = s / 12.92
		} else {
			out[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return out
}

// deuteranopia is how a colour looks to who lacks the green cones (Machado, Oliveira and Fernandes 2009, severity 1).
func deuteranopia(c [3]float64) (out [3]float64) {
	for i, row := range [3][3]float64{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}} {
		out[i] = min(max(row[0]*c[0]+row[1]*c[1]+row[2]*c[2], 0), 1)
	}
	return out
}

// apart is how far two colours are from each other in CIE L*a*b* to who lacks the green cones, and in lightness alone, as in grey print.
func apart(a, b style.RGB) (withoutGreen, inGrey float64) {
	x, y := labOf(deuteranopia(linear(a))), labOf(deuteranopia(linear(b)))
	return math.Hypot(math.Hypot(x[0]-y[0], x[1]-y[1]), x[2]-y[2]), math.Abs(labOf(linear(a))[0] - labOf(linear(b))[0])
}

// Severities are told by their word first. Any two also differ to who lacks the green cones and in grey print.
func TestSeveritiesDifferWithoutGreenAndInGrey(t *testing.T) {
	p := newPalette(nil)
	order := []document.Tone{document.Critical, document.High, document.Medium, document.Low}
	for i, a := range order {
		for _, b := range order[i+1:] {
			green, grey := apart(p.fill(a), p.fill(b))
			if green < 15 || grey < 12 {
				t.Errorf("%s and %s: %.0f apart without green cones, %.0f in grey", a, b, green, grey)
			}
		}
	}
}

// So do the colours of whatever else shares a chart: the series of a query, and clear next to exceptions and not answered.
func TestSeriesDifferWithoutGreenAndInGrey(t *testing.T) {
	l := lay(t, documenttest.Empty())
	many := document.Chart{Series: make([]document.Series, 5)}
	tests := document.Chart{Series: []document.Series{{Tone: document.Good}, {Tone: document.Critical}, {Tone: document.Muted}}}
	signal := document.Chart{Series: []document.Series{{Tone: document.Critical}, {Tone: document.Neutral}}}
	for _, c := range []document.Chart{many, tests, signal} {
		colors := l.colors(c)
		for i, a := range colors {
			for j, b := range colors[i+1:] {
				if green, grey := apart(a, b); green < 12 || grey < 12 {
					t.Errorf("%d series, %d and %d: %.0f apart without green cones, %.0f in grey", len(colors), i, i+1+j, green, grey)
				}
			}
		}
	}
	if green, grey := apart(l.palette["neutral"], l.palette["critical"]); green < 12 || grey < 12 { // one series and its signalled points
		t.Errorf("signalled points: %.0f apart without green cones, %.0f in grey", green, grey)
	}
}

// Whatever is set on a page can be read on what it stands on: the surface drawn last below it.
func TestEveryTextStandsOut(t *testing.T) {
	for _, n := range documenttest.All() {
		l := lay(t, n.Document)
		for i, p := range l.pages {
			for k, m := range p.marks {
				if m.kind != textMark && m.kind != capsMark || strings.TrimSpace(m.text) == "" {
					continue
				}
				least := style.Enough
				if m.size >= 18 || m.size >= 14 && (m.face == bold || m.face == display) {
					least = style.EnoughLarge
				}
				x := m.x + float32(l.width(m.face, float64(m.size), m.text))/2 // its middle
				ground := l.palette["white"]
				for _, g := range p.marks[:k] {
					top := m.y - m.size*0.12
					switch g.kind {
					case rectMark, roundMark:
						if x >= g.x && x <= g.x+g.w && top >= g.y && top <= g.y+g.h {
							ground = g.color
						}
					case discMark:
						if math.Hypot(float64(x-g.x), float64(top-g.y)) <= float64(g.w) {
							ground = g.color
						}
					}
				}
				if ratio := style.Contrast(m.color, ground); ratio < least {
					t.Errorf("%s, page %d: contrast %.2f of %.30q in %.1f points, %v on %v", n.Name, i+1, ratio, m.text, m.size, m.color, ground)
				}
			}
		}
	}
}

func TestChartSaysItsFigures(t *testing.T) {
	l := lay(t, documenttest.Empty())
	got := document.Chart{Title: "Exceptions by day", Unit: "count", Categories: []string{"1 Oct", "2 Oct"},
		Series: []document.Series{{Name: "High", Points: []float64{3, 0}}, {Name: "Low", Points: []float64{1}}}}.Described(l.number)
	if want := "Exceptions by day. count; High: 1 Oct 3, 2 Oct 0; Low: 1 Oct 1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := (document.Chart{Title: "Volume", Empty: "No events"}).Described(l.number); !strings.Contains(got, "No events") {
		t.Errorf("an empty chart says %q", got)
	}
}
