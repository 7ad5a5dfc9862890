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
	if ratio := style.Contrast(text, ground); ratio < enough {
		t.Errorf("%s: contrast %.2f of text %v on %v", what, ratio, text, ground)
	}
}

func TestTextStandsOutFromItsGround(t *testing.T) {
	l := lay(t, documenttest.Empty())
	p := l.palette
	for _, tone := range tones {
		readable(t, "pill "+string(tone), p.on(p.fill(tone)), p.fill(tone))
		ground, mark := l.cellColors(tone)
		readable(t, "matrix "+string(tone), mark, ground)
		for i := range 101 { // the shades of a cell that stands for a share
			ground := mix(p["white"], p.fill(tone), 0.12+0.78*float64(i)/100)
			readable(t, "share "+string(tone), p.on(ground), ground)
		}
	}
	for i := range 501 {
		ground := shade(heatRamp, float64(i)/500)
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

// Severities are told by their word first. Any two also differ to who lacks the green cones, and those that follow on each other, as in
// a stacked bar, differ in grey print. High and low do not in grey: a bar without medium is told by its legend's order and its figures.
func TestSeveritiesDifferWithoutGreenAndInGrey(t *testing.T) {
	p := newPalette(nil)
	order := []document.Tone{document.Critical, document.High, document.Medium, document.Low}
	for i, a := range order {
		for j, b := range order[i+1:] {
			x, y := labOf(deuteranopia(linear(p.fill(a)))), labOf(deuteranopia(linear(p.fill(b))))
			if d := math.Hypot(math.Hypot(x[0]-y[0], x[1]-y[1]), x[2]-y[2]); d < 15 {
				t.Errorf("%s and %s: %.0f apart without green cones", a, b, d)
			}
			grey := math.Abs(labOf(linear(p.fill(a)))[0] - labOf(linear(p.fill(b)))[0])
			if j == 0 && grey < 12 {
				t.Errorf("%s and %s: %.0f apart in grey", a, b, grey)
			}
		}
	}
}

func TestChartSaysItsFigures(t *testing.T) {
	l := lay(t, documenttest.Empty())
	got := l.chartAlt(document.Chart{Title: "Exceptions by day", Unit: "count", Categories: []string{"1 Oct", "2 Oct"},
		Series: []document.Series{{Name: "High", Points: []float64{3, 0}}, {Name: "Low", Points: []float64{1}}}})
	if want := "Exceptions by day. count; High: 1 Oct 3, 2 Oct 0; Low: 1 Oct 1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := l.chartAlt(document.Chart{Title: "Volume", Empty: "No events"}); !strings.Contains(got, "No events") {
		t.Errorf("an empty chart says %q", got)
	}
}
