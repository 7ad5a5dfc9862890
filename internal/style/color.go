package style

import "math"

// RGB is a colour.
type RGB struct{ R, G, B uint8 }

// The least contrast ratios that WCAG 2.1 asks for at level AA: of text, and of text of 18 points, or 14 in bold, and more.
const (
	Enough      = 4.5
	EnoughLarge = 3.0
)

// Contrast is the contrast ratio of WCAG 2.1, from 1 to 21.
func Contrast(a, b RGB) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c RGB) float64 {
	f := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*f(c.R) + 0.7152*f(c.G) + 0.0722*f(c.B)
}

// Readable is a colour for text on a light ground: c, or as much darker as the contrast ratio asks for. It is the one rule for coloured
// words, so that a theme names each tone once, as it looks on a surface.
func Readable(c, ground RGB, ratio float64) RGB {
	for i := 1; Contrast(c, ground) < ratio && i <= 50; i++ {
		c = Mix(c, RGB{}, 0.04)
	}
	return c
}

// On is the colour of text on a ground: the first of these that can be read on it, else whichever stands out most, or black or white: on
// any ground one of these two can be read.
func On(ground RGB, colors ...RGB) RGB {
	var best RGB
	for i, c := range append(colors, RGB{}, RGB{255, 255, 255}) {
		if now := Contrast(best, ground); i == 0 || now < Enough && Contrast(c, ground) > now {
			best = c
		}
	}
	return best
}

// Mix is a at 0, b at 1.
func Mix(a, b RGB, at float64) RGB {
	f := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*at + 0.5) }
	return RGB{f(a.R, b.R), f(a.G, b.G), f(a.B, b.B)}
}

// Shade is the colour of a scale at a place between 0 and 1.
func Shade(scale []RGB, at float64) RGB {
	at = min(max(at, 0), 1) * float64(len(scale)-1)
	i := min(int(at), len(scale)-2)
	return Mix(scale[i], scale[i+1], at-float64(i))
}

// Series are the colours of series that share a chart and signal nothing: shades of the heat scale, which differ by their lightness, so
// that print in grey and eyes without green cones tell them apart.
func Series(heat []RGB) (all []RGB) {
	for _, at := range []float64{0.8, 1, 0.4, 0.6, 0.15} {
		all = append(all, Shade(heat, at))
	}
	return all
}
