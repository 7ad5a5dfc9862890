package xlsx

import (
	"fmt"
	"strconv"

	"trailscribe/internal/document"
	"trailscribe/internal/style"
)

// palette is used for a colour that the theme does not name.
var palette = map[string]string{
	"navy": "0B2A4A", "accent": "0F7B8A", "ink": "1B2733", "grey": "5B6B7B", "mid": "93A1AF", "rule": "D5DCE4", "tint": "F4F7FA",
	"white": "FFFFFF", "darktext": "2B1D00",
	"neutral": "0B2A4A", "good": "1E8A5A", "critical": "A3162A", "high": "D4551B", "medium": "D99A12", "low": "9DCDF3", "info": "8593A3",
	"muted": "A9B4C0", "chart": "9DB4C8",
}

// heatScale is the scale of heat charts where the theme has none.
var heatScale = []style.RGB{rgb("F4F7FA"), rgb("D3E3E9"), rgb("9CC7CF"), rgb("57A5B0"), rgb("0F7B8A"), rgb("0B2A4A")}

// color is a theme colour as six hex digits.
func (b *book) color(name string) string {
	if b.theme != nil {
		if c, ok := b.theme.Colors[name]; ok {
			return hexOf(c)
		}
	}
	if c, ok := palette[name]; ok {
		return c
	}
	return palette["ink"]
}

func (b *book) tone(t document.Tone) string { return b.color(string(t)) }

// onTone is the colour of words on a tone's full colour.
func (b *book) onTone(t document.Tone) string {
	return hexOf(style.On(rgb(b.tone(t)), rgb(b.color("white")), rgb(b.color("darktext"))))
}

// word is the colour of words of a tone on its pale ground.
func (b *book) word(t document.Tone) string {
	return hexOf(style.Readable(rgb(b.tone(t)), rgb(pale(b.tone(t), paleShare)), style.Enough))
}

// paleShare is how much of a tone is in the ground that its words stand on.
const paleShare = 0.14

// figure is the colour of a large figure of a tone on the tint of a tile.
func (b *book) figure(t document.Tone) string {
	return hexOf(style.Readable(rgb(b.tone(t)), rgb(b.color("tint")), style.EnoughLarge))
}

// heat is the ground of the largest figure of a heat map: the accent, as much paler as the figure needs to be read.
func (b *book) heat() string {
	c, ink := rgb(b.color("accent")), rgb(b.color("ink"))
	for range 50 {
		if style.Contrast(ink, c) >= style.Enough {
			break
		}
		c = style.Mix(c, style.RGB{R: 255, G: 255, B: 255}, 0.04)
	}
	return hexOf(c)
}

// dim is the colour of text that steps back behind what it stands next to.
func (b *book) dim() string {
	return hexOf(style.Readable(rgb(b.color("mid")), rgb(b.color("tint")), style.Enough))
}

// series are the colours of the series of a chart: of each its tone, or a shade of the heat scale where it has none among others.
func (b *book) series(all []document.Series) (colors []string) {
	scale := heatScale
	if b.theme != nil && len(b.theme.Heat) > 1 {
		scale = b.theme.Heat
	}
	quiet, next := style.Series(scale), 0
	plain := 0
	for _, s := range all {
		if s.Tone == document.Neutral || s.Tone == "" {
			plain++
		}
	}
	for _, s := range all {
		switch {
		case s.Tone != document.Neutral && s.Tone != "":
			colors = append(colors, b.tone(s.Tone))
		case plain == 1: // alone, or next to its signalled points
			colors = append(colors, b.color("chart"))
		default:
			colors = append(colors, hexOf(quiet[next%len(quiet)]))
			next++
		}
	}
	return colors
}

func hexOf(c style.RGB) string { return fmt.Sprintf("%02X%02X%02X", c.R, c.G, c.B) }

func rgb(s string) style.RGB {
	n, _ := strconv.ParseUint(s, 16, 32) // colours of themes are checked when they are read
	return style.RGB{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n)}
}

// pale mixes a colour with white: the ground a word of that colour stands on.
func pale(s string, share float64) string {
	return hexOf(style.Mix(style.RGB{R: 255, G: 255, B: 255}, rgb(s), share))
}
